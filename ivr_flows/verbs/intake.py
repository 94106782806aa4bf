"""intake: the bot that takes in a problem by voice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from asr.intake import values as bot
from asr.intake.bot import Intake as Bot
from asr.intake.settings import IntakeSettings
from asr.intake.slots import IntakeSlot, usual_slots
from asr.intake.texts import PRESS_FOR, SLOT_TEXTS
from asr.slots.values import SlotValue
from config.kinds import Items, OnOff, expected, one_of, seconds, whole
from ivr_flows.kinds import Queue, Step
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.intake import as_ticket, run_policy
from ivr_flows.steps.intake_slots import FilingTable, SlotTable, filing_rules, intake_slots
from ivr_flows.steps.outcomes import Done, OpenTicket, Outcome, Result
from ivr_flows.steps.texts import part
from ivr_flows.verbs.base import Verb, go

_USUAL = ("ask_name", "ask_number", "ask_time", "read_back")


class Intake(Verb):
    """Have the intake bot ask what the site needs to know, by voice, and open a ticket.

    Without `slots` it asks for the problem, where to call and when. What the caller has said already, to the
    bot or to an `ask` or `collect` step into a variable of the slot's name, is not asked again; what was
    understood is read back together, and corrected in the caller's own words. The caller may ask for a person
    at any time. Whatever was said is kept with its recording, even if the caller hangs up, nothing was
    understood, or there is no recogniser. A caller who asked for a person and returns to this step because
    nobody was free is not asked again.

    Afterwards the ticket's number is in the variable `ticket`, and each slot in a variable of its name.
    After an `hours` step, the bot offers times to call back within those hours. [The intake
    bot](../intake.md) tells it all.

    Example:
        steps:
          problem:
            intake:
              queue: support
              if_human: agent
              otherwise: agent
              slots:
                - problem
                - name: product
                  values:
                    - {value: X200, words: [Router X200, router, x two hundred]}
                    - {value: P50, words: [Printer P50, printer]}
                - {name: error_code, when: 'product == "X200"'}
                - name: floor
                  kind: number
                  ask: On which floor is it?
                  required: false
                - callback_number
                - callback_time
              ticket:
                title: "{product}: {problem}"
                rules:
                  - {when: 'product == "X200" and error_code != ""', severity: 2, queue: support}
          end:
            hangup:
          agent:
            enqueue: support
    """

    queue: Queue | None = Field(default=None, description="The queue whose agents work on the ticket.")
    slots: Items[SlotTable] = Field(
        default=(),
        description="What to ask for, in this order. Default: problem, name (with `ask_name`), "
        "callback_number, callback_time.",
    )
    ticket: FilingTable | None = Field(
        default=None, description="What the ticket is filed as. Default: by the caller's words."
    )
    greet: OnOff = Field(default=True, description="Whether the bot introduces itself.")
    ask_name: OnOff = Field(
        default=False, description="Whether it asks for the caller's name; only without `slots`."
    )
    ask_number: OnOff = Field(
        default=True,
        description="Whether it asks where to call back; otherwise the caller's number is used. Only without "
        "`slots`.",
    )
    ask_time: OnOff = Field(
        default=True,
        description="Whether it asks when to call back; otherwise as soon as possible. Only without `slots`.",
    )
    read_back: Annotated[Literal["always", "unsure"], one_of("always", "unsure")] = Field(
        default="always",
        description="Whether it always reads the problem back, or only when the recogniser is unsure. Only "
        "without `slots`.",
    )
    tries: Annotated[int, whole(1, 9)] = Field(
        default=3, description="How often it asks each question: in full, shorter, then with the keys for it."
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

    @model_validator(mode="before")
    @classmethod
    def _slots_fit(cls, data: Any) -> Any:
        slots = data.get("slots") if isinstance(data, dict) else None
        if slots is None:
            return data
        if slots == []:
            raise expected("at least one of slots, such as problem")
        usual = next((name for name in _USUAL if name in data), None)
        if usual is not None:
            raise expected(f"either slots or {usual}, which is for an intake without slots")
        if isinstance(slots, list):
            names = [slot.get("name") if isinstance(slot, dict) else slot for slot in slots]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise expected(f"each slot once ({twice} is there twice)")
        return data

    def says(self) -> Iterator[tuple[str, str]]:
        """The bot's own words for the slots, and what can be chosen."""
        for slot in self._wanted(None):
            for texts in SLOT_TEXTS.get(slot.name, {}).values():
                yield from texts.items()
            for language, template in PRESS_FOR.items():
                for key, option in enumerate(slot.options, start=1):
                    name = option.spoken(language)[0]
                    yield from ((language, name), (language, template.format(name=name, key=key)))

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Start the bot, unless an earlier one has taken in everything and no person took the call."""
        so_far, context.so_far = context.so_far, None
        if so_far is not None and _holds_something(so_far):
            context.intake = None
            return so_far
        context.intake = Bot(context.hours, self._settings(conversation, context), context.names)
        language = conversation.language
        conversation.keep_recording()
        others = (other for other in context.languages if other != language)
        started = bot.Started(
            conversation.caller,
            language,
            conversation.understands(language),
            frozenset(other for other in others if conversation.understands(other)),
            self._told_before(context),
        )
        return await self._feed(started, conversation, context)

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Tell the bot that its ticket is written down."""
        if result.word != "done":
            return go(self.otherwise, f"ticket: {result.word}")
        if context.intake is None:
            await conversation.say([part("passed_on", conversation, context)])
            return Done()
        return await self._feed(bot.Filed(result.values.get("ticket", "")), conversation, context)

    def _told_before(self, context: Context) -> dict[str, SlotValue]:
        """What the flow has asked the caller already, as the slots of its name want it."""
        remembered = {slot.name for slot in context.slots if slot.value}
        known: dict[str, SlotValue] = {}
        for slot in self._wanted(context):
            value = context.variables.get(slot.name, "")
            if slot.kind == "callback_time":
                if context.call_window is not None:
                    known[slot.name] = context.call_window
            elif slot.name in remembered and isinstance(value, str | int | bool) and value != "":
                options = {option.value for option in slot.options}
                if slot.kind != "list" or value in options:
                    known[slot.name] = value
        return known

    def _wanted(self, context: Context | None) -> tuple[IntakeSlot, ...]:
        if self.slots:
            return intake_slots(self.slots, context.say if context is not None else lambda *_: ())
        return usual_slots(
            name=self.ask_name,
            number=self.ask_number,
            time=self.ask_time,
            read_back="together" if self.read_back == "always" else "unsure",
        )

    def _settings(self, conversation: Conversation, context: Context) -> IntakeSettings:
        ticket = self.ticket if self.ticket is not None else FilingTable()
        return IntakeSettings(
            slots=self._wanted(context),
            filing=filing_rules(ticket),
            country=conversation.country,
            may_call_back=conversation.may_call_back,
            greet=self.greet,
            attempts=self.tries,
            human=self.if_human is not None,
            give_up=self.give_up,
            recording_seconds=self.recording_seconds,
        )

    async def _feed(self, event: bot.IntakeEvent, conversation: Conversation, context: Context) -> Outcome:
        policy = context.intake
        assert policy is not None, "run made it"
        wanted = await run_policy(policy, event, conversation, context)
        context.variables.update({name: value for name, value in policy.known.items() if value != ""})
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
