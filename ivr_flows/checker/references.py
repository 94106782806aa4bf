"""Checks of what one flow refers to: steps, flows, queues, agents, sound files, variables, languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from asr.intake.slots import usual_slots
from config import Problem
from config.yaml_source import Data, Key
from ivr_flows.checker.facts import FlowSource, SiteNames, unknown
from ivr_flows.expressions import Expression
from ivr_flows.kinds import FlowName, QueueName, StepName, Target, VariableName
from ivr_flows.schema import values_in
from ivr_flows.settings import LANGUAGES, PromptText, Words
from ivr_flows.steps.context import BUILT_IN, recorded_name
from ivr_flows.templates import Template
from ivr_flows.verbs.play import Play
from ivr_flows.verbs.set import Set

# Where a name that stands in the file becomes a variable.
_SETTING_TABLES = frozenset({"set", "save", "fallback"})


@dataclass(frozen=True, slots=True)
class Known:
    """Every name that a reference may lead to.

    Args:
        flows: languages of each flow by its name.
        variables: all that any flow sets, and those that every call has.
        prompts: the site's sound files.
        site: the rest; None when the site could not be loaded.
    """

    flows: Mapping[str, tuple[str, ...]]
    variables: frozenset[str]
    prompts: frozenset[str]
    site: SiteNames | None = field(default=None)


def check_references(flow: FlowSource, known: Known) -> Iterator[Problem]:
    """Yield every name in a flow that leads nowhere, and every text that is missing."""
    languages = known.flows[flow.name]
    for path, value in values_in(flow.file, ()):
        if isinstance(value, StepName) and path != ("steps", str(value)):
            if value not in flow.steps:
                yield flow.problem(path, unknown(value, "a step of this flow", flow.steps))
        elif isinstance(value, FlowName):
            yield from _flow(flow, path, value, languages, known)
        elif isinstance(value, QueueName | Target):
            yield from _of_site(flow, path, value, known.site)
        elif isinstance(value, Template | Expression):
            yield from _variables(flow, path, value, known.variables)
        elif isinstance(value, PromptText):
            yield from _prompt_text(flow, path, value, languages, known.prompts)
        elif isinstance(value, Words):
            yield from _words(flow, path, value, languages)
        elif isinstance(value, Play):
            yield from _play(flow, path, value.prompt, languages, known.prompts)
        elif isinstance(value, Set):
            yield from _language(flow, path, value, languages)


def variables_written(data: Data) -> Iterator[str]:
    """Every name that a file makes a variable of, also where other things are wrong."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "into" and isinstance(value, str):
                yield value
            elif key in _SETTING_TABLES and isinstance(value, dict):
                yield from value
            elif key == "intake":
                yield from _slots_written(value)
            yield from variables_written(value)
    elif isinstance(data, list):
        for item in data:
            yield from variables_written(item)


def _slots_written(intake: Data) -> Iterator[str]:
    """The names of an intake's slots, each of which becomes a variable."""
    slots = intake.get("slots") if isinstance(intake, dict) else None
    if not isinstance(slots, list):
        yield from (slot.name for slot in usual_slots(name=True))
        return
    for slot in slots:
        name = slot.get("name") if isinstance(slot, dict) else slot
        if isinstance(name, str):
            yield name


def _flow(
    flow: FlowSource, path: Key, name: str, languages: Iterable[str], known: Known
) -> Iterator[Problem]:
    if name not in known.flows:
        yield flow.problem(path, unknown(name, "a flow of this site (flows/NAME.yaml)", known.flows))
        return
    if not known.flows[name]:
        return
    silent = [language for language in languages if language not in known.flows[name]]
    if silent:
        yield flow.problem(
            path, f'flow "{name}" does not speak {", ".join(silent)}, which this flow speaks; expected it to'
        )


def _of_site(flow: FlowSource, path: Key, name: str, site: SiteNames | None) -> Iterator[Problem]:
    if site is None:
        return
    if isinstance(name, QueueName):
        if name not in site.queues:
            yield flow.problem(path, unknown(name, "a queue of queues.yaml", site.queues))
    elif not name.lower().startswith(("sip:", "sips:")) and name not in site.agents:
        yield flow.problem(path, unknown(name, "the number of an agent in agents.yaml", site.agents))


