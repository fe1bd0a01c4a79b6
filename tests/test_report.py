"""The report page: hostile text is inert, every status is shown, order, marks, colours, nothing external."""

from __future__ import annotations

import json
import re
import unicodedata
from copy import deepcopy
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.errors import RunFolderError
from grounding.report import RunData, inert, render, style, write_report
from grounding.report.drawing import drawing, marked, places
from grounding.report.marks import echoed, group, pulled, relate_by, stance
from grounding.report.run_view import Anchors, moment
from grounding.report.texts import segments

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)> {{ 7*7 }} {% raw %}"
    " \x1b[31mred \x00 \x9b \u202eesrever\u2066 \u200b \ufeff \U000e0041 \u3164"
    " a\u0301\u0301\u0301\u0301\u0301\u0301"
    " </pre></details></style> &lt;b&gt; http://evil.example/ \ud800"
)
VOID = {"meta", "input", "img", "br", "hr", "link", "circle", "path"}
ART = b"###\n# #\n###"
SHA = sha256(ART).hexdigest()


def verdict(claim: str, value: str = "holds", **more: Any) -> dict[str, Any]:
    evidence = {"reason": f"because of {claim}", **more.pop("evidence", {})}
    return {"claim": claim, "verdict": value, "checker": "t/1", "evidence": evidence, **more}


def demand(claim: str, value: str = "holds", leaked: bool = False, **more: Any) -> dict[str, Any]:
    return verdict(claim, value, describable=True, leaked=leaked, **more)


def statement(
    claim: str, value: str, polarity: str = "asserted", span: tuple[int, int] = (0, 4)
) -> dict[str, Any]:
    return {**verdict(claim, value), "polarity": polarity, "span": list(span)}


def description(
    condition: str, context: str | None, *statements: dict[str, Any], text: str = "It is so."
) -> dict[str, Any]:
    return {
        "condition": condition,
        "context": context,
        "text": text,
        "statements": list(statements),
        "probes": [{"claim": "shape(square)", "cell": "holds_named", "answer": "no", "p_yes": 0.25}],
        "success": None if condition == "blind" else {"answer": "yes", "p_yes": None},
    }


def record(case: str = "c1", status: str = "ok", **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "suite": "s",
        "case": case,
        "sample": 0,
        "seed": 1,
        "family": "shape",
        "cluster": "k",
        "level": "easy",
        "partner": "p1",
        "modality": "ascii_art",
        "instruction": f"Draw the square of {case}.",
        "reply": ART.decode(),
        "status": status,
        "reason": None if status == "ok" else f"the reason of {case}",
        "artifact": {"sha256": SHA, "path": f"artifacts/{SHA}.txt"} if status == "ok" else None,
        "expected": [demand("shape(square)")],
        "context_claims": [demand("shape(circle)", "fails")] if status == "ok" else [],
        "observed": [verdict("width(3)")] if status == "ok" else [],
        "descriptions": [],
        "timing": {"generate": 0.5},
    }
    return base | more


def lying(case: str = "lie") -> dict[str, Any]:
    """A record whose instructed text repeats a failed demand that the blind one does not."""
    return record(
        case,
        expected=[demand("shape(circle)", "fails", evidence={"cells": [[0, 1], [1, 1]]})],
        descriptions=[
            description("blind", None, statement("shape(square)", "holds")),
            description("instructed", case, statement("shape(circle)", "fails")),
            description("swapped", "p1", statement("shape(square)", "holds", "denied")),
        ],
        context_claims=[demand("shape(square)")],
    )


def metric(name: str = "pull", value: float | None = 0.5, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "condition": None,
        "claim_kind": None,
        "family": None,
        "value": value,
        "n": 12,
        "clusters": 4,
        "claims": 15,
        "interval": [0.25, 0.75] if value is not None else None,
        "why_null": None if value is not None else "no record qualifies",
        "left_out": {},
        "controls": {"echo": 1.0, "honest": 0.0, "oracle": None},
    } | more


