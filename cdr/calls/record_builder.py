"""Builds the record of a call from its events; any prefix of them gives the record so far.

Events come in the order of the journal. Those after the end still count: the wrap-up of the agents, the
survey, what the recorder concluded. Pure; storing records is in `cdr.calls.projection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from callback_queue.agents.events import AgentStateChanged
from cdr.calls.facts import FACTS, Facts, ends_wrap_up
from cdr.calls.outcome import judge, who_ended
from cdr.calls.record import (
    CallRecord,
    ContactRecord,
    Direction,
    LegRecord,
    Outcome,
    RecordingRecord,
    RequestRecord,
    SegmentRecord,
    StayRecord,
)
from cdr.calls.timeline import Timeline
from cdr.times import to_ms, to_seconds
from config.telephone_numbers import is_withheld
from journal.event import Event

MASK = "•"
SHORT_ABANDON_MS = 5000
_NO_LEG = LegRecord("")


@dataclass(frozen=True, slots=True)
class CallRules:
    """What of a site's settings shapes records.

    Args:
        mask_digits: show a dot for each key that was pressed.
        short_abandon_ms: by queue; `SHORT_ABANDON_MS` for others.
    """

    mask_digits: bool = True
    short_abandon_ms: Mapping[str, int] = field(default_factory=dict)

    async def refresh(self, connection: object) -> None:
        """Nothing to read: these are the same at all times (`cdr.calls.projection.RulesByTime`)."""

    def at(self, switch: str, event_id: int) -> CallRules:
        """The same for every call."""
        return self


class RecordBuilder:
    """One call.

    Args:
        call: its id.
        rules: what shapes its record.
    """

    __slots__ = ("_facts", "_last", "_rules", "_timeline", "call")

    def __init__(self, call: str, rules: CallRules) -> None:
        self.call = call
        self._rules = rules
        self._timeline = Timeline()
        self._facts = Facts()
        self._last = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the call has ended; events may still come."""
        return self._facts.end is not None

    def receive(self, event: Event) -> None:
        """Take the call's next event."""
        self._facts.take(event)
        if isinstance(event, AgentStateChanged):
            # Of the call, but not on its line; only what can change the record counts as news of it.
            if ends_wrap_up(event):
                self._last = max(self._last, event.at)
            return
        if type(event) in FACTS:
            self._last = max(self._last, event.at)
        self._timeline.receive(event)

    def record(self) -> CallRecord:
        """The record of the events so far."""
        facts, line = self._facts, self._timeline
        direction = self._direction()
        contacts = self._contacts(direction)
        talk, hold = self._sums()
        segments = line.segments
        caller, dialled = self._numbers()
        primary = facts.legs.get(line.primary, _NO_LEG)
        return CallRecord(
            call=self.call,
            direction=direction,
            source=facts.offered.source if facts.offered is not None else "",
            caller=caller,
            dialled=dialled,
            original_called=facts.offered.original_called if facts.offered is not None else "",
            called=self._called(contacts, dialled),
            number=dialled if direction in ("out", "callback") else caller,
            customer=facts.known.customer if facts.known is not None else "",
            tier=self._tier(),
            language=self._language(),
            started=to_seconds(segments[0].start) if segments else self._last,
            answered=primary.answered,
            ended=to_seconds(segments[-1].end) if segments and line.is_over else None,
            last_at=self._last,
            ring_ms=sum(s.length for s in segments if s.kind in ("setup", "ringing") and not s.queue),
            wait_ms=sum(self._waited(stay) for stay in facts.stays.values() if stay.kind == "live"),
            talk_ms=talk,
            hold_ms=hold,
            wrap_up_ms=sum(facts.wrap_ups.values()),
            ended_by=who_ended(facts, direction, line.primary),
            reason=facts.end.reason if facts.end is not None else "",
            outcome=self._outcome(direction, talked=talk + hold > 0, with_agent=bool(contacts)),
            queues=self._queues(),
            agents=_once(contact.agent for contact in contacts),
            flow=facts.flow,
            digits=self._mask(primary.digits),
            ticket=self._ticket(),
            callback=self._callback(),
            attempt=facts.callback.attempt if facts.callback is not None else None,
            survey_offered=facts.survey_offered,
            score=facts.survey.score if facts.survey is not None else None,
            scale=facts.survey.scale if facts.survey is not None else None,
            legs=self._legs(direction),
            segments=self._segments(),
            steps=tuple(replace(step, digits=self._mask(step.digits)) for step in facts.steps),
            stays=tuple(replace(stay, wait_ms=self._waited(stay)) for stay in facts.stays.values()),
            offers=tuple(replace(offer) for offer in facts.offers),
            contacts=contacts,
            transfers=tuple(replace(transfer) for transfer in facts.transfers),
            recordings=self._recordings(),
            tickets=_once(ticket.ticket for ticket in facts.tickets),
            callbacks=tuple(RequestRecord(r.at, r.callback, r.ticket, r.why) for r in facts.requests),
        )

    def _outcome(self, direction: Direction, *, talked: bool, with_agent: bool) -> Outcome:
        live = [stay for stay in self._facts.stays.values() if stay.kind == "live"]
        limit = self._rules.short_abandon_ms.get(live[-1].queue if live else "", SHORT_ABANDON_MS)
        return judge(self._facts, direction, talked=talked, with_agent=with_agent, short_abandon_ms=limit)

    # --- whose call it is ------------------------------------------------------------------------------

    def _direction(self) -> Direction:
        facts = self._facts
        if facts.callback is not None:
            return "callback"
        if facts.offered is None or not facts.offered.source.startswith("agent:"):
            return "in"
        goes_out = any(leg.target.startswith("trunk:") and not leg.agent for leg in facts.legs.values())
        return "out" if goes_out and not facts.stays else "internal"

    def _numbers(self) -> tuple[str, str]:
        facts = self._facts
        if facts.callback is not None:
            return "", facts.callback.number
        if facts.offered is None:
            return "", ""
        caller = facts.offered.caller
        # Journals of former versions have the carrier's word for a caller who is withheld.
        return "" if is_withheld(caller) else caller, facts.offered.called

    def _called(self, contacts: tuple[ContactRecord, ...], dialled: str) -> str:
        primary = self._timeline.primary
        met = next((contact.agent for contact in contacts if contact.leg != primary), "")
        if met:
            return met
        for leg in self._facts.legs.values():
            if leg.leg != primary and leg.answered is not None and leg.target.startswith("agent:"):
                return leg.agent
        return dialled

    def _tier(self) -> str:
        facts = self._facts
        if facts.known is not None:
            return facts.known.tier
        told = [stay.tier for stay in facts.stays.values()] + [each.tier for each in facts.requests]
        return told[0] if told else ""

    def _language(self) -> str:
        facts = self._facts
        told = [*(ticket.language for ticket in facts.tickets), *(each.language for each in facts.requests)]
        return facts.language or next((language for language in told if language), "")

    def _queues(self) -> tuple[str, ...]:
        facts = self._facts
        named = [stay.queue for stay in facts.stays.values()]
        if facts.callback is not None:
            named.insert(0, facts.callback.queue)
        return _once(name for name in named if name)

    def _ticket(self) -> str:
        facts = self._facts
        if facts.callback is not None:
            return facts.callback.ticket
        numbers = [ticket.ticket for ticket in facts.tickets] + [each.ticket for each in facts.requests]
        return numbers[0] if numbers else ""

    def _callback(self) -> str:
        facts = self._facts
        if facts.callback is not None:
            return facts.callback.callback
        return facts.requests[-1].callback if facts.requests else ""

    # --- parts of the record -------------------------------------------------------------------------------

    def _contacts(self, direction: Direction) -> tuple[ContactRecord, ...]:
        """What each agent had of the call; of a call to the outside the agent who made it."""
        facts, primary = self._facts, self._timeline.primary
        contacts: dict[str, ContactRecord] = {}
        for segment in self._timeline.segments:
            if segment.kind not in ("talk", "hold"):
                continue
            leg = primary if direction == "out" else segment.leg
            agent = facts.agents.get(leg)
            if agent is None:
                continue
            contact = contacts.get(leg)
            if contact is None:
                start = to_seconds(segment.start)
                queue = facts.queues.get(leg, "")
                contact = contacts[leg] = ContactRecord(agent, leg, queue, start, start, 0, 0, 0)
            contact.ended = to_seconds(segment.end)
            if segment.kind == "talk":
                contact.talk_ms += segment.length
            else:
                contact.hold_ms += segment.length
                contact.holds += 1
        last = {contact.agent: contact for contact in contacts.values()}
        for agent, spent in facts.wrap_ups.items():
            if agent in last:
                last[agent].wrap_up_ms = spent
        return tuple(contacts.values())

    def _sums(self) -> tuple[int, int]:
        segments = self._timeline.segments
        talk = sum(segment.length for segment in segments if segment.kind == "talk")
        return talk, sum(segment.length for segment in segments if segment.kind == "hold")

    def _waited(self, stay: StayRecord) -> int:
        if stay.left is not None or stay.kind != "live":
            return stay.wait_ms
        return max(0, self._timeline.now - to_ms(stay.entered))

    def _legs(self, direction: Direction) -> tuple[LegRecord, ...]:
        primary = self._timeline.primary
        legs = []
        for leg in self._facts.legs.values():
            role = leg.role
            if leg.leg == primary:
                role = "customer" if direction in ("in", "callback") else "caller"
            elif direction == "out" and not leg.agent:
                role = "customer"
            legs.append(replace(leg, role=role, digits=self._mask(leg.digits), quality=dict(leg.quality)))
        return tuple(legs)

    def _segments(self) -> tuple[SegmentRecord, ...]:
        agents = self._facts.agents
        return tuple(
            SegmentRecord(
                each.kind,
                to_seconds(each.start),
                to_seconds(each.end),
                each.leg,
                agents.get(each.leg, ""),
                each.queue,
            )
            for each in self._timeline.segments
            # The newest one may have begun just now.
            if each.length or len(self._timeline.segments) == 1
        )

    def _recordings(self) -> tuple[RecordingRecord, ...]:
        """Recordings of the line, and those that tickets name."""
        found = {file: replace(each) for file, each in self._facts.recordings.items()}
        for ticket in self._facts.tickets:
            if ticket.recording:
                found.setdefault(ticket.recording, RecordingRecord(ticket.recording, ticket.leg))
        return tuple(found.values())

    def _mask(self, digits: str) -> str:
        return MASK * len(digits) if self._rules.mask_digits else digits


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def build_record(call: str, events: Iterable[Event], rules: CallRules | None = None) -> CallRecord:
    """The record of a call from all its events at once."""
    builder = RecordBuilder(call, rules or CallRules())
    for event in events:
        builder.receive(event)
    return builder.record()
