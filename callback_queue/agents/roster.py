"""The agents of one switch: what each of them does now, and why.

Every agent is a pure machine (`callback_queue.agents.agent`). What it is told comes from the journal's events
in the moment in which they happen: phones that register, legs that ring, are answered and end. So a state
follows the calls, whoever made them. Every few seconds all of it is compared with the calls that exist.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from callback_queue.acd.events import OfferOutcome
from callback_queue.agents.agent import AgentMachine
from callback_queue.agents.agent_events import (
    AgentEvent,
    CallOver,
    LogIn,
    LogOut,
    OfferFailed,
    OnCall,
    PhoneDown,
    PhoneUp,
    Ready,
    Released,
    Reserved,
    Ringing,
    TakeBreak,
)
from callback_queue.line.distribution import AgentView
from config import Agent, AgentSettings
from journal.event import CallEvent, Event
from telephony.call import events
from telephony.call.leg_lifetime import LegContext

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 5.0
_AGENT = "agent:"


class Offer(Protocol):
    """Somebody for whom an agent is reserved: a place in the line."""

    offered: set[str]

    @property
    def call(self) -> str: ...


@dataclass(slots=True)
class _Desk:
    """One agent with what is known of its phones and calls.

    Args:
        agent: its settings.
        machine: what it does.
        phones: contacts that can be reached.
        legs: its live legs by call, each with whether it was answered.
        speaking: the leg on which it speaks, and the wrap-up that follows, by call.
        offer: whom it is reserved for.
        leaving: it is no longer in the settings, and goes when its calls are over.
    """

    agent: Agent
    machine: AgentMachine
    phones: set[str] = field(default_factory=set)
    legs: dict[str, set[str]] = field(default_factory=dict)
    speaking: dict[str, tuple[str, float]] = field(default_factory=dict)
    offer: Offer | None = None
    leaving: bool = False
    timer: asyncio.TimerHandle | None = None


class AgentBoard:
    """All agents.

    Args:
        context: loop, journal and clock.
        phones_of: the contacts at which an agent can be reached now.
        is_live: whether a call exists.
    """

    def __init__(
        self,
        context: LegContext,
        phones_of: Callable[[str], Iterable[str]],
        is_live: Callable[[str], bool],
    ) -> None:
        self._context = context
        self._phones_of = phones_of
        self._is_live = is_live
        self._settings = AgentSettings()
        self._desks: dict[str, _Desk] = {}
        self._users: dict[str, str] = {}
        self._legs: dict[tuple[str, str], str] = {}  # live legs of agents: call and leg
        self._codes: frozenset[str] = frozenset()
        self._reconciling: asyncio.TimerHandle | None = None
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change of an agent."""
        self._hears: dict[type[Event], Callable[[Any], None]] = {
            events.PhoneRegistered: self._phone_changed,
            events.PhoneUnregistered: self._phone_changed,
            events.CallOffered: self._call_offered,
            events.LegDialled: self._leg_dialled,
            events.LegAnswered: self._leg_answered,
            events.LegEnded: self._leg_ended,
        }

    def use(self, agents: Iterable[Agent], settings: AgentSettings) -> None:
        """Know these agents from now on. Who is on a call finishes it, also when no longer known."""
        self._settings = settings
        codes = settings.feature_codes
        self._codes = frozenset(
            code for code in (codes.log_in, codes.log_out, codes.take_break, codes.ready) if code
        )
        known = {agent.number: agent for agent in agents}
        for number, agent in known.items():
            desk = self._desks.get(number)
            if desk is None:
                desk = _Desk(agent, AgentMachine(number, self._context.clock()))
                self._desks[number] = desk
            desk.agent, desk.leaving = agent, False
            desk.machine.use(login=settings.login, no_answer_limit=settings.no_answer_limit)
        self._users = {phone.user: agent.number for agent in known.values() for phone in agent.phones}
        for number in known:
            self._compare_phones(number)
        for number in self._desks.keys() - known.keys():
            self._desks[number].leaving = True
            self._tell(number, LogOut("no longer in agents.yaml"))
        self.on_change()

    def start(self) -> None:
        """Begin to compare what is known with the calls that exist."""
        self._reconciling = self._context.loop.call_later(RECONCILE_SECONDS, self._reconcile_again)

    def close(self) -> None:
        """End all timers."""
        if self._reconciling is not None:
            self._reconciling.cancel()
        for desk in self._desks.values():
            if desk.timer is not None:
                desk.timer.cancel()

    # --- looking ----------------------------------------------------------------------------------------

    def __contains__(self, agent: str) -> bool:
        return agent in self._desks

    def views(self) -> list[AgentView]:
        """All agents as the distribution sees them."""
        now = self._context.clock()
        return [desk.machine.view(now) for desk in self._desks.values()]

    def machine(self, agent: str) -> AgentMachine | None:
        """What an agent does; only to look at. None for nobody known."""
        desk = self._desks.get(agent)
        return desk.machine if desk is not None else None

    def is_in(self, agent: str) -> bool:
        """Whether an agent is logged in, on a break or not."""
        desk = self._desks.get(agent)
        return desk is not None and desk.machine.state != "offline"

    def on_mobile(self, agent: str) -> bool:
        """Whether an agent's calls go to the mobile."""
        desk = self._desks.get(agent)
        return desk is not None and desk.machine.on_mobile

    def snapshot(self) -> list[dict[str, Any]]:
        """Every agent, for people."""
        return [self.seen(number) for number in self._desks]

    def seen(self, agent: str) -> dict[str, Any]:
        """One agent, for people."""
        desk = self._desks[agent]
        machine = desk.machine
        return {
            "agent": agent,
            "name": desk.agent.name,
            "state": machine.state,
            "since": machine.since,
            "reason": machine.reason,
            "why": machine.why,
            "call": machine.call,
            "phones": len(desk.phones),
            "mobile": machine.on_mobile,
            "no_answers": machine.no_answers,
        }

    # --- what agents say ----------------------------------------------------------------------------------

    def log_in(self, agent: str, *, mobile: bool = False, why: str = "logged in") -> None:
        """The agent is there."""
        self._tell(agent, LogIn(mobile, why))

    def log_out(self, agent: str, *, why: str = "logged out") -> None:
        """The agent goes."""
        self._tell(agent, LogOut(why))

    def take_break(self, agent: str, reason: str = "", *, why: str = "took a break") -> None:
        """The agent takes a break."""
        self._tell(agent, TakeBreak(reason or "break", why))

    def ready(self, agent: str, *, why: str = "is ready") -> None:
        """The agent ends its break, or its wrap-up."""
        self._tell(agent, Ready(why))

    # --- what the floor says ------------------------------------------------------------------------------

    def reserve(self, agent: str, offer: Offer) -> None:
        """Keep a free agent for somebody."""
        self._desks[agent].offer = offer
        self._tell(agent, Reserved(offer.call))

    def offer_over(self, agent: str, offer: Offer, outcome: OfferOutcome) -> None:
        """An agent did not take whom it was reserved for."""
        desk = self._desks.get(agent)
        if desk is not None and desk.offer is offer:
            desk.offer = None
            self._tell(agent, OfferFailed(outcome, offer.call))

    def connected(self, agent: str, call: str, leg: str, wrap_up: float) -> None:
        """An agent speaks in a call of a queue, until its leg ends.

        Args:
            agent: who.
            call, leg: where.
            wrap_up: seconds that it has afterwards.
        """
        desk = self._desks.get(agent)
        if desk is None:
            return
        desk.offer = None
        desk.speaking[call] = (leg, wrap_up)
        self._tell(agent, OnCall(call))
        if leg not in desk.legs.get(call, ()):  # it ended in the same moment
            self._over(agent, desk, call)

    # --- what the journal says ----------------------------------------------------------------------------

    def heard(self, event: Event) -> None:
        """Take note of an event of the journal."""
        hears = self._hears.get(type(event))
        if hears is not None:
            hears(event)

    def _phone_changed(self, event: events.PhoneRegistered | events.PhoneUnregistered) -> None:
        number = self._users.get(event.user)
        if number is not None:
            self._compare_phones(number)

    def _compare_phones(self, number: str) -> None:
        """Tell the machine what changed. Not by the events alone: one contact may come and go at once."""
        desk, now = self._desks[number], set(self._phones_of(number))
        before, desk.phones = desk.phones, now
        for phone in now - before:
            self._tell(number, PhoneUp(phone))
        for phone in before - now:
            self._tell(number, PhoneDown(phone))

    def _call_offered(self, event: events.CallOffered) -> None:
        agent = event.source.removeprefix(_AGENT)
        is_code = any(event.called.startswith(code) for code in self._codes)
        if event.source.startswith(_AGENT) and agent in self._desks and not is_code:
            desk = self._add_leg(agent, event)
            desk.speaking[event.call] = (event.leg, 0.0)
            self._tell(agent, OnCall(event.call))

    def _leg_dialled(self, event: events.LegDialled) -> None:
        agent = event.target.removeprefix(_AGENT)
        if event.target.startswith(_AGENT) and agent in self._desks:
            self._add_leg(agent, event)
            self._tell(agent, Ringing(event.call))

    def _leg_answered(self, event: events.LegAnswered) -> None:
        agent = self._legs.get((event.call, event.leg))
        if agent is None:
            return
        desk = self._desks[agent]
        if desk.offer is None or desk.offer.call != event.call:  # else the floor says when it is taken
            desk.speaking.setdefault(event.call, (event.leg, 0.0))
            self._tell(agent, OnCall(event.call))

    def _leg_ended(self, event: events.LegEnded) -> None:
        agent = self._legs.pop((event.call, event.leg), None)
        if agent is None:
            return
        desk = self._desks[agent]
        legs = desk.legs[event.call]
        legs.discard(event.leg)
        if not legs:
            del desk.legs[event.call]
        speaking = desk.speaking.get(event.call)
        offered = desk.offer is not None and desk.offer.call == event.call
        rang_out = speaking is None and not legs and not offered
        if rang_out or (speaking is not None and speaking[0] == event.leg):
            self._over(agent, desk, event.call)

    def _add_leg(self, agent: str, event: CallEvent) -> _Desk:
        desk = self._desks[agent]
        desk.legs.setdefault(event.call, set()).add(event.leg)
        self._legs[event.call, event.leg] = agent
        return desk

    def _over(self, agent: str, desk: _Desk, call: str) -> None:
        _, wrap_up = desk.speaking.pop(call, ("", 0.0))
        self._tell(agent, CallOver(call, wrap_up))
        if desk.leaving and not desk.legs:
            self._forget(agent)

    # --- the machines -------------------------------------------------------------------------------------

    def _tell(self, agent: str, event: AgentEvent) -> None:
        desk = self._desks[agent]
        self._changed(desk, desk.machine.receive(event, self._context.clock()))

    def _changed(self, desk: _Desk, changes: Iterable[Event]) -> None:
        for change in changes:
            self._context.journal.append(change)
        if desk.timer is not None:
            desk.timer.cancel()
            desk.timer = None
        deadline = desk.machine.next_deadline()
        if deadline is not None:
            wait = max(0.0, deadline - self._context.clock())
            desk.timer = self._context.loop.call_later(wait, self._timer, desk)
        self.on_change()

    def _timer(self, desk: _Desk) -> None:
        desk.timer = None
        self._changed(desk, desk.machine.handle_timer(self._context.clock()))

    def _forget(self, agent: str) -> None:
        desk = self._desks.pop(agent)
        if desk.timer is not None:
            desk.timer.cancel()

    # --- what really is -----------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Take back what is not so: calls that do not exist, reservations for nobody.

        It finds nothing unless there is a mistake of ours; an agent that is stuck would be worse.
        """
        for (call, leg), agent in list(self._legs.items()):
            if not self._is_live(call):
                log.error("an agent's call does not exist", extra={"call": call})
                gone = events.LegEnded(
                    self._context.clock(),
                    call,
                    leg,
                    by="network",
                    status=None,
                    reason="does not exist",
                    quality={},
                )
                self._leg_ended(gone)
                self._tell(agent, Released(call, "the call does not exist any more"))
        for agent, desk in list(self._desks.items()):
            offer = desk.offer
            if offer is not None and agent not in offer.offered:
                log.error("an agent was reserved for nobody", extra={"call": offer.call})
                desk.offer = None
                self._tell(agent, Released(offer.call, "nobody waits for this agent any more"))
            if desk.leaving and not desk.legs and desk.offer is None:
                self._forget(agent)

    def _reconcile_again(self) -> None:
        try:
            self.reconcile()
        finally:
            self.start()
