"""Counts callbacks: requested, dialled, reached, closed, and how long that took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from callback_queue.callbacks.events import (
    GIVEN_UP,
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackRequested,
    CallbackStarted,
)
from cdr.figures.interval_tallies import IntervalTallies
from cdr.times import to_ms
from journal.event import Event


@dataclass(slots=True)
class _Callback:
    """One callback: its queue, when it was requested (None: before all that is known), how far it is."""

    queue: str
    requested: int | None
    dialled: bool = False
    reached: bool = False


class Callbacks:
    """Callbacks. `handlers` says what it wants to see."""

    def __init__(self, tallies: IntervalTallies) -> None:
        self._tallies = tallies
        self._open: dict[str, _Callback] = {}
        self.handlers: Mapping[type[Event], Callable[[Any], None]] = {
            CallbackRequested: self._requested,
            CallbackStarted: self._started,
            CallbackDialled: self._dialled,
            CallbackAttemptEnded: self._attempt_ended,
            CallbackClosed: self._closed,
        }

    def _requested(self, event: CallbackRequested) -> None:
        at = to_ms(event.at)
        self._open[event.callback] = _Callback(event.queue, at)
        tally = self._tallies.queue(event.queue, at)
        if tally is not None:
            tally.callbacks_requested += 1
            self._tallies.note(tally, "callbacks_requested", event.callback)

    def _started(self, event: CallbackStarted) -> None:
        self._open.setdefault(event.callback, _Callback(event.queue, None)).queue = event.queue

    def _dialled(self, event: CallbackDialled) -> None:
        callback = self._open.get(event.callback)
        if callback is None:
            return
        at = to_ms(event.at)
        first, callback.dialled = not callback.dialled, True
        tally = self._tallies.queue(callback.queue, at)
        if tally is None:
            return
        tally.callback_attempts += 1
        if first:
            tally.callbacks_attempted += 1
            self._tallies.note(tally, "callbacks_attempted", event.callback)
            if callback.requested is not None:
                tally.first_attempts_timed += 1
                tally.first_attempt_ms += at - callback.requested

    def _attempt_ended(self, event: CallbackAttemptEnded) -> None:
        callback = self._open.get(event.callback)
        if callback is None or event.outcome != "reached" or callback.reached:
            return
        callback.reached = True
        tally = self._tallies.queue(callback.queue, to_ms(event.at))
        if tally is not None:
            tally.callbacks_reached += 1
            self._tallies.note(tally, "callbacks_reached", event.callback)

    def _closed(self, event: CallbackClosed) -> None:
        callback = self._open.pop(event.callback, None)
        if callback is None:
            return
        at = to_ms(event.at)
        tally = self._tallies.queue(callback.queue, at)
        if tally is None:
            return
        name = "callbacks_closed_otherwise"
        if event.end == "completed":
            name = "callbacks_completed"
            tally.callbacks_completed += 1
            if callback.requested is not None:
                tally.resolutions_timed += 1
                tally.resolution_ms += at - callback.requested
        elif event.end in GIVEN_UP:
            name = "callbacks_expired"
            tally.callbacks_expired += 1
        else:
            tally.callbacks_closed_otherwise += 1
        self._tallies.note(tally, name, event.callback)
