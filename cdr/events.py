"""Every kind of event that the journal can hold, by name, and the way from stored fields back to an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alarms import events as alarm_events
from callback_queue.acd import events as acd_events
from callback_queue.agents import events as agent_events
from callback_queue.callbacks import events as callback_events
from callback_queue.customers import events as customer_events
from callback_queue.database import number
from callback_queue.line import events as line_events
from callback_queue.recovery import events as switch_events
from callback_queue.tickets import events as ticket_events
from journal.codec import Decoder, event_classes
from journal.event import Event
from telephony.call import events as call_events

EVENTS: Mapping[str, type[Event]] = event_classes(
    call_events,
    switch_events,
    line_events,
    acd_events,
    agent_events,
    customer_events,
    ticket_events,
    callback_events,
    alarm_events,
)
"""Every event class by its name."""

_DECODER = Decoder(EVENTS)


def decode(kind: str, body: Mapping[str, Any]) -> Event | None:
    """The event of that kind with these fields; None when the kind is not known.

    Its time is one that calendars have. Further see `journal.codec.Decoder.decode`.
    """
    event = _DECODER.decode(kind, body)
    if event is None or number(event.at) == event.at:
        return event
    return replace(event, at=number(event.at))
