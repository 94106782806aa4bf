"""The facts about waiting lines, agents, tickets and callbacks, as frozen events for the journal.

They stand beside `telephony.call.events` and go the same way. Each says enough to be counted on its own: who
leaves a line says how long the wait was, who changes state says since when and from what. Times are Unix
seconds, durations milliseconds. Numbers, names and words in them are private and never belong in a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from telephony.call.events import CallEvent, Event

Tier: TypeAlias = Literal["ordinary", "vip", "super_vip"]
LeftWhy: TypeAlias = Literal[
    "answered", "abandoned", "timeout", "key", "no_agents", "full", "overflow", "cut_off", "withdrawn"
]
OfferOutcome: TypeAlias = Literal[
    "answered", "no_answer", "busy", "refused", "not_confirmed", "caller_gone", "elsewhere", "unreachable"
]
AgentState: TypeAlias = Literal["offline", "available", "reserved", "ringing", "on_call", "wrap_up", "break"]
CallbackWhy: TypeAlias = Literal["intake", "requested", "abandoned", "cut_off", "voicemail", "agent"]
AttemptOutcome: TypeAlias = Literal[
    "reached", "busy", "no_answer", "refused", "wrong_number", "failed", "no_agent", "cut_off"
]
CallbackEnd: TypeAlias = Literal["completed", "expired", "joined", "reached_meanwhile", "cancelled"]


@dataclass(frozen=True, slots=True)
class SwitchStarted(Event):
    """A switch began to take calls: whatever it had going on before was cut off.

    Args:
        switch: its name, the same from one start to the next.
        version: the program's.
    """

    switch: str
    version: str


@dataclass(frozen=True, slots=True)
class SwitchStopped(Event):
    """A switch ended in good order."""

    switch: str


@dataclass(frozen=True, slots=True)
class QueueEntered(CallEvent):
    """Somebody joined a queue.

    Args:
        queue: its name.
        entry: the id of this stay in the line.
        kind: "live" for a caller on the line, "callback" for one who is to be called.
        arrival: since when they wait, which decides the order: the first arrival of a callback's caller.
        tier: the customer's.
        priority: higher goes first, 0 is ordinary.
        position: place in the line on entering, 1 is the next.
        callback: the callback's id, "" for a live caller.
    """

    queue: str
    entry: str
    kind: Literal["live", "callback"]
    arrival: float
    tier: Tier
    priority: int
    position: int
    callback: str = ""


@dataclass(frozen=True, slots=True)
class QueueLeft(CallEvent):
    """Somebody left a queue.

    Args:
        queue, entry, kind: as in `QueueEntered`.
        entered_at: when they joined.
        why: "answered" by an agent; "abandoned" is a hang-up; "key" left by key; "timeout", "overflow",
            "full", "no_agents" by the queue's rules; "cut_off" by a crash; "withdrawn" a callback taken back.
        wait_ms: from joining to leaving.
        position, original_position: place in the line now and on entering.
        agent: who answered, "" for nobody.
    """

    queue: str
    entry: str
    kind: Literal["live", "callback"]
    entered_at: float
    why: LeftWhy
    wait_ms: int
    position: int
    original_position: int
    agent: str = ""


@dataclass(frozen=True, slots=True)
class AgentOffered(CallEvent):
    """An agent's phones begin to ring for somebody in a queue; `entry` as in `QueueEntered`."""

    queue: str
    entry: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentOfferEnded(CallEvent):
    """An offer is over.

    Args:
        queue, entry, agent: as in `AgentOffered`.
        outcome: "answered" and connected; "no_answer", "busy", "refused", "unreachable" by the phone;
            "not_confirmed": answered, but nobody pressed the key; "caller_gone": the caller hung up first;
            "elsewhere": another agent was faster.
        ring_ms: how long it rang.
    """

    queue: str
    entry: str
    agent: str
    outcome: OfferOutcome
    ring_ms: int


@dataclass(frozen=True, slots=True)
class AgentConnected(CallEvent):
    """An agent and somebody from a queue hear each other for the first time.

    Args:
        queue, entry: as in `QueueEntered`.
        agent: its number.
        agent_leg: the agent's leg; `leg` is the customer's.
        wait_ms: how long the customer had waited in the queue.
    """

    queue: str
    entry: str
    agent: str
    agent_leg: str
    wait_ms: int


@dataclass(frozen=True, slots=True)
class CallTransferred(CallEvent):
    """An agent passed a call on (REFER).

    Args:
        agent: who did.
        target: the number that was dialled; `queue` its name when that is a queue, `to_agent` when an agent.
        status: how it went: 200 the target answered; else the SIP status that it failed with.
    """

    agent: str
    target: str
    to_agent: str
    queue: str
    status: int


@dataclass(frozen=True, slots=True)
class SurveyAnswered(CallEvent):
    """A customer rated a call by key: `score` of 1..`scale`; `queue` and `agent` are who is rated."""

    queue: str
    agent: str
    score: int
    scale: int


