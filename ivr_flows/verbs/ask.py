"""ask: one question whose answer is words, or keys where keys can say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from asr.listening.answer import Heard, KeysWanted, Wanted
from asr.slots.numbering_plan import Shortfall
from asr.slots.numbers import still_lacking
from asr.slots.values import CallWindow, SlotContext, SlotValue
from config.kinds import OnOff, expected, one_of, seconds, whole
from ivr_flows.kinds import Step, Variable
from ivr_flows.settings import PromptText
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Goto, Outcome
from ivr_flows.steps.questions import Answer, Question, ask_and_confirm
from ivr_flows.steps.understanding import (
    Sorry,
    as_parts,
    as_slot,
    as_variable,
    meaning,
    speech_wanted,
    yes_or_no,
)
from ivr_flows.verbs.base import Then, Verb, go

Slot = Literal["yes_no", "number", "name", "free_text", "callback_time", "digits", "phone_number"]
_SLOTS = ("yes_no", "number", "name", "free_text", "callback_time", "digits", "phone_number")
_KEYED = frozenset({"number", "digits", "phone_number"})


class Ask(Verb):
    """Ask one question: yes or no, a number, a name, a time to call back, or free text.

    Yes and no are also keys 1 and 2; numbers may be keyed in and ended with `#`. Questions that can only be
    answered in words go to `otherwise` when there is no recogniser for the caller's language.

    Example:
        steps:
          callback:
            ask:
              slot: yes_no
              say: Shall we call you back?
              if_yes: when
              if_no: end
              otherwise: end
          when:
            ask:
              slot: callback_time
              say: When is a good time?
              into: time
              confirm: true
              otherwise: call-back
          call-back:
            callback: support
          end:
            hangup:
    """

    slot: Annotated[Slot, one_of(*_SLOTS)] = Field(description="What the answer is.")
    say: PromptText = Field(description="What to ask.")
    again: PromptText | None = Field(default=None, description="The same, shorter. Default: `say`.")
    into: Variable | None = Field(default=None, description="The variable that takes the answer.")
    confirm: OnOff = Field(
        default=False, description="Whether to read the answer back and have it confirmed."
    )
    secret: OnOff = Field(
        default=False,
        description="Whether the answer is a secret: masked in tickets, journal, database and API, not "
        "recorded, never said; only look-ups and conditions see it. Not with yes_no or callback_time.",
    )
    tries: Annotated[int, whole(1, 9)] = Field(default=3, description="How often to ask.")
    timeout: Annotated[float, seconds(1, 60)] = Field(
        default=6.0, description="Seconds to wait for a key after the text."
    )
    barge_in: OnOff = Field(
        default=True, description="Whether the caller may answer before the text has ended."
    )
    if_yes: Step | None = Field(default=None, description="With yes_no: the step for yes.")
    if_no: Step | None = Field(default=None, description="With yes_no: the step for no.")
    otherwise: Step | None = Field(
        default=None, description="The step to go to without an answer after all tries. Default: `on_error`."
    )

    @model_validator(mode="before")
    @classmethod
    def _answers_go_somewhere(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("slot") not in _SLOTS:
            return data
        yes_no = data["slot"] == "yes_no"
        if not yes_no and ("if_yes" in data or "if_no" in data):
            raise expected("if_yes and if_no only with slot: yes_no")
        if yes_no and data.get("confirm") is True:
            raise expected("no confirm with slot: yes_no")
        if data.get("secret") is True and data["slot"] in ("yes_no", "callback_time"):
            raise expected("no secret with slot: yes_no or callback_time")
        if data.get("secret") is True and data.get("confirm") is True:
            raise expected("no confirm with secret: a secret is not read back")
        if not (yes_no and ("if_yes" in data or "if_no" in data)) and "into" not in data:
            raise expected("into: VARIABLE" + (", or if_yes and if_no" if yes_no else ""))
        return data

    def by_input(self) -> frozenset[str]:
        """What the caller has to say or press something for."""
        return frozenset({"next", "if_yes", "if_no"})

    def then(self) -> Then:
        """Yes and no may both say where to go."""
        return Then.NEVER if self.if_yes and self.if_no else Then.NEXT

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ask, read back, keep."""
        first = context.parts(self.say)
        again = context.parts(self.again) if self.again is not None else first
        wanted = Wanted(self._keys(), speech_wanted(self.slot))
        answer: Answer[SlotValue] | None = await ask_and_confirm(
            conversation,
            context,
            Question(first, again, wanted, self.tries, self.barge_in, self.secret),
            _Understanding(self.slot, conversation, context),
            (lambda value: as_parts(self.slot, value)) if self.confirm else None,
        )
        if answer is None:
            return go(self.otherwise, "no answer")
        if isinstance(answer.value, CallWindow):
            context.call_window = answer.value
        if self.into is not None:
            context.put(self.into, as_variable(answer.value), secret=self.secret)
            slot = as_slot(self.into, answer.value, answer.heard, confirmed=self.confirm, secret=self.secret)
            context.remember(slot)
        step = self.if_yes if answer.value is True else self.if_no if answer.value is False else None
        return Done() if step is None else Goto(step)

    def _keys(self) -> KeysWanted | None:
        if self.slot == "yes_no":
            return KeysWanted(1, "", self.timeout)
        return KeysWanted(20, "#", self.timeout) if self.slot in _KEYED else None


class _Understanding:
    """What the answers to one question mean: a telephone number may be said in several, and one that was read
    back and is asked for again was not right.

    Args:
        slot: what was asked for.
        conversation, context: the call.
    """

    def __init__(self, slot: Slot, conversation: Conversation, context: Context) -> None:
        self._slot: Slot = slot
        self._conversation = conversation
        self._context = context
        self._so_far: Shortfall | None = None
        self._denied: tuple[str, ...] = ()

    def __call__(self, heard: Heard) -> SlotValue | Sorry:
        """One answer."""
        language, country = self._conversation.language, self._conversation.country
        if self._slot == "yes_no":
            return yes_or_no(heard, language)
        if heard.kind == "keys":
            if not heard.digits.isdecimal():
                return Sorry("not_understood")
            return int(heard.digits) if self._slot == "number" else heard.digits
        known = SlotContext(
            now=self._conversation.now(),
            hours=self._context.hours,
            country=country,
            so_far=self._so_far,
            denied=self._denied,
        )
        if self._slot == "phone_number":
            lacking = still_lacking(
                heard.text, heard.words, language, replace(known, alternatives=heard.alternatives)
            )
            if lacking is not None:
                self._so_far = lacking
                holds = lacking.before
                return Sorry("number_so_far", holds) if holds else Sorry("not_understood")
        found = meaning(self._slot, heard, language, country, known)
        if self._slot == "phone_number" and not isinstance(found, Sorry):
            self._so_far, self._denied = None, (*self._denied, str(found))
        return found
