"""What goes into and out of the intake bot (`asr.intake.bot`): events, effects and the ticket, as plain
values.

The bot is asked one thing at a time. Its caller (a flow's `intake` verb) feeds one event, carries out
the effects in their order, and feeds what the last one brings:

    Say         say it to its end                                     -> nothing
    Ask         ask and listen                                        -> Heard
    Speak       speak and listen in another language from here on     -> nothing
    Record      record without recognising                            -> Recorded
    File        write the ticket down, durably                        -> Filed
    ReachHuman  put the caller through, with what is known so far     -> nothing, the bot is done
    Finished    nothing more to do                                    -> nothing, the bot is done

A hang-up at any moment is `HungUp`, with what had been said of the answer under way; the bot answers with
`File` (unless it has filed) and, after `Filed`, `Finished`. What it says is made of `tts.parts`, what it
wants and hears of `asr.listening.answer`, as in a flow's conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from asr.listening.answer import Heard, KeysWanted, SpeechWanted
from asr.results import Word
from asr.slots.values import CallWindow, SlotValue
from tts.parts import Part

TicketKind: TypeAlias = Literal["problem", "voicemail", "callback", "abandoned", "cut_off", "failure"]
Progress: TypeAlias = Literal[
    "", "confirmed", "unconfirmed", "hung_up", "recogniser_gone", "no_speech", "recorded", "failed"
]
Why: TypeAlias = Literal["asked", "not_understood", "no_speech", "recogniser_gone"]


# What is asked.


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Args:
        name: what is asked: a slot's name, or "offer_number", "confirm", "correct", "addition",
            "offer_human".
        attempt: 1 for the first time; higher ones are worded shorter.
        parts: what to say, in order.
        keys, speech: what answers it; at least one of them.
        barge_in: whether an answer may interrupt the question.
    """

    name: str
    attempt: int
    parts: tuple[Part, ...]
    keys: KeysWanted | None
    speech: SpeechWanted | None
    barge_in: bool = True


# Events in.


@dataclass(frozen=True, slots=True)
class Started:
    """The caller is on the line.

    Args:
        caller: their number, "" when withheld.
        language: en, zh or ko.
        recogniser: whether words are understood in that language now; without, keys and recordings do.
        others: further languages that the site's flow speaks, and that are understood now: the bot changes
            to one in which the caller answers.
        known: what the caller has said before, by slot: it is not asked again.
    """

    caller: str
    language: str
    recogniser: bool = True
    others: frozenset[str] = frozenset()
    known: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A plain recording is over; `audio` None when nothing could be kept."""

    audio: Path | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Filed:
    """The ticket is on disk; `number` is its number, "" when not known (yet)."""

    number: str = ""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone; `heard` is the answer under way, with its recording and what was recognised."""

    heard: Heard | None = None


IntakeEvent: TypeAlias = Started | Heard | Recorded | Filed | HungUp


# The ticket.


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that the caller told us.

    Args:
        name: of the slot: "problem", "callback_number" ...
        value: what was understood, as text ("" when nobody could make words of it).
        text: what was heard, word for word.
        words: the same with times and confidence, of all utterances in turn.
        confidence: 0..1 (the least of the utterances'), None where nobody knows.
        confirmed: whether the caller said yes to it.
        audio: recordings of it, oldest first.
    """

    name: str
    value: str
    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    confirmed: bool = False
    audio: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, in the order of the call.

    Args:
        question: the question's name.
        attempt: as in `Question`.
        heard: what came back; None when the caller hung up in the question.
        meaning: what the bot took it for: "yes", "problem", "human", "not_understood" ...
    """

    question: str
    attempt: int
    heard: Heard | None
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """What a caller wants, to be written down: the one shape of a ticket before it is one.

    Bots, flows, queues and crash recovery all hand this out. As a flow's departure its results are done
    (value `ticket`, its number) and failed.

    Args:
        kind: what made it: a problem told, a message, a wish to be called back, a caller who hung up while
            waiting or was cut off, a flow that failed.
        progress: how far the caller came in the intake bot or the recording, "" where there was none.
        caller: the caller's own number, "" when withheld.
        language: what the caller speaks.
        queue: who is to work on it, "" where nobody said.
        slots: what was told, with every recording of it.
        history: every question and answer; the transcript and the audio of everything, also of what the
            caller took back.
        callback_number: where to call; None for the caller's own number, "" for none: the caller has denied
            the own number and given no other.
        when: when to call, None for as soon as possible.
        note: a short text for the agent who works on it.
        title, summary, category, severity: as the intake's rules say, or who understood the caller; "" and 0
            leave it to the words that were said (`callback_queue.tickets.summary`).
    """

    kind: TicketKind
    progress: Progress = ""
    caller: str = ""
    language: str = "en"
    queue: str = ""
    slots: tuple[Slot, ...] = ()
    history: tuple[Turn, ...] = ()
    callback_number: str | None = None
    when: CallWindow | None = None
    note: str = ""
    title: str = ""
    summary: str = ""
    category: str = ""
    severity: int = 0


# Effects out.


@dataclass(frozen=True, slots=True)
class Say:
    """Say something to its end."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask something and listen."""

    question: Question


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak and listen in another language from here on: the caller does."""

    language: str


@dataclass(frozen=True, slots=True)
class Record:
    """Say something and record what follows; a key ends it, so does silence.

    Args:
        parts: what to say before; a tone follows.
        max_seconds: the longest recording.
        silence_seconds: this much silence ends it.
        finish_key: this key ends it.
    """

    parts: tuple[Part, ...]
    max_seconds: float
    silence_seconds: float
    finish_key: str = "#"


@dataclass(frozen=True, slots=True)
class File:
    """Write the ticket down."""

    ticket: OpenTicket


@dataclass(frozen=True, slots=True)
class ReachHuman:
    """Put the caller through to a person; `so_far` is what to show them (and to file if nobody answers)."""

    why: Why
    so_far: OpenTicket


@dataclass(frozen=True, slots=True)
class Finished:
    """The bot is done; nothing was said that is not in the ticket."""


IntakeEffect: TypeAlias = Say | Ask | Speak | Record | File | ReachHuman | Finished
