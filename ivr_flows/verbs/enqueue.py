"""enqueue: wait for an agent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from config.kinds import expected, seconds, whole
from ivr_flows.kinds import Key, Queue, Step
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, HandOff, Outcome, Result
from ivr_flows.verbs.base import Then, Verb, go


class Enqueue(ShortTable, Verb):
    """Put the caller into a queue until an agent is free.

    The agent sees what the caller said in the flow. After the conversation the call ends, unless `next`
    names a step (such as a survey).

    Example:
        steps:
          agent:
            enqueue:
              queue: support
              max_wait: 300
              if_timeout: message
              otherwise: message
          message:
            voicemail: {say: "Nobody is free. Leave a message after the tone.", otherwise: end}
          end:
            hangup:
    """

    shorthand = "queue"

    queue: Queue = Field(description="The queue.")
    priority: Annotated[int, whole(-100, 100)] = Field(
        default=0, description="Callers with a higher priority are served first."
    )
    max_wait: Annotated[float, seconds(1, 86400)] | None = Field(
        default=None, description="Seconds after which the caller goes to `if_timeout`. Default: never."
    )
    exit_key: Key | None = Field(default=None, description="The key that takes a waiting caller to `if_key`.")
    if_timeout: Step | None = Field(default=None, description="After `max_wait`. Default: `otherwise`.")
    if_key: Step | None = Field(default=None, description="After `exit_key`. Default: `otherwise`.")
    if_full: Step | None = Field(
        default=None, description="When the queue takes no more callers. Default: `otherwise`."
    )
    if_no_agents: Step | None = Field(
        default=None, description="When no agent of the queue is logged in. Default: `otherwise`."
    )
    otherwise: Step | None = Field(
        default=None, description="Whenever no agent took the call. Default: the flow's `on_error`."
    )

    @model_validator(mode="before")
    @classmethod
    def _exits_belong_to_something(cls, data: Any) -> Any:
        for exit_, cause in (("if_timeout", "max_wait"), ("if_key", "exit_key")):
            if isinstance(data, dict) and exit_ in data and cause not in data:
                raise expected(f"{exit_} only beside {cause}")
        return data

    def then(self) -> Then:
        """After the conversation only a named step."""
        return Then.NAMED

    def by_input(self) -> frozenset[str]:
        """Having waited is no idling; being refused at once is."""
        return frozenset({"next", "if_timeout", "if_key"})

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Hand the caller over."""
        return HandOff(
            self.queue,
            conversation.language,
            context.slots,
            self.priority,
            self.max_wait,
            self.exit_key or "",
            context.so_far,
        )

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Go where the result says."""
        if result.word == "done":
            context.so_far = None
            return Done()
        exits = {
            "timeout": self.if_timeout,
            "key": self.if_key,
            "full": self.if_full,
            "no_agents": self.if_no_agents,
        }
        return go(exits.get(result.word) or self.otherwise, f"queue {self.queue}: {result.word}")