def _variables(
    flow: FlowSource, path: Key, value: Template | Expression, known: frozenset[str]
) -> Iterator[Problem]:
    expressions = value.expressions if isinstance(value, Template) else (value,)
    for name in sorted({name for expression in expressions for name in expression.names} - known):
        yield flow.problem(path, unknown(name, "a variable that a step sets", known))


def _prompt_text(
    flow: FlowSource, path: Key, prompt: PromptText, languages: tuple[str, ...], prompts: frozenset[str]
) -> Iterator[Problem]:
    recorded = prompt.recorded
    missing = [
        language
        for language in languages
        if prompt.template(language) is None
        and (recorded is None or recorded_name(recorded, language, prompts) is None)
    ]
    written = [name for name, _ in prompt.templates()]
    if missing and not written:
        yield flow.problem(
            (*path, "recorded"), f"no sound file prompts/{recorded}.wav, and no text; expected one of the two"
        )
    elif missing:
        texts = " and ".join(f"{language}: TEXT" for language in missing)
        yield flow.problem(path, f"no text in {', '.join(missing)}, which this flow speaks; expected {texts}")
    elif prompt.text is not None and len(languages) > 1 and _has_words(prompt.text):
        texts = ", ".join(f"{language}: TEXT" for language in languages)
        yield flow.problem((*path, "text"), f"one text for {len(languages)} languages; expected {texts}")
    yield from _not_spoken(flow, path, written, languages)


def _words(flow: FlowSource, path: Key, words: Words, languages: tuple[str, ...]) -> Iterator[Problem]:
    written = [name for name in LANGUAGES if getattr(words, name)]
    missing = [language for language in languages if not words.of(language)]
    if missing:
        lists = " and ".join(f"{language}: [WORD]" for language in missing)
        yield flow.problem(
            path, f"no words in {', '.join(missing)}, which this flow speaks; expected {lists}"
        )
    elif not written and len(languages) > 1:
        lists = ", ".join(f"{language}: [WORD]" for language in languages)
        yield flow.problem(path, f"one list for {len(languages)} languages; expected {lists}")
    yield from _not_spoken(flow, path, written, languages)


def _not_spoken(
    flow: FlowSource, path: Key, written: Iterable[str], languages: tuple[str, ...]
) -> Iterator[Problem]:
    for language in written if languages else ():
        if language in LANGUAGES and language not in languages:
            yield flow.problem(
                (*path, language),
                f"this flow does not speak {language}; expected {language} in languages: at the top",
                at_key=True,
            )


def _play(
    flow: FlowSource, path: Key, name: str, languages: tuple[str, ...], prompts: frozenset[str]
) -> Iterator[Problem]:
    missing = [language for language in languages if recorded_name(name, language, prompts) is None]
    if missing:
        heard = "" if len(missing) == len(languages) else f" for {', '.join(missing)}"
        yield flow.problem(
            (*path, "prompt"), f'found "{name}", expected a sound file prompts/{name}.wav{heard}'
        )


def _language(flow: FlowSource, path: Key, verb: Set, languages: tuple[str, ...]) -> Iterator[Problem]:
    value = verb.values.get(VariableName("language"))
    if value is None or not languages or (isinstance(value, Template) and value.expressions):
        return
    name = value.source if isinstance(value, Template) else str(value)
    if name not in languages:
        yield flow.problem(
            (*path, "values", "language"), unknown(name, "a language that this flow speaks", languages)
        )


def _has_words(template: Template) -> bool:
    return any(letter.isalpha() for piece in template.pieces if isinstance(piece, str) for letter in piece)


def known_names(flows: Iterable[FlowSource], site: SiteNames | None, prompts: frozenset[str]) -> Known:
    """Collect what references may lead to."""
    language = site.language if site is not None else LANGUAGES[0]
    flows = list(flows)
    return Known(
        {flow.name: _languages(flow, language) for flow in flows},
        BUILT_IN.union(*(variables_written(flow.source.data) for flow in flows)),
        prompts,
        site,
    )


def _languages(flow: FlowSource, language: str) -> tuple[str, ...]:
    """The flow's languages; none when they are written wrong, and then no check needs them."""
    wrong = isinstance(flow.source.data, dict) and "languages" in flow.source.data
    return flow.file.languages or (() if wrong else (language,))
