"""What goes into a ticket when it is opened."""

from __future__ import annotations

from callback_queue.customers.events import Tier
from callback_queue.tickets.opening import priority_of


def test_worse_matters_and_better_customers_go_first() -> None:
    tiers: tuple[Tier, ...] = ("ordinary", "vip", "super_vip")
    order = [priority_of(tier, severity) for severity in (4, 3, 2, 1) for tier in tiers]
    assert order == [0, 2, 4, 0, 2, 4, 5, 7, 9, 10, 12, 14]
