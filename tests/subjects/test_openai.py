"""The endpoint client: against a scripted server on loopback, and a real one with a real checkpoint."""

import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from transformers.utils.import_utils import is_serve_available

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Settings, subject
from grounding.subjects.openai import Endpoint


def completion(text, alternatives=None):
    """What a server answers; alternatives: (token, probability) of the first token."""
    logprobs = None
    if alternatives:
        top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in alternatives]
        logprobs = {"content": [{**top[0], "top_logprobs": top}], "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{**choice, "logprobs": logprobs}],
    }


@pytest.fixture
def server():
    """A server that answers each chat with `reply(body) -> (status, answer)` and keeps what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            http.asked.append({**body, "key": self.headers["Authorization"]})
            self.answer(*http.reply(body))

        def do_GET(self):
            self.answer(*http.models)

        def answer(self, status, content):
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.asked, http.models = [], (404, {})
    http.reply = lambda body: (200, completion(body["messages"][-1]["content"].upper()))
    http.url = f"http://127.0.0.1:{http.server_port}/v1"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield http
    http.shutdown()
    http.server_close()


def endpoint(server, **settings):
    """Without retries: they wait."""
    return Endpoint("m", server.url, Settings(**settings), retries=0)


def test_requests(server, ask, monkeypatch):
    """Chat, seed and settings reach the server, descriptions greedy; answers come in the batch's order."""
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    asked = endpoint(server, temperature=0.7, top_p=0.9, max_new_tokens=50, describe_tokens=20)
    assert asked.generate([ask(c, seed=2**40 + i) for i, c in enumerate("abcde")]) == list("ABCDE")
    sent = {body["messages"][0]["content"]: body for body in server.asked}
    assert [sent[c]["seed"] for c in "abcde"] == [0, 1, 2, 3, 4]  # the low 31 bits
    assert {k: sent["a"][k] for k in ("model", "temperature", "top_p", "max_tokens", "key")} == {
        "model": "m",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 50,
        "key": "Bearer a-key",
    }
    assert asked.describe([ask("d", "e", "f")]) == ["F"]
    assert (server.asked[-1]["temperature"], server.asked[-1]["max_tokens"]) == (0.0, 20)
    assert [m["role"] for m in server.asked[-1]["messages"]] == ["user", "assistant", "user"]


def test_without_a_key(server, ask, monkeypatch):
    """A server that asks for no key gets "none"."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    endpoint(server).generate([ask("x")])
    assert server.asked[0]["key"] == "Bearer none"


def test_p_yes_from_log_probabilities(server, ask):
    """The spellings of yes and no among the first token's alternatives are added up."""
    first = [("Yes", 0.5), (" yes", 0.1), ("NO", 0.2), ("Maybe", 0.2)]
    server.reply = lambda body: (200, completion("Yes.", first))
    assert endpoint(server).probe([ask("x")]) == [Answer("Yes.", 0.75)]
    assert server.asked[0]["top_logprobs"] == 10
    server.reply = lambda body: (200, completion("Perhaps.", [("Per", 1.0)]))
    assert endpoint(server).probe([ask("x")]) == [Answer("Perhaps.", None)]


def test_log_probabilities_refused(server, ask):
    """A server that refuses them is asked without, and not offered them again."""
    server.reply = lambda body: (400, {"error": "?"}) if "logprobs" in body else (200, completion("No."))
    asked = endpoint(server)
    assert asked.probe([ask("x")]) == [Answer("No.", None)]
    assert asked.probe([ask("x")]) == [Answer("No.", None)]
    assert ["logprobs" in body for body in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (500, {"error": {"message": "out of\nmemory"}}, "HTTP 500: .*out of.*memory"),
        (401, {"error": {"message": "who are you"}}, "HTTP 401: .*who are you"),
        (200, {**completion("x"), "choices": []}, "holds no choices"),
        (200, {"nothing": 1}, "holds no choices"),
        (200, b"<html>not json</html>", "answer"),
    ],
)
def test_failures_are_of_one_request(server, ask, status, answer, reason):
    """What goes wrong with one request is its Failure, in one line; the others are answered."""
    server.reply = lambda body: (status, answer) if "bad" in str(body) else (200, completion("fine"))
    for method in ("generate", "describe", "probe"):
        good, failed, also = getattr(endpoint(server), method)([ask("ok"), ask("bad"), ask("ok")])
        assert isinstance(failed, Failure), failed
        assert "\n" not in failed.reason
        assert re.search(reason, failed.reason), failed.reason
        assert "fine" in str(good) and "fine" in str(also)


