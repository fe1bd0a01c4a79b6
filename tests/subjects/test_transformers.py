"""The transformers adapter on real, tiny checkpoints."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from grounding.errors import SubjectError
from grounding.subject import Failure, Settings, subject
from grounding.subjects.transformers import transformers

SHORT = Settings(max_new_tokens=60, describe_tokens=20, batch_size=6)


@pytest.fixture
def copied(llama, tmp_path):
    """A copy of the Llama that a test may spoil."""
    return shutil.copytree(llama, tmp_path / "copy")


def chats(ask):
    """Prompts of many lengths, one of them longer than the smallest model's reply leaves room for."""
    lengths = [1, 40, 7, 110, 23, 2, 64]
    return [ask("x" * n + "?", seed=100 + n) for n in lengths]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_replies_do_not_depend_on_the_batch(model, temperature, ask, request):
    """Alone, together or in reverse, each request gets the same text, also where limits differ by row."""
    settings = Settings(max_new_tokens=100, batch_size=6, temperature=temperature, top_p=0.9)
    asked = transformers(str(request.getfixturevalue(model)), settings)
    batch = chats(ask)
    alone = [asked.generate([one])[0] for one in batch]
    assert asked.generate(batch) == alone
    assert asked.generate(batch[::-1])[::-1] == alone
    assert len(set(alone)) == len(alone)  # otherwise equality would show nothing


def test_greedy_is_what_the_library_says(llama, ask):
    """The reply equals a plain call of generate on the one prompt."""
    reply = transformers(str(llama), SHORT).generate([ask("Draw a cat.")])[0]
    tok, model = AutoTokenizer.from_pretrained(llama), AutoModelForCausalLM.from_pretrained(llama)
    ids = tok("<|user|>Draw a cat.<|end|><|assistant|>", return_tensors="pt").input_ids
    out = model.generate(ids, max_new_tokens=60, do_sample=False)
    assert reply == tok.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


def test_seeds_decide_samples(llama, ask):
    """The same seed repeats a sampled reply, another one gives another."""
    sampled = transformers(str(llama), Settings(temperature=1.0, max_new_tokens=30))
    first, again, other = sampled.generate([ask("Go.", seed=1), ask("Go.", seed=1), ask("Go.", seed=2)])
    assert first == again != other


def test_smallest_nucleus_is_greedy(llama, ask):
    """Where only the most probable token stays in play, sampling is greedy."""
    batch = chats(ask)[:3]
    greedy = transformers(str(llama), SHORT)
    narrow = transformers(str(llama), Settings(temperature=1.0, top_p=1e-9, max_new_tokens=60))
    assert narrow.generate(batch) == greedy.generate(batch)


def test_descriptions_are_greedy(llama, ask):
    """Temperature shapes replies only: a description is a measurement."""
    batch = [ask("Draw.", "##\n##", "Describe.", seed=seed) for seed in (1, 2)]
    hot = transformers(str(llama), Settings(temperature=2.0, describe_tokens=20))
    assert hot.describe(batch) == transformers(str(llama), SHORT).describe(batch)
    assert len(set(hot.describe(batch))) == 1
    assert len(hot.describe(batch)[0]) <= 20


def test_the_checkpoints_sampling_is_left_out(copied, ask):
    """Penalties and temperatures in generation_config.json do not mix into greedy replies."""
    before = transformers(str(copied), SHORT).generate([ask("Draw.")])
    path = copied / "generation_config.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text()), "repetition_penalty": 9.0, "do_sample": True, "top_k": 3})
    )
    assert transformers(str(copied), SHORT).generate([ask("Draw.")]) == before


# --- limits -------------------------------------------------------------------------------------------


def test_too_long_a_prompt_fails_alone(llama, ask):
    """A prompt beyond the model's positions is a Failure with both numbers; its neighbours are answered."""
    asked = transformers(str(llama), SHORT)
    batch = [ask("short"), ask("x" * 400), ask("also short")]
    for method in (asked.generate, asked.describe, asked.probe):
        good, failed, also = method(batch)
        assert isinstance(failed, Failure)
        assert "403 tokens exceeds the model's 256" in failed.reason
        assert not isinstance(good, Failure) and not isinstance(also, Failure)


@pytest.mark.parametrize(("letters", "fits"), [(124, True), (125, False)])
def test_last_position(gpt2, ask, letters, fits):
    """A prompt of 127 tokens in 128 positions leaves one for the reply, one of 128 leaves none."""
    asked = transformers(str(gpt2), SHORT)
    prompt = ask("x" * letters)  # and three markers
    assert isinstance(asked.generate([prompt])[0], str) is fits
    assert isinstance(asked.probe([prompt])[0], Failure) is not fits


