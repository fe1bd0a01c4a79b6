"""Replays: an old run judged again, and artifacts that were made elsewhere."""

import json

import pytest

from grounding import passes
from grounding.claims import Claim
from grounding.errors import SubjectError
from grounding.modality import Artifact, modality
from grounding.subject import Answer, Failure, Settings, subject


def replayed(path):
    return subject(f"replay:{path}", Settings())


def records(by, cases):
    """The records of a subject on cases, as a run makes them."""
    of = modality("ascii_art")
    known = {case.id: case for case in cases}
    trials = [passes.Trial(case, known.get(case.partner), 0, 7) for case in cases]
    checked = passes.check(of, trials, passes.generate(by, of, trials))
    spoken = passes.describe(by, of, checked, passes.CONDITIONS)
    return passes.read(of, passes.probe(by, of, spoken))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The records of control:echo on two families, and the cases."""
    of = modality("ascii_art")
    cases = of.cases("count", 6, seed=2) + of.cases("shape", 3, seed=2)
    made = records(subject("control:echo"), cases)
    folder = tmp_path_factory.mktemp("runs") / "echo"
    folder.mkdir()
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in made))
    return folder, cases, made


@pytest.fixture
def folder(tmp_path):
    """Writes a run folder of the given records; `tail` follows the last newline."""

    def write(*entries, tail=""):
        text = "".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in entries) + tail
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / "records.jsonl").write_text(text)
        return tmp_path / "run"

    return write


# --- run folders ----------------------------------------------------------------------------------------


def test_a_run_is_replayed_whole(run):
    """The records of a replayed run are those of the run."""
    path, cases, made = run
    assert any(d["probes"] for record in made for d in record["descriptions"])
    assert records(replayed(path), cases) == made
    assert records(replayed(path / "records.jsonl"), cases) == made


def test_what_a_run_lacks(run, ask):
    """An unknown case or sample has no reply; a description without record is absent, not an error."""
    path, cases, _ = run
    asked = replayed(path)
    unknown = ask(case={"id": "other"}, sample=2, condition="blind")
    assert asked.generate([unknown]) == [Failure("replay has no reply for case other sample 2")]
    assert asked.describe([unknown]) == [Failure("replay has nothing on case other sample 2", absent=True)]
    known = ask(case={"id": cases[0].id, "suite": cases[0].suite}, condition="presented", claim=Claim("x"))
    (described,), (answered,) = asked.describe([known]), asked.probe([known])
    assert described.absent and "no presented description" in described.reason
    assert answered.absent and "no presented answer on x()" in answered.reason


def test_descriptions_belong_to_their_artifact(run, ask):
    """What was said of one artifact is not on record for another."""
    path, cases, _ = run
    other = ask(case={"id": cases[0].id}, condition="blind", artifact=Artifact(b"@", ".txt"))
    (described,) = replayed(path).describe([other])
    assert described.absent and "is about another artifact" in described.reason


def test_descriptions_belong_to_their_context(run, ask):
    """What was said with one instruction in context is not on record for another."""
    path, cases, _ = run
    request = ask(case={"id": cases[0].id}, condition="swapped")  # no instruction where a partner's was shown
    (described,) = replayed(path).describe([request])
    assert described.absent and "in context, not None" in described.reason


def test_error_records_have_no_reply(folder, ask):
    """A record without a reply is a Failure that repeats why."""
    path = folder({"case": "c1", "sample": 0, "reply": None, "status": "error", "reason": "timeout"})
    (failed,) = replayed(path).generate([ask()])
    assert "records.jsonl:1" in failed.reason and "timeout" in failed.reason


def test_binary_replies_come_from_their_artifact(folder, ask):
    """A reply in bytes is not in the record: its stored artifact is given in its place."""
    stored = {"sha256": Artifact(b"\xff\x00", ".bin").sha256, "path": "artifacts/a.bin"}
    path = folder({"case": "c1", "sample": 0, "reply": "x"})
    (path / "artifacts").mkdir()
    (path / "artifacts" / "a.bin").write_bytes(b"\xff\x00")
    folder({"case": "c1", "sample": 0, "reply": None, "artifact": stored})
    assert replayed(path).generate([ask()]) == [b"\xff\x00"]


def test_suites_keep_their_cases_apart(folder, ask):
    """Two suites of a run may have a case of one id; a retried record replaces the earlier one."""
    a, b = ({"suite": s, "case": "c1", "sample": 0, "reply": s} for s in "ab")
    path = folder(a, b, {**a, "reply": "a again"})
    batch = [ask(case={"suite": s}) for s in "abc"]
    first, second, third = replayed(path).generate(batch)
    assert (first, second) == ("a again", "b")
    assert isinstance(third, Failure)


def test_a_torn_last_line_is_dropped(folder, ask):
    """What an interrupted writer left is no error; the same in the middle is, by its line."""
    good = {"case": "c1", "sample": 0, "reply": "x"}
    assert replayed(folder(good, tail='{"case": "c2", "sam')).generate([ask()]) == ["x"]
    with pytest.raises(SubjectError, match=r"records\.jsonl:1: not JSON"):
        replayed(folder('{"case": "c2", "sam', good))


@pytest.mark.parametrize("record", [{"case": "c1", "reply": "x"}, {"case": "c1", "sample": 0}, [1]])
def test_lines_that_are_no_records(folder, record):
    """A line that is JSON but no record is refused by its number."""
    with pytest.raises(SubjectError, match=r"records\.jsonl:2: "):
        replayed(folder({"case": "c0", "sample": 0, "reply": "x"}, record))


# --- plain JSONL ----------------------------------------------------------------------------------------


def test_by_case_sample_and_instruction(lines, ask):
    """A reply is found by case id first, else by the exact instruction without the space around it."""
    path = lines(
        {"case": "c1", "artifact": "first"},
        {"case": "c1", "sample": 1, "artifact": "second"},
        "",
        {"instruction": " Draw a cat.\n", "artifact": "cat"},
    )
    batch = [
        ask(),
        ask(sample=1),
        ask(case={"id": "c9", "instruction": "Draw a cat. "}),
        ask(case={"id": "c9", "instruction": "draw a cat."}),
    ]
    first, second, cat, other = replayed(path).generate(batch)
    assert (first, second, cat) == ("first", "second", "cat")
    assert other == Failure("replay has no reply for case c9 sample 0")


def test_artifacts_in_files(lines, ask, tmp_path):
    """A file inside the folder is read: text as text, other bytes as bytes. The digest follows it."""
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "1.txt").write_text("##\n")
    (tmp_path / "art" / "2.png").write_bytes(b"\x89PNG\xff")
    path = lines({"case": "c1", "artifact_path": "art/1.txt"}, {"case": "c2", "artifact_path": "art/2.png"})
    before = replayed(path)
    assert before.generate([ask(), ask(case={"id": "c2"})]) == ["##\n", b"\x89PNG\xff"]
    (tmp_path / "art" / "1.txt").write_text("#\n")
    assert replayed(path).fingerprint() != before.fingerprint()


def test_what_was_said(lines, ask):
    """Descriptions by condition, answers by claim and condition, success; what is not there is absent."""
    path = lines(
        {
            "case": "c1",
            "artifact": "x",
            "descriptions": {"blind": "A square.", "swapped": "A cat."},
            "probes": [
                {"claim": "count(square,2)", "answer": "Yes.", "p_yes": 0.75},
                {"claim": "count(square, 2)", "answer": "Hm.", "condition": "swapped"},
            ],
            "success": "No.",
        },
        {"case": "c2", "artifact": "x", "descriptions": [{"condition": "blind", "text": "B."}]},
        {
            "case": "c3",
            "artifact": "x",
            "probes": {"width(3)": "no"},
            "success": [{"answer": "yes", "p_yes": 1}],
        },
    )
    asked = replayed(path)
    two = Claim.parse("count(square, 2)")
    blind, instructed = asked.describe([ask(condition="blind"), ask(condition="instructed")])
    assert blind == "A square."
    assert instructed.absent and "replies.jsonl:1: no instructed description" in instructed.reason
    assert asked.describe([ask(case={"id": "c2"}, condition="blind")]) == ["B."]
    assert asked.probe(
        [
            ask(condition="blind", claim=two),
            ask(condition="swapped", claim=two),
            ask(condition="swapped"),
            ask(case={"id": "c3"}, condition="blind", claim=Claim("width", (3,))),
            ask(case={"id": "c3"}, condition="instructed"),
        ]
    ) == [Answer("Yes.", 0.75), Answer("Hm."), Answer("No."), Answer("no"), Answer("yes", 1)]
    (missing,) = asked.probe([ask(condition="blind", claim=Claim("width", (4,)))])
    assert missing.absent


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object, found list"),
        ({"case": "c", "artefact": "x"}, "unknown key artefact; known: case, instruction, sample, artifact"),
        ({"artifact": "x"}, 'needs "case" or "instruction"'),
        ({"case": "c"}, 'exactly one of "artifact" and "artifact_path"'),
        ({"case": "c", "artifact": "x", "artifact_path": "y"}, "exactly one of"),
        ({"case": 3, "artifact": "x"}, "case is text, found int"),
        ({"case": "c", "artifact": 3}, "artifact is text, found int"),
        ({"case": "c", "artifact": "x", "sample": -1}, "sample is a whole number from 0"),
        ({"case": "c", "artifact": "x", "sample": True}, "sample is a whole number"),
        ({"case": "c", "artifact": "x", "descriptions": "A cat."}, "descriptions is"),
        (
            {"case": "c", "artifact": "x", "descriptions": {"deaf": "A cat."}},
            "unknown condition 'deaf'; known: blind",
        ),
        ({"case": "c", "artifact": "x", "descriptions": [{"text": "A cat."}]}, "has condition, text"),
        ({"case": "c", "artifact": "x", "descriptions": {"blind": None}}, "the blind description is text"),
        ({"case": "c", "artifact": "x", "probes": "yes"}, "probes is"),
        ({"case": "c", "artifact": "x", "probes": {"count(": "yes"}}, "probes: claim 'count\\('"),
        ({"case": "c", "artifact": "x", "probes": [{"claim": 3, "answer": "yes"}]}, "a claim is text"),
        (
            {"case": "c", "artifact": "x", "probes": [{"claim": "a()", "answer": "no", "p_yes": 2}]},
            "from 0 to 1",
        ),
        (
            {"case": "c", "artifact": "x", "probes": [{"claim": "a()", "answer": "no", "p": 1}]},
            "may have p_yes",
        ),
        ({"case": "c", "artifact": "x", "success": True}, "success is an answer"),
        ({"case": "c0", "artifact": "x"}, "case 'c0' sample 0 stands at .*:1 too"),
    ],
)
def test_bad_lines(lines, line, message):
    """A line that cannot be used is refused by file, line and what is wrong with it."""
    with pytest.raises(SubjectError, match=rf"replies\.jsonl:2: .*{message}"):
        replayed(lines({"case": "c0", "artifact": "x"}, line))


@pytest.mark.parametrize(
    "how", ["../secret.txt", "absolute", "link", "linked folder", "missing.txt", ".", "", "loop"]
)
def test_paths_stay_inside(lines, tmp_path, how):
    """No line reaches a file outside its folder, neither by its path nor through links."""
    (tmp_path / "in").mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    (tmp_path / "in" / "link").symlink_to(secret)
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    (tmp_path / "in" / "loop").symlink_to("loop")
    name = {"absolute": str(secret), "linked folder": "out/secret.txt"}.get(how, how)
    with pytest.raises(SubjectError, match=r"replies\.jsonl:1: "):
        replayed(lines({"case": "c", "artifact_path": name}, name="in/replies.jsonl"))


def test_not_utf8(tmp_path):
    """Bytes that are no UTF-8 are refused by their line."""
    (tmp_path / "r.jsonl").write_bytes(b'{"case": "c", "artifact": "x"}\n{"case": "\xff", "artifact": "x"}\n')
    with pytest.raises(SubjectError, match=r"r\.jsonl:2: not JSON in UTF-8"):
        replayed(tmp_path / "r.jsonl")


@pytest.mark.parametrize("argument", ["", "/nowhere", "."])
def test_nothing_to_replay(argument, tmp_path, monkeypatch):
    """A path that is neither a run folder nor a file is told so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SubjectError, match="needs a run folder or a JSONL file"):
        replayed(argument)


def test_fingerprint(lines):
    """It follows the bytes, not the name."""
    one, same = lines({"case": "c", "artifact": "x"}), lines({"case": "c", "artifact": "x"}, name="b.jsonl")
    assert replayed(one).fingerprint() == replayed(same).fingerprint()
    assert replayed(lines({"case": "c", "artifact": "y"})).fingerprint() != replayed(same).fingerprint()
