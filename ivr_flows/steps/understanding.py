"""What an answer to a flow's question means: keys by the flow's own rules, words by `asr.slots`.

Pure. What to ask, and how often, is in `ivr_flows.steps.questions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from asr.listening.answer import Heard, SpeechWanted
from asr.listening.end_of_turn import TIMING_OF_SLOT
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind, SlotValue
from ivr_flows.expressions import Value
from ivr_flows.steps.outcomes import Slot
from ivr_flows.steps.texts import TextKey
from tts.parts import Part, Spoken, SpokenKind, Text

_NOTHING = SlotContext()
# What is kept of a secret; as long for every one.
SECRET = "•••"
_YES_NO_KEYS = {"1": True, "2": False}
_SLOT_OF_DIGITS: Mapping[str, SlotKind] = {"phone_number": "phone_number", "number": "number"}


@dataclass(frozen=True, slots=True)
class Sorry:
    """No answer.

    Args:
        key: the text that says so.
        holds: the first digits of a number, which are right; only the rest is asked for then.
    """

    key: TextKey
    holds: str = ""


def speech_wanted(
    slot: SlotKind, options: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> SpeechWanted:
    """Listen for a slot's words, as long as such an answer takes; `options`: those of a menu, by name."""
    phrases = tuple(phrase for spoken in options.values() for phrase in spoken)
    return SpeechWanted(slot, phrases, TIMING_OF_SLOT[slot], options)


def meaning(
    slot: SlotKind, heard: Heard, language: str, country: str = "", known: SlotContext = _NOTHING
) -> SlotValue | Sorry:
    """What spoken words mean for a slot.

    Args:
        slot: what the answer is to be.
        heard: the answer.
        language: en, zh or ko.
        country: where the site is, "" for not known.
        known: what the question brings with it: choices, limits, the time and the hours.
    """
    context = replace(
        known,
        confidence=heard.confidence,
        meanings=heard.meanings,
        alternatives=heard.alternatives,
        country=country,
    )
    found = understand(slot, heard.text, heard.words, language, context)
    return Sorry("not_understood") if found is None else found.value


def yes_or_no(heard: Heard, language: str) -> bool | Sorry:
    """Yes is 1, no is 2, or any words for them."""
    if heard.kind == "keys":
        found = _YES_NO_KEYS.get(heard.digits)
        return Sorry("not_a_choice") if found is None else found
    value = meaning("yes_no", heard, language)
    return value if isinstance(value, bool) else Sorry("not_understood")


def slot_of_digits(kind: SpokenKind) -> SlotKind:
    """What to listen for when digits may be spoken instead of keyed in."""
    return _SLOT_OF_DIGITS.get(kind, "digits")


def digits(
    heard: Heard, kind: SpokenKind, language: str, minimum: int, maximum: int, country: str = ""
) -> str | Sorry:
    """A row of digits, keyed in or spoken; `minimum` to `maximum` of them."""
    if heard.kind == "keys":
        found = heard.digits
        if not found.isdecimal():
            return Sorry("not_understood")
    else:
        slot = slot_of_digits(kind)
        value = meaning(slot, heard, language, country)
        if isinstance(value, bool) or not isinstance(value, int | str):
            return Sorry("not_understood")
        found = str(value)
    length = len(found.removeprefix("+"))
    return found if minimum <= length <= maximum else Sorry("wrong_length")


def as_variable(value: SlotValue) -> Value:
    """A slot's value as a variable can hold it: of a time to call, its beginning."""
    return value.start.isoformat(timespec="minutes") if isinstance(value, CallWindow) else value


def as_parts(slot: SlotKind, value: SlotValue) -> list[Part]:
    """A slot's value, to be read back."""
    if isinstance(value, CallWindow):
        start = value.start
        return [Spoken("date", start.date().isoformat()), Spoken("time", f"{start:%H:%M}")]
    if slot in ("digits", "phone_number", "number"):
        return [Spoken(slot, str(value))]
    return [Text(str(value))]


def as_slot(
    name: str, value: SlotValue, heard: Sequence[Heard], *, confirmed: bool, secret: bool = False
) -> Slot:
    """What to keep of an answer; `heard` is all that led to it, the answer last.

    Of a secret it is only that there was one.
    """
    if secret:
        return Slot(name, SECRET, SECRET, (), 1.0, confirmed, ())
    last = heard[-1]
    audio = tuple(answer.audio for answer in heard if answer.audio is not None)
    text = last.text or last.digits
    return Slot(name, str(as_variable(value)), text, last.words, last.confidence, confirmed, audio)
