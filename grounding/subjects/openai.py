"""A model behind an endpoint that speaks OpenAI's chat completions: openai:MODEL@BASE_URL.

One request a question; the key is OPENAI_API_KEY, or "none" for a server that asks for none. What a server
makes of `seed`, and whether it gives log-probabilities, is its own affair: replies of an endpoint are not
reproducible in the way that those of a checkpoint are, and its fingerprint says less.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Request, Settings, Subject, keeps_time

if TYPE_CHECKING:
    from openai import OpenAI

WORKERS = 8  # requests at a time: an endpoint's own batching gains little beyond, and rate limits begin
RETRIES = 2
TIMEOUT = 60.0  # seconds a request, unless Settings.timeout says otherwise; each retry has as many again
PROBE_TOKENS = 16
TOP = 10  # alternatives to the first token that are asked for
REFUSED = (400, 404, 422, 501)  # statuses of a server that does not know a parameter
SEED_BITS = 31  # some servers take no larger seed

_SPEC = re.compile(r"(.+?)@(https?://[^/@]\S*)")


@keeps_time
def openai(argument: str, settings: Settings) -> Subject:
    """A model behind a chat-completions endpoint: openai:MODEL@BASE_URL, key from OPENAI_API_KEY."""
    match = _SPEC.fullmatch(argument)
    if not match:
        raise SubjectError(
            "openai needs MODEL@BASE_URL, for example openai:my-model@http://localhost:8000/v1"
        )
    model, url = match.groups()
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        # Specs stand in records and reports: what is secret must not be in them, nor in this message.
        raise SubjectError(
            "openai takes an address without user, password, query or fragment; "
            "put the key into OPENAI_API_KEY"
        )
    return Endpoint(model, url, settings)


class Endpoint:
    """Chat completions of one model. A request that fails for good becomes a Failure with its reason."""

    def __init__(self, model: str, url: str, settings: Settings, retries: int = RETRIES):
        self.spec = f"openai:{model}@{url}"
        self.batch_size = settings.batch_size
        self._model = model
        self._url = url
        self._settings = settings
        self._retries = retries
        self._client: OpenAI | None = None
        self._logprobs = True  # until the server refuses them
        self._server: tuple[Any] | None = None

    def fingerprint(self) -> dict[str, Any]:
        """Model, address, and what the server says of the model in /models (null where it says nothing)."""
        if self._server is None:
            self._server = (self._server_says(),)
        chosen = self._settings
        return {
            "kind": "openai",
            "model": self._model,
            "url": self._url,
            "server": self._server[0],
            "settings": {
                "temperature": chosen.temperature,
                "top_p": chosen.top_p,
                "max_new_tokens": chosen.max_new_tokens,
                "describe_tokens": chosen.describe_tokens,
            },
        }

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        chosen = self._settings
        return self._each(
            batch, lambda request: self._text(request, chosen.max_new_tokens, chosen.temperature)
        )

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return self._each(batch, lambda request: self._text(request, self._settings.describe_tokens, 0.0))

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return self._each(batch, self._answer)

    def _each(self, batch: Sequence[Request], ask: Callable[[Request], Any]) -> list[Any]:
        self._connected()  # before the threads: they share one
        with ThreadPoolExecutor(max(1, min(WORKERS, self.batch_size))) as pool:
            return list(pool.map(ask, batch))

    def _connected(self) -> OpenAI:
        if self._client is None:
            from openai import OpenAI

            self._client = OpenAI(
                base_url=self._url,
                api_key=os.environ.get("OPENAI_API_KEY") or "none",
                max_retries=self._retries,
                timeout=self._settings.timeout or TIMEOUT,
            )
        return self._client

    def _text(self, request: Request, limit: int, temperature: float) -> str | Failure:
        choice = self._asked(request, limit, temperature)
        return choice if isinstance(choice, Failure) else choice.message.content or ""

    def _answer(self, request: Request) -> Answer | Failure:
        """The answer's words; P(yes) where the server gives the first token's alternatives."""
        choice = self._asked(request, PROBE_TOKENS, 0.0, alternatives=self._logprobs)
        if isinstance(choice, Failure) and self._logprobs and choice.reason.startswith(_refusals()):
            choice = self._asked(request, PROBE_TOKENS, 0.0)
            # It was the log-probabilities that were refused only if it works without them.
            self._logprobs = isinstance(choice, Failure)
        if isinstance(choice, Failure):
            return choice
        return Answer(choice.message.content or "", p_yes(choice))

    def _asked(self, request: Request, limit: int, temperature: float, alternatives: bool = False) -> Any:
        """The first choice, or a Failure of one line."""
        from openai import APIStatusError, OpenAIError

        more: dict[str, Any] = {"logprobs": True, "top_logprobs": TOP} if alternatives else {}
        if temperature > 0 and self._settings.top_p < 1:
            more["top_p"] = self._settings.top_p
        try:
            completion = self._connected().chat.completions.create(
                model=self._model,
                messages=[dict(message) for message in request.messages],  # type: ignore[misc]
                temperature=temperature,
                max_tokens=limit,
                seed=request.seed % (1 << SEED_BITS),
                **more,
            )
            choice = completion.choices[0]
            return choice if choice.message is not None else Failure("the server's choice holds no message")
        except APIStatusError as error:
            return Failure(f"HTTP {error.status_code}: {_line(error)}")
        except OpenAIError as error:
            return Failure(f"{type(error).__name__}: {_line(error)}")
        except (IndexError, TypeError, AttributeError):
            return Failure("the server's answer holds no choices")
        except ValueError as error:  # an answer that is no JSON
            return Failure(f"the server's answer cannot be read: {_line(error)}")

    def _server_says(self) -> Any:
        from openai import OpenAIError

        try:
            for entry in self._connected().with_options(max_retries=0, timeout=10.0).models.list():
                if entry.id == self._model:
                    said = entry.model_dump(mode="json", exclude_unset=True)
                    # `created` is when some servers started, not when the model was made.
                    return said.get("system_fingerprint") or {k: v for k, v in said.items() if k != "created"}
        except (OpenAIError, ValueError, TypeError, AttributeError):
            return None  # many servers have no /models; nothing is known of the model then
        return None


def p_yes(choice: Any) -> float | None:
    """P(yes) / (P(yes) + P(no)) by the first token's alternatives; None where neither is among them."""
    tokens = getattr(getattr(choice, "logprobs", None), "content", None)
    if not tokens:
        return None
    mass = {"yes": 0.0, "no": 0.0}
    for alternative in tokens[0].top_logprobs or []:
        word = alternative.token.strip().lower()
        if word in mass:
            mass[word] += math.exp(alternative.logprob)
    total = mass["yes"] + mass["no"]
    return round(mass["yes"] / total, 6) if total > 0 else None


def _refusals() -> tuple[str, ...]:
    return tuple(f"HTTP {status}:" for status in REFUSED)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
