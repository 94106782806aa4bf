"""The events of tickets, as they stand in the journal. Words and numbers in them are private."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from callback_queue.customers.events import Tier
from journal.event import CallEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(CallEvent):
    """What a caller wants was written down.

    Args:
        ticket: its number.
        kind: what made it: problem, voicemail, callback, abandoned, cut_off or failure.
        queue: who is to work on it, "".
        state: how far the caller came (`asr.intake.values.Progress`).
        caller: the number that called, "" when withheld.
        callback_number: where to reach the caller, "".
        language: what the caller speaks.
        customer, tier: who it is, "" and "ordinary" for somebody unknown.
        category, severity, title, summary, tags: what it is about; severity 1 (most severe) to 4.
        priority: higher goes first, 0 is ordinary.
        respond_by, resolve_by: the SLA's clocks, 0 for none.
        slots, history: what the caller told us (`asr.intake.values.Slot`, `Turn`) as plain data;
            files are inside the recordings folder.
        recording: the whole conversation, inside the recordings folder, "".
        note: a short text for the agent who works on it.
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTranscribed(Event):
    """Words for a recording that had none, or better ones.

    Args:
        ticket: its number.
        slot: what the recording answers.
        file: the recording, inside the recordings folder.
        text: the words.
        words: the same one by one, with times.
        confidence: 0..1, None where the engine gives none.
        engine: who read it.
        again: whether it had been read during the call.
    """

    ticket: str
    slot: str
    file: str
    text: str
    words: list[dict[str, Any]]
    confidence: float | None
    engine: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketJoined(Event):
    """A ticket was merged into an older open one of the same caller: `into` stays open."""

    ticket: str
    into: str
