"""What a call's events say apart from time: parties, legs, the path, stays, offers, tickets, the survey.

`record_builder.py` puts them together with the timeline; what the call came to is judged in `outcome.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.agents.events import (
    AgentConnected,
    AgentOffered,
    AgentOfferEnded,
    AgentStateChanged,
    CallTransferred,
)
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackDialled,
    CallbackRequested,
    CallbackStarted,
)
from callback_queue.customers.events import CustomerKnown
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.tickets.events import TicketOpened
from cdr.calls.record import (
    LegRecord,
    OfferRecord,
    RecordingRecord,
    StayRecord,
    StepRecord,
    TransferRecord,
)
from cdr.times import to_ms
from journal.event import Event
from telephony.call.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallOffered,
    DigitReceived,
    FlowEnded,
    FlowStarted,
    LegAnswered,
    LegDialled,
    LegEnded,
    LegRinging,
    RecordingEnded,
    RecordingStarted,
    StepEntered,
    TransferDone,
)


def ends_wrap_up(event: AgentStateChanged) -> bool:
    """Whether this is the end of the wrap-up after `event.call`.

    An agent who calls somebody within a wrap-up is on that call then; the record does not count the part
    before it, the figures do.
    """
    return event.was == "wrap_up" and event.state not in ("reserved", "ringing", "on_call")


@dataclass(slots=True)
class Facts:
    """Everything that is known of a call so far; `take` adds an event."""

    offered: CallOffered | None = None
    callback: CallbackStarted | None = None
    attempt_end: CallbackAttemptEnded | None = None
    customer_dialled: bool = False
    known: CustomerKnown | None = None
    legs: dict[str, LegRecord] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    """The agent of a leg."""
    queues: dict[str, str] = field(default_factory=dict)
    """The queue through which a leg came to the call."""
    partner: tuple[str, str] = ("", "")
    """The two legs that were connected last."""
    flow: str = ""
    language: str = ""
    flow_end: str = ""
    steps: list[StepRecord] = field(default_factory=list)
    stays: dict[str, StayRecord] = field(default_factory=dict)
    offers: list[OfferRecord] = field(default_factory=list)
    transfers: list[TransferRecord] = field(default_factory=list)
    sent_away: bool = False
    recordings: dict[str, RecordingRecord] = field(default_factory=dict)
    tickets: list[TicketOpened] = field(default_factory=list)
    requests: list[CallbackRequested] = field(default_factory=list)
    survey_offered: bool = False
    survey: SurveyAnswered | None = None
    wrap_ups: dict[str, int] = field(default_factory=dict)
    """Milliseconds of wrap-up after this call, by agent."""
    end: CallEnded | None = None

    def take(self, event: Event) -> None:
        """Add one event; of a kind that says nothing here, nothing is added."""
        add = _ADDS.get(type(event))
        if add is not None:
            add(self, event)

    def leg(self, name: str) -> LegRecord:
        """The leg of that id, made when it is first heard of."""
        found = self.legs.get(name)
        if found is None:
            found = self.legs[name] = LegRecord(name)
        return found

    # --- one call, its legs --------------------------------------------------------------------------------

    def _offered(self, event: CallOffered) -> None:
        self.offered = event
        leg = self.leg(event.leg)
        leg.role, leg.started, leg.sip_call_id = "caller", event.at, event.sip_call_id
        kind, _, number = event.source.partition(":")
        if kind == "agent":
            leg.agent = self.agents[event.leg] = number

    def _dialled(self, event: LegDialled) -> None:
        leg = self.leg(event.leg)
        leg.started, leg.target, leg.sip_call_id = event.at, event.target, event.sip_call_id
        kind, _, number = event.target.partition(":")
        if kind == "agent":
            leg.role, leg.agent = "agent", number
            self.agents[event.leg] = number

    def _ringing(self, event: LegRinging) -> None:
        leg = self.leg(event.leg)
        if leg.ringing is None:
            leg.ringing = event.at

    def _answered(self, event: CallAnswered | LegAnswered) -> None:
        leg = self.leg(event.leg)
        leg.answered, leg.codec = event.at, event.codec

    def _leg_ended(self, event: LegEnded) -> None:
        leg = self.leg(event.leg)
        leg.ended, leg.by, leg.status, leg.reason = event.at, event.by, event.status, event.reason
        leg.quality = event.quality

    def _bridged(self, event: CallBridged) -> None:
        self.partner = (event.leg, event.other)

    def _digit(self, event: DigitReceived) -> None:
        self.leg(event.leg).digits += event.digit
        caller = self.offered.leg if self.offered is not None else ""
        if self.steps and event.leg == caller:
            self.steps[-1].digits += event.digit

    def _ended(self, event: CallEnded) -> None:
        if self.end is None:
            self.end = event

    # --- flow, recordings --------------------------------------------------------------------------------

    def _flow_started(self, event: FlowStarted) -> None:
        self.flow = self.flow or event.flow
        self.language = event.language

    def _step(self, event: StepEntered) -> None:
        self.steps.append(StepRecord(event.at, event.flow, event.step, event.verb))

    def _flow_ended(self, event: FlowEnded) -> None:
        self.flow_end = event.reason

    def _recording(self, event: RecordingStarted) -> None:
        self.recordings[event.file] = RecordingRecord(event.file, event.leg, event.at)

    def _recorded(self, event: RecordingEnded) -> None:
        record = self.recordings.setdefault(event.file, RecordingRecord(event.file, event.leg))
        record.recorded_ms = event.recorded_ms

    # --- queues and agents ---------------------------------------------------------------------------------

    def _entered(self, event: QueueEntered) -> None:
        self.stays[event.entry] = StayRecord(
            event.queue,
            event.entry,
            event.kind,
            event.tier,
            event.priority,
            event.at,
            original_position=event.position,
            position=event.position,
        )

    def _left(self, event: QueueLeft) -> None:
        stay = self.stays.get(event.entry)
        if stay is None:
            stay = StayRecord(event.queue, event.entry, event.kind, "ordinary", 0, event.entered_at)
            self.stays[event.entry] = stay
        stay.left, stay.why, stay.wait_ms = event.at, event.why, event.wait_ms
        stay.position, stay.original_position = event.position, event.original_position
        stay.agent = event.agent

    def _agent_offered(self, event: AgentOffered) -> None:
        self.offers.append(OfferRecord(event.at, event.queue, event.agent))

    def _offer_ended(self, event: AgentOfferEnded) -> None:
        for offer in reversed(self.offers):
            if offer.agent == event.agent and not offer.outcome:
                offer.outcome, offer.ring_ms = event.outcome, event.ring_ms
                return

    def _connected(self, event: AgentConnected) -> None:
        self.agents[event.agent_leg] = event.agent
        self.queues[event.agent_leg] = event.queue
        leg = self.leg(event.agent_leg)
        leg.role, leg.agent = "agent", event.agent
        if event.leg and event.leg != event.agent_leg:
            self.leg(event.leg).role = "customer"

    def _transferred(self, event: CallTransferred) -> None:
        self.transfers.append(
            TransferRecord(event.at, event.agent, event.target, event.to_agent, event.queue, event.status)
        )

    def _sent_away(self, event: TransferDone) -> None:
        self.sent_away = self.sent_away or event.status < 300

    def _state(self, event: AgentStateChanged) -> None:
        if ends_wrap_up(event):
            spent = max(0, to_ms(event.at) - to_ms(event.since))
            self.wrap_ups[event.agent] = self.wrap_ups.get(event.agent, 0) + spent

    # --- customers, tickets, callbacks, the survey ----------------------------------------------------------

    def _known(self, event: CustomerKnown) -> None:
        self.known = event

    def _ticket(self, event: TicketOpened) -> None:
        self.tickets.append(event)

    def _requested(self, event: CallbackRequested) -> None:
        self.requests.append(event)

    def _callback(self, event: CallbackStarted) -> None:
        self.callback = event

    def _customer_dialled(self, event: CallbackDialled) -> None:
        self.customer_dialled = True
        if self.callback is not None and event.number:
            self.callback = replace(self.callback, number=event.number)

    def _attempt_ended(self, event: CallbackAttemptEnded) -> None:
        self.attempt_end = event

    def _survey_offered(self, event: SurveyOffered) -> None:
        self.survey_offered = True

    def _survey(self, event: SurveyAnswered) -> None:
        self.survey = event


_ADDS: dict[type[Event], Callable[[Facts, Any], None]] = {
    CallOffered: Facts._offered,
    LegDialled: Facts._dialled,
    LegRinging: Facts._ringing,
    CallAnswered: Facts._answered,
    LegAnswered: Facts._answered,
    LegEnded: Facts._leg_ended,
    CallBridged: Facts._bridged,
    DigitReceived: Facts._digit,
    CallEnded: Facts._ended,
    FlowStarted: Facts._flow_started,
    StepEntered: Facts._step,
    FlowEnded: Facts._flow_ended,
    RecordingStarted: Facts._recording,
    RecordingEnded: Facts._recorded,
    QueueEntered: Facts._entered,
    QueueLeft: Facts._left,
    AgentOffered: Facts._agent_offered,
    AgentOfferEnded: Facts._offer_ended,
    AgentConnected: Facts._connected,
    CallTransferred: Facts._transferred,
    TransferDone: Facts._sent_away,
    AgentStateChanged: Facts._state,
    CustomerKnown: Facts._known,
    TicketOpened: Facts._ticket,
    CallbackRequested: Facts._requested,
    CallbackStarted: Facts._callback,
    CallbackDialled: Facts._customer_dialled,
    CallbackAttemptEnded: Facts._attempt_ended,
    SurveyOffered: Facts._survey_offered,
    SurveyAnswered: Facts._survey,
}

FACTS = frozenset(_ADDS)
"""The events that say something about a call beside its timeline."""
