"""Checkpoints that try to run something: pickles, code of their own, chat templates. Nothing runs."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

from grounding.errors import SubjectError
from grounding.subject import Failure, Settings, subject

SHORT = Settings(max_new_tokens=4, describe_tokens=4)


class Evil:
    """Unpickled, it makes a file."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


CODE = "from pathlib import Path\nPath({!r}).touch()\nclass Evil:\n    pass\n"


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that exists if something ran."""
    return tmp_path / "ran"


@pytest.fixture
def checkpoint(llama: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llama, tmp_path / "model"))


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "model.pt", "model.ckpt", "adapter_model.bin", "training_args.bin"]
)
@pytest.mark.parametrize("alone", [True, False])
def test_a_pickle_in_a_checkpoint_is_never_loaded(
    name: str, alone: bool, checkpoint: Path, mark: Path
) -> None:
    """A pickle that runs a command is refused where it is alone, and not looked at beside safetensors."""
    (checkpoint / name).write_bytes(pickle.dumps(Evil(mark)))
    if alone:
        (checkpoint / "model.safetensors").unlink()
        with pytest.raises(SubjectError, match="pickle files are never loaded"):
            subject(f"transformers:{checkpoint}", SHORT)
    else:
        subject(f"transformers:{checkpoint}", SHORT)
    assert not mark.exists()


@pytest.mark.parametrize("target", ["evil.bin", "../evil.bin", "evil.safetensors"])
def test_an_index_cannot_name_a_pickle(target: str, checkpoint: Path, mark: Path) -> None:
    """An index of shards that points to a pickle, inside or outside the folder, runs nothing."""
    (checkpoint / target).write_bytes(pickle.dumps(Evil(mark)))
    (checkpoint / "model.safetensors").rename(checkpoint / "model-00001-of-00002.safetensors")
    index = {"metadata": {}, "weight_map": {"model.embed_tokens.weight": target}}
    (checkpoint / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(SubjectError) as caught:
        subject(f"transformers:{checkpoint}", SHORT)
    assert "\n" not in str(caught.value) and not mark.exists()
    if target != "evil.safetensors":  # that one is read, and is none
        assert f"names '{target}', which is no *.safetensors file beside it" in str(caught.value)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "generation_config.json"])
@pytest.mark.parametrize("where", ["evil.Evil", "other/repo--evil.Evil"])
def test_code_in_a_checkpoint_is_not_run(file: str, where: str, checkpoint: Path, mark: Path) -> None:
    """auto_map and classes of the checkpoint's own are refused or passed over; its Python files never run."""
    (checkpoint / "evil.py").write_text(CODE.format(str(mark)))
    kinds = ("AutoConfig", "AutoModelForCausalLM", "AutoTokenizer", "AutoModel")
    auto = {kind: [where, where] if kind == "AutoTokenizer" else where for kind in kinds}
    edit(checkpoint / file, auto_map=auto, custom_generate=where, tokenizer_class="Evil", model_type="evil")
    for name in ("custom_generate/generate.py", "tokenization_evil.py", "modeling_evil.py", "__init__.py"):
        (checkpoint / name).parent.mkdir(exist_ok=True)
        (checkpoint / name).write_text(CODE.format(str(mark)))
    try:
        subject(f"transformers:{checkpoint}", SHORT)
    except SubjectError as error:
        assert "\n" not in str(error)
    assert not mark.exists()


TEMPLATES = {
    "attributes": "{{ messages.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ cycler.__init__.__globals__.os.system('touch MARK') }}",
    "import": "{{ self.__init__.__globals__.__builtins__.__import__('os').system('touch MARK') }}",
    "format": "{{ '{0.__class__.__mro__}'.format(messages) }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('touch MARK').read() }}",
    "raise": "{{ raise_exception.__globals__['__builtins__']['open']('MARK', 'w') }}",
    "now": "{{ strftime_now.__globals__ }}{{ strftime_now.__closure__[0].cell_contents }}",
    "change": "{{ messages.append(1) }}",
    "range": "{% for i in range(10**9) %}x{% endfor %}",
    "division": "{{ 1 // 0 }}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "include": "{% include '/etc/passwd' %}",
    "syntax": "{{ messages",
    "unknown": "{{ nothing.at.all }}",
    "lines": "{{ raise_exception('one\\nforged: two') }}",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_hostile_chat_template_runs_nothing(name: str, checkpoint: Path, mark: Path, ask) -> None:
    """Templates that reach for the interpreter, files or endless work fail their requests, each in one line."""
    (checkpoint / "chat_template.jinja").write_text(TEMPLATES[name].replace("MARK", str(mark)))
    asked = subject(f"transformers:{checkpoint}", SHORT)
    for failed in (*asked.generate([ask("x")]), *asked.describe([ask("x")]), *asked.probe([ask("x")])):
        assert isinstance(failed, Failure) and "\n" not in failed.reason
        assert "chat template" in failed.reason
    assert not mark.exists()