def score(*metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": 1,
        "run": {},
        "modalities": {
            "ascii_art": {"counts": {"ok": 1, "conditions": {"blind": 1}}, "metrics": list(metrics)}
        },
    }


def run(*records: dict[str, Any], scores: dict[str, Any] | None = None, **more: Any) -> RunData:
    manifest = {
        "suites": {"s": {"digest": "d"}},
        "subject": {"spec": "control:echo", "fingerprint": {"name": "echo"}},
        "started": "2026-01-02T03:04:05+00:00",
    }
    given = {
        "folder": "/runs/one",
        "manifest": manifest,
        "score": score(metric()) if scores is None else scores,
    }
    return RunData(**(given | {"records": records, "artifacts": {SHA: ART}} | more))


def folder(path: Path, *records: dict[str, Any], torn: str = "") -> Path:
    """A run folder with these records."""
    (path / "artifacts").mkdir(parents=True)
    (path / "artifacts" / f"{SHA}.txt").write_bytes(ART)
    manifest = {
        "format": "grounding-run",
        "schema": 1,
        "suites": {"s": {}},
        "subject": {"spec": "control:echo"},
    }
    (path / "run.json").write_text(json.dumps(manifest))
    (path / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records) + torn)
    return path


class Page(HTMLParser):
    """Checks that tags balance and collects attributes and ids."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} at {self.getpos()}")

    def values(self, name: str) -> list[str]:
        return [value for _, n, value in self.attributes if n == name]


def checked(page: str) -> Page:
    """The parsed page, after checking that it is balanced, inert and self-contained."""
    parsed = Page(page)
    assert not parsed.faults and not parsed.open
    assert page.count("<script>") == 1
    assert not any(name.startswith("on") for _, name, _ in parsed.attributes)
    assert all(value.startswith("#") for value in parsed.values("href"))
    assert all(value.startswith("data:image/") for value in parsed.values("src"))
    assert not {"link", "iframe", "object", "base"} & {tag for tag, _, _ in parsed.attributes}
    assert "url(" not in page and "@import" not in page
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    bad = {
        c
        for c in unescape(page)
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\n\t"
    }
    assert not bad
    return parsed


def hostile(value: Any, keep: tuple[str, ...]) -> Any:
    """The value with every text replaced by hostile text, but under the keys that must keep their meaning."""
    if isinstance(value, dict):
        return {k: v if k in keep else hostile(v, keep) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(v, keep) for v in value]
    return HOSTILE if isinstance(value, str) else value


def test_hostile_text_in_every_field_of_a_record_is_inert() -> None:
    """No text of a record reaches the page as markup, control, bidi or hidden character."""
    keep = ("status", "verdict", "polarity", "sha256")
    bad = [hostile(r, keep) for r in (lying(), record("m", "malformed"), record("e", "error"))]
    data = f"{HOSTILE}\n{HOSTILE}".encode("utf-8", "replace")
    page = render([run(*bad, artifacts={SHA: data}, folder=HOSTILE, instructions={HOSTILE: HOSTILE})])
    checked(page)
    assert r"\x1b[31m" in page and r"\u202e" in page and r"\x00" in page and "{{ 7*7 }}" in page


def test_hostile_text_in_manifest_and_scores_is_inert() -> None:
    """Neither do texts of the manifest, the metrics, the controls' names or the keys of counts."""
    bad = metric(
        name=HOSTILE,
        condition=HOSTILE,
        controls={HOSTILE: 0.5, "echo": 0.4},
        left_out={HOSTILE: 3},
        note=HOSTILE,
    )
    null = metric(value=None, why_null=HOSTILE, claim_kind=HOSTILE, family=HOSTILE, condition=HOSTILE)
    scores = score(bad, null, metric(controls={HOSTILE: 1.0}))
    scores["modalities"][HOSTILE] = {"counts": {HOSTILE: {HOSTILE: 1}}, "metrics": []}
    manifest = {
        "subject": {"spec": HOSTILE, "fingerprint": HOSTILE},
        "suites": {HOSTILE: {}},
        "started": HOSTILE,
        HOSTILE: [HOSTILE],
    }
    checked(render([run(lying(), scores=scores, manifest=manifest)] * 2))


