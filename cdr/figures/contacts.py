"""Counts what happens in calls: conversations with agents, transfers, and calls that never left the flow.

How long was talked and held is read from each call's timeline, the same as for its record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from callback_queue.agents.events import AgentConnected, CallTransferred
from callback_queue.callbacks.events import CallbackRequested, CallbackStarted
from callback_queue.line.events import QueueEntered
from callback_queue.tickets.events import TicketOpened
from cdr.calls.outcome import CUT_OFF
from cdr.calls.timeline import CHANGES, Timeline
from cdr.figures.interval_tallies import IntervalTallies
from cdr.figures.tallies import AgentTally, CallTally, QueueTally
from cdr.times import to_ms
from config.telephone_numbers import is_withheld
from journal.event import CallEvent, Event
from telephony.call.events import (
    CallEnded,
    CallOffered,
    CallRefused,
    FlowStarted,
    LegAnswered,
    LegDialled,
    LegEnded,
)


class _Call:
    """A call in progress."""

    __slots__ = (
        "agents",
        "answered",
        "callback",
        "dialled",
        "flow",
        "left_work",
        "number",
        "queued",
        "queues",
        "timeline",
    )

    def __init__(self, number: str, callback: bool) -> None:
        self.timeline = Timeline()
        self.number = number
        self.callback = callback
        self.agents: dict[str, tuple[str, str]] = {}  # agent and queue of each leg that talks
        self.queues: dict[str, str] = {}  # through which each agent got the call
        self.dialled: dict[str, str] = {}  # the agent of each live leg to one
        self.answered: set[str] = set()
        self.flow = self.queued = self.left_work = False


class _FlowOnly:
    """A call that ended in the flow, as long as a repeat of it may come."""

    __slots__ = ("ended", "left_work", "number", "repeated", "tally")

    def __init__(self, tally: CallTally, number: str, ended: int, left_work: bool) -> None:
        self.tally = tally
        self.number = number
        self.ended = ended
        self.left_work = left_work
        self.repeated = False


class Contacts:
    """Calls. `handlers` says what it wants to see."""

    def __init__(self, tallies: IntervalTallies) -> None:
        self._tallies = tallies
        self._calls: dict[str, _Call] = {}
        self._flow_only: dict[str, _FlowOnly] = {}
        self._of_number: dict[str, list[str]] = {}
        self._ended_order: deque[str] = deque()
        own: dict[type[Event], Callable[[Any], object]] = {
            CallOffered: self._offered,
            CallRefused: self._refused,
            CallbackStarted: self._callback_started,
            FlowStarted: self._flow_started,
            QueueEntered: self._queue_entered,
            LegDialled: self._dialled,
            LegAnswered: self._answered,
            AgentConnected: self._connected,
            CallTransferred: self._transferred,
            TicketOpened: self._left_work,
            CallbackRequested: self._left_work,
            LegEnded: self._leg_ended,
            CallEnded: self._ended,
        }
        self.handlers: Mapping[type[Event], Callable[[Any], object]] = {
            kind: own.get(kind, self._moved) for kind in {*own, *CHANGES}
        }

    def _moved(self, event: CallEvent) -> _Call | None:
        """Let the call's timeline go on."""
        call = self._calls.get(event.call)
        if call is not None:
            call.timeline.receive(event)
        return call

    # --- begin -------------------------------------------------------------------------------------------

    def _offered(self, event: CallOffered) -> None:
        at = to_ms(event.at)
        number = "" if is_withheld(event.caller) else event.caller
        if at < self._tallies.windows.end:
            self._calls[event.call] = _Call(number, False)
            self._moved(event)
        tally = self._tallies.calls(at)
        if tally is not None:
            tally.calls += 1
            self._tallies.note(tally, "calls", event.call)
        self._forget_before(at - self._tallies.rules.repeat_ms)
        for name in self._of_number.get(number, ()):
            self._repeat(name)

    def _refused(self, event: CallRefused) -> None:
        tally = self._tallies.calls(to_ms(event.at))
        if tally is not None:
            tally.refused += 1

    def _callback_started(self, event: CallbackStarted) -> None:
        self._calls[event.call] = _Call("", True)
        self._moved(event)
        tally = self._tallies.calls(to_ms(event.at))
        if tally is not None:
            tally.callbacks_made += 1
            self._tallies.note(tally, "callbacks_made", event.call)

    def _flow_started(self, event: FlowStarted) -> None:
        call = self._moved(event)
        if call is not None:
            call.flow = True

    def _queue_entered(self, event: QueueEntered) -> None:
        call = self._moved(event)
        if call is not None and event.kind == "live":
            call.queued = True

    # --- conversations -------------------------------------------------------------------------------------

    def _dialled(self, event: LegDialled) -> None:
        call = self._moved(event)
        kind, _, number = event.target.partition(":")
        if call is not None and kind == "agent":
            call.dialled[event.leg] = number

    def _answered(self, event: LegAnswered) -> None:
        call = self._moved(event)
        if call is not None:
            call.answered.add(event.leg)

    def _connected(self, event: AgentConnected) -> None:
        call = self._moved(event)
        if call is None:
            return
        call.agents[event.agent_leg] = (event.agent, event.queue)
        call.queues[event.agent] = event.queue
        if call.callback:
            tally = self._tallies.agent(event.agent, to_ms(event.at), event.queue)
            if tally is not None:
                tally.callbacks += 1
                self._tallies.note(tally, "callbacks", event.call)

    def _transferred(self, event: CallTransferred) -> None:
        call = self._moved(event)
        if event.status >= 300:
            return
        at = to_ms(event.at)
        queue = ""
        if call is not None:
            queue = call.queues.get(event.agent, "")
            if event.agent in call.queues and event.to_agent:
                self._taken_over(call, event.to_agent)
        internal = bool(event.to_agent or event.queue)
        for tally in (self._tallies.queue(queue, at), self._tallies.agent(event.agent, at, queue)):
            if tally is not None:
                tally.transfers_out_internal += internal
                tally.transfers_out_external += not internal
                self._tallies.note(tally, "transfers_out", event.call)
        for taken in (
            self._tallies.queue(event.queue, at),
            self._tallies.agent(event.to_agent, at, event.queue),
        ):
            if taken is not None:
                taken.transfers_in += 1
                self._tallies.note(taken, "transfers_in", event.call)

    def _taken_over(self, call: _Call, taker: str) -> None:
        """A call from a queue continues with another agent, who did not get it through a queue."""
        call.queues.setdefault(taker, "")
        for leg, agent in call.dialled.items():
            if agent == taker and leg in call.answered and leg not in call.agents:
                call.agents[leg] = (agent, "")

    def _leg_ended(self, event: LegEnded) -> None:
        call = self._moved(event)
        if call is not None:
            call.dialled.pop(event.leg, None)
            self._talk_over(event.call, call, event.leg, to_ms(event.at))

    def _talk_over(self, name: str, call: _Call, leg: str, at: int) -> None:
        agent, queue = call.agents.pop(leg, ("", ""))
        if not agent:
            return
        talk, hold, holds = call.timeline.talked(leg)
        tallies: tuple[QueueTally | AgentTally | None, ...] = (
            self._tallies.queue(queue, at),
            self._tallies.agent(agent, at, queue),
        )
        for tally in tallies:
            if tally is not None:
                tally.conversations += 1
                tally.talk_ms += talk
                tally.hold_ms += hold
                tally.held += holds > 0
                self._tallies.note(tally, "conversations", name)

    # --- end ---------------------------------------------------------------------------------------------

    def _ended(self, event: CallEnded) -> None:
        call = self._calls.pop(event.call, None)
        if call is None:
            return
        call.timeline.receive(event)
        at = to_ms(event.at)
        met = any(segment.kind in ("talk", "hold") for segment in call.timeline.segments)
        for leg in list(call.agents):
            self._talk_over(event.call, call, leg, at)
        if not call.flow or call.callback:
            return
        tally = self._tallies.calls(at)
        if tally is None:
            return
        tally.flow_calls += 1
        self._tallies.note(tally, "flow_calls", event.call)
        if not call.queued and not met and event.reason != CUT_OFF:
            tally.flow_only += 1
            tally.left_work += call.left_work
            self._tallies.note(tally, "flow_only", event.call)
            self._flow_only[event.call] = _FlowOnly(tally, call.number, at, call.left_work)
            self._ended_order.append(event.call)
            if call.number:
                self._of_number.setdefault(call.number, []).append(event.call)

    def _left_work(self, event: TicketOpened | CallbackRequested) -> None:
        call = self._moved(event)
        if call is not None:
            call.left_work = True
            return
        over = self._flow_only.get(event.call)  # concluded after the call's end
        if over is not None and not over.left_work:
            over.left_work = True
            over.tally.left_work += not over.repeated

    def _repeat(self, name: str) -> None:
        first = self._flow_only[name]
        if not first.repeated:
            first.repeated = True
            first.tally.repeated += 1
            first.tally.left_work -= first.left_work
            self._tallies.note(first.tally, "repeated", name)

    def _forget_before(self, at: int) -> None:
        """Drop calls that no repeat can come to any more."""
        while self._ended_order and self._flow_only[self._ended_order[0]].ended < at:
            name = self._ended_order.popleft()
            number = self._flow_only.pop(name).number
            names = self._of_number.get(number)
            if names is not None:
                names.remove(name)
                if not names:
                    del self._of_number[number]
