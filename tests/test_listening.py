"""Listening: one subject's words about another's artifacts, asked the very questions of the other's run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grounding
from grounding import GroundingError, RunFolderError, SuiteError
from grounding.drift.comparison import compare
from grounding.errors import ListeningWarning, SubjectError
from grounding.evaluate import run
from grounding.listening import listen
from grounding.store import read_manifest, read_records
from grounding.subject import Answer, Failure, Settings

N = 6
HAND = """\
name: mine
modality: ascii_art
cases:
  - {id: a, instruction: "A hollow square.", expects: ["shape(square)", "hollow()"], family: f}
  - {id: b, instruction: "A triangle.", expects: ["shape(triangle)"], family: f}
  - {id: c, instruction: "A circle.", expects: ["shape(circle)"], family: f}
  - {id: d, instruction: "A diamond.", expects: ["shape(diamond)"], family: f}
"""
SQUARE = "####\n#  #\n#  #\n####"


class Scripted:
    """Gives each case its reply, and describes everything as a square."""

    spec, batch_size = "scripted", 4

    def __init__(self, **replies: str | Failure):
        self.replies = replies

    def fingerprint(self) -> dict[str, Any]:
        return {}

    def generate(self, batch: Any) -> list[Any]:
        return [self.replies.get(request.case.id, SQUARE) for request in batch]

    def describe(self, batch: Any) -> list[Any]:
        return ["It is a square."] * len(batch)

    def probe(self, batch: Any) -> list[Any]:
        return [Answer("Yes.", 0.75)] * len(batch)


class Mute(Scripted):
    """Must not be asked to make anything."""

    def generate(self, batch: Any) -> list[Any]:
        raise AssertionError("a listener was asked to generate")


def content(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    return {(r["case"], r["sample"]): {**r, "timing": None} for r in read_records(folder)}


def settled(folder: Path) -> dict[str, Any]:
    """The manifest without what only one of two equal runs has."""
    return {k: v for k, v in read_manifest(folder).items() if k not in ("started", "finished", "listened")}


def changed(folder: Path, case: str, **fields: Any) -> None:
    path = folder / "records.jsonl"
    records = [json.loads(line) for line in path.open()]
    path.write_text("".join(json.dumps(r | (fields if r["case"] == case else {})) + "\n" for r in records))


def manifest_with(folder: Path, **fields: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run("ascii_art", "control:honest", tmp_path_factory.mktemp("honest") / "run", n=N)


@pytest.fixture
def k(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "k"))


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., Path]:
    """Writes a suite file and runs a scripted subject on it."""

    def make(text: str = HAND, **replies: str | Failure) -> Path:
        (tmp_path / "mine.yaml").write_text(text)
        return run(str(tmp_path / "mine.yaml"), Scripted(**replies), tmp_path / "k", controls=False)

    return make


# --- the same questions -------------------------------------------------------------------------------


def test_a_control_listens_to_itself(k: Path, tmp_path: Path) -> None:
    """A run's own subject says again what it said: equal records and manifest, whatever the batches and workers."""
    made = grounding.listen(k, "control:honest", tmp_path / "j", batch_size=4, workers=1)
    assert content(made) == content(k) and len(content(k)) == N
    assert settled(made) == settled(k)
    assert {f.name for f in (made / "artifacts").iterdir()} == {f.name for f in (k / "artifacts").iterdir()}


@pytest.mark.parametrize(
    "options",
    [
        {"n": 4},
        {"n": 2, "seed": 5, "samples": 2, "settings": Settings(temperature=0.7, describe_tokens=40)},
    ],
    ids=["greedy", "samples"],
)
def test_a_model_listens_to_itself(options: dict[str, Any], tmp_path: Path) -> None:
    """A real model's words and probabilities come out the same: question seeds and settings are the run's."""
    first = run("ascii_art", "reference", tmp_path / "k", controls=False, **options)
    made = listen(first, "reference", tmp_path / "j", controls=False)
    assert content(made) == content(first)
    assert any(d["text"] and d["probes"] for r in content(first).values() for d in r["descriptions"])
    assert settled(made) == settled(first)


