"""Read one YAML file into plain data, and remember where every value stood.

The data are str, int, float, bool, None, list and dict (keys always str), with the line and column of
every value and key, so that any later check can point at its place. Plain scalars follow YAML 1.2's
core schema with one deliberate narrowing: only a number in its shortest decimal form is a number, so a
telephone number such as 0123 keeps its leading zero. What the values mean is left to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from config.problems import Problem, path_text

Key: TypeAlias = tuple[str | int, ...]
Scalar: TypeAlias = str | int | float | bool | None
Data: TypeAlias = "Scalar | list[Data] | dict[str, Data]"

_MAX_DEPTH = 30
_MAX_NODES = 200_000
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """Where a value begins, and its key (for an item of a list: its own start); 1-based."""

    line: int
    column: int
    key_line: int
    key_column: int


@dataclass(slots=True)
class Source:
    """One file's data with its places.

    Args:
        file: the file's name as problems show it.
        data: what the file holds; an empty file is an empty mapping.
        places: place of every value by its path of keys and indexes.
        problems: mistakes of the YAML itself.
        origins: values that did not come from the file, by path: the name of where each came from.
        readable: whether `data` is all that the file holds.
    """

    file: str
    data: Data = field(default_factory=dict)
    places: dict[Key, SourcePosition] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    origins: dict[Key, str] = field(default_factory=dict)
    readable: bool = True

    def problem(self, path: Key, message: str, *, at_key: bool = False) -> Problem:
        """Make a problem at `path`, or at the nearest thing above it that stands in the file."""
        for changed, origin in self.origins.items():
            if path[: len(changed)] == changed or (changed[: len(path)] == path and path not in self.places):
                return Problem(origin, 0, 0, path_text(path), message)
        here = path
        while here and here not in self.places:
            here = here[:-1]
            at_key = True
        place = self.places.get(here)
        if place is None:
            return Problem(self.file, 0, 0, path_text(path), message)
        line, column = (place.key_line, place.key_column) if at_key else (place.line, place.column)
        return Problem(self.file, line, column, path_text(path), message)


def read_yaml(path: Path, shown: str) -> Source:
    """Read the file at `path`; `shown` is its name in problems. Never raises for what the file holds."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(shown, Problem(shown, 0, 0, "", f"not UTF-8 text (byte {error.start})"))
    except OSError as error:
        return _unreadable(shown, Problem(shown, 0, 0, "", f"cannot be read: {error.strerror}"))
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> Source:
    """Read YAML text; `shown` is its name in problems. Never raises for what the text holds."""
    source = Source(shown)
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        return _unreadable(shown, _syntax_problem(error, text, shown))
    except YAMLError as error:
        message = str(error).splitlines()[0] if str(error) else "not YAML"
        return _unreadable(shown, Problem(shown, 0, 0, "", message))
    if node is None:
        return source
    try:
        source.data = _Builder(source).build(node, (), node)
    except _Refused as refused:
        return _unreadable(shown, refused.problem)
    if not isinstance(source.data, dict):
        return _unreadable(shown, source.problem((), "expected settings, each as name: value"))
    return source


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Builder:
    """Turns YAML nodes into plain data, noting places and repeated keys."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._nodes = 0

    def build(self, node: Node, path: Key, key_node: Node) -> Data:
        start, key_start = node.start_mark, key_node.start_mark
        place = SourcePosition(start.line + 1, start.column + 1, key_start.line + 1, key_start.column + 1)
        self._source.places[path] = place
        self._nodes += 1
        # An alias can make a small file endless; no site needs either of these.
        if len(path) > _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise _Refused(
                Problem(self._source.file, place.line, place.column, "", "nested too deeply or too large")
            )
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index), item) for index, item in enumerate(node.value)]
        return self._mapping(node.value, path)

    def _mapping(self, pairs: Iterable[tuple[Node, Node]], path: Key) -> Data:
        found: dict[str, Data] = {}
        for key_node, value_node in pairs:
            if not isinstance(key_node, ScalarNode):
                mark = key_node.start_mark
                message = "expected a name before the colon"
                self._source.problems.append(
                    Problem(self._source.file, mark.line + 1, mark.column + 1, path_text(path), message)
                )
                continue
            key = str(key_node.value)
            if key in found:
                self._repeated(key_node, (*path, key))
                continue
            found[key] = self.build(value_node, (*path, key), key_node)
        return found

    def _repeated(self, key_node: ScalarNode, path: Key) -> None:
        mark = key_node.start_mark
        first = self._source.places[path].key_line
        self._source.problems.append(
            Problem(
                self._source.file,
                mark.line + 1,
                mark.column + 1,
                path_text(path),
                f"written twice, first on line {first}",
            )
        )


def _unreadable(shown: str, problem: Problem) -> Source:
    return Source(shown, problems=[problem], readable=False)


def _scalar(node: ScalarNode) -> Scalar:
    text = str(node.value)
    return text if node.style in ("'", '"', "|", ">") else plain_scalar(text)


def plain_scalar(text: str) -> Scalar:
    """Read a scalar written without quotes: a word such as true, a number, else text."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _syntax_problem(error: MarkedYAMLError, text: str, shown: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    message = " ".join((error.problem or error.context or "not YAML").split())
    if mark is None:
        return Problem(shown, 0, 0, "", message)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        message = "a tab in the indentation; expected spaces"
    return Problem(shown, mark.line + 1, mark.column + 1, "", f"not valid YAML: {message}")
