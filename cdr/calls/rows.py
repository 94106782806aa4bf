"""Call detail records as rows of `cdr.tables.CallRow`, and which of a call's events shape its row. Pure.

One function makes the row both when an event comes in and when everything is built anew: so the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from callback_queue.callbacks.events import CallbackStarted
from callback_queue.database import number, whole
from cdr.calls.record import CallRecord
from cdr.calls.record_builder import CallRules, RecordBuilder
from journal.event import Event
from telephony.call.events import CallEnded, CallOffered

STARTS: tuple[type[Event], ...] = (CallOffered, CallbackStarted)
"""The events with which a call begins."""

_BODY = (
    "queues",
    "agents",
    "digits",
    "survey_offered",
    "legs",
    "segments",
    "steps",
    "stays",
    "offers",
    "contacts",
    "transfers",
    "recordings",
    "tickets",
    "callbacks",
)
_COLUMNS = (
    *("call", "direction", "outcome", "source", "caller", "dialled", "called", "number", "customer", "tier"),
    *("language", "started", "answered", "ended", "last_at", "ring_ms", "wait_ms", "talk_ms", "hold_ms"),
    *("wrap_up_ms", "ended_by", "reason", "flow", "ticket", "callback", "attempt", "score", "scale"),
)


def row_of_events(call: str, events: Sequence[Event], rules: CallRules) -> dict[str, Any] | None:
    """The row of a call with these events, in order; None for something that is no call.

    While a call is in progress its row says so, and how it began; the rest is filled in when it has ended.
    """
    if not any(isinstance(event, CallEnded) for event in events):
        events = [event for event in events if isinstance(event, STARTS)][:1]
    if not events:
        return None
    builder = RecordBuilder(call, rules)
    for event in events:
        builder.receive(event)
    return to_row(builder.record())


def to_row(record: CallRecord) -> dict[str, Any]:
    """A record as a row, as it comes back from the database: lists for tuples, nothing that JSON lacks."""
    row = {name: _fitting(getattr(record, name)) for name in _COLUMNS}
    row["queue"] = _plain(record.queues[0]) if record.queues else ""
    row["agent"] = _plain(record.agents[0]) if record.agents else ""
    row["queues"] = _plain(between_bars(record.queues))
    row["agents"] = _plain(between_bars(record.agents))
    row["recordings"] = len(record.recordings)
    # A dataclass inside a tuple becomes a dict.
    values = asdict(record)
    row["body"] = {name: _plain(values[name]) for name in _BODY}
    if record.original_called:  # most calls have none, and the rows of former versions nothing of it
        row["body"]["original_called"] = _plain(record.original_called)
    return row


def between_bars(names: Iterable[str]) -> str:
    """Several names in one text, to be found by `LIKE '%|name|%'`; "" for none."""
    text = "|".join(names)
    return f"|{text}|" if text else ""


def _fitting(value: Any) -> Any:
    """A value that a column takes: times are those of a calendar, whole numbers have 32 bits."""
    if isinstance(value, int):
        return whole(value)
    return number(value) if isinstance(value, float) else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # What peers send may hold what databases refuse: zero bytes, and bytes that are not UTF-8.
        return value.replace("\0", "").encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value