def test_another_subject_speaks_of_the_same_artifacts(honest: Path, tmp_path: Path) -> None:
    """Everything about the artifact is run k's, every word about it is subject j's."""
    oracle = run("ascii_art", "control:oracle", tmp_path / "k", n=N)
    echo = content(run("ascii_art", "control:echo", tmp_path / "echo", n=N))
    made = content(listen(oracle, "control:echo", tmp_path / "j"))
    for key, record in content(oracle).items():
        for field in ("seed", "reply", "artifact", "expected", "context_claims", "observed", "status"):
            assert made[key][field] == record[field]
        assert [(d["condition"], d["text"]) for d in made[key]["descriptions"]] == [
            (d["condition"], d["text"]) for d in echo[key]["descriptions"]
        ]
        for mine, theirs in zip(made[key]["descriptions"], record["descriptions"], strict=True):
            assert [(p["claim"], p["cell"]) for p in mine["probes"]] == [
                (p["claim"], p["cell"]) for p in theirs["probes"]
            ]


def test_the_manifest_says_whose_artifacts_they_are(k: Path, tmp_path: Path) -> None:
    """`subject` is who describes; `listened` names the run, its subject, and a digest of its artifacts."""
    manifest = read_manifest(listen(k, "control:echo", tmp_path / "j"))
    assert manifest["subject"]["spec"] == "control:echo"
    listened = manifest["listened"]
    assert (listened["folder"], listened["left_out"]) == (str(k), {})
    assert listened["subject"] == read_manifest(k)["subject"]
    assert re.fullmatch("[0-9a-f]{64}", listened["records"])


def test_nothing_is_generated(k: Path, tmp_path: Path) -> None:
    """An object listens too; its `generate` is never called."""
    made = content(listen(k, Mute(), tmp_path / "j", controls=False))
    assert {d["text"] for r in made.values() for d in r["descriptions"]} == {"It is a square."}


def test_listening_to_listening(k: Path, tmp_path: Path) -> None:
    """The artifacts stay the same, and so do their digest and whose they are."""
    once = listen(k, "control:echo", tmp_path / "once")
    twice = listen(once, "control:honest", tmp_path / "twice")
    assert content(twice) == content(k)
    first, second = (read_manifest(folder)["listened"] for folder in (once, twice))
    assert first["records"] == second["records"] and first["subject"] == second["subject"]
    assert second["folder"] == str(once)


def test_the_primary_comparison(k: Path, tmp_path: Path) -> None:
    """`compare` takes what was listened: descriptions on the baseline's artifacts, all else on each run's own."""
    after = run("ascii_art", "control:echo", tmp_path / "after", n=N)
    heard = listen(k, "control:echo", tmp_path / "heard")
    result = compare(k, after, listened=[heard])["comparisons"][0]["modalities"]["ascii_art"]
    assert result["pairs"] == N and result["shifted"] is None
    direct = compare(k, heard)["comparisons"][0]["modalities"]["ascii_art"]["metrics"]
    rows = {(r["name"], r["condition"]): r for r in direct if not r["claim_kind"] and not r["family"]}
    assert rows["grounding", None]["difference"] == 0.0
    assert rows["faithfulness", "instructed"]["direction"] == "worse"


def test_its_scores_say_whose_artifacts_were_scored(k: Path, tmp_path: Path) -> None:
    """The scores and the report of a listening run name the maker beside the describer."""
    made = listen(k, "control:echo", tmp_path / "j")
    assert grounding.score(made)["run"]["listened"]["subject"]["spec"] == "control:honest"
    from grounding.report import write_report

    page = write_report([made], tmp_path / "report.html").read_text("utf-8")
    assert "put to control:echo, about artifacts that control:honest had made" in page


# --- what cannot be listened to -----------------------------------------------------------------------


