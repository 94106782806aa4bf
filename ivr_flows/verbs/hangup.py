"""hangup: the end of the call."""

from __future__ import annotations

from pydantic import Field

from config.kinds import Text
from ivr_flows.settings import PromptText
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import HangUp, Outcome
from ivr_flows.verbs.base import Then, Verb


class Hangup(Verb):
    """End the call, with an optional closing message.

    Example:
        steps:
          end:
            hangup: {say: Thank you for your call. Goodbye.}
    """

    needs_answer = False

    say: PromptText | None = Field(default=None, description="What to say first.")
    reason: Text = Field(default="flow finished", description="A short text for reports.")

    def then(self) -> Then:
        """The call is over."""
        return Then.NEVER

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Say goodbye, leave."""
        if self.say is not None:
            await conversation.answer()
            await conversation.say(context.parts(self.say))
        return HangUp(self.reason)
