"""Suite files: what is read, what is refused and with which words, seeds, sizes and digests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding import suites
from grounding.cases import Suite
from grounding.errors import GroundingError, SuiteError

DOCS = Path(__file__).parents[1] / "docs" / "suites.md"
HEAD = "name: s\nmodality: ascii_art\n"
CASE = '  - id: a\n    instruction: "x"\n    expects: ["hollow()"]\n'
OTHER = '  - id: b\n    instruction: "y"\n    expects: ["filled()"]\n'
CASES = f"{HEAD}cases:\n{CASE}"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{y}: &{y} [*{x}, *{x}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
)


def write(folder: Path, text: str | bytes, name: str = "my_suite.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def load(folder: Path, text: str | bytes, n: int | None = None, seed: int | None = None) -> Suite:
    return suites.load(str(write(folder, text)), n, seed)


def example() -> str:
    """The complete example of docs/suites.md."""
    return re.search(r"```yaml\n(name: my_suite.*?)```", DOCS.read_text("utf-8"), re.DOTALL).group(1)


WRONG = {
    "unknown key of a case": (CASES + "    famly: x\n", 7, "cases.0.famly", "unknown key"),
    "unknown key of the file": (HEAD + "sede: 1\n", 3, "sede", "unknown key"),
    "key missing": (HEAD + "cases:\n  - id: a\n    instruction: x\n", 4, "cases.0.expects", "required"),
    "key twice": (HEAD + "name: t\n", 3, "name", "stands twice"),
    "wrong type": (HEAD + "seed: '1'\n", 3, "seed", "valid integer"),
    "a float as a seed": (HEAD + "seed: 1.0\n", 3, "seed", "valid integer"),
    "a map where a list should be": (HEAD + "cases: {a: b}\n", 3, "cases", "valid list"),
    "a name with blanks": ("name: my suite\nmodality: ascii_art\n", 1, "name", "pattern"),
    "no claim": (CASES.replace('["hollow()"]', "[]"), 6, "cases.0.expects", "at least 1"),
    "unknown level": (CASES + "    level: brutal\n", 7, "cases.0.level", "'easy', 'medium' or 'hard'"),
    "unknown modality": (CASES.replace("ascii_art", "opera"), 2, "modality", "unknown modality 'opera'"),
    "unknown family": (HEAD + "families: [{family: wrd, n: 1}]\n", 3, "family", "no family 'wrd'"),
    "family twice": (HEAD + "families:\n  - {family: bars, n: 2}\n  - {family: bars, n: 3}", 5, "", "twice"),
    "no cases of a family": (HEAD + "families: [{family: word, n: 0}]\n", 3, "families.0.n", "greater"),
    "claim outside the grammar": (CASES.replace("hollow()", "face(frowning"), 6, "expects", "position 13"),
    "unknown claim": (CASES.replace("hollow()", "holow()"), 6, "expects", "unknown predicate 'holow'"),
    "number of arguments": (CASES.replace("hollow()", "hollow(1)"), 6, "expects", "got 1 arguments"),
    "id twice": (CASES + CASE, 7, "id", "'a' stands twice"),
    "no such partner": (CASES + "    partner: zz\n", 7, "partner", "no other case 'zz'"),
    "its own partner": (CASES + "    partner: a\n", 7, "partner", "no other case 'a'"),
    "partner that excludes nothing": (
        CASES + "    partner: b\n" + OTHER.replace("filled", "framed"), 7, "partner", "excludes",
    ),
    "partner of another family": (
        CASES + "    partner: b\n" + OTHER + "    family: f\n", 7, "partner", "is of family f",
    ),
    "no case at all": (HEAD, 1, "cases", "no case"),
    "empty file": ("", 1, "file", "empty"),
    "only a comment": ("# nothing\n", 1, "file", "empty"),
    "a list": ("- a\n", 1, "file", "keys and values"),
    "alias bomb": (BOMB, 2, "", "aliases"),
    "python object": (HEAD + "description: !!python/object/apply:os.system [ls]\n", 3, "description", "tag"),
    "python object as a map": (CASES + "    data: !!python/object:os.X {a: 1}\n", 7, "cases.0.data", "tag"),
    "python name": (CASES + "    data: {a: !!python/name:os.system x}\n", 7, "cases.0.data.a", "plain"),
    "a set": (CASES + "    data: !!set {a, b}\n", 7, "cases.0.data", "tag"),
    "a date": (CASES + "    data: {on: 2020-01-02}\n", 7, "", "is no text"),
    "a date as a value": (CASES + "    data: {day: 2020-01-02}\n", 7, "cases.0.data.day", "into quotes"),
    "no date at all": (CASES + "    data: {day: 2020-13-45}\n", 7, "cases.0.data.day", "into quotes"),
    "not a number": (CASES + "    data: {x: .nan}\n", 7, "cases.0.data.x", "plain"),
    "a number beyond bounds": (HEAD + "seed: " + "9" * 5000 + "\n", 3, "seed", "plain"),
    "tagged nonsense": (HEAD + "seed: !!bool x\n", 3, "seed", "plain"),
    "a map as a key": (HEAD + "? {a: b}\n: c\n", 3, "", "no text"),
    "merge key": (HEAD + "<<: {seed: 1}\n", 3, "", "merge"),
    "two documents": (CASES + "---\na: b\n", 7, "", "document"),
    "a tab": (HEAD + "cases:\n\t- id: a\n", 4, "", r"'\t'"),
    "control characters": (HEAD + 'description: "\x00"\n', 3, "", "U+0000"),
    "nested too deep": (HEAD + "description: " + "[" * 4000 + "\n", 3, "", "nested deeper"),
    "nested too deep, closed": (HEAD + "description: " + "[" * 99 + "]" * 99 + "\n", 3, "", "nested deeper"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_errors_name_file_line_and_key(wrong: str, tmp_path: Path) -> None:
    """What is wrong is said in one line that begins with FILE:LINE: and names the key."""
    text, line, key, words = WRONG[wrong]
    with pytest.raises(SuiteError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/my_suite.yaml:{line}: "), message
    assert key in message and words in message
    assert "\n" not in message


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused with the line of the first bad byte."""
    with pytest.raises(SuiteError, match=r"my_suite.yaml:3: not UTF-8 at byte"):
        load(tmp_path, HEAD.encode() + b"description: \xff\n")