def test_other_than_text(llama, ask):
    """A chat with an image part is a Failure, not a crash."""
    picture = ask([{"type": "image", "image": None}])
    assert "text only" in transformers(str(llama), SHORT).generate([picture])[0].reason


# --- probes -------------------------------------------------------------------------------------------


def probes(ask):
    """Questions about four artifacts: neighbours share all but their last turn."""
    return [
        ask("Draw.", "#" * 30 + "\n" + "*" * artifact * 9, f"Is it {question}? Answer yes or no.")
        for artifact in range(4)
        for question in ("red", "a big circle", "x")
    ]


@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_probes_share_what_they_share(model, ask, request):
    """Answers computed behind a shared beginning are those of each question alone."""
    asked = transformers(str(request.getfixturevalue(model)), SHORT)
    alone = [asked.probe([one])[0] for one in probes(ask)]
    for together in (asked.probe(probes(ask)), asked.probe(probes(ask)[::-1])[::-1]):
        assert [a.text for a in together] == [a.text for a in alone]
        # float32 sums in another order differ in the last bits; the sixth digit may show it
        assert [a.p_yes for a in together] == pytest.approx([a.p_yes for a in alone], abs=1e-5)
    assert len({a.p_yes for a in alone}) > 6


def test_p_yes_is_the_models(llama, ask):
    """p_yes is P(y, Y) / (P(y, Y) + P(n, N)) of the first token, to six digits."""
    answer = transformers(str(llama), SHORT).probe([ask("Is it?")])[0]
    tok, model = AutoTokenizer.from_pretrained(llama), AutoModelForCausalLM.from_pretrained(llama)
    with torch.no_grad():
        logits = model(tok("<|user|>Is it?<|end|><|assistant|>", return_tensors="pt").input_ids).logits[0, -1]
    yes, no = (logits.softmax(-1)[[tok.convert_tokens_to_ids(c) for c in cs]].sum() for cs in ("yY", "nN"))
    assert 0 <= answer.p_yes <= 1
    assert answer.p_yes == pytest.approx(float(yes / (yes + no)), abs=2e-6)


@pytest.mark.parametrize(("letter", "low", "high"), [("Y", 0.99, 1.0), ("N", 0.0, 0.01)])
def test_p_yes_follows_the_answer(copied, ask, letter, low, high):
    """A model that is sure to begin with Y (or N) answers so, and p_yes says so."""
    tok, model = AutoTokenizer.from_pretrained(copied), AutoModelForCausalLM.from_pretrained(copied)
    ids = tok("<|user|>Is it?<|end|><|assistant|>", return_tensors="pt").input_ids
    with torch.no_grad():
        hidden = model.model(ids).last_hidden_state[0, -1]
        head = model.lm_head.weight.clone()
        head[tok.convert_tokens_to_ids(letter)] = 50 * hidden / hidden.norm()
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(head)
    model.save_pretrained(copied)
    answer = transformers(str(copied), SHORT).probe([ask("Is it?")])[0]
    assert answer.text.startswith(letter)
    assert low <= answer.p_yes <= high


# --- checkpoints that are refused ----------------------------------------------------------------------


def test_missing_weights_are_named(copied):
    """A checkpoint without one of its tensors is refused by the tensor's name: it would be random."""
    tensors = load_file(copied / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(SubjectError, match=r"lacks weights: model\.layers\.1\.mlp\.up_proj\.weight"):
        transformers(str(copied), SHORT)


def test_tied_weights_are_not_missing(llama):
    """A head that is tied to the embeddings is not stored, and not missed."""
    assert "lm_head.weight" not in load_file(llama / "model.safetensors")
    transformers(str(llama), SHORT)


def test_wrong_shapes_are_refused(copied):
    """Weights of another size than the configuration's do not load."""
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps({**config, "intermediate_size": 48}))
    with pytest.raises(SubjectError, match="does not load"):
        transformers(str(copied), SHORT)


def test_pickles_are_refused(copied):
    """A directory with pickled weights only is refused before anything is unpickled."""
    torch.save(load_file(copied / "model.safetensors"), copied / "pytorch_model.bin")
    (copied / "model.safetensors").unlink()
    with pytest.raises(SubjectError, match="pickle files are never loaded"):
        transformers(str(copied), SHORT)


