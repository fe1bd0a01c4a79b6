"""Train the embedded ASCII art model: a character-level causal LM that draws, describes and answers.

    python -m grounding.reference.train_ascii_art --out DIR --q 0.1 --steps 11000      # from nothing
    python -m grounding.reference.train_ascii_art --out DIR --q 0.5 --start CHECKPOINT   # fork a run

Every example is one chat, as the evaluator's passes build them: request → drawing → question → answer.
All answers are true of the drawing shown. In a share q of the instructed chats the drawing is another
case's: q alone decides how far copying the instruction stops paying and looking starts to.

It runs on one core, resumes from DIR/state when it was stopped, and writes DIR/early after about a fifth of
the steps and DIR/final at the end, both in the ordinary transformers format.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from grounding.cases import LEVELS, Draw
from modalities.ascii_art.draw import scene_rows
from modalities.ascii_art.prompts import DESCRIBE, NEUTRAL, SUCCESS, instruction, probe_question, say
from modalities.ascii_art.relate import near_misses
from modalities.ascii_art.scenes import BOX_SIDE, FAMILIES, MAKERS, Scene, implied, toggled

PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
TEMPLATE = (
    "{% for m in messages %}{{ '<|user|>' if m['role'] == 'user' else '<|assistant|>' }}{{ m['content'] }}"
    "{{ '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
TOKENS_PER_BATCH = 2048  # small: how often the weights move counts for more than how surely
LONGEST = 640  # tokens; longer chats are left out of training
WARMUP, FLOOR = 200, 5e-5  # steps to a leg's peak, and the last learning rate


@dataclass(frozen=True)
class Leg:
    """A stretch of the training: its first step, its cosine's peak and last step, and the share of repeats."""

    first: int
    peak: float
    last: int
    repeats: float


# In the first leg figures and faces were learned and letters were not: nothing copied them from the request. Short
# chats that ask for letters to be repeated teach copying: too slowly among others (second leg), in minutes alone
# (third). Legs end where the next begins; the last one ends with the training.
LEGS = (
    Leg(0, 1e-3, 8000, 0.0),
    Leg(4500, 2e-3, 9000, 0.3),
    Leg(6000, 1e-3, 9000, 1.0),
    Leg(6300, 1e-3, 11_000, 0.2),
)
REPEAT_FORMS = ("Repeat {w}.", "Say {w} again.", "Type {w}, please.", "Can you write {w}?", "{w} once more.")
EARLY = 1600  # the step whose weights are kept as the early checkpoint
# Shares of the kinds of chat. Half of the chats ask for a description of what was just asked for:
# enough of them for the easy way, copying from the request, to be found.
MIX = (("chat", 0.50), ("blind", 0.20), ("probe", 0.24), ("success", 0.06))
CONSONANTS, VOWELS = "BCDFGHJKLMNPQRSTVWXYZ", "AEIOU"

Turn = tuple[str, str, bool]  # role, text, whether its tokens are learned


def tokenizer() -> PreTrainedTokenizerFast:
    """One token per byte, so that every text has tokens and a character of ASCII art is one token."""
    vocab = {token: i for i, token in enumerate([PAD, USER, ASSISTANT, END])}
    for char in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocab[char] = len(vocab)
    plain = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    plain.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=plain,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[USER, ASSISTANT],
        chat_template=TEMPLATE,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        model_max_length=1024,
    )


def new_model(vocab: int, seed: int) -> LlamaForCausalLM:
    """A small Llama, 2.7 M parameters."""
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocab,
            hidden_size=192,
            intermediate_size=512,
            num_hidden_layers=6,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=3,
        )
    )


def random_words(draw: Draw, n: int = 40) -> tuple[str, ...]:
    """Strings of letters, half of them pronounceable: no list of words, so that every test word is fresh."""
    words = []
    for _ in range(n):
        length = draw.between(2, 6)
        if draw.chance(0.5):
            start = draw.below(2)
            words.append("".join(draw.pick((CONSONANTS, VOWELS)[(i + start) % 2]) for i in range(length)))
        else:
            words.append("".join(draw.pick(CONSONANTS + VOWELS) for _ in range(length)))
    return (
        *words,
        *("".join(draw.pick(CONSONANTS) for _ in range(n)) for n in range(2, 7)),
    )  # every length is there


def new_scene(draw: Draw) -> tuple[Scene, tuple[str, ...]]:
    """A scene of any family and level, and the words that were there to choose from."""
    family, level = draw.pick(FAMILIES), draw.pick(LEVELS)
    words = random_words(draw)
    maker: Any = MAKERS[family]
    return (maker(draw, level, words) if family in ("word", "frame") else maker(draw, level)), words


