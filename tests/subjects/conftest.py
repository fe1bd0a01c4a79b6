"""Tiny real checkpoints with random weights, and requests as the passes make them."""

import json
from pathlib import Path

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from grounding.cases import Case
from grounding.reference.train_ascii_art import tokenizer
from grounding.subject import Request

torch.set_num_threads(1)  # two busy processes with two threads each are slower than with one


@pytest.fixture
def ask():
    """Builds a request: a chat of texts, user and assistant in turn, and the given fields of its case."""

    def build(*texts, seed=0, sample=0, case=None, **more):
        fields = {
            "id": "c1",
            "modality": "ascii_art",
            "instruction": "Draw it.",
            "expects": (),
            "family": "f",
        }
        messages = tuple(
            {"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)
        )
        return Request(Case(**{**fields, "cluster": "k", **(case or {})}), sample, seed, messages, **more)

    return build


@pytest.fixture(scope="session")
def llama(tmp_path_factory) -> Path:
    """A Llama of 256 positions; weights wide enough that its texts differ."""
    torch.manual_seed(0)
    tok = tokenizer()
    config = LlamaConfig(
        vocab_size=len(tok),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=256,
        initializer_range=0.5,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=3,
    )
    folder = tmp_path_factory.mktemp("checkpoints") / "llama"
    LlamaForCausalLM(config).save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory) -> Path:
    """A GPT-2: learned positions, 128 of them, beyond which there is nothing to look up."""
    torch.manual_seed(0)
    tok = tokenizer()
    config = GPT2Config(
        vocab_size=len(tok),
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=128,
        initializer_range=0.5,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=3,
    )
    folder = tmp_path_factory.mktemp("checkpoints") / "gpt2"
    GPT2LMHeadModel(config).save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


@pytest.fixture
def lines(tmp_path):
    """Writes a JSONL file of the objects (or of text as it stands) and returns its path."""

    def write(*entries, name="replies.jsonl"):
        path = tmp_path / name
        texts = [entry if isinstance(entry, str) else json.dumps(entry) for entry in entries]
        path.write_text("".join(text + "\n" for text in texts))
        return path

    return write
