"""What a telephone number still lacks that is worth asking for, while it is being said in several answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asr.results import Word
from asr.slots.numbering_plan import Shortfall
from asr.slots.understand import understand
from asr.slots.values import SlotContext

_SHORTEST = 5  # digits of a telephone number


def still_lacking(text: str, words: Sequence[Word], language: str, context: SlotContext) -> Shortfall | None:
    """What to ask for: the rest of a number, once; then it is taken as it is, unless it is too short for any.

    Args:
        text: the answer, as recognised.
        words: the same word by word; may be empty.
        language: en, zh or ko.
        context: as for a `phone_number`; its `so_far` is what was lacking before.
    """
    found = understand("phone_number", text, words, language, replace(context, partial=True))
    lacking = None if found is None else found.shortfall
    if lacking is None:
        return None
    asked = context.so_far is not None
    return lacking if len(lacking.heard) < _SHORTEST or (lacking.missing and not asked) else None