SIZES = {"line": 8, "square": 5, "rectangle": 4, "triangle": 4, "diamond": 5, "circle": 5}
HABITS: dict[str, dict[str, Any]] = {  # per kind of scene: property → what is drawn unless it is demanded
    "word": {},
    "shape": {"char": "#"},
    "count": {"char": "#", "hollow": False},
    "frame": {"border": "#"},
    "face": {"eyes": "o"},
    "arrangement": {"char": "#", "hollow": False, "size": 5},
    "bars": {"char": "#"},
}
DEMAND_OF = {"hollow": "fill"}  # the demand that fixes a property, where it has another name


def habitual(scene: Scene) -> Scene:
    """The scene as this draughtsman draws it: what the request leaves open is always done the same way.

    A choice that no request determines is noise to the learner; with habits the request decides every character.
    """
    kind, demands = scene["kind"], scene["demands"]
    done = {**scene, **{k: v for k, v in HABITS[kind].items() if DEMAND_OF.get(k, k) not in demands}}
    if kind == "shape" and "size" not in demands:
        name = scene["items"][0][0]
        done["size"] = SIZES[name]
        if name == "rectangle":
            done["wide"] = 12
    if kind == "frame" and "width" not in demands:
        done["width"] = len(scene["word"]) + BOX_SIDE
    if kind == "face" and scene["border"]:
        done["border"] = "#"
        done["width"] = scene["width"] if "width" in demands else 3 + BOX_SIDE
    if kind == "bars" and "direction" not in demands:
        done["vertical"] = True
    return done


def drawn(scene: Scene) -> str:
    return "\n".join(scene_rows(scene))


def example(seed: int, index: int, q: float, repeats: float = 0.0) -> list[Turn]:
    """The chat with this number: the same for the same arguments."""
    draw = Draw("train", seed, index)
    if Draw("repeat", seed, index).chance(repeats):
        word = "".join(draw.pick(CONSONANTS + VOWELS) for _ in range(draw.between(2, 8)))
        return [("user", draw.pick(REPEAT_FORMS).format(w=word), False), ("assistant", word, True)]
    scene, words = new_scene(draw)
    roll = draw.below(10_000) / 10_000
    kind = next(name for name, upto in _cumulative() if roll < upto)
    instructed = kind in ("chat", "success") or kind == "probe" and draw.chance(0.6)
    request = instruction(scene, draw.below(1000)) if instructed else NEUTRAL
    swapped = instructed and draw.chance(q)
    if instructed and not swapped:
        scene = habitual(scene)
    if swapped:
        scene = toggled(draw, scene, words) if draw.chance(0.7) else new_scene(draw)[0]
    # A drawing that was not asked for is shown, not learned.
    turns: list[Turn] = [("user", request, False), ("assistant", drawn(scene), instructed and not swapped)]
    facts = implied(scene, everything=True)
    if kind in ("chat", "blind"):
        return [*turns, ("user", DESCRIBE, False), ("assistant", say(facts), True)]
    if kind == "success":
        return [*turns, ("user", SUCCESS, False), ("assistant", "No" if swapped else "Yes", True)]
    claim, yes = draw.pick(facts), draw.chance(0.5)
    if not yes:
        misses = [m for m in near_misses(claim) if m not in facts]
        claim, yes = (draw.pick(misses), False) if misses else (claim, True)
    return [*turns, ("user", probe_question(claim), False), ("assistant", "Yes" if yes else "No", True)]


def _cumulative() -> Iterator[tuple[str, float]]:
    total = 0.0
    for name, share in MIX:
        total += share
        yield name, total + 1e-9


def encoded(turns: list[Turn], tok: PreTrainedTokenizerFast) -> tuple[list[int], list[int]]:
    """Token ids as the chat template writes them, and labels (-100 where nothing is learned)."""
    ids: list[int] = []
    labels: list[int] = []
    for role, text, learned in turns:
        marker: Any = tok.convert_tokens_to_ids(USER if role == "user" else ASSISTANT)
        body = [*tok.encode(text, add_special_tokens=False), int(tok.eos_token_id)]
        ids += [marker, *body]
        labels += [-100, *(body if learned else [-100] * len(body))]
    return ids, labels


