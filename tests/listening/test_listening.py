"""Listening: one subject's words about another's artifacts, asked the very questions of the other's run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from listened import HAND, SQUARE, Mute, N, changed, content, manifest_with, settled

import grounding
from grounding import RunFolderError
from grounding.drift.comparison import compare
from grounding.errors import ListeningWarning, SubjectError
from grounding.evaluate import run
from grounding.listening import listen
from grounding.store import read_manifest
from grounding.subject import Failure, Settings

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
