"""Whether what a clause mentions is asserted, denied, only wanted, or none of these.

A sentence is cut into clauses. In a clause an operator governs what follows it: "not", "without", "instead
of"
deny; "might", "if", "whether" and their like leave nothing said; "asked for", "should be" say what was
wanted.
The last denial before a mention decides. What a clause without a verb of its own continues, it inherits.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from modalities.ascii_art.read_words import Sentence

State = Literal["asserted", "denied", "wanted", "none"]

_BE = (
    r"(?:is|are|was|were|has|have|had|says|say|reads|spells|shows|looks?|seems?|appears?|uses?|contains?"
    r"|does|do|did|got|get|drew|draws?|see|can|gave|came|made|stays?|depicts?|consists?)"
)
_PRONOUN = r"(?:it|this|that|they|there|these|those|i|we|you|he|she|what|which|who)"
# Where one clause ends and the next begins.
_CUT = re.compile(
    rf"(?<!anything)(?<!nothing)(?<!everything) (?=(?:[,:()—|-]|but|while|whereas|although|though|however"
    rf"|yet|because|since|so|except|still|only it|"
    rf"then|where|when|even though) )"
    rf"|(?<!that)(?<!whether)(?<!if)(?<!about) (?={_PRONOUN} (?:\w+ly |also |just |still |now |then "
    rf")?{_BE} )"
    rf"| (?=and (?:{_PRONOUN} |the \w+ (?:is|are|was|has) |(?:\w+ly |also |still |now |then )?{_BE} "
    rf"|with |in |made |drawn |not |no |without |never ))"
    rf"| (?=(?:which|that|who) (?:is|are|has|have|says|reads) )"
    rf"| (?=(?:and|or) (?:neither|just|only|nothing) )"
)
# These words, though they look like denials, deny nothing or settle it.
_ASSERT = (
    r"not (?:only|just|merely|simply|solely)|nothing (?:but|other than|except|more than|less than)|"
    r"none other than|other than(?= .{1,40} (?:nothing|no other) )|no less than|no(?:thing)? (?:doubt"
    r"|question|mistake|problem|worries|wonder|need"
    r"|matter)|"
    r"without (?:a |any )?(?:doubt|question|hesitation|fail|exception|problems?|issues?|further ado)|"
    r"not (?:\w+ ){0,2}(?:without|lacking|missing|devoid of|free of|other than)|never (?:mind|fails?)|"
    r"not (?:to mention|bad|to worry|surprisingly)|no (?:one can deny|big deal|more no less|frills)|"
    r"(?:can|could) not (?:help|be denied|deny|miss|be (?:any )?(?:more|clearer))|"
    r"not unlike|no (?=(?:it|this|that|there|they|i|we|you) )"
)
_DENY = (
    r"not|no(?! one )|never|without|neither|nor|lacks?|lacking|lacked|missing(?! from)|fails? to|failed to|"
    r"rather than|instead of|far from|nothing like|as opposed to|opposed to|anything but|everything but"
    r"|other than|hardly|"
    r"nowhere near|in place of|free of|devoid of|absence of|lack of|none of|than(?= (?:a|an) )|nothing "
    r"(?:about|in|on|here)|a long way from|unlike|minus(?! sign)|"
    r"contrary to being|and 0|nay not|false|untrue|wrong to say|non|no way|lost|loses|forgot|forgets?"
    r"|forgotten"
    r"|omits?|omitted|"
    r"leaves? out|left out|skips|skipped|dropped|drops|removed|removes|excludes"
)
# Denials that begin like a hedge.
_DENY_FIRST = (
    r"would not (?:\w+ )?(?:call|describe|consider|say)|can not (?:\w+ )?(?:call|be called|find|spot)|do "
    r"not (?:see|find|spot)|no way(?! to)"
)
# Denials of the whole clause that follows: "no way that's a circle".
_DENY_ALL = ("no way", "not", "false", "untrue", "would not say", "wrong to say", "never")
_HEDGE = (
    r"not (?:that|because)(?= (?:it|this|the|there) )|nothing (?:to|in) say|(?:no|not) (?:fewer|less"
    r"|more) than|never (?:seen|saw)|might|may|maybe|perhaps"
    r"|possibly|probably|presumably|likely|could|can be (?:interpreted|read|seen|taken) as|"
    r"i (?:do not |would )?(?:\w+ly )?(?:think|guess|believe|suppose|assume|suspect|imagine|wonder|reckon)|"
    r"not (?:\w+ )?(?:sure|certain|clear|obvious|confident|necessarily|convinced)|unsure|uncertain|unclear|"
    r"(?:hard|difficult|impossible|tough|tricky) (?:for \w+ )?to (?:tell|say|know|see|judge|determine"
    r"|decide|make)|"
    r"can not (?:\w+ )?(?:tell|say|determine|make|be sure|judge|decide|know|confirm|verify|rule)|unable to|"
    r"(?:do|does) not (?:\w+ )?know|no (?:idea|way to|clue|telling)|whether|who knows|depends|depending"
    r"|debatable|"
    r"guess|wonder|wondering|guessing|arguably|suggests?|either|suggesting|not to say|allegedly|supposedly|"
    r"conceivably|potentially|as if|as though|or something|refuse|hypothetically|reminds?|almost|tempting"
    r"|tempted|ambiguous"
)
_WONDER = (
    r"if|unless|would|will|todo|to do|going to|plan to|planning to|let us|let me|next time|please|make "
    r"sure|"
    r"remember|do not forget|need to|needs to|wants? to|could you|can you|how to|try|suggest|recommend"
    r"|prefer|wish|"
    r"hope|suppose|imagine|in case|assuming|assume|steps?|pretend|repro|to reproduce|command|how about"
    r"|what about|why not|feel free|"
    r"happy to|able to|must have|consider|similar|as (?:\w+ )?as|like to|think outside|another "
    r"version|"
    r"add(?= a )|draws? me|whichever"
)
_WANT = (
    r"asks? (?:\w+ ){0,3}(?:for|to)|asked (?:\w+ ){0,3}(?:for|to)|asking (?:\w+ ){0,2}for|supposed to"
    r"|expected|expecting|expect|"
    r"should|ought to|wanted|wants?|meant to|intended|intending|(?:was|were|been) told to|requested"
    r"|requests?|"
    r"(?:prompt|task|instructions?|ticket|brief|spec|specification|assignment|exercise|caption|title|label|"
    r"filename|docs|documentation|readme|description|issue|order|question|request|requirement|homework|"
    r"alt text|changelog|manual|teacher|author|user|client|heading)"
    r" (?:\w+ )?(?:was|is|wanted|says?|said|claims?|reads?|calls? for|called for|asks? for|asked for"
    r"|mentions?|"
    r"promised|promises|describes?|described|stated|states|specifies|specified|called it)|"
    r"ordered|promised|(?:was|were) to(?= (?:draw|be|show|make|have|write|use|say|read) )|thought|assumed"
    r"|believed|figured|took (?:it|this|that) for|claimed|claims|advertised|pretends|hoping for|hoped for"
    r"|looking for|looked for|searched for|tried to|trying to|"
    r"attempt(?:ed|ing)? (?:at|to)|instead of the|must|the goal was|wanting|required|requires|calls for|"
    r"(?:says?|thinks?|insists?|believes?|claims?|swears?|told \w+|calls?)(?= (?:that|it|this|there) )|"
    r"previously|formerly|used to|aiming for|aimed for|described as|labell?ed (?:as )?|mistaken for"
    r"|mistook|"
    r"(?:changed|switched|converted|went|moved|turned|edited) (?:it )?from|replaced|originally|target"
    r"|desired|required|"
    r"(?:i|we) (?:typed|entered|passed|input|meant|put in)|(?:data|input|values?|correct (?:answer|word"
    r"|shape|one|number)|right (?:answer|word|shape)|"
    r"answer key) (?:is|are|was|were)"
)
_GOT = (
    r"got|gets|getting|drew|draws|actual|actually|received|produced|produces|renders|rendered|returned"
    r"|yours|"
    r"(?<!expected )(?<!desired )(?<!wanted )(?<!correct )result|came out|gave me|gave|(?<!should "
    r")(?<!to )(?<!would )(?<!could )(?<!must )(?<!not )have|it is|this is|that is|there is|here is|now"
    r"|turned|ended|delivered|"
    r"(?<!expected )(?<!desired )(?<!wanted )(?<!correct )output|became|replaced (?:it )?(?:by|with)|is "
    r"in fact|what i see|i see|i drew|you drew|contains"
)
_OP = re.compile(
    rf" (?:(?P<skip>as (?:was |were |you |i |we )?(?:requested|asked|expected|wanted|instructed|intended|"
    rf"specified|promised|required|ordered|it should be|planned|described)(?: for| by \w+)?|as far as i "
    rf"can (?:tell|see)|"
    rf"(?:you|we) will (?:find|see|notice|spot)|i would (?:say|call|describe|characteri[sz]e|add|note)"
    rf"|per your request|"
    rf"(?:(?:just )?(?:like|what|exactly what|that|which) (?:you|i|we)(?: had)? (?:asked|wanted|requested"
    rf"|ordered)|"
    rf"(?<!^)(?:you|i|we) (?:asked|wanted|requested|ordered))(?: for)?(?= (?:[,:)]|$|is |are |but |and "
    rf"|here )))"
    rf"|(?P<first>{_DENY_FIRST})|(?P<assert>{_ASSERT})|(?P<hedge>{_HEDGE})|(?P<wonder>{_WONDER})"
    rf"|(?P<want>{_WANT})|(?P<got>{_GOT})"
    rf"|(?P<deny>{_DENY}))(?= )"
)
# Said after what they speak of.
_AFTER_DENY = re.compile(
    r" (?:(?:is|are|was|were|seems?|appears?|went|goes)(?: \w+ly| also)? (?:missing|absent|gone|lacking"
    r"|nowhere|left out|not (?:there|present|"
    r"included|used|drawn|shown|visible|here|in (?:it|there|sight)|anywhere|found|to be (?:seen|found)))"
    r"|(?:disappears?|disappeared|vanish(?:es|ed))"
    r"|(?:does|do|did) not (?:\w+ )?(?:appear|exist|occur|show|feature)|(?:can not|could not) be (?:seen"
    r"|found)|nowhere"
    r"|(?:(?:is|are|was|were|has been|have been|got) )?(?:removed|omitted|dropped|left out|forgotten"
    r"|deleted)(?= $| ,)"
    r"|(?:is|are|was|were) not (?=$)|(?:is|are) nowhere|(?:can|could) not be seen"
    r"|[:=(-] (?:no|none|false|n a|absent|missing|nope|nil|never|off|n)(?= $| [,)]| \())(?= |$)"
)
_AFTER_HEDGE = re.compile(
    r" (?:maybe|perhaps|possibly|probably|presumably|likely|i (?:think|guess|believe|suppose|assume)|or "
    r"something|"
    r"arguably|or so|could be|it seems not)(?= $| ,)"
)
_AFTER_WANT = re.compile(
    r" (?:was|were|had been|is|has been) (?:\w+ly )?(?:asked for|requested|expected|wanted|ordered"
    r"|intended|specified|the plan|the goal|required|needed)(?= )"
    r"| (?:(?:is|was|gets|got|are|were|has been|being) )?(?:rendered|drawn|shown|displayed|printed|comes "
    r"out|came out|turned|turns|shows up|"
    r"rendering|read|misread) (?:as|into)(?= )"
)
_VERB = re.compile(rf" {_BE} | (?:got|drew|gave|came|actual|result|yours|now|instead|output) ")
_INSTRUCTION = re.compile(
    r" (?:(?:and|then|now|ok|okay|please|also|just) )*(?:draw|make|add|put|use|change|create|write|print"
    r"|fix|fill(?= (?:it|the|in|out|a|with|them) )|give|generate|render|remove|"
    r"delete|place|design|show me|build|type|run|insert|keep|avoid|replace|start with|turn it|could|can "
    r"you|would you|"
    r"swap|try) (?![:=])"
)
# A short clause that says the wanted thing is not there ("but it isn't", "and there is none").
NOT_SO = re.compile(
    r" (?:[,—(] )?(?:but |and |yet |though |except )?(?:sadly |unfortunately |clearly |it clearly "
    r")?(?:(?:it|this|that|they|there|i|the \w+) )?(?:(?:clearly |really |just )?(?:is|are|was|were|does"
    r"|do|did|has|have|can) "
    r"(?:not|none)|none|nope|no|is missing|got none|saw none|see none|found none|(?:found|got|saw) "
    r"nothing|none (?:was|were|is|are) \w+|found none|got nothing|missing)(?: (?:one|there|it|any|either"
    r"|at all|though|get (?:one|it)|see (?:one|any|it)|so))* $"
)
# ... or that it is.
IS_SO = re.compile(r" (?:[,—] )?(?:and )(?:indeed )?(?:it|this|that|there) (?:is|does|has)(?: indeed)? $")


_HEADINGS = (
    "guess",
    "repro",
    "to reproduce",
    "command",
    "todo",
    "to do",
    "steps",
    "step",
    "plan to",
    "next time",
    "how to",
    "try",
    "suggest",
)
_ABSENT = set(
    ", ( not done missing absent present included drawn no never lacking without yet - found".split()
)
_SUBJECT = re.compile(rf" {_PRONOUN} ")
_LINKS = set(
    "that whether if how , for me to say tell know sure of what really actually now the is as from here "
    "about assume imagine pretend suppose think believe guess true case mean sense now definitely".split()
)


@dataclass(slots=True)
class Clause:
    """A stretch [start, end) of a sentence, its operators in order, and the state it inherits."""

    start: int
    end: int
    ops: list[tuple[int, str, str]]
    inherited: State | None = None


class Clauses:
    """The clauses of one sentence; `state(at)` says how a mention at `at` is meant."""

    def __init__(self, sentence: Sentence) -> None:
        self.text = sentence.text
        cuts = sorted({0, *(m.start() for m in _CUT.finditer(self.text))})
        ends = [*cuts[1:], len(self.text)]
        ops = [
            (m.start(), "deny" if m.lastgroup == "first" else m.lastgroup or "", m.group()[1:])
            for m in _OP.finditer(self.text)
        ]
        self.starts = cuts
        self.clauses: list[Clause] = []
        starts = [op[0] for op in ops]
        for start, end in zip(cuts, ends, strict=True):
            mine = ops[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
            self.clauses.append(Clause(start, end, mine))
        self._inherit()

    def index(self, at: int) -> int:
        return max(bisect_right(self.starts, at) - 1, 0)

    def body(self, i: int) -> str:
        """A clause's words, with a space at either end."""
        clause = self.clauses[i]
        return self.text[clause.start : clause.end] + " "

    def _inherit(self) -> None:
        for i in range(1, len(self.clauses)):
            body, before = self.body(i), self.clauses[i - 1]
            mark = body.split(maxsplit=1)[0] if body.strip() else ""
            state = self._final(i - 1)
            verb = bool(_VERB.search(body))
            inherits = False
            if state in ("wanted", "none"):
                inherits = (mark in (",", "and", "or", "(", "with", "in") and not verb) or (
                    mark == ":"
                    and before.ops[-1:] != []
                    and (before.ops[-1][1] == "want" or before.ops[-1][2] in _HEADINGS)
                )
                inherits = inherits or mark in ("that", "which", "who", "and") and _relative(body)
                inherits = inherits or (
                    mark == "," and bool(re.match(r" , (?:\w+ly )?(?:or|and) (?!it |is )", body)) and not verb
                )
            elif state == "denied" and mark == ",":
                inherits = not verb and self._closed_by_or(i)
            if len(body.split()) == 1 and not self._reaches_end(before):
                inherits = False
            if mark == ":" and state == "denied" and set(self.body(i - 1).split()) <= _ABSENT:
                inherits = True
            if (
                state in ("wanted", "none")
                and _SUBJECT.match(body)
                or (
                    state == "denied"
                    and _SUBJECT.match(body)
                    and before.ops[-1:]
                    and before.ops[-1][2] in _DENY_ALL
                )
            ):
                inherits = self._reaches_end(before)
            if inherits:
                self.clauses[i].inherited = state

    def _reaches_end(self, clause: Clause) -> bool:
        """Whether the last operator has nothing after it: "perhaps | it is", "I think that | it is"."""
        if not clause.ops:
            return clause.inherited is not None and len(self.text[clause.start : clause.end].split()) <= 1
        where, _, word = clause.ops[-1]
        rest = self.text[where + 1 + len(word) : clause.end].split()
        return set(rest) <= _LINKS

    def _closed_by_or(self, i: int) -> bool:
        """Whether the list that clause i continues ends with "or" or "nor": a denial runs through it."""
        for j in range(i, min(i + 12, len(self.clauses))):
            body = self.body(j)
            if not body.startswith(" ,") or _VERB.search(body) or (j > i and self.clauses[j].ops):
                return False
            if re.search(r" (?:or|nor) ", body):
                return True
        return False

    def _final(self, i: int) -> State:
        return self.state(self.clauses[i].end - 1, after=False)

    def state(self, at: int, after: bool = True, end: int | None = None) -> State:
        """How a mention whose deciding word is at `at` (and which ends at `end`) is meant."""
        i = self.index(at)
        clause = self.clauses[i]
        state: State = clause.inherited or "asserted"
        if _INSTRUCTION.match(self.text, clause.start) and (
            i == 0 or self.body(i)[1] in ":,(-" and self.text[1:6] in ("todo ", "steps")
        ):
            return "none"
        denied_at = -1
        for where, kind, word in clause.ops:
            if where >= at:
                break
            if state == "none" and clause.inherited != "none" and kind not in ("got",):
                continue
            if kind in ("hedge", "wonder"):
                state = "none"
            elif kind == "want":
                state = "wanted" if state == "asserted" else "none" if state == "denied" else state
                if word.endswith(" from") and " to " in self.text[where + len(word) : at + 1]:
                    state = "asserted"
            elif kind == "got":
                # "he says | it is": the words that continue the claim do not end it
                if state == "wanted" and not (clause.inherited and where == clause.start):
                    state = "asserted"
            elif kind == "assert":
                state = "asserted" if state == "denied" else state
            elif kind == "deny":
                denied_at = where
                if state == "wanted":
                    state = "none"
                elif state == "asserted":
                    state = "denied"
                    if word in ("no", "without", "and 0") and self._list_over(where, at):
                        state = "asserted"
        if state == "denied" and denied_at >= 0 and self._denial_over(denied_at, at):
            state = "asserted"
        if after:
            state = self._after(state, i, at, at if end is None else end)
        return state

    def _list_over(self, where: int, at: int) -> bool:
        """ "without a frame and a line": what "and a" adds to a lack is there again."""
        return bool(re.search(r" and (?:a|an|one|\d+) ", self.text[where : at + 1]))

    def _denial_over(self, where: int, at: int) -> bool:
        """A lack ends where the noun it speaks of is followed by a new participle or preposition."""
        between = self.text[where : at + 1]
        if not re.match(r" (?:no|without|lacks?|lacking|missing|instead of|rather than) ", between):
            return False
        return bool(
            re.search(
                r"\w (?:made|drawn|using|built|filled with|with|that|saying|reading|in the|in a|is|are|has|"
                r"it) ",
                between[6:],
            )
        )

    def _after(self, state: State, i: int, at: int, end: int) -> State:
        """What stands behind the mention: "… is missing", "…, perhaps", "… was requested"."""
        clause = self.clauses[i]
        stop = clause.end
        if i + 1 < len(self.clauses) and self.body(i + 1)[1] in ":(=-":
            stop = self.clauses[i + 1].end
        tail = self.text[max(end - 1, at) : stop].rstrip() + " "
        if _AFTER_WANT.search(tail) and state == "asserted":
            return "wanted"
        found = _AFTER_DENY.search(tail)
        if found and state in ("asserted", "wanted") and tail[: found.start()].count(" ") < 8:
            return "denied"
        if state != "none" and i + 1 < len(self.clauses):
            following = self.body(i + 1)
            if len(following.split()) <= 5 and _AFTER_HEDGE.search(" " + following.strip(" ,") + " "):
                return "none"
        if _AFTER_HEDGE.search(tail):
            return "none"
        return state


def _relative(body: str) -> bool:
    """A relative clause belongs to the noun before it, in whatever state that noun is."""
    return bool(re.match(r" (?:that|which|who) (?:is|are|has|have|says|reads) ", body))
