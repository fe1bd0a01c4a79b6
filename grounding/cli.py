"""The command line. Errors are one line and exit code 2; nothing heavy is imported until it is needed."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from grounding.cli_compare import compare
from grounding.errors import ControlsWarning, GroundingError, ListeningWarning, Malformed, RepairWarning
from grounding.terminal import Json, line, path, print_json, progress

app = typer.Typer(
    help="Does a model still mean what its words say? Checks what it makes, and what it says about it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: boxes would cost more time than all our imports
    context_settings={"help_option_names": ["-h", "--help"]},
)

MAX_FILE = 20_000_000  # bytes read from a file or standard input
STOPPED = 130  # as shells report Ctrl-C
DEMO_SUITE, DEMO_CASES, DEMO_MARK = "ascii_art", 84, ".demo"
LISTED = ("suites", "subjects", "modalities", "checkers", "cases")

Workers = Annotated[
    int | None, typer.Option(min=0, help="Processes that check and read (default: one a core, at most 4).")
]
Batch = Annotated[int, typer.Option("--batch-size", min=1, help="Requests in one batch of the subject.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, …")]
Timeout = Annotated[
    float | None, typer.Option(help="Seconds that the subject may take for a batch (default: any time).")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")]
Controls = Annotated[bool | None, typer.Option(help="Score the controls on the same cases too.")]
Spec = Annotated[
    str, typer.Option(help='What is evaluated: "reference", "transformers:DIR", "control:echo" …')
]
Out = Annotated[Path, typer.Option(help="The run folder to write.")]


def main() -> None:
    """The `grounding` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without a letter shows its escape
    try:
        code = app(standalone_mode=False)  # what `typer.Exit` carried; None where a command came to its end
    except GroundingError as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # not about a file that the user named: ours
            raise
        _fail(f"{error.filename}: {error.strerror}")
    except Exception as error:
        if not hasattr(error, "format_message") or not hasattr(error, "exit_code"):
            raise
        _usage(error)
    if code == STOPPED:  # Typer gives Ctrl-C back as an exit code
        _fail("stopped; what was finished is kept, --resume goes on", STOPPED)
    sys.exit(code or 0)


def _usage(error: Any) -> NoReturn:
    """Typer's errors about the command line, as one line; no arguments at all: the help."""
    message, context = error.format_message().strip(), getattr(error, "ctx", None)
    if not message:  # the help is printed already
        sys.exit(error.exit_code)
    _fail(f"{message} (see {context.command_path if context else 'grounding'} --help)", error.exit_code)


def _fail(message: str, code: int = 2) -> NoReturn:
    print(f"grounding: {line(message)}", file=sys.stderr)
    sys.exit(code)


@app.command()
def run(
    suite: Annotated[list[str], typer.Argument(help="Names of shipped suites, or suite files.")],
    subject: Spec,
    out: Out,
    n: Annotated[
        int | None, typer.Option("--n", min=1, help="At most so many cases of each suite, over its families.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Fresh cases from the seeded families.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Replies for each case.")] = 1,
    conditions: Annotated[
        str, typer.Option(help="What the subject sees while it describes.")
    ] = "blind,instructed,swapped",
    temperature: Annotated[
        float | None, typer.Option(min=0, help="0 is greedy; default 0, or 0.7 with several samples.")
    ] = None,
    engine: Annotated[str, typer.Option(help="Where it runs.")] = "local",
    workers: Workers = None,
    batch_size: Batch = 32,
    device: Device = "cpu",
    timeout: Timeout = None,
    resume: Resume = False,
    controls: Controls = None,
) -> None:
    """Generate, check and describe the cases of suites; writes a run folder."""
    from grounding.evaluate import run as evaluate
    from grounding.subject import Settings

    warnings.showwarning = _show_warning
    chosen = temperature if temperature is not None else (0.7 if samples > 1 else 0.0)
    settings = Settings(temperature=chosen, batch_size=batch_size, device=device, timeout=timeout)
    with progress() as told:
        folder = evaluate(
            suite,
            subject,
            out,
            n=n,
            seed=seed,
            samples=samples,
            conditions=tuple(c.strip() for c in conditions.split(",") if c.strip()),
            settings=settings,
            engine=engine,
            workers=_workers(workers),
            resume=resume,
            controls=controls,
            progress=told,
        )
    _print_summary(folder)


