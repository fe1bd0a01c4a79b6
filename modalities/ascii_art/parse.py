"""From a reply to the art in it, by stated rules.

1. Text only, at most MAX_REPLY characters; ANSI escape sequences are removed; CRLF and CR end lines; tabs
   are expanded to the next multiple of 8.
2. With a fenced block (``` or ~~~), the art is the first one that is not blank. Otherwise prose around the art is cut:
   leading and trailing paragraphs in which every line reads like a sentence.
3. Refused: control characters other than those above, wide characters (two columns), combining or
   zero-width ones, bidirectional controls, lone surrogates: their columns cannot be trusted.
4. Trailing spaces, blank rows above and below and the common left margin are removed: they cannot be seen.
   At least one ink character must remain, in at most MAX_ROWS rows of MAX_COLUMNS columns.
"""

from __future__ import annotations

import re
import unicodedata

from grounding.errors import Malformed

MAX_REPLY = 200_000  # characters; far above any drawing, far below what slows a checker
MAX_ROWS, MAX_COLUMNS = 300, 1000

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n`]*$")
# A line of prose: words that begin with a letter, at least MIN_WORDS of them, and an end as sentences have it.
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[,;:.!?]*")
MIN_WORDS = 3
_SENTENCE_END = (".", "!", "?", ":", ",", ";", '."', ".)")


def rows_of(reply: str) -> list[str]:
    """The art's rows. Raises Malformed with the reason."""
    if not isinstance(reply, str):
        raise Malformed("the reply is no text")
    if len(reply) > MAX_REPLY:
        raise Malformed(f"the reply has {len(reply)} characters; at most {MAX_REPLY} are read")
    text = _ANSI.sub("", reply).replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.expandtabs(8).replace("\u00a0", " ") for line in text.split("\n")]
    fenced = _fenced(lines)
    return normalised(_without_prose(lines) if fenced is None else fenced)


def normalised(lines: list[str]) -> list[str]:
    """Margins and trailing spaces removed; refuses what has no ink, is too large or has no fixed columns."""
    rows = [line.rstrip(" ") for line in lines]
    for number, row in enumerate(rows):
        bad = next((char for char in row if not _one_column(char)), None)
        if bad is not None:
            name = unicodedata.name(bad, "a control character")
            raise Malformed(f"line {number + 1}: U+{ord(bad):04X} ({name}) has no fixed column")
    inked = [i for i, row in enumerate(rows) if row]
    if not inked:
        raise Malformed("the reply holds no art: nothing but blanks")
    rows = rows[inked[0] : inked[-1] + 1]
    margin = min(len(row) - len(row.lstrip(" ")) for row in rows if row)
    rows = [row[margin:] for row in rows]
    width = max(map(len, rows))
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        raise Malformed(
            f"the art has {len(rows)} rows and {width} columns; at most {MAX_ROWS} and {MAX_COLUMNS}"
        )
    return rows


def _one_column(char: str) -> bool:
    """Whether a character takes exactly one column in a terminal and in a monospaced font."""
    if " " <= char <= "~":
        return True
    category = unicodedata.category(char)
    return category[0] not in "CMZ" and unicodedata.east_asian_width(char) not in "WF"


def _fenced(lines: list[str]) -> list[str] | None:
    """The inside of the first fenced block that is not blank; one that is never closed runs to the end."""
    block: list[str] | None = None
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if block is None:
            if found:
                block, fence = [], found.group(1)
        elif (
            found
            and found.group(1)[0] == fence[0]
            and len(found.group(1)) >= len(fence)
            and line.strip() == found.group(1)
        ):
            if any(row.strip() for row in block):
                return block
            block = None
        else:
            block.append(line)
    return block if block and any(row.strip() for row in block) else None


def _without_prose(lines: list[str]) -> list[str]:
    """The lines without leading and trailing paragraphs of prose. All prose: Malformed."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        else:
            paragraphs += [[line], []]
    keep = [i for i, paragraph in enumerate(paragraphs) if any(p.strip() for p in paragraph)]
    while keep and _is_prose(paragraphs[keep[0]]):
        keep.pop(0)
    while keep and _is_prose(paragraphs[keep[-1]]):
        keep.pop()
    if not keep:
        if any(line.strip() for line in lines):
            raise Malformed("the reply holds no art: nothing but sentences")
        raise Malformed("the reply holds no art: nothing but blanks")
    chosen = [line for paragraph in paragraphs[keep[0] : keep[-1] + 1] for line in paragraph]
    return _trimmed_prose_lines(chosen)


def _trimmed_prose_lines(lines: list[str]) -> list[str]:
    """Sentences directly above or below the art, without a blank line between, are cut too."""
    start, end = 0, len(lines)
    while start < end - 1 and _is_sentence(lines[start]):
        start += 1
    while end - 1 > start and _is_sentence(lines[end - 1]):
        end -= 1
    return lines[start:end]


def _is_prose(paragraph: list[str]) -> bool:
    return all(_is_sentence(line) for line in paragraph)


def _is_sentence(line: str) -> bool:
    """Several words with single spaces between, and an end as sentences have it."""
    tokens = line.split()
    words = sum(bool(_WORD.fullmatch(token)) for token in tokens)
    plain = "  " not in line.strip()
    return (
        plain and words >= MIN_WORDS and words >= 0.6 * len(tokens) and line.rstrip().endswith(_SENTENCE_END)
    )
