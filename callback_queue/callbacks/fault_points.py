"""The fault points of a callback that are seen from its events: phones that ring, answers, the key.

Those between an event and the disk are in the code itself (`attempt.py`, `customer.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from callback_queue.callbacks.attempt import Attempt
from journal.event import CallEvent
from journal.fault_points import fault_point
from telephony.call.events import CallBridged, CallUnbridged, LegAnswered, LegRinging, PlayStarted

_OF_A_PHONE: dict[type[CallEvent], str] = {LegRinging: "ringing", LegAnswered: "answered"}
_OF_THE_CALL: dict[type[CallEvent], str] = {CallBridged: "bridged", CallUnbridged: "hung_up"}


def pass_points(event: CallEvent, attempts: Iterable[Attempt]) -> None:
    """Pass the fault point that an event of an attempt stands for."""
    attempt = next((attempt for attempt in attempts if attempt.call == event.call), None)
    if attempt is None:
        return
    kind = type(event)
    if kind in _OF_A_PHONE:
        is_customer = any(leg.leg == event.leg for leg in attempt.customer.legs)
        fault_point(f"{'customer' if is_customer else 'agent'}_{_OF_A_PHONE[kind]}")
    elif kind in _OF_THE_CALL:
        fault_point(_OF_THE_CALL[kind])
    elif isinstance(event, PlayStarted):
        fault_point("summary")
