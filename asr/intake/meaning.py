"""What an answer means to the intake bot: plain values.

How they are found is left to `asr.intake.answers`, what follows to `asr.intake.bot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from asr.intake.draft import SlotDraft
from asr.intake.slots import IntakeSlot
from asr.slots.numbering_plan import Shortfall
from asr.slots.put_right import PutRight
from asr.slots.values import SlotValue

Asked: TypeAlias = Literal["slot", "offer_number", "confirm", "correct", "addition", "offer_human"]
"""What a question asks: for a slot, for the number that the caller calls from, whether what was noted is
right, what of it is not, what to add, or whether a person is wanted."""

MeaningName: TypeAlias = Literal[
    "silence", "noise", "unavailable", "not_understood", "human", "human?", "hello", "wait", "repeat", "redo",
    "add", "record", "skip", "yes", "no", "told", "named", "own_number", "partial", "asks", "done",
]  # fmt: skip


YES_NO: frozenset[Asked] = frozenset({"offer_number", "confirm", "offer_human"})
"""Questions that yes and no answer."""


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
        change: words of free text that another answer has put right, None for none.
        slot: the one that was named.
        shortfall: of a partial number.
        denies: whether a partial number comes behind a no to the one that was offered.
        confidence: of the words, 0..1.
    """

    name: MeaningName
    found: tuple[Found, ...] = ()
    story: str = ""
    change: PutRight | None = None
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