@app.command()
def listen(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The run whose artifacts are described.")],
    subject: Spec,
    out: Out,
    suite: Annotated[
        list[Path] | None, typer.Option(help="A suite's file, where it is no longer where it was.")
    ] = None,
    workers: Workers = None,
    batch_size: Batch = 32,
    device: Device = "cpu",
    timeout: Timeout = None,
    resume: Resume = False,
    controls: Controls = None,
) -> None:
    """Describe the artifacts of an existing run, by the same or another subject; nothing is generated."""
    from grounding.listening import listen as to_run
    from grounding.store import read_manifest

    warnings.showwarning = _show_warning
    with progress() as told:
        written = to_run(
            folder,
            subject,
            out,
            suite=suite or (),
            batch_size=batch_size,
            device=device,
            timeout=timeout,
            workers=_workers(workers),
            resume=resume,
            controls=controls,
            progress=told,
        )
    _print_summary(written)
    if left := read_manifest(written)["listened"]["left_out"]:
        print(f"left out of {line(str(folder))}: {', '.join(f'{n} {why}' for why, n in left.items())}")


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")], as_json: Json = False
) -> None:
    """Score a run folder; free, as often as you like."""
    from grounding.scores import score as of_folder

    scores = of_folder(folder)
    if as_json:
        print_json(scores)
    else:
        from grounding.report.table import print_scores

        print_scores(scores)


app.command()(compare)


@app.command()
def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Run folders.")],
    out: Annotated[
        Path | None, typer.Option(help="The HTML file (default: report.html in the first folder).")
    ] = None,
) -> None:
    """Write a self-contained HTML report of runs; prints its path."""
    from grounding.report import write_report

    print(path(write_report(folders, out or folders[0] / "report.html")))


@app.command()
def check(
    modality: Annotated[str, typer.Argument(help="The artifact's modality.")],
    file: Annotated[Path, typer.Argument(help="The artifact's file.")],
    claim: Annotated[
        list[str] | None, typer.Option(help="A claim to check; without any: every fact there is.")
    ] = None,
    case: Annotated[str | None, typer.Option(help="SUITE:ID: check the claims of this case.")] = None,
    as_json: Json = False,
) -> None:
    """Check claims on an artifact, or list every fact that the checkers can establish."""
    from grounding.modality import claim_for
    from grounding.modality import modality as find

    of = find(modality)
    chosen = _case(case, of.name) if case else None
    claims = [claim_for(of, text) for text in claim or ()]
    if chosen and not claims:
        claims = list(chosen.expects)
    try:
        artifact = of.load(_readable(file))
    except Malformed as malformed:
        _print_check(
            {"artifact": None, "status": "malformed", "reason": str(malformed), "verdicts": []}, as_json
        )
        return
    verdicts = of.check(artifact, claims, chosen) if claims else of.observe(artifact)
    found = {
        "artifact": artifact.sha256,
        "status": "ok",
        "reason": None,
        "verdicts": [verdict.json() for verdict in verdicts],
    }
    _print_check(found, as_json)


@app.command()
def read(
    modality: Annotated[str, typer.Argument(help="The modality that the text speaks of.")],
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")],
    as_json: Json = False,
) -> None:
    """Read the statements of a text about an artifact."""
    from grounding.modality import modality as find

    of = find(modality)
    if file == "-":
        raw = sys.stdin.buffer.read(MAX_FILE + 1)
    else:
        with _readable(Path(file)).open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise GroundingError(f"{file}: more than {MAX_FILE} bytes; a description is shorter")
    statements = of.read(raw.decode("utf-8", "replace"))
    if as_json:
        print_json([statement.json() for statement in statements])
        return
    for s in statements:
        print(f"{s.polarity:9} {s.span[0]:5}–{s.span[1]:<5} {line(str(s.claim))}")
    if not statements:
        print("no statement that this modality's checkers could decide")


@app.command()
def qualify(
    modality: Annotated[
        str | None, typer.Argument(help="The modality; without it: every one that has labelled artifacts.")
    ] = None,
    split: Annotated[
        str, typer.Option(help="dev, held_out or all; dev is what rules were written on, so it flatters.")
    ] = "held_out",
    wrong: Annotated[bool, typer.Option("--wrong", help="Also list the wrong verdicts.")] = False,
    as_json: Json = False,
) -> None:
    """Measure how often checkers and reader err, on labelled artifacts and texts."""
    from grounding.qualify import qualify_all

    found = qualify_all(modality, split)
    if as_json:
        print_json(found)
    else:
        from grounding.report.qualify_table import print_qualified

        print_qualified(found, wrong)


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help=" | ".join(LISTED))],
    suite: Annotated[str | None, typer.Option(help="For cases: of this suite only.")] = None,
    as_json: Json = False,
) -> None:
    """List what there is: suites, subjects, modalities, checkers or cases."""
    if what not in LISTED:
        raise GroundingError(f"nothing to list under {what!r}; known: {', '.join(LISTED)}")
    rows = list(_listed(what, suite))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print("\t".join(line(str(value)) for value in row.values()))


