"""What the words so far promise: whether an answer that pauses here is complete, or has only been begun.

Pure. What is done about it, in seconds, is left to `asr.listening.end_of_turn`; what answers mean to
`asr.slots`.
"""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from asr.listening.end_of_turn import Outlook
from asr.slots.understand import understand
from asr.slots.values import SlotContext, SlotKind
from asr.text import breaks_off

_ANY_LENGTH = SlotContext(minimum=1, maximum=32)
_FEWEST_DIGITS = 5  # of a telephone number whose country is not known: an extension


def outlook(kind: SlotKind, text: str, language: str, context: SlotContext) -> Outlook:
    """What is to be expected after an answer's first words.

    Args:
        kind: what the answer is to be.
        text: what was heard so far, as recognised; "" when that is not known.
        language: en, zh or ko.
        context: see `SlotContext`.
    """
    if not text.strip():
        return Outlook.UNKNOWN
    if breaks_off(text, language):
        return Outlook.UNFINISHED
    match kind:
        case "yes_no":
            understood = understand(kind, text, (), language)
            # "No, ..." is often followed by what is to be done instead.
            return Outlook.COMPLETE if understood and not understood.remainder else Outlook.UNKNOWN
        case "digits" | "phone_number":
            return _of_digits(kind, text, language, context)
        case _:
            return Outlook.UNKNOWN


def _of_digits(kind: SlotKind, text: str, language: str, context: SlotContext) -> Outlook:
    found = understand("phone_number", text, (), language, _ANY_LENGTH)
    if found is None:
        return Outlook.UNKNOWN  # no digits, or words of another kind between them
    digits = str(found.value)
    count = len(digits.lstrip("+"))
    if context.maximum is not None and count >= context.maximum:
        return Outlook.COMPLETE
    if context.minimum is not None and count < context.minimum:
        return Outlook.UNFINISHED
    return _of_phone_number(digits, context.country) if kind == "phone_number" else Outlook.UNKNOWN


def _of_phone_number(digits: str, country: str) -> Outlook:
    """By the country's numbering plan: whether it is one of its numbers, and a longer one could not be."""
    number = _parsed(digits, country)
    if number is None:
        return Outlook.UNFINISHED if len(digits) < _FEWEST_DIGITS else Outlook.UNKNOWN
    if phonenumbers.is_valid_number(number):
        longer = (_parsed(f"{digits}{digit}", country) for digit in range(10))
        open_end = any(more is not None and phonenumbers.is_valid_number(more) for more in longer)
        return Outlook.UNKNOWN if open_end else Outlook.COMPLETE
    reason = phonenumbers.is_possible_number_with_reason(number)
    short = reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    too_short = short or len(digits) < _FEWEST_DIGITS
    return Outlook.UNFINISHED if too_short else Outlook.UNKNOWN


def _parsed(digits: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The number, as its country's people dial it; None where the country is not known."""
    try:
        return phonenumbers.parse(digits, country or None)
    except NumberParseException:
        return None
