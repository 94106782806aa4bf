"""What a crashed switch leaves unfinished, as a value: found by `cdr`, handled here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callback_queue.line.events import QueueEntered
from journal.event import Event


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a switch had in progress when it crashed.

    Args:
        calls: the events of each call that did not end, in order; the calls in the order of their beginning.
            Also those whose callers hung up in a queue in the last moments, if nobody wrote a ticket.
        entries: stays in queues that did not end, of those calls and of no call.
    """

    calls: Sequence[Sequence[Event]] = ()
    entries: Sequence[QueueEntered] = ()
