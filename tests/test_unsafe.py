"""Nothing unsafe is used: the source says so, and files that try to run something run nothing."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hostile import PAYLOADS

from grounding import suites
from grounding.errors import GroundingError, RunFolderError, SuiteError
from grounding.modality import found
from grounding.report import write_report
from grounding.scores import score
from grounding.store import read_artifact, read_records
from grounding.subject import subject

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p for top in ("grounding", "modalities") for p in (ROOT / top).rglob("*.py"))

# --- the source -------------------------------------------------------------------------------------

MODULES = {
    "pickle", "cPickle", "_pickle", "cloudpickle", "marshal", "shelve", "dill", "joblib", "code", "codeop",
    "subprocess", "pty", "telnetlib", "ctypes", "runpy", "imp", "xml", "xmlrpc",
}  # fmt: skip
CALLS = {
    "eval", "exec", "compile", "__import__", "execfile", "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnl",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "torch.load", "torch.hub.load", "np.load",
    "numpy.load", "importlib.import_module", "tempfile.mktemp", "jinja2.Template",
}  # fmt: skip
# What is used all the same, and why.
ALLOWED = {
    (
        "grounding/subjects/python.py",
        "importlib.import_module",
    ): "python:MODULE:OBJECT is the user's own code",
    ("grounding/subjects/own_process.py", "subprocess"): "this interpreter with a module of ours, no shell",
    ("grounding/orphans.py", "ctypes"): "one call of the C library with numbers of ours: workers end with us",
    **{
        (
            "grounding/drift/junit.py",
            f"xml.etree.ElementTree.{name}",
        ): "XML is written there; what parses is not imported"
        for name in ("Element", "SubElement", "tostring")
    },
}
WORDS = {"trust_remote_code": False, "shell": False, "weights_only": True, "use_safetensors": True}


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def unsafe(tree: ast.AST) -> Iterator[str]:
    """Every unsafe import, call and argument in a syntax tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in MODULES:
            yield from (f"{node.module}.{a.name}" for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{a.name}" for a in node.names if f"{node.module}.{a.name}" in CALLS)
        elif isinstance(node, ast.Call):
            if dotted(node.func) in CALLS:
                yield dotted(node.func)
            for word in node.keywords:
                fixed = isinstance(word.value, ast.Constant) and word.value.value is WORDS.get(word.arg or "")
                if word.arg in WORDS and not fixed:
                    yield f"{word.arg}={ast.unparse(word.value)}"
        elif isinstance(node, ast.Attribute) and node.attr in (
            "UnsafeLoader",
            "FullLoader",
            "Loader",
            "CLoader",
        ):
            yield dotted(node)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_unsafe_call(path: Path) -> None:
    """No pickle, eval, shell, foreign code or unsafe YAML, but for what is listed with its reason."""
    name = path.relative_to(ROOT).as_posix()
    assert [u for u in unsafe(ast.parse(path.read_text("utf-8"))) if (name, u) not in ALLOWED] == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from marshal import loads", "eval(x)", "torch.load(f)", "yaml.load(f)", "os.system('x')",
     "f(trust_remote_code=True)", "f(trust_remote_code=flag)", "run(x, shell=True)", "yaml.Loader",
     "from importlib import import_module", "import torch, dill", "f(use_safetensors=False)",
     "from xml.etree.ElementTree import fromstring"],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    """Each unsafe thing is found where it stands, so that an empty result means something."""
    assert list(unsafe(ast.parse(source)))


def test_every_exception_to_the_rule_is_used() -> None:
    """A listed exception that the source no longer needs is taken off the list."""
    for name, call in ALLOWED:
        assert call in unsafe(ast.parse((ROOT / name).read_text("utf-8")))


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that exists if something ran."""
    return tmp_path / "ran"


# --- suites -----------------------------------------------------------------------------------------

HEAD = "name: s\nmodality: ascii_art\ncases:\n  - {id: a, instruction: x, expects: ['hollow()'], data: {k: "
CALL = "!!python/object/apply:os.system ['touch MARK']"
YAML = {
    "apply": CALL,
    "new": "!!python/object/new:os.system ['touch MARK']",
    "module": "!!python/module:antigravity x",
    "name": "!!python/name:os.system x",
    "tuple": "!!python/tuple [1]",
    "tag": "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch MARK']",
    "state": "!!python/object:argparse.Namespace {a: 1}",
    "own tag": "!evil {a: 1}",
    "anchor": "&a [*a]",
    "laughs": "[&a [x, x], &b [*a, *a], &c [*b, *b], [*c, *c]]",
    "merge": "{<<: &a {x: 1}, <<: *a}",
}  # fmt: skip


@pytest.mark.parametrize("name", YAML)
def test_a_suite_makes_no_objects(name: str, tmp_path: Path, mark: Path) -> None:
    """Tags that make objects, anchors that grow and merges are refused, and nothing runs."""
    path = tmp_path / "suite.yaml"
    path.write_text(HEAD + YAML[name].replace("MARK", str(mark)) + "}}\n")
    with pytest.raises(SuiteError, match=r"suite.yaml:4: "):
        suites.load(str(path))
    assert not mark.exists()


def test_the_suite_trick_works_on_a_loader_that_is_not_safe(mark: Path) -> None:
    """The same text does run with PyYAML's unsafe loader: what is refused above is real."""
    yaml.unsafe_load(CALL.replace("MARK", str(mark)))
    assert mark.exists()


