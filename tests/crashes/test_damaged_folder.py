"""Damage in a run folder: what is mended on resume and said in one line, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from grounding import evaluate
from grounding.errors import RepairWarning, RunFolderError
from grounding.evaluate import run
from grounding.store import read_artifact, read_manifest, read_records
from grounding.subject import Settings

N = 5


def start(folder: Path, **options: Any) -> Path:
    return run("ascii_art", "control:echo", folder, n=N, **options)


def content(folder: Path) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    records = [{**json.loads(line), "timing": None} for line in (folder / "records.jsonl").open()]
    files = {file.name: file.read_bytes() for file in (folder / "artifacts").iterdir()}
    return sorted(records, key=lambda r: r["case"]), files


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def lines(folder: Path) -> list[str]:
    return (folder / "records.jsonl").read_text().splitlines(keepends=True)


def write(folder: Path, changed: list[str]) -> None:
    (folder / "records.jsonl").write_text("".join(changed))


def test_a_torn_line_is_dropped_and_named(folder: Path, whole: Path) -> None:
    """A torn last line is named with its number, dropped, and its case runs again."""
    write(folder, [*lines(folder)[:-1], lines(folder)[-1][:50]])
    with pytest.warns(RepairWarning, match=r"records.jsonl:5: the last line is torn"):
        start(folder, resume=True)
    assert content(folder) == content(whole)


@pytest.mark.parametrize("change", [{"case": "word-9-9-z"}, {"suite": "another"}, {"sample": 7}])
def test_foreign_records_are_refused(change: dict[str, Any], folder: Path) -> None:
    """A record of another case, suite or sample is refused by file and line; nothing is changed."""
    foreign = json.dumps({**json.loads(lines(folder)[2]), **change}) + "\n"
    write(folder, [*lines(folder)[:2], foreign, *lines(folder)[3:]])
    before = content(folder)
    with pytest.raises(RunFolderError, match=r"records.jsonl:3: case .* is not of this run; remove the line"):
        start(folder, resume=True)
    assert content(folder) == before


@pytest.mark.parametrize("manifest", [None, '{"name": "webapp"}'])
def test_a_foreign_folder_is_left_as_it_is(manifest: str | None, tmp_path: Path) -> None:
    """A folder with another tool's files is refused before anything is made in it."""
    (tmp_path / "records.jsonl").write_text("mine\n")
    if manifest:
        (tmp_path / "run.json").write_text(manifest)
    before = sorted(tmp_path.iterdir())
    for resume in (False, True):
        with pytest.raises(RunFolderError):
            start(tmp_path, resume=resume)
    assert sorted(tmp_path.iterdir()) == before


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def altered(path: Path) -> None:
    path.write_bytes(bytes(reversed(path.read_bytes())))  # of the same length


@pytest.mark.parametrize("damage", [Path.unlink, emptied, altered])
def test_a_damaged_artifact_is_made_anew(damage: Callable[[Path], None], folder: Path, whole: Path) -> None:
    """A missing, emptied or altered artifact: reading it is refused, resuming names it and runs its case again."""
    record = json.loads(lines(folder)[1])
    damage(folder / record["artifact"]["path"])
    with pytest.raises(RunFolderError, match=record["artifact"]["sha256"]):
        read_artifact(folder, record)
    with pytest.warns(RepairWarning, match=rf"records.jsonl:2: .*{record['artifact']['sha256']}.*runs again"):
        start(folder, resume=True)
    assert content(folder) == content(whole)


def test_many_damaged_artifacts_are_counted(folder: Path) -> None:
    """Beyond a few, damaged artifacts are counted in one line."""
    shutil.rmtree(folder / "artifacts")
    more = [json.dumps({**json.loads(line), "sample": 1}) + "\n" for line in lines(folder)]
    write(folder, [*lines(folder), *more])
    manifest = json.loads((folder / "run.json").read_text())
    settings = Settings(temperature=0.7)
    manifest |= {"samples": 2, "settings": {**manifest["settings"], "temperature": 0.7}}
    (folder / "run.json").write_text(json.dumps(manifest))
    with pytest.warns(RepairWarning) as caught:
        start(folder, resume=True, samples=2, settings=settings)
    said = [str(w.message) for w in caught]
    assert len(said) == 6 and re.search(r"5 more of their artifacts likewise", said[-1])


@pytest.mark.parametrize(
    ("statuses", "again"), [(["ok", "ok"], 0), (["error", "ok"], 0), (["ok", "error"], 1)]
)
def test_the_last_line_of_a_case_counts(statuses: list[str], again: int, folder: Path) -> None:
    """Where a (case, sample) stands twice, reading and resuming both go by the last line."""
    record = json.loads(lines(folder)[0])
    twice = [
        {
            **record,
            "status": status,
            "reason": f"attempt {i}",
            **({"descriptions": []} if status == "error" else {}),
        }
        for i, status in enumerate(statuses)
    ]
    write(folder, [*lines(folder)[1:], *(json.dumps(r) + "\n" for r in twice)])
    read = {r["case"]: r for r in read_records(folder)}[record["case"]]
    assert (read["status"], read["reason"]) == (statuses[1], "attempt 1")
    start(folder, resume=True)
    kept = [json.loads(line) for line in lines(folder) if json.loads(line)["case"] == record["case"]]
    assert [r["reason"] for r in kept] == ([None] if again else ["attempt 1"])


def test_a_clock_that_jumps_back(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a wall clock that goes back an hour at every look, during a run and before its resumption, the
    records are as ever, and no duration is negative."""
    looks = [0]

    class Back(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            looks[0] += 1
            return datetime(2026, 1, 1, tzinfo=tz) - timedelta(hours=looks[0])

    def stop(counts: Any, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "datetime", Back)
    monkeypatch.setattr(time, "time", lambda: -3600.0 * looks[0])
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path / "run", settings=Settings(batch_size=2), progress=stop)
    assert 0 < len(list(read_records(tmp_path / "run"))) < N
    start(tmp_path / "run", resume=True)
    manifest = read_manifest(tmp_path / "run")
    assert manifest["finished"] < manifest["started"] and content(tmp_path / "run") == content(whole)
    assert all(v >= 0 for r in read_records(tmp_path / "run") for v in r["timing"].values())
