"""Listing subjects must be cheap."""

import subprocess
import sys

import pytest

from grounding.modality import found
from grounding.subject import GROUP, subjects

NAMES = ("control", "openai", "python", "reference", "replay", "transformers")


def test_importing_subjects_loads_no_torch():
    """Every registered factory can be imported, and its first line of documentation read, without torch."""
    modules = [found(GROUP)[name].value.partition(":")[0] for name in NAMES]
    heavy = "[m for m in ('torch', 'transformers', 'openai') if m in sys.modules]"
    code = f"import sys, {', '.join(modules)}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_each_is_documented(name):
    """`grounding list subjects` has a line for each."""
    doc = {info.name: info.doc for info in subjects()}[name]
    assert len(doc) > 30 and doc.endswith(".") or ":" in doc
