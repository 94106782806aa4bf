"""say: speak to the caller."""

from __future__ import annotations

from ivr_flows.settings import PromptText
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome
from ivr_flows.verbs.base import Verb


class Say(PromptText, Verb):
    """Say a text to its end.

    A flow of several languages gives one text for each. `{name}` inserts a variable,
    `{name:kind}` reads it as a `digits`, `phone_number`, `number`, `date`, `time` or `ticket`.

    Example:
        languages: [en, zh, ko]
        steps:
          greeting:
            say:
              en: Welcome to Example Software.
              zh: 欢迎致电示例软件公司。
              ko: 예제 소프트웨어입니다.
          number:
            say:
              en: You called from {caller:phone_number}.
              zh: 您的来电号码是{caller:phone_number}。
              ko: 발신 번호는 {caller:phone_number}입니다.
          end:
            hangup:
    """

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Say it."""
        parts = context.parts(self)
        if parts:
            await conversation.say(parts)
        return Done()