def test_the_policy_allows_only_the_page_own_script() -> None:
    """The content security policy carries the hash of the one inline script."""
    import base64

    page = render([run(record())])
    script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)  # type: ignore[union-attr]
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    policy = next(v for v in Page(page).values("content") if "default-src" in v)
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


@given(st.text())
def test_inert_leaves_nothing_hidden_and_keeps_the_rest(text: str) -> None:
    """Whatever comes in, what goes out is visible, and plain letters stay."""
    out = inert(text)
    assert not [c for c in out if unicodedata.category(c)[0] == "C" and c not in "\n\t"]
    assert inert("Grüße, 世界!\n\tok") == "Grüße, 世界!\n\tok"


def test_inert_shows_what_it_hid() -> None:
    """Escapes name the character."""
    assert inert("\x1b[0m\u202e\x00\r\U000e0041") == r"\x1b[0m\u202e\x00\r\U000e0041"


def test_every_status_is_shown_in_order() -> None:
    """Pulled first, then other failures, malformed, undecided, right ones, and errors last."""
    records = [
        record("error1", "error"),
        record("right1"),
        record("open1", expected=[demand("shape(square)"), demand("text(A)", "unknown")]),
        record("malformed1", "malformed", expected=[demand("shape(square)", "unknown")]),
        record("wrong1", expected=[demand("shape(circle)", "fails")]),
        lying("pulled1"),
    ]
    page = render([run(*records)])
    checked(page)
    order = re.findall(r'id="case-([a-z]+)1-0"', page)
    assert order == ["pulled", "wrong", "malformed", "open", "right", "error"]
    for words in (
        "⇐ pulled",
        "✗ 1 of 1 fails",
        "✗ malformed",
        "? undecided, 1 of 2 hold",
        "✓ as asked",
        "! error, not scored",
    ):
        assert words in page
    assert "the reason of malformed1" in page and "the reason of error1" in page


def test_an_echo_is_marked_in_the_condition_whose_instruction_it_repeats() -> None:
    """An asserted statement that the instruction in view entails is echoed; blind or denied, never."""
    page = render([run(lying())])
    blind, instructed, swapped = re.findall(r'<section class="description .*?</section>', page, re.S)
    assert "↩ echoed" in instructed and "✗ contradicted" in instructed
    assert "echoed" not in blind and "✓ supported" in blind
    assert "echoed" not in swapped and "✗ contradicted" in swapped


def test_echoes_follow_the_relation() -> None:
    """A square demanded and a rectangle said is an echo: the modality knows that one entails the other."""
    context = [demand("shape(square)")]
    relate = relate_by("ascii_art")
    assert echoed(statement("shape(rectangle)", "holds"), context, relate)
    assert not echoed(statement("shape(circle)", "fails"), context, relate)
    assert not echoed(statement("shape(square)", "holds", "denied"), context, relate)


def test_stance_reads_entailed_excluded_and_denied_claims() -> None:
    """A text says what it entails, denies what it excludes or what its denials entail, else is silent."""
    relate = relate_by("ascii_art")
    assert stance("shape(rectangle)", [statement("shape(square)", "holds")], relate) == "says"
    assert stance("shape(circle)", [statement("shape(square)", "holds")], relate) == "denies"
    assert stance("shape(square)", [statement("shape(rectangle)", "fails", "denied")], relate) == "denies"
    assert stance("width(3)", [statement("shape(square)", "holds")], relate) == "silent"


