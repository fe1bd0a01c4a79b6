"""The page on reliability promises nothing that is not tested."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_fault_on_the_page_has_its_test() -> None:
    """Each row of the table names a test that exists."""
    page = (ROOT / "docs" / "reliability.md").read_text()
    rows = re.findall(r"^\| (?!fault |---).*\|$", page, re.MULTILINE)
    named = [re.fullmatch(r"\|.*\|.*\| `(test_\w+)` \|", row) for row in rows]
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE)
    }
    assert len(rows) > 20 and all(named)
    assert {match.group(1) for match in named if match} <= there
