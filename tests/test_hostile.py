"""Hostile text in every field that a person, file or model can bring: inert in the terminal and in JSON."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hostile import PAYLOADS, harmless, one_error
from rich.console import Console
from test_report import description, folder, lying, record, statement

from grounding.claims import Claim
from grounding.cli import main
from grounding.report.table import print_scores
from grounding.report.texts import inert

Said = tuple[int, str, str]  # exit code, output, errors
Command = Callable[..., Said]
SQUARE = "####\n#  #\n#  #\n####\n"
SUITE: dict[str, Any] = {"name": "s", "modality": "ascii_art"}
CASE: dict[str, Any] = {"id": "a", "instruction": "x", "expects": ["hollow()"]}
RUN = ("run", "ascii_art", "--out", "x", "--n", "1", "--subject")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in this process, in a folder with a drawing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "square.txt").write_text(SQUARE)

    def call(*args: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["grounding", *args])
        with pytest.raises(SystemExit) as stopped:
            main()
        told = capsys.readouterr()
        return int(stopped.value.code or 0), told.out, told.err

    return call


def fits_a_path(name: str) -> bool:
    """Whether a file can have the name: no NUL, encodable, and short with an ending of ours."""
    try:
        return "\0" not in name and len(os.fsencode(name)) < 200
    except UnicodeEncodeError:
        return False


def as_yaml(value: Any) -> str:
    """JSON that is YAML too: letters beyond 16 bits as they are, because YAML knows no pairs of surrogates."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or ord(c) > 0xFFFF else f"\\u{ord(c):04x}" for c in text)


@pytest.fixture(params=PAYLOADS)
def payload(request: pytest.FixtureRequest) -> str:
    return PAYLOADS[request.param]


# --- arguments --------------------------------------------------------------------------------------

REFUSED = {
    "claim": ("check", "ascii_art", "square.txt", "--claim", "{}"),
    "predicate": ("check", "ascii_art", "square.txt", "--claim", "shape(x, {})"),
    "artifact": ("check", "ascii_art", "{}"),
    "modality": ("check", "{}", "square.txt"),
    "case": ("check", "ascii_art", "square.txt", "--case", "{}"),
    "case of a suite": ("check", "ascii_art", "square.txt", "--case", "ascii_art:{}"),
    "text": ("read", "ascii_art", "{}"),
    "suite": ("run", "{}", *RUN[2:], "control:echo"),
    "suite file": ("run", "{}.yaml", *RUN[2:], "control:echo"),
    "subject": (*RUN, "{}"),
    "control": (*RUN, "control:{}"),
    "checkpoint": (*RUN, "transformers:{}"),
    "replay": (*RUN, "replay:{}"),
    "python": (*RUN, "python:{}:x"),
    "python object": (*RUN, "python:json:{}"),
    "endpoint": (*RUN, "openai:{}"),
    "condition": (*RUN, "control:echo", "--conditions", "{}"),
    "engine": (*RUN, "control:echo", "--engine", "{}"),
    "number": (*RUN, "control:echo", "--n", "{}"),
    "option": (*RUN, "control:echo", "--{}"),
    "command": ("{}",),
    "list": ("list", "{}"),
    "cases of a suite": ("list", "cases", "--suite", "{}"),
    "run folder": ("score", "{}"),
    "report": ("report", "{}"),
}  # fmt: skip


@pytest.mark.parametrize("place", REFUSED)
def test_a_hostile_argument_is_one_harmless_line(place: str, payload: str, cli: Command) -> None:
    """Whatever stands in the place of a name, claim, path or number, the error is one inert line."""
    code, out, err = cli(*(part.replace("{}", payload) for part in REFUSED[place]))
    assert (code, out) == (2, "")
    one_error(err)


def test_a_claim_about_hostile_text_is_answered(payload: str, cli: Command) -> None:
    """A claim may hold any text: it is printed inert, and in JSON it comes back as it was."""
    claim = Claim("text", (payload,))
    code, out, err = cli("check", "ascii_art", "square.txt", "--claim", str(claim))
    assert (code, err) == (0, "")
    harmless(out)
    code, out, err = cli("check", "ascii_art", "square.txt", "--claim", str(claim), "--json")
    assert (code, err) == (0, "") and out.isascii()
    assert Claim.parse(json.loads(out)["verdicts"][0]["claim"]) == claim


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "```\n{}\n```", "####\n# {} #\n####"])
def test_a_hostile_artifact_is_inert(form: str, payload: str, cli: Command, tmp_path: Path) -> None:
    """An artifact of hostile text is checked or refused; what is printed of it is inert."""
    (tmp_path / "art.txt").write_bytes(form.replace("{}", payload).encode("utf-8", "surrogatepass"))
    code, out, err = cli("check", "ascii_art", "art.txt")
    assert (code, err) == (0, "")
    harmless(out)
    code, out, err = cli("check", "ascii_art", "art.txt", "--json")
    assert (code, err) == (0, "") and out.isascii() and json.loads(out)["status"] in ("ok", "malformed")