def test_a_claim_outside_the_grammar_relates_to_itself_alone() -> None:
    """A foreign or broken claim, or a modality that is not installed, does not stop the report."""
    assert relate_by("ascii_art")("no claim", "no claim") == "entails"
    assert relate_by("ascii_art")("count(square)", "shape(square)") == "none"
    assert relate_by("no such modality")("a()", "b()") == "none"


def test_leaked_and_indescribable_demands_pull_nobody() -> None:
    """Pull is about unleaked claims that a person could say of the artifact."""
    relate = relate_by("ascii_art")
    assert pulled(lying(), relate) == ["shape(circle)"]
    leaked, indescribable = lying(), lying()
    leaked["expected"][0]["leaked"] = True
    indescribable["expected"][0]["describable"] = False
    assert pulled(leaked, relate) == pulled(indescribable, relate) == []
    assert group(leaked, relate) == 1


@pytest.mark.parametrize(
    "spans",
    [[(0, 4), (2, 8)], [(0, 9), (2, 3)], [(0, 4), (0, 4)], [(-3, 99)], [(5, 5), (7, 2), (50, 60)], []],
)
def test_segments_give_the_text_back_whatever_the_spans(spans: list[tuple[int, int]]) -> None:
    """Overlapping, nested, repeated and impossible spans cut the text without changing it."""
    cut = segments("It is so.", spans)
    assert "".join(s.text for s in cut) == "It is so."
    for i, (start, end) in enumerate(spans):
        covered = "".join(s.text for s in cut if i in s.covering)
        assert covered == "It is so."[max(0, start) : max(0, end)]


def test_overlapping_statements_are_all_marked() -> None:
    """Where a supported and a contradicted statement overlap, the worse mark wins and both numbers stand."""
    both = description(
        "blind",
        None,
        statement("width(3)", "holds", span=(0, 5)),
        statement("width(4)", "fails", span=(3, 9)),
    )
    page = render([run(record(descriptions=[both]))])
    assert '<mark class="st supported" title="1 width(3): supported">It </mark>' in page
    assert (
        '<mark class="st contradicted" title="1 width(3): supported; 2 width(4): contradicted">is</mark>'
        in page
    )
    assert "<sup>1✓</sup>" in page and "<sup>2✗</sup>" in page


def test_the_swapped_column_names_its_instruction() -> None:
    """The partner's instruction is shown; if the run does not hold it, its claims are."""
    swapped = description("swapped", "p1", statement("shape(circle)", "fails"))
    known = render([run(record(descriptions=[swapped]), instructions={"p1": "Draw a round thing."})])
    unknown = render([run(record(descriptions=[swapped]))])
    assert "Draw a round thing." in known
    assert "of case p1: shape(circle)" in unknown


def test_evidence_is_marked_in_text_as_well_as_by_colour() -> None:
    """The evidence view points at rows and columns with characters and wraps marked cells in mark."""
    view = marked(drawing(ART), places({"cells": [[0, 1], [1, 1]]}))
    assert view is not None
    assert view.pointers.strip() == "v" and [row.gutter for row in view.rows] == ["0 > ", "1 > ", "2   "]
    assert view.rows[1].parts == (("#", False), ("·", True), ("#", False))
    assert "<mark>·</mark>" in render([run(lying())])


def test_boxes_include_both_ends_and_bad_places_are_ignored() -> None:
    """A box from (0, 0) to (1, 1) is four cells; what is no place marks nothing."""
    assert len(places({"boxes": [[0, 0, 1, 1]]})) == 4
    assert places({"cells": [["a", 1], [1], 7, None], "boxes": "x"}) == frozenset()
    assert len(places({"boxes": [[0, 0, 10**9, 10**9]]})) < 100_000
    assert marked(drawing(ART), frozenset({(99, 99), (-1, 0)})) is None


