"""API models of tickets, transcripts and callbacks."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from callback_queue.customers.events import Tier
from callback_queue.tickets.ticket import MOST_TAGS, SUMMARY_LENGTH, TITLE_LENGTH
from cdr.calls.record import ATTEMPT_OUTCOMES
from console.models.common import Page

_OUTCOMES = ", ".join(f"{outcome} ({words})" for outcome, words in ATTEMPT_OUTCOMES.items())


class CallbackShort(BaseModel):
    """The callback that a ticket waits for."""

    callback: str
    state: str = Field(description="waiting, leased, dialling or closed.")
    due: float = Field(description="When the next attempt is due, Unix seconds.")


class TicketShort(BaseModel):
    """A ticket in a list."""

    number: str
    kind: str = Field(description="What made it: problem, voicemail, callback, abandoned, cut_off, failure.")
    state: str = Field(description="open, assigned, waiting, solved, closed or joined.")
    queue: str
    owner: str = Field(description="The number of the agent who works on it, empty for nobody.")
    owner_name: str
    opened_at: float = Field(description="Unix seconds, as all times here.")
    changed_at: float
    caller: str = Field(description="The number that called, masked for the role read.")
    customer: str = Field(description="The customer's id, empty when the number is nobody's.")
    customer_name: str
    tier: str = Field(description="ordinary, vip or super_vip.")
    category: str
    severity: int = Field(description="1 (most severe) to 4.")
    priority: int
    title: str
    summary: str
    respond_by: float = Field(description="Until when the customer is to be reached, 0 for no limit.")
    resolve_by: float = Field(description="Until when it is to be solved, 0 for no limit.")
    respond_warning_at: float = Field(description="From when little of that time is left, 0 for no limit.")
    resolve_warning_at: float = Field(description="From when little of that time is left, 0 for no limit.")
    responded_at: float = Field(description="0: not yet.")
    resolved_at: float = Field(description="0: not yet.")
    callback: CallbackShort | None


class TicketPage(Page[TicketShort]):
    """Tickets."""

    total: int = Field(description="Number of open tickets.")


class SlotModel(BaseModel):
    """One thing that the caller told."""

    name: str = Field(description="problem, callback_number, callback_time, name ...")
    value: str = Field(description="What was understood.")
    text: str = Field(description="What was heard, word for word.")
    first_text: str = Field(
        description="What was heard during the call, where text was read after it; or empty."
    )
    confidence: float | None = Field(description="0..1; null when nobody knows.")
    confirmed: bool = Field(description="Whether the caller said yes to it.")


class Audio(BaseModel):
    """A recording of a ticket."""

    index: int = Field(description="Its number in this ticket.")
    slot: str = Field(description="What it answers; empty for the whole conversation.")
    url: str = Field(description="URL of the audio (supports range requests).")


class HistoryModel(BaseModel):
    """One thing that happened to a ticket."""

    at: float
    by: str = Field(description='"agent:1001", a token\'s name, or "system".')
    what: str = Field(description="opened, changed, transcribed, joined, callback_requested, attempt ...")
    details: dict[str, Any]
    note: str


class CallbackModel(BaseModel):
    """One callback as it stands."""

    callback: str = Field(description="Its id: the ticket's number, a dot, 1 for the first one.")
    ticket: str
    number: str = Field(description="The number to call, masked for the role read.")
    customer_name: str
    queue: str = Field(description="The queue whose agents make the call.")
    language: str
    tier: str
    priority: int
    why: str = Field(description="intake, requested, abandoned, cut_off, voicemail or agent.")
    arrival: float = Field(description="Since when the caller waits: the place in the line.")
    requested_at: float
    state: str = Field(description="waiting, leased, dialling or closed.")
    due: float = Field(description="When the next attempt is due.")
    expires: float = Field(description="When it expires, 0 for never.")
    attempt: int = Field(description="Attempts so far.")
    outcome: str = Field(description=f"What came of the last attempt, empty before one: {_OUTCOMES}.")
    agent: str = Field(description="Who made it.")
    lease_holder: str = Field(description="The switch that works on it now.")
    closed_at: float
    end: str = Field(
        description="How it ended: completed, not_reached, wrong_number, not_permitted, expired, crashed, "
        "joined, reached_meanwhile, cancelled."
    )
    ended_by: str
    note: str


class TicketModel(TicketShort):
    """One ticket with everything that is known."""

    call: str = Field(description="The call that made it.")
    outcome: str = Field(description="How the conversation with the bot ended.")
    callback_number: str
    language: str
    tags: list[str]
    note: str
    joined_into: str = Field(description="The older ticket that it was merged into.")
    next_states: list[str] = Field(description="The possible next states.")
    is_private: bool = Field(description="Whether what the caller said is left out because of the role.")
    slots: list[SlotModel]
    audio: list[Audio]
    callbacks: list[CallbackModel]
    history: list[HistoryModel]


class WordModel(BaseModel):
    """One word."""

    text: str
    start: float = Field(description="Seconds from the start of the recording.")
    end: float
    confidence: float | None = Field(description="0..1; null when the recogniser gives none.")


class Utterance(BaseModel):
    """One answer of the caller."""

    question: str = Field(description="What was asked.")
    kind: str = Field(description="speech, keys, silence, noise or recording.")
    text: str = Field(description="The words, or the keys.")
    words: list[WordModel] = Field(description="The same with times; empty when there are none.")
    confidence: float | None
    meaning: str = Field(description="How the bot understood it.")
    audio: int | None = Field(description="The recording it is in: `index` of the ticket's audio.")


class Transcript(BaseModel):
    """What was said, in order."""

    ticket: str
    language: str
    utterances: list[Utterance]


class TicketChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    state: str | None = Field(default=None, max_length=16)
    owner: str | None = Field(default=None, max_length=64, description="An agent's number; empty: nobody.")
    queue: str | None = Field(default=None, max_length=64)
    category: str | None = Field(default=None, max_length=64)
    severity: int | None = Field(default=None, ge=1, le=4)
    tier: Tier | None = Field(default=None, description="The customer's: ordinary, vip or super_vip.")
    priority: int | None = Field(default=None, ge=-100, le=100)
    title: str | None = Field(default=None, max_length=TITLE_LENGTH)
    summary: str | None = Field(default=None, max_length=SUMMARY_LENGTH)
    tags: list[str] | None = Field(default=None, max_length=MOST_TAGS)


class Note(BaseModel):
    """What was done, or is to be done."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=1, max_length=4000)


class Reschedule(BaseModel):
    """When to call instead."""

    model_config = ConfigDict(extra="forbid")

    at: float = Field(gt=0, description="Unix seconds.")


class CallbackWish(BaseModel):
    """Whom to call, and when; what is left out is as the ticket says, as soon as possible."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(default="", max_length=64, description="Empty: the ticket's.")
    at: float = Field(default=0.0, ge=0, description="Unix seconds, 0 for as soon as possible.")


class Accepted(BaseModel):
    """The switch took it: it is in the journal, and seen here as soon as the recorder has applied it."""

    accepted: bool = True