@pytest.mark.parametrize(
    "form", ["{}", 'It says "{}".', "The word {} is made of {}.", "A square of '{}', {} rows high."]
)
def test_a_hostile_description_is_inert(form: str, payload: str, cli: Command, tmp_path: Path) -> None:
    """Statements read from hostile text are inert lines, and in JSON claims that parse."""
    (tmp_path / "text.txt").write_bytes(form.replace("{}", payload).encode("utf-8", "surrogatepass"))
    code, out, err = cli("read", "ascii_art", "text.txt")
    assert (code, err) == (0, "")
    harmless(out)
    code, out, err = cli("read", "ascii_art", "text.txt", "--json")
    assert (code, err) == (0, "") and out.isascii()
    assert all(str(Claim.parse(s["claim"])) == s["claim"] for s in json.loads(out))


SUITES: dict[str, Callable[[str], dict[str, Any]]] = {
    "name": lambda p: {**SUITE, "name": p, "cases": [CASE]},
    "modality": lambda p: {**SUITE, "modality": p, "cases": [CASE]},
    "description": lambda p: {**SUITE, "description": p, "cases": [CASE]},
    "seed": lambda p: {**SUITE, "seed": p, "cases": [CASE]},
    "key": lambda p: {**SUITE, p: 1, "cases": [CASE]},
    "family": lambda p: {**SUITE, "families": [{"family": p, "n": 1}]},
    "id": lambda p: {**SUITE, "cases": [{**CASE, "id": p}]},
    "instruction": lambda p: {**SUITE, "cases": [{**CASE, "instruction": p}]},
    "claim": lambda p: {**SUITE, "cases": [{**CASE, "expects": [p]}]},
    "text of a claim": lambda p: {**SUITE, "cases": [{**CASE, "expects": [str(Claim("text", (p,)))]}]},
    "cluster": lambda p: {**SUITE, "cases": [{**CASE, "cluster": p}]},
    "level": lambda p: {**SUITE, "cases": [{**CASE, "level": p}]},
    "partner": lambda p: {**SUITE, "cases": [{**CASE, "partner": p}]},
    "oracle": lambda p: {**SUITE, "cases": [{**CASE, "oracle": p}]},
    "data": lambda p: {**SUITE, "cases": [{**CASE, "data": {p: [p, {p: p}]}}]},
}


@pytest.mark.parametrize("place", SUITES)
def test_a_hostile_suite_is_listed_or_refused(place: str, payload: str, cli: Command, tmp_path: Path) -> None:
    """A suite with hostile text is one inert line a case, or one inert line of error; JSON gives it back."""
    (tmp_path / "suite.yaml").write_text(as_yaml(SUITES[place](payload)), "utf-8")
    code, out, err = cli("list", "cases", "--suite", "suite.yaml")
    harmless(out)
    if code:
        assert (code, out) == (2, "")
        one_error(err)
        return
    assert err == "" and out.count("\n") == 1
    _, out, _ = cli("list", "cases", "--suite", "suite.yaml", "--json")
    assert out.isascii()
    if place == "instruction" and payload.isprintable() and payload.isascii():
        assert json.loads(out)[0]["instruction"] == payload


def test_a_run_on_a_hostile_suite_is_inert(payload: str, cli: Command, tmp_path: Path) -> None:
    """Hostile instructions, oracles and claims go through a run, its scores and its report."""
    case = {**CASE, "instruction": payload, "oracle": f"```\n# {payload}\n```", "data": {"k": payload}}
    case["expects"] = ["hollow()", str(Claim("text", (payload,)))]
    other = {**case, "id": "b", "expects": ["filled()", str(Claim("text", (payload + "x",)))]}
    suite = {**SUITE, "description": payload, "cases": [case, other]}
    (tmp_path / "suite.yaml").write_text(as_yaml(suite), "utf-8")
    code, out, err = cli("run", "suite.yaml", "--subject", "control:echo", "--workers", "0", "--out", "r")
    harmless(out)
    if any("\ud800" <= c <= "\udfff" for c in payload):  # a person's file is text; these are none
        assert code == 2
        one_error(err)
        return
    assert (code, err) == (0, "")
    assert all(line.isascii() for line in (tmp_path / "r" / "records.jsonl").read_bytes().splitlines())
    for command in ("score", "report"):
        code, out, err = cli(command, "r")
        assert (code, err) == (0, ""), err
        harmless(out)


