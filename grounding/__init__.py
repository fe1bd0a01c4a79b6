"""The cross-modal grounding evaluator: does a model still mean what its words say?

    import grounding

    folder = grounding.run("ascii_art", "reference", "runs/a", n=40)
    grounding.score(folder)["modalities"]["ascii_art"]["metrics"]
    grounding.Claim.parse("count(triangle, 2)")
    grounding.modality("ascii_art").read("Two triangles, not three.")

Importing this loads neither torch nor gradio, nor any modality.
"""

# `grounding.modality` is a module as well as a function of the public interface. Importing the function here, after
# its module, binds the name to the function; `from grounding.modality import …` works as ever.
from grounding.claims import Claim, Statement, Verdict
from grounding.errors import (
    ClaimError,
    GroundingError,
    Malformed,
    RegistryError,
    RunFolderError,
    SubjectError,
    SuiteError,
)
from grounding.modality import Artifact, modality

__version__ = "0.1.0"


def run(*args, **kwargs):  # type: ignore[no-untyped-def]
    """Run suites on a subject and write a run folder: see `grounding.evaluate.run` for the parameters."""
    from grounding.evaluate import run as evaluate

    return evaluate(*args, **kwargs)


def listen(*args, **kwargs):  # type: ignore[no-untyped-def]
    """Let a subject describe the artifacts of a run folder: see `grounding.listening.listen` for the parameters."""
    from grounding.listening import listen as to_run

    return to_run(*args, **kwargs)


def compare(*folders, **kwargs):  # type: ignore[no-untyped-def]
    """Compare run folders with the first of them: see `grounding.drift.comparison.compare` for the parameters."""
    from grounding.drift.comparison import compare as of_folders

    return of_folders(*folders, **kwargs)


def score(folder):  # type: ignore[no-untyped-def]
    """The scores of a run folder, as `grounding score DIR --json` prints them."""
    from grounding.scores import score as of_folder

    return of_folder(folder)


__all__ = [
    "Artifact",
    "Claim",
    "ClaimError",
    "GroundingError",
    "Malformed",
    "RegistryError",
    "RunFolderError",
    "Statement",
    "SubjectError",
    "SuiteError",
    "Verdict",
    "compare",
    "listen",
    "modality",
    "run",
    "score",
]
