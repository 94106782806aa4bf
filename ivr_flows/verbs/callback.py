"""callback: keep the caller's place and call back."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from asr.listening.answer import Heard, KeysWanted, Wanted
from config.kinds import OnOff, whole
from ivr_flows.kinds import Queue, Step, TextTemplate
from ivr_flows.settings import PromptText, ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, OpenTicket, Outcome, Result
from ivr_flows.steps.questions import Question, ask_and_confirm, confirm
from ivr_flows.steps.texts import part
from ivr_flows.steps.understanding import Sorry, digits, speech_wanted
from ivr_flows.verbs.base import Verb, go
from tts.parts import Part, Spoken

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_FEWEST_DIGITS = 3
_MOST_DIGITS = 20


class Callback(ShortTable, Verb):
    """Keep the caller's place in a queue and call them back.

    Offers the caller's own number, read in groups; the caller confirms it or keys in another, which is read
    back as well. For a number that the site does not call (docs/outbound-calls.md) another is asked for. If
    an earlier step asked for a `callback_time`, the call is made at that time.

    Example:
        steps:
          call-back:
            callback:
              queue: support
              otherwise: agent
          thanks:
            say: Thank you. We will call you.
          end:
            hangup:
          agent:
            enqueue: support
    """

    shorthand = "queue"

    queue: Queue = Field(description="The queue whose agents call back.")
    number: TextTemplate | None = Field(
        default=None,
        description='The number to offer, such as "{customer_phone}". Default: the caller\'s own.',
    )
    say: PromptText | None = Field(default=None, description="What to say before asking for the number.")
    ask: OnOff = Field(default=True, description="Whether to have the number confirmed.")
    tries: Annotated[int, whole(1, 9)] = Field(default=3, description="How often to ask for a number.")
    otherwise: Step | None = Field(
        default=None,
        description="The step to go to without a number, or when it cannot be arranged. Default: `on_error`.",
    )

    def by_input(self) -> frozenset[str]:
        """A caller who is asked has to answer."""
        return frozenset({"next"}) if self.ask else frozenset()

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Find the number, and leave."""
        if self.say is not None:
            await conversation.say(context.parts(self.say))
        number = await self._number(conversation, context)
        if number is None:
            return go(self.otherwise, "no number to call back")
        return OpenTicket(
            kind="callback",
            caller=conversation.caller,
            language=conversation.language,
            queue=self.queue,
            slots=context.slots,
            callback_number=number,
            when=context.call_window,
        )

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Go on when the callback is written down."""
        return Done() if result.word == "done" else go(self.otherwise, f"callback: {result.word}")

    async def _number(self, conversation: Conversation, context: Context) -> str | None:
        offered = context.text(self.number) if self.number is not None else conversation.caller
        sorry: list[Part] = []
        if _NUMBER.fullmatch(offered) and not conversation.may_call_back(offered):
            sorry = [part("not_called", conversation, context)]
        elif _NUMBER.fullmatch(offered):
            parts = [
                part("call_back_at", conversation, context),
                Spoken("phone_number", offered),
                part("number_right", conversation, context),
            ]
            if not self.ask or await confirm(conversation, context, parts):
                return offered
        answer = await ask_and_confirm(
            conversation,
            context,
            Question(
                [*sorry, part("enter_number", conversation, context)],
                [part("enter_number_again", conversation, context)],
                Wanted(KeysWanted(_MOST_DIGITS, "#", 8.0, 4.0), speech_wanted("phone_number")),
                self.tries,
            ),
            lambda heard: _number_to_call(heard, conversation),
            lambda value: [Spoken("phone_number", value)],
        )
        return None if answer is None else answer.value


def _number_to_call(heard: Heard, conversation: Conversation) -> str | Sorry:
    """The number that a caller gave; none that the site does not call."""
    language, country = conversation.language, conversation.country
    number = digits(heard, "phone_number", language, _FEWEST_DIGITS, _MOST_DIGITS, country)
    if isinstance(number, Sorry) or conversation.may_call_back(number):
        return number
    return Sorry("not_called")
