"""Read a site's flows (flows/*.yaml), and say every mistake in them at once.

The form of a file is checked by its models (`ivr_flows.schema`), its meaning by `ivr_flows.checker`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config import Problem, Site, SiteError
from config.references import PROMPT_SUFFIXES
from config.validation import validate
from config.yaml_source import read_yaml
from ivr_flows.checker import check
from ivr_flows.checker.facts import FlowSource, SiteNames
from ivr_flows.flow_set import FlowSet, make_flow
from ivr_flows.kinds import FLOW_NAME
from ivr_flows.schema import FlowFile

FOLDER = "flows"
SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a site's flow files came to.

    Args:
        flows: None when there is any mistake.
        problems: every mistake, in file order.
    """

    flows: FlowSet | None
    problems: tuple[Problem, ...]


def load_flows(site: Site) -> FlowSet:
    """Load the flows of a site.

    Raises:
        SiteError: with every mistake in every flow at once.
    """
    loaded = read_flows(site.root, site, shown=site.root)
    if loaded.flows is None:
        raise SiteError(loaded.problems)
    return loaded.flows


def read_flows(root: Path, site: Site | None, *, shown: Path) -> Loaded:
    """Read the flows of the site in `root`, and check them.

    Args:
        root: the site's folder.
        site: the loaded site; None when it has mistakes itself; names in it are then not checked.
        shown: how the folder is named in problems.
    """
    files = sorted((root / FOLDER).glob(f"*{SUFFIX}"))
    prompts = prompt_names(root)
    sources = [_read(path, str(shown / FOLDER / path.name)) for path in files]
    problems = [problem for source in sources for problem in source.problems]
    problems += _names(root / FOLDER, shown / FOLDER)
    names = None if site is None else SiteNames.of(site, shown / "hotline.yaml")
    problems += check(sources, names, prompts)
    if problems:
        return Loaded(None, tuple(sorted(set(problems))))
    language = site.settings.language if site is not None else "en"
    flows = {source.name: make_flow(source.name, source.file, language) for source in sources}
    return Loaded(FlowSet(flows, _version(sources, prompts), prompts), ())


def prompt_names(root: Path) -> frozenset[str]:
    """The names of the site's sound files: their paths below prompts/, without the ending."""
    folder = root / "prompts"
    return frozenset(
        path.relative_to(folder).with_suffix("").as_posix()
        for path in folder.rglob("*")
        if path.suffix in PROMPT_SUFFIXES
    )


def _names(folder: Path, shown: Path) -> Iterator[Problem]:
    """Files whose names no flow can have."""
    for path in sorted(folder.glob("*.y*ml")):
        if path.suffix != SUFFIX:
            yield Problem(
                str(shown / path.name), 0, 0, "", f"not read; expected a name that ends in {SUFFIX}"
            )
        elif not FLOW_NAME.fullmatch(path.stem):
            yield Problem(
                str(shown / path.name), 0, 0, "", "expected a file name of letters, digits, - and _ only"
            )


def _read(path: Path, shown: str) -> FlowSource:
    source = read_yaml(path, shown)
    file, found = validate(FlowFile, source)
    problems = [*source.problems, *found]
    if source.readable and isinstance(source.data, dict) and "steps" not in source.data:
        problems.append(
            source.problem((), "no steps; expected steps: and below it NAME: a verb and its settings")
        )
    return FlowSource(path.stem, source, file, tuple(problems))


def _version(sources: Iterable[FlowSource], prompts: frozenset[str]) -> str:
    """A version that changes with the meaning of the files, not with their comments."""
    content = [[source.name, source.source.data] for source in sources], sorted(prompts)
    text = json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
