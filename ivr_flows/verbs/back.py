"""back: the end of a flow that another one runs."""

from __future__ import annotations

from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Outcome, Return
from ivr_flows.verbs.base import Then, Verb


class Back(Verb):
    """Return to the calling flow, to the step after its `flow` step.

    Example:
        steps:
          notice:
            say: This call may be recorded.
          end:
            back:
    """

    needs_answer = False

    def then(self) -> Then:
        """In the other flow."""
        return Then.NEVER

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Go back."""
        return Return()
