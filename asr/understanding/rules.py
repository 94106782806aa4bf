"""Understanding by the tables and grammars of `asr.slots`: offline, in milliseconds, and in every language.

A rule that matches is sure, also of what is nothing at all: digits, goodbye. What no table has is "other" (or
the problem, where one was asked for), and not sure. Slots are filled by the grammars of their kinds when the
question asks, not here.
"""

from __future__ import annotations

from asr.slots.commands import CommandName, command
from asr.slots.figures import only_figures
from asr.slots.yes_no import yes_no
from asr.text import sentences
from asr.understanding.values import Act, Enquiry, Reading, Understanding

_ACTS: dict[CommandName, Act] = {
    "human": "human",
    "hello": "hello",
    "repeat": "repeat",
    "wait": "wait",
    "redo": "redo",
    "add": "add",
    "another_number": "another_number",
}
"""What a command is as an act; goodbye is none of them."""


class Rules:
    """The provider that is always there."""

    async def understand(self, enquiry: Enquiry) -> Understanding:
        """What an answer is; see `Understander`."""
        return self.read(enquiry)

    def read(self, enquiry: Enquiry) -> Understanding:
        """The same at once: it waits for nothing."""
        # A grammar looks at how an answer begins and ends, so an answer to a closed question stays whole.
        parts = sentences(enquiry.text) if enquiry.is_free else [enquiry.text]
        readings = (reading(part, enquiry.language, enquiry.is_free)[0] for part in parts if part.strip())
        return Understanding(readings=tuple(readings), provider="rules")


def reading(text: str, language: str, free: bool) -> tuple[Reading, bool]:
    """What the tables know a piece to be, and whether it has more words than those that they know.

    Args:
        text: the piece.
        language: en, zh or ko.
        free: whether anything may be said.
    """
    answer = None if free else yes_no(text, language, 1.0)
    if answer is not None and not answer.remainder:
        return Reading(text=text, act="yes" if answer.value else "no"), False
    said = command(text, language, free=free)
    if said is not None:
        return Reading(text=text, act=_ACTS.get(said.name, "other")), bool(said.remainder)
    if only_figures(text, language):
        return Reading(text=text, act="other"), False
    if free:
        return Reading(text=text, act="problem", margin=0.5), True
    if answer is None:
        return Reading(text=text, act="other", margin=0.0), True
    return Reading(text=text, act="yes" if answer.value else "no"), True
