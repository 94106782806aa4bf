"""Carries a call through its flow, and carries out what leaves it: hand over, dial, transfer, write down.

The flow itself runs in `ivr_flows.engine`; what a call can say and hear is `flow_call.py`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config import Queue
from hotline.applications import House
from hotline.dialling import connect
from hotline.flow_call import FlowCall, Speech
from hotline.tickets import TicketBook
from ivr_flows.engine import FlowRun
from ivr_flows.flow_set import FlowSet
from ivr_flows.outcomes import (
    Callback,
    Departure,
    Dial,
    HandOff,
    HangUp,
    OpenTicket,
    Result,
    ResultWord,
    Transfer,
)
from telephony.call.errors import CallEnded
from telephony.call.forking import NobodyAnswered
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.net.rtp_ports import PortsExhausted

log = logging.getLogger(__name__)

# What the phones said, as a flow's result.
_WORDS: Mapping[int, ResultWord] = {
    486: "busy",
    600: "busy",
    480: "no_answer",
    603: "refused",
    403: "refused",
}


@dataclass(frozen=True, slots=True)
class FlowHouse:
    """What flows work with, of the version of the site that a call began on.

    Args:
        house: legs, prompts, music.
        flows: the set.
        speech: voices and recognisers.
        tickets: where tickets are written.
        queues: by name.
        targets: the phones of an agent's number, or a SIP address; empty when nobody is there.
        ring_seconds: how long to ring when the flow does not say.
    """

    house: House
    flows: FlowSet
    speech: Speech
    tickets: TicketBook
    queues: Mapping[str, Queue]
    targets: Callable[[str], list[Target]]
    ring_seconds: float


async def run_flow(
    leg: CallLeg, flow_house: FlowHouse, name: str, language: str | None, caller: Caller
) -> None:
    """Carry a call from its offer to its end.

    Args:
        leg: the caller's leg, not answered yet.
        flow_house: what flows work with.
        name: the flow.
        language: what the call begins in, None for the flow's first.
        caller: whom phones that are rung show.
    """
    context = flow_house.house.context
    conversation = FlowCall(leg, flow_house.speech, context, language or "en")
    run = FlowRun(flow_house.flows, name, conversation, language=language)
    runner = _Runner(leg, flow_house, caller)
    departure = await run.start()
    while not isinstance(departure, HangUp):
        try:
            result = await runner.carry_out(departure)
        except CallEnded:
            ticket = run.abandoned()
            if ticket is not None:
                await runner.write(ticket)
            return
        departure = await run.resume(result)
    leg.hang_up(departure.reason)


class _Runner:
    """Carries out the departures of one call."""

    def __init__(self, leg: CallLeg, flow_house: FlowHouse, caller: Caller) -> None:
        self._leg = leg
        self._house = flow_house
        self._caller = caller

    async def carry_out(self, departure: Departure) -> Result:
        """Do what the flow wants done outside it.

        Raises:
            CallEnded: the caller hung up meanwhile.
        """
        match departure:
            case OpenTicket() | Callback():
                return await self.write(departure)
            case Dial(targets, ring_seconds):
                return await self._ring(targets, ring_seconds, "no_answer")
            case HandOff():
                return await self._hand_off(departure)
            case Transfer(target):
                return await self._transfer(target)
            case _:
                raise AssertionError("a flow's end is not carried out")

    async def write(self, wanted: OpenTicket | Callback) -> Result:
        """Write a ticket; failing that, say so to the flow and keep what is known in the log's error."""
        try:
            number = await self._house.tickets.write(wanted, self._leg.call, self._leg.leg)
        except OSError as error:
            log.error("a ticket can't be written: %s", error, extra={"call": self._leg.call})
            return Result("failed")
        return Result("done", {"ticket": number})

    async def _hand_off(self, wanted: HandOff) -> Result:
        """Ring everybody who serves the queue together, until somebody answers or the wait is over."""
        queue = self._house.queues.get(wanted.queue)
        if queue is None:
            return Result("failed")
        return await self._ring(queue.members, wanted.max_wait, "timeout")

    async def _ring(self, names: Sequence[str], seconds: float | None, unanswered: ResultWord) -> Result:
        targets = [target for name in names for target in self._house.targets(name)]
        if not targets:
            return Result("no_agents" if unanswered == "timeout" else "no_answer")
        try:
            await connect(
                self._leg,
                self._house.house,
                targets,
                caller=self._caller,
                ring_seconds=seconds or self._house.ring_seconds,
                keep=True,
            )
        except PortsExhausted:
            return Result("failed")
        except NobodyAnswered as failure:
            word = _WORDS.get(failure.status, "failed")
            return Result(unanswered if word == "no_answer" else word)
        return Result("done")  # also when the caller hung up: somebody spoke with them

    async def _transfer(self, target: str) -> Result:
        known = self._house.targets(target)
        uri = str(known[0].uri) if known else target
        status = await self._leg.transfer(uri)
        if status < 300:
            self._leg.hang_up("transferred")
            return Result("done")
        return Result("failed")
