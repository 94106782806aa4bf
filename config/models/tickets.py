"""Tickets: deadlines, categories, joining of duplicates (`tickets:` in hotline.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from config.kinds import Items, Name, OneOrMore, Text, expected, whole
from config.models.base import Table
from config.models.callbacks import Tier, TierName
from config.models.hours import WeeklyHours
from config.time_kinds import lasting

WORST, MILDEST, USUAL = 1, 4, 3
_YEAR_MINUTES = 525600


def _severity(value: object) -> object:
    number = int(value) if isinstance(value, str) and value in "1234" and value else value
    if isinstance(number, bool) or not isinstance(number, int) or not WORST <= number <= MILDEST:
        raise expected("a severity 1..4, 1 is the most severe")
    return number


Severity = Annotated[int, BeforeValidator(_severity)]
Minutes = Annotated[int, whole(1, _YEAR_MINUTES)]


class SlaTarget(Table):
    """How fast a ticket is to be worked on."""

    respond: Minutes | None = Field(
        default=None,
        description="Minutes of business hours until the customer is reached; null for no limit.",
    )
    resolve: Minutes | None = Field(
        default=None, description="Minutes of business hours until it is solved; null for no limit."
    )

    @model_validator(mode="before")
    @classmethod
    def _respond_first(cls, data: Any) -> Any:
        if isinstance(data, dict):
            respond, resolve = data.get("respond"), data.get("resolve")
            if isinstance(respond, int) and isinstance(resolve, int) and resolve < respond:
                raise expected(f"resolve no less than respond ({respond})")
        return data


SlaTable: TypeAlias = dict[TierName, dict[Severity, SlaTarget]]


def _targets(*minutes: tuple[int, int]) -> dict[int, SlaTarget]:
    return {
        severity: SlaTarget(respond=respond, resolve=resolve)
        for severity, (respond, resolve) in enumerate(minutes, start=WORST)
    }


DEFAULT_SLA: dict[Tier, dict[int, SlaTarget]] = {
    "ordinary": _targets((60, 480), (120, 960), (480, 2400), (960, 4800)),
    "vip": _targets((30, 240), (60, 480), (240, 1440), (480, 2400)),
    "super_vip": _targets((15, 120), (30, 240), (60, 480), (240, 1440)),
}
"""Targets that hold where `tickets.sla` says nothing: in minutes, for an office of eight hours a day."""


class CategoryWords(Table):
    """Words by which a category is known in what a customer says."""

    en: OneOrMore[Text] = Field(default=(), description="English words.")
    zh: OneOrMore[Text] = Field(default=(), description="Chinese words.")
    ko: OneOrMore[Text] = Field(default=(), description="Korean words.")


class Category(Table):
    """One category of tickets."""

    name: Name = Field(description="The category's name.")
    words: CategoryWords = Field(
        default_factory=CategoryWords,
        description="Words that identify it, by language; the category with the most hits wins.",
    )
    examples: OneOrMore[Text] = Field(
        default=(),
        description="Sentences of callers that belong to it, in any of the languages: what is said is "
        "compared with them by meaning (docs/understanding.md).",
    )
    severity: Severity = Field(default=USUAL, description="Severity of a new ticket, 1 is the most severe.")
    points: Annotated[int, whole(0, 1000)] = Field(
        default=1, description="Points that an agent gets for a solved ticket."
    )


class TicketSettings(Table):
    """Tickets."""

    business_hours: WeeklyHours | None = Field(
        default=None, description="The hours in which deadlines are counted. Default: around the clock."
    )
    sla: SlaTable = Field(
        default_factory=dict,
        description="Deadlines by tier (ordinary, vip, super_vip) and severity (1..4). The defaults are in "
        "docs/queues.md.",
    )
    categories: Items[Category] = Field(default=(), description="What customers call about.")
    join_within: Annotated[float, lasting(60, 31536000, or_off=True)] = Field(
        default=86400.0,
        description="A new ticket is joined to an open one of the caller not older than this; 0 never.",
    )

    def target(self, tier: Tier, severity: int) -> SlaTarget:
        """The deadlines of a ticket."""
        given = self.sla.get(tier, {}).get(severity)
        return DEFAULT_SLA[tier][severity] if given is None else given
