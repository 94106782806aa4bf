"""What a provider of understanding is asked, and what it says: plain values, the same for all providers.

Rules (`asr.understanding.rules`), a local embedding model (`meaning`) and a language model (`llm`) answer the
same question. What follows from the answer is left to who asked: the intake bot, or a step of a flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from asr.results import Word
from asr.slots.values import SlotContext, SlotKind, SlotValue

Act: TypeAlias = Literal[
    "human", "yes", "no", "correction", "repeat", "redo", "add", "another_number", "wait", "does_not_know",
    "problem", "hello", "other",
]  # fmt: skip
"""The kinds of thing that a sentence can be.

human: a wish for a person. correction: something that was noted is wrong, and what is right may follow.
repeat: the question again. redo: to say the answer anew. add: there is more to say. another_number: not
this number. wait: a moment, please. does_not_know: has no answer to the question. problem: tells what is
wrong or wanted. hello: a greeting, or whether anybody is there. other: none of these: a number, a time or a
name as an answer, something beside the point, or nothing known.
"""

ProviderName: TypeAlias = Literal["rules", "meaning", "llm"]

Certainty: TypeAlias = Literal["sure", "unsure", "no"]
"""sure: act on it. unsure: ask. no: it was not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSlot:
    """A slot that may be filled from what is said.

    Args:
        name: the slot's name, such as "company".
        kind: what its value is; values are read by the rules of that kind, whoever found them.
        description: what it is, for a language model: "the version of the product".
        context: as for any answer of that kind: choices, limits, now, hours, country.
    """

    name: str
    kind: SlotKind
    description: str = ""
    context: SlotContext = field(default_factory=SlotContext)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """One answer of a caller, to be understood.

    Args:
        text: as recognised, without what the recogniser made up; one sentence or a whole story.
        language: en, zh or ko.
        kind: what the question asked for.
        question: its words, as the caller heard them; "" where it does not matter.
        wanted: slots that are still empty, or may be corrected, the one that was asked for first.
        said: what the caller said before, oldest first; a language model may take values from there too.
        words: the text's words with times and confidence, where known.
        confidence: the recogniser's of the whole answer, 0..1, None where unknown.
        alternatives: other readings of the same sound.
    """

    text: str
    language: str
    kind: SlotKind = "free_text"
    question: str = ""
    wanted: tuple[WantedSlot, ...] = ()
    said: tuple[str, ...] = ()
    words: Sequence[Word] = ()
    confidence: float | None = None
    alternatives: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether anything may be said, a whole story as well."""
        return self.kind == "free_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What kind of thing one sentence of the answer is.

    Args:
        text: the sentence.
        act: its kind.
        margin: how far that kind lies before the next likely one, in units of what the provider needs to be
            sure: from 1 on it is sure, below it should be asked.
        rival: the next likely kind, None where there is none.
    """

    text: str
    act: Act
    margin: float = 1.0
    rival: Act | None = None

    @property
    def sure(self) -> bool:
        """Whether it need not be asked."""
        return self.margin >= 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSlot:
    """A value that the caller has said.

    Args:
        name: the slot's.
        value: as the rules of the slot's kind read it.
        spoken: the caller's words that say it; they stand in the answer, or in an earlier one.
        confidence: 0..1.
    """

    name: str
    value: SlotValue
    spoken: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What an answer was taken for.

    Args:
        readings: its sentences in order.
        category: the name of the site's category that it belongs to, "" for none.
        category_sure: whether that is certain; else the next likely one is near.
        slots: values that were found, by slot; rules and meaning fill none beyond what the question's own
            kind gives, so there it is empty.
        title, summary: of everything said so far, in the caller's language; "" where the provider writes
            none (`callback_queue.tickets.summary` does then).
        questions: the wording of the next question, by the slot that it asks for; empty where the provider
            words none.
        provider: who it was that understood; a language model that fails or is late is not named here.
    """

    readings: tuple[Reading, ...] = ()
    category: str = ""
    category_sure: bool = False
    slots: Mapping[str, FilledSlot] = field(default_factory=dict)
    title: str = ""
    summary: str = ""
    questions: Mapping[str, str] = field(default_factory=dict)
    provider: ProviderName = "rules"

    def said(self, act: Act) -> Certainty:
        """Whether any sentence of the answer is of a kind: a wish for a person in the middle of a story."""
        if any(reading.act == act and reading.sure for reading in self.readings):
            return "sure"
        near = any(act in (reading.act, reading.rival) and not reading.sure for reading in self.readings)
        return "unsure" if near else "no"

    @property
    def act(self) -> Act:
        """The kind of the whole answer: of its first sentence that is more than a greeting."""
        acts = [reading.act for reading in self.readings]
        return next((act for act in acts if act not in ("hello", "other")), acts[0] if acts else "other")

    def without(self, act: Act) -> str:
        """The answer without the sentences that are surely of a kind: the problem without the wish in it."""
        kept = (reading.text for reading in self.readings if not (reading.act == act and reading.sure))
        return "".join(kept).strip()


class Understander(Protocol):
    """Understands answers; made once for all calls."""

    async def understand(self, enquiry: Enquiry) -> Understanding:
        """What an answer is. Never raises, and is back within the turn: what fails or is late falls back.

        Args:
            enquiry: the answer and the question.
        """
        ...