def test_malformed_errors_and_the_unreached(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Malformed stays malformed; run k's errors and gaps are no failures of the listener: left out, counted."""
    folder = mine(b="No art, only words in a sentence.", c=Failure("the network was down"))
    lines = [line for line in (folder / "records.jsonl").open() if '"case":"d"' not in line]
    (folder / "records.jsonl").write_text("".join(lines))
    made = listen(folder, Mute(), tmp_path / "j", controls=False)
    assert {case: r["status"] for (case, _), r in content(made).items()} == {"a": "ok", "b": "malformed"}
    assert content(made)["b", 0] == content(folder)["b", 0]
    manifest = read_manifest(made)
    assert manifest["listened"]["left_out"] == {"error": 1, "not reached": 1}
    assert manifest["counts"] == {"malformed": 1, "ok": 1} and manifest["finished"]


def test_a_run_without_descriptions(tmp_path: Path) -> None:
    """Artifacts that nobody described yet, brought in as lines, can be listened to."""
    (tmp_path / "mine.yaml").write_text(HAND)
    (tmp_path / "made.jsonl").write_text(json.dumps({"case": "a", "artifact": SQUARE}) + "\n")
    folder = run(
        str(tmp_path / "mine.yaml"), f"replay:{tmp_path / 'made.jsonl'}", tmp_path / "k", controls=False
    )
    assert content(folder)["a", 0]["descriptions"] == []
    made = content(listen(folder, Mute(), tmp_path / "j", controls=False))
    assert list(made) == [("a", 0)] and len(made["a", 0]["descriptions"]) == 3


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_damaged_artifact_is_an_error_until_it_is_back(damage: str, k: Path, tmp_path: Path) -> None:
    """A file that is not as it was judged costs its records, with the reason; restored, --resume takes them."""
    key, record = next(iter(content(k).items()))
    path = k / record["artifact"]["path"]
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data + b"#")
    made = listen(k, "control:honest", tmp_path / "j")
    hurt = content(made)[key]
    assert hurt["status"] == "error" and hurt["artifact"] is None
    assert ("not readable" if damage == "missing" else "sha256 differs") in hurt["reason"]
    assert read_manifest(made)["counts"]["ok"] < N
    path.write_bytes(data)
    assert content(listen(k, "control:honest", made, resume=True)) == content(k)


@pytest.mark.parametrize(
    ("reply", "why"),
    [(SQUARE + "\n####", "gives another artifact"), ("Nothing but a sentence here.", "is refused: ")],
)
def test_a_reply_that_is_parsed_otherwise(
    reply: str, why: str, mine: Callable[..., Path], tmp_path: Path
) -> None:
    """Where the parser makes something else of a reply than it did for run k, nothing is described in its place."""
    folder = mine()
    changed(folder, "a", reply=reply)
    made = content(listen(folder, Mute(), tmp_path / "j", controls=False))
    assert made["a", 0]["status"] == "error" and made["b", 0]["status"] == "ok"
    assert why in made["a", 0]["reason"] and f"replay:{folder}" in made["a", 0]["reason"]


def test_a_malformed_reply_that_is_an_artifact_now(mine: Callable[..., Path], tmp_path: Path) -> None:
    """What run k could not parse is not described because it can be parsed today."""
    folder = mine(b="No art, only words in a sentence.")
    changed(folder, "b", reply=SQUARE)
    made = content(listen(folder, Mute(), tmp_path / "j", controls=False))
    assert made["b", 0]["status"] == "error" and "has it as malformed" in made["b", 0]["reason"]


