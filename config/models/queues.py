"""Waiting lines and who serves them (queues.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from config.kinds import Items, Name, Number, OneOrMore, OnOff, expected, is_number, one_of, whole
from config.models.base import Table
from config.models.numbers import Key
from config.time_kinds import lasting

StrategyName: TypeAlias = Literal["longest-idle", "ring-all", "round-robin", "skills"]
CallbackModeName: TypeAlias = Literal["agent-first", "customer-first"]

Strategy = Annotated[StrategyName, one_of("longest-idle", "ring-all", "round-robin", "skills")]
CallbackMode = Annotated[CallbackModeName, one_of("agent-first", "customer-first")]

LEVELS = (1, 10)


class Member(Table):
    """One agent who serves a queue; its number alone stands for it where there is nothing else to say."""

    agent: Number = Field(description="The agent's number.")
    level: Annotated[int, whole(*LEVELS)] = Field(
        default=1, description="Agents of level 1 are rung first, those of level 2 when none of them is free."
    )
    skills: dict[Name, Annotated[int, whole(*LEVELS)]] = Field(
        default_factory=dict,
        description="With `strategy: skills`: what the agent knows and how well, such as {zh: 3}. The "
        "languages in agents.yaml count as skills of level 1.",
    )

    @model_validator(mode="before")
    @classmethod
    def _number_alone(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if not is_number(data):
            raise expected("the number of an agent, or {agent: 1001, level: 2}")
        return {"agent": data}


class Announcements(Table):
    """Announcements to waiting callers."""

    position: OnOff = Field(default=True, description="Whether callers hear their position.")
    wait: OnOff = Field(
        default=True, description="Whether callers hear the estimated wait, in whole minutes."
    )
    every: Annotated[float, lasting(10, 3600)] = Field(
        default=60.0, description="Seconds from one announcement to the next."
    )


class Queue(Table):
    """One waiting line and the agents who serve it."""

    name: Name = Field(description="The queue's name in flows and in reports.")
    strategy: Strategy = Field(
        default="longest-idle",
        description="Who is rung first: longest-idle, round-robin, ring-all (everyone), or skills "
        "(the agent with the best skills).",
    )
    members: OneOrMore[Member] = Field(
        default=(),
        description="Numbers of the agents who serve this queue, or {agent, level, skills} for each.",
    )
    music: Name = Field(default="default", description="A prompt to play to waiting callers, or default.")
    announce: Announcements | None = Field(
        default_factory=Announcements, description="Announcements to waiting callers; null for none."
    )
    exit_key: Key = Field(
        default="*",
        description="The key that a caller presses to leave the queue, keep their place and be called back.",
    )
    max_wait: Annotated[float, lasting(1, 86400, or_off=True)] = Field(
        default=0.0, description="Longest wait, after which the caller goes to `overflow`; 0 for no limit."
    )
    max_length: Annotated[int, whole(0, 10000)] = Field(
        default=0,
        description="Most callers waiting at a time; further ones go to `overflow`; 0 for no limit.",
    )
    overflow: Name | None = Field(
        default=None,
        description="The queue for callers who waited too long or found this one full. Default: back to "
        "the flow.",
    )
    when_nobody: Annotated[Literal["wait", "leave"], one_of("wait", "leave")] = Field(
        default="wait",
        description="When no agent of the queue is logged in: callers wait, or go back to the flow.",
    )
    ring_seconds: Annotated[float, lasting(3, 300)] = Field(
        default=20.0, description="Seconds an agent's phone rings before the next agent is rung."
    )
    wrap_up: Annotated[float, lasting(0, 3600)] = Field(
        default=30.0, description="Seconds of wrap-up after each call from this queue."
    )
    service_level: Annotated[float, lasting(1, 3600)] = Field(
        default=20.0, description="Target for answering callers, in seconds, for the figures."
    )
    short_abandon: Annotated[float, lasting(0, 300)] = Field(
        default=5.0, description="Callers who hang up within this many seconds are counted separately."
    )
    record: OnOff = Field(default=False, description="Whether calls with agents are recorded.")
    survey: OnOff = Field(default=False, description="Whether callers are asked to rate the call by key.")
    callback_mode: CallbackMode | None = Field(
        default=None,
        description="Whom a callback rings first, agent-first or customer-first. Default: callbacks.mode.",
    )

    @property
    def agents(self) -> tuple[str, ...]:
        """The members' numbers."""
        return tuple(member.agent for member in self.members)


class QueuesFile(Table):
    """queues.yaml."""

    queues: Items[Queue] = Field(default=(), description="The queues.")
