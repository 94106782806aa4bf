"""flow: run another flow and come back."""

from __future__ import annotations

from pydantic import Field

from ivr_flows.kinds import Flow as FlowKind
from ivr_flows.kinds import Setting, Variable
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Outcome, RunFlow
from ivr_flows.verbs.base import Verb
from ivr_flows.verbs.set import setting_value


class Flow(ShortTable, Verb):
    """Run another flow as a subroutine; its `back` step returns here, to the next step.

    Variables belong to the call: what the other flow sets is available here afterwards.

    Example:
        steps:
          hours:
            flow: {name: opening-hours, set: {office: north}}
          end:
            hangup:
    """

    shorthand = "name"
    needs_answer = False

    name: FlowKind = Field(description="The other flow.")
    set: dict[Variable, Setting] = Field(
        default_factory=dict, description="Variables to set before it starts."
    )

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Leave for the other flow."""
        values = {str(name): setting_value(context, value) for name, value in self.set.items()}
        return RunFlow(self.name, values)
