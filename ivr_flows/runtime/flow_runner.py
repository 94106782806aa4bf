"""Carries a call through its flow, from the offer to the end.

The steps are run by `ivr_flows.runtime.engine`; what a call can say and hear is in `flow_call.py`. What a
flow wants done outside it (a queue, a phone to ring, a ticket) is data; the server carries it out.
"""

from __future__ import annotations

from typing import Protocol

from ivr_flows.runtime.engine import FlowRun
from ivr_flows.runtime.flow_call import FlowCall
from ivr_flows.steps.outcomes import Departure, Dial, HandOff, HangUp, OpenTicket, Result, Transfer
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg


class Departures(Protocol):
    """Does for one call what its flow wants done outside it."""

    async def carry_out(self, departure: Departure) -> Result:
        """Carry out a departure; raises `LegClosed` when the caller hangs up meanwhile."""

    async def call_ended(self, departure: Departure, end: LegClosed, unwritten: OpenTicket | None) -> None:
        """The call ended during a departure: write down what is owed to the caller.

        Args:
            departure: which.
            end: how the call ended.
            unwritten: what the flow still has to write down.
        """


async def run_flow(leg: CallLeg, run: FlowRun, conversation: FlowCall, departures: Departures) -> None:
    """Carry a call from its offer to its end.

    Args:
        leg: the caller's leg, not answered yet.
        run: the flow, not started yet.
        conversation: the call as the flow sees it.
        departures: carries out what leaves the flow.
    """
    departure = await run.start()
    while not isinstance(departure, HangUp):
        if isinstance(departure, HandOff | Dial | Transfer):
            conversation.end_recording()  # whether people are recorded is decided by their queue
            conversation.stop_listening()
        try:
            result = await departures.carry_out(departure)
        except LegClosed as end:
            await departures.call_ended(departure, end, run.abandoned())
            return
        departure = await run.resume(result)
    leg.hang_up(departure.reason)