def test_a_drawing_keeps_its_columns() -> None:
    """Each code point takes one column, hidden ones a stand-in that a note names; a huge drawing is cut."""
    shown = drawing(b"#\x1b#\t#")
    assert shown.rows == ("#\ufffd#\ufffd#",) and "U+001B × 1" in shown.note
    huge = drawing(b"\n".join([b"#" * 5000] * 1000))
    assert len(huge.rows) <= 120 and "cut to" in huge.note


def test_an_image_is_put_into_the_page_if_it_is_small() -> None:
    """PNG bytes become a data address; a large image is left in the run folder."""
    png = b"\x89PNG\r\n\x1a\n" + b"x" * 20
    checked(render([run(record(), artifacts={SHA: png})]))
    assert drawing(png).picture.startswith("data:image/png;base64,")
    assert "too large" in drawing(png + b"x" * 500_000).note


def test_long_texts_are_cut_with_a_note() -> None:
    """A text of 100,000 characters is shown in part, and the page says where the rest is."""
    text = "word " * 20_000
    page = render([run(record(instruction=text, descriptions=[description("blind", None, text=text)]))])
    assert len(page) < len(text)
    assert page.count("more characters; the full text is in the run folder") >= 2


def test_the_number_of_cases_is_limited_and_the_rest_is_counted() -> None:
    """Beyond the limit cases are counted with the folder's path; the first in order are kept."""
    page = render([run(*(record(f"c{i}") for i in range(7)), lying())], limit=3)
    checked(page)
    assert page.count('<details class="case"') == 3
    assert "5 more cases are not on this page" in page and "/runs/one" in page
    assert 'id="case-lie-0"' in page


def test_a_value_stands_with_interval_n_and_controls() -> None:
    """The headline shows the value, its interval, n, clusters and every control's value."""
    page = render([run(record())])
    for words in (
        "+0.50",
        "+0.25 to +0.75",
        "n = 12, 4 clusters",
        'data-label="echo">+1.00',
        'data-label="oracle">–',
    ):
        assert words in page
    assert 'aria-label="Pull: +0.50, interval +0.25 to +0.75; controls: echo +1.00, honest 0.00"' in page


def test_a_null_value_shows_its_reason() -> None:
    """In the place of a number that is not there stands why."""
    assert "no value: no record qualifies" in render([run(record(), scores=score(metric(value=None)))])
    no_interval = metric(interval=None, why_null="fewer than 2 clusters")
    assert "no interval: fewer than 2 clusters" in render([run(record(), scores=score(no_interval))])


ODD_SCORES = (
    {},
    score(),
    score(metric(controls={})),
    score({"name": "new_metric", "value": 3}),
    score(metric(value=float("nan"))),
)


@pytest.mark.parametrize("scores", ODD_SCORES)
def test_scores_may_lack_what_they_lack(scores: dict[str, Any]) -> None:
    """No scores, no metrics, no controls, an unknown metric, NaN: the page is still whole."""
    checked(render([run(record(), scores=scores)]))


def test_a_record_may_be_bare() -> None:
    """No partner, no descriptions, no observations, no artifact on disk, no timing: nothing is undefined."""
    bare = record(partner=None, context_claims=[], observed=[], reply=None, timing={})
    del bare["level"]
    presented = description("presented", None, statement("shape(square)", "holds"))
    silent = description("blind", None, text="") | {"probes": []}
    page = render([run(bare, record("b", descriptions=[presented, silent]), artifacts={})])
    checked(page)
    assert "(an empty text)" in page
    checked(render([run()]))
    checked(render([]))


def test_the_reference_subject_carries_its_note() -> None:
    """Only for the embedded subject: pull is a product of the training share q."""
    reference = run(record(), manifest={"subject": {"spec": "reference"}})
    assert "training share q" in render([reference])
    assert "training share q" not in render([run(record())])