def _listed(what: str, suite: str | None) -> Iterator[dict[str, Any]]:
    from grounding import suites
    from grounding.modality import modalities
    from grounding.modality import modality as find
    from grounding.subject import subjects

    if what == "suites":
        for name in suites.shipped():
            loaded = suites.load(name)
            yield {
                "name": name,
                "modality": loaded.modality,
                "cases": len(loaded.cases),
                "description": loaded.description,
            }
    elif what == "subjects":
        for info in subjects():
            yield {"name": info.name, "doc": info.doc}
    elif what == "modalities":
        for name in modalities():
            of = find(name)
            yield {"name": name, "families": ", ".join(of.families), "claims": ", ".join(of.predicates)}
    elif what == "checkers":
        for name in modalities():
            for checker, number in find(name).checkers.items():
                yield {"modality": name, "checker": checker, "version": number}
    else:
        for name in [suite] if suite else suites.shipped():
            loaded = suites.load(name)
            for c in loaded.cases:
                yield {
                    "id": f"{loaded.name}:{c.id}",
                    "family": c.family,
                    "level": c.level,
                    "instruction": c.instruction,
                }


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option(help="The run folder to write; an earlier demo there is replaced.")
    ] = Path("runs/demo"),
    n: Annotated[int, typer.Option("--n", min=1, help="Cases.")] = DEMO_CASES,
    workers: Workers = None,
) -> None:
    """The main job on the embedded reference model: run, score, report. Prints the report's path last."""
    from grounding.evaluate import run as evaluate
    from grounding.report import write_report
    from grounding.report.table import print_scores
    from grounding.scores import score as of_folder

    _clear_demo(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / DEMO_MARK).touch()
    with progress() as told:
        folder = evaluate(DEMO_SUITE, "reference", out, n=n, workers=_workers(workers), progress=told)
    print_scores(of_folder(folder))
    print(path(write_report([folder], folder / "report.html").resolve()))


def _clear_demo(out: Path) -> None:
    """Remove the files of an earlier demo, and of nothing else: only a folder that a demo has marked is emptied."""
    from grounding.store import ARTIFACTS, CONTROLS, MANIFEST, RECORDS

    if not (out / MANIFEST).exists():
        return
    if not (out / DEMO_MARK).exists():
        raise GroundingError(f"{out}: holds a run that is no demo; give another --out")
    for artifact in (out / ARTIFACTS).glob("*"):
        artifact.unlink()
    for name in (RECORDS, CONTROLS, MANIFEST):
        (out / name).unlink(missing_ok=True)


# --- edges ------------------------------------------------------------------------------------------


def _workers(n: int | None) -> int:
    return n if n is not None else min(4, os.cpu_count() or 1)


def _readable(file: Path) -> Path:
    if not file.is_file():
        raise GroundingError(f"{file}: no such file")
    if file.stat().st_size > MAX_FILE:
        raise GroundingError(f"{file}: larger than {MAX_FILE} bytes")
    return file


def _case(name: str, modality_name: str) -> Any:
    from grounding import suites

    suite, _, identity = name.rpartition(":")
    if not suite or not identity:
        raise GroundingError(f"--case {name!r}: expected SUITE:ID")
    loaded = suites.load(suite)
    found = loaded.by_id().get(identity)
    if found is None:
        raise GroundingError(f"--case {name!r}: suite {loaded.name} has no case {identity!r}")
    if found.modality != modality_name:
        raise GroundingError(f"--case {name!r}: is of modality {found.modality}, not {modality_name}")
    return found


def _print_summary(folder: Path) -> None:
    from grounding.store import read_manifest

    counts = read_manifest(folder)["counts"]
    print(f"{line(str(folder))}: {', '.join(f'{n} {status}' for status, n in counts.items()) or 'no record'}")


def _show_warning(message: Warning | str, category: type[Warning], *place: Any, **options: Any) -> None:
    """Our own warnings are lines for people; other libraries' are not about the run."""
    if issubclass(category, ControlsWarning | ListeningWarning | RepairWarning):
        print(f"grounding: warning: {line(str(message))}", file=sys.stderr)


def _print_check(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if found["status"] != "ok":
        print(f"malformed: {line(found['reason'])}")
    for verdict in found["verdicts"]:
        reason = verdict["evidence"].get("reason", "")
        print(f"{verdict['verdict']:8} {line(verdict['claim']):32} {line(str(reason))}")


if __name__ == "__main__":
    main()
