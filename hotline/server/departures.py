"""Carries out what a flow ends in: enqueue the caller, ring phones, transfer, open a ticket.

The flow itself is run by `ivr_flows.runtime.flow_runner`; what waiting in a queue is like is decided by
`callback_queue`. A number that leads straight into a queue goes the same way, without a flow.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from callback_queue.acd.queued_call import Abandoned, wait_in_queue
from callback_queue.acd.services import QueueServices
from callback_queue.prompts import TextKey as QueueText
from callback_queue.prompts import say_goodbye
from callback_queue.tickets.book import TicketBook
from config.telephone_numbers import is_callable
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.runtime.flow_call import FlowCall, Speech
from ivr_flows.runtime.flow_runner import run_flow
from ivr_flows.steps.outcomes import (
    Departure,
    Dial,
    HandOff,
    OpenTicket,
    Result,
    ResultWord,
    Transfer,
)
from telephony.applications.dial import connect
from telephony.applications.services import ApplicationServices
from telephony.call.errors import LegClosed, NotPermitted
from telephony.call.forking import NobodyAnswered
from telephony.call.leg import CallLeg
from telephony.call.refusals import Refusal, refusal_of
from telephony.call.switchboard import Caller, Target

log = logging.getLogger(__name__)

# Everything else that a phone says is a failure to a flow.
_RESULTS: Mapping[Refusal, ResultWord] = {"busy": "busy", "no_answer": "no_answer", "refused": "refused"}

# Results of a wait that a queue's rules ended.
_SENT_AWAY = frozenset({"timeout", "full", "no_agents"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowServices:
    """What flows work with, of the version of the site that a call began on.

    Args:
        calls: legs, prompts, music.
        flows: the set.
        speech: voices and recognisers.
        tickets: where tickets are written.
        queues: what queues work with.
        targets: the phones of an agent's number, a SIP address or a number outside, for a call; empty when
            nobody is there.
        may_call_back: whether a number may be called back.
        ring_seconds: how long to ring when the flow does not say.
    """

    calls: ApplicationServices
    flows: FlowSet
    speech: Speech
    tickets: TicketBook
    queues: QueueServices
    targets: Callable[[str, str], list[Target]]
    may_call_back: Callable[[str], bool]
    ring_seconds: float


async def serve_flow(
    leg: CallLeg, services: FlowServices, name: str, language: str | None, caller: Caller
) -> None:
    """Carry a call to a number that leads into a flow, from its offer to its end.

    Args:
        leg: the caller's leg, not answered yet.
        services: what flows work with.
        name: the flow.
        language: what the call begins in, None for the flow's first.
        caller: whom phones that are rung show.
    """
    conversation = FlowCall(leg, services.speech, services.calls.context, language or "en")
    run = FlowRun(services.flows, name, conversation, language=language)
    departures = CallDepartures(leg, services, caller, lambda: conversation.recording)
    await run_flow(leg, run, conversation, departures)


async def serve_queue(
    leg: CallLeg, services: FlowServices, queue: str, language: str, caller: Caller
) -> None:
    """Carry a call to a number that leads straight into a queue; arguments as for `serve_flow`."""
    departures = CallDepartures(leg, services, caller, lambda: "")
    wanted = HandOff(queue, language)
    try:
        result = await departures.carry_out(wanted)
    except LegClosed as end:
        await departures.call_ended(wanted, end, None)
        return
    if result.word in _SENT_AWAY:
        # No flow says what to do now, so nobody is sent away for nothing.
        await departures.call_back_later(wanted, "nobody_free")
    leg.hang_up("call over" if result.word == "done" else f"queue: {result.word}")


class CallDepartures:
    """Carries out the departures of one call (`ivr_flows.runtime.flow_runner.Departures`).

    Args:
        leg: the caller's.
        services: what flows work with.
        caller: whom phones that are rung show.
        recording: the conversation's recording so far, inside the recordings folder, "" for none.
    """

    def __init__(
        self, leg: CallLeg, services: FlowServices, caller: Caller, recording: Callable[[], str]
    ) -> None:
        self._leg = leg
        self._services = services
        self._caller = caller
        self._recording = recording
        self._number = leg.caller
        # Of the caller's last wait: a callback after it keeps the place.
        self._arrival = 0.0
        self._priority = 0
        self._queue = ""

    async def carry_out(self, departure: Departure) -> Result:
        """Do what the flow wants done outside it.

        Raises:
            LegClosed: the caller hung up meanwhile.
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
                raise AssertionError("a flow's departure failed")

    async def write(self, wanted: OpenTicket) -> Result:
        """Write a ticket; a disk that fails becomes the result "failed", and an error in the log."""
        leg = self._leg
        try:
            number = await self._services.tickets.write(
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

    async def call_ended(self, departure: Departure, end: LegClosed, unwritten: OpenTicket | None) -> None:
        """The call ended during a departure: write down what is owed to the caller.

        Args:
            departure: which.
            end: how the call ended.
            unwritten: what the flow still has to write down.
        """
        if isinstance(end, Abandoned) and isinstance(departure, HandOff):
            self._arrival, self._priority = end.arrival, departure.priority
            if unwritten is not None:
                missed = replace(unwritten, progress="hung_up", queue=unwritten.queue or end.queue)
            else:
                missed = OpenTicket(
                    kind="cut_off" if end.cut_off else "abandoned",
                    caller=self._number,
                    language=departure.language,
                    queue=end.queue,
                    slots=departure.slots,
                )
            await self.write(missed)
        elif unwritten is not None:
            await self.write(unwritten)

    async def _wait(self, wanted: HandOff) -> Result:
        """Put the caller into a queue."""
        waited = await wait_in_queue(self._leg, wanted, self._services.queues, self._caller)
        self._arrival, self._priority, self._queue = waited.arrival, wanted.priority, waited.queue
        # The queue's own exit key, of which the flow knows nothing.
        if waited.result.word == "key" and not wanted.exit_key:
            return await self.call_back_later(wanted, "called_back") or waited.result
        return waited.result

    async def call_back_later(self, wanted: HandOff, prompt: QueueText) -> Result | None:
        """Promise a caller who has waited to call back, the place kept, and hang up.

        Args:
            wanted: what they waited for.
            prompt: what they hear.

        Returns:
            None when there is no number to call, or nothing could be written: then nothing is promised.
        """
        if not is_callable(self._number) or not self._services.may_call_back(self._number):
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
        await say_goodbye(self._leg, self._services.queues.prompts, wanted.language, prompt)
        return result

    async def _ring(self, names: Sequence[str], seconds: float | None) -> Result:
        targets: list[Target] = []
        for name in names:
            try:
                targets += self._services.targets(name, self._leg.call)
            except NotPermitted:
                continue  # written down where it was refused; the others may be rung
        if not targets:
            return Result("no_answer")
        try:
            await connect(
                self._leg,
                self._services.calls,
                targets,
                caller=self._caller,
                ring_seconds=seconds or self._services.ring_seconds,
                keep=True,
            )
        except NobodyAnswered as failure:
            return Result(_RESULTS.get(refusal_of(failure.status), "failed"))
        return Result("done")  # also when the caller hung up: somebody spoke with them

    async def _transfer(self, target: str) -> Result:
        try:
            known = self._services.targets(target, self._leg.call)
        except NotPermitted:
            return Result("failed")
        uri = str(known[0].uri) if known else target
        status = await self._leg.transfer.refer(uri)
        if status < 300:
            self._leg.hang_up("transferred")
            return Result("done")
        return Result("failed")