@dataclass(frozen=True, slots=True)
class SurveyOffered(CallEvent):
    """A customer was asked to rate the call; without `SurveyAnswered` after it nobody answered."""

    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentStateChanged(Event):
    """An agent's state changed.

    Args:
        agent: its number.
        state, was: the new and the old one.
        since: when the old one began.
        reason: of a break ("lunch"), a pause ("no_answer"), or "".
        why: what brought it about, in a few words for people.
        call: the call that it is about, "" for none.
    """

    agent: str
    state: AgentState
    was: AgentState
    since: float
    reason: str = ""
    why: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class CustomerKnown(CallEvent):
    """Whose number calls: `customer` is the customer's id in the table."""

    customer: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class TicketOpened(CallEvent):
    """What a caller wants was written down.

    Args:
        ticket: its number.
        kind: what made it: problem, voicemail, callback, abandoned, cut_off or failure.
        queue: who is to work on it, "".
        state: how far the caller came (`ivr_flows.runtime.outcomes.TicketState`).
        caller: the number that called, "" when withheld.
        callback_number: where to reach the caller, "".
        language: what the caller speaks.
        customer, tier: who it is, "" and "ordinary" for somebody unknown.
        category, severity, title, summary, tags: what it is about; severity 1 is the worst of 1..4.
        priority: higher goes first, 0 is ordinary.
        respond_by, resolve_by: the SLA's clocks, 0 for none.
        slots, history: what the caller told us (`ivr_flows.runtime.outcomes.Slot`, `Turn`) as plain data;
            files are
            inside the recordings folder.
        recording: the whole conversation, inside the recordings folder, "".
        note: in a few words, for whoever works on it.
    """

    ticket: str
    kind: str
    queue: str
    state: str = ""
    caller: str = ""
    callback_number: str = ""
    language: str = "en"
    customer: str = ""
    tier: Tier = "ordinary"
    category: str = ""
    severity: int = 3
    title: str = ""
    summary: str = ""
    tags: list[str] = field(default_factory=list)
    priority: int = 0
    respond_by: float = 0.0
    resolve_by: float = 0.0
    slots: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    recording: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TicketChanged(Event):
    """Somebody worked on a ticket.

    Args:
        ticket: its number.
        by: "agent:1001", "system", or a token's name.
        changes: new values by field: state, owner, category, severity, priority, title, summary, tags.
        note: what was written, "".
    """

    ticket: str
    by: str
    changes: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class TicketTranscribed(Event):
    """Words for a recording that had none: `file` inside the recordings folder, `slot` what it answers."""

    ticket: str
    slot: str
    file: str
    text: str
    words: list[dict[str, Any]]
    confidence: float | None
    engine: str


@dataclass(frozen=True, slots=True)
class TicketJoined(Event):
    """A ticket is about the same as an older open one of that caller: `into` goes on, `ticket` is closed."""

    ticket: str
    into: str


@dataclass(frozen=True, slots=True)
class CallbackRequested(CallEvent):
    """Somebody is to be called back.

    Args:
        callback: its id: the ticket's number, a dot, 1 for the ticket's first one.
        ticket: its number.
        number: whom to call.
        queue: who is to call.
        language: what the caller speaks.
        tier, priority: as in `QueueEntered`.
        arrival: since when the caller waits: keeps the place in the line.
        why: how it came about.
        not_before, not_after: the caller's wish, 0 for none.
        expires: when it is given up.
    """

    callback: str
    ticket: str
    number: str
    queue: str
    language: str
    tier: Tier
    priority: int
    arrival: float
    why: CallbackWhy
    not_before: float = 0.0
    not_after: float = 0.0
    expires: float = 0.0


@dataclass(frozen=True, slots=True)
class CallbackLeased(Event):
    """A switch took a callback for one attempt; `attempt` counts from 1."""

    callback: str
    attempt: int
    switch: str


@dataclass(frozen=True, slots=True)
class CallbackStarted(CallEvent):
    """A call for a callback's attempt began: the first event of that call.

    Args:
        callback, ticket, queue, number, attempt: of the callback.
        mode: whom it rings first: "agent_first" or "customer_first".
    """

    callback: str
    ticket: str
    queue: str
    number: str
    attempt: int
    mode: Literal["agent_first", "customer_first"]


@dataclass(frozen=True, slots=True)
class CallbackDialled(CallEvent):
    """The customer's phone is about to be dialled: written before the INVITE leaves."""

    callback: str
    attempt: int


@dataclass(frozen=True, slots=True)
class CallbackAttemptEnded(CallEvent):
    """An attempt is over.

    Args:
        callback, attempt: which.
        outcome: "reached" when customer and agent spoke; "no_agent" never dialled the customer.
        agent: who tried, "".
        next_at: when to try again, 0 when it is over for good.
        talk_ms: how long they spoke.
    """

    callback: str
    attempt: int
    outcome: AttemptOutcome
    agent: str
    next_at: float
    talk_ms: int = 0


@dataclass(frozen=True, slots=True)
class CallbackRescheduled(Event):
    """Somebody moved a callback: `due` is when, `by` who."""

    callback: str
    due: float
    by: str


@dataclass(frozen=True, slots=True)
class CallbackClosed(Event):
    """A callback is over: `end` how, `by` who ("system", "agent:1001"), `note` in a few words."""

    callback: str
    end: CallbackEnd
    by: str
    note: str = ""