# --- run folders and names --------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> Path:
    from grounding.evaluate import run as evaluate

    return evaluate("ascii_art", "control:echo", tmp_path / "run", n=2, workers=0)


@pytest.mark.parametrize("name", ["records.jsonl", "run.json", "controls.json"])
def test_a_pipe_in_the_place_of_a_file_is_refused(name: str, run: Path) -> None:
    """A named pipe would be waited for without end; it is refused at once."""
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    for reading in (lambda: score(run), lambda: write_report([run], run / "report.html")):
        with pytest.raises(RunFolderError, match="not a plain file"):
            reading()


def test_an_endless_device_in_the_place_of_records_is_refused(run: Path) -> None:
    """records.jsonl linked to a device without end is not read."""
    (run / "records.jsonl").unlink()
    (run / "records.jsonl").symlink_to("/dev/zero")
    with pytest.raises(RunFolderError, match="not a plain file"):
        list(read_records(run))


def changed_artifact(run: Path, how: str) -> None:
    line = json.loads((run / "records.jsonl").read_text().splitlines()[0])
    stored = run / line["artifact"]["path"]
    secret = run.parent / "secret.txt"
    secret.write_text("SECRET")
    if how == "bytes":
        stored.write_text("SECRET")
    elif how == "pipe":
        stored.unlink()
        os.mkfifo(stored)
    elif how == "link":
        stored.unlink()
        stored.symlink_to(secret)
    else:
        line["artifact"]["path"] = {"up": "artifacts/../../secret.txt", "absolute": str(secret)}[how]
        (run / "records.jsonl").write_text(json.dumps(line) + "\n")


@pytest.mark.parametrize("how", ["bytes", "pipe", "link", "up", "absolute"])
def test_a_report_shows_no_file_but_the_runs_own(how: str, run: Path) -> None:
    """Other bytes, a pipe, a link out of the folder and a path out of it are not shown, nor scored."""
    changed_artifact(run, how)
    page = write_report([run], run.parent / "report.html").read_text("utf-8")
    assert "SECRET" not in page


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "/etc/passwd", "..", ".", "a\0b", "~", "-rf", "$(touch x)", *PAYLOADS.values()]
)
def test_no_name_in_a_suite_is_a_path(name: str, tmp_path: Path) -> None:
    """Names of suites, cases, families and clusters are plain words: none can lead anywhere."""
    case = {"id": "a", "instruction": "x", "expects": ["hollow()"]}
    for key in ("name", "id", "family", "cluster", "partner"):
        suite = {
            "name": "s",
            "modality": "ascii_art",
            "cases": [{**case, **({key: name} if key != "name" else {})}],
        }
        (tmp_path / "suite.yaml").write_text(json.dumps(suite | ({"name": name} if key == "name" else {})))
        with pytest.raises(SuiteError):
            suites.load(str(tmp_path / "suite.yaml"))


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000, "\ud800", "loop"])
def test_artifact_names_that_no_file_can_have(name: str, run: Path) -> None:
    """A path that the system itself refuses is an error of the folder."""
    (run / "artifacts" / "loop").symlink_to("loop")
    with pytest.raises(RunFolderError):
        read_artifact(run, {"case": "c", "artifact": {"sha256": "", "path": f"artifacts/{name}"}})


@pytest.mark.parametrize(
    "name", ["../x", "os:system", "reference ", "", "\x1b[31m", "control/../reference", "__init__"]
)
def test_only_registered_names_are_loaded(name: str) -> None:
    """A modality or subject is found by an exact registered name, never imported by what it is called."""
    assert name not in found("grounding.subjects")
    with pytest.raises(GroundingError):
        subject(name)
