"""API models of agents, queues, customers, tokens and the site."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from console.overview import AgentNow, CallNow, QueueNow


class Health(BaseModel):
    """Whether the console can do its work."""

    status: str = Field(description='"ok", or "degraded" while the database or the switch is away.')
    version: str
    database: bool = Field(description="Whether the database answers.")
    switch: bool = Field(description="Whether the switch answers.")


class Me(BaseModel):
    """Whose token this is."""

    name: str
    role: str = Field(description="read, agent, supervisor or admin.")
    agent: str = Field(description="The agent's number, empty for a token that is no agent's.")
    rights: list[str] = Field(description="look, see_private, work, own_state, all_states, hang_up, tokens.")
    expires_at: float | None


class NamedAgent(BaseModel):
    """An agent's number and name."""

    number: str
    name: str


class NamedQueue(BaseModel):
    """A queue's name and what it is held to."""

    name: str
    service_level_s: float = Field(description="Seconds within which callers should be answered.")
    members: list[str] = Field(description="Numbers of the agents who serve it.")


class SiteModel(BaseModel):
    """What a page needs to know before it shows anything."""

    name: str
    language: str
    version: str
    agents: list[NamedAgent]
    queues: list[NamedQueue]
    break_reasons: list[str]
    ticket_states: list[str]
    call_outcomes: dict[str, str] = Field(description="What a call may come to, in words for people.")
    categories: list[str]
    midnight: float = Field(description="When today began in the site's time zone, Unix seconds.")


class AgentModel(AgentNow):
    """One agent; while no switch answers, the state is "unknown"."""

    live: bool = Field(description="Whether this comes from a running switch.")
    calls: list[CallNow] = Field(description="The calls that the agent is on.")


class Agents(BaseModel):
    """All agents."""

    items: list[AgentModel]


class StateWish(BaseModel):
    """Why an agent's state is set."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=64, description='Of a break, such as "lunch".')


class QueueModel(QueueNow):
    """One queue as it is now, with today's figures."""

    name: str
    service_level_s: float = Field(description="Seconds within which callers should be answered.")
    members: list[str]
    live: bool = Field(description="Whether a switch answered; if not, what only a switch knows is null.")
    callbacks_open: int = Field(description="Open callbacks.")
    callbacks_due: int = Field(description="Callbacks that are due.")
    tickets_open: int
    today: dict[str, Any] = Field(description="Figures since midnight in the site's time zone.")


class Queues(BaseModel):
    """All queues."""

    at: float = Field(description="When this was so, Unix seconds.")
    midnight: float = Field(description="When today began in the site's time zone, Unix seconds.")
    items: list[QueueModel]


class CustomerModel(BaseModel):
    """One customer."""

    customer: str = Field(description="The id.")
    name: str
    tier: str
    product: str
    language: str
    tags: list[str]
    numbers: list[str] = Field(description="Telephone numbers, masked for the role read.")


class TokenModel(BaseModel):
    """What is known of a token; the token itself is kept nowhere."""

    name: str
    role: str
    agent: str
    start: str = Field(description="Its first characters, to tell which one it is.")
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    works: bool = Field(description="Whether it is neither expired nor revoked.")


class Tokens(BaseModel):
    """All tokens, also those that work no more."""

    items: list[TokenModel]
