"""intake: the bot that takes in a problem by voice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from asr.intake import values as bot
from asr.intake.bot import Intake as Bot
from asr.intake.settings import IntakeSettings
from config.kinds import OnOff, one_of, seconds, whole
from ivr_flows.kinds import Queue, Step
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.intake import as_ticket, run_policy
from ivr_flows.steps.outcomes import Done, OpenTicket, Outcome, Result
from ivr_flows.steps.texts import part
from ivr_flows.verbs.base import Verb, go


class Intake(Verb):
    """Have the intake bot take down the caller's problem by voice, and open a ticket.

    It asks for the problem, reads it back, asks where and when to call, and says what happens next. The
    caller may ask for a person at any time. Whatever was said is kept with its recording, even if the
    caller hangs up, nothing was understood, or there is no recogniser. A caller who asked for a person and
    returns to this step because nobody was free is not asked again.

    Afterwards the ticket's number is in the variable `ticket`. After an `hours` step, the bot offers times
    to call back within those hours.

    Example:
        steps:
          problem:
            intake:
              queue: support
              if_human: agent
              otherwise: agent
          end:
            hangup:
          agent:
            enqueue: support
    """

    queue: Queue | None = Field(default=None, description="The queue whose agents work on the ticket.")
    greet: OnOff = Field(default=True, description="Whether the bot introduces itself.")
    ask_name: OnOff = Field(default=False, description="Whether it asks for the caller's name.")
    ask_number: OnOff = Field(
        default=True, description="Whether it asks where to call back; otherwise the caller's number is used."
    )
    ask_time: OnOff = Field(
        default=True, description="Whether it asks when to call back; otherwise as soon as possible."
    )
    read_back: Annotated[Literal["always", "unsure"], one_of("always", "unsure")] = Field(
        default="always",
        description="Whether it always reads the problem back, or only when the recogniser is unsure.",
    )
    tries: Annotated[int, whole(1, 9)] = Field(
        default=3, description="How often it asks each question: in full, shorter, then for keys."
    )
    give_up: Annotated[Literal["human", "recording"], one_of("human", "recording")] = Field(
        default="human",
        description="What happens when the caller is not understood: `if_human`, or a plain recording.",
    )
    recording_seconds: Annotated[float, seconds(1, 3600)] = Field(
        default=120.0, description="Longest plain recording."
    )
    if_human: Step | None = Field(
        default=None,
        description="The step to go to when the caller wants a person, or could not be understood. "
        "Default: callers cannot reach a person from here.",
    )
    otherwise: Step | None = Field(
        default=None,
        description="The step to go to when the ticket could not be saved. Default: `on_error`.",
    )

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Start the bot, unless an earlier one has taken in everything and no person took the call."""
        so_far, context.so_far = context.so_far, None
        if so_far is not None and _holds_something(so_far):
            context.intake = None
            return so_far
        context.intake = Bot(context.hours, self._settings())
        language = conversation.language
        conversation.keep_recording()
        started = bot.Started(conversation.caller, language, conversation.understands(language))
        return await self._feed(started, conversation, context)

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Tell the bot that its ticket is written down."""
        if result.word != "done":
            return go(self.otherwise, f"ticket: {result.word}")
        if context.intake is None:
            await conversation.say([part("passed_on", conversation, context)])
            return Done()
        return await self._feed(bot.Filed(result.values.get("ticket", "")), conversation, context)

    def _settings(self) -> IntakeSettings:
        return IntakeSettings(
            greet=self.greet,
            ask_name=self.ask_name,
            ask_number=self.ask_number,
            ask_time=self.ask_time,
            read_back=self.read_back,
            attempts=self.tries,
            human=self.if_human is not None,
            give_up=self.give_up,
            recording_seconds=self.recording_seconds,
        )

    async def _feed(self, event: bot.IntakeEvent, conversation: Conversation, context: Context) -> Outcome:
        policy = context.intake
        assert policy is not None, "run made it"
        wanted = await run_policy(policy, event, conversation, context)
        match wanted:
            case bot.File(ticket):
                return as_ticket(ticket, self.queue, context)
            case bot.ReachHuman(why, so_far):
                context.so_far = as_ticket(so_far, self.queue, context, f"wanted a person: {why}")
                for slot in so_far.slots:
                    context.remember(slot)
                return go(self.if_human, f"intake: {why}")
        await conversation.pause(0)  # no further step for a caller who has hung up meanwhile
        return Done()


def _holds_something(ticket: OpenTicket) -> bool:
    """Whether a ticket says, or a recording in it may say, what the caller wants."""
    heard = (turn.heard for turn in ticket.history)
    return bool(ticket.slots) or any(one is not None and one.audio is not None for one in heard)
