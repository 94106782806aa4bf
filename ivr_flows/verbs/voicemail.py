"""voicemail: record a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from config.kinds import OnOff, seconds, whole
from config.models.numbers import Key as FinishKey
from ivr_flows.kinds import Queue, Step
from ivr_flows.settings import PromptText
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import CallerGone, Conversation, RecordedMessage
from ivr_flows.steps.outcomes import Done, OpenTicket, Outcome, Progress, Result, Slot
from ivr_flows.verbs.base import Verb, go

_SHORTEST = 1.0


class Voicemail(Verb):
    """Record a message and open a ticket with it.

    If the caller hangs up in mid-sentence, the message is what was said so far. Afterwards the ticket's
    number is in the variable `ticket`.

    Example:
        steps:
          message:
            voicemail:
              say: Please leave a message after the tone.
              queue: support
              otherwise: end
          thanks:
            say: Thank you. Your number is {ticket:ticket}.
          end:
            hangup:
    """

    say: PromptText = Field(description="What to say before the tone.")
    queue: Queue | None = Field(default=None, description="The queue whose agents work on the message.")
    max_seconds: Annotated[float, seconds(1, 3600)] = Field(default=120.0, description="The longest message.")
    silence_seconds: Annotated[float, seconds(1, 60, or_off=True)] = Field(
        default=5.0, description="This much silence ends the message; 0 never does."
    )
    finish_key: FinishKey = Field(default="#", description='The key that ends the message; "" for none.')
    beep: OnOff = Field(default=True, description="Whether to play a tone before the recording.")
    tries: Annotated[int, whole(1, 9)] = Field(
        default=2, description="How often to ask a caller who says nothing."
    )
    otherwise: Step | None = Field(
        default=None, description="The step to go to without a message. Default: the flow's `on_error`."
    )

    def by_input(self) -> frozenset[str]:
        """What the caller has to say or press something for."""
        return frozenset({"next"})

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ask, record, write it down."""
        conversation.keep_recording()
        for _ in range(self.tries):
            await conversation.say(context.parts(self.say))
            try:
                message = await conversation.record(
                    max_seconds=self.max_seconds,
                    silence_seconds=self.silence_seconds,
                    finish_key=self.finish_key,
                    beep=self.beep,
                )
            except CallerGone as gone:
                if gone.heard is None or gone.heard.audio is None or gone.heard.seconds < _SHORTEST:
                    raise
                cut = RecordedMessage(gone.heard.audio, gone.heard.seconds)
                return self._ticket(conversation, context, cut, "hung_up")
            if message.seconds >= _SHORTEST:
                return self._ticket(conversation, context, message, "recorded")
        return go(self.otherwise, "no message")

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Continue when the ticket is written down."""
        await conversation.pause(0)  # no further step for a caller who has hung up meanwhile
        return Done() if result.word == "done" else go(self.otherwise, f"voicemail: {result.word}")

    def _ticket(
        self, conversation: Conversation, context: Context, message: RecordedMessage, progress: Progress
    ) -> OpenTicket:
        slot = Slot("message", "", audio=() if message.path is None else (message.path,))
        so_far, context.so_far = context.so_far, None
        if so_far is not None:
            queue = self.queue or so_far.queue
            slots = (*so_far.slots, slot)
            return replace(so_far, kind="voicemail", progress=progress, queue=queue, slots=slots)
        return OpenTicket(
            kind="voicemail",
            progress=progress,
            caller=conversation.caller,
            language=conversation.language,
            queue=self.queue or "",
            slots=(*context.slots, slot),
            callback_number=conversation.caller or None,
            when=context.call_window,
        )