# --- run folders ------------------------------------------------------------------------------------


def odd_records(payload: str) -> list[dict[str, Any]]:
    """Records with the payload in every text that may be any text."""
    texts = description("blind", None, statement("shape(square)", "holds"), text=payload)
    texts["probes"][0] |= {"cell": payload, "answer": payload}
    told = description(payload, payload, statement("shape(circle)", "fails"), text=payload)
    told["success"] = {"answer": payload, "p_yes": 0.5}
    for entry in (*texts["statements"], *told["statements"]):
        entry |= {"checker": payload, "evidence": {"reason": payload, payload: payload}}
    names = dict.fromkeys(("suite", "case", "family", "cluster", "level", "partner"), payload)
    one = lying(payload) | names | {"instruction": payload, "reply": payload, "reason": payload}
    one["descriptions"] = [*one["descriptions"], texts | {"condition": "inline"}, told]
    bad = record("m", "malformed", reply=payload, reason=payload)
    return [one, bad, record("e", "error", reply=payload, reason=payload)]


@pytest.mark.parametrize("command", [("score",), ("score", "--json"), ("report",)], ids=" ".join)
def test_a_hostile_run_folder_is_inert(
    command: tuple[str, ...], payload: str, cli: Command, tmp_path: Path
) -> None:
    """Scores of records with hostile names, texts, conditions and evidence are inert; JSON is ASCII."""
    folder(tmp_path / "run", *odd_records(payload))
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    manifest |= {"subject": {"spec": payload, "fingerprint": {payload: payload}}, "started": payload}
    manifest |= {"suites": {payload: payload}, "more": {payload: payload}, "conditions": [payload]}
    (tmp_path / "run" / "run.json").write_text(json.dumps(manifest))
    code, out, err = cli(*command[:1], "run", *command[1:])
    assert (code, err) == (0, "")
    harmless(out)
    if "--json" in command:
        assert out.isascii() and json.loads(out)["run"]["subject"]["spec"] == payload


@pytest.mark.parametrize("command", [("compare",), ("compare", "--json"), ("report",)], ids=" ".join)
def test_a_hostile_comparison_is_inert(
    command: tuple[str, ...], payload: str, cli: Command, tmp_path: Path
) -> None:
    """Two runs whose names, cases, families and metrics are hostile: table, JSON and page are inert."""
    for name in ("a", "b"):
        folder(tmp_path / name, *odd_records(payload))
        manifest = json.loads((tmp_path / name / "run.json").read_text())
        manifest |= {
            "subject": {"spec": payload + name},
            "conditions": [payload],
            "checkers": {payload: {payload: "1"}},
        }
        manifest["suites"] = {
            payload: {"modality": "ascii_art", "digest": payload, "primary": [payload, "strict"]}
        }
        (tmp_path / name / "run.json").write_text(json.dumps(manifest))
    code, out, err = cli(command[0], "a", "b", *command[1:])
    assert (code, err) == (0, ""), err
    harmless(out)
    if "--json" in command:
        assert out.isascii() and json.loads(out)["runs"][0]["subject"]["spec"] == payload + "a"
    if command == ("report",):
        page = (tmp_path / "a" / "report.html").read_text("utf-8")
        assert "The runs are not compared" not in page and "What changed" in page
        assert "<script>document" not in page and "<img src=x" not in page and "</script></style>" not in page


REFUSED_FIELDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "modality": lambda p: {"modality": p},
    "claim": lambda p: {"observed": [{"claim": p, "verdict": "holds", "checker": "c", "evidence": {}}]},
    "verdict": lambda p: {"observed": [{"claim": "x()", "verdict": p, "checker": "c", "evidence": {}}]},
    "status": lambda p: {"status": p},
    "timing": lambda p: {"timing": {p: p}},
    "sample": lambda p: {"sample": p},
    "artifact": lambda p: {"artifact": {"sha256": p, "path": p}},
    "no list": lambda p: {"descriptions": p},
    "key": lambda p: {"descriptions": {p: p}},
}


