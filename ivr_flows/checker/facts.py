"""What the checks look at: the flows' files as far as they are right, and the names of the site."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config import Problem, Site
from config.validation import as_written
from config.yaml_source import Key, Source, read_yaml
from ivr_flows.schema import FlowFile


@dataclass(frozen=True, slots=True)
class FlowSource:
    """One flow's file.

    Args:
        name: the file's name without the ending.
        source: what it holds, with places.
        file: the model of whatever is right in it.
        problems: mistakes of its form.
    """

    name: str
    source: Source
    file: FlowFile
    problems: tuple[Problem, ...] = ()

    @property
    def steps(self) -> list[str]:
        """The names of all steps that are written down, right or wrong."""
        found = self.source.data.get("steps") if isinstance(self.source.data, dict) else None
        return list(found) if isinstance(found, dict) else []

    def problem(self, path: Key, message: str, *, at_key: bool = False) -> Problem:
        """A mistake at a path of the model, where it stands in the file."""
        return self.source.problem(as_written(self.source.data, path), message, at_key=at_key)


@dataclass(frozen=True, slots=True)
class SiteNames:
    """What flows may refer to.

    Args:
        language: the site's language.
        queues, agents: names and numbers.
        numbers: each number that leads into a flow: number, flow, language.
        categories: of tickets.
        settings: hotline.yaml, for the place of a mistake in `numbers`.
    """

    language: str
    queues: frozenset[str]
    agents: frozenset[str]
    numbers: tuple[tuple[str, str, str | None], ...]
    categories: frozenset[str]
    settings: Source

    @classmethod
    def of(cls, site: Site, settings: Path) -> SiteNames:
        """The names of a loaded site; problems name `settings` as they name hotline.yaml."""
        return cls(
            site.settings.language,
            frozenset(queue.name for queue in site.queues),
            frozenset(agent.number for agent in site.agents),
            tuple(
                (number, target.flow, target.language)
                for number, target in site.settings.numbers.items()
                if target.flow is not None
            ),
            frozenset(category.name for category in site.settings.tickets.categories),
            read_yaml(site.root / settings.name, str(settings)),
        )


def unknown(name: str, what: str, known: Iterable[str]) -> str:
    """Say that a name is none of those known, with the nearest or with all of them."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f'found "{name}", expected {what}; did you mean "{close[0]}"?'
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f'found "{name}", expected {what}' + (f": {listed}" if names else "; there is none")
