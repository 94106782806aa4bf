"""What goes into a ticket when it is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from asr.intake.values import OpenTicket, Slot
from callback_queue.customers.events import Tier
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.opening import OpeningRules, Origin, line_priority, open_ticket, priority_of
from callback_queue.tickets.sla import SlaRules
from config import TicketSettings


def test_worse_matters_and_better_customers_go_first() -> None:
    tiers: tuple[Tier, ...] = ("ordinary", "vip", "super_vip")
    order = [priority_of(tier, severity) for severity in (4, 3, 2, 1) for tier in tiers]
    assert order == [0, 2, 4, 0, 2, 4, 5, 7, 9, 10, 12, 14]


@pytest.mark.parametrize("tier", ["ordinary", "vip", "super_vip"])
def test_a_callback_has_its_tiers_head_start_once_as_a_caller_on_the_line_has(tier: Tier) -> None:
    origin = Origin(at=1.0, call="c", leg="c-a", tier=tier, priority=3)
    rules = OpeningRules(SlaRules.of(TicketSettings(), UTC), "support")
    wanted = OpenTicket(kind="abandoned", caller="+4930123456")
    assert line_priority(open_ticket(wanted, "100001", origin, None, rules)) == 3


def _opened(wanted: OpenTicket) -> TicketOpened:
    categories = [{"name": "network", "severity": 2}, {"name": "printing", "words": {"en": ["printer"]}}]
    settings = TicketSettings.model_validate({"categories": categories})
    rules = OpeningRules(SlaRules.of(settings, UTC), "support")
    return open_ticket(wanted, "100001", Origin(at=1.0, call="c", leg="c-a"), None, rules)


def test_what_the_flow_says_of_a_ticket_goes_before_what_its_words_say() -> None:
    problem = Slot("problem", "my printer is offline", "my printer is offline")
    by_words = _opened(OpenTicket(kind="problem", slots=(problem,)))
    assert (by_words.category, by_words.severity) == ("printing", 3)
    assert by_words.title == "My printer is offline"
    filed = OpenTicket(
        kind="problem", slots=(problem,), title="P50: offline", category="network", queue="net"
    )
    opened = _opened(filed)
    assert (opened.title, opened.category, opened.severity, opened.queue) == (
        "P50: offline",
        "network",
        2,
        "net",
    )
    assert _opened(replace(filed, severity=1)).severity == 1


@pytest.mark.parametrize(("wanted", "filed"), [(None, "+4930123456"), ("", ""), ("+4930999", "+4930999")])
def test_an_own_number_that_was_denied_stays_beside_and_is_not_called(wanted: str | None, filed: str) -> None:
    ticket = _opened(OpenTicket(kind="problem", caller="+4930123456", callback_number=wanted))
    assert (ticket.caller, ticket.callback_number) == ("+4930123456", filed)
