"""The command line from outside: its commands, exit codes, JSON, and what reaches a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grounding import Claim
from grounding.report.texts import inert

COMMANDS = ("run", "listen", "score", "compare", "report", "check", "read", "qualify", "list", "demo")
SQUARE = "####\n#  #\n#  #\n####\n"
HOSTILE = "\x1b[31mred\x1b[0m \x07 \u202egnp.exe \u200b \x00 \x9b2J"


class Done:
    def __init__(self, process: subprocess.CompletedProcess[bytes]):
        self.code = process.returncode
        self.out, self.err = process.stdout.decode(), process.stderr.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def grounding(*args: object, cwd: Path | None = None, given: bytes = b"", **env: str) -> Done:
    command = [sys.executable, "-m", "grounding.cli", *map(str, args)]
    done = subprocess.run(
        command, input=given, capture_output=True, cwd=cwd, check=False, env={**os.environ, **env}
    )
    return Done(done)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a drawing, a suite and a run."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "square.txt").write_text(SQUARE)
    (folder / "empty.txt").write_text("  \n")
    (folder / "suite.yaml").write_text(
        "name: mine\nmodality: ascii_art\ncases:\n"
        '  - {id: a, instruction: "A square.\\nmine:b\\tforged", expects: ["shape(square)", "hollow()"]}\n'
        f"  - {{id: b, instruction: {json.dumps(HOSTILE)}, expects: ['shape(circle)']}}\n"
    )
    done = grounding(
        "run", "ascii_art", "--subject", "control:echo", "--out", "run", "--n", 7, "--workers", 0, cwd=folder
    )
    assert (done.code, done.out, done.err) == (0, "run: 7 ok\n", "")  # no terminal: no progress bar
    return folder


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command: str) -> None:
    """--help of each command is printed with exit code 0; -h is the same."""
    for flag in ("--help", "-h"):
        done = grounding(*filter(None, [command]), flag)
        assert done.code == 0 and "Usage:" in done.out and done.err == ""


def test_only_what_is_built_is_offered() -> None:
    """The help lists the commands that there are, and none that would do nothing."""
    offered = grounding("--help").out
    assert all(f"\n  {command} " in offered for command in COMMANDS)
    assert "\n  app " not in offered and grounding("app").code == 2


RUN = ("run", "ascii_art", "--subject", "control:echo", "--out", "x")
WRONG = {
    ("run", "nosuite", *RUN[2:]): "unknown suite 'nosuite'; shipped: ascii_art",
    ("run", "no.yaml", *RUN[2:]): "no.yaml: no such suite file",
    ("run", "ascii_art", "--subject", "nobody", "--out", "x"): "unknown subject 'nobody'; known: control",
    ("run", "ascii_art", "--subject", "control:x", "--out", "x"): "unknown control 'x'; known: oracle",
    ("run", "ascii_art", "--subject", "transformers:./nowhere", "--out", "x"): "./nowhere",
    (
        *RUN,
        "--conditions",
        "blind,told",
    ): "unknown condition told; known: blind, instructed, swapped, presented",
    (*RUN, "--conditions", ""): "unknown condition (none)",
    (*RUN, "--samples", "2", "--temperature", "0"): "several samples a case need a temperature above 0",
    (*RUN, "--n", "0"): "--n",
    (*RUN, "--n", "some"): "--n",
    (*RUN, "--engine", "ray"): "unknown engine 'ray'; known: local",
    (*RUN[:-1], "square.txt"): "square.txt: cannot be written",
    (*RUN[:-1], "run"): "run: holds a run already; use --resume",
    (*RUN, "--bogus"): "No such option",
    ("run",): "Missing argument",
    ("bogus",): "No such command 'bogus'",
    ("check", "opera", "square.txt"): "unknown modality 'opera'; known: ascii_art",
    ("check", "ascii_art", "nowhere.txt"): "nowhere.txt: no such file",
    ("check", "ascii_art", "run"): "run: no such file",
    ("check", "ascii_art", "square.txt", "--claim", "face(smiling"): "position 12",
    (
        "check",
        "ascii_art",
        "square.txt",
        "--claim",
        "colour(red)",
    ): "unknown predicate 'colour' for ascii_art, position 0",
    (
        "check",
        "ascii_art",
        "square.txt",
        "--claim",
        "hollow(1)",
    ): "hollow takes (), got 1 arguments, position 6",
    ("check", "ascii_art", "square.txt", "--claim", f"hollow({HOSTILE[:5]}"): "position 7",
    ("check", "ascii_art", "square.txt", "--case", "mine"): "expected SUITE:ID",
    ("check", "ascii_art", "square.txt", "--case", "suite.yaml:zz"): "suite mine has no case 'zz'",
    ("check", "ascii_art", "square.txt", "--case", "no.yaml:a"): "no.yaml: no such suite file",
    ("read", "opera", "-"): "unknown modality 'opera'",
    ("read", "ascii_art", "nowhere.txt"): "nowhere.txt: no such file",
    ("score", "nowhere"): "nowhere: no run folder",
    ("report", "nowhere"): "nowhere: no run folder",
    ("report", "run", "--out", "."): "directory",
    ("list", "friends"): "nothing to list under 'friends'; known: suites, subjects",
    ("list", "cases", "--suite", "nosuite"): "unknown suite 'nosuite'",
}


@pytest.mark.parametrize("args", WRONG, ids=" ".join)
def test_an_error_is_one_line_and_exit_code_2(args: tuple[str, ...], place: Path) -> None:
    """What is wrong stands in one line on the error stream, inert; nothing else is printed or made."""
    done = grounding(*args, cwd=place)
    assert (done.code, done.out) == (2, "")
    assert WRONG[args] in done.err and done.err.count("\n") == 1 and "Traceback" not in done.err
    assert done.err.startswith("grounding: ") and inert(done.err) == done.err
    assert not (place / "x").exists()


def test_check_prints_the_contracts_json(place: Path) -> None:
    """check --json: the artifact's sha256, ok, and a verdict for each claim in their order."""
    claims = ["hollow()", "shape(circle)", "depicts(cat)", "width( 4 )"]
    flags = [flag for claim in claims for flag in ("--claim", claim)]
    found = grounding("check", "ascii_art", "square.txt", *flags, "--json", cwd=place).json
    assert list(found) == ["artifact", "status", "reason", "verdicts"]
    assert len(found["artifact"]) == 64 and (found["status"], found["reason"]) == ("ok", None)
    assert [(v["claim"], v["verdict"]) for v in found["verdicts"]] == [
        ("hollow()", "holds"), ("shape(circle)", "fails"), ("depicts(cat)", "unknown"), ("width(4)", "holds"),
    ]  # fmt: skip
    for verdict in found["verdicts"]:
        assert list(verdict) == ["claim", "verdict", "checker", "evidence"]
        assert "/" in verdict["checker"] and verdict["evidence"]["reason"]


