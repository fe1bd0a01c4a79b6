"""Inspect's cost: `python bench/inspect_run.py SAMPLES LOGS` with the python of an environment that has
inspect-ai. Prints the processor's seconds of the evaluation, import and start-up apart."""

from __future__ import annotations

import sys
import time

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.scorer import exact

samples = [Sample(input=f"Make {i % 9 + 1} marks.", target="Default output") for i in range(int(sys.argv[1]))]
before = time.process_time()
(log,) = eval(
    Task(samples, scorer=exact()), model="mockllm/model", display="none", log_dir=sys.argv[2], max_samples=32
)
taken = time.process_time() - before
assert log.status == "success" and log.results and log.results.completed_samples == len(samples)
print(taken)
