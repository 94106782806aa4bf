"""dial: ring somebody and connect them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.kinds import OneOrMore, seconds
from ivr_flows.kinds import DialTarget, Step
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Dial as DialOutcome
from ivr_flows.steps.outcomes import Done, Outcome, Result
from ivr_flows.verbs.base import Then, Verb, go


class Dial(ShortTable, Verb):
    """Ring agents or SIP addresses together; the first who answers is connected.

    After the conversation the call ends, unless `next` names a step.

    Example:
        steps:
          night-watch:
            dial:
              to: ["1001", "sip:watch@example.org"]
              ring_timeout: 20
              if_busy: busy
              otherwise: message
          busy:
            say: The line is busy.
          message:
            voicemail: {say: "Leave a message after the tone.", otherwise: end}
          end:
            hangup:
    """

    shorthand = "to"
    needs_answer = False

    to: OneOrMore[DialTarget] = Field(description="Whom to ring: numbers of agents, or SIP addresses.")
    ring_timeout: Annotated[float, seconds(1, 600)] | None = Field(
        default=None, description="How many seconds to ring. Default: sip.ring_timeout."
    )
    if_busy: Step | None = Field(default=None, description="When all are busy. Default: `otherwise`.")
    if_no_answer: Step | None = Field(default=None, description="When nobody answers. Default: `otherwise`.")
    otherwise: Step | None = Field(
        default=None, description="Whenever nobody was reached. Default: the flow's `on_error`."
    )

    def then(self) -> Then:
        """After the conversation only a named step."""
        return Then.NAMED

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Leave to ring."""
        return DialOutcome(tuple(self.to), self.ring_timeout)

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Go where the result says."""
        if result.word == "done":
            return Done()
        exits = {"busy": self.if_busy, "no_answer": self.if_no_answer}
        return go(exits.get(result.word) or self.otherwise, f"dial: {result.word}")