def test_torn_weights_are_refused(copied):
    """A weight file that was cut off is one clear error."""
    data = (copied / "model.safetensors").read_bytes()
    (copied / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(SubjectError, match=r"the model in .* does not load"):
        transformers(str(copied), SHORT)


def test_no_configuration(tmp_path):
    """A directory that is no checkpoint is told so."""
    with pytest.raises(SubjectError, match=r"has no config\.json"):
        transformers(str(tmp_path), SHORT)


def test_no_chat_template(copied):
    """A model without a chat template cannot be asked; the error says what to add."""
    (copied / "chat_template.jinja").unlink()
    with pytest.raises(SubjectError, match=r"no chat template.*chat_template\.jinja"):
        transformers(str(copied), SHORT)


def test_a_template_that_refuses(copied, ask):
    """A chat that the template refuses is a Failure of that request."""
    (copied / "chat_template.jinja").write_text("{{ raise_exception('no such roles here') }}")
    assert "no such roles here" in transformers(str(copied), SHORT).generate([ask("x")])[0].reason


@pytest.mark.parametrize("argument", ["./nowhere", "/nowhere/at/all", "a/b/c", "~/nowhere/x", "..", ""])
def test_paths_that_are_no_checkpoint(argument, tmp_path, monkeypatch):
    """What looks like a path is never taken for a hub id."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    with pytest.raises(SubjectError, match=r"is no directory|has no config|needs a directory"):
        transformers(argument, SHORT)


def test_a_file_is_no_directory(copied):
    """A file in the place of the directory is told so."""
    with pytest.raises(SubjectError, match="is a file"):
        transformers(str(copied / "model.safetensors"), SHORT)


def test_a_hub_id_out_of_reach():
    """What could be a mistyped directory or a hub id out of reach is told as both, in one line."""
    with pytest.raises(
        SubjectError, match="is no directory here, and as a hub id it cannot be had"
    ) as caught:
        transformers("checkpoints/nowhere", SHORT)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("device", ["abacus", "cuda:77"])
def test_unusable_devices(llama, device):
    """A device that is not there is one clear error."""
    with pytest.raises(SubjectError, match=f"device '{device}' cannot be used here"):
        transformers(str(llama), Settings(device=device))


@pytest.mark.parametrize("wrong", [{"temperature": -0.1}, {"top_p": 0.0}, {"top_p": 1.1}])
def test_settings_out_of_range(llama, wrong):
    """No model can be sampled at such settings."""
    with pytest.raises(SubjectError, match="temperature is 0 or more and top_p in"):
        transformers(str(llama), Settings(**wrong))


# --- fingerprints ---------------------------------------------------------------------------------------


def test_overwritten_weights_change_the_fingerprint(copied):
    """A checkpoint overwritten in place is another subject; what was loaded before remains what it was."""
    old = transformers(str(copied), SHORT)
    before = old.fingerprint()
    tensors = load_file(copied / "model.safetensors")
    tensors["model.norm.weight"][0] += 1
    save_file(tensors, copied / "model.safetensors", metadata={"format": "pt"})
    after = transformers(str(copied), SHORT).fingerprint()
    assert after["weights"] != before["weights"]
    assert after["config"] == before["config"]
    assert old.fingerprint() == before


@pytest.mark.parametrize(
    "name", ["chat_template.jinja", "config.json", "tokenizer.json", "generation_config.json"]
)
def test_configuration_is_in_the_fingerprint(copied, name):
    """Each file that shapes replies is part of the fingerprint; the path is not."""
    before = transformers(str(copied), SHORT).fingerprint()
    with (copied / name).open("a") as file:
        file.write("\n")
    after = transformers(str(copied), SHORT).fingerprint()
    assert after["config"] != before["config"]
    assert after["weights"] == before["weights"]


def test_what_else_is_in_the_fingerprint(copied):
    """How replies are sampled is in it; batch size, model card and name are not."""
    base = transformers(str(copied), SHORT).fingerprint()
    (copied / "README.md").write_text("A card.")
    moved = shutil.move(copied, copied.parent / "moved")
    assert transformers(str(moved), SHORT).fingerprint() == base
    sized = Settings(max_new_tokens=60, describe_tokens=20, batch_size=2)
    assert transformers(str(moved), sized).fingerprint() == base
    hot = Settings(max_new_tokens=60, describe_tokens=20, batch_size=6, temperature=0.5)
    assert transformers(str(moved), hot).fingerprint() != base
    json.dumps(base)


def test_by_its_spec(llama):
    """The registered name makes the same subject."""
    made = subject(f"transformers:{llama}", SHORT)
    assert made.spec == f"transformers:{llama}"
    assert made.fingerprint()["kind"] == "transformers"