@pytest.mark.parametrize("command", ["score", "report"])
@pytest.mark.parametrize("place", REFUSED_FIELDS)
def test_a_record_that_is_none_is_one_harmless_line(
    place: str, command: str, payload: str, cli: Command, tmp_path: Path
) -> None:
    """Hostile text where only some values can stand is refused, or left out, without a traceback."""
    folder(tmp_path / "run", lying() | REFUSED_FIELDS[place](payload))
    code, out, err = cli(command, "run")
    harmless(out)
    if code:
        assert (code, out) == (2, "")
        one_error(err)
    else:
        assert err == ""


MANIFESTS: dict[str, Callable[[str], str]] = {
    "not JSON": lambda p: p,
    "a string": lambda p: json.dumps(p),
    "format": lambda p: json.dumps({"format": p}),
    "schema": lambda p: json.dumps({"format": "grounding-run", "schema": p}),
    "number": lambda p: f'{{"format": "grounding-run", "schema": 1, {json.dumps(p)}: NaN}}',
}


@pytest.mark.parametrize("place", MANIFESTS)
def test_a_hostile_manifest_is_one_harmless_line(
    place: str, payload: str, cli: Command, tmp_path: Path
) -> None:
    """What is no manifest of ours is refused in one inert line."""
    written = folder(tmp_path / "run", record()) / "run.json"
    written.write_bytes(MANIFESTS[place](payload).encode("utf-8", "surrogatepass"))
    for command in ("score", "report"):
        code, out, err = cli(command, "run")
        assert (code, out) == (2, "")
        one_error(err)


def test_a_hostile_folder_name_is_inert(payload: str, cli: Command, tmp_path: Path) -> None:
    """A run folder, a report and a drawing may be called anything: what is printed of them is inert."""
    name = payload.replace("/", "_")
    if not fits_a_path(name):
        pytest.skip("no file can have this name")
    folder(tmp_path / name, record())
    (tmp_path / f"{name}.txt").write_text("")
    for args in (
        ("score", name), ("report", name), ("report", name, "--out", f"{name}.html"),
        ("check", "ascii_art", f"./{name}.txt"), ("check", "ascii_art", f"./{name}"), ("score", f"./{name}.txt"),
        ("run", "ascii_art", "--subject", "control:echo", "--n", "1", "--workers", "0", "--out", f"./{name}-new"),
        ("run", "ascii_art", "--subject", "control:echo", "--n", "1", "--workers", "0", "--out", f"./{name}"),
    ):  # fmt: skip
        _, out, err = cli(*(f"./{a}" if a == name else a for a in args))
        harmless(out)
        harmless(err)
        assert "Traceback" not in err and err.count("\n") <= 1
        assert out.count("\n") == 1 or args[0] == "score" or not out


def test_the_table_on_a_terminal_shows_no_markup(payload: str) -> None:
    """On a terminal rich's markup is text, and only the table's own colours are escapes."""
    row = {
        "name": "pull", "condition": payload, "claim_kind": None, "family": None, "value": None, "n": 0,
        "interval": None, "why_null": payload, "controls": {payload: 1.0},
    }  # fmt: skip
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=140, color_system="truecolor")
    print_scores({"modalities": {payload: {"counts": {"ok": payload}, "metrics": [row]}}}, console)
    harmless(re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue()))
    assert "\x1b]8" not in shown.getvalue()


# --- size -------------------------------------------------------------------------------------------

HUGE = 10_000_000


@pytest.mark.parametrize("letter", ["x", "<", "\x1b", "\u202e"])
def test_ten_megabytes_in_one_line(letter: str, cli: Command, tmp_path: Path) -> None:
    """A line of ten million characters is refused or cut everywhere; what is shown stays short."""
    text = letter * (HUGE // len(letter.encode()))
    (tmp_path / "huge.txt").write_text(text)
    (tmp_path / "huge.yaml").write_text(json.dumps({**SUITE, "cases": [{**CASE, "instruction": text}]}))
    folder(tmp_path / "run", record(reply=text, instruction=text, reason=text, descriptions=[
        description("blind", None, statement("shape(square)", "holds"), text=text)
    ]))  # fmt: skip
    for args in (
        ("check", "ascii_art", "huge.txt"), ("check", "ascii_art", "huge.txt", "--json"),
        ("read", "ascii_art", "huge.txt"),
        ("list", "cases", "--suite", "huge.yaml"), ("score", "run"), ("report", "run"),
    ):  # fmt: skip
        code, out, err = cli(*args)
        assert code in (0, 2) and "Traceback" not in err
        harmless(out)
        harmless(err)
        assert len(out) < 10_000 and len(err) < 1_000
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert len(page) < 1_000_000 and inert(page) == page
