"""What the intake bot has gathered so far, and the ticket that it makes at any moment.

Nothing is ever thrown away: what the caller takes back leaves the problem's text, not the history.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from asr.intake.values import OpenTicket, Progress, Slot, Turn
from asr.listening.answer import Heard
from asr.slots.values import CallWindow
from asr.text import without_fillers

_SOMETHING_SAID = 1.0  # seconds of a recording that hold more than a cough
_ENDS = frozenset(".!?。！？…")


class Draft:
    """One caller's report in the making.

    Args:
        caller: their number, "" when withheld.
        language: en, zh or ko.

    Attributes:
        problem: the utterances that make it up, in order; one without text is a recording.
        unclear: answers to the question for the problem of which nothing was understood.
        problem_confirmed, number_confirmed, time_confirmed: whether the caller said yes to it.
        number: where to call, None when not known (yet).
        when: when to call, None for not known (yet).
        name: the caller's, None when not known.
        heard_for: for each other slot the answers that were given, in order.
        history: every question and answer.
        recogniser_gone: whether it left in the middle.
    """

    __slots__ = (
        "_taken_back", "caller", "heard_for", "history", "language", "name", "number", "number_confirmed",
        "problem", "problem_confirmed", "recogniser_gone", "time_confirmed", "unclear", "when",
    )  # fmt: skip

    def __init__(self, caller: str, language: str) -> None:
        self.caller = caller
        self.language = language
        self.problem: list[Heard] = []
        self.unclear: list[Heard] = []
        self._taken_back: list[Heard] = []
        self.problem_confirmed = self.number_confirmed = self.time_confirmed = False
        self.number: str | None = None
        self.when: CallWindow | None = None
        self.name: str | None = None
        self.heard_for: dict[str, list[Heard]] = {"callback_number": [], "callback_time": [], "name": []}
        self.history: list[Turn] = []
        self.recogniser_gone = False

    def retell(self) -> None:
        """The caller will tell the problem anew; should nothing come of it, the old words count."""
        self._taken_back = self.problem or self._taken_back
        self.problem = []

    def keep(self, slot: str | None, heard: Heard) -> None:
        """Put an answer where it belongs that was cut short, or recorded without being understood.

        Args:
            slot: the slot that it is for, None for none.
            heard: the answer.
        """
        told = bool(heard.text) or (heard.audio is not None and heard.seconds >= _SOMETHING_SAID)
        if slot == "problem" and told:
            self.problem.append(heard)
        else:
            self.keep_unclear(slot, heard)

    def keep_unclear(self, slot: str | None, heard: Heard) -> None:
        """Put an answer that meant nothing where its recording belongs."""
        if slot == "problem":
            self.unclear.append(heard)
        elif slot is not None and heard.audio is not None:
            self.heard_for[slot].append(heard)

    @property
    def text(self) -> str:
        """The problem's words, without fillers, each utterance as a sentence."""
        cleaned = (without_fillers(heard.text, self.language) for heard in self._told)
        utterances = [utterance for utterance in cleaned if utterance]
        stop, space = ("。", "") if self.language == "zh" else (".", " ")
        ended = [one if one[-1] in _ENDS else one + stop for one in utterances[:-1]]
        return space.join((*ended, *utterances[-1:]))

    @property
    def _told(self) -> list[Heard]:
        return self.problem or self._taken_back

    @property
    def has_problem(self) -> bool:
        """Whether there are words or a recording of a problem."""
        return bool(self._told)

    @property
    def nothing_said(self) -> bool:
        """Whether the caller has not spoken of a problem at all."""
        return not self.has_problem and all(heard.kind != "speech" for heard in self.unclear)

    def progress(self) -> Progress:
        """How far it has come, with the caller still there."""
        if self.recogniser_gone and not self.problem_confirmed:
            return "recogniser_gone"
        if self.nothing_said:
            return "no_speech"
        complete = self.problem_confirmed and self.number_confirmed and self.time_confirmed
        return "confirmed" if complete else "unconfirmed"

    def ticket(self, progress: Progress) -> OpenTicket:
        """All of it, as it stands."""
        slots = [self._problem_slot()]
        if self.name is not None or self.heard_for["name"]:
            slots.append(self._slot("name", self.name or "", confirmed=False))
        if self.number is not None or self.heard_for["callback_number"]:
            slots.append(self._slot("callback_number", self.number or "", confirmed=self.number_confirmed))
        when = self.when
        if when is not None or self.heard_for["callback_time"]:
            value = "" if when is None else "asap" if when.as_soon_as_possible else when.start.isoformat()
            slots.append(self._slot("callback_time", value, confirmed=self.time_confirmed))
        return OpenTicket(
            kind="problem",
            progress=progress,
            caller=self.caller,
            language=self.language,
            slots=tuple(slot for slot in slots if slot.value or slot.audio),
            history=tuple(self.history),
            callback_number=self.number or self.caller or None,
            when=None if when is None or when.as_soon_as_possible else when,
        )

    def _problem_slot(self) -> Slot:
        told = self._told or self.unclear
        slot = _slot_of("problem", self.text, told, confirmed=self.problem_confirmed)
        unclear = [heard.audio for heard in self.unclear if heard.audio is not None]
        return replace(slot, audio=tuple(dict.fromkeys((*slot.audio, *unclear))))

    def _slot(self, name: str, value: str, *, confirmed: bool) -> Slot:
        return _slot_of(name, value, self.heard_for[name], confirmed=confirmed)


def _slot_of(name: str, value: str, heard: list[Heard], *, confirmed: bool) -> Slot:
    spoken = [one for one in heard if one.text]
    known = [one.confidence for one in spoken if one.confidence is not None]
    audio: list[Path] = [one.audio for one in heard if one.audio is not None]
    return Slot(
        name=name,
        value=value,
        text=" ".join(one.text for one in spoken) or " ".join(one.digits for one in heard if one.digits),
        words=tuple(word for one in spoken for word in one.words),
        confidence=min(known) if known else None,
        confirmed=confirmed,
        audio=tuple(dict.fromkeys(audio)),
    )
