"""Batched decoding whose result for a prompt does not depend on which prompts it was batched with.

Three things make it so. Prompts are padded on the left under an attention mask, from which `generate`
derives the positions. Each row draws its randomness from a generator of its own. And each row has its own
limit of tokens, the model's positions included. What is left is rounding in the last bits of float
arithmetic, which can differ with the shape of a batch.

Imports torch: only a subject that loads a model imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import torch
from transformers import DynamicCache, LogitsProcessor, LogitsProcessorList, StoppingCriteria
from transformers.cache_utils import DynamicLayer

TINY = torch.finfo(torch.float32).tiny
# Below so many shared tokens a second forward pass costs more than it saves.
WORTH_SHARING = 32
# In a batch of fewer rows the finished ones cost less than beginning anew without them.
WORTH_HALVING = 4


@dataclass(slots=True)
class Row:
    """One prompt on its way: the tokens so far, how many more it may have, and its own randomness."""

    prompt: list[int]
    limit: int
    generator: torch.Generator | None = None
    new: list[int] = field(default_factory=list)
    done: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """temperature > 0, and the mass of the most probable tokens that stay in play (1: all)."""

    temperature: float
    top_p: float


class GumbelChoice(LogitsProcessor):
    """Turns the greedy argmax that follows into a draw from the softmax, with each row's own generator.

    Adding independent Gumbel noise to log-probabilities makes their argmax a sample of the distribution
    (Gumbel, 1954). The sampling of `generate` draws for the whole batch from one stream, so that a row's
    text would change with its neighbours and with its place among them. A row that has finished goes on
    drawing, from its own stream only. Drawn on the CPU, so that a seed means the same on every device.
    """

    def __init__(self, generators: Sequence[torch.Generator], sampling: Sampling):
        self._generators = generators
        self._sampling = sampling

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = nucleus(scores.float() / self._sampling.temperature, self._sampling.top_p)
        size = scores.shape[-1]
        # -log of an exponential variable is Gumbel distributed.
        draws = torch.stack([torch.empty(size).exponential_(generator=g) for g in self._generators])
        return scores - draws.clamp_min(TINY).log().to(scores.device)


def nucleus(scores: torch.Tensor, top_p: float) -> torch.Tensor:
    """The scores, with -inf outside each row's smallest set of tokens whose probabilities reach top_p."""
    if top_p >= 1:
        return scores
    ordered, places = scores.softmax(-1).sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(-1) - ordered
    # The mass before the first token is 0: one always stays.
    out = torch.zeros_like(scores, dtype=torch.bool).scatter(-1, places, before >= top_p)
    return scores.masked_fill(out, float("-inf"))


class FirstLogits(LogitsProcessor):
    """Keeps the logits of the first new token and changes nothing."""

    def __init__(self) -> None:
        self.logits: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if self.logits is None:
            self.logits = scores.float().cpu()
        return scores


class HalfDone(StoppingCriteria):
    """Ends a call to `generate` when no more than half of its rows go on.

    `generate` computes finished rows until the last one is done: one reply that runs to its limit would
    cost as much as a whole batch of them. The others go on in a smaller batch.
    """

    def __init__(self, ends: frozenset[int], width: int):
        self._ends = torch.tensor(sorted(ends))
        self._width = width

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        new = input_ids[:, self._width :]
        going_on = (~torch.isin(new, self._ends.to(new.device)).any(1)).sum()
        return (2 * going_on <= len(new)).expand(len(new))


