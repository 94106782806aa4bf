"""A call detail record as a value: one call, with everything that its events say about it.

Times are Unix seconds, None where it did not happen (yet); durations are whole milliseconds. How it is made
is in `record_builder.py`, how it is stored in `cdr.calls.rows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal["in", "out", "internal", "callback"]
Outcome: TypeAlias = Literal[
    "in_progress",
    "handled",
    "connected",
    "abandoned",
    "short_abandoned",
    "callback_requested",
    "message_taken",
    "self_served",
    "unserved",
    "hung_up",
    "transferred",
    "busy",
    "no_answer",
    "wrong_number",
    "no_agent",
    "refused",
    "failed",
    "cut_off",
]
"""What a call came to.

"handled": an agent spoke with the customer; "connected": two people spoke, and none of them was a customer of
a queue; "abandoned", "short_abandoned": hung up while waiting; "callback_requested": to be called back by own
wish; "message_taken": a problem or message was written down; "self_served": ended in a flow or an
application with nothing left to do; "unserved": left a queue by its rules or by key, and nothing was written
down; "hung_up": left a flow in the middle, and is called back; "transferred": sent elsewhere by the flow;
"busy", "no_answer", "wrong_number", "no_agent", "refused", "failed": nobody was reached; "cut_off": the
switch went down.
"""
OUTCOMES: Mapping[str, str] = {
    "handled": "handled",
    "connected": "connected",
    "abandoned": "abandoned",
    "short_abandoned": "abandoned, short",
    "callback_requested": "callback requested",
    "message_taken": "left a message",
    "self_served": "self-service",
    "unserved": "not served",
    "hung_up": "hung up in the menu",
    "transferred": "transferred",
    "busy": "busy",
    "no_answer": "no answer",
    "wrong_number": "wrong number",
    "no_agent": "no agent",
    "refused": "refused",
    "failed": "failed",
    "cut_off": "cut off",
    "in_progress": "in progress",
}
"""Every `Outcome` in words for people, in the order in which lists offer them.

The command line, the API and the English pages say these; `tests/unit/console/test_pages.py` compares them.
"""
ATTEMPT_OUTCOMES: Mapping[str, str] = {
    "reached": "reached",
    "withdrawn": "ended by us",
    "not_permitted": "not permitted",
    **{
        word: OUTCOMES[word]
        for word in ("busy", "no_answer", "refused", "wrong_number", "failed", "no_agent", "cut_off")
    },
}
"""The same for the outcomes of callback attempts (`callback_queue.callbacks.events.AttemptOutcome`)."""
EndedBy: TypeAlias = Literal["", "customer", "caller", "agent", "party", "switch", "network"]
Role: TypeAlias = Literal["customer", "caller", "agent", "party"]


@dataclass(slots=True)
class LegRecord:
    """One leg: `role` whose, `target` what was dialled, `end` how it ended, `quality` its media figures."""

    leg: str
    role: Role = "party"
    agent: str = ""
    target: str = ""
    sip_call_id: str = ""
    started: float | None = None
    ringing: float | None = None
    answered: float | None = None
    ended: float | None = None
    codec: str = ""
    by: str = ""
    status: int | None = None
    reason: str = ""
    quality: dict[str, float | int | None] = field(default_factory=dict)
    digits: str = ""


@dataclass(slots=True)
class SegmentRecord:
    """One stretch of the call (`timeline.Segment`); `agent` who was talked with, "" for somebody else."""

    kind: str
    start: float
    end: float
    leg: str = ""
    agent: str = ""
    queue: str = ""


@dataclass(slots=True)
class StepRecord:
    """One step of a flow that the caller came to, and the keys pressed in it."""

    at: float
    flow: str
    step: str
    verb: str
    digits: str = ""


@dataclass(slots=True)
class StayRecord:
    """One stay in a queue; `why` it ended is "" while it lasts."""

    queue: str
    entry: str
    kind: str
    tier: str
    priority: int
    entered: float
    left: float | None = None
    why: str = ""
    wait_ms: int = 0
    original_position: int = 0
    position: int = 0
    agent: str = ""


@dataclass(slots=True)
class OfferRecord:
    """One agent's phones ringing for the caller; `outcome` is "" while they ring."""

    at: float
    queue: str
    agent: str
    outcome: str = ""
    ring_ms: int = 0


@dataclass(slots=True)
class ContactRecord:
    """One agent's part in the call: talk, hold and the wrap-up after it."""

    agent: str
    leg: str
    queue: str
    started: float
    ended: float
    talk_ms: int
    hold_ms: int
    holds: int
    wrap_up_ms: int = 0


@dataclass(slots=True)
class TransferRecord:
    """One transfer by an agent; fields as in `CallTransferred`."""

    at: float
    agent: str
    target: str
    to_agent: str
    queue: str
    status: int


@dataclass(slots=True)
class RecordingRecord:
    """One recording, its file inside the recordings folder; `recorded_ms` is 0 while it runs."""

    file: str
    leg: str
    started: float | None = None
    recorded_ms: int = 0


@dataclass(slots=True)
class RequestRecord:
    """One requested callback; fields as in `CallbackRequested`."""

    at: float
    callback: str
    ticket: str
    why: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call.

    Args:
        call: its id.
        direction: "in" through a trunk, "out" by an agent through a trunk, "internal" between our own
            phones, "callback" made by the hotline.
        source: who brought it, "agent:1001" or "trunk:NAME", "" in a callback.
        caller: the number that called, "" when withheld, and in a callback.
        dialled: the number that was dialled: by the caller, or of the customer who is called back.
        original_called: the number that was dialled before the call was diverted to `dialled`, "" for none.
        called: whom that led to: the first agent, else the first target that answered, else `dialled`.
        number: the customer's: the caller's, or in calls to the outside the one that was called.
        customer, tier: who that is, "" when unknown.
        language: of the flow, the ticket or the callback, "" when nothing says.
        started, answered, ended: of the call; answered is the caller's leg, in a callback the customer's.
        last_at: of the newest event, which may be after the end.
        ring_ms: ringing heard outside a queue, before the answer too.
        wait_ms: in queues as a live caller, until now for a stay in progress.
        talk_ms, hold_ms, wrap_up_ms: with all agents and parties together.
        ended_by, reason: who ended it and how.
        queues, agents: in the order in which they came, each once.
        flow: the first one; `steps` the path through all.
        digits: keys that the customer pressed, masked unless told otherwise.
        ticket, callback, attempt: what came of it; in a callback what it was for.
        survey_offered, score, scale: the customer's rating, None without an answer.
    """

    call: str
    direction: Direction
    source: str
    caller: str
    dialled: str
    called: str
    number: str
    customer: str
    tier: str
    language: str
    started: float
    answered: float | None
    ended: float | None
    last_at: float
    ring_ms: int
    wait_ms: int
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    ended_by: EndedBy
    reason: str
    outcome: Outcome
    queues: tuple[str, ...]
    agents: tuple[str, ...]
    flow: str
    digits: str
    ticket: str
    callback: str
    attempt: int | None
    survey_offered: bool
    score: int | None
    scale: int | None
    legs: tuple[LegRecord, ...] = ()
    segments: tuple[SegmentRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    stays: tuple[StayRecord, ...] = ()
    offers: tuple[OfferRecord, ...] = ()
    contacts: tuple[ContactRecord, ...] = ()
    transfers: tuple[TransferRecord, ...] = ()
    recordings: tuple[RecordingRecord, ...] = ()
    tickets: tuple[str, ...] = ()
    callbacks: tuple[RequestRecord, ...] = ()
    original_called: str = ""