def test_check_of_what_is_no_artifact(place: Path) -> None:
    """A file without art is malformed: exit code 0, no verdicts, a reason."""
    done = grounding("check", "ascii_art", "empty.txt", "--claim", "hollow()", "--json", cwd=place)
    assert done.code == 0 and done.err == ""
    assert done.json == {
        "artifact": None, "status": "malformed",
        "reason": "the reply holds no art: nothing but blanks", "verdicts": [],
    }  # fmt: skip
    shown = grounding("check", "ascii_art", "empty.txt", cwd=place)
    assert (shown.code, shown.out) == (0, "malformed: the reply holds no art: nothing but blanks\n")


def test_check_without_claims_lists_facts(place: Path) -> None:
    """Without --claim every fact that the checkers establish is listed, in JSON and as lines."""
    found = grounding("check", "ascii_art", "square.txt", "--json", cwd=place).json
    facts = {v["claim"]: v["verdict"] for v in found["verdicts"]}
    assert {"hollow()", "width(4)", "height(4)"} <= facts.keys()
    lines = grounding("check", "ascii_art", "square.txt", cwd=place).out.splitlines()
    assert len(lines) == len(facts) and any(
        line.split() == ["holds", "hollow()", *line.split()[2:]] for line in lines
    )


def test_check_of_a_case(place: Path) -> None:
    """--case SUITE:ID checks what that case expects; --claim beside it asks other questions."""
    found = grounding("check", "ascii_art", "square.txt", "--case", "suite.yaml:a", "--json", cwd=place).json
    assert [v["claim"] for v in found["verdicts"]] == ["shape(square)", "hollow()"]
    args = ("--case", f"{place / 'suite.yaml'}:a", "--claim", "filled()", "--json")
    found = grounding("check", "ascii_art", "square.txt", *args, cwd=place).json
    assert [(v["claim"], v["verdict"]) for v in found["verdicts"]] == [("filled()", "fails")]