def test_no_server(ask):
    """An endpoint that is not there fails each request; its fingerprint knows of no server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    asked = Endpoint("m", url, Settings(), retries=0)
    assert "APIConnectionError" in asked.generate([ask("x")])[0].reason
    assert asked.fingerprint()["server"] is None


def test_fingerprint(server):
    """Model, address, settings and what the server says of the model; never the time of its start."""
    server.models = (
        200,
        {"object": "list", "data": [{"id": "m", "object": "model", "created": 5, "owned_by": "us"}]},
    )
    made = endpoint(server, temperature=0.5)
    assert made.fingerprint()["server"] == {"id": "m", "object": "model", "owned_by": "us"}
    assert (made.fingerprint()["model"], made.fingerprint()["url"]) == ("m", server.url)
    server.models[1]["data"][0]["system_fingerprint"] = "fp_1"
    assert endpoint(server).fingerprint()["server"] == "fp_1"
    json.dumps(made.fingerprint())


@pytest.mark.parametrize("argument", ["", "m", "m@", "@http://x/v1", "m@localhost:8000", "m@http://"])
def test_specs_that_name_no_endpoint(argument):
    """The error shows what a spec looks like."""
    with pytest.raises(SubjectError, match="openai needs MODEL@BASE_URL, for example"):
        subject(f"openai:{argument}")


@pytest.mark.parametrize("url", ["http://me:hush@x/v1", "http://x/v1?api-key=hush", "http://hush@x/v1"])
def test_secrets_do_not_belong_in_a_spec(url):
    """A key in the address would stand in every record: it is refused, and not repeated."""
    with pytest.raises(SubjectError, match="OPENAI_API_KEY") as caught:
        subject(f"openai:m@{url}")
    assert "hush" not in str(caught.value)


def test_a_model_name_with_an_at_sign():
    """The address begins at the first @http."""
    assert subject("openai:team/model@2@http://x/v1").fingerprint()["model"] == "team/model@2"


# --- a real server --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(llama, tmp_path_factory):
    """`transformers serve` on loopback, with the tiny Llama; it samples only where the checkpoint says so."""
    if not is_serve_available():
        pytest.skip("transformers serve needs transformers[serving]")
    llama = Path(shutil.copytree(llama, tmp_path_factory.mktemp("served") / "llama"))
    settings = json.loads((llama / "generation_config.json").read_text())
    (llama / "generation_config.json").write_text(json.dumps({**settings, "do_sample": True}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    command = [
        program,
        "serve",
        llama,
        "--device",
        "cpu",
        "--dtype",
        "float32",
        "--host",
        "127.0.0.1",
        "--port",
        port,
    ]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [str(part) for part in command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_healthy(process, f"http://127.0.0.1:{port}/health")
        yield f"{llama}@http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_healthy(process, url, seconds=120):
    for _ in range(seconds * 2):
        assert process.poll() is None, "the server stopped"
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the server does not start")


def test_a_served_checkpoint(served, llama, ask):
    """Greedy replies and descriptions of a served checkpoint are those of the checkpoint; p_yes is None."""
    settings = Settings(max_new_tokens=20, describe_tokens=20, batch_size=2)
    asked, loaded = subject(f"openai:{served}", settings), subject(f"transformers:{llama}", settings)
    batch = [ask("Draw a cat."), ask("Draw.", "##", "Describe.")]
    assert asked.generate(batch) == loaded.generate(batch)
    assert asked.describe(batch) == loaded.describe(batch)
    assert [a.text for a in asked.probe(batch)] == [a.text for a in loaded.probe(batch)]
    assert [a.p_yes for a in asked.probe(batch)] == [None, None]


def test_a_served_seed(served, ask):
    """A sampled reply of a served checkpoint follows the request's seed."""
    asked = subject(f"openai:{served}", Settings(temperature=1.0, max_new_tokens=20, batch_size=1))
    first, again, other = asked.generate([ask("Go.", seed=1), ask("Go.", seed=1), ask("Go.", seed=2)])
    assert first == again != other
