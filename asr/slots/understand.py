"""What one answer means: the way into this package."""

from __future__ import annotations

from collections.abc import Sequence

from asr.results import Word
from asr.slots.callback_time import callback_time
from asr.slots.choice import choice
from asr.slots.names import free_text, name
from asr.slots.numbers import digits, number, phone_number, with_pauses
from asr.slots.values import SlotContext, SlotKind, Understood
from asr.slots.yes_no import yes_no

LANGUAGES = frozenset({"en", "zh", "ko"})

UNKNOWN_CONFIDENCE = 0.75
"""Of words whose engine says nothing about them."""

_NOTHING = SlotContext()


def understand(
    kind: SlotKind, text: str, words: Sequence[Word], language: str, context: SlotContext = _NOTHING
) -> Understood | None:
    """What an answer means for a slot; None for no meaning, or for a doubt that only asking again can lift.

    Commands ("an agent", "again") are not looked for here; see `commands`.

    Args:
        kind: what the answer is to be.
        text: as recognised; may be empty.
        words: the same word by word with confidence; may be empty.
        language: en, zh or ko.
        context: see `SlotContext`; `callback_time` needs its `now`, `choice` its `choices`.

    Raises:
        ValueError: an unknown language, or a context that lacks what the kind needs.
    """
    if language not in LANGUAGES:
        raise ValueError(f"nothing is understood in {language!r}, only in {', '.join(sorted(LANGUAGES))}")
    certainty = sureness(words, context.confidence)
    if not text.strip() and not (context.meanings and kind in ("yes_no", "choice")):
        return None
    match kind:
        case "yes_no":
            return yes_no(text, language, certainty, context.meanings)
        case "digits":
            return digits(with_pauses(text, words), language, context, certainty)
        case "phone_number":
            return phone_number(with_pauses(text, words), language, context, certainty)
        case "number":
            return number(text, language, context, certainty)
        case "choice":
            return choice(text, language, context.choices, certainty, context.meanings)
        case "callback_time":
            return callback_time(text, language, context, certainty)
        case "name":
            return name(text, language, certainty)
        case "free_text":
            return free_text(text, language, certainty)


def sureness(words: Sequence[Word], overall: float | None) -> float:
    """How far words can be trusted, 0..1: by the engine's own figure, else by the mean of its words'."""
    if overall is not None:
        return min(1.0, max(0.0, overall))
    known = [word.confidence for word in words if word.confidence is not None]
    return sum(known) / len(known) if known else UNKNOWN_CONFIDENCE