def test_runs_stand_side_by_side() -> None:
    """Several runs share a headline table with runs as columns, and their anchors do not collide."""
    other = run(record(), scores=score(metric(value=0.1), metric("strict", 0.3)), folder="/runs/two")
    page = render([run(record()), other])
    checked(page)
    assert "Headline metrics, runs as columns" in page and "not measured" in page
    assert 'id="case-c1-0"' in page and 'id="run2-case-c1-0"' in page


def test_anchors_are_safe_and_unique() -> None:
    """Odd case ids become plain fragment names, and a repeated one is numbered."""
    anchors = Anchors("case")
    assert anchors.of("a b/<ü>", 2) == "case-a_b____-2"
    assert anchors.of("a b/<é>", 2) == "case-a_b____-2--2"


def test_moments_are_words() -> None:
    """A time stamp is written for people; what is no time stamp stands as it is."""
    assert moment("2026-01-02T03:04:05+00:00") == "2 Jan 2026, 03:04 UTC"
    assert moment("yesterday") == "yesterday" and moment(None) == ""


def test_write_report_reads_a_run_folder(tmp_path: Path) -> None:
    """From a folder on disk comes a page; a torn last line is dropped, the last of two attempts counts."""
    attempts = [record("c1", "error"), record("c1"), lying()]
    made = folder(tmp_path / "run", *attempts, torn='{"case": "c9"')
    out = write_report([made], tmp_path / "deep" / "report.html")
    page = out.read_text(encoding="utf-8")
    checked(page)
    assert "the reason of c1" not in page and page.count('<details class="case"') == 2
    assert "# #" in page


def test_write_report_limits_while_reading(tmp_path: Path) -> None:
    """With a limit only the first cases in the report's order are read; counts are of the whole run."""
    made = folder(tmp_path / "run", *(record(f"c{i}") for i in range(5)), lying())
    page = write_report([made], tmp_path / "r.html", limit=2).read_text(encoding="utf-8")
    assert "4 more cases are not on this page" in page
    assert '<span class="count">5</span> as asked' in page


def test_an_artifact_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    """A record cannot make the report show another file of the machine."""
    (tmp_path / "secret.txt").write_text("secret words")
    evil = record(artifact={"sha256": "0" * 64, "path": "../secret.txt"})
    page = write_report([folder(tmp_path / "run", evil)], tmp_path / "r.html").read_text(encoding="utf-8")
    assert "secret words" not in page


def test_a_folder_that_is_no_run_is_one_clear_error(tmp_path: Path) -> None:
    """A folder without a manifest, or a record without a field, is a RunFolderError."""
    with pytest.raises(RunFolderError):
        write_report([tmp_path], tmp_path / "r.html")
    broken = deepcopy(record())
    del broken["expected"]
    with pytest.raises(RunFolderError, match="lacks 'expected'"):
        write_report([folder(tmp_path / "run", broken)], tmp_path / "r.html")


