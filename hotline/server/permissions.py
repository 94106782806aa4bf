"""Outbound permissions: whether a number outside may be dialled, by the site's rules and limits. Pure.

What a number is, the national numbering plans say (`phonenumbers`), as they read what is dialled in the
site's country. Counting, telling and writing down is left to `outside_calls.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Literal, TypeAlias

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    is_valid_number_for_region,
    length_of_geographical_area_code,
    number_type,
    parse,
    region_code_for_country_code,
    region_code_for_number,
)
from phonenumbers.phonenumberutil import national_significant_number
from phonenumbers.shortnumberinfo import (
    SUPPORTED_SHORT_REGIONS,
    ShortNumberCost,
    connects_to_emergency_number,
    expected_cost_for_region,
    is_emergency_number,
    is_valid_short_number_for_region,
)

from config import Site
from config.models.outbound import NumberType, OutboundRule, OutboundSettings, OutboundWay
from config.telephone_numbers import SHORTEST_NATIONAL

Way: TypeAlias = OutboundWay | Literal["trunk"]
"""How a call to the outside comes about; "trunk": a trunk's caller has dialled a number that is not ours."""

Kind: TypeAlias = NumberType | Literal["emergency", "emergency_area", "emergency_prefix"]
"""Emergency numbers as they are, behind an area code, and with anything else before or behind them."""

Reason: TypeAlias = Literal[
    "not_published",
    "not_a_number",
    "emergency_number",
    "unknown_number",
    "premium_rate",
    "shared_cost",
    "short_number",
    "number_type",
    "country",
    "no_country",
    "rule",
    "number_limit",
    "agent_limit",
    "day_limit",
]

PEOPLE: frozenset[Way] = frozenset({"phone", "refer"})
"""Ways in which a person at a registered phone wants the call; all others are machines."""

# What may go out through a trunk: a telephone number, perhaps with its country (E.164).
_DIALLABLE = re.compile(r"\+?[0-9]{2,20}")

# Calls to these cost the caller what any call costs, or nothing.
_ORDINARY: frozenset[Kind] = frozenset({"fixed_line", "mobile", "voip", "toll_free", "uan"})
# What people may dial besides: a number without its area code leads nowhere dear.
_OF_PEOPLE: frozenset[Kind] = _ORDINARY | {"shared_cost", "local"}

