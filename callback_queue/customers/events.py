"""The events of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from journal.event import CallEvent

Tier: TypeAlias = Literal["ordinary", "vip", "super_vip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerKnown(CallEvent):
    """Whose number calls: `customer` is the customer's id in the table."""

    customer: str
    tier: Tier
