"""The report of hostile text in a real browser: no script but the page's own runs, with or without its policy.

Skipped where no Chromium is installed; tests/test_hostile.py and tests/test_report.py need none.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile import PAYLOADS
from test_hostile import odd_records
from test_report import checked, folder

from grounding.report import write_report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 120
HIT = re.compile(r"<html[^>]*data-hit")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


def dom(page: str, tmp_path: Path) -> str:
    """The page's document after a browser has loaded it and run what it would run."""
    path = tmp_path / "page.html"
    path.write_text(page, "utf-8")
    args = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--dump-dom",
    ]
    args += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=2000", path.as_uri()]
    done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert "</html>" in done.stdout, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report on records with every payload in every text."""
    root = tmp_path_factory.mktemp("hostile")
    runs = [folder(root / f"run{i}", *odd_records(text)) for i, text in enumerate(PAYLOADS.values())]
    return write_report(runs, root / "report.html").read_text("utf-8")


def test_a_page_of_all_payloads_is_balanced_and_inert(page: str) -> None:
    """Parsed strictly, the page has only our own tags, one script and no attribute that runs."""
    checked(page)


def test_no_script_of_a_payload_runs(page: str, tmp_path: Path) -> None:
    """The page's own script runs (the filter appears), and nothing that a payload brought."""
    shown = dom(page, tmp_path)
    assert not HIT.search(shown)
    assert '<form class="filter" role="search"' in shown  # hidden until the page's own script shows it


def test_escaping_holds_without_the_policy(page: str, tmp_path: Path) -> None:
    """With the content security policy taken out nothing runs either: the two do not need each other."""
    bare, n = POLICY.subn("", page)
    assert n == 1
    assert not HIT.search(dom(bare, tmp_path))


@pytest.mark.parametrize("name", ["script", "handler", "closing"])
def test_the_payloads_run_where_nothing_stops_them(name: str, page: str, tmp_path: Path) -> None:
    """Put raw into a page without a policy each payload runs; with the report's policy alone it does not."""
    raw = f"<!doctype html><html><head></head><body><p>{PAYLOADS[name]}</p></body></html>"
    assert HIT.search(dom(raw, tmp_path))
    policy = POLICY.search(page)
    assert policy and not HIT.search(dom(raw.replace("<head>", f"<head>{policy[0]}"), tmp_path))