def test_read_from_a_file_and_from_standard_input(place: Path) -> None:
    """read --json gives claim, polarity and span in code points, from FILE and from - alike."""
    text = "Ünusual: a hollow square, not a circle."
    (place / "text.txt").write_text(text, "utf-8")
    from_file = grounding("read", "ascii_art", "text.txt", "--json", cwd=place)
    piped = grounding("read", "ascii_art", "-", "--json", cwd=place, given=text.encode())
    assert from_file.json == piped.json and from_file.code == piped.code == 0
    found = {(s["claim"], s["polarity"]): text[slice(*s["span"])] for s in piped.json}
    assert "square" in found["shape(square)", "asserted"] and "circle" in found["shape(circle)", "denied"]
    assert all(
        list(s) == ["claim", "polarity", "span"] and str(Claim.parse(s["claim"])) == s["claim"]
        for s in piped.json
    )


@pytest.mark.parametrize("given", [b"", b"\xff\xfe\x00", HOSTILE.encode()])
def test_read_of_anything(given: bytes) -> None:
    """Empty, binary and hostile input is read without harm; nothing to read is an empty list."""
    done = grounding("read", "ascii_art", "-", "--json", given=given)
    assert (done.code, done.json, done.err) == (0, [], "")
    assert grounding("read", "ascii_art", "-", given=given).out.startswith("no statement")


def test_score_prints_the_contracts_json(place: Path) -> None:
    """score --json: schema 1, and per modality the counts and metrics with every key."""
    found = grounding("score", "run", "--json", cwd=place).json
    assert found["schema"] == 1 and list(found["modalities"]) == ["ascii_art"]
    block = found["modalities"]["ascii_art"]
    assert block["counts"]["records"] == block["counts"]["ok"] == 7
    keys = {"name", "condition", "claim_kind", "value", "n", "clusters", "interval", "why_null"}
    assert all(keys <= metric.keys() for metric in block["metrics"])
    assert all(m["why_null"] for m in block["metrics"] if m["value"] is None or m["interval"] is None)
    pull = [m for m in block["metrics"] if m["name"] == "pull" and not m["claim_kind"]]
    assert pull[0]["value"] == 1.0  # echo says what it was told
    table = grounding("score", "run", cwd=place)
    assert table.code == 0 and "pull" in table.out and "\x1b" not in table.out


def test_report_prints_its_path(place: Path) -> None:
    """report writes one page beside the run and prints where."""
    done = grounding("report", "run", cwd=place)
    assert (done.code, done.out) == (0, "run/report.html\n".replace("/", os.sep))
    assert (place / "run" / "report.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("what", "known"),
    [("suites", "ascii_art\t"), ("subjects", "control\t"), ("modalities", "ascii_art\t"),
     ("checkers", "geometry\t"), ("cases", "ascii_art:word-1-0-a\t")],
)  # fmt: skip
def test_lists(what: str, known: str) -> None:
    """Each kind is listed as tab-separated lines and, with --json, as objects."""
    lines, objects = grounding("list", what), grounding("list", what, "--json")
    assert lines.code == objects.code == 0 and known in lines.out
    assert len(objects.json) == len(lines.out.splitlines()) and all(
        isinstance(row, dict) for row in objects.json
    )


