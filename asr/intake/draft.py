"""What the intake bot has gathered so far, and the ticket that it makes at any moment.

Nothing is ever thrown away: what the caller takes back leaves a slot's value, not its recordings, and not the
history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from asr.intake.settings import Filing
from asr.intake.slots import IntakeSlot, Value
from asr.intake.values import OpenTicket, Progress, Slot, Turn
from asr.listening.answer import Heard
from asr.slots.numbering_plan import Shortfall
from asr.slots.put_right import PutRight, replaced
from asr.slots.values import CallWindow, SlotValue
from asr.text import without_opening
from asr.understanding.values import Understanding

_SOMETHING_SAID = 1.0  # seconds of a recording that hold more than a cough
_ENDS = frozenset(".!?。！？…")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that holds (a part of) a slot's value: the answer, and what of its words counts."""

    heard: Heard
    text: str


@dataclass(slots=True)
class SlotDraft:
    """One slot in the making.

    Args:
        slot: what is wanted.
        value: what was understood, None for nothing yet; free text is in `told`.
        confidence: of the value, 0..1.
        told: the answers that hold the value; one without words is a recording.
        before: answers that held an earlier value, or that meant nothing.
        denied: values that the caller said no to; none of them is taken again.
        confirmed: whether the caller said yes to it.
        doubted: whether the caller said no to several things at once, and this may be the one.
        passed: whether it is not asked for again: given up, or passed over.
        refused: whether the caller has said once that there is no answer.
        corrections: how often the caller took it back.
        shortfall: of a telephone number that is not whole yet: what was understood, and what it lacks.
    """

    slot: IntakeSlot
    value: SlotValue | None = None
    confidence: float = 1.0
    told: list[Told] = field(default_factory=list)
    before: list[Heard] = field(default_factory=list)
    denied: list[SlotValue] = field(default_factory=list)
    confirmed: bool = False
    doubted: bool = False
    passed: bool = False
    refused: bool = False
    corrections: int = 0
    shortfall: Shortfall | None = None
    _taken_back: list[Told] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Whether each answer adds to it."""
        return self.slot.kind == "free_text"

    @property
    def filled(self) -> bool:
        """Whether there is anything in it: a value, words, or a recording."""
        return self.value is not None or bool(self.told)

    @property
    def has_value(self) -> bool:
        """Whether words or keys gave it a value: a recording alone can be neither read back nor confirmed."""
        return self.value is not None or any(told.text for told in self.told)

    def fill(self, value: SlotValue, confidence: float, heard: Heard, *, confirmed: bool = False) -> None:
        """Give it a value; an earlier one stays among the recordings."""
        self.before += [told.heard for told in self.told if told.heard is not heard]
        self.told = [Told(heard, heard.text)]
        self.value, self.confidence = value, confidence
        self.confirmed, self.doubted, self.shortfall = confirmed, False, None

    def take_over(self, value: SlotValue) -> None:
        """Take a value that was asked for, and is kept with its recording, elsewhere."""
        if self.is_text:
            self.told = [Told(Heard("silence"), str(value))]
        else:
            self.value = value
        self.confirmed = True

    def add(self, heard: Heard, text: str, confidence: float = 1.0) -> None:
        """Add an answer to free text."""
        self.told.append(Told(heard, text))
        self.confidence = min(confidence, self.confidence) if len(self.told) > 1 else confidence
        self.confirmed = self.doubted = False

    def reword(self, change: PutRight, heard: Heard, language: str) -> None:
        """The caller has put words of free text right; the answer that did is kept with it."""
        self.told = [replace(told, text=replaced(told.text, change, language)) for told in self.told]
        self.told.append(Told(heard, ""))
        self.confirmed = self.doubted = False

    def deny(self) -> None:
        """The caller says that it is wrong; should nothing come in its place, old free text counts."""
        if self.value is not None:
            self.denied.append(self.value)
        if self.is_text:
            self._taken_back = self.told or self._taken_back
        else:
            self.before += [told.heard for told in self.told]
        self.told, self.value = [], None
        self.confirmed = self.doubted = False
        self.shortfall = None

    def keep(self, heard: Heard) -> None:
        """Keep an answer that was cut short, or recorded without being understood."""
        said = bool(heard.text) or (heard.audio is not None and heard.seconds >= _SOMETHING_SAID)
        if self.is_text and said:
            self.told.append(Told(heard, heard.text))
        else:
            self.before.append(heard)

    @property
    def telling(self) -> list[Told]:
        """What counts of the answers."""
        return self.told or self._taken_back

    def text(self, language: str) -> str:
        """Free text's words, without fillers and greetings, each answer as a sentence."""
        cleaned = (without_opening(told.text, language) for told in self.telling)
        utterances = [utterance for utterance in cleaned if utterance]
        stop, space = ("。", "") if language == "zh" else (".", " ")
        ended = [one if one[-1] in _ENDS else one + stop for one in utterances[:-1]]
        return space.join((*ended, *utterances[-1:]))

    def as_value(self, language: str) -> Value:
        """As a condition reads it; "" for nothing."""
        if self.is_text:
            return self.text(language)
        value = "" if self.doubted or self.value is None else self.value
        if isinstance(value, CallWindow):
            return "asap" if value.as_soon_as_possible else value.start.isoformat()
        return value

    def as_slot(self, language: str) -> Slot:
        """As it stands in the ticket."""
        value = self.as_value(language)
        answers = [told.heard for told in self.telling]
        # The whole of what was said where nothing was understood.
        spoken = answers if answers or value != "" else [heard for heard in self.before if heard.text]
        known = [heard.confidence for heard in spoken if heard.text and heard.confidence is not None]
        texts = [heard.text or heard.digits for heard in spoken]
        audio: list[Path] = [heard.audio for heard in (*answers, *self.before) if heard.audio is not None]
        return Slot(
            name=self.slot.name,
            value=("yes" if value else "no") if isinstance(value, bool) else str(value),
            text=" ".join(text for text in texts if text),
            words=tuple(word for heard in spoken for word in heard.words),
            confidence=min(known) if known else None,
            confirmed=self.confirmed,
            audio=tuple(dict.fromkeys(audio)),
        )


