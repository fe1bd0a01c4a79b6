"""Runs to listen to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from listened import HAND, N, Scripted

from grounding.evaluate import run
from grounding.subject import Failure


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run("ascii_art", "control:honest", tmp_path_factory.mktemp("honest") / "run", n=N)


@pytest.fixture
def k(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "k"))


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., Path]:
    """Writes a suite file and runs a scripted subject on it."""

    def make(text: str = HAND, **replies: str | Failure) -> Path:
        (tmp_path / "mine.yaml").write_text(text)
        return run(str(tmp_path / "mine.yaml"), Scripted(**replies), tmp_path / "k", controls=False)

    return make
