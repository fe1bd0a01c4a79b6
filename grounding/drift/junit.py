"""A gate's result as JUnit XML: a test case for every rule, modality and comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def junit(gated: Mapping[str, Any]) -> str:
    """The XML text of what `gate` returns: a failed rule is a failure, a warning is skipped."""
    entries = gated["rules"]
    counts = {
        "tests": str(len(entries)),
        "failures": str(sum(entry["outcome"] == "fail" for entry in entries)),
        "errors": "0",
        "skipped": str(sum(entry["outcome"] == "warn" for entry in entries)),
        "time": "0",
    }
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", {"name": "grounding gate", **counts})
    for entry in entries:
        rule = " ".join(f"{key}={value}" for key, value in entry["rule"].items())
        at = "" if entry["comparison"] is None else f" [comparison {entry['comparison']}]"
        names = {"classname": f"grounding.gate.{_clean(entry['modality'])}", "name": _clean(rule + at)}
        case = SubElement(suite, "testcase", {**names, "time": "0"})
        reason = _clean(entry["reason"])
        if entry["outcome"] == "fail":
            SubElement(case, "failure", {"message": reason, "type": "gate"}).text = reason
        elif entry["outcome"] == "warn":
            SubElement(case, "skipped", {"message": reason})
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _clean(text: str) -> str:
    """Text without the characters that no XML file may hold; the rest is escaped by the library."""
    return FORBIDDEN.sub("�", text)