class Draft:
    """One caller's report in the making.

    Args:
        caller: their number, "" when withheld.
        language: en, zh or ko; may change.
        slots: what is wanted.

    Attributes:
        entries: the slots by name, in their order.
        history: every question and answer.
        recogniser_gone: whether it left in the middle.
        understood: what whoever understood the answers made of them last: category, title, summary and the
            wording of questions, as far as there are any.
    """

    __slots__ = ("caller", "entries", "history", "language", "recogniser_gone", "understood")

    def __init__(self, caller: str, language: str, slots: Iterable[IntakeSlot]) -> None:
        self.caller = caller
        self.language = language
        self.entries = {slot.name: SlotDraft(slot) for slot in slots}
        self.history: list[Turn] = []
        self.recogniser_gone = False
        self.understood = Understanding()

    def __iter__(self) -> Iterator[SlotDraft]:
        return iter(self.entries.values())

    @property
    def story(self) -> SlotDraft | None:
        """Where words go that answer no question: the problem, else the first free text; None without any."""
        texts = [entry for entry in self if entry.is_text]
        return next((entry for entry in texts if entry.slot.name == "problem"), texts[0] if texts else None)

    @property
    def number(self) -> SlotDraft | None:
        """The number to call back: the first telephone number that is wanted, None for none."""
        return next((entry for entry in self if entry.slot.kind == "phone_number"), None)

    @property
    def when(self) -> CallWindow | None:
        """When to call, None for not known."""
        values = (entry.value for entry in self if entry.slot.kind == "callback_time" and not entry.doubted)
        return next((value for value in values if isinstance(value, CallWindow)), None)

    @property
    def callback_number(self) -> str:
        """Where to call: what was given, else where they call from, neither if the caller denied it; ""."""
        number = self.number
        if number is None or number.value is None or number.doubted:
            return "" if self.denies_own else self.caller
        return str(number.value)

    @property
    def denies_own(self) -> bool:
        """Whether the caller does not want to be called where they call from."""
        return bool(self.caller) and self.number is not None and self.caller in self.number.denied

    def is_own(self, entry: SlotDraft) -> bool:
        """Whether a slot holds the number that the caller calls from."""
        return entry is self.number and bool(self.caller) and entry.value == self.caller

    def note(self, understood: Understanding) -> None:
        """Keep what was understood of an answer; what it leaves open stays as it was."""
        before = self.understood
        sure = bool(understood.category) and understood.category_sure
        self.understood = Understanding(
            category=understood.category if sure else before.category,
            title=understood.title or before.title,
            summary=understood.summary or before.summary,
            questions={**before.questions, **understood.questions},
            provider=understood.provider,
        )

    @property
    def known(self) -> dict[str, Value]:
        """Every slot as conditions read it."""
        return {name: entry.as_value(self.language) for name, entry in self.entries.items()}

    @property
    def has_something(self) -> bool:
        """Whether there are words or a recording of what the caller wants."""
        return any(entry.telling for entry in self)

    @property
    def nothing_said(self) -> bool:
        """Whether the caller has not said or keyed in anything at all."""
        heard = (one for entry in self for one in entry.before)
        return not self.has_something and all(one.kind not in ("speech", "keys") for one in heard)

    def ticket(self, progress: Progress, filing: Filing) -> OpenTicket:
        """All of it, as it stands."""
        slots = (entry.as_slot(self.language) for entry in self)
        when = self.when
        return OpenTicket(
            kind="problem",
            progress=progress,
            caller=self.caller,
            language=self.language,
            queue=filing.queue,
            slots=tuple(slot for slot in slots if slot.value or slot.audio or slot.text),
            history=tuple(self.history),
            callback_number=self.callback_number or ("" if self.denies_own else None),
            when=None if when is None or when.as_soon_as_possible else when,
            title=filing.title or self.understood.title,
            summary=self.understood.summary,
            category=filing.category or self.understood.category,
            severity=filing.severity,
        )


def confirm(entries: Iterable[SlotDraft]) -> None:
    """The caller said yes to these."""
    for entry in entries:
        entry.confirmed, entry.doubted = True, False
        if isinstance(entry.value, CallWindow):
            entry.value = replace(entry.value, moved=False)
