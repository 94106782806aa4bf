"""Carries a call through its flow, and carries out what leaves it: hand over, dial, transfer, write down.

The flow itself runs in `ivr_flows.runtime.engine`; what a call can say and hear is `flow_call.py`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from callback_queue.acd.queued_call import GaveUp, wait_in_queue
from callback_queue.acd.services import FloorHouse
from callback_queue.acd.speaking import say_goodbye
from callback_queue.customers.numbers import is_callable
from callback_queue.prompts import TextKey as QueueText
from callback_queue.tickets.book import TicketBook
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.runtime.flow_call import FlowCall, Speech
from ivr_flows.runtime.outcomes import (
    Departure,
    Dial,
    HandOff,
    HangUp,
    OpenTicket,
    Result,
    ResultWord,
    Transfer,
)
from telephony.applications.dial import connect
from telephony.applications.play import House
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

# How a queue's rules end a wait.
_SENT_AWAY = frozenset({"timeout", "full", "no_agents"})


@dataclass(frozen=True, slots=True)
class FlowHouse:
    """What flows work with, of the version of the site that a call began on.

    Args:
        house: legs, prompts, music.
        flows: the set.
        speech: voices and recognisers.
        tickets: where tickets are written.
        floor: the queue floor.
        targets: the phones of an agent's number, or a SIP address; empty when nobody is there.
        ring_seconds: how long to ring when the flow does not say.
    """

    house: House
    flows: FlowSet
    speech: Speech
    tickets: TicketBook
    floor: FloorHouse
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
    runner = _Runner(leg, flow_house, caller, lambda: conversation.recording)
    departure = await run.start()
    while not isinstance(departure, HangUp):
        if isinstance(departure, HandOff | Dial | Transfer):
            conversation.end_recording()  # whether people are recorded is their queue's decision
        try:
            result = await runner.carry_out(departure)
        except CallEnded as over:
            await runner.left(departure, over, run.abandoned())
            return
        departure = await run.resume(result)
    leg.hang_up(departure.reason)


async def queue_up(leg: CallLeg, flow_house: FlowHouse, queue: str, language: str, caller: Caller) -> None:
    """Carry a call to a number that leads straight into a queue; arguments as for `run_flow`."""
    runner = _Runner(leg, flow_house, caller, lambda: "")
    wanted = HandOff(queue, language)
    try:
        result = await runner.carry_out(wanted)
    except CallEnded as over:
        await runner.left(wanted, over, None)
        return
    if result.word in _SENT_AWAY:
        # No flow says what to do now, so nobody is sent away for nothing.
        await runner.call_back_later(wanted, "nobody_free")
    leg.hang_up("call over" if result.word == "done" else f"queue: {result.word}")


class _Runner:
    """Carries out the departures of one call.

    Args:
        leg: the caller's.
        flow_house: what flows work with.
        caller: whom phones that are rung show.
        recording: the conversation's recording so far, inside the recordings folder, "" for none.
    """

    def __init__(
        self, leg: CallLeg, flow_house: FlowHouse, caller: Caller, recording: Callable[[], str]
    ) -> None:
        self._leg = leg
        self._house = flow_house
        self._caller = caller
        self._recording = recording
        self._number = "" if leg.caller.lower() == "anonymous" else leg.caller
        # Of the caller's last wait: whoever is called back after it keeps the place.
        self._arrival = 0.0
        self._priority = 0
        self._queue = ""

    async def carry_out(self, departure: Departure) -> Result:
        """Do what the flow wants done outside it.

        Raises:
            CallEnded: the caller hung up meanwhile.
        """
        match departure:
            case OpenTicket():
                return await self.write(departure)
            case Dial(targets, ring_seconds):
                return await self._ring(targets, ring_seconds)
            case HandOff():
                return await self._wait(departure)
            case Transfer(target):
                return await self._transfer(target)
            case _:
                raise AssertionError("a flow's end is not carried out")

    async def write(self, wanted: OpenTicket) -> Result:
        """Write a ticket; failing that, say so to the flow and keep what is known in the log's error."""
        leg = self._leg
        try:
            number = await self._house.tickets.write(
                wanted,
                leg.call,
                leg.leg,
                caller=self._number,
                arrival=self._arrival,
                priority=self._priority,
                recording=self._recording(),
            )
        except OSError as error:
            log.error("a ticket can't be written: %s", error)
            return Result("failed")
        return Result("done", {"ticket": number})

    async def left(self, departure: Departure, over: CallEnded, so_far: OpenTicket | None) -> None:
        """The call ended while a departure was carried out: write down what is owed to the caller.

        Args:
            departure: which.
            over: how the call ended.
            so_far: what the flow still has to write down.
        """
        if isinstance(over, GaveUp) and isinstance(departure, HandOff):
            self._arrival, self._priority = over.arrival, departure.priority
            if so_far is not None:
                missed = replace(so_far, progress="hung_up", queue=so_far.queue or over.queue)
            else:
                missed = OpenTicket(
                    kind="cut_off" if over.cut_off else "abandoned",
                    caller=self._number,
                    language=departure.language,
                    queue=over.queue,
                    slots=departure.slots,
                )
            await self.write(missed)
        elif so_far is not None:
            await self.write(so_far)

    async def _wait(self, wanted: HandOff) -> Result:
        """Put the caller into a queue."""
        house, leg = self._house, self._leg
        waited = await wait_in_queue(leg, wanted, house.floor, self._caller)
        self._arrival, self._priority, self._queue = waited.arrival, wanted.priority, waited.queue
        # The queue's own key, of which the flow knows nothing.
        if waited.result.word == "key" and not wanted.exit_key:
            return await self.call_back_later(wanted, "called_back") or waited.result
        return waited.result

    async def call_back_later(self, wanted: HandOff, told: QueueText) -> Result | None:
        """Promise a caller who has waited to call back, the place kept, and hang up.

        Args:
            wanted: what they waited for.
            told: what they hear.

        Returns:
            None when there is no number to call, or nothing could be written: then nothing is promised.
        """
        if not is_callable(self._number):
            return None
        ticket = wanted.so_far or OpenTicket(
            kind="callback",
            caller=self._number,
            language=wanted.language,
            slots=wanted.slots,
            callback_number=self._number,
        )
        result = await self.write(replace(ticket, queue=ticket.queue or self._queue))
        if result.word != "done":
            return None
        await say_goodbye(self._leg, self._house.floor.sayings, wanted.language, told)
        return result

    async def _ring(self, names: Sequence[str], seconds: float | None) -> Result:
        targets = [target for name in names for target in self._house.targets(name)]
        if not targets:
            return Result("no_answer")
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
            return Result(_WORDS.get(failure.status, "failed"))
        return Result("done")  # also when the caller hung up: somebody spoke with them

    async def _transfer(self, target: str) -> Result:
        known = self._house.targets(target)
        uri = str(known[0].uri) if known else target
        status = await self._leg.transfer.refer(uri)
        if status < 300:
            self._leg.hang_up("transferred")
            return Result("done")
        return Result("failed")
