"""`run`: a suite, a subject and a folder in; a run folder out. The edges (files, clock) are here."""

from __future__ import annotations

import json
import platform
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from grounding import suites
from grounding.cases import Suite
from grounding.controls import misbehaviour
from grounding.engine import local
from grounding.errors import ControlsWarning, GroundingError, SubjectError
from grounding.modality import modality
from grounding.passes import ALL_CONDITIONS, CONDITIONS, Trial, trials
from grounding.run_folder import RunFolder
from grounding.subject import Settings, Subject, in_time, subject

ENGINES = {"local": local.run}
PACKAGES = ("cross-modal-grounding", "torch", "transformers", "numpy", "pyfiglet", "pillow")

Progress = Callable[[Mapping[str, int], int], None]  # counts by status so far, all trials


def run(
    suite: str | Sequence[str],
    subject_spec: str | Subject = "reference",
    out: Path | str = "runs/latest",
    *,
    n: int | None = None,
    seed: int | None = None,
    samples: int = 1,
    conditions: Sequence[str] = CONDITIONS,
    settings: Settings | None = None,
    engine: str = "local",
    workers: int = 0,
    resume: bool = False,
    controls: bool | None = None,
    progress: Progress | None = None,
) -> Path:
    """Run suites on a subject and write the run folder; returns its path.

    suite        names of shipped suites or paths of suite files
    subject_spec a spec ("reference", "transformers:DIR", "control:echo", …) or a Subject
    n            at most so many cases of each suite, dealt evenly over its families
    seed         fresh cases from the seeded families, instead of the suite's own seed
    samples      replies a case; more than one needs a temperature above 0
    controls     first score the six controls on up to 60 of the cases; by default unless the subject is one.
                 A ControlsWarning says what is wrong with the suite if they do not behave
    workers      processes that check and read; 0: none

    Raises GroundingError (SuiteError, SubjectError, RunFolderError, …) with one clear line.
    """
    settings = settings or Settings()
    conditions = _valid_conditions(conditions)
    if samples < 1 or (n is not None and n < 1):
        raise GroundingError("n and samples are whole numbers of at least 1")
    if samples > 1 and settings.temperature == 0:
        raise GroundingError(
            "several samples a case need a temperature above 0: greedy ones would all be equal"
        )
    if engine not in ENGINES:
        raise GroundingError(f"unknown engine {engine!r}; known: {', '.join(ENGINES)}")
    names = [suite] if isinstance(suite, str) else list(suite)
    if not names:
        raise GroundingError("no suite: name at least one")
    loaded = [suites.load(name, n, seed) for name in names]
    if len({s.name for s in loaded}) < len(loaded):
        raise GroundingError("two of the suites have one name; their records could not be told apart")
    given = subject_spec
    model = subject(given, settings) if isinstance(given, str) else in_time(given, settings)
    if model.batch_size < 1:
        raise SubjectError(f"{model.spec}: batch_size is {model.batch_size}, it must be at least 1")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = _manifest(loaded, model, seed or 0, n, samples, conditions, settings, started)
    expected = {_key(t) for s in loaded for t in trials(s, suites.chosen(s, n), samples, seed or 0)}
    with RunFolder(out, manifest, resume, expected) as folder:
        # The yardsticks first: what is wrong with a suite should be known before hours are spent on it.
        if controls if controls is not None else not model.spec.startswith("control:"):
            from grounding.control_scores import control_scores

            scored = control_scores(loaded, n, conditions, workers)
            folder.write_controls(scored)
            for line in misbehaviour(scored):
                warnings.warn(f"{line}; this run will not be scored", ControlsWarning, stacklevel=2)
        _run_all(loaded, model, folder, n, seed or 0, samples, conditions, workers, ENGINES[engine], progress)
        folder.finish(datetime.now(UTC).isoformat(timespec="seconds"))
    return Path(out)


def _run_all(
    loaded: Sequence[Suite],
    model: Subject,
    folder: RunFolder,
    n: int | None,
    seed: int,
    samples: int,
    conditions: Sequence[str],
    workers: int,
    engine: Callable[..., None],
    progress: Progress | None,
) -> None:
    total = sum(len(suites.chosen(s, n)) for s in loaded) * samples

    def emit(finished: list[local.Done]) -> None:
        folder.add([record for record, _ in finished], [artifact for _, artifact in finished if artifact])
        if progress:
            progress(dict(folder.counts), total)

    try:
        for s in loaded:
            pending = (t for t in trials(s, suites.chosen(s, n), samples, seed) if _key(t) not in folder.done)
            engine(pending, s.modality, model, conditions, workers, emit)
    except BaseException:
        folder.finish(None)  # counts so far; no end: --resume takes it from here
        raise


def _key(trial: Trial) -> tuple[str, str, int]:
    return trial.case.suite, trial.case.id, trial.sample


def _valid_conditions(conditions: Sequence[str]) -> tuple[str, ...]:
    wrong = [c for c in conditions if c not in ALL_CONDITIONS]
    if wrong or not conditions:
        raise GroundingError(
            f"unknown condition {', '.join(wrong) or '(none)'}; known: {', '.join(ALL_CONDITIONS)}"
        )
    return tuple(c for c in ALL_CONDITIONS if c in conditions)  # one order, each once


def _manifest(
    loaded: Sequence[Suite],
    model: Subject,
    seed: int,
    n: int | None,
    samples: int,
    conditions: Sequence[str],
    settings: Settings,
    started: str,
) -> dict[str, Any]:
    shaping = asdict(settings)
    for name in ("batch_size", "device", "timeout"):  # they shape the cost, not the replies
        shaping.pop(name)
    return {
        "suites": {
            s.name: {
                "modality": s.modality,
                "digest": s.digest,
                "seed": s.seed,
                "cases": len(suites.chosen(s, n)),
                "primary": list(s.primary),
                "margins": dict(s.margins),
            }
            for s in loaded
        },
        "subject": {"spec": model.spec, "fingerprint": _fingerprint(model)},
        "checkers": {name: dict(modality(name).checkers) for name in sorted({s.modality for s in loaded})},
        "seed": seed,
        "n": n,
        "samples": samples,
        "conditions": list(conditions),
        "settings": shaping,
        "packages": {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "started": started,
        "finished": None,
        "counts": {},
    }


def _fingerprint(model: Subject) -> dict[str, Any]:
    """The subject's fingerprint, sure to be JSON. Raises SubjectError."""
    found = model.fingerprint()
    try:
        json.dumps(found, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SubjectError(f"{model.spec}: fingerprint() is not JSON-able: {error}") from error
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
