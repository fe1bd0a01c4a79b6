"""`run`: a suite, a subject and a folder in; a run folder out. The edges (files, clock) are here.

`carry_out` is what `run` shares with `grounding.listening`: questions, a loaded subject and a folder in.
"""

from __future__ import annotations

import json
import platform
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
from grounding.run_folder import Key, RunFolder
from grounding.subject import Settings, Subject, in_time, subject

ENGINES = {"local": local.run}
PACKAGES = ("cross-modal-grounding", "torch", "transformers", "numpy", "pyfiglet", "pillow")

Progress = Callable[[Mapping[str, int], int], None]  # counts by status so far, all trials


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked: all that a run's records depend on besides the subject.

    n        at most so many cases of each suite; None: all       seed  of every question
    sources  suite name → file, of the suites that are not shipped
    only     the trials that are taken; None: all
    """

    suites: tuple[Suite, ...]
    n: int | None
    seed: int
    samples: int
    conditions: tuple[str, ...]
    settings: Settings
    sources: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[Key] | None = None

    def trials(self, suite: Suite) -> Iterator[Trial]:
        for trial in trials(suite, suites.chosen(suite, self.n), self.samples, self.seed):
            if self.only is None or key_of(trial) in self.only:
                yield trial

    def total(self) -> int:
        if self.only is not None:
            return len(self.only)
        return sum(len(suites.chosen(s, self.n)) for s in self.suites) * self.samples


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
    questions = questions_of(suite, n=n, seed=seed, samples=samples, conditions=conditions, settings=settings)
    if engine not in ENGINES:
        raise GroundingError(f"unknown engine {engine!r}; known: {', '.join(ENGINES)}")
    return carry_out(
        questions,
        model_of(subject_spec, settings),
        out,
        engine=engine,
        workers=workers,
        resume=resume,
        controls=controls,
        progress=progress,
    )


def questions_of(
    suite: str | Sequence[str],
    *,
    n: int | None = None,
    seed: int | None = None,
    samples: int = 1,
    conditions: Sequence[str] = CONDITIONS,
    settings: Settings,
) -> Questions:
    """What `run` asks, its suites loaded; arguments and errors as there."""
    conditions = valid_conditions(conditions)
    if samples < 1 or (n is not None and n < 1):
        raise GroundingError("n and samples are whole numbers of at least 1")
    if samples > 1 and settings.temperature == 0:
        raise GroundingError(
            "several samples a case need a temperature above 0: greedy ones would all be equal"
        )
    names = [suite] if isinstance(suite, str) else list(suite)
    if not names:
        raise GroundingError("no suite: name at least one")
    loaded = tuple(suites.load(name, n, seed) for name in names)
    if len({s.name for s in loaded}) < len(loaded):
        raise GroundingError("two of the suites have one name; their records could not be told apart")
    sources = sources_of({s.name: name for s, name in zip(loaded, names, strict=True)})
    return Questions(loaded, n, seed or 0, samples, conditions, settings, sources)


def model_of(given: str | Subject, settings: Settings) -> Subject:
    """The subject of a spec, or the object that was passed in, sure to take batches. Raises SubjectError."""
    model = subject(given, settings) if isinstance(given, str) else in_time(given, settings)
    if model.batch_size < 1:
        raise SubjectError(f"{model.spec}: batch_size is {model.batch_size}, it must be at least 1")
    return model


def carry_out(
    questions: Questions,
    model: Subject,
    out: Path | str,
    *,
    engine: str = "local",
    workers: int = 0,
    resume: bool = False,
    controls: bool | None = None,
    progress: Progress | None = None,
    noted: Mapping[str, Any] | None = None,
) -> Path:
    """Ask the subject the questions and write the run folder; returns its path. `noted`: more for its manifest."""
    manifest = {**manifest_of(questions, model), **(noted or {})}
    expected = {key_of(trial) for s in questions.suites for trial in questions.trials(s)}
    with RunFolder(out, manifest, resume, expected) as folder:
        # The yardsticks first: what is wrong with a suite should be known before hours are spent on it.
        if controls if controls is not None else not model.spec.startswith("control:"):
            _score_controls(questions, folder, workers)
        _run_all(questions, model, folder, workers, ENGINES[engine], progress)
        folder.finish(_now())
    return Path(out)


def _score_controls(questions: Questions, folder: RunFolder, workers: int) -> None:
    from grounding.control_scores import control_scores

    scored = control_scores(questions.suites, questions.n, questions.conditions, workers)
    folder.write_controls(scored)
    for line in misbehaviour(scored):
        warnings.warn(f"{line}; this run will not be scored", ControlsWarning, stacklevel=4)


def _run_all(
    questions: Questions,
    model: Subject,
    folder: RunFolder,
    workers: int,
    engine: Callable[..., None],
    progress: Progress | None,
) -> None:
    total = questions.total()

    def emit(finished: list[local.Done]) -> None:
        folder.add([record for record, _ in finished], [artifact for _, artifact in finished if artifact])
        if progress:
            progress(dict(folder.counts), total)

    try:
        for s in questions.suites:
            pending = (trial for trial in questions.trials(s) if key_of(trial) not in folder.done)
            engine(pending, s.modality, model, questions.conditions, workers, emit)
    except BaseException:
        folder.finish(None)  # counts so far; no end: --resume takes it from here
        raise


def key_of(trial: Trial) -> Key:
    """Suite, case and sample: what tells a run's records apart."""
    return trial.case.suite, trial.case.id, trial.sample


def sources_of(given: Mapping[str, str]) -> dict[str, str]:
    """The files of the suites that are not shipped, so that they can be found again, by the suites' names.

    given  by the suite's name: its file, or its name if it is shipped
    """
    paths = {name: suites.find(spec).resolve() for name, spec in given.items()}
    known = {path.resolve() for path in suites.shipped().values()}
    return {name: str(path) for name, path in paths.items() if path not in known}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def valid_conditions(conditions: Sequence[str]) -> tuple[str, ...]:
    """The conditions in one order, each once. Raises GroundingError for unknown ones, or none."""
    wrong = [c for c in conditions if c not in ALL_CONDITIONS]
    if wrong or not conditions:
        raise GroundingError(
            f"unknown condition {', '.join(wrong) or '(none)'}; known: {', '.join(ALL_CONDITIONS)}"
        )
    return tuple(c for c in ALL_CONDITIONS if c in conditions)


def manifest_of(asked: Questions, model: Subject) -> dict[str, Any]:
    """The manifest of a run that begins now. Raises SubjectError."""
    shaping = asdict(asked.settings)
    for name in ("batch_size", "device", "timeout"):  # they shape the cost, not the replies
        shaping.pop(name)
    return {
        "suites": {
            s.name: {
                "modality": s.modality,
                "digest": s.digest,
                "seed": s.seed,
                "cases": len(suites.chosen(s, asked.n)),
                "primary": list(s.primary),
                "margins": dict(s.margins),
            }
            for s in asked.suites
        },
        "sources": dict(asked.sources),
        "subject": {"spec": model.spec, "fingerprint": _fingerprint(model)},
        "checkers": {
            name: dict(modality(name).checkers) for name in sorted({s.modality for s in asked.suites})
        },
        "seed": asked.seed,
        "n": asked.n,
        "samples": asked.samples,
        "conditions": list(asked.conditions),
        "settings": shaping,
        "packages": {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "started": _now(),
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
