"""Inspect's cost: `python bench/inspect_run.py SAMPLES LOGS` with the python of an environment that has
inspect-ai. Prints the processor's seconds of the evaluation; import and start-up are not in it.

The mock model is given its token counts: left to itself it counts them with a tokenizer that is downloaded,
which would cost Inspect more and does not work offline.
"""

from __future__ import annotations

import sys
import time
from itertools import repeat

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import exact

reply = ModelOutput.from_content("mockllm/model", "||||")
reply.usage = ModelUsage(input_tokens=4, output_tokens=1, total_tokens=5)
model = get_model("mockllm/model", custom_outputs=repeat(reply))
samples = [Sample(input=f"Make {i % 9 + 1} marks.", target="||||") for i in range(int(sys.argv[1]))]
before = time.process_time()
(log,) = eval(Task(samples, scorer=exact()), model=model, display="none", log_dir=sys.argv[2], max_samples=32)
taken = time.process_time() - before
assert log.status == "success" and log.results and log.results.completed_samples == len(samples), log.error
print(taken)
