"""Any causal language model in the transformers format, from a directory or a hub id.

It is loaded as it stands: safetensors only, no code from the checkpoint, its own chat template. Of its
generation settings only the tokens that end a reply are used: how it samples is the run's business
(`grounding.subject.Settings`), and what a run's fingerprint says must be all that there is to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Request, Settings, Subject

if TYPE_CHECKING:
    from grounding.subjects.decoding import Decoder, Row

PROBE_TOKENS = 16  # enough for "I cannot tell." where every byte is a token
YES = ("yes", "Yes", "YES", " yes", " Yes")
NO = ("no", "No", "NO", " no", " No")

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.\-]*(/[\w.\-]+)?")
_CONFIGURING = (
    "config.json",
    "generation_config.json",
    "tokenizer*.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "*.model",
    "chat_template.*",
    "additional_chat_templates/*",
    "*.safetensors.index.json",
)


INDEX = "model.safetensors.index.json"
# What a template can raise that is no error of templates: it computes, and may call itself without end.
_TEMPLATE_FAULTS = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError,
)  # fmt: skip

# Parameters under which one thread is as fast as several on an idle machine, and up to ten times faster on a busy
# one: a step is too short to be worth dividing, and the checkers' processes want the other cores.
SMALL = 20_000_000


def transformers(argument: str, settings: Settings) -> Subject:
    """Any causal language model in the transformers format: transformers:DIRECTORY or a hub id."""
    if not argument:
        raise SubjectError(
            "transformers needs a directory or a hub id, for example transformers:./checkpoint"
        )
    return CausalLM(checkpoint_directory(argument), settings, f"transformers:{argument}")


class CausalLM:
    """A loaded causal LM. Raises SubjectError for a checkpoint that is not whole or cannot chat."""

    def __init__(self, directory: Path, settings: Settings, spec: str):
        self.spec = spec
        self.batch_size = settings.batch_size
        self._settings = checked(settings)
        # Digests of what is loaded now, not of what stands there when somebody asks.
        self._digests = digests(directory)
        self._tokenizer = load_tokenizer(directory)
        self._decoder = load_decoder(directory, self._tokenizer, settings.device)
        self._yes, self._no = answer_tokens(self._tokenizer)

    def fingerprint(self) -> dict[str, Any]:
        """Digests of weights and configuration, dtype, and the settings that shape replies."""
        chosen = self._settings
        return {
            "kind": "transformers",
            **self._digests,
            "dtype": str(self._decoder.model.dtype).removeprefix("torch."),
            "settings": {
                "temperature": chosen.temperature,
                "top_p": chosen.top_p,
                "max_new_tokens": chosen.max_new_tokens,
                "describe_tokens": chosen.describe_tokens,
                "device": chosen.device,
            },
        }

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        """Replies; sampled from each request's own seed, greedy at temperature 0."""
        return list(
            self._complete(batch, self._settings.max_new_tokens, sampled=self._settings.temperature > 0)
        )

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        """Descriptions, always greedy."""
        return self._complete(batch, self._settings.describe_tokens, sampled=False)

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        """Answers, always greedy, with P(yes) among yes and no as the first token."""
        from grounding.subjects.decoding import p_yes

        prompts = [self._prompt(request) for request in batch]
        found: dict[int, Answer | Failure] = {
            i: prompt for i, prompt in enumerate(prompts) if isinstance(prompt, Failure)
        }
        tokens = {i: prompt for i, prompt in enumerate(prompts) if not isinstance(prompt, Failure)}
        for steps, chosen in self._by_steps(tokens).items():
            for places in chunks(chosen, self.batch_size):
                logits, new = self._decoder.first([tokens[i] for i in places], steps)
                for i, scores, text in zip(places, logits, new, strict=True):
                    found[i] = Answer(self._text(text), p_yes(scores, self._yes, self._no))
        return [found[i] for i in range(len(batch))]

    def _complete(self, batch: Sequence[Request], limit: int, sampled: bool) -> list[Any]:
        from grounding.subjects.decoding import Sampling

        entries = [self._row(request, limit, sampled) for request in batch]
        rows = [entry for entry in entries if not isinstance(entry, Failure)]
        sampling = Sampling(self._settings.temperature, self._settings.top_p) if sampled else None
        self._decoder.complete(rows, self.batch_size, sampling)
        return [entry if isinstance(entry, Failure) else self._text(entry.new) for entry in entries]

    def _row(self, request: Request, limit: int, sampled: bool) -> Row | Failure:
        import torch

        from grounding.subjects.decoding import Row

        prompt = self._prompt(request)
        if isinstance(prompt, Failure):
            return prompt
        return Row(prompt, limit, torch.Generator().manual_seed(request.seed) if sampled else None)

    def _prompt(self, request: Request) -> list[int] | Failure:
        """The chat as tokens, up to where the reply begins."""
        from jinja2 import TemplateError

        if any(not isinstance(message["content"], str) for message in request.messages):
            return Failure("a language model reads text only; this chat has other parts")
        messages = [dict(message) for message in request.messages]
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except TemplateError as error:
            return Failure(f"the chat template refuses this chat: {' '.join(str(error).split())}")
        except _TEMPLATE_FAULTS as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            return Failure(f"the chat template fails on this chat: {why}")
        # The template writes every special token that the model expects. Too long a chat is refused below,
        # without the tokenizer's warning.
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        most = self._decoder.positions
        if most is not None and len(tokens) >= most:
            return Failure(
                f"prompt of {len(tokens)} tokens exceeds the model's {most}, with one for the reply"
            )
        return tokens

    def _by_steps(self, tokens: Mapping[int, list[int]]) -> dict[int, list[int]]:
        """The places of prompts by how many tokens of an answer they leave room for."""
        most = self._decoder.positions
        groups: dict[int, list[int]] = {}
        for i, prompt in tokens.items():
            room = PROBE_TOKENS if most is None else min(PROBE_TOKENS, most - len(prompt))
            groups.setdefault(room, []).append(i)
        return groups

    def _text(self, tokens: Sequence[int]) -> str:
        # Cleaning up would take the space out of " ." and with it a column out of a drawing.
        text: str = self._tokenizer.decode(
            list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text


def chunks(items: Sequence[int], size: int) -> list[Sequence[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def checked(settings: Settings) -> Settings:
    """The settings, if a model can be sampled so."""
    if settings.temperature < 0 or not 0 < settings.top_p <= 1:
        raise SubjectError(
            f"temperature is 0 or more and top_p in (0, 1], got {settings.temperature} and {settings.top_p}"
        )
    return settings


def checkpoint_directory(argument: str) -> Path:
    """The directory itself, or the local snapshot of a hub id. Raises SubjectError."""
    path = Path(argument).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise SubjectError(f"{argument} is a file; give the checkpoint's directory")
    if not _HUB_ID.fullmatch(argument):
        raise SubjectError(f"{argument} is no directory, and not in the form of a hub id (OWNER/NAME)")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(argument, allow_patterns=["*.safetensors", *_CONFIGURING]))
    except Exception as error:  # offline, missing, gated, or a proxy's answer: all end with "not there"
        why = str(error).strip().splitlines() or [""]
        raise SubjectError(
            f"{argument} is no directory here, and as a hub id it cannot be had: {type(error).__name__}: {why[0]}"
        ) from error


def weight_files(directory: Path) -> list[Path]:
    """The safetensors files by name. Raises SubjectError where there are none, or no config.json."""
    if not (directory / "config.json").is_file():
        raise SubjectError(f"{directory} has no config.json: it is no checkpoint in the transformers format")
    files = sorted(directory.glob("*.safetensors"))
    if not files:
        raise SubjectError(
            f"{directory} has no *.safetensors; weights in pickle files are never loaded, "
            "save them with save_pretrained(..., safe_serialization=True)"
        )
    if (directory / INDEX).is_file():
        _refuse_other_shards(directory / INDEX, {file.name for file in files})
    return files


def _refuse_other_shards(index: Path, files: set[str]) -> None:
    """An index may name the directory's own safetensors only: another file would be read as a pickle."""
    try:
        shards = set(json.loads(index.read_text("utf-8"))["weight_map"].values())
    except (ValueError, RecursionError, LookupError, AttributeError, TypeError) as error:
        raise SubjectError(f"{index} is no index of weights: {type(error).__name__}: {error}") from error
    if other := sorted(str(shard) for shard in shards - files):
        raise SubjectError(f"{index} names {other[0]!r}, which is no *.safetensors file beside it")


def digests(directory: Path) -> dict[str, str]:
    """sha256 of the weight files' bytes, in the order of their names, and of the configuring files.

    For a single file `weights` is what `sha256sum model.safetensors` prints.
    """
    weights = sha256()
    for file in weight_files(directory):
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                weights.update(block)
    config = sha256()
    for file in sorted(
        {file for pattern in _CONFIGURING for file in directory.glob(pattern) if file.is_file()}
    ):
        content = file.read_bytes()
        config.update(
            f"{file.relative_to(directory).as_posix()} {len(content)}\n".encode("utf-8", "surrogateescape")
            + content
        )
    return {"weights": weights.hexdigest(), "config": config.hexdigest()}


def load_tokenizer(directory: Path) -> Any:
    """The checkpoint's tokenizer. Raises SubjectError if it cannot be loaded or has no chat template."""
    from transformers import AutoTokenizer

    tokenizer = _loaded(
        directory,
        "tokenizer",
        lambda: AutoTokenizer.from_pretrained(directory, local_files_only=True, trust_remote_code=False),
    )
    if not tokenizer.chat_template:
        raise SubjectError(
            f"{directory} has no chat template: it cannot be asked anything in a chat. "
            "Put the one that it was trained with into chat_template.jinja"
        )
    return tokenizer


def load_decoder(directory: Path, tokenizer: Any, device: str) -> Decoder:
    """The checkpoint's model: float32 on the CPU, where half precision is slow, else its own dtype.

    Raises SubjectError if it cannot be loaded, or lacks weights that would be left at random.
    """
    from transformers import AutoModelForCausalLM, GenerationConfig

    from grounding.subjects.decoding import Decoder

    target = usable_device(device)
    model, info = _loaded(
        directory,
        "model",
        lambda: AutoModelForCausalLM.from_pretrained(
            directory,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype="float32" if target.type == "cpu" else "auto",
            output_loading_info=True,
        ),
    )
    missing = sorted(map(str, info["missing_keys"]))
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise SubjectError(f"{directory} lacks weights: {', '.join(missing[:5])}{more}; they would be random")
    ends = end_tokens(model, tokenizer)
    pad = next((t for t in (tokenizer.pad_token_id, *sorted(ends)) if t is not None), 0)
    # In place of the checkpoint's own: its temperature or penalties would be mixed into every call.
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False, eos_token_id=sorted(ends) or None, pad_token_id=pad, use_cache=True
    )
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if target.type == "cpu" and model.num_parameters() < SMALL:
        import torch

        torch.set_num_threads(1)
    return Decoder(model.to(target).eval(), frozenset(ends), pad, positions)


def usable_device(name: str) -> Any:
    """The torch device of that name. Raises SubjectError where there is none."""
    import torch

    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = str(error).strip().splitlines()[0]
        raise SubjectError(f"device {name!r} cannot be used here: {why}; try cpu") from error
    return device


def end_tokens(model: Any, tokenizer: Any) -> set[int]:
    """Every token that ends a reply: the tokenizer's, the model's, and those of its generation settings."""
    ends: set[int] = set()
    for named in (tokenizer.eos_token_id, model.config.eos_token_id, model.generation_config.eos_token_id):
        ends |= set(named) if isinstance(named, list | tuple) else set() if named is None else {named}
    return ends


def answer_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The first tokens of yes and of no in their spellings, without those that could begin either."""

    def first(words: Sequence[str]) -> set[int]:
        encoded = [tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
        return {tokens[0] for tokens in encoded if tokens}

    yes, no = first(YES), first(NO)
    return sorted(yes - no), sorted(no - yes)


def _loaded(directory: Path, what: str, load: Callable[[], Any]) -> Any:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would run through the caller's own
    try:
        return load()
    except Exception as error:  # a foreign checkpoint can be wrong in any way; it is the checkpoint's fault
        why = str(error).strip().splitlines() or [""]
        raise SubjectError(
            f"the {what} in {directory} does not load: {type(error).__name__}: {why[0]}"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