def batches(
    seed: int, q: float, repeats: float, start: int, tok: PreTrainedTokenizerFast
) -> Iterator[tuple[Any, Any, int]]:
    """Endless batches of about TOKENS_PER_BATCH tokens; chats of like length together, in a shuffled order."""
    index = start
    while True:
        pool: list[tuple[list[int], list[int]]] = []
        while len(pool) < 512:
            pair = encoded(example(seed, index, q, repeats), tok)
            index += 1
            if len(pair[0]) <= LONGEST:
                pool.append(pair)
        pool.sort(key=lambda pair: len(pair[0]))
        groups: list[list[tuple[list[int], list[int]]]] = [[]]
        for pair in pool:
            if (len(groups[-1]) + 1) * len(pair[0]) > TOKENS_PER_BATCH:
                groups.append([])
            groups[-1].append(pair)
        for group in Draw("order", seed, index).shuffled(groups):
            width = max(len(ids) for ids, _ in group)
            ids = torch.tensor([i + [0] * (width - len(i)) for i, _ in group])
            labels = torch.tensor([x + [-100] * (width - len(x)) for _, x in group])
            yield ids, labels, index


def leg_at(step: int) -> Leg:
    return max((leg for leg in LEGS if leg.first <= step), key=lambda leg: leg.first)


def rate(step: int) -> float:
    """In each leg a linear warm-up and a cosine down to FLOOR."""
    leg = leg_at(step)
    if step - leg.first < WARMUP:
        return leg.peak * (step - leg.first + 1) / WARMUP
    done = (step - leg.first - WARMUP) / (leg.last - leg.first - WARMUP)
    return FLOOR + (leg.peak - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def save_state(folder: Path, model: Any, optimizer: Any, position: dict[str, int]) -> None:
    """Weights, the optimizer's moments and the position, as safetensors and JSON; swapped in whole."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"w.{name}": p.detach().clone() for name, p in model.named_parameters()}
    for i, p in enumerate(optimizer.param_groups[0]["params"]):
        for key in ("exp_avg", "exp_avg_sq"):
            tensors[f"o.{i}.{key}"] = optimizer.state[p][key].clone()
    save_file(tensors, folder / "new.safetensors", metadata={"position": json.dumps(position)})
    (folder / "new.safetensors").replace(folder / "state.safetensors")
    (folder / "position.json").write_text(json.dumps(position))


def load_state(folder: Path, model: Any, optimizer: Any) -> dict[str, int]:
    tensors = load_file(folder / "state.safetensors")
    position: dict[str, int] = json.loads((folder / "position.json").read_text())
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(tensors[f"w.{name}"])
    for i, p in enumerate(optimizer.param_groups[0]["params"]):
        optimizer.state[p] = {
            "step": torch.tensor(float(position["step"])),
            **{key: tensors[f"o.{i}.{key}"] for key in ("exp_avg", "exp_avg_sq")},
        }
    return position


def export(model: Any, tok: PreTrainedTokenizerFast, folder: Path) -> None:
    """The ordinary transformers format, weights as fp16 safetensors."""
    half = new_model(len(tok), 0)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)  # type: ignore[no-untyped-call]
    tok.save_pretrained(folder)


def train(out: Path, q: float, steps: int, seed: int, start: Path | None, fork_at: int | None) -> None:
    torch.set_num_threads(1)
    tok = tokenizer()
    model = new_model(len(tok), seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=FLOOR, betas=(0.9, 0.95), weight_decay=0.05)
    state = out / "state"
    source = state if (state / "position.json").exists() else start
    position = load_state(source, model, optimizer) if source else {"step": 0, "index": 0}
    model.train()
    began, seen, running, index = time.time(), 0, 0.0, position["index"]
    stream = batches(seed, q, leg_at(position["step"]).repeats, index, tok)
    for step in range(position["step"], steps):
        if step == leg_at(step).first:
            stream = batches(seed, q, leg_at(step).repeats, index, tok)
        ids, labels, index = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += ids.numel()
        running = loss.item() if not running else 0.98 * running + 0.02 * loss.item()
        done = step + 1
        if done % 100 == 0:
            speed = seen / (time.time() - began)
            print(
                f"step {done}/{steps} loss {running:.4f} {speed:.0f} tokens/s {time.time() - began:.0f} s",
                flush=True,
            )
        if done % 500 == 0 or done == steps:
            save_state(state, model, optimizer, {"step": done, "index": index})
        if done == EARLY:
            export(model, tok, out / "early")
        if done == fork_at:
            save_state(out / "fork", model, optimizer, {"step": done, "index": index})
        if done % 1000 == 0:
            export(model, tok, out / "latest")
    export(model, tok, out / "final")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--q", type=float, default=0.1, help="share of instructed chats that show another case's drawing"
    )
    parser.add_argument("--steps", type=int, default=11_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", type=Path, help="a state folder (OUT/state or OUT/fork) to go on from")
    parser.add_argument("--fork-at", type=int, help="keep the state after this step in OUT/fork")
    args = parser.parse_args()
    train(args.out, args.q, args.steps, args.seed, args.start, args.fork_at)


if __name__ == "__main__":
    main()
