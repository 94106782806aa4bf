"""What an answer means to the intake bot at each of its questions; what follows is left to `asr.intake.bot`.

Keys first: 0 is a person, * the question again, 1 yes and 2 no. Words: what can be said at any moment (see
`asr.slots.commands`) goes before what the question asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from asr.intake.questions import Step
from asr.listening.answer import Heard
from asr.slots.callback_time import window_of
from asr.slots.commands import command
from asr.slots.numbers import own_number
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind, Understood
from asr.slots.wish import Wish
from asr.text import length
from config.business_hours import OpeningHours

MeaningName: TypeAlias = Literal[
    "silence", "noise", "unavailable", "not_understood", "human", "hello", "repeat", "redo", "add", "record",
    "other_number", "yes", "no", "text", "name", "number", "own_number", "time",
]  # fmt: skip

_YES_NO_STEPS = frozenset({Step.CONFIRM_PROBLEM, Step.OFFER_NUMBER, Step.CONFIRM_NUMBER, Step.CONFIRM_TIME})
_NUMBER_STEPS = frozenset({Step.OFFER_NUMBER, Step.NUMBER, Step.CONFIRM_NUMBER})
_TEXT_STEPS = frozenset({Step.PROBLEM, Step.ADDITION})
_KEYED_NUMBER = re.compile(r"[0-9]{3,15}")
_WORTH_KEEPING = {"en": 2, "zh": 3, "ko": 2}  # words (Chinese: characters) behind a yes or no
_A_SENTENCE = {"en": 4, "zh": 6, "ko": 3}  # the same of an answer that is neither yes nor no
_KEYED_TIMES: dict[str, Callable[[datetime], Wish]] = {
    "1": lambda now: Wish(asap=True),
    "2": lambda now: Wish(part="afternoon"),
    "3": lambda now: Wish(days=(now.date() + timedelta(days=1),), part="morning"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer means.

    Args:
        name: the meaning.
        text: the words, without what the recogniser made up; "" for keys and the rest.
        value: the name, number or time that was given.
        confidence: of it, 0..1.
        more: whether a yes, a no or "add" came with words that belong to the problem.
    """

    name: MeaningName
    text: str = ""
    value: str | CallWindow | None = None
    confidence: float = 1.0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Interprets the answers of one call.

    Args:
        language: en, zh or ko.
        hours: when callers can be called back, None for at any time.
    """

    language: str
    hours: OpeningHours | None

    def meaning(self, step: Step, heard: Heard, now: datetime) -> Meaning:
        """What an answer to a step's question means.

        Args:
            step: one that asks.
            heard: the answer.
            now: aware local time.
        """
        now = now if self.hours is None else self.hours.here(now)
        if heard.kind == "keys":
            return self._keys(step, heard.digits, now)
        if heard.kind != "speech":
            return Meaning(heard.kind)
        text = heard.text
        said = command(text, self.language, free=step in _TEXT_STEPS)
        if said is not None and (said.name != "add" or step is Step.CONFIRM_PROBLEM):
            return Meaning(said.name, text, more=self._is_long(said.remainder, _WORTH_KEEPING))
        return self._words(step, text, heard, now) or Meaning("not_understood", text)

    def _keys(self, step: Step, digits: str, now: datetime) -> Meaning:
        if digits in ("0", "*"):
            return Meaning("human" if digits == "0" else "repeat")
        if step in _NUMBER_STEPS and _KEYED_NUMBER.fullmatch(digits):
            return Meaning("number", value=digits)
        if step in _YES_NO_STEPS and digits in ("1", "2"):
            return Meaning("yes" if digits == "1" else "no")
        if step is Step.CONFIRM_PROBLEM and digits == "3":
            return Meaning("add")
        if step is Step.PROBLEM and digits == "1":
            return Meaning("record")
        if step is Step.TIME and digits in _KEYED_TIMES:
            window = window_of(_KEYED_TIMES[digits](now), now, self.hours)
            if window is not None:
                return Meaning("time", value=window)
        return Meaning("not_understood")

    def _words(self, step: Step, text: str, heard: Heard, now: datetime) -> Meaning | None:
        if step in _TEXT_STEPS:
            return self._slot("free_text", "text", text, heard, now)
        if step is Step.NAME:
            return self._slot("name", "name", text, heard, now)
        answer = self._understand("yes_no", text, heard, now) if step in _YES_NO_STEPS else None
        if answer is not None and answer.value:
            return Meaning(
                "yes", text, None, answer.confidence, self._is_long(answer.remainder, _WORTH_KEEPING)
            )
        # "No, it is ..." gives the right one at once.
        found: Meaning | None = None
        if step in _NUMBER_STEPS:
            found = self._slot("phone_number", "number", text, heard, now)
            if found is None and own_number(text, self.language) and answer is None:
                found = Meaning("own_number", text)
        elif step in (Step.TIME, Step.CONFIRM_TIME):
            found = self._slot("callback_time", "time", text, heard, now)
        elif answer is None and self._is_long(text, _A_SENTENCE):
            found = Meaning("text", text)
        if found is not None or answer is None:
            return found
        return Meaning("no", text, None, answer.confidence, self._is_long(answer.remainder, _WORTH_KEEPING))

    def _slot(
        self, kind: SlotKind, name: MeaningName, text: str, heard: Heard, now: datetime
    ) -> Meaning | None:
        found = self._understand(kind, text, heard, now)
        if found is None or isinstance(found.value, bool | int):
            return None
        return Meaning(name, text, found.value, found.confidence)

    def _understand(self, kind: SlotKind, text: str, heard: Heard, now: datetime) -> Understood | None:
        context = SlotContext(
            now=now,
            hours=self.hours,
            confidence=heard.confidence,
            meanings=heard.meanings,
            alternatives=heard.alternatives,
        )
        return understand(kind, text, heard.words, self.language, context)

    def _is_long(self, text: str, least: dict[str, int]) -> bool:
        return length(text, self.language) >= least[self.language]
