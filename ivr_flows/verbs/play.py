"""play: a sound file of the site."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.kinds import whole
from ivr_flows.kinds import Prompt
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome
from ivr_flows.verbs.base import StepFailed, Verb


class Play(ShortTable, Verb):
    """Play a sound file of prompts/ to its end.

    `play: welcome` plays prompts/welcome.wav; for Chinese, prompts/welcome.zh.wav takes precedence.

    Example:
        steps:
          jingle:
            play: welcome
          end:
            hangup:
    """

    shorthand = "prompt"

    prompt: Prompt = Field(description="The sound file, without its ending.")
    times: Annotated[int, whole(1, 100)] = Field(default=1, description="How often to play it.")

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Play it."""
        recorded = context.recorded(self.prompt)
        if recorded is None:
            raise StepFailed(f"no prompt {self.prompt}")
        for _ in range(self.times):
            await conversation.say([recorded])
        return Done()
