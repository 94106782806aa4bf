"""API models of calls: their records, and the events behind them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from cdr.calls.record import OUTCOMES
from console.models.common import Page

_OUTCOMES = ", ".join(f"{outcome} ({words})" for outcome, words in OUTCOMES.items())


class CallShort(BaseModel):
    """A call in a list: its call detail record without the details."""

    call: str = Field(description="Its id.")
    direction: str = Field(description="in, out, internal or callback.")
    outcome: str = Field(description=f"What it came to, or that it is in progress: {_OUTCOMES}.")
    started: float = Field(description="Unix seconds, as all times here.")
    answered: float | None
    ended: float | None
    caller: str = Field(description="The number that called, masked for the role read.")
    dialled: str = Field(description="The number that was dialled.")
    number: str = Field(description="The customer's number, whoever called whom; masked for the role read.")
    customer: str = Field(description="The customer's id, empty when the number is nobody's.")
    customer_name: str
    tier: str
    language: str
    queues: list[str] = Field(description="In the order in which they came, each once.")
    agents: list[str] = Field(description="In the order in which they came, each once.")
    ring_ms: int
    wait_ms: int = Field(description="In queues, on the line.")
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    ended_by: str = Field(description="customer, caller, agent, party, switch or network.")
    reason: str
    flow: str
    ticket: str
    callback: str
    score: int | None = Field(description="The customer's rating of 1..`scale`; null without one.")
    scale: int | None
    recordings: int = Field(description="How many recordings there are.")


class RecordingModel(BaseModel):
    """A recording of a call."""

    index: int
    started: float | None
    recorded_ms: int
    url: str = Field(description="URL of the audio (supports range requests).")


class CallModel(CallShort):
    """One call with its legs and what it did at every moment; the lists are empty while it is in progress."""

    original_called: str = Field(
        description="The number that was dialled before the call was diverted to `dialled`, empty for none."
    )
    digits: str = Field(description="Keys that the customer pressed, masked as the site says.")
    survey_offered: bool
    legs: list[dict[str, Any]] = Field(description="Whose phone, when it rang and answered, sound quality.")
    segments: list[dict[str, Any]] = Field(description="Stretches without gaps: flow, queue, talk, hold ...")
    steps: list[dict[str, Any]] = Field(description="The path through the voice flow.")
    stays: list[dict[str, Any]] = Field(description="Stays in queues, and how each ended.")
    offers: list[dict[str, Any]] = Field(description="Agents whose phones rang for the caller.")
    contacts: list[dict[str, Any]] = Field(description="Each agent's part: talk, hold, wrap-up.")
    transfers: list[dict[str, Any]]
    audio: list[RecordingModel]
    tickets: list[str]
    callbacks: list[dict[str, Any]]


class EventModel(BaseModel):
    """One event of the journal."""

    id: int = Field(description="Its place in the order of all events.")
    at: float
    kind: str = Field(description="CallOffered, QueueEntered, AgentConnected ...")
    switch: str = Field(description="The switch that wrote it.")
    event: dict[str, Any] = Field(description="All its fields; private ones are empty for the role read.")


class Events(BaseModel):
    """The events of one call, in order."""

    items: list[EventModel]


class CallPage(Page[CallShort]):
    """Calls."""