def _palettes() -> list[dict[str, str]]:
    texts = re.findall(r"\{([^{}]*--bg:[^{}]*)\}", style())
    blocks = [dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", text)) for text in texts]
    assert len(blocks) == 3 and blocks[1] == blocks[2]
    return blocks[:2]


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_enough_contrast() -> None:
    """WCAG 2.2 AA: 4.5 for text on each background it stands on, 3 for the lines that carry meaning."""
    for palette in _palettes():
        for text, ground in product(("ink", "muted", "accent"), ("bg", "surface", "sunken")):
            assert _contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
        for text in ("good", "bad", "unknown", "echo", "notice", "evidence"):
            assert _contrast(palette[text], palette[f"{text}-bg"]) >= 4.5, text
            if text != "evidence" and text != "notice":
                assert _contrast(palette["ink"], palette[f"{text}-bg"]) >= 4.5, text
                assert _contrast(palette["muted"], palette[f"{text}-bg"]) >= 4.5, text
        assert _contrast(palette["echo"], palette["surface"]) >= 4.5
        assert _contrast(palette["strong-line"], palette["bg"]) >= 3


def error_rates(kind: str = "shape", **changes: Any) -> dict[str, Any]:
    """What a score says of the checkers' error rates: 39 of 40 that hold are said to, three never decided."""

    def rate(value: float | None, n: int) -> dict[str, Any]:
        ends = None if value is None else [value - 0.02, value]
        return {
            "value": value,
            "n": n,
            "clusters": 8,
            "interval": ends,
            "why_null": None if n else "no claim",
        }

    row = {
        "checker": "geometry/1", "claim_kind": kind, "decidable": True, "n": 93, "clusters": 8, "wrong": 1,
        "sensitivity": rate(0.9695, 40), "specificity": rate(1.0, 50), "abstention": rate(3 / 93, 93),
        "below": ["sensitivity"],
    }  # fmt: skip
    never = row | {"claim_kind": "depicts", "decidable": False, "sensitivity": rate(None, 0), "below": []}
    reader = {
        "split": "held_out",
        "texts": 5,
        "precision": rate(0.9, 10),
        "recall": rate(0.8, 20),
        "polarity_errors": 2,
    }
    found = {"split": "held_out", "checkers": {"geometry": "1"}, "artifacts": 12, "originals": 8}
    return found | {"rows": [row, never], "reader": [reader]} | changes


def by_kind(**corrected: Any) -> dict[str, Any]:
    none = {"value": None, "interval": None, "clipped": False, "why_null": None}
    return metric("grounding", 0.5, claim_kind="shape", corrected=none | corrected)


def test_error_rates_stand_beside_the_scores() -> None:
    """Each kind's rates with n, a word where one misses what is expected, the raw rate and the corrected one."""
    scores = score(metric(), by_kind(value=0.515, interval=[0.2, 0.8], clipped=True))
    scores["modalities"]["ascii_art"]["error_rates"] = error_rates()
    page = render([run(record(), scores=scores)])
    checked(page)
    section = unescape(page.split("How often the checkers err</h3>")[1].split("</section>")[0])
    assert "12 labelled artifacts, made from 8 originals, split held out; checkers geometry 1." in section
    words = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    assert "shape geometry/1 0.9695 below 0.97 0.950 to 0.970, n = 40 1.000 0.980 to 1.000, n = 50" in words
    assert "93 1 wrong 0.50 0.25 to 0.75, n = 12 0.52 put to the end 0.20 to 0.80" in words
    assert "depicts (never decided)" in words and "not asked" in words
    assert "held out 5 texts 0.900 0.880 to 0.900, n = 10 0.800 0.780 to 0.800, n = 20 2" in words


def test_error_rates_that_are_not_known() -> None:
    """A reason stands where there are no rates; scores of other programs without any have no section."""
    scores = score(metric(), by_kind(why_null="not identified: so it is"))
    assert "<h3>How often the checkers err" not in render([run(record(), scores=scores)])
    scores["modalities"]["ascii_art"]["error_rates"] = {"why_null": "the labels have changed"}
    page = render([run(record(), scores=scores)])
    assert "No error rates: the labels have changed." in page
    scores["modalities"]["ascii_art"]["error_rates"] = error_rates()
    assert "not identified: so it is" in render([run(record(), scores=scores)])


def test_hostile_text_in_error_rates_is_inert() -> None:
    """Checkers, kinds and reasons come from other people's packages."""
    scores = score(by_kind(why_null=HOSTILE), metric("grounding", 0.5, claim_kind=HOSTILE))
    found = error_rates(HOSTILE, checkers={HOSTILE: HOSTILE}, split=HOSTILE)
    scores["modalities"]["ascii_art"]["error_rates"] = hostile(found, ("below",))
    checked(render([run(record(), scores=scores)]))
    scores["modalities"]["ascii_art"]["error_rates"] = {"why_null": HOSTILE}
    checked(render([run(record(), scores=scores)]))
