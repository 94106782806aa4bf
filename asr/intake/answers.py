"""What an answer means to the intake bot at each of its questions; what follows is left to `asr.intake.bot`.

Keys first: 0 is a person, * the question again, 1 yes and 2 no. Words: what can be said at any moment (a
person, the question again) goes before what the question asks for, and whatever fills another slot is taken
besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast, get_args

from asr.intake.draft import Draft, SlotDraft
from asr.intake.settings import IntakeSettings
from asr.intake.slots import IntakeSlot
from asr.intake.texts import CALLED, NAMED, SLOT_TEXTS
from asr.listening.answer import Heard
from asr.slots import times_en, times_ko, times_zh
from asr.slots.callback_time import window_of
from asr.slots.commands import command
from asr.slots.expected import SURE
from asr.slots.figures import NUMERALS, only_figures
from asr.slots.gather import FactKind, gather
from asr.slots.no_answer import no_answer
from asr.slots.no_number import no_number
from asr.slots.number_so_far import still_lacking
from asr.slots.numbering_plan import Shortfall, fit
from asr.slots.numbers import own_number, same_telephone
from asr.slots.questions_back import asks_back
from asr.slots.since import since
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind, SlotValue, Understood
from asr.slots.wish import Clock, Wish
from asr.text import comparable, length, tidy, without_opening
from asr.understanding.values import WantedSlot
from config.business_hours import OpeningHours
from tts.parts import Text

Asked: TypeAlias = Literal["slot", "offer_number", "confirm", "correct", "addition", "offer_human"]
"""What a question asks: for a slot, for the number that the caller calls from, whether what was noted is
right, what of it is not, what to add, or whether a person is wanted."""

MeaningName: TypeAlias = Literal[
    "silence", "noise", "unavailable", "not_understood", "human", "human?", "hello", "wait", "repeat", "redo",
    "add", "record", "skip", "yes", "no", "told", "named", "own_number", "partial", "asks", "done",
]  # fmt: skip

_YES_NO: frozenset[Asked] = frozenset({"offer_number", "confirm", "offer_human"})
_KEYED_NUMBER = re.compile(r"[0-9]{3,15}")
_CODE = re.compile(r"[A-Za-z]{0,4}[- ]?[0-9][0-9A-Za-z]*(?:[-. ][0-9A-Za-z]+)*")
_WORTH_KEEPING = {"en": 2, "zh": 3, "ko": 2}  # words (Chinese: characters) behind a yes or no
_A_SENTENCE = {"en": 4, "zh": 6, "ko": 3}  # the same of an answer that is neither yes nor no
_NAMING = {"en": 9, "zh": 15, "ko": 7}  # no answer that merely names what is wrong is as long
_A_MOMENT = {"en": 7, "zh": 12, "ko": 5}  # a wish to wait, with its reason, is not as long
_DOUBTFUL = 0.25  # a yes or no by words alone of less confidence is asked again
_ANSWERS = frozenset({"told", "yes", "no", "partial", "own_number", "named", "done"})
_SAYING_NOTHING = frozenset({"hello", "wait", "repeat", "does_not_know"})
_FACT_KINDS: frozenset[str] = frozenset(get_args(FactKind))
_KEYED_TIMES: dict[str, Callable[[datetime], Wish]] = {
    "1": lambda now: Wish(asap=True),
    "2": lambda now: Wish(part="afternoon"),
    "3": lambda now: Wish(days=(now.date() + timedelta(days=1),), part="morning"),
}
_SINCE = {"en": ("{}", "since {}"), "zh": ("{}", "从{}", "{}开始"), "ko": ("{}", "{}부터")}

_WISHES = {"en": times_en.wish, "zh": times_zh.wish, "ko": times_ko.wish}
_AT = timedelta(minutes=30)  # a time no longer than this is a point in time
_CLAUSE = re.compile(r"[,;.!?\u3002\uff0c\uff01\uff1b\uff1f]+(?:\s+|(?=[^\x00-\x7f])|$)")
_IDLE = frozenset({"hello", "repeat", "wait", "enough", "bye"})
# What a bare value can be, when nothing but digits was said, and otherwise.
_AS_FIGURES = frozenset({"phone_number", "digits", "number", "code", "list"})
_AS_WORDS = frozenset({"phone_number", "callback_time", "list", "number", "name", "date", "yes_no"})
_UNMISTAKABLE = frozenset({"phone_number", "callback_time", "list"})  # also without a no before it
_POINT = {
    "en": re.compile(r"\s*\b(?:point|dot)\b\s*"),
    "zh": re.compile(r"\s*点\s*"),
    "ko": re.compile(r"\s*(?:점|쩜)\s*"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A slot's value in an answer.

    Args:
        name: the slot's.
        value: as the rules of its kind read it.
        confidence: 0..1.
        keyed: whether it was keyed in: nothing can be misheard then.
    """

    name: str
    value: SlotValue
    confidence: float = 1.0
    keyed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an answer means.

    Args:
        name: the meaning. "told": it gives values, or words for the story; "named": it names a slot that is
            to be corrected; "partial": digits, but not yet a whole number; "human?": perhaps a wish for a
            person; "asks": a question of the caller's own; "done": the caller wants to go.
        found: values of slots, that of the question first.
        story: words that belong to the problem, "".
        slot: the one that was named.
        shortfall: of a partial number.
        denies: whether a partial number comes behind a no to the one that was offered.
        confidence: of the words, 0..1.
    """

    name: MeaningName
    found: tuple[Found, ...] = ()
    story: str = ""
    slot: str = ""
    shortfall: Shortfall | None = None
    denies: bool = False
    confidence: float = 1.0

    @property
    def shown(self) -> str:
        """For the history: the meaning, and which slots were filled."""
        names = dict.fromkeys(found.name for found in self.found)
        return " ".join((self.name, *names)) if names else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What was asked.

    Args:
        asked: the kind of question.
        slot: for "slot": which.
        parts: for "confirm" and "correct": what was read back.
    """

    asked: Asked
    slot: IntakeSlot | None = None
    parts: tuple[SlotDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Interprets the answers of one call.

    Args:
        language: en, zh or ko.
        hours: when callers can be called back, None for at any time.
        settings: the intake's.
    """

    language: str
    hours: OpeningHours | None
    settings: IntakeSettings

    def meaning(
        self, asking: Asking, heard: Heard, draft: Draft, now: datetime, *, no_human: bool = False
    ) -> Meaning:
        """What an answer to a question means.

        Args:
            asking: what was asked.
            heard: the answer.
            draft: what is known so far.
            now: aware local time.
            no_human: whether a wish for a person that was not sure is none: the caller has said so.
        """
        now = now if self.hours is None else self.hours.here(now)
        if heard.kind == "keys":
            return self._keys(asking, heard.digits, draft, now)
        if heard.kind != "speech" and not (heard.kind == "noise" and heard.meanings):
            return Meaning(name=cast(MeaningName, heard.kind))
        found = _Answer(self, asking, heard, draft, now).meaning(no_human=no_human)
        nothing = heard.kind == "noise" and found.name == "not_understood"
        return Meaning(name="noise") if nothing else found

    def wanted(self, asked: IntakeSlot | None, draft: Draft, now: datetime) -> tuple[WantedSlot, ...]:
        """The slots that an answer may fill or put right, the one that was asked for first."""
        now = now if self.hours is None else self.hours.here(now)
        order = sorted(draft, key=lambda entry: entry.slot is not asked)
        return tuple(
            WantedSlot(
                name=entry.slot.name,
                kind=entry.slot.listened,
                description=_description(entry.slot),
                context=SlotContext(
                    choices=entry.slot.choices(self.language),
                    minimum=entry.slot.minimum,
                    maximum=entry.slot.maximum,
                    now=now,
                    hours=self.hours,
                    country=self.settings.country,
                ),
            )
            for entry in order
            if not entry.is_text or not entry.filled
        )

    # Keys.

    def _keys(self, asking: Asking, digits: str, draft: Draft, now: datetime) -> Meaning:
        if digits in ("0", "*"):
            return Meaning(name="human" if digits == "0" else "repeat")
        number = draft.number
        offered = asking.asked == "offer_number" or (asking.asked == "confirm" and number in asking.parts)
        if number is not None and offered and _KEYED_NUMBER.fullmatch(digits):
            return _keyed(number.slot.name, digits)
        if asking.asked in _YES_NO and digits in ("1", "2"):
            return Meaning(name="yes" if digits == "1" else "no")
        if asking.asked == "confirm" and digits == "3" and draft.story is not None:
            return Meaning(name="add")
        if asking.asked == "addition" and digits == "1":
            return Meaning(name="record")
        if asking.asked == "correct" and digits.isdecimal() and 1 <= int(digits) <= len(asking.parts):
            return Meaning(name="named", slot=asking.parts[int(digits) - 1].slot.name)
        if asking.asked == "slot" and asking.slot is not None:
            return self._keys_for(asking.slot, digits, draft, now)
        return Meaning(name="not_understood")

    def _keys_for(self, slot: IntakeSlot, digits: str, draft: Draft, now: datetime) -> Meaning:
        if not digits.isdecimal():
            return Meaning(name="not_understood")
        match slot.kind:
            case "phone_number" if _KEYED_NUMBER.fullmatch(digits):
                return _keyed(slot.name, digits)
            case "digits" if (slot.minimum or 1) <= len(digits) <= (slot.maximum or 32):
                return _keyed(slot.name, digits)
            case "number" if (slot.minimum or 0) <= int(digits) <= (slot.maximum or 10**9):
                return _keyed(slot.name, int(digits))
            case "code" if digits != "1" or slot.required:
                return _keyed(slot.name, digits)
            case "list" if 1 <= int(digits) <= len(slot.options):
                return _keyed(slot.name, slot.options[int(digits) - 1].value)
            case "yes_no" if digits in ("1", "2"):
                return _keyed(slot.name, digits == "1")
            case "callback_time" if digits in _KEYED_TIMES:
                window = window_of(_KEYED_TIMES[digits](now), now, self.hours)
                return Meaning(name="not_understood") if window is None else _keyed(slot.name, window)
            case "free_text" if digits == "1" and draft.story is not None and draft.story.slot is slot:
                return Meaning(name="record")
            case "free_text" | "name" | "date" | "code" if digits == "1":
                return Meaning(name="skip")
        return Meaning(name="not_understood")


def _keyed(name: str, value: SlotValue) -> Meaning:
    return Meaning(name="told", found=(Found(name=name, value=value, keyed=True),))


@dataclass(frozen=True, slots=True)
class _Answer:
    """Spoken words, and everything that they are understood by."""

    by: Interpreter
    asking: Asking
    heard: Heard
    draft: Draft
    now: datetime
    act: str = ""
    """The kind of thing that the answer is, where others than the rules have said so."""

    @property
    def language(self) -> str:
        return self.by.language

    @property
    def text(self) -> str:
        return self.heard.text

    def meaning(self, *, no_human: bool) -> Meaning:
        slot = self.asking.slot
        free = self.asking.asked == "addition" or (slot is not None and slot.kind == "free_text")
        if not no_human and self._asks_for_a_person(free):
            return Meaning(name="human")
        found = self._of_question(free)
        understood = self.heard.understood
        refuses = found.name == "skip" and no_number(self.text, self.language) is not None
        human = "no" if no_human or refuses or understood is None else understood.said("human")
        # A few words that answer the question are no wish for a person, whatever they resemble.
        answers = found.name in _ANSWERS and not found.story
        if human == "sure" and not (answers and not self._is_long(self.text, _A_SENTENCE)):
            return Meaning(name="human")
        return replace(found, name="human?") if human == "unsure" and not answers else found

    def _asks_for_a_person(self, free: bool) -> bool:
        """Whether the sound or the tables say so."""
        said = command(self.text, self.language, free=free)
        by_words = said is not None and said.name == "human"
        return by_words or self.heard.meanings.get("human", 0.0) >= SURE

    def _of_question(self, free: bool) -> Meaning:
        said = command(self.text, self.language, free=free, number=self._is_number_asked)
        found = self._by_question(said.name if said is not None else "")
        act = self._act() if said is None else ""
        return replace(self, act=act)._by_question(act) if self._asks_who_understood(found, act) else found

    def _asks_who_understood(self, found: Meaning, act: str) -> bool:
        """Whether what the rules made of the answer gives way to the kind of thing that it is said to be.

        The grammar of what was asked for knows best, so they do where they found nothing, or no more than
        words for the story where those words are likelier an answer.
        """
        if not act or found.name == "not_understood":
            return bool(act)
        if found.name == "asks":
            return act not in ("other", "problem", "hello")
        if self.asking.asked in ("confirm", "correct"):
            return bool(found.story) and not found.found and act not in ("problem", "other", "human")
        understood = self.heard.understood
        nothing_else = understood is not None and {one.act for one in understood.readings} <= {"hello", act}
        least = _A_MOMENT if act == "wait" and nothing_else else _A_SENTENCE
        return bool(found.story) and act in _SAYING_NOTHING and not self._is_long(self.text, least)

    def _by_question(self, act: str) -> Meaning:
        whole = self._gone_on()
        if whole is not None:
            return Meaning(name="told", found=(whole,), confidence=whole.confidence)
        match self.asking.asked:
            case "confirm":
                return self._at_confirm(act)
            case "correct":
                return self._at_correct(act)
            case "addition":
                return self._told_something(act) or self._nothing(act)
            case "offer_human":
                return self._yes_no() or self._nothing(act)
            case "offer_number":
                return self._at_offer(act)
            case "slot":
                return self._at_slot(act)

    @property
    def _is_number_asked(self) -> bool:
        """Whether "another one" can only be a number to call."""
        number = self.draft.number
        asked = self.asking.slot is not None and number is not None and self.asking.slot is number.slot
        return asked or self.asking.asked == "offer_number" or number in self.asking.parts

    def _act(self) -> str:
        understood = self.heard.understood
        if understood is None or understood.provider == "rules":
            return ""  # the rules are asked here, with more about the question
        act = understood.act
        besides = act in _SAYING_NOTHING and understood.said("problem") == "sure"
        return act if understood.said(act) == "sure" and not besides else ""

    # Each question.

    def _at_slot(self, act: str) -> Meaning:
        slot = self.asking.slot
        assert slot is not None, "it asks for one"
        entry = self.draft.entries[slot.name]
        if act == "enough" and not slot.required:
            return Meaning(name="skip")
        if act in _IDLE and not (slot.kind in ("yes_no", "list") and self._value(slot) is not None):
            return self._nothing(act)
        if slot.kind == "free_text":
            if slot.required and (act == "does_not_know" or no_answer(self.text, self.language)):
                return Meaning(name="skip")
            return self._told_something(act) or self._nothing(act)
        lacking = self._shortfall(slot)
        if lacking is not None:
            return Meaning(name="partial", shortfall=lacking)
        if slot.kind == "name":  # any words are a name
            if asks_back(self.text, self.language):
                return self._nothing(act)
            if no_number(self.text, self.language) == "refused":
                return Meaning(name="skip")
        own = self._value(slot)
        facts = self._facts()
        if own is not None and not self._was_denied(entry, own.value):
            others = (found for found in facts if found.name != slot.name)
            return Meaning(name="told", found=(own, *others), confidence=own.confidence)
        if facts:
            return Meaning(name="told", found=facts)
        if slot.kind == "phone_number" and own_number(self.text, self.language):
            return Meaning(name="own_number")
        if act == "does_not_know" or no_answer(self.text, self.language) or self._refused(slot):
            return Meaning(name="skip")
        return self._time_besides() or self._aside(act) or self._nothing(act)

    def _refused(self, slot: IntakeSlot) -> bool:
        """Whether the caller says that there is none ("Is there an error code?" "No.")."""
        number = slot.kind == "phone_number"
        if number and no_number(self.text, self.language) is not None:
            return True
        can_be_none = (number or not slot.required) and slot.kind not in ("yes_no", "list")
        answer = self._yes_no() if can_be_none else None
        return answer is not None and answer.name == "no" and not answer.story

    def _aside(self, act: str) -> Meaning | None:
        """Words at a question for something short that tell of the problem instead."""
        told = act == "problem" or act == "add"
        if told and self._is_long(self.text, _A_SENTENCE) and self.draft.story is not None:
            return Meaning(name="told", story=self.text)
        return None

    def _at_offer(self, act: str) -> Meaning:
        number = self.draft.number
        assert number is not None, "it offers one"
        facts = self._facts()
        answer = self._yes_no()
        denies = answer is not None and answer.name == "no"
        lacking = self._shortfall(number.slot)
        if lacking is not None:
            return Meaning(name="partial", shortfall=lacking, denies=denies)
        given = self._value(number.slot)
        if given is not None and not self._was_denied(number, given.value):
            others = (found for found in facts if found.name != number.slot.name)
            own = same_telephone(str(given.value), self.draft.caller, self.by.settings.country)
            name: MeaningName = "no" if denies and not own else "told"
            return Meaning(name=name, found=(given, *others), confidence=given.confidence)
        if no_number(self.text, self.language) == "no_other":
            return Meaning(name="yes", found=facts)
        if act in ("redo", "another_number", "correction"):
            return Meaning(name="no", found=facts)
        if self._is_going(act, answer):
            return self._nothing(act)
        if answer is not None:
            found = facts or self._condition(answer.story)
            more = answer.name == "yes" and not found and self._says_more(answer.story)
            return replace(answer, found=found, story=self.text if more else "")
        if own_number(self.text, self.language):
            return Meaning(name="yes", found=facts)
        if facts:
            return Meaning(name="told", found=facts)
        return self._time_besides() or self._aside(act) or self._nothing(act)

    def _condition(self, rest: str) -> tuple[Found, ...]:
        """When to call, said behind a yes: "yes, but not before five"."""
        when = next((entry for entry in self.draft if entry.slot.kind == "callback_time"), None)
        if when is None or not rest or (when.value is not None and when not in self.asking.parts):
            return ()
        found = self._with(rest)._value(when.slot)
        return (found,) if found is not None and self._is_new(found) else ()

    def _time_besides(self) -> Meaning | None:
        """When to call, and nothing else, at another question."""
        short = not self._is_long(self.text, _NAMING)
        found = self._condition(self.text) if short else ()
        return Meaning(name="told", found=found, confidence=found[0].confidence) if found else None

    def _with(self, text: str) -> _Answer:
        """The same with other words; what is known of the sound goes with the old ones."""
        return replace(self, heard=replace(self.heard, text=text, words=(), alternatives=(), meanings={}))

    def _is_going(self, act: str, answer: Meaning | None) -> bool:
        """Whether the caller says goodbye, or has no more to say, where yes or no was asked.

        "No, that's all" is no no, and "yes, bye" is a yes to what was read back.
        """
        if answer is None or (answer.name == "no" and answer.story):
            return act in ("bye", "enough")
        return act == "bye" and answer.name == "yes" and self.asking.asked == "offer_number"

    def _says_more(self, rest: str) -> bool:
        """Whether what follows a yes or no belongs to the problem: it is neither one more nor a goodbye."""
        rest = without_the_right(rest, [entry.slot for entry in self.asking.parts], self.language)
        if not self._is_long(rest, _WORTH_KEEPING) or own_number(rest, self.language):
            return False
        said = command(rest, self.language)
        again = understand("yes_no", rest, (), self.language)
        return not (said is not None and said.name in _IDLE) and (again is None or bool(again.remainder))

    def _at_confirm(self, act: str) -> Meaning:
        """Yes or no, with what is to be corrected or added."""
        put_right = self._partly_right(act)
        if put_right is not None:
            return put_right
        answer = self._yes_no()
        if self._is_going(act, answer):
            return self._nothing(act)
        rest = "" if answer is None else answer.story
        if answer is not None and answer.name == "yes":
            corrected = self._facts() or self._condition(rest)
        else:
            corrected = self._corrections(None if answer is None else rest)
        if answer is not None and answer.name == "yes" and not corrected and self._contradicts(rest):
            return Meaning(name="no", confidence=answer.confidence)
        if corrected and (answer is None or answer.name == "no"):
            return Meaning(name="told", found=corrected, confidence=min(one.confidence for one in corrected))
        if answer is not None:
            keep = self._says_more(rest) and self.draft.story is not None
            brief = not self._is_long(self.text, _NAMING)
            named = self._named(self.text) if answer.name == "no" and brief else ""
            if named:
                return Meaning(name="named", slot=named)
            return replace(answer, found=corrected, story=self.text if keep and not corrected else "")
        if act == "add":
            said = command(self.text, self.language)
            more = said is not None and self._is_long(said.remainder, _WORTH_KEEPING)
            return Meaning(name="add", story=self.text if more else "")
        if act in ("redo", "correction"):
            return self._named_or("no")
        if act in _IDLE:
            return self._nothing(act)
        named = self._named(self.text)
        if named and (act == "another_number" or not self._is_long(self.text, _A_SENTENCE)):
            return Meaning(name="named", slot=named)
        if self._is_long(self.text, _A_SENTENCE) and self.draft.story is not None:
            return Meaning(name="told", story=self.text)
        return self._nothing(act)

    def _contradicts(self, rest: str) -> bool:
        """Whether a yes is followed by a but and figures that fit nothing: something is to be another one."""
        turns = _TURNS[self.language].match(rest)
        kinds = {token.kind for token in NUMERALS[self.language].lex(rest)}
        return turns is not None and "digits" in kinds and not self._is_long(rest, _NAMING)

    def _partly_right(self, act: str) -> Meaning | None:
        """What is put right by an answer that says of other things that they are right."""
        slots = [entry.slot for entry in self.asking.parts]
        wrong = beyond_the_right(self.text, slots, self.language)
        if not wrong:
            return None
        found = self._with(f"{_NO[self.language]}{wrong}")._at_confirm(act)
        return found if found.name in ("told", "named") and not found.story else None

    def _at_correct(self, act: str) -> Meaning:
        put_right = self._partly_right(act)
        if put_right is not None:
            return put_right
        if act == "enough" or no_answer(self.text, self.language):
            return Meaning(name="yes")  # nothing is to be corrected
        if act in _IDLE:
            return self._nothing(act)
        answer = self._yes_no()
        corrected = self._corrections(self.text if answer is None else answer.story)
        if corrected:
            return Meaning(name="told", found=corrected, confidence=min(one.confidence for one in corrected))
        named = self._named(self.text)
        if named:
            return Meaning(name="named", slot=named)
        if answer is not None and not answer.story:
            return answer
        if self._is_long(self.text, _A_SENTENCE) and self.draft.story is not None:
            return Meaning(name="told", story=self.text)
        return self._nothing(act)

    def _named_or(self, name: MeaningName) -> Meaning:
        named = self._named(self.text)
        return Meaning(name="named", slot=named) if named else Meaning(name=name)

    def _told_something(self, act: str) -> Meaning | None:
        """Free text, with what it says of other slots."""
        if act in _IDLE:
            return None
        found = self._understand("free_text")
        if found is None or not without_opening(self.text, self.language):
            return None
        understood = self.heard.understood
        story = self.text if understood is None else understood.without("human") or self.text
        return Meaning(name="told", found=self._facts(), story=story, confidence=found.confidence)

    def _nothing(self, act: str) -> Meaning:
        if act in ("hello", "repeat", "redo", "wait"):
            return Meaning(name=cast(MeaningName, act))
        if act in ("bye", "enough"):
            return Meaning(name="done")
        return Meaning(name="asks" if asks_back(self.text, self.language) else "not_understood")

    # Yes and no.

    def _yes_no(self) -> Meaning | None:
        answer = self._understand("yes_no")
        if answer is None:
            # What no table has may be meant all the same; a sound that was scored, and is no answer, is none.
            scored = bool(self.heard.meanings) and not self._is_long(self.text, _A_SENTENCE)
            meant = self.act in ("yes", "no") and not scored
            return Meaning(name=cast(MeaningName, self.act)) if meant else None
        if answer.confidence < _DOUBTFUL and not self.heard.meanings:
            return None
        name: MeaningName = "yes" if answer.value else "no"
        return Meaning(name=name, story=answer.remainder, confidence=answer.confidence)

    # Values.

    def _value(self, slot: IntakeSlot) -> Found | None:
        """What the answer says of the slot that was asked for."""
        if slot.kind == "date":
            return self._date(slot)
        if slot.kind == "code":
            return self._code(slot)
        by_cue = next((found for found in self._facts((self.draft.entries[slot.name],))), None)
        if by_cue is not None and slot.kind in ("number", "digits", "name"):
            return by_cue
        found = self._understand(slot.listened, slot)
        if found is None:
            return by_cue
        return self._as_before(Found(name=slot.name, value=found.value, confidence=found.confidence))

    def _date(self, slot: IntakeSlot) -> Found | None:
        said = tidy(without_opening(self.text, self.language), self.language).rstrip(" .,。，!?！？")
        for pattern in _SINCE[self.language]:
            found = since(pattern.format(said), self.language, self.now)
            if found is not None:
                return Found(
                    name=slot.name, value=found.value, confidence=self._sureness * (0.5 + found.sure / 2)
                )
        if not said or no_answer(said, self.language) or self._is_long(said, {"en": 9, "zh": 14, "ko": 6}):
            return None
        return Found(name=slot.name, value=said, confidence=self._sureness * 0.5)

    def _code(self, slot: IntakeSlot) -> Found | None:
        facts = self._facts((self.draft.entries[slot.name],))
        if facts:
            return facts[0]
        if no_answer(self.text, self.language):
            return None
        written = _CODE.findall(tidy(self.text, self.language))
        if len(written) == 1:
            return Found(name=slot.name, value=written[0].upper().replace(" ", ""), confidence=self._sureness)
        parts = _POINT[self.language].split(comparable(self.text, self.language))
        numbers = [understand("number", part, (), self.language) for part in parts]
        if len(parts) > 1 and all(number is not None for number in numbers):
            value = ".".join(str(number.value) for number in numbers if number is not None)
            return Found(name=slot.name, value=value, confidence=self._sureness)
        spoken = self._understand("digits", slot)
        if spoken is None:
            return None
        return Found(name=slot.name, value=spoken.value, confidence=spoken.confidence)

    def _shortfall(self, slot: IntakeSlot) -> Shortfall | None:
        """What a telephone number still lacks that is to be asked for: once, then it is taken as it is."""
        if slot.kind != "phone_number":
            return None
        return still_lacking(self.text, self.heard.words, self.language, self._context(slot))

    def _gone_on(self) -> Found | None:
        """The telephone number with the digits behind a pause that was taken for the end of the answer."""
        number = self.draft.number
        if number is None or number.value is None or number.confirmed or not number.told:
            return None
        country = self.by.settings.country
        of_it = self.asking.slot is number.slot or not only_figures(self.text, self.language)
        if of_it or fit(str(number.value), country) == "valid":
            return None
        whole = self._with(f"{number.told[-1].text} {self.text}")._value(number.slot)
        return whole if whole is not None and fit(str(whole.value), country) == "valid" else None

    def _facts(self, entries: Iterable[SlotDraft] | None = None) -> tuple[Found, ...]:
        """What the answer says of slots that it was not asked for, as far as that is new."""
        among = list(self.draft if entries is None else entries)
        kinds: dict[str, SlotDraft] = {}
        for entry in among:
            kinds.setdefault(_fact_kind(entry.slot), entry)
        wanted = [cast(FactKind, kind) for kind in kinds if kind]
        found = [
            Found(
                name=kinds[fact.kind].slot.name,
                value=fact.understood.value,
                confidence=fact.understood.confidence,
            )
            for fact in gather(self.text, self.language, self._context(None), wanted, self.heard.words)
        ]
        found += [one for entry in among if (one := self._option(entry)) is not None]
        names = {one.name for one in found}
        understood = self.heard.understood
        for name, filled in understood.slots.items() if understood is not None else ():
            if name in {entry.slot.name for entry in among} - names:
                found.append(Found(name=name, value=filled.value, confidence=filled.confidence))
        return tuple(one for one in map(self._as_before, found) if self._is_new(one))

    def _is_new(self, found: Found) -> bool:
        entry = self.draft.entries[found.name]
        if entry.is_text or self._was_denied(entry, found.value):
            return False
        return entry.value is None or not _same(entry.value, found.value)

    def _was_denied(self, entry: SlotDraft, value: SlotValue) -> bool:
        if entry.slot.kind != "phone_number":
            return value in entry.denied
        country = self.by.settings.country
        return any(same_telephone(str(value), str(denied), country) for denied in entry.denied)

    def _option(self, entry: SlotDraft) -> Found | None:
        """A value of a list that stands in the answer word for word."""
        slot = entry.slot
        if slot.kind != "list":
            return None
        context = SlotContext(choices=slot.choices(self.language), confidence=1.0)
        # As a whole, or by clauses: what one of them denies is not denied in the next.
        for texts in ((self.text,), _CLAUSE.split(self.text)):
            found = [understand("choice", text, (), self.language, context) for text in texts]
            values = {one.value for one in found if one is not None and one.confidence == 1.0}
            if len(values) == 1:
                return Found(name=slot.name, value=values.pop(), confidence=self._sureness)
        return None

    def _corrections(self, rest: str | None) -> tuple[Found, ...]:
        """What an answer to a reading back puts right.

        A value that says what it is ("the number is ...") counts for any slot; besides a bare value, for the
        one part that was read back and that it can be a value of.

        Args:
            rest: what was said behind a no; None for an answer without one.
        """
        facts = self._facts()
        if facts:
            return facts
        said = self.text if rest is None else rest
        changes = _CHANGES[self.language].search(comparable(said, self.language)) is not None
        if not said or (rest is None and self._is_long(said, _NAMING if changes else _A_SENTENCE)):
            return ()
        bare = self._with(said)
        figures = only_figures(said, self.language)
        kinds = _AS_FIGURES if figures else _AS_WORDS if rest is not None else _UNMISTAKABLE
        values = bare._bare_values(kinds) or (bare._bare_values(_UNMISTAKABLE) if figures else [])
        number = self.draft.number
        called = [found for found in values if number is not None and found.name == number.slot.name]
        return tuple(values if len(values) == 1 else called)

    def _bare_values(self, kinds: frozenset[str]) -> list[Found]:
        """Values, of what was read back, that the words can be."""
        return [
            found
            for entry in self.asking.parts
            if entry.slot.kind in kinds
            and (found := self._value(entry.slot)) is not None
            and self._is_new(found)
        ]

    def _as_before(self, found: Found) -> Found:
        """A time that puts another right, with what was not said anew: "no, at ten" leaves the day alone."""
        entry = self.draft.entries[found.name]
        before = entry.value or next(iter(entry.denied[::-1]), None)
        if not isinstance(before, CallWindow) or before.as_soon_as_possible:
            return found
        wish = _WISHES[self.language](self.text, self.now.date())
        if wish is None or wish.asap or wish.delay or wish.later or wish.or_else or wish.without:
            return found
        if window_of(wish, self.now, self.by.hours) != found.value:
            return found  # the words say more than one thing
        timed = wish.clock is not None or wish.part is not None
        start = before.start
        if timed and not wish.days:
            wish = replace(wish, days=(start.date(),))
        elif wish.days and not timed and before.end - start <= _AT:
            half: Literal["am", "pm"] = "am" if start.hour < 12 else "pm"
            wish = replace(wish, clock=Clock(start.hour % 12 or 12, start.minute, half))
        window = window_of(wish, self.now, self.by.hours)
        return found if window is None else replace(found, value=window)

    def _named(self, text: str) -> str:
        """The part of what was read back that the caller names."""
        said = comparable(text, self.language)
        number = self.draft.number
        if number is not None and number in self.asking.parts:
            other = command(text, self.language, number=True)
            if self.act == "another_number" or (other is not None and other.name == "another_number"):
                return number.slot.name
        named = [
            (len(word), entry.slot.name)
            for entry in self.asking.parts
            for word in names_of(entry.slot, self.language)
            if comparable(word, self.language) in said
        ]
        return max(named)[1] if named else ""

    @property
    def _sureness(self) -> float:
        found = understand("free_text", self.text, self.heard.words, self.language, self._context(None))
        return 0.0 if found is None else found.confidence

    def _understand(self, kind: SlotKind, slot: IntakeSlot | None = None) -> Understood | None:
        return understand(kind, self.text, self.heard.words, self.language, self._context(slot))

    def _context(self, slot: IntakeSlot | None) -> SlotContext:
        number = self.draft.number if slot is None else self.draft.entries[slot.name]
        return SlotContext(
            choices={} if slot is None else slot.choices(self.language),
            minimum=None if slot is None else slot.minimum,
            maximum=None if slot is None else slot.maximum,
            so_far=None if slot is None or number is None else number.shortfall,
            denied=() if number is None else self._denied(number),
            now=self.now,
            hours=self.by.hours,
            confidence=self.heard.confidence,
            meanings=self.heard.meanings,
            alternatives=self.heard.alternatives,
            country=self.by.settings.country,
        )

    def _denied(self, entry: SlotDraft) -> tuple[str, ...]:
        """Numbers that are not meant; what is said to a reading back changes what was read back."""
        if entry.slot.kind != "phone_number":
            return ()
        present = entry.value if self.asking.asked in ("confirm", "correct") else None
        return (*map(str, entry.denied), *(() if present is None else (str(present),)))

    def _is_long(self, text: str, least: dict[str, int]) -> bool:
        return length(text, self.language) >= least[self.language]


_NO = {"en": "no, ", "zh": "不对，", "ko": "아니요, "}
_CHANGES = {
    "en": re.compile(r"\b(?:make (?:it|that)|change|move|switch|instead|rather|better|prefer|put)\b"),
    "zh": re.compile(r"改|换|还是"),
    "ko": re.compile(r"바꿔|바꾸|변경|고쳐|옮겨|말고|대신"),
}
_THE_REST = {
    "en": ("the rest", "everything else", "everything", "all", "all of it", "it all"),
    "zh": ("其他", "其它", "别的", "其余", "剩下", "都", "全部", "前面"),
    "ko": ("나머지", "다른 건", "다른 거", "다", "모두", "전부"),
}
_IS_RIGHT = {
    "en": r"\b(?:the |my |your )?(?:{})(?:s| is| are| was)? (?:all |quite |absolutely )?"
    r"(?:right|correct|fine|okay|ok|good|true)\b",
    "zh": r"(?:{})(?:都|也|是|倒是)*(?:对|没错|没问题|正确)(?!不)(?:的|了)?",
    "ko": r"(?:{})(?:는|은|가|이|도)? ?(?:다 )?(?:맞(?!지)|괜찮(?!지))\S*",
}
_TURNS = {
    "en": re.compile(r"(?:(?:but|and|only|just|except(?: for)?|however|although|though|so)(?: |$))+"),
    "zh": re.compile(r"(?:但是?|可是|不过|就是|只是|而是|而| |，)+"),
    "ko": re.compile(r"(?:(?:그런데|근데|하지만|다만|그리고)(?: |$))+"),
}


def beyond_the_right(text: str, slots: Iterable[IntakeSlot], language: str) -> str:
    """What is left of "the number is right, but it's tomorrow": "its tomorrow"; "" where nothing is.

    Args:
        text: an answer to a reading back.
        slots: of what was read back.
        language: en, zh or ko.
    """
    left = without_the_right(text, slots, language)
    if left == comparable(text, language):
        return ""
    answer = understand("yes_no", left, (), language)
    if answer is not None:
        left = answer.remainder
    return _TURNS[language].sub("", left, count=1).strip() if left else ""


def without_the_right(text: str, slots: Iterable[IntakeSlot], language: str) -> str:
    """What was said, as `comparable`, without what it says to be right ("the number is right").

    Args:
        text, slots, language: as for `beyond_the_right`.
    """
    names = {comparable(name, language) for slot in slots for name in names_of(slot, language)}
    subjects = "|".join(sorted(map(re.escape, names | set(_THE_REST[language])), key=len, reverse=True))
    said = re.sub(_IS_RIGHT[language].format(subjects), " ", comparable(text, language))
    return " ".join(said.split())


def names_of(slot: IntakeSlot, language: str) -> tuple[str, ...]:
    """What callers call a slot."""
    known = NAMED.get(slot.name, {}).get(language, ())
    label = () if slot.label is None else slot.label(language, {})
    own = tuple(part.text for part in label if isinstance(part, Text))
    written = () if known or own else (slot.name.replace("_", " "),)
    return (*known, *own, *written)


def _description(slot: IntakeSlot) -> str:
    """What a slot is, in English where there are words for it."""
    for words in (slot.label, slot.ask):
        for part in words("en", {}) if words is not None else ():
            if isinstance(part, Text):
                return part.text
    called = CALLED.get(slot.name) or SLOT_TEXTS.get(slot.name, {}).get(f"{slot.name}_is")
    return slot.name.replace("_", " ") if called is None else called["en"]


def _fact_kind(slot: IntakeSlot) -> str:
    """What `gather` knows a slot as, "" for nothing."""
    if slot.name in _FACT_KINDS and slot.kind not in ("list", "yes_no", "free_text"):
        return slot.name
    return {"phone_number": "phone_number", "callback_time": "callback_time", "date": "since"}.get(
        slot.kind, ""
    )


def _same(one: SlotValue, other: SlotValue) -> bool:
    if isinstance(one, CallWindow) and isinstance(other, CallWindow):
        both_soon = one.as_soon_as_possible and other.as_soon_as_possible
        return both_soon or (one.start, one.end) == (other.start, other.end)
    return one == other
