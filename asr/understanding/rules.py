"""Understanding by the tables and grammars of `asr.slots`: offline, in microseconds, and in every language.

What no table has is "other" (or the problem, where one was asked for); a rule that matches is sure. Slots are
filled by the grammars of their kinds when the question asks, not here.
"""

from __future__ import annotations

from asr.slots.commands import command
from asr.slots.yes_no import yes_no
from asr.text import sentences
from asr.understanding.values import Act, Enquiry, Reading, Understanding

_FREE = frozenset({"free_text", "name"})


class Rules:
    """The provider that is always there."""

    async def understand(self, enquiry: Enquiry) -> Understanding:
        """What an answer is; see `Understander`."""
        return self.read(enquiry)

    def read(self, enquiry: Enquiry) -> Understanding:
        """The same at once: it waits for nothing."""
        free = enquiry.kind in _FREE
        # A wish may be made of two sentences, and a grammar looks at how an answer begins and ends.
        parts = sentences(enquiry.text) if free else [enquiry.text]
        readings = (_reading(part, enquiry.language, free) for part in parts if part.strip())
        return Understanding(readings=tuple(readings), provider="rules")


def _reading(text: str, language: str, free: bool) -> Reading:
    said = command(text, language, free=free)
    if said is not None:
        return Reading(text=text, act=said.name)
    if free:
        return Reading(text=text, act="problem", margin=0.5)
    answer = yes_no(text, language, 1.0)
    act: Act = "other" if answer is None else "yes" if answer.value else "no"
    return Reading(text=text, act=act, margin=0.0 if answer is None else 1.0)
