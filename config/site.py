"""A site: the folder with everything that makes one call centre, loaded whole or refused whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TypeVar

from config.machine_zone import machine_zone
from config.models.agents import Agent, AgentsFile
from config.models.base import Table
from config.models.queues import Queue, QueuesFile
from config.models.settings import Settings
from config.overrides import Override, apply, from_environment
from config.problems import Problem, SiteError
from config.references import check, find_prompt
from config.validation import validate
from config.written import Parts
from config.yaml_source import Source, read_yaml

SETTINGS_FILE = "hotline.yaml"
AGENTS_FILE = "agents.yaml"
QUEUES_FILE = "queues.yaml"

TableT = TypeVar("TableT", bound=Table)


@dataclass(frozen=True, slots=True)
class Site:
    """One loaded site; nothing in it changes after loading.

    Args:
        root: the site's folder, absolute.
        settings: hotline.yaml, with the overrides in it.
        agents: agents.yaml.
        queues: queues.yaml.
    """

    root: Path
    settings: Settings
    agents: tuple[Agent, ...] = ()
    queues: tuple[Queue, ...] = ()

    def path(self, name: str) -> Path:
        """Make a setting's file or folder absolute: relative ones are inside the site."""
        return self.root / name

    def prompt(self, name: str) -> Path | None:
        """Find the sound file of a prompt by its name without the suffix; None when there is none."""
        return find_prompt(self.root, name)

    @property
    def recordings_folder(self) -> Path:
        """Where recordings go."""
        return self.path(self.settings.recordings.folder)

    @property
    def journal_folder(self) -> Path | None:
        """The folder of the journal's files, None when the site keeps no journal."""
        return None if self.settings.journal is None else self.path(self.settings.journal.folder)

    @property
    def customers_file(self) -> Path | None:
        """The CSV file of customers, None when the site has none."""
        return None if self.settings.customers is None else self.path(self.settings.customers)

    @property
    def timezone(self) -> tzinfo:
        """The site's time zone; the machine's where the settings name none, UTC where that is not known."""
        return self.settings.timezone or machine_zone() or UTC

    @property
    def control_socket(self) -> Path:
        """The Unix socket on which the running server answers the command line."""
        return control_socket(self.root)


def control_socket(root: Path) -> Path:
    """The control socket of the site in `root`; needs no loaded site."""
    return root / "run" / "control.sock"


def load_site(
    path: Path, environ: Mapping[str, str] | None = None, overrides: Iterable[Override] = ()
) -> Site:
    """Load the site in the folder `path`.

    Args:
        path: the folder; problems name files as this path and the file's name.
        environ: where HOTLINE_ overrides are looked for; the process's own environment when None.
        overrides: further ones, from the command line; they come after the environment's.

    Raises:
        SiteError: with every mistake in every file at once.
    """
    settings_source = _source(path, SETTINGS_FILE, needed=True)
    given = [*from_environment(os.environ if environ is None else environ), *overrides]
    apply(settings_source, given)
    sources = (settings_source, _source(path, AGENTS_FILE), _source(path, QUEUES_FILE))
    problems = [problem for source in sources for problem in source.problems]
    settings, found = validate(Settings, settings_source)
    problems += found
    agents, found = validate(AgentsFile, sources[1])
    problems += found
    queues, found = validate(QueuesFile, sources[2])
    problems += found
    # A file that cannot be read would make every reference to it look wrong.
    if all(source.readable for source in sources):
        problems += check(Parts(path, settings, settings_source, agents, sources[1], queues, sources[2]))
    if problems:
        raise SiteError(problems)
    return Site(path.resolve(), settings, agents.agents, queues.queues)


def _source(root: Path, name: str, *, needed: bool = False) -> Source:
    """Read one of the site's files; one that is not needed may be absent, and is then empty."""
    path = root / name
    if path.exists():
        return read_yaml(path, str(path))
    source = Source(str(path))
    if needed:
        message = "not found; `hotline init DIR` writes a starter site into DIR"
        source.problems.append(Problem(str(path), 0, 0, "", message))
        source.readable = False
    return source
