"""YAML files read safely: plain scalars, lists and maps, with the line of every key, so that errors can name it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
import yaml.constructor
from pydantic import BaseModel, ValidationError
from yaml.reader import ReaderError

from grounding.errors import GroundingError

MAX_BYTES = 10_000_000
MAX_DEPTH = 50  # nested lists and maps: a suite has about four; a bound keeps hostile files off the stack
PLAIN = (str, int, float, bool, type(None))
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

Loc = Sequence[Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source:
    """A file being read: what it is called in errors, which error it raises, and the line of every key path.

    kind  of the file, in one word and in several: "suite", "suites"
    """

    path: Path
    error: type[GroundingError]
    kind: str
    kinds: str
    lines: dict[tuple[Any, ...], int] = field(default_factory=lambda: {(): 1})

    def line(self, loc: Loc) -> int:
        """The line of the nearest known key on the way to `loc`."""
        path = tuple(loc)
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def refused(self, loc: Loc, message: str) -> GroundingError:
        """The error `FILE:LINE: KEY: message`."""
        return self.at(self.line(loc), f"{dotted(loc)}: {message}")

    def at(self, line: int, message: str) -> GroundingError:
        return self.error(f"{self.path}:{line}: {message}")


def model(source: Source, of: type[Model]) -> Model:
    """The file as a pydantic model. Raises the source's error as `FILE:LINE: KEY: what is wrong`."""
    data = parsed(source)
    try:
        return of.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        message = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        if not isinstance(data, Mapping):
            message = "the file is empty" if data is None else f"a {source.kind} is keys and values"
        raise source.refused(first["loc"], message) from None


def parsed(source: Source) -> Any:
    """The file's plain data; fills the source's lines. Only plain scalars, lists and maps are read."""
    path = source.path
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise source.error(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(raw) > MAX_BYTES:
        raise source.error(f"{path}: {len(raw)} bytes; a {source.kind} file has at most {MAX_BYTES}")
    try:
        text = raw.decode("utf-8")
        _refuse_bombs(source, text)
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            return _plain(source, loader, node, ()) if node else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise source.at(line, f"not UTF-8 at byte {error.start}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise source.at(line, f"not YAML: U+{error.character:04X} is not allowed") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise source.error(
            f"{where}: not YAML: {getattr(error, 'problem', None) or error}".replace("\n", " ")
        ) from error


def _refuse_bombs(source: Source, text: str) -> None:
    """Refuse what grows: an alias of an alias has no bound, and nesting costs the parser its square."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise source.at(line, f"aliases (*name) are not read in {source.kinds}")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise source.at(line, f"nested deeper than {MAX_DEPTH}")


def _plain(source: Source, loader: yaml.SafeLoader, node: yaml.Node, at: tuple[Any, ...]) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(at, line)
    if isinstance(node, yaml.CollectionNode) and node.tag not in COLLECTIONS:
        raise source.at(line, f"{dotted(at)}: tag {node.tag!r} is not read in {source.kinds}")
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, loader, node, at)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(source, loader, item, (*at, i)) for i, item in enumerate(node.value)]
    try:
        value = loader.construct_object(node)
    except (ValueError, LookupError, AttributeError, yaml.constructor.ConstructorError):
        value = ...  # no date like 2020-13-45, no such tag, a number beyond Python's limit
    if not isinstance(value, PLAIN) or (isinstance(value, float) and not math.isfinite(value)):
        wrong = "is no plain text, number, true, false or null; put text into quotes"
        raise source.at(line, f"{dotted(at)}: {node.value[:40]!r} {wrong}")
    return value


def _mapping(
    source: Source, loader: yaml.SafeLoader, node: yaml.MappingNode, at: tuple[Any, ...]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value in node.value:
        key = loader.construct_object(key_node)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise source.at(line, f"key {key!r} is no text")
        if key in result:
            raise source.at(line, f"{key}: stands twice")
        source.lines[(*at, key)] = line
        result[key] = _plain(source, loader, value, (*at, key))
    return result


def dotted(loc: Loc) -> str:
    """A key path as errors write it."""
    return ".".join(str(part) for part in loc) or "file"
