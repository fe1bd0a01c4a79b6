"""A causal LM that is in memory, asked through the ordinary subject while it is being trained."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from grounding.errors import SubjectError
from grounding.subject import Settings
from grounding.subjects.transformers import CausalLM, answer_tokens, checked, end_tokens


class LiveLM(CausalLM):
    """The model and tokenizer as they are now; used inside `untouched`. SubjectError without a chat template."""

    def __init__(self, model: Any, tokenizer: Any, settings: Settings, spec: str = "live"):
        from grounding.subjects.decoding import Decoder

        if not getattr(tokenizer, "chat_template", None):
            raise SubjectError("the tokenizer has no chat template: the model cannot be asked in a chat")
        self.spec = spec
        self.batch_size = settings.batch_size
        self._settings = checked(settings)
        self._digests = {"weights": weights_digest(model)}
        self._tokenizer = tokenizer
        ends = end_tokens(model, tokenizer)
        pad = next((t for t in (tokenizer.pad_token_id, *sorted(ends)) if t is not None), 0)
        positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self._decoder = Decoder(model, frozenset(ends), pad, positions)
        self._yes, self._no = answer_tokens(tokenizer)


def weights_digest(model: Any) -> str:
    """sha256 of every parameter and buffer that is saved: name, dtype, shape and bytes, by name."""
    import torch

    digest = sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        whole = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(whole.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def untouched(model: Any, tokenizer: Any) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards modes, random states and settings are what they were."""
    import numpy
    import torch
    from transformers import GenerationConfig

    modes = [(module, module.training) for module in model.modules()]
    python, arrays, threads = random.getstate(), numpy.random.get_state(), torch.get_num_threads()
    cpu = torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    generation, use_cache = model.generation_config, getattr(model.config, "use_cache", None)
    ends = sorted(end_tokens(model, tokenizer))
    try:
        model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False,
            eos_token_id=ends or None,
            pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (ends or [0])[0],
            use_cache=True,
        )
        model.eval()
        with torch.no_grad():
            yield
    finally:
        model.generation_config = generation
        if use_cache is not None:
            model.config.use_cache = use_cache
        for module, training in modes:
            module.training = training
        random.setstate(python)
        numpy.random.set_state(arrays)
        torch.set_num_threads(threads)
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