_KINDS: dict[int, tuple[NumberType, ...]] = {
    PhoneNumberType.FIXED_LINE: ("fixed_line",),
    PhoneNumberType.MOBILE: ("mobile",),
    PhoneNumberType.FIXED_LINE_OR_MOBILE: ("fixed_line", "mobile"),
    PhoneNumberType.TOLL_FREE: ("toll_free",),
    PhoneNumberType.PREMIUM_RATE: ("premium_rate",),
    PhoneNumberType.SHARED_COST: ("shared_cost",),
    PhoneNumberType.VOIP: ("voip",),
    PhoneNumberType.PERSONAL_NUMBER: ("personal_number",),
    PhoneNumberType.PAGER: ("pager",),
    PhoneNumberType.UAN: ("uan",),
    PhoneNumberType.VOICEMAIL: ("voicemail",),
}
_REASONS: dict[Kind, Reason] = {
    "premium_rate": "premium_rate",
    "shared_cost": "shared_cost",
    "short": "short_number",
    "unknown": "unknown_number",
    "local": "unknown_number",
}
_EMERGENCY: frozenset[Kind] = frozenset({"emergency", "emergency_area", "emergency_prefix"})
# Emergency numbers that networks take for their own country's wherever they are dialled.
_EVERYWHERE = frozenset({"112", "911"})
_LONGEST_EMERGENCY = 6


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be dialled.

    Args:
        always: it is an emergency number that a person dials: no limit holds.
        rule: which of the site's rules says so, None for none.
    """

    always: bool = False
    rule: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not be dialled.

    Args:
        reason: why, for records and metrics.
        lasting: whether it will be the same tomorrow; False for limits and times of day.
        rule: which of the site's rules says so, None for none.
    """

    reason: Reason
    lasting: bool = True
    rule: int | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The reason for people, short enough for a SIP status line."""
        return REASONS[self.reason]

    @property
    def status(self) -> int:
        """The SIP status for who dialled."""
        return 404 if self.reason in ("not_published", "not_a_number", "unknown_number") else 403


REASONS: dict[Reason, str] = {
    "not_published": "Not a number of this site",
    "not_a_number": "Not a telephone number",
    "emergency_number": "Emergency numbers are dialled by people only",
    "unknown_number": "No such telephone number",
    "premium_rate": "Premium rate numbers are not allowed",
    "shared_cost": "Shared cost numbers are not allowed",
    "short_number": "Short numbers are not allowed",
    "number_type": "Numbers of this type are not allowed",
    "country": "Calls to this country are not allowed",
    "no_country": "No country is allowed: the settings name none",
    "rule": "Not allowed by the rules of this site",
    "number_limit": "Too many calls to this number today",
    "agent_limit": "Too many calls by this agent today",
    "day_limit": "Too many calls today",
}


@dataclass(frozen=True, slots=True)
class DialledNumber:
    """What a number is, as a country's plan reads what is dialled.

    Args:
        kinds: its types; two where the plan does not tell mobiles from fixed lines.
        full: with its country code (E.164), as dialled where there is none.
        parsed: the number, None where it names no telephone.
    """

    kinds: tuple[Kind, ...]
    full: str
    parsed: PhoneNumber | None = None

    def is_of(self, countries: Iterable[str]) -> bool:
        """Whether it is a number of one of these countries."""
        number = self.parsed
        if number is None:
            return False
        code = number.country_code
        for country in countries:
            if is_valid_number_for_region(number, country):
                return True
            # What is in no plan has only its country code; of several countries it may be any one's.
            if not set(self.kinds).isdisjoint(("local", "unknown")) and country in (
                COUNTRY_CODE_TO_REGION_CODE.get(code or 0, ())
            ):
                return True
        return False


@lru_cache(maxsize=4096)
def read_number(number: str, country: str) -> DialledNumber:
    """What a number is.

    Args:
        number: as it is dialled: digits, perhaps with + before them.
        country: where it is dialled, "" for not known.
    """
    if not number.startswith("+"):
        if _is_emergency(number, country):
            return DialledNumber(("emergency",), number)
        if country and connects_to_emergency_number(number, country):
            return DialledNumber(("emergency_prefix",), number)
    try:
        parsed = parse(number, country or None)
    except NumberParseException:
        if not number.startswith("00"):
            return DialledNumber(("unknown",), number)
        try:
            parsed = parse("+" + number[2:], None)
        except NumberParseException:
            return DialledNumber(("unknown",), number)
    if country and not number.startswith(("+", "0")) and is_valid_short_number_for_region(parsed, country):
        dear = expected_cost_for_region(parsed, country) == ShortNumberCost.PREMIUM_RATE
        return DialledNumber(("premium_rate",) if dear else ("short",), number)
    full = format_number(parsed, PhoneNumberFormat.E164)
    kinds = _KINDS.get(number_type(parsed))
    if _hides_emergency(parsed, known=kinds is not None):
        return DialledNumber(("emergency_prefix" if kinds is None else "emergency_area",), full, parsed)
    if kinds is not None:
        return DialledNumber(kinds, full, parsed)
    local = is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    bare = local and not number.startswith(("+", "0")) and len(number) >= SHORTEST_NATIONAL
    return DialledNumber(("local",) if bare else ("unknown",), full, parsed)


def _is_emergency(number: str, country: str) -> bool:
    if len(number) > _LONGEST_EMERGENCY:
        return False
    if number in _EVERYWHERE:
        return True
    regions = (country,) if country else SUPPORTED_SHORT_REGIONS
    return any(is_emergency_number(number, region) for region in regions)


def _hides_emergency(number: PhoneNumber, *, known: bool) -> bool:
    """Whether only the country's or the area's code stands before an emergency number.

    With an area code the emergency service of that area is reached (in Germany, in China).
    """
    region = region_code_for_country_code(number.country_code or 0)
    national = national_significant_number(number)
    areas = {0, length_of_geographical_area_code(number)}
    if not known:
        areas |= {2, 3, 4}  # of what is in no plan the length of the area code is not known
    return any(is_emergency_number(national[area:], region) for area in areas if len(national) > area)


class DayCounts:
    """How many calls went out today: to each number, by each agent, in all.

    Args:
        zone: whose days they are.
    """

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._day = date.min
        self._numbers: Counter[str] = Counter()
        self._agents: Counter[str] = Counter()
        self._all = 0

    def add(self, number: str, agent: str, at: float) -> None:
        """Count a call that goes out.

        Args:
            number: with its country code (`DialledNumber.full`).
            agent: who dials or passes on, "" for nobody.
            at: Unix time; calls of days before today are not counted.
        """
        day = self._date(at)
        if day > self._day:
            self._day, self._all = day, 0
            self._numbers.clear()
            self._agents.clear()
        if day == self._day:
            self._all += 1
            self._numbers[number] += 1
            if agent:
                self._agents[agent] += 1

    def of(self, number: str, agent: str, at: float) -> tuple[int, int, int]:
        """Calls today to that number, by that agent, and in all."""
        if self._date(at) != self._day:
            return 0, 0, 0
        return self._numbers[number], self._agents[agent], self._all

    def _date(self, at: float) -> date:
        return datetime.fromtimestamp(at, self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What one version of a site lets out.

    Args:
        settings: its rules and limits.
        country: where its calls go out: as its numbers are read; "" for not known.
        zone: of its hours.
        trunk: through which they go out.
        counts: what went out already.
    """

    settings: OutboundSettings
    country: str
    zone: tzinfo
    trunk: str
    counts: DayCounts
    countries: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        wanted = self.settings.countries or ((self.country,) if self.country else ())
        object.__setattr__(self, "countries", tuple(wanted))

    @classmethod
    def of(cls, site: Site, counts: DayCounts) -> Permissions:
        """What a site lets out; its calls leave through the first trunk that has a host."""
        trunk = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)
        return cls(
            settings=site.settings.outbound,
            country=country_of(site),
            zone=site.timezone,
            trunk=trunk.name if trunk is not None else "",
            counts=counts,
        )

    def decide(self, who: str, way: Way, number: str, now: float) -> Allowed | Refused:
        """Whether a number may be dialled.

        Args:
            who: the agent who dials or passes on, or whose mobile it is; "" for nobody.
            way: how the call comes about.
            number: as it would be dialled.
            now: Unix time.
        """
        if way == "trunk":
            return Refused("not_published")
        if _DIALLABLE.fullmatch(number) is None:
            return Refused("not_a_number")
        dialled = read_number(number, self.country)
        if not _EMERGENCY.isdisjoint(dialled.kinds):
            return self._of_emergency(way, dialled)
        decision = self._by_rules(who, way, number, dialled, now)
        if isinstance(decision, Refused):
            return decision
        return self._by_limits(who, way, dialled, now) or decision

    def _of_emergency(self, way: Way, dialled: DialledNumber) -> Allowed | Refused:
        """People reach the emergency service, and machines never; what only looks like it is no number."""
        if way not in PEOPLE:
            return Refused("emergency_number")
        area = "emergency_area" in dialled.kinds and dialled.is_of(self.countries)
        return Allowed(always=True) if area or "emergency" in dialled.kinds else Refused("unknown_number")

    def _by_rules(
        self, who: str, way: Way, number: str, dialled: DialledNumber, now: float
    ) -> Allowed | Refused:
        clock = datetime.fromtimestamp(now, self.zone).time()
        later = False
        for index, rule in enumerate(self.settings.rules):
            if not self._fits(rule, who, way, number, dialled):
                continue
            if rule.hours is None or clock in rule.hours:
                if rule.action == "allow":
                    return Allowed(rule=index)
                return Refused("rule", lasting=rule.hours is None, rule=index)
            later = later or rule.action == "allow"
        refused = self._by_default(way, dialled)
        return Allowed() if refused is None else Refused(refused, lasting=not later)

    def _fits(self, rule: OutboundRule, who: str, way: Way, number: str, dialled: DialledNumber) -> bool:
        """Whether a rule is about a call, whatever the time."""
        types: Iterable[Kind] = rule.types or (_ORDINARY if rule.action == "allow" else dialled.kinds)
        return (
            not set(types).isdisjoint(dialled.kinds)
            and (not rule.ways or way in rule.ways)
            and (not rule.agents or who in rule.agents)
            and (not rule.trunks or self.trunk in rule.trunks)
            and self._begins(rule, number, dialled)
        )

    def _begins(self, rule: OutboundRule, number: str, dialled: DialledNumber) -> bool:
        """Whether a number begins as a rule says; only digits behind + open another country."""
        if any(prefix[0] == "+" and dialled.full.startswith(prefix) for prefix in rule.prefixes):
            return True
        begins = not rule.prefixes or number.startswith(tuple(p for p in rule.prefixes if p[0] != "+"))
        return begins and (rule.action == "refuse" or self._is_ours(dialled))

    def _is_ours(self, dialled: DialledNumber) -> bool:
        """Whether a number is of a country that may be called, or only means something where we are."""
        return dialled.parsed is None or dialled.is_of(self.countries)

    def _by_default(self, way: Way, dialled: DialledNumber) -> Reason | None:
        if not self.countries:
            return "no_country"
        kind = dialled.kinds[0]
        usual = kind in (_OF_PEOPLE if way in PEOPLE else _ORDINARY)
        if not self._is_ours(dialled) and kind != "premium_rate":
            return "country"
        return None if usual else _REASONS.get(kind, "number_type")

    def _by_limits(self, who: str, way: Way, dialled: DialledNumber, now: float) -> Refused | None:
        limits = self.settings.limits
        by_agent = who if way in PEOPLE else ""
        to_number, by_who, in_all = self.counts.of(dialled.full, by_agent, now)
        # A mobile, and what a number rings, stand in the site's files: nobody else has chosen them.
        chosen = way not in ("mobile", "number")
        if limits.number and chosen and to_number >= limits.number:
            return Refused("number_limit", lasting=False)
        if limits.agent and by_agent and by_who >= limits.agent:
            return Refused("agent_limit", lasting=False)
        if limits.day and in_all >= limits.day:
            return Refused("day_limit", lasting=False)
        return None


def country_of(site: Site) -> str:
    """Where a site's calls go out: its country, else what the trunk's own number shows, "" for not known."""
    if site.settings.country:
        return site.settings.country
    trunk = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)
    own = (trunk.from_number if trunk is not None else None) or ""
    if own.startswith("00"):
        own = "+" + own[2:]
    try:
        return region_code_for_number(parse(own, None)) or ""
    except NumberParseException:
        return ""


def may_ever_call_back(site: Site, number: str, now: float) -> bool:
    """Whether a site would call a number back at that time, whatever went out before."""
    permissions = Permissions.of(site, DayCounts(site.timezone))
    if not permissions.trunk or any(agent.number == number for agent in site.agents):
        return True
    decision = permissions.decide("", "callback", number, now)
    return isinstance(decision, Allowed) or not decision.lasting
