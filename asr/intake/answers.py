"""What an answer means to the intake bot at each of its questions; what follows is left to `asr.intake.bot`.

Keys first (`asr.intake.keyed`). Of words, what can be said at any moment (a person, the question again) goes
before what the question asks for, and whatever fills another slot is taken besides (`asr.intake.spoken`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from asr.intake.draft import Draft
from asr.intake.keyed import keyed
from asr.intake.meaning import Asking, Meaning, MeaningName
from asr.intake.reading_back import NAMING, at_confirm, at_correct
from asr.intake.replies import IDLE, is_going, nothing, says_more, yes_or_no
from asr.intake.settings import IntakeSettings
from asr.intake.slots import IntakeSlot
from asr.intake.spoken import A_SENTENCE, Spoken
from asr.intake.texts import CALLED, SLOT_TEXTS
from asr.listening.answer import Heard
from asr.patterns import Pattern
from asr.slots.commands import command
from asr.slots.expected import SURE
from asr.slots.no_answer import asks_back, no_answer, no_number
from asr.slots.numbers import own_number, same_telephone
from asr.slots.values import SlotContext
from asr.text import without_opening
from asr.understanding.values import WantedSlot
from config.business_hours import OpeningHours
from tts.parts import Text

_A_MOMENT = {"en": 12, "zh": 20, "ko": 8}  # a wish to wait, with its reason, is not as long
_ANSWERS = frozenset({"told", "yes", "no", "partial", "own_number", "named", "done"})
_SAYING_NOTHING = frozenset({"hello", "wait", "repeat", "does_not_know"})


# How recognisers write, at a closed question, what sounds alike: 部队 (the army) for 不对 (that is wrong).
_SOUND_ALIKES: Mapping[str, tuple[tuple[Pattern, str], ...]] = {
    "zh": (
        (Pattern(r"^(?:部队|布队|步队|不队|不堆|布对)"), "不对"),
        (Pattern(r"(?<=[的个后])[后厚候好浩毫豪][码麻马妈嘛]|后马|后码|厚麻"), "号码"),
    )
}


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
            return keyed(asking, heard.digits, draft, now, self.hours)
        if heard.kind != "speech" and not (heard.kind == "noise" and heard.meanings):
            return Meaning(name=cast(MeaningName, heard.kind))
        if not (asking.asked == "addition" or (asking.slot is not None and asking.slot.kind == "free_text")):
            for alike, meant in _SOUND_ALIKES.get(self.language, ()):
                heard = replace(heard, text=alike.sub(meant, heard.text))
        said = Spoken(
            language=self.language,
            hours=self.hours,
            country=self.settings.country,
            asking=asking,
            heard=heard,
            draft=draft,
            now=now,
        )
        found = _spoken(said, no_human=no_human)
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


def _spoken(said: Spoken, *, no_human: bool) -> Meaning:
    slot = said.asking.slot
    free = said.asking.asked == "addition" or (slot is not None and slot.kind == "free_text")
    tables = command(said.text, said.language, free=free, number=_is_number_asked(said))
    by_tables = "" if tables is None else tables.name
    by_sound = said.heard.meanings.get("human", 0.0) >= SURE
    if not no_human and (by_tables == "human" or by_sound):
        return Meaning(name="human")
    found = _of_question(said, by_tables)
    understood = said.heard.understood
    refuses = found.name == "skip" and no_number(said.text, said.language) is not None
    human = "no" if no_human or refuses or understood is None else understood.said("human")
    # A few words that answer the question are no wish for a person, whatever they resemble.
    answers = found.name in _ANSWERS and not found.story
    if human == "sure" and not (answers and not said.is_long(said.text, A_SENTENCE)):
        return Meaning(name="human")
    return replace(found, name="human?") if human == "unsure" and not answers else found


def _of_question(said: Spoken, by_tables: str) -> Meaning:
    """What the answer means besides a wish for a person.

    Args:
        said: the answer.
        by_tables: the command that the tables see in it, "" for none.
    """
    found = _by_question(replace(said, act=by_tables))
    act = "" if by_tables else _kind(said)
    return _by_question(replace(said, act=act)) if _asks_who_understood(said, found, act) else found


def _asks_who_understood(said: Spoken, found: Meaning, act: str) -> bool:
    """Whether what the rules made of the answer gives way to the kind of thing that it is said to be.

    The grammar of what was asked for knows best, so they do where they found nothing, or no more than
    words for the story where those words are likelier an answer.
    """
    if not act or found.name == "not_understood":
        return bool(act)
    if found.name == "asks":
        return act not in ("other", "problem", "hello")
    if said.asking.asked in ("confirm", "correct"):
        return bool(found.story) and not found.found and act not in ("problem", "other", "human")
    understood = said.heard.understood
    nothing_else = understood is not None and {one.act for one in understood.readings} <= {"hello", act}
    least = _A_MOMENT if act == "wait" and nothing_else else A_SENTENCE
    return bool(found.story) and act in _SAYING_NOTHING and not said.is_long(said.text, least)


def _by_question(said: Spoken) -> Meaning:
    whole = said.gone_on()
    if whole is not None:
        return Meaning(name="told", found=(whole,), confidence=whole.confidence)
    change = said.change()
    if change is not None:
        facts = said.facts()
        besides = _by_question(said.worded(change.rest)) if change.rest else Meaning(name="not_understood")
        if besides.name == "told" and not besides.story:
            names = {found.name for found in facts}
            facts = (*facts, *(found for found in besides.found if found.name not in names))
        return Meaning(name="told", found=facts, change=change, confidence=said.heard.confidence or 1.0)
    match said.asking.asked:
        case "confirm":
            return at_confirm(said)
        case "correct":
            return at_correct(said)
        case "addition":
            return _told_something(said) or nothing(said)
        case "offer_human":
            return yes_or_no(said) or nothing(said)
        case "offer_number":
            return _at_offer(said)
        case "slot":
            return _at_slot(said)


def _is_number_asked(said: Spoken) -> bool:
    """Whether "another one" can only be a number to call."""
    number = said.draft.number
    asked = said.asking.slot is not None and number is not None and said.asking.slot is number.slot
    return asked or said.asking.asked == "offer_number" or number in said.asking.parts


def _kind(said: Spoken) -> str:
    """The kind of thing that others than the rules are sure that the answer is, "" for none."""
    understood = said.heard.understood
    if understood is None or understood.provider == "rules":
        return ""  # the rules are asked here, with more about the question
    act = understood.act
    besides = act in _SAYING_NOTHING and understood.said("problem") == "sure"
    return act if understood.said(act) == "sure" and not besides else ""


def _at_slot(said: Spoken) -> Meaning:
    slot = said.asking.slot
    assert slot is not None, "it asks for one"
    entry = said.draft.entries[slot.name]
    if said.act == "enough" and not slot.required:
        return Meaning(name="skip")
    if said.act in IDLE and not (slot.kind in ("yes_no", "list") and said.value(slot) is not None):
        return nothing(said)
    if slot.kind == "free_text":
        if slot.required and (said.act == "does_not_know" or no_answer(said.text, said.language)):
            return Meaning(name="skip")
        return _told_something(said) or nothing(said)
    lacking = said.shortfall(slot)
    if lacking is not None:
        return Meaning(name="partial", shortfall=lacking)
    if slot.kind == "name":  # any words are a name
        if asks_back(said.text, said.language):
            return nothing(said)
        if no_number(said.text, said.language) == "refused":
            return Meaning(name="skip")
    own = said.value(slot)
    facts = said.facts()
    if own is not None and not said.was_denied(entry, own.value):
        others = (found for found in facts if found.name != slot.name)
        return Meaning(name="told", found=(own, *others), confidence=own.confidence)
    if facts:
        return Meaning(name="told", found=facts)
    if slot.kind == "phone_number" and own_number(said.text, said.language):
        return Meaning(name="own_number")
    if said.act == "does_not_know" or said.has_none(slot) or _refused(said, slot):
        return Meaning(name="skip")
    return _time_besides(said) or _aside(said) or nothing(said)


def _refused(said: Spoken, slot: IntakeSlot) -> bool:
    """Whether the caller says that there is none ("Is there an error code?" "No.")."""
    number = slot.kind == "phone_number"
    if number and no_number(said.text, said.language) is not None:
        return True
    can_be_none = (number or not slot.required) and slot.kind not in ("yes_no", "list")
    answer = yes_or_no(said) if can_be_none else None
    return answer is not None and answer.name == "no" and not answer.story


def _aside(said: Spoken) -> Meaning | None:
    """Words at a question for something short that tell of the problem instead."""
    told = said.act == "problem" or said.act == "add"
    if told and said.may_be_told and said.is_long(said.text, A_SENTENCE) and said.draft.story is not None:
        return Meaning(name="told", story=said.text)
    return None


def _at_offer(said: Spoken) -> Meaning:
    number = said.draft.number
    assert number is not None, "it offers one"
    facts = said.facts()
    answer = yes_or_no(said)
    denies = answer is not None and answer.name == "no"
    lacking = said.shortfall(number.slot)
    if lacking is not None:
        return Meaning(name="partial", shortfall=lacking, denies=denies)
    given = said.value(number.slot)
    if given is not None and not said.was_denied(number, given.value):
        others = (found for found in facts if found.name != number.slot.name)
        own = same_telephone(str(given.value), said.draft.caller, said.country)
        name: MeaningName = "no" if denies and not own else "told"
        return Meaning(name=name, found=(given, *others), confidence=given.confidence)
    if no_number(said.text, said.language) == "no_other":
        return Meaning(name="yes", found=facts)
    if said.act in ("redo", "another_number", "correction"):
        return Meaning(name="no", found=facts)
    if is_going(said, answer):
        return nothing(said)
    if answer is not None:
        found = facts or said.condition(answer.story)
        more = answer.name == "yes" and not found and says_more(said, answer.story)
        return replace(answer, found=found, story=said.text if more else "")
    if own_number(said.text, said.language):
        return Meaning(name="yes", found=facts)
    if facts:
        return Meaning(name="told", found=facts)
    return _time_besides(said) or _aside(said) or nothing(said)


def _time_besides(said: Spoken) -> Meaning | None:
    """When to call, and nothing else, at another question."""
    short = not said.is_long(said.text, NAMING)
    found = said.condition(said.text) if short else ()
    return Meaning(name="told", found=found, confidence=found[0].confidence) if found else None


def _told_something(said: Spoken) -> Meaning | None:
    """Free text, with what it says of other slots."""
    if said.act in IDLE:
        return None
    found = said.understood_as("free_text")
    if found is None or not without_opening(said.text, said.language):
        return None
    understood = said.heard.understood
    story = said.text if understood is None else understood.without("human") or said.text
    return Meaning(name="told", found=said.facts(), story=story, confidence=found.confidence)


def _description(slot: IntakeSlot) -> str:
    """What a slot is, in English where there are words for it."""
    for words in (slot.label, slot.ask):
        for part in words("en", {}) if words is not None else ():
            if isinstance(part, Text):
                return part.text
    called = CALLED.get(slot.name) or SLOT_TEXTS.get(slot.name, {}).get(f"{slot.name}_is")
    return slot.name.replace("_", " ") if called is None else called["en"]
