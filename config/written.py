"""What stands in a site's files, for the checks between settings: values where they are written.

A name counts as known when it is written down anywhere, even in an entry that has a mistake of its own, so
that one mistake is said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.models.agents import AgentsFile
from config.models.queues import QueuesFile
from config.models.settings import Settings
from config.problems import Problem
from config.yaml_source import Key, Source


@dataclass(frozen=True, slots=True)
class Parts:
    """What one site's files hold, as far as it is right, with their sources."""

    root: Path
    settings: Settings
    settings_source: Source
    agents: AgentsFile
    agents_source: Source
    queues: QueuesFile
    queues_source: Source


def written(source: Source, table: str, key: str) -> set[str]:
    """Collect `key` of every item of the list `table`, as text."""
    return {str(value) for _, value in each(source, table, key)}


def written_keys(source: Source, table: str) -> set[str]:
    """Collect the names in `table`."""
    found = source.data.get(table) if isinstance(source.data, dict) else None
    return set(found) if isinstance(found, dict) else set()


def each(source: Source, table: str, key: str) -> Iterator[tuple[Key, str]]:
    """Yield path and value of `key` in every item of the list `table`, as they are written."""
    items = source.data.get(table) if isinstance(source.data, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        value = item.get(key) if isinstance(item, dict) else None
        if isinstance(value, str | int):
            yield (table, index, key), str(value)


def twice(source: Source, named: Iterable[tuple[Key, str]], what: str) -> Iterator[Problem]:
    """Yield a mistake for every name that was given before; `what` says what the names are."""
    seen: dict[str, Key] = {}
    for path, name in named:
        if name in seen:
            place = source.places.get(seen[name])
            where = f", first on line {place.line}" if place else ""
            yield source.problem(path, f'{what} "{name}" is given twice{where}')
        else:
            seen[name] = path
