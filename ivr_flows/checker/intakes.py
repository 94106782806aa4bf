"""Checks of intakes: conditions that read a slot before it is asked for, categories that the site has not."""

from __future__ import annotations

from collections.abc import Iterator

from config import Problem
from config.yaml_source import Key
from ivr_flows.checker.facts import FlowSource, SiteNames, unknown
from ivr_flows.schema import values_in
from ivr_flows.verbs.intake import Intake


def check_intakes(flow: FlowSource, site: SiteNames | None) -> Iterator[Problem]:
    """Yield every mistake in the slots of an intake, and in the rules of its ticket."""
    for path, value in values_in(flow.file, ()):
        if isinstance(value, Intake):
            yield from _conditions(flow, path, value)
            if site is not None:
                yield from _categories(flow, path, value, site)


def _conditions(flow: FlowSource, path: Key, intake: Intake) -> Iterator[Problem]:
    names = [str(slot.name) for slot in intake.slots]
    for index, slot in enumerate(intake.slots):
        early = sorted(slot.when.names & set(names[index:])) if slot.when is not None else ()
        for name in early:
            known = ", ".join(names[:index]) or "none"
            yield flow.problem(
                (*path, "slots", index, "when"),
                f"{name} is not asked for before {slot.name}; expected a slot above it ({known})",
            )


def _categories(flow: FlowSource, path: Key, intake: Intake, site: SiteNames) -> Iterator[Problem]:
    rules = intake.ticket.rules if intake.ticket is not None else ()
    for index, rule in enumerate(rules):
        if rule.category is not None and rule.category not in site.categories:
            where = (*path, "ticket", "rules", index, "category")
            what = "a category of tickets.categories in hotline.yaml"
            yield flow.problem(where, unknown(rule.category, what, site.categories))
