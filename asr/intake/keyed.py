"""What keys mean to the intake bot: 0 a person, * the question again, 1 yes, 2 no, others by the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from asr.intake.draft import Draft
from asr.intake.meaning import YES_NO, Asking, Found, Meaning
from asr.intake.slots import IntakeSlot
from asr.patterns import Pattern
from asr.slots.callback_time import window_of
from asr.slots.values import SlotValue
from asr.slots.wish import Wish
from config.business_hours import OpeningHours

_KEYED_NUMBER = Pattern(r"[0-9]{3,15}")
_TIMES: dict[str, Callable[[datetime], Wish]] = {
    "1": lambda now: Wish(asap=True),
    "2": lambda now: Wish(part="afternoon"),
    "3": lambda now: Wish(days=(now.date() + timedelta(days=1),), part="morning"),
}


def keyed(asking: Asking, digits: str, draft: Draft, now: datetime, hours: OpeningHours | None) -> Meaning:
    """What keys mean.

    Args:
        asking: what was asked.
        digits: the keys.
        draft: what is known so far.
        now: aware local time.
        hours: when callers can be called back, None for at any time.
    """
    if digits in ("0", "*"):
        return Meaning(name="human" if digits == "0" else "repeat")
    number = draft.number
    offered = asking.asked == "offer_number" or (asking.asked == "confirm" and number in asking.parts)
    if number is not None and offered and _KEYED_NUMBER.fullmatch(digits):
        return _value(number.slot.name, digits)
    if asking.asked in YES_NO and digits in ("1", "2"):
        return Meaning(name="yes" if digits == "1" else "no")
    if asking.asked == "confirm" and digits == "3" and draft.story is not None:
        return Meaning(name="add")
    if asking.asked == "addition" and digits == "1":
        return Meaning(name="record")
    if asking.asked == "correct" and digits.isdecimal() and 1 <= int(digits) <= len(asking.parts):
        return Meaning(name="named", slot=asking.parts[int(digits) - 1].slot.name)
    if asking.asked == "slot" and asking.slot is not None:
        return _for_slot(asking.slot, digits, draft, now, hours)
    return Meaning(name="not_understood")


def _for_slot(
    slot: IntakeSlot, digits: str, draft: Draft, now: datetime, hours: OpeningHours | None
) -> Meaning:
    if not digits.isdecimal():
        return Meaning(name="not_understood")
    match slot.kind:
        case "phone_number" if _KEYED_NUMBER.fullmatch(digits):
            return _value(slot.name, digits)
        case "digits" if (slot.minimum or 1) <= len(digits) <= (slot.maximum or 32):
            return _value(slot.name, digits)
        case "number" if (slot.minimum or 0) <= int(digits) <= (slot.maximum or 10**9):
            return _value(slot.name, int(digits))
        case "code" if digits != "1" or slot.required:
            return _value(slot.name, digits)
        case "list" if 1 <= int(digits) <= len(slot.options):
            return _value(slot.name, slot.options[int(digits) - 1].value)
        case "yes_no" if digits in ("1", "2"):
            return _value(slot.name, digits == "1")
        case "callback_time" if digits in _TIMES:
            window = window_of(_TIMES[digits](now), now, hours)
            return Meaning(name="not_understood") if window is None else _value(slot.name, window)
        case "free_text" if digits == "1" and draft.story is not None and draft.story.slot is slot:
            return Meaning(name="record")
        case "free_text" | "name" | "date" | "code" if digits == "1":
            return Meaning(name="skip")
    return Meaning(name="not_understood")


def _value(name: str, value: SlotValue) -> Meaning:
    return Meaning(name="told", found=(Found(name=name, value=value, keyed=True),))
