"""transfer: send the caller away for good."""

from __future__ import annotations

from pydantic import Field

from ivr_flows.kinds import Step, TransferTarget
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome, Result
from ivr_flows.steps.outcomes import Transfer as TransferOutcome
from ivr_flows.verbs.base import Then, Verb, go


class Transfer(ShortTable, Verb):
    """Transfer the caller to a number or SIP address elsewhere (REFER); the switch is then out of the call.

    Example:
        steps:
          head-office:
            transfer:
              to: "+4930123456"
              otherwise: sorry
          sorry:
            say: That did not work. Please dial the number yourself.
          end:
            hangup:
    """

    shorthand = "to"

    to: TransferTarget = Field(description="Where to send the caller.")
    otherwise: Step | None = Field(
        default=None, description="The step to go to when it fails. Default: the flow's `on_error`."
    )

    def then(self) -> Then:
        """The call is elsewhere."""
        return Then.NAMED

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Leave."""
        return TransferOutcome(self.to)

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Go on when it failed."""
        return Done() if result.word == "done" else go(self.otherwise, f"transfer: {result.word}")