def test_a_huge_file(tmp_path: Path) -> None:
    """A file above the limit is refused before it is parsed."""
    with pytest.raises(SuiteError, match="at most 10000000"):
        load(tmp_path, b"#" * 10_000_001)


@pytest.mark.parametrize("name", ["nowhere.yaml", "folder.yaml", "nowhere", "", "../ascii_art"])
def test_suites_that_are_not_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a directory and an unknown name are refused by name."""
    (tmp_path / "folder.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SuiteError, match=re.escape(repr(name) if not name.endswith("yaml") else name)):
        suites.load(name)


@given(text=st.text(st.sampled_from(list("ab:-[]{}!&*?|>'\"#% \n\t,0.~<=")), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_the_loader_crash(text: str, tmp_path: Path) -> None:
    """Whatever a file holds, the loader raises an error of ours or gives a suite."""
    try:
        load(tmp_path, CASES + text).digest  # noqa: B018
    except GroundingError as error:
        assert "\n" not in str(error)


def test_the_documented_example_loads_as_written(tmp_path: Path) -> None:
    """The three cases of docs/suites.md, their partners, and oracles that are true to every claim."""
    from grounding import modality

    loaded = load(tmp_path, example())
    by_id = loaded.by_id()
    assert [(c.id, c.partner, c.level) for c in loaded.cases] == [
        ("happy", "sad", "easy"), ("sad", "happy", "easy"), ("sad-stars", "happy", "hard"),
    ]  # fmt: skip
    assert by_id["sad"].cluster == by_id["happy"].cluster == "plain-face"
    assert {c.suite for c in loaded.cases} == {"my_suite"}
    art = modality("ascii_art")
    for case in loaded.cases:
        verdicts = art.check(art.parse(case.oracle, case), case.expects, case)
        assert [v.value for v in verdicts] == ["holds"] * len(case.expects), case.id


def test_the_documented_errors_stand_as_written(tmp_path: Path) -> None:
    """The two error messages of docs/suites.md are what these mistakes give."""
    documented = re.findall(r"^    (my_suite\.yaml:.*)$", DOCS.read_text("utf-8"), re.MULTILINE)
    mistakes = (
        ('["face(frowning)"]\n    oracle: |2\n      o   o\n\n       ___',
         '["face(frowning"]\n    oracle: |2\n       ___'),
        ("    family: faces\n    cluster: plain-face\n    level: easy\n    instruction: \"Draw a smiling",
         "    famly: faces\n    cluster: plain-face\n    level: easy\n    instruction: \"Draw a smiling"),
    )  # fmt: skip
    for (right, wrong), expected in zip(mistakes, documented, strict=True):
        assert right in example()
        with pytest.raises(SuiteError) as caught:
            load(tmp_path, example().replace(right, wrong, 1))
        assert str(caught.value).removeprefix(f"{tmp_path}/") == expected


def test_partners_are_found_and_kept(tmp_path: Path) -> None:
    """Without `partner` the nearest excluding case is taken; without any candidate there is none."""
    third = '  - id: c\n    instruction: "z"\n    expects: ["depicts(cat)"]\n'
    found = {c.id: c.partner for c in load(tmp_path, CASES + OTHER + third).cases}
    assert found == {"a": "b", "b": "a", "c": None}


GENERATED = "families:\n  - {family: word, n: 4}\n  - {family: shape, n: 4}\n"


def test_n_deals_evenly_and_grows_generated_families_only(tmp_path: Path) -> None:
    """--n takes cases of all families in turn; a larger n makes generated families larger, not the others."""
    text = HEAD + GENERATED + f"cases:\n{CASE}{OTHER}"

    def families(n: int | None) -> dict[str, int]:
        found: dict[str, int] = {}
        for case in suites.chosen(load(tmp_path, text, n), n):
            found[case.family] = found.get(case.family, 0) + 1
        return found

    assert families(None) == {"word": 4, "shape": 4, "cases": 2}
    assert families(3) == {"word": 1, "shape": 1, "cases": 1}
    assert families(5) == {"word": 2, "shape": 2, "cases": 1}
    assert families(24)["cases"] == 2 and families(24)["word"] == families(24)["shape"] == 8


def test_a_smaller_n_takes_cases_of_the_same_suite(tmp_path: Path) -> None:
    """Cases taken with --n are equal to those of the whole suite, partners included; the digest stays."""
    whole, part = load(tmp_path, HEAD + GENERATED), load(tmp_path, HEAD + GENERATED, 3)
    assert {c.id for c in suites.chosen(part, 3)} <= set(whole.by_id())
    assert all(whole.by_id()[c.id] == c for c in suites.chosen(part, 3))
    assert whole.digest == part.digest


def test_fresh_seeds_change_generated_cases_only(tmp_path: Path) -> None:
    """--seed gives other cases of the families; those written by hand stay as they are."""
    text = HEAD + GENERATED + f"cases:\n{CASE}{OTHER}"
    old, again, new = (load(tmp_path, text, seed=seed) for seed in (0, None, 20417))
    assert old == again and new.seed == 20417
    assert [c for c in old.cases if c.family == "cases"] == [c for c in new.cases if c.family == "cases"]
    generated = [{c.instruction for c in s.cases if c.family != "cases"} for s in (old, new)]
    assert generated[0] != generated[1] and len(old.cases) == len(new.cases)
    assert old.digest != new.digest


@pytest.mark.parametrize(
    "change",
    [("x", "z"), ("hollow()", "filled()"), ("name: s", "name: t"), ("id: a", "id: c"),
     ('"x"', '"x"\n    oracle: "#"'),
     ('"x"', '"x"\n    cluster: k'), ('"x"', '"x"\n    level: hard'), ('"x"', '"x"\n    data: {k: 1}')],
)  # fmt: skip
def test_the_digest_follows_content(change: tuple[str, str], tmp_path: Path) -> None:
    """Every part of a case and the suite's name change the digest."""
    assert load(tmp_path, CASES).digest != load(tmp_path, CASES.replace(*change, 1)).digest


def test_the_digest_does_not_follow_words_about_the_suite(tmp_path: Path) -> None:
    """Description, comments, layout and a byte order mark leave the digest as it is."""
    other = "# comment\n" + CASES.replace("name: s\n", "description: Words.\nname: 's'\n")
    assert load(tmp_path, CASES).digest == load(tmp_path, other).digest
    assert load(tmp_path, CASES).digest == load(tmp_path, b"\xef\xbb\xbf" + CASES.encode()).digest


@pytest.mark.parametrize("name", suites.shipped())
def test_shipped_suites_load(name: str) -> None:
    """Each shipped suite loads under its file's name, with unique ids."""
    loaded = suites.load(name)
    assert loaded.name == name and len(loaded.by_id()) == len(loaded.cases)


@pytest.mark.parametrize(
    ("key", "value"),
    [("primary", "[grounding, charm]"), ("margins", "{charm: 0.1}"), ("margins", "{strict: 0}")],
)
def test_a_plan_names_known_metrics_and_real_margins(tmp_path, key, value):
    """An unknown metric or a margin of nothing is an error with file, line and key."""
    with pytest.raises(SuiteError, match=rf"suite\.yaml:\d+: {key}"):
        load(tmp_path, CASES + f"{key}: {value}\n")
