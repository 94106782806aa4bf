"""Who works here: agents with their telephones (agents.yaml), and queues (queues.yaml).

Queues are read and checked only; no number leads into one yet.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from config.kinds import Items, Name, Number, OneOrMore, Secret, Text, is_number, one_of
from config.models.base import Table

Language = Annotated[Literal["en", "zh", "ko"], one_of("en", "zh", "ko")]
Strategy = Annotated[
    Literal["longest-idle", "ring-all", "round-robin"], one_of("longest-idle", "ring-all", "round-robin")
]


class Phone(Table):
    """One telephone: the user name and password that it registers with."""

    user: Number = Field(
        description="User name the phone registers with.",
        json_schema_extra={"stands_in": "the agent's number"},
    )
    password: Secret = Field(repr=False, description="Password of the phone, 8 to 128 characters.")


class Agent(Table):
    """One person who takes calls."""

    number: Number = Field(
        description="The extension that reaches this agent, and the agent's name in reports."
    )
    name: Text = Field(description="The name that people read.")
    languages: OneOrMore[Language] = Field(
        default=(), description="Languages the agent speaks, best first. Empty: the site's language."
    )
    phones: Items[Phone] = Field(
        default=(), description="The agent's phones; all of them ring. Empty: the agent has no phone yet."
    )

    @model_validator(mode="before")
    @classmethod
    def _name_phones_after_agent(cls, data: Any) -> Any:
        """Give a phone without a user name the agent's number."""
        if not isinstance(data, dict) or not isinstance(data.get("phones"), list):
            return data
        # Without a number of its own to give, a stand-in: the agent is refused for that one mistake.
        number = data["number"] if is_number(data.get("number")) else "0"
        phones = [{"user": number, **phone} if isinstance(phone, dict) else phone for phone in data["phones"]]
        return {**data, "phones": phones}


class Queue(Table):
    """One waiting line and the agents who serve it."""

    name: Name = Field(description="The queue's name in reports.")
    strategy: Strategy = Field(default="longest-idle", description="Which free agent is rung first.")
    music: Name = Field(default="default", description="A prompt to play to waiting callers, or default.")
    members: OneOrMore[Number] = Field(default=(), description="Numbers of the agents who serve this queue.")


class AgentsFile(Table):
    """agents.yaml."""

    agents: Items[Agent] = Field(default=(), description="Everyone who takes calls.")


class QueuesFile(Table):
    """queues.yaml."""

    queues: Items[Queue] = Field(
        default=(), description="The waiting lines. Read and checked; no number leads into one yet."
    )
