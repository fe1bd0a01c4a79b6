"""What holds for every test: no model hub is reached, and generated examples repeat.

HYPOTHESIS_PROFILE=repeatable   (default) the same examples every time: a gate that fails, fails for a change
HYPOTHESIS_PROFILE=explore      random examples, EXPLORE times as many: a search, run by hand and in bench/
"""

import os

import pytest
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"  # an attempt to reach a hub fails at once instead of waiting for one

EXPLORE = 10  # how many times the examples that a test asks for

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under explore, every test that Hypothesis feeds gets more examples than it asks for itself."""
    if PROFILE != "explore":
        return
    for item in items:
        test = getattr(item, "obj", None)
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if asked is not None:
            more = settings(asked, max_examples=EXPLORE * asked.max_examples)
            test._hypothesis_internal_use_settings = more