def test_hostile_text_is_inert(place: Path, tmp_path: Path) -> None:
    """Escape sequences, bidi controls, NUL and line breaks in files reach the terminal as visible escapes."""
    listed = grounding("list", "cases", "--suite", "suite.yaml", cwd=place).out
    assert len(listed.splitlines()) == 2 and "\\x1b[31mred" in listed and "\\u202e" in listed
    (tmp_path / "art.txt").write_bytes(b"##\x9b2J\x00##")
    broken = grounding("check", "ascii_art", "art.txt", cwd=tmp_path).out
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(json.dumps({"format": "grounding-run", "schema": HOSTILE}))
    refused = grounding("score", "run", cwd=tmp_path).err
    for shown in (listed, broken, refused):
        assert shown == inert(shown) and not set(shown) & set("\x1b\x07\x00\x9b\u202e\u200b")


def test_a_run_from_another_directory(place: Path, tmp_path: Path) -> None:
    """Shipped suites are found from anywhere, and one's own by its path."""
    args = (
        "run",
        "ascii_art_natural",
        place / "suite.yaml",
        "--subject",
        "control:honest",
        "--n",
        3,
        "--workers",
        0,
    )
    done = grounding(*args, "--out", "deep/er/run", cwd=tmp_path)
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "deep/er/run/run.json").read_text())["counts"] == {"ok": 3, "error": 2}


def test_presented_and_one_condition(tmp_path: Path) -> None:
    """--conditions chooses what is asked, in one order and each once."""
    args = ("run", "ascii_art", "--subject", "control:oracle", "--n", 2, "--workers", 0, "--out", "run")
    assert grounding(*args, "--conditions", "presented, blind,blind", cwd=tmp_path).code == 0
    record = json.loads((tmp_path / "run" / "records.jsonl").read_text().splitlines()[0])
    assert [d["condition"] for d in record["descriptions"]] == ["blind", "presented"]


@pytest.mark.parametrize(
    "statement", ["import grounding", "import grounding.cli; grounding.cli.app(['--help'])"]
)
def test_importing_is_light(statement: str) -> None:
    """The package and the help load no torch, gradio, numpy, yaml or modality."""
    heavy = "torch", "gradio", "numpy", "transformers", "scipy", "PIL", "yaml", "modalities"
    code = (
        f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_terminal_without_unicode(place: Path) -> None:
    """Where the output cannot show a letter, its escape is shown."""
    done = grounding("read", "ascii_art", "-", given=b"A square.", PYTHONIOENCODING="ascii")
    assert done.code == 0 and "shape(square)" in done.out and done.err == ""


def test_a_reader_that_leaves(place: Path) -> None:
    """A pipe that is closed early ends a listing without a traceback."""
    args = [sys.executable, "-m", "grounding.cli", "list", "cases", "--json"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    """On a terminal a bar shows the counts by status; it stands on the error stream, the result does not."""
    main, worker = pty.openpty()
    args = [
        sys.executable,
        "-m",
        "grounding.cli",
        *RUN[:-1],
        str(tmp_path / "run"),
        "--n",
        "3",
        "--workers",
        "0",
    ]
    done = subprocess.run(
        args,
        stdout=subprocess.PIPE,
        stderr=worker,
        check=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(worker)
    shown = b""
    with contextlib.suppress(OSError):  # what ends the reading of a terminal that is closed
        while part := os.read(main, 100_000):
            shown += part
    os.close(main)
    assert done.stdout.decode().endswith("run: 3 ok\n") and b"3/3" in shown and b"ok 3" in shown
