"""Coverage-guided fuzzing with atheris: `python bench/fuzz.py TARGET [--runs N] [--seed S] [--out DIR]`.

Targets: claims, replies, reader, suites, records, check (see bench/fuzz_targets.py). Atheris is not among the
product's dependencies: make an environment with it and the product,

    uv venv /tmp/fuzz_env && uv pip install --python /tmp/fuzz_env/bin/python atheris -e .

Anything but an error of the package, and any input that takes more than a second of processor time, is a
finding: written to DIR/TARGET.findings.jsonl (once for each place), and the exit code is 1. An input over
20 s of wall clock ends the run with a stack. `--again HEX` feeds one input and lets what it raises through.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

SLOW = 1.0  # seconds of processor time
HANG = 20  # seconds of wall clock
PROGRESS = 5_000  # inputs between two writings of DIR/TARGET.json


class Watch:
    """Feeds a target, keeps time, and collects what it raises."""

    def __init__(self, name: str, feed: Any, runs: int, out: Path):
        self.name, self.feed, self.runs, self.out = name, feed, runs, out
        self.fed = self.unexpected = 0
        self.slowest, self.slowest_input = 0.0, b""
        self.findings: dict[str, dict[str, Any]] = {}
        self.started = time.monotonic()

    def __call__(self, data: bytes) -> None:
        before = time.process_time()
        try:
            self.feed(data)
        except Exception as error:  # noqa: BLE001  whatever is raised is the finding
            self._found(error, data)
        took = time.process_time() - before
        if took > self.slowest:
            self.slowest, self.slowest_input = took, data
        if took > SLOW:
            self._keep("slow", f"{took:.1f} s", data)
        self.fed += 1
        if self.fed >= self.runs or self.fed % PROGRESS == 0:
            self._report()
        if self.fed >= self.runs:
            os._exit(1 if self.findings else 0)  # libFuzzer would go on

    def _found(self, error: Exception, data: bytes) -> None:
        self.unexpected += 1
        last = next(
            (
                f
                for f in reversed(traceback.extract_tb(error.__traceback__))
                if "site-packages" not in f.filename
            ),
            None,
        )
        where = f"{Path(last.filename).name}:{last.lineno}" if last else "?"
        self._keep(f"{type(error).__name__} {where}", str(error)[:500], data)

    def _keep(self, kind: str, what: str, data: bytes) -> None:
        if kind in self.findings:
            return
        self.findings[kind] = {"kind": kind, "what": what, "input": data.hex(), "text": repr(data[:300])}
        with (self.out / f"{self.name}.findings.jsonl").open("a") as file:
            file.write(json.dumps(self.findings[kind]) + "\n")
        print("FINDING", kind, what, repr(data[:200]), flush=True)

    def _report(self) -> None:
        seconds = time.monotonic() - self.started
        result = {
            "target": self.name,
            "inputs": self.fed,
            "seconds": round(seconds),
            "per_second": round(self.fed / seconds),
            "slowest_ms": round(self.slowest * 1000, 1),
            "slowest_input": self.slowest_input.hex(),
            "kinds_of_findings": sorted(self.findings),
            "inputs_that_raised": self.unexpected,
        }
        (self.out / f"{self.name}.json").write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("/tmp/fuzz"))
    parser.add_argument("--again", metavar="HEX", help="feed this one input only")
    chosen = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed here; the head of this file says how to get it")
    with atheris.instrument_imports(include=["grounding", "modalities"]):
        from fuzz_targets import TARGETS
    target = TARGETS[chosen.target]()
    if chosen.again is not None:
        target.feed(bytes.fromhex(chosen.again))
        return
    for seed in target.seeds()[:3]:
        target.feed(seed)  # what is loaded once is not what an input costs
    corpus = chosen.out / "corpus" / chosen.target
    corpus.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(target.seeds()):
        (corpus / f"seed{i:04}").write_bytes(seed)
    options = [f"-seed={chosen.seed}", f"-max_len={target.max_len}", f"-timeout={HANG}", "-verbosity=0"]
    if target.tokens:
        words = chosen.out / f"{chosen.target}.dict"
        words.write_text("".join(quoted(token) for token in target.tokens))
        options.append(f"-dict={words}")
    options += [f"-artifact_prefix={chosen.out}/", str(corpus)]
    atheris.Setup([sys.argv[0], *options], Watch(chosen.target, target.feed, chosen.runs, chosen.out))
    atheris.Fuzz()


def quoted(token: str) -> str:
    """A line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in token.encode()) + '"\n'


if __name__ == "__main__":
    main()
