"""The roster: the agents of one switch, with state and reason.

Every agent is a pure machine (`callback_queue.agents.agent`). What happens to agents is read from the journal
as it is written, and from nowhere else: phones that register, legs that ring, are answered and end, offers
that begin and end. What is wanted of an agent (a log-in, a break, a reservation) comes as a command. Every
few seconds all of it is compared with the calls that exist.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from callback_queue.agents.agent import (
    AgentCommand,
    AgentEvent,
    AgentMachine,
    AgentView,
    CallOver,
    KeptPresence,
    LogIn,
    LogOut,
    OfferFailed,
    OnCall,
    PhoneDown,
    PhoneUp,
    Ready,
    Released,
    Reserved,
    Restored,
    Ringing,
    TakeBreak,
)
from callback_queue.agents.events import AgentOffered, AgentOfferEnded, CallTransferred
from callback_queue.agents.feature_codes import read_code
from config import Agent, AgentSettings, Site
from journal.event import CallEvent, Event
from telephony.call import events
from telephony.call.leg_lifetime import LegContext

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 5.0
ACTIONS = ("log_in", "log_out", "break", "ready")
"""What can be done to an agent over the control socket."""
_AGENT = "agent:"


@dataclass(slots=True, kw_only=True)
class _Member:
    """One agent with what the journal says of its phones and calls.

    Args:
        settings: from agents.yaml.
        machine: what the agent is doing.
        phones: contacts that can be reached.
        legs: the agent's live legs, by call.
        offers: the calls that the agent is offered now: whether an answer counts is said by the offer's end.
        wrap_up: seconds of wrap-up after calls from a queue, by call.
        leaving: no longer in agents.yaml; forgotten when the calls are over.
        timer: of the machine.
    """

    settings: Agent
    machine: AgentMachine
    phones: set[str] = field(default_factory=set)
    legs: dict[str, set[str]] = field(default_factory=dict)
    offers: set[str] = field(default_factory=set)
    wrap_up: dict[str, float] = field(default_factory=dict)
    leaving: bool = False
    timer: asyncio.TimerHandle | None = None


class AgentRoster:
    """All agents.

    Args:
        context: loop, journal and clock; the journal's events are to be given to `heard`.
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
        self._members: dict[str, _Member] = {}
        self._by_user: dict[str, str] = {}
        self._by_leg: dict[tuple[str, str], _Member] = {}
        self._wrap_up: dict[str, float] = {}  # by queue
        self._from_queues: dict[str, float] = {}  # calls that an agent took from a queue, with its wrap-up
        self._reconciling: asyncio.TimerHandle | None = None
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change of an agent."""
        self.on_presence: Callable[[str, bool], None] = lambda agent, by_command: None
        """Called with an agent's number after each change, and whether a command brought it about."""
        self.is_offered: Callable[[str], bool] = lambda agent: False
        """Whether an agent is reserved for a place in the line, or is being rung for it."""
        self._hears: dict[type[Event], Callable[[Any], None]] = {
            events.PhoneRegistered: self._phone_changed,
            events.PhoneUnregistered: self._phone_changed,
            events.CallOffered: self._call_offered,
            events.LegDialled: self._leg_dialled,
            events.LegAnswered: self._leg_answered,
            events.LegEnded: self._leg_ended,
            AgentOffered: self._offered,
            AgentOfferEnded: self._offer_ended,
            CallTransferred: self._transferred,
            events.CallEnded: self._call_ended,
        }

    def use(self, site: Site) -> None:
        """Take the agents and queues of this version of the site.

        An agent who is no longer in it finishes the call first.
        """
        self._settings = settings = site.settings.agents
        self._wrap_up |= {queue.name: queue.wrap_up for queue in site.queues}
        known = {agent.number: agent for agent in site.agents}
        for number, agent in known.items():
            member = self._members.get(number)
            if member is None:
                member = _Member(settings=agent, machine=AgentMachine(number, self._context.clock()))
                self._members[number] = member
            elif _phones_gone(member.settings, agent):
                # Whoever knows the old password is out; the phones that may stay come up again below.
                self._receive(member, LogOut("a phone was removed or has another password"))
                member.machine.rejoin()
                member.phones = set()
            elif member.leaving:  # back before the last call was over: as an agent who is new
                member.machine.rejoin()
                member.phones = set()
            member.settings, member.leaving = agent, False
            member.machine.use(login=settings.login, no_answer_limit=settings.no_answer_limit)
        self._by_user = {phone.user: agent.number for agent in known.values() for phone in agent.phones}
        for number in known:
            self._compare_phones(self._members[number])
        for number in self._members.keys() - known.keys():
            member = self._members[number]
            member.leaving = True
            self._receive(member, LogOut("no longer in agents.yaml"))
        self.on_change()

    def start(self) -> None:
        """Begin to compare what is known with the calls that exist."""
        self._reconciling = self._context.loop.call_later(RECONCILE_SECONDS, self._reconcile_again)

    def close(self) -> None:
        """End all timers."""
        if self._reconciling is not None:
            self._reconciling.cancel()
        for member in self._members.values():
            if member.timer is not None:
                member.timer.cancel()

    # --- state --------------------------------------------------------------------------------------------

    def __contains__(self, agent: str) -> bool:
        return agent in self._members

    def views(self) -> list[AgentView]:
        """All agents as the distribution sees them."""
        now = self._context.clock()
        return [member.machine.view(now) for member in self._members.values()]

    def state_of(self, agent: str) -> str:
        """What an agent is doing; "offline" also for a number that no agent has."""
        member = self._members.get(agent)
        return member.machine.state if member is not None else "offline"

    def on_mobile(self, agent: str) -> bool:
        """Whether an agent's calls go to the mobile."""
        member = self._members.get(agent)
        return member is not None and member.machine.on_mobile

    def snapshot(self) -> list[dict[str, Any]]:
        """Every agent, for people."""
        return [_seen(member) for member in self._members.values()]

    # --- commands -----------------------------------------------------------------------------------------

    def command(self, agent: str, command: AgentCommand) -> None:
        """Log an agent in or out, begin a break or end it; nothing happens to a number that no agent has."""
        member = self._members.get(agent)
        if member is not None:
            self._receive(member, command)

    def reserve(self, agent: str, call: str) -> None:
        """Keep an available agent for a call, "" for a callback that has no call yet."""
        self._receive(self._members[agent], Reserved(call))

    def kept(self, agent: str) -> KeptPresence | None:
        """What is to survive a restart of an agent; None for one who is gone or leaving."""
        member = self._members.get(agent)
        return None if member is None or member.leaving else member.machine.keep()

    def restore(self, agent: str, kept: KeptPresence) -> None:
        """Go on as before the restart; a mobile that the agent has no more takes no calls."""
        member = self._members.get(agent)
        if member is not None:
            if kept.mobile and member.settings.mobile is None:
                kept = replace(kept, mobile=False)
            self._receive(member, Restored(kept))

    def release(self, agent: str, why: str) -> None:
        """Take back a reservation for which no phone has rung."""
        member = self._members.get(agent)
        if member is not None and member.machine.reserved is not None:
            self._receive(member, Released(member.machine.reserved, why))

    def rest(self, agent: str) -> None:
        """Offer nothing for a moment to an agent whose phone lost a call: it may lose the next one too."""
        member = self._members.get(agent)
        if member is not None:
            member.machine.rest(self._context.clock())
            self._changed(member, ())

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command that came over the control socket.

        Args:
            question: `agent` is the number, `action` one of `ACTIONS`, `reason` that of a break, `by` who
                sent it, `mobile` whether calls go to the mobile from now on; without it they do when the
                agent has a mobile and no phone is registered.

        Returns:
            the agent as in `snapshot`, or `error`.
        """
        number, action = str(question.get("agent", "")), question.get("action")
        member = self._members.get(number)
        if member is None or member.leaving:
            return {"error": f"there is no agent {number!r}"}
        if action not in ACTIONS:
            return {"error": f"unknown action; there are: {', '.join(ACTIONS)}"}
        reason = str(question.get("reason") or "")
        if action == "break" and reason and reason not in self._settings.break_reasons.values():
            known = ", ".join(self._settings.break_reasons.values())
            why = f"there is no break reason {reason!r}; there are: {known or 'none'}"
            return {"error": why, "refused": {"reason": why}}
        has_mobile = member.settings.mobile is not None
        mobile = bool(question.get("mobile", has_mobile and not member.phones))
        if mobile and not has_mobile:
            return {"error": f"agent {number} has no mobile in agents.yaml"}
        why = f"{action.replace('_', ' ')} by {question.get('by') or 'command'}"
        commands: dict[str, AgentCommand] = {
            "log_in": LogIn(mobile, why),
            "log_out": LogOut(why),
            "break": TakeBreak(reason or "break", why),
            "ready": Ready(why),
        }
        self._receive(member, commands[action])
        return _seen(member)

    # --- facts, from the journal --------------------------------------------------------------------------

    def heard(self, event: Event) -> None:
        """Take note of an event of the journal."""
        hears = self._hears.get(type(event))
        if hears is not None:
            hears(event)

    def _phone_changed(self, event: events.PhoneRegistered | events.PhoneUnregistered) -> None:
        member = self._members.get(self._by_user.get(event.user, ""))
        if member is not None:
            self._compare_phones(member)

    def _compare_phones(self, member: _Member) -> None:
        """See which phones came and went: a contact that is renewed comes and goes at once."""
        now = set(self._phones_of(member.machine.number))
        before, member.phones = member.phones, now
        for phone in now - before:
            self._receive(member, PhoneUp(phone))
        for phone in before - now:
            self._receive(member, PhoneDown(phone))

    def _call_offered(self, event: events.CallOffered) -> None:
        member = self._member_of(event.source)
        if member is not None and read_code(event.called, self._settings) is None:
            self._add_leg(member, event)
            self._receive(member, OnCall(event.call))

    def _leg_dialled(self, event: events.LegDialled) -> None:
        member = self._member_of(event.target)
        if member is not None:
            self._add_leg(member, event)
            self._receive(member, Ringing(event.call))

    def _leg_answered(self, event: events.LegAnswered) -> None:
        member = self._by_leg.get((event.call, event.leg))
        if member is not None and event.call not in member.offers:
            self._receive(member, OnCall(event.call))

    def _leg_ended(self, event: CallEvent) -> None:
        member = self._by_leg.pop((event.call, event.leg), None)
        if member is None:
            return
        member.legs[event.call].discard(event.leg)
        if not member.legs[event.call]:
            del member.legs[event.call]
            if event.call not in member.offers:
                self._over(member, event.call)

    def _offered(self, event: AgentOffered) -> None:
        member = self._members.get(event.agent)
        if member is not None:
            member.offers.add(event.call)
            self._receive(member, Reserved(event.call))

    def _offer_ended(self, event: AgentOfferEnded) -> None:
        member = self._members.get(event.agent)
        if member is None:
            return
        member.offers.discard(event.call)
        if event.outcome == "answered":
            member.wrap_up[event.call] = self._from_queues[event.call] = self._wrap_up.get(event.queue, 0.0)
            self._receive(member, OnCall(event.call))
            if event.call not in member.legs:  # the agent hung up in the same moment
                self._over(member, event.call)
        else:
            self._receive(member, OfferFailed(event.outcome, event.call, event.ring_ms / 1000))

    def _transferred(self, event: CallTransferred) -> None:
        """The agent who gets a queue's call from another one has the queue's wrap-up as well."""
        member = self._members.get(event.to_agent)
        if member is not None and event.status == 200 and event.call in member.legs:
            member.wrap_up[event.call] = self._from_queues.get(event.call, 0.0)

    def _call_ended(self, event: events.CallEnded) -> None:
        self._from_queues.pop(event.call, None)

    def _member_of(self, party: str) -> _Member | None:
        """The agent of a call's source or target, None for any other party."""
        return self._members.get(party.removeprefix(_AGENT)) if party.startswith(_AGENT) else None

    def _add_leg(self, member: _Member, event: CallEvent) -> None:
        member.legs.setdefault(event.call, set()).add(event.leg)
        self._by_leg[event.call, event.leg] = member

    def _over(self, member: _Member, call: str) -> None:
        self._receive(member, CallOver(call, member.wrap_up.pop(call, 0.0)))

    # --- the machines -------------------------------------------------------------------------------------

    def _receive(self, member: _Member, event: AgentEvent) -> None:
        self._changed(member, member.machine.receive(event, self._context.clock()))
        self.on_presence(member.machine.number, isinstance(event, LogIn | LogOut | TakeBreak | Ready))
        if member.leaving and not (member.legs or member.offers or member.machine.reserved is not None):
            self._forget(member)

    def _changed(self, member: _Member, changes: Iterable[Event]) -> None:
        for change in changes:
            self._context.journal.append(change)
        if member.timer is not None:
            member.timer.cancel()
            member.timer = None
        deadline = member.machine.next_deadline()
        if deadline is not None:
            wait = max(0.0, deadline - self._context.clock())
            member.timer = self._context.loop.call_later(wait, self._timer, member)
        self.on_change()

    def _timer(self, member: _Member) -> None:
        member.timer = None
        self._changed(member, member.machine.handle_timer(self._context.clock()))
        self.on_presence(member.machine.number, False)

    def _forget(self, member: _Member) -> None:
        if self._members.get(member.machine.number) is member:
            del self._members[member.machine.number]
        if member.timer is not None:
            member.timer.cancel()
            member.timer = None

    # --- what really is -----------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Take back what is not so: legs of calls that do not exist, reservations for no place in the line.

        It finds nothing unless we have made a mistake; an agent who is stuck would be worse. A mistake with
        one agent keeps no other from being looked at.
        """
        for member in list(self._members.values()):
            try:
                self._reconcile(member)
            except Exception:
                log.exception("agent can't be reconciled", extra={"agent": member.machine.number})

    def _reconcile(self, member: _Member) -> None:
        for call in [call for call in member.legs if not self._is_live(call)]:
            log.error("an agent's call no longer exists", extra={"call": call})
            member.offers.discard(call)
            for leg in member.legs.pop(call):
                self._by_leg.pop((call, leg), None)
            self._over(member, call)
        reserved = member.machine.reserved
        if (reserved is not None or member.offers) and not self.is_offered(member.machine.number):
            log.error(
                "an agent is reserved for a place that no longer exists", extra={"call": reserved or ""}
            )
            for call in {*member.offers, *([] if reserved is None else [reserved])}:
                member.offers.discard(call)
                self._receive(member, Released(call, "the call has left the line"))

    def _reconcile_again(self) -> None:
        self.start()
        self.reconcile()


def _seen(member: _Member) -> dict[str, Any]:
    """One agent, for people."""
    machine = member.machine
    return {
        "agent": machine.number,
        "name": member.settings.name,
        "state": machine.state,
        "since": machine.shown_since,
        "reason": machine.reason,
        "why": machine.why,
        "call": machine.call,
        "phones": len(member.phones),
        "mobile": machine.on_mobile,
        "no_answers": machine.no_answers,
    }


def _phones_gone(before: Agent, after: Agent) -> bool:
    """Whether one of an agent's phones is gone or has another password."""
    return not {(each.user, each.password) for each in before.phones} <= {
        (each.user, each.password) for each in after.phones
    }
