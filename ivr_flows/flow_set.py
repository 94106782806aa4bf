"""The flows of a site, ready to be run: one immutable set.

A reload makes a new set and leaves the old one to the calls that run on it. Reading the files is left to
`ivr_flows.loader`, running them to `ivr_flows.runtime.engine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.schema import FlowFile, StepBase, values_in
from ivr_flows.settings import PromptText


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow.

    Args:
        name: its file's name without the ending.
        languages: what it speaks; a call begins in the first unless its number says otherwise.
        start: the first step.
        on_error: where a step that fails leads, None for the engine's own last resort.
        steps: all steps by name, in the order of the file.
        following: for each step the one that `next` names or that stands below; None for the last.
    """

    name: str
    languages: tuple[str, ...]
    start: str
    on_error: str | None
    steps: Mapping[str, StepBase]
    following: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class FlowSet:
    """All flows of a site.

    Args:
        flows: by name.
        version: changes whenever any of them does.
        prompts: names of the site's sound files.
    """

    flows: Mapping[str, Flow]
    version: str
    prompts: frozenset[str]

    def languages_from(self, begins: Iterable[tuple[str, str | None]]) -> frozenset[str]:
        """The languages that calls can come to speak.

        Args:
            begins: where calls begin: a flow's name and the call's language, None for the flow's first.
        """
        found = {language or self.flows[name].languages[0] for name, language in begins if name in self.flows}
        steps = [step for flow in self.flows.values() for step in flow.steps.values()]
        if found and any(_names(step.model_dump(), "language") for step in steps):
            found |= {language for flow in self.flows.values() for language in flow.languages}
        return frozenset(found)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything that is said word for word in any call, as (language, text), to be spoken ahead."""
        for flow in self.flows.values():
            for step in flow.steps.values():
                for language, text in step.verb.says():
                    if language in flow.languages:
                        yield language, text
                for _, value in values_in(step, ()):
                    if isinstance(value, PromptText):
                        yield from _texts(value, flow.languages)


def make_flow(name: str, file: FlowFile, language: str) -> Flow:
    """Make a flow of its file; `language` is the site's."""
    steps = {str(step): body for step, body in file.steps.items()}
    names = list(steps)
    below: dict[str, str | None] = dict(zip(names, [*names[1:], None], strict=True))
    return Flow(
        name,
        file.languages or (language,),
        file.start or next(iter(names), ""),
        file.on_error,
        steps,
        {step: body.next or below[step] for step, body in steps.items()},
    )


def _names(data: Any, name: str) -> bool:
    """Whether anything in a step's settings goes by a name, such as a variable that it sets."""
    if isinstance(data, dict):
        return name in data or any(_names(value, name) for value in data.values())
    return isinstance(data, list | tuple) and any(_names(value, name) for value in data)


def _texts(prompt: PromptText, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for language in languages:
        template = prompt.template(language)
        for text in template.fixed if template is not None else ():
            yield language, text
