"""`listen`: a subject describes and answers probes about the artifacts of an existing run; nothing is generated.

    run k ── replies, artifacts ──┐
                                  ├── the ordinary passes ── a run folder of subject j on run k's artifacts
    subject j ── describe, probe ─┘

The cases, samples, seeds, conditions and settings are run k's, so each question is the one that run k's own subject
was asked, to the seed. Only what run k has finished is listened to: what failed on its side, or was never reached, is
no failure of subject j, so it is left out and counted. See docs/listening.md.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grounding import store, suites
from grounding.cases import Suite
from grounding.errors import GroundingError, ListeningWarning, Malformed, RunFolderError, SuiteError
from grounding.evaluate import Progress, Questions, carry_out, key_of, model_of, sources_of, valid_conditions
from grounding.modality import modality
from grounding.run_folder import Key
from grounding.subject import Answer, Failure, Request, Settings, Subject, gone

# A manifest may come from anywhere: far above what a run can have, far below what would never end.
MOST_SAMPLES, MOST_CASES = 100_000, 1_000_000
USUAL = Settings()


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Shaping(_Strict):
    """The settings that shape replies. An unknown one is refused: what it does to descriptions is unknown too."""

    model_config = ConfigDict(strict=True, extra="forbid")
    temperature: float = USUAL.temperature
    top_p: float = USUAL.top_p
    max_new_tokens: int = USUAL.max_new_tokens
    describe_tokens: int = USUAL.describe_tokens


class _Suite(_Strict):
    digest: str
    seed: int
    primary: list[str] = []
    margins: dict[str, float] = {}


class _Manifest(_Strict):
    """What is needed of run k's manifest."""

    suites: Annotated[dict[str, _Suite], Field(min_length=1)]
    sources: dict[str, str] = {}
    subject: dict[str, Any]
    checkers: dict[str, dict[str, str]]
    seed: int
    n: Annotated[int, Field(ge=1, le=MOST_CASES)] | None
    samples: Annotated[int, Field(ge=1, le=MOST_SAMPLES)]
    conditions: list[str]
    settings: _Shaping
    listened: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a record of run k has: the raw reply (None: it was bytes) and the artifact's entry (None: malformed)."""

    reply: str | None
    artifact: Mapping[str, Any] | None


def listen(
    run: Path | str,
    subject: str | Subject,
    out: Path | str,
    *,
    suite: Sequence[Path | str] = (),
    batch_size: int = USUAL.batch_size,
    device: str = USUAL.device,
    timeout: float | None = None,
    workers: int = 0,
    resume: bool = False,
    controls: bool | None = None,
    progress: Progress | None = None,
) -> Path:
    """Let a subject describe the artifacts of a run folder, and write another run folder; returns its path.

    subject  a spec ("reference", "transformers:DIR", "control:echo", …) or a Subject; its `generate` is not called
    suite    files of the run's suites, where they are no longer where they were
    others   as in `grounding.run`

    Raises RunFolderError for a folder that is no run or has no artifact, SuiteError where its suites cannot be had as
    they were, and what `grounding.run` raises.
    """
    if Path(out).resolve() == Path(run).resolve():
        raise GroundingError(f"{out}: is the run that is listened to; give another --out")
    manifest = _manifest(run)
    named = {name: name for name in manifest.suites} | manifest.sources | _named(run, manifest, suite)
    settings = Settings(
        **manifest.settings.model_dump(), batch_size=batch_size, device=device, timeout=timeout
    )
    questions = Questions(
        tuple(_suite(run, name, manifest, named[name]) for name in manifest.suites),
        manifest.n,
        manifest.seed,
        manifest.samples,
        valid_conditions(manifest.conditions),
        settings,
        sources_of({name: named[name] for name in manifest.suites}),
    )
    made, left_out = _made(run, questions)
    _warn_of_checkers(run, manifest)
    listener = Listener(model_of(subject, settings), run, made)
    return carry_out(
        replace(questions, only=frozenset(made)),
        listener,
        out,
        workers=workers,
        resume=resume,
        controls=controls,
        progress=progress,
        noted={"listened": _listened(run, manifest, made, left_out)},
    )


class Listener:
    """The subject that describes, with the replies of the run that it listens to in the place of its own."""

    def __init__(self, model: Subject, run: Path | str, made: Mapping[Key, Made]):
        self.spec, self.batch_size = model.spec, model.batch_size
        self._model, self._run, self._made = model, run, made

    @property
    def gone(self) -> str | None:
        return gone(self._model)

    def fingerprint(self) -> dict[str, Any]:
        return self._model.fingerprint()

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return [self._reply(request) for request in batch]

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return self._model.describe(batch)

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return self._model.probe(batch)

    def _reply(self, request: Request) -> str | bytes | Failure:
        """Run k's reply, sure to be parsed to the bytes that run k judged, or refused as it was there."""
        case = request.case
        made = self._made[case.suite, case.id, request.sample]
        reply: str | bytes | None = made.reply
        recorded = None
        if made.artifact is not None:
            try:
                stored = store.read_artifact(self._run, {"case": case.id, "artifact": made.artifact})
            except RunFolderError as error:
                return Failure(f"not listened to: {error}")
            assert stored is not None  # its entry is not empty
            recorded = stored.sha256
            reply = stored.data if reply is None else reply
        assert reply is not None  # `_made` leaves malformed replies in bytes out
        try:
            parsed: str | None = modality(case.modality).parse(reply, case).sha256
        except Malformed as malformed:
            parsed, why = None, f"is refused: {malformed}"
        else:
            why = "gives another artifact"
        if parsed != recorded:
            was = "malformed" if recorded is None else f"artifact {recorded[:12]}…"
            return Failure(
                f"not listened to: parsed today, the reply {why}; {self._run} has it as {was}: judge that run anew "
                f"(grounding run SUITE --subject replay:{self._run}) and listen to the result"
            )
        return reply


