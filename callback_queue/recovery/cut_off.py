"""Calls cut off by a crash: what their events say, and what has to be done for their callers. Pure.

Nobody is forgotten: a caller who was in a flow, a queue or a conversation gets a ticket with a callback
that keeps the place. Which calls were cut off is found by `cdr.recorder.event_log`; numbers and customers are
looked up by `callback_queue.consequences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from asr.intake.values import OpenTicket, Slot, Turn
from asr.listening.answer import Heard, HeardKind
from callback_queue.agents.events import AgentConnected, CallTransferred
from callback_queue.callbacks.events import CallbackDialled, CallbackRequested, CallbackStarted
from callback_queue.customers.events import CustomerKnown, Tier
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.opening import HEARD, Origin
from config.telephone_numbers import is_callable
from journal.event import CallEvent, Event
from telephony.call import events as call_events

_AGENT = "agent:"


@dataclass(slots=True)
class CallFacts:
    """What is known of one call.

    Args:
        call, leg: its id, and that of the customer's leg.
        caller, source: as in `CallOffered`; "" for a call that we began.
        ended: whether it ended.
        flow: whether a flow had it.
        language: what the caller speaks.
        callback: the attempt that the call was made for.
        entered: the last stay in a queue.
        abandoned: whether the caller hung up in it.
        connected: the last conversation with an agent.
        talked_until: when that was over, 0 while it lasts.
        ticket, requested: what was written down before.
    """

    call: str = ""
    leg: str = ""
    caller: str = ""
    source: str = ""
    began: float = 0.0
    ended: bool = False
    flow: bool = False
    language: str = ""
    customer: str = ""
    tier: Tier | None = None
    callback: CallbackStarted | None = None
    entered: QueueEntered | None = None
    abandoned: bool = False
    connected: AgentConnected | None = None
    talked_until: float = 0.0
    ticket: TicketOpened | None = None
    requested: bool = False
    recordings: list[str] = field(default_factory=list)
    history: list[Turn] = field(default_factory=list)
    heard: call_events.CallerHeard | None = None
    _question: str = ""
    _partner: set[str] = field(default_factory=set)
    _passed_on: bool = False

    @property
    def served(self) -> bool:
        """Whether the caller's conversation with an agent came to its end."""
        return self.connected is not None and self.talked_until > 0

    @property
    def talk_ms(self) -> int:
        """How long that conversation was."""
        if self.connected is None or not self.talked_until:
            return 0
        return round((self.talked_until - self.connected.at) * 1000)

    @property
    def arrival(self) -> float:
        """Since when the caller waits."""
        return self.entered.arrival if self.entered is not None else self.began

    @property
    def is_owed(self) -> bool:
        """Whether somebody has to be called back who is not on the list yet.

        Not for callers without a number, not for agents' own calls, not for calls that neither a flow nor a
        queue had, and not for calls that were a callback themselves: that one is tried again.
        """
        return (
            self.callback is None
            and (self.flow or self.entered is not None)
            and not self.served
            and not self.requested
            and not self.source.startswith(_AGENT)
            and is_callable(self.ticket.callback_number if self.ticket is not None else self.caller)
        )

    def take(self, event: Event) -> None:
        """Take one event of the call in."""
        if isinstance(event, CallEvent):
            self.call = self.call or event.call
        match event:
            case call_events.CallOffered():
                self.caller, self.source = event.caller, event.source
                self.leg, self.began = event.leg, event.at
            case call_events.FlowStarted():
                self.flow, self.language = True, event.language
            case call_events.CallEnded():
                self.ended = True
            case call_events.RecordingStarted() if event.file not in self.recordings:
                self.recordings.append(event.file)
            case call_events.PromptSaid():
                self.language, self._question = event.language, event.text
            case call_events.CallerHeard():
                self._hear(event)
            case CustomerKnown():
                self.customer, self.tier = event.customer, event.tier
            case TicketOpened():
                self.ticket = event
            case CallbackRequested():
                self.requested = True
            case CallbackStarted():
                self.callback, self.began = event, event.at
            case CallbackDialled() if self.callback is not None and event.number:
                self.callback = replace(self.callback, number=event.number)
            case QueueEntered():
                self.entered, self.abandoned = event, False
            case QueueLeft() if self.entered is not None and event.entry == self.entered.entry:
                self.abandoned = event.why == "abandoned"
            case _:
                self._talk(event)

    def _talk(self, event: Event) -> None:
        """Follow who speaks with whom."""
        match event:
            case AgentConnected():
                self.connected, self.talked_until, self._passed_on = event, 0.0, False
                self._partner = {event.leg, event.agent_leg}
            case call_events.CallBridged() if self.connected is not None:
                self._partner, self.talked_until = {event.leg, event.other}, 0.0
            case call_events.TransferRequested():
                self._passed_on = True
            case CallTransferred():
                self._passed_on = False
            case call_events.LegEnded() if event.leg in self._partner and not self._passed_on:
                self.talked_until = self.talked_until or event.at
            case _:
                pass

    def _hear(self, event: call_events.CallerHeard) -> None:
        answer = Heard(cast(HeardKind, event.kind), text=event.text, confidence=event.confidence)
        self.history.append(Turn(self._question, 1, answer, ""))
        if event.text and (self.heard is None or len(event.text) > len(self.heard.text)):
            self.heard = event


def facts(told: Sequence[Event]) -> CallFacts:
    """What the events of one call tell, in their order."""
    found = CallFacts()
    for event in told:
        found.take(event)
    return found


def ticket_of(call: CallFacts) -> OpenTicket:
    """What a caller who was cut off wanted, as far as it is known."""
    slots: list[Slot] = []
    if call.heard is not None:
        slots.append(Slot(HEARD, "", text=call.heard.text, confidence=call.heard.confidence))
    if len(call.recordings) > 1:
        slots.append(Slot("recording", "", audio=tuple(map(Path, call.recordings))))
    return OpenTicket(
        kind="abandoned" if call.abandoned else "cut_off",
        caller=call.caller,
        language=call.language or "en",
        queue=call.entered.queue if call.entered is not None else "",
        slots=tuple(slots),
        history=tuple(call.history),
        note=_note(call),
    )


def origin_of(call: CallFacts, at: float) -> Origin:
    """Where the ticket of a caller who was cut off comes from; `at` is when it is opened."""
    entered = call.entered
    return Origin(
        at=at,
        call=call.call,
        leg=call.leg,
        caller=call.caller,
        customer=call.customer,
        tier=call.tier or (entered.tier if entered is not None else None),
        arrival=call.arrival,
        priority=entered.priority if entered is not None else 0,
        recording=call.recordings[-1] if call.recordings else "",
    )


def left(entered: QueueEntered, at: float) -> QueueLeft:
    """The end of a stay in a queue that was cut off."""
    return QueueLeft(
        at,
        entered.call,
        entered.leg,
        queue=entered.queue,
        entry=entered.entry,
        kind=entered.kind,
        entered_at=entered.at,
        why="cut_off",
        wait_ms=max(0, round((at - entered.at) * 1000)),
        position=entered.position,
        original_position=entered.position,
    )


def ended(call: CallFacts, at: float) -> call_events.CallEnded:
    """The end of a call that was cut off."""
    return call_events.CallEnded(at, call.call, call.leg, by="crash", reason="cut off")


def _note(call: CallFacts) -> str:
    if call.connected is not None:
        return f"The conversation with agent {call.connected.agent} was cut off."
    if call.abandoned:
        return "The caller hung up while waiting."
    if call.entered is not None:
        return f"The caller waited in {call.entered.queue} and was cut off."
    return "The caller was cut off in the flow."
