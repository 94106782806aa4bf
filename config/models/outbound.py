"""Which telephone numbers outside may be dialled: rules and limits (hotline.yaml).

What a number is, and what follows from rules and limits, is decided by `hotline.server.permissions`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from phonenumbers import SUPPORTED_REGIONS
from pydantic import BeforeValidator, Field, model_validator

from config.kinds import Items, Name, Number, OneOrMore, expected, matching, one_of, whole
from config.models.base import Table
from config.time_kinds import HoursOfDay


def _country(value: object) -> object:
    if not isinstance(value, str) or value not in SUPPORTED_REGIONS:
        raise expected("the two letters of a country, such as CN, DE or US")
    return value


CountryCode = Annotated[str, BeforeValidator(_country)]

NumberType: TypeAlias = Literal[
    "fixed_line",
    "mobile",
    "voip",
    "toll_free",
    "uan",
    "shared_cost",
    "premium_rate",
    "personal_number",
    "pager",
    "voicemail",
    "short",
    "local",
    "unknown",
]
_TYPES: tuple[NumberType, ...] = (
    *("fixed_line", "mobile", "voip", "toll_free", "uan", "shared_cost", "premium_rate"),
    *("personal_number", "pager", "voicemail", "short", "local", "unknown"),
)
TypeName = Annotated[NumberType, one_of(*_TYPES)]

OutboundWay: TypeAlias = Literal["phone", "refer", "flow", "number", "mobile", "callback"]
_WAYS: tuple[OutboundWay, ...] = ("phone", "refer", "flow", "number", "mobile", "callback")
WayName = Annotated[OutboundWay, one_of(*_WAYS)]

_PREFIX = re.compile(r"\+?[0-9]{1,15}")
Prefix = Annotated[str, matching(_PREFIX, "the first digits of numbers, such as +49, +4930 or 20")]


class OutboundRule(Table):
    """One rule: what it names has to fit, all of it; the first rule that fits decides."""

    action: Annotated[Literal["allow", "refuse"], one_of("allow", "refuse")] = Field(
        description="allow or refuse."
    )
    prefixes: OneOrMore[Prefix] = Field(
        default=(),
        description="First digits of numbers. With + those of the number with its country code, however it "
        "was dialled; without, those that are dialled. Empty: any number.",
    )
    types: OneOrMore[TypeName] = Field(
        default=(),
        description="Types of numbers: fixed_line, mobile, voip, toll_free, uan (one number for a company), "
        "shared_cost, premium_rate, personal_number, pager, voicemail, short, local (without area code), "
        "unknown (none of any country's plan, such as an extension of another exchange). Empty: a rule that "
        "refuses means all of them, one that allows the first five.",
    )
    ways: OneOrMore[WayName] = Field(
        default=(),
        description="How the call comes about: phone (an agent dials), refer (an agent passes a call on), "
        "flow, number (dial: of a number), mobile (an agent's mobile), callback. Empty: any.",
    )
    agents: OneOrMore[Number] = Field(
        default=(), description="Agents who dial or pass on. Empty: anybody, and calls without an agent."
    )
    trunks: OneOrMore[Name] = Field(default=(), description="Trunks it goes out through. Empty: any.")
    hours: HoursOfDay | None = Field(
        default=None, description='Time of day in the site\'s zone, such as "08:00-20:00". Default: always.'
    )

    @model_validator(mode="before")
    @classmethod
    def _names_something(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("action") == "allow" and not _narrows(data):
            raise expected("prefixes or types: a rule that allows says which numbers")
        return data


def _narrows(data: dict[Any, Any]) -> bool:
    return bool(data.get("prefixes") or data.get("types"))


class OutboundLimits(Table):
    """How many calls may go out in a day of the site's zone; 0 for no limit."""

    number: Annotated[int, whole(0, 1000000)] = Field(
        default=50,
        description="Calls to one number. Numbers that stand in the site's files have no such limit.",
    )
    agent: Annotated[int, whole(0, 1000000)] = Field(
        default=500, description="Calls that one agent dials or passes on."
    )
    day: Annotated[int, whole(0, 10000000)] = Field(default=5000, description="All calls to the outside.")


class OutboundSettings(Table):
    """What may be dialled outside (docs/outbound-calls.md)."""

    countries: OneOrMore[CountryCode] = Field(
        default=(),
        description="Countries whose numbers may be dialled without a rule. Empty: the site's own.",
    )
    rules: Items[OutboundRule] = Field(
        default=(), description="Exceptions; the first that fits a call decides."
    )
    limits: OutboundLimits = Field(
        default_factory=OutboundLimits, description="How many calls may go out in a day."
    )