# --- run k --------------------------------------------------------------------------------------------


def _manifest(run: Path | str) -> _Manifest:
    try:
        return _Manifest.model_validate(store.read_manifest(run))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        names = map(str, first["loc"])
        key = ".".join(name if name.isidentifier() else repr(name)[:60] for name in names)
        raise RunFolderError(
            f"{run}/{store.MANIFEST}: cannot be listened to: {key}: {first['msg']}"
        ) from error


def _named(run: Path | str, manifest: _Manifest, files: Sequence[Path | str]) -> dict[str, str]:
    """The files by the names of their suites. Raises SuiteError for one that is none of the run's."""
    named: dict[str, str] = {}
    for file in files:
        name = suites.load(str(file)).name
        if name not in manifest.suites:
            known = ", ".join(manifest.suites)
            raise SuiteError(f"{file}: suite {name!r} is none of those of {run}: {known}")
        named[name] = str(file)
    return named


def _suite(run: Path | str, name: str, manifest: _Manifest, source: str) -> Suite:
    """The suite as it was in run k, with the plan that it had there. Raises SuiteError where it is another now."""
    recorded = manifest.suites[name]
    hint = f"give the file of suite {name!r} as it was for {run} with --suite FILE"
    try:
        found = suites.load(source, manifest.n, recorded.seed)
    except SuiteError as error:
        raise SuiteError(f"{error}; {hint}") from error
    if found.name != name or found.digest != recorded.digest:
        raise SuiteError(
            f"{source}: suite {found.name!r} has other cases than in {run} (digest {found.digest[:12]}, there "
            f"{recorded.digest[:12]}): its file has changed, or what makes its cases; {hint}, or use the version "
            "that made them"
        )
    return replace(found, primary=tuple(recorded.primary), margins=tuple(sorted(recorded.margins.items())))


def _made(run: Path | str, questions: Questions) -> tuple[dict[Key, Made], Counter[str]]:
    """What can be listened to, and how many trials of run k cannot, by reason. Raises RunFolderError."""
    unseen = {key_of(trial) for s in questions.suites for trial in questions.trials(s)}
    made: dict[Key, Made] = {}
    left_out: Counter[str] = Counter()
    for record in store.read_records(run):
        key = store.key(record)
        if key not in unseen:
            suite, case, sample = key
            raise RunFolderError(
                f"{run}: case {case!r}, sample {sample}, of suite {suite!r} is not of this run; remove its record"
            )
        unseen.discard(key)
        reply, artifact = record.get("reply"), record.get("artifact")
        if record["status"] == "error":
            left_out["error"] += 1
        elif record["status"] == "ok" and not artifact:
            raise RunFolderError(f"{run}: the record of case {key[1]!r} is ok and names no artifact")
        elif record["status"] == "malformed" and reply is None:
            left_out["malformed, its reply in bytes not kept"] += 1
        else:
            made[key] = Made(reply, artifact if record["status"] == "ok" else None)
    if unseen:
        left_out["not reached"] = len(unseen)
    if not any(one.artifact for one in made.values()):
        raise RunFolderError(f"{run}: has no artifact to listen to")
    return made, left_out


def _warn_of_checkers(run: Path | str, manifest: _Manifest) -> None:
    for name, versions in manifest.checkers.items():
        if versions != dict(modality(name).checkers):
            warnings.warn(
                f"the {name} checkers are not those of {run}, so the two will not be comparable; judge that run anew "
                f"(grounding run SUITE --subject replay:{run}) and listen to the result",
                ListeningWarning,
                stacklevel=3,
            )


def _listened(
    run: Path | str, manifest: _Manifest, made: Mapping[Key, Made], left_out: Mapping[str, int]
) -> dict[str, Any]:
    """What the manifest says of the artifacts: whose they are, however often they were listened to since."""
    return {
        "folder": str(run),
        "subject": (manifest.listened or {}).get("subject", manifest.subject),
        "records": _digest(made),
        "left_out": dict(sorted(left_out.items())),
    }


def _digest(made: Mapping[Key, Made]) -> str:
    """SHA-256 over a line of JSON a trial in their order: suite, case, sample, the artifact's sha256 or null."""
    sha = sha256()
    for key in sorted(made):
        artifact = made[key].artifact
        sha.update(json.dumps([*key, artifact["sha256"] if artifact else None]).encode() + b"\n")
    return sha.hexdigest()
