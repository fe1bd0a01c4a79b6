"""A causal LM that is in memory, asked through the ordinary subject while it is being trained."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from grounding.errors import SubjectError
from grounding.subject import Settings
from grounding.subjects.transformers import SMALL, CausalLM, answer_tokens, checked, end_tokens


@contextmanager
def live(model: Any, tokenizer: Any, settings: Settings) -> Iterator[LiveLM]:
    """The model as a subject; when it ends, the training finds everything as it left it.

    Raises SubjectError for a model that cannot generate, and for a tokenizer without a chat template.
    """
    if not (hasattr(model, "generate") and hasattr(model, "generation_config")):
        raise SubjectError(f"{type(model).__name__} cannot generate: it is no causal LM of transformers")
    if not getattr(tokenizer, "chat_template", None):
        raise SubjectError("the tokenizer has no chat template: the model cannot be asked in a chat")
    with untouched(model, tokenizer):
        yield LiveLM(model, tokenizer, settings)


class LiveLM(CausalLM):
    """The model and tokenizer as they are now; used inside `untouched`, `live` does both."""

    def __init__(self, model: Any, tokenizer: Any, settings: Settings):
        from grounding.subjects.decoding import Decoder

        self.spec = "live"
        self.batch_size = settings.batch_size
        self._settings = checked(settings)
        self._digests = {"weights": weights_digest(model), "tokenizer": tokenizer_digest(tokenizer)}
        self._tokenizer = tokenizer
        positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        ends = frozenset(end_tokens(model, tokenizer))
        self._decoder = Decoder(model, ends, model.generation_config.pad_token_id, positions)
        self._yes, self._no = answer_tokens(tokenizer)


def weights_digest(model: Any) -> str:
    """sha256 of every parameter and buffer that is saved: name, dtype, shape and bytes, by name."""
    import torch

    digest = sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        whole = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(whole.view(torch.uint8).numpy())
    return digest.hexdigest()


def tokenizer_digest(tokenizer: Any) -> str:
    """sha256 of the chat template and the vocabulary."""
    return sha256(repr((tokenizer.chat_template, sorted(tokenizer.get_vocab().items()))).encode()).hexdigest()


@contextmanager
def untouched(model: Any, tokenizer: Any) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards modes, random states and settings are what they were."""
    import numpy
    import torch
    from transformers import GenerationConfig

    modes = [(module, module.training) for module in model.modules()]
    generation, threads = model.generation_config, torch.get_num_threads()
    python, arrays, cpu = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    ends = sorted(end_tokens(model, tokenizer))
    pad = next(token for token in (tokenizer.pad_token_id, *ends, 0) if token is not None)
    try:
        # In place of the model's own: its temperature or penalties would be mixed into every call.
        model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False, eos_token_id=ends or None, pad_token_id=pad, use_cache=True
        )
        model.eval()
        if model.device.type == "cpu" and model.num_parameters() < SMALL:
            torch.set_num_threads(1)
        with torch.no_grad():
            yield
    finally:
        model.generation_config = generation
        for module, training in modes:
            module.training = training
        random.setstate(python)
        numpy.random.set_state(arrays)
        torch.set_num_threads(threads)
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