@dataclass(frozen=True, slots=True)
class Decoder:
    """A loaded causal LM with what it needs to stop: ends, padding and positions (None: no limit)."""

    model: Any
    ends: frozenset[int]
    pad: int
    positions: int | None

    def complete(self, rows: Sequence[Row], size: int, sampling: Sampling | None = None) -> None:
        """Fill `new` of every row, at most `size` rows at a time; greedy without `sampling`.

        A prompt needs room for at least one more token.
        """
        waiting = sorted(
            (row for row in rows if not row.done), key=lambda row: len(row.prompt) + len(row.new)
        )
        while waiting:
            batch, waiting = waiting[:size], waiting[size:]
            left = self._extend(batch, sampling)
            waiting = sorted([*left, *waiting], key=lambda row: len(row.prompt) + len(row.new))

    def _extend(self, batch: list[Row], sampling: Sampling | None) -> list[Row]:
        """Decode until a row reaches its limit or half of them are done; return the rows that are not.

        All rows of a call to `generate` take the same number of steps. One that takes fewer than it may
        must not lose what it would have said alone: it goes on in another call, from where it was.
        """
        ids, mask = padded([row.prompt + row.new for row in batch], self.pad)
        steps = min(self._room(row) for row in batch)
        halving = [HalfDone(self.ends, ids.shape[1])] if len(batch) >= WORTH_HALVING else []
        processors: list[LogitsProcessor] = []
        if sampling is not None:
            generators = [row.generator for row in batch if row.generator is not None]
            processors = [GumbelChoice(generators, sampling)]
        new_tokens = self._generate((ids, mask), steps, processors, stopping_criteria=halving)
        for row, new in zip(batch, new_tokens, strict=True):
            row.new += new
            row.done = new[-1] in self.ends or self._room(row) == 0
        return [row for row in batch if not row.done]

    def _room(self, row: Row) -> int:
        room = row.limit - len(row.new)
        return room if self.positions is None else min(room, self.positions - len(row.prompt) - len(row.new))

    def first(self, prompts: Sequence[list[int]], steps: int) -> tuple[torch.Tensor, list[list[int]]]:
        """The logits of the first new token (prompts × vocabulary), and up to `steps` greedy tokens each."""
        kept = FirstLogits()
        shared = self._shared(prompts)
        ids, mask, cache = shared if shared else (*padded(prompts, self.pad), None)
        new = self._generate((ids, mask), steps, [kept], past_key_values=cache)
        assert kept.logits is not None  # one step at least was taken
        return kept.logits, new

    def _generate(
        self,
        batch: tuple[torch.Tensor, torch.Tensor],
        steps: int,
        processors: list[LogitsProcessor],
        **more: Any,
    ) -> list[list[int]]:
        """The new tokens of each row, cut after its first end."""
        ids, mask = (tensor.to(self.model.device) for tensor in batch)
        with torch.inference_mode():
            out = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=steps,
                do_sample=False,
                logits_processor=LogitsProcessorList(processors),
                **more,
            )
        return [self._cut(new) for new in out[:, ids.shape[1] :].tolist()]

    def _cut(self, new: list[int]) -> list[int]:
        end = next((i for i, token in enumerate(new) if token in self.ends), len(new))
        return new[: end + 1]

    def _shared(self, prompts: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor, Any] | None:
        """The prompts laid out behind what they share, and the keys and values of that, computed once.

        Many questions about one artifact differ in their last turn only. None where there is little to
        share, or where the model's memory is more than keys and values by position.
        """
        groups = grouped(prompts)
        rows = sum(len(members) for members in groups.values())
        saved = sum(len(prefix) * (len(members) - 1) for prefix, members in groups.items())
        if saved < WORTH_SHARING * rows or () in groups or not self._remembers_by_position():
            return None
        heads, head_mask = padded(list(groups), self.pad)
        cache = DynamicCache(config=self.model.config)
        with torch.inference_mode():
            self.model.base_model(  # without the head: no logits are wanted here
                input_ids=heads.to(self.model.device),
                attention_mask=head_mask.to(self.model.device),
                position_ids=(head_mask.cumsum(-1) - 1).clamp_min(0).to(self.model.device),
                past_key_values=cache,
                use_cache=True,
            )
        owner = [0] * rows
        tails: list[list[int]] = [[]] * rows
        for i, (prefix, members) in enumerate(groups.items()):
            for member in members:
                owner[member], tails[member] = i, prompts[member][len(prefix) :]
        index = torch.tensor(owner)
        cache.batch_select_indices(index.to(self.model.device))
        tail, tail_mask = padded(tails, self.pad)
        # Padding between the shared part and a row's own is masked, and takes no position.
        return torch.cat([heads[index], tail], 1), torch.cat([head_mask[index], tail_mask], 1), cache

    def _remembers_by_position(self) -> bool:
        """Whether the model's whole memory is full-length keys and values at positions that we may give."""
        layers = DynamicCache(config=self.model.config).layers
        takes = signature(self.model.base_model.forward).parameters
        return all(type(layer) is DynamicLayer for layer in layers) and "position_ids" in takes


def padded(texts: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids padded on the left to the longest, and the mask of what is not padding."""
    width = max(len(text) for text in texts)
    ids = torch.tensor([[pad] * (width - len(text)) + list(text) for text in texts])
    mask = torch.tensor([[0] * (width - len(text)) + [1] * len(text) for text in texts])
    return ids, mask


def grouped(prompts: Sequence[list[int]]) -> Mapping[tuple[int, ...], list[int]]:
    """What neighbouring prompts share at their beginning, with the places of those that share it.

    Greedy, in the given order: a prompt joins the group before it while more than half of what the group
    shares stays shared. At least one token of each prompt stays outside the shared part.
    """
    found: list[tuple[tuple[int, ...], list[int]]] = []
    for i, prompt in enumerate(prompts):
        own = tuple(prompt[:-1])
        if found:
            prefix, members = found[-1]
            common = _common(prefix, own)
            if 2 * common > len(prefix):
                found[-1] = (prefix[:common], [*members, i])
                continue
        found.append((own, [i]))
    merged: dict[tuple[int, ...], list[int]] = {}
    for prefix, members in found:
        merged.setdefault(prefix, []).extend(members)
    return merged


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def p_yes(logits: torch.Tensor, yes: Sequence[int], no: Sequence[int]) -> float | None:
    """P(yes) / (P(yes) + P(no)) by the first tokens of either, to 6 digits; None without such tokens."""
    if not yes or not no:
        return None
    odds = torch.logsumexp(logits[list(yes)].double(), 0) - torch.logsumexp(logits[list(no)].double(), 0)
    return round(float(torch.sigmoid(odds)), 6)
