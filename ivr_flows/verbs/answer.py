"""answer: connect the caller."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.kinds import seconds
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome
from ivr_flows.verbs.base import Verb


class Answer(Verb):
    """Answer the call, after letting it ring for a while if desired.

    Rarely needed: a step that speaks or listens answers the call anyway. Before the answer the caller
    hears ringing and, with most carriers, pays nothing.

    Example:
        steps:
          pick-up:
            answer: {ring: 3}
          greeting:
            say: Good morning.
          end:
            hangup:
    """

    needs_answer = False

    ring: Annotated[float, seconds(0, 60)] = Field(
        default=0.0, description="Let it ring this many seconds first."
    )
    pause: Annotated[float, seconds(0, 10)] = Field(
        default=0.0,
        description="Wait this many seconds after answering, so that the first word is not cut off.",
    )

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ring, answer, wait."""
        if self.ring:
            await conversation.pause(self.ring)
        await conversation.answer()
        if self.pause:
            await conversation.pause(self.pause)
        return Done()
