"""goto: go on elsewhere."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from config.kinds import expected
from ivr_flows.kinds import Flow, Step
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Goto as GotoOutcome
from ivr_flows.steps.outcomes import GotoFlow, Outcome
from ivr_flows.verbs.base import Then, Verb


class Goto(ShortTable, Verb):
    """Continue at another step, or at the start of another flow (without returning; to return, use `flow`).

    Most steps do not need it: `next`, allowed with any verb, names the step that follows.

    Example:
        steps:
          start:
            goto: end
          end:
            hangup:
    """

    shorthand = "step"
    needs_answer = False

    step: Step | None = Field(default=None, description="A step of this flow.")
    flow: Flow | None = Field(default=None, description="Another flow.")

    @model_validator(mode="before")
    @classmethod
    def _one_of_both(cls, data: Any) -> Any:
        known = isinstance(data, dict) and data.keys() <= cls.model_fields.keys()
        if data is None or (known and ("step" in data) == ("flow" in data)):
            raise expected("the name of a step, or {flow: NAME} for another flow")
        return data

    def then(self) -> Then:
        """Elsewhere."""
        return Then.NEVER

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Go."""
        if self.flow is not None:
            return GotoFlow(self.flow)
        assert self.step is not None, "one of the two is given"
        return GotoOutcome(self.step)
