"""Checks between queues, agents and the settings of the line: members, overflow, feature codes, files.

Each function takes what is right so far and yields mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.models.agent_settings import FeatureCodes
from config.models.storage import DATABASE
from config.problems import Problem
from config.written import Parts, each, twice
from config.yaml_source import Data, Key, Source

_SAYS = {"log_in": "log in", "log_out": "log out", "take_break": "take a break", "ready": "are ready"}


def check_queues(parts: Parts, agents: set[str], numbers: set[str]) -> Iterator[Problem]:
    """Yield every mistake of queues and what belongs to them.

    Args:
        parts: the site.
        agents: numbers of all agents.
        numbers: all numbers of hotline.yaml.
    """
    yield from twice(parts.queues_source, each(parts.queues_source, "queues", "name"), "queue")
    yield from _members(parts.queues_source, agents)
    yield from _overflow(parts.queues_source)
    yield from _numbers(parts)
    yield from _feature_codes(parts, numbers)
    yield from _mobiles(parts)
    yield from _tickets(parts)
    yield from _storage(parts)


def _members(source: Source, agents: set[str]) -> Iterator[Problem]:
    queues = source.data.get("queues") if isinstance(source.data, dict) else None
    for index, queue in enumerate(queues if isinstance(queues, list) else ()):
        members = queue.get("members") if isinstance(queue, dict) else None
        named = list(_member_numbers(("queues", index, "members"), members))
        yield from twice(source, named, "member")
        for path, member in named:
            if member not in agents:
                yield source.problem(
                    path, f'found "{member}", expected the number of an agent in agents.yaml'
                )


def _member_numbers(path: Key, members: Data) -> Iterator[tuple[Key, str]]:
    """Yield each member's number, however it is written: alone, in a list, in a table."""
    items = (
        [((*path, index), item) for index, item in enumerate(members)] if isinstance(members, list) else []
    )
    for place, item in items or [(path, members)]:
        if isinstance(item, dict):
            place, item = (*place, "agent"), item.get("agent")
        if isinstance(item, str | int) and not isinstance(item, bool):
            yield place, str(item)


def _numbers(parts: Parts) -> Iterator[Problem]:
    """A number that leads into a queue leads into one that exists."""
    queues = {name for _, name in each(parts.queues_source, "queues", "name")}
    for number, target in parts.settings.numbers.items():
        if target.queue is not None and target.queue not in queues:
            yield parts.settings_source.problem(
                ("numbers", number, "queue"),
                f'found "{target.queue}", expected the name of a queue in queues.yaml',
            )


def _overflow(source: Source) -> Iterator[Problem]:
    """An overflow leads to another queue, and never around to where it began."""
    names = {path[1]: name for path, name in each(source, "queues", "name")}
    leads: dict[str, str] = {}
    for path, overflow in each(source, "queues", "overflow"):
        name = names.get(path[1], "")
        if overflow not in names.values():
            yield source.problem(path, f'found "{overflow}", expected the name of a queue in queues.yaml')
            continue
        leads[name] = overflow
        way = [name]
        while way[-1] in leads and leads[way[-1]] not in way:
            way.append(leads[way[-1]])
        if leads.get(way[-1]) == name:
            circle = " to ".join([*way, name])
            yield source.problem(path, f"overflow loops: from {circle}")


def _feature_codes(parts: Parts, numbers: set[str]) -> Iterator[Problem]:
    """Every code is one code, and no number is dialled like one."""
    settings, source = parts.settings.agents, parts.settings_source
    agents = {number: path for path, number in each(parts.agents_source, "agents", "number")}
    seen: dict[str, str] = {}
    for name in FeatureCodes.model_fields:
        code = getattr(settings.feature_codes, name)
        reasons = settings.break_reasons if name == "take_break" else {}
        for dialled in () if code is None else (code, *(code + digit for digit in reasons)):
            taken = f"agents dial it to say that they {_SAYS[name]} (agents.feature_codes.{name})"
            if dialled in seen:
                message = f'"{dialled}" is also the code of {seen[dialled]}; expected another'
                yield source.problem(("agents", "feature_codes", name), message)
            elif dialled in numbers:
                message = f"expected another number: {taken}"
                yield source.problem(("numbers", dialled), message, at_key=True)
            elif dialled in agents:
                yield parts.agents_source.problem(agents[dialled], f"expected another number: {taken}")
            seen.setdefault(dialled, name)


def _mobiles(parts: Parts) -> Iterator[Problem]:
    """A mobile is rung through a trunk, by one agent."""
    source = parts.agents_source
    mobiles = list(each(source, "agents", "mobile"))
    yield from twice(source, mobiles, "mobile")
    if any(trunk.host is not None for trunk in parts.settings.trunks):
        return
    for path, _ in mobiles:
        yield source.problem(path, "a mobile needs a trunk with a host to be rung through, in hotline.yaml")


def _tickets(parts: Parts) -> Iterator[Problem]:
    source = parts.settings_source
    tickets = source.data.get("tickets") if isinstance(source.data, dict) else None
    categories = tickets.get("categories") if isinstance(tickets, dict) else None
    named: list[tuple[Key, str]] = [
        (("tickets", "categories", index, "name"), str(category["name"]))
        for index, category in enumerate(categories if isinstance(categories, list) else ())
        if isinstance(category, dict) and "name" in category
    ]
    yield from twice(source, named, "category")


def _storage(parts: Parts) -> Iterator[Problem]:
    settings, source = parts.settings, parts.settings_source
    if settings.journal is None and settings.database is not None:
        yield source.problem(
            ("journal",),
            "found nothing, expected a journal: without one the database would stay empty",
            at_key=True,
        )
    if not _is_database(settings.database or ""):
        yield source.problem(("database",), f"found (hidden), expected {DATABASE}")
    if settings.customers is not None and not (parts.root / settings.customers).is_file():
        yield source.problem(
            ("customers",), f'found "{settings.customers}", expected a CSV file: there is no such file'
        )
    callbacks = settings.callbacks
    if callbacks.wrong_number_key and callbacks.wrong_number_key == settings.agents.confirm_key:
        yield source.problem(
            ("callbacks", "wrong_number_key"),
            f'found "{callbacks.wrong_number_key}", which agents.confirm_key takes',
        )
    if settings.console is not None and settings.console.listen == settings.http.listen:
        yield source.problem(
            ("console", "listen"), f"found {settings.console.listen}, which http.listen takes"
        )


def _is_database(text: str) -> bool:
    """Whether a text that `DatabaseText` lets pass has no port, or one that can be."""
    try:
        port = urlsplit(text).port
    except ValueError:
        return False
    return port is None or port > 0
