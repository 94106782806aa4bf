"""Call records of any events in any order: they fold, segments cover the call, a rebuild says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import orjson
from hypothesis import given
from hypothesis import strategies as st

from callback_queue.agents.events import AgentStateChanged
from cdr.calls.record_builder import CallRules, RecordBuilder
from cdr.calls.rows import row_of_events, to_row
from cdr.events import EVENTS, decode
from cdr.figures.counter import FigureCounter
from cdr.figures.interval_tallies import FigureRules
from cdr.figures.windows import Windows
from journal.codec import encode
from journal.event import CallEvent, Event
from telephony.call.events import CallEnded
from tests.unit.cdr.day import Day

RULES = CallRules()
CALL = "c1"
# Few names, so that events are often about the same leg, entry or agent.
_WORDS = st.sampled_from(["l1", "l2", "l3", "1001", "agent:1001", "trunk:t", "sales", "", "|%_"])
_NUMBERS = st.integers(0, 100_000)
_TIMES = st.integers(0, 10_000_000).map(lambda ms: ms / 1000)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an event's field."""
    if hint is str:
        return _WORDS
    if hint is float:
        return _TIMES
    if hint is bool:
        return st.booleans()
    if hint is int:
        return _NUMBERS
    choices = get_args(hint)
    if type(None) in choices:
        return st.none() | _NUMBERS
    if choices and all(isinstance(choice, str) for choice in choices):
        return st.sampled_from(choices)
    return st.just([]) if "list" in str(hint) else st.just({})


@st.composite
def _event(draw: st.DrawFn, kind: type[Event]) -> Event:
    hints = get_type_hints(kind)
    values = {field.name: draw(_values(hints[field.name])) for field in fields(kind)}
    if issubclass(kind, CallEvent | AgentStateChanged):
        values["call"] = CALL
    return kind(**values)


_KINDS = [kind for kind in EVENTS.values() if issubclass(kind, CallEvent | AgentStateChanged)]
_EVENTS = st.lists(st.sampled_from(_KINDS).flatmap(_event), max_size=40)


@given(_EVENTS)
def test_any_events_in_any_order_fold_and_their_segments_cover_the_call(events: Sequence[Event]) -> None:
    fold = RecordBuilder(CALL, RULES)
    for event in events:
        fold.receive(event)
        record = fold.record()
        for one, following in pairwise(record.segments):
            assert one.end == following.start
        assert all(one.start <= one.end for one in record.segments)
        if record.segments:
            assert record.segments[0].start == record.started
        if record.segments and record.ended is not None:
            assert record.segments[-1].end == record.ended
        assert min(record.ring_ms, record.talk_ms, record.hold_ms, record.wait_ms, record.wrap_up_ms) >= 0
        assert "•" * len(record.digits) == record.digits


@given(_EVENTS)
def test_a_row_is_the_same_after_the_events_went_through_json(events: Sequence[Event]) -> None:
    stored = [decode(type(event).__name__, orjson.loads(orjson.dumps(encode(event)))) for event in events]
    again = [event for event in stored if event is not None]
    made = row_of_events(CALL, [*events, CallEnded(1.0, CALL, "", by="local", reason="")], RULES)
    assert made == row_of_events(CALL, [*again, CallEnded(1.0, CALL, "", by="local", reason="")], RULES)
    assert made is not None
    assert orjson.loads(orjson.dumps(made)) == made


@given(_EVENTS)
def test_any_events_in_any_order_can_be_counted(events: Sequence[Event]) -> None:
    fold = FigureCounter(Windows([1_000_000, 3_000_000, 9_000_000]), FigureRules())
    for event in events:
        fold.receive(event)
    fold.finish(8000.0)
    for row in (*fold.queue_totals(), *fold.agent_totals(), fold.all_calls()):
        assert all(value is None or value == value for value in row.figures.values())


def test_any_prefix_of_every_call_of_a_day_folds() -> None:
    folds: dict[str, RecordBuilder] = {}
    for event in Day(7, calls=60).events:
        call = getattr(event, "call", "")
        if call:
            fold = folds.setdefault(call, RecordBuilder(call, RULES))
            fold.receive(event)
            assert to_row(fold.record())["call"] == call
    assert all(fold.is_over for fold in folds.values())
