"""Calling people back, and who goes first in the line (`callbacks:`, `distribution:` in hotline.yaml)."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from config.kinds import one_of, whole
from config.models.base import Table
from config.models.numbers import Key
from config.models.queues import CallbackMode
from config.time_kinds import DailyHours, HoursOfDay, lasting

Tier: TypeAlias = Literal["ordinary", "vip", "super_vip"]
TierName = Annotated[Tier, one_of("ordinary", "vip", "super_vip")]


class HeadStarts(Table):
    """How much earlier than they came VIPs count as having come."""

    vip: Annotated[float, lasting(0, 86400)] = Field(default=300.0, description="Seconds for VIPs.")
    super_vip: Annotated[float, lasting(0, 86400)] = Field(
        default=1800.0, description="Seconds for super VIPs."
    )


class DistributionSettings(Table):
    """Who goes first in the line."""

    head_start: HeadStarts = Field(
        default_factory=HeadStarts,
        description="VIPs go before everyone who arrived less than this much earlier, and nobody else.",
    )
    priority_step: Annotated[float, lasting(0, 86400)] = Field(
        default=60.0, description="Seconds of head start for each step of priority that a flow gives."
    )


class RetryDelays(Table):
    """When to try again, by what became of the last attempt."""

    busy: Annotated[float, lasting(1, 604800)] = Field(default=300.0, description="The line was busy.")
    no_answer: Annotated[float, lasting(1, 604800)] = Field(default=1800.0, description="Nobody answered.")
    refused: Annotated[float, lasting(1, 604800)] = Field(
        default=3600.0, description="The call was declined."
    )
    failed: Annotated[float, lasting(1, 604800)] = Field(
        default=120.0, description="The call could not be put through."
    )
    no_agent: Annotated[float, lasting(1, 604800)] = Field(
        default=30.0, description="No agent took it: the customer was not dialled, no attempt is counted."
    )
    cut_off: Annotated[float, lasting(1, 604800)] = Field(
        default=30.0, description="The server crashed or stopped, or the call was hung up on our side."
    )


class CallbackSettings(Table):
    """Calling people back."""

    mode: CallbackMode = Field(
        default="agent-first",
        description="agent-first: an agent hears the summary and takes the call, then the customer is "
        "dialled. customer-first: the other way round.",
    )
    attempts: Annotated[int, whole(1, 100)] = Field(
        default=3, description="How often a customer is dialled before the callback is closed."
    )
    delays: RetryDelays = Field(
        default_factory=RetryDelays, description="Seconds until the next attempt, by outcome."
    )
    crashes: Annotated[int, whole(1, 100)] = Field(
        default=3,
        description="A callback is closed when the server has crashed this many times in a row while it was "
        "being made; its ticket stays open.",
    )
    quiet: HoursOfDay | None = Field(
        default=DailyHours(time(21), time(8)),
        description="Nobody is dialled in these hours of the customer's own time zone; null: none.",
    )
    expires_after: Annotated[float, lasting(60, 31536000)] = Field(
        default=172800.0, description="A callback expires this long after it was requested."
    )
    lease_seconds: Annotated[float, lasting(10, 3600)] = Field(
        default=60.0,
        description="A server that does not renew its lease of a callback for this long loses it.",
    )
    ring_seconds: Annotated[float, lasting(5, 300)] = Field(
        default=45.0, description="Seconds a customer's phone rings."
    )
    wrong_number_key: Key = Field(
        default="9",
        description='The key that an agent presses to mark the number as wrong; "" for none.',
    )
