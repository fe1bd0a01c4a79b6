"""Texts that try to do something, and what must be true wherever they are shown."""

from __future__ import annotations

from grounding.report.texts import inert

PAYLOADS = {
    "script": "<script>document.documentElement.setAttribute('data-hit', 1)</script>",
    "handler": "<img src=x onerror=\"document.documentElement.setAttribute('data-hit', 1)\">",
    "attribute": "\" autofocus onfocus=\"document.documentElement.setAttribute('data-hit', 1)\" x='",
    "closing": "</script></style></pre></title></details><svg/onload=document.documentElement."
    "setAttribute('data-hit',1)><!--",
    "address": "javascript:document.documentElement.setAttribute('data-hit',1)",
    "template": "{{ 7*7 }}{% raw %}{{ self.__init__.__globals__ }}{# ${7*7} #}<%= 7*7 %>",
    "colour": "\x1b[31mred\x1b[0m\x1b[2J\x1b[1A\x1b[2K",
    "link": "\x1b]8;;http://evil.example\x07link\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "device": "\x1bP+q544e\x1b\\\x1b_x\x1b\\\x1bc",
    "c1": "\x9b2J\x9d52;c;ZXZpbA==\x9c\x90\x85",
    "bidi": "\u202egnp.exe\u2066x\u2069\u200f\u061c",
    "zero width": "a\u200bb\u200d\ufeff\u2060\u00ad",
    "tags": "\U000e0041\U000e0042",
    "blanks": "\u3164\u115f\u2800\u00a0\u2003",
    "pile": "a" + "\u0301" * 60,
    "surrogate": "\ud800x\udfff",
    "nul": "a\0b",
    "lines": "good\nforged: line\r\nforged: line\rforged: line\x0bforged\x0c\x85\u2028forged\u2029",
    "backspace": "good\b\b\b\bevil\x7f",
    "markup": "[red]x[/red][link=http://evil.example]y[/link][/][bold",
    "format": "%s%n%(x)s{0}{x!r:>{y}}\\x1b[31m",
    "deep": "[" * 3000 + "(" * 3000 + "{" * 3000,
    "claims": "a(" * 3000,
}  # fmt: skip


def harmless(shown: str) -> None:
    """What reaches a terminal moves no cursor, hides nothing, reverses nothing and forges no line."""
    assert inert(shown) == shown
    assert not [line for line in shown.splitlines() if line.startswith("forged")]


def one_error(shown: str) -> None:
    """The error stream holds one harmless line of ours."""
    harmless(shown)
    assert shown.startswith("grounding: ") and shown.count("\n") == 1 and "Traceback" not in shown