def test_replies_in_bytes(k: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that is not in the record is taken from its artifact; a malformed one is nowhere: left out, counted."""
    of = grounding.modality("ascii_art")
    parse = of.parse
    as_text = lambda reply, case=None: parse(reply.decode() if isinstance(reply, bytes) else reply, case)  # noqa: E731
    monkeypatch.setattr(of, "parse", as_text)
    first, second = list(content(k))[:2]
    changed(k, first[0], reply=None)
    changed(k, second[0], reply=None, status="malformed", artifact=None, descriptions=[])
    made = listen(k, "control:honest", tmp_path / "j", controls=False)
    assert content(made)[first]["descriptions"] == content(k)[first]["descriptions"]
    assert second not in content(made)
    assert read_manifest(made)["listened"]["left_out"] == {"malformed, its reply in bytes not kept": 1}


def test_other_checkers_are_warned_of(k: Path, tmp_path: Path) -> None:
    """A run judged by other checkers can be listened to, but not be compared: said before hours are spent on it."""
    manifest_with(k, checkers={"ascii_art": {"shape": "0"}})
    with pytest.warns(ListeningWarning, match="the ascii_art checkers are not those of .*replay:"):
        listen(k, "control:honest", tmp_path / "j")


# --- resuming -----------------------------------------------------------------------------------------


def test_a_stopped_listener_goes_on(k: Path, tmp_path: Path) -> None:
    """A subject that is gone ends the run with one line; resumed, from a moved folder too, nothing is lost or twice."""

    class Going(Mute):
        gone = None

        def describe(self, batch: Any) -> list[Any]:
            self.gone = "it has left"
            return super().describe(batch)

    with pytest.raises(SubjectError, match="it has left"):
        listen(k, Going(), tmp_path / "j", controls=False)
    assert 0 < len(content(tmp_path / "j")) < N
    assert read_manifest(tmp_path / "j")["finished"] is None
    moved = k.rename(tmp_path / "moved")
    counts: list[int] = []
    made = listen(
        moved,
        Mute(),
        tmp_path / "j",
        controls=False,
        resume=True,
        progress=lambda done, total: counts.append(total),
    )
    assert set(counts) == {N}
    assert content(made) == content(listen(moved, Mute(), tmp_path / "whole", controls=False))
    assert len((made / "records.jsonl").read_text().splitlines()) == N


def test_another_run_is_not_resumed(k: Path, tmp_path: Path) -> None:
    """Neither a run of its own nor what was listened to in another run: the artifacts would be mixed."""
    own = run("ascii_art", "control:echo", tmp_path / "own", n=N)
    with pytest.raises(RunFolderError, match=r"was made otherwise, not resumed: listened"):
        listen(k, "control:echo", own, resume=True)
    heard = listen(k, "control:echo", tmp_path / "heard")
    with pytest.raises(RunFolderError, match=r"was made otherwise, not resumed: listened"):
        run("ascii_art", "control:echo", heard, n=N, resume=True)
    oracle = run("ascii_art", "control:oracle", tmp_path / "oracle", n=N)
    with pytest.raises(RunFolderError, match=r"listened\.records: "):
        listen(oracle, "control:echo", heard, resume=True)


# --- suites -------------------------------------------------------------------------------------------


def test_a_suite_file_is_found_again(mine: Callable[..., Path], tmp_path: Path) -> None:
    """The manifest says where a suite file lay; where it has moved to is told with `suite`."""
    folder = mine()
    assert read_manifest(folder)["sources"] == {"mine": str(tmp_path / "mine.yaml")}
    assert read_manifest(listen(folder, Mute(), tmp_path / "j", controls=False))["sources"]
    moved = (tmp_path / "mine.yaml").rename(tmp_path / "yours.yaml")
    with pytest.raises(
        SuiteError, match=r"mine\.yaml: no such suite file; give the file .* with --suite FILE"
    ):
        listen(folder, Mute(), tmp_path / "x", controls=False)
    made = listen(folder, Mute(), tmp_path / "y", suite=[moved], controls=False)
    assert len(content(made)) == 4 and read_manifest(made)["sources"] == {"mine": str(moved)}


def test_a_run_that_does_not_say_where_its_suite_lay(mine: Callable[..., Path], tmp_path: Path) -> None:
    """A manifest without `sources`, of an earlier version: the suite is looked for by name, else `suite` must tell."""
    folder = mine()
    manifest_with(folder, sources={})
    with pytest.raises(SuiteError, match=r"unknown suite 'mine'; .* with --suite FILE"):
        listen(folder, Mute(), tmp_path / "x", controls=False)
    assert content(listen(folder, Mute(), tmp_path / "y", suite=[tmp_path / "mine.yaml"], controls=False))


def test_a_shipped_suite_has_no_source(honest: Path) -> None:
    """Where a shipped suite lies is the installation's affair."""
    assert read_manifest(honest)["sources"] == {}


def test_a_changed_suite_is_refused(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Other cases are other questions: refused with both digests, before anything is written."""
    folder = mine()
    (tmp_path / "mine.yaml").write_text(HAND.replace("A triangle.", "One triangle."))
    with pytest.raises(SuiteError, match=r"'mine' has other cases than in .* \(digest [0-9a-f]{12}, there "):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    assert not (tmp_path / "j").exists()


def test_the_plan_stays_that_of_the_run(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Margins that were changed in the file since do not count: the two runs stay comparable."""
    folder = mine(HAND + "margins: {grounding: 0.2}\n")
    (tmp_path / "mine.yaml").write_text(HAND)
    made = listen(folder, Scripted(), tmp_path / "j", controls=False)
    assert read_manifest(made)["suites"] == read_manifest(folder)["suites"]


def test_a_suite_that_is_none_of_the_run(k: Path, mine: Callable[..., Path], tmp_path: Path) -> None:
    """A file given with `suite` must hold one of the run's suites."""
    (tmp_path / "mine.yaml").write_text(HAND)
    with pytest.raises(SuiteError, match=r"suite 'mine' is none of those of .*: ascii_art"):
        listen(k, "control:echo", tmp_path / "j", suite=[tmp_path / "mine.yaml"])


# --- what is refused ----------------------------------------------------------------------------------


def test_the_run_itself_is_no_place_to_write(k: Path) -> None:
    """Also with resume, where subject and suites would agree: a run's manifest is not rewritten."""
    before = (k / "run.json").read_bytes()
    for resume in (False, True):
        with pytest.raises(GroundingError, match="is the run that is listened to"):
            listen(k, "control:honest", k.parent / "." / "k", resume=resume)
    assert (k / "run.json").read_bytes() == before


def test_a_run_without_artifacts(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Nothing but malformed replies, or no record: one line, and nothing is written."""
    folder = mine(**dict.fromkeys("abcd", "Only words in a sentence."))
    with pytest.raises(RunFolderError, match="has no artifact to listen to"):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    (folder / "records.jsonl").unlink()
    with pytest.raises(RunFolderError, match="has no artifact to listen to"):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    assert not (tmp_path / "j").exists()


def test_records_of_another_run(k: Path, tmp_path: Path) -> None:
    """A record that is none of the suites' cases is named."""
    changed(k, next(iter(content(k)))[0], sample=7)
    with pytest.raises(RunFolderError, match=r"sample 7, of suite 'ascii_art' is not of this run"):
        listen(k, "control:echo", tmp_path / "j")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"samples": 10**12}, "samples: "),
        ({"n": 0}, "n: "),
        ({"suites": {}}, "suites: "),
        ({"suites": {"ascii_art": {"digest": 3, "seed": 0}}}, r"suites\.ascii_art\.digest: "),
        ({"settings": {"warmth": 2}}, r"settings\.warmth: "),
        ({"conditions": ["awake"]}, "unknown condition awake"),
        ({"listened": 3}, "listened: "),
        ({"sources": {"ascii_art": "/no/such.yaml"}}, "/no/such.yaml: no such suite file"),
        ({"schema": 99}, "schema 99, this version reads 1"),
    ],
)
def test_odd_manifests_are_refused(fields: dict[str, Any], why: str, k: Path, tmp_path: Path) -> None:
    """A manifest may come from anywhere: what is not of its type is named, and nothing is written."""
    manifest_with(k, **fields)
    with pytest.raises(GroundingError, match=why):
        listen(k, "control:echo", tmp_path / "j")
    assert not (tmp_path / "j").exists()
