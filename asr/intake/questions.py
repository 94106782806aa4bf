"""How the intake bot words its questions, what may answer them, and its last words.

Each question is asked in three wordings: in full, shorter, and by keys. Which question comes when is decided
in `asr.intake.bot`; the words themselves are in `asr.intake.texts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import pairwise

from asr.intake.draft import Draft
from asr.intake.settings import IntakeSettings
from asr.intake.texts import TEXTS
from asr.intake.values import Question, Record
from asr.listening.answer import KeysWanted, SpeechWanted
from asr.listening.end_of_turn import TIMING_OF_SLOT
from asr.results import Word
from asr.slots.values import CallWindow, SlotKind
from asr.text import length, without_fillers
from tts.parts import Part, Spoken, Text

WHOLE = {"en": 25, "zh": 60, "ko": 20}
"""The longest problem that is read back whole: words, in Chinese characters. About ten seconds."""

_HEAD = {"en": (9, 15), "zh": (20, 36), "ko": (7, 12)}  # where the beginning may end
_TAIL = {"en": (5, 9), "zh": (12, 22), "ko": (4, 7)}  # the same for the end, counted from behind
_TOKEN = re.compile(r"[\u3400-\u9fff][^\w\s]*|[^\s\u3400-\u9fff]+")
_MARK = re.compile(r"[.,;:!?，。；：！？、]$")
_PAUSE = 0.25  # seconds between two words that count as a break in the sentence


class Step(Enum):
    """What the bot is at; the values are the names of the questions."""

    IDLE = "idle"
    PROBLEM = "problem"
    ADDITION = "addition"
    CONFIRM_PROBLEM = "confirm_problem"
    NAME = "name"
    OFFER_NUMBER = "offer_number"
    NUMBER = "number"
    CONFIRM_NUMBER = "confirm_number"
    TIME = "time"
    CONFIRM_TIME = "confirm_time"
    RECORDING = "recording"
    FILING = "filing"
    CLOSED = "closed"


PHASES = (Step.NAME, Step.OFFER_NUMBER, Step.TIME)
"""What is asked after the problem, in this order, where the site wants it."""

SLOT_OF_STEP: Mapping[Step, str] = {
    Step.PROBLEM: "problem",
    Step.ADDITION: "problem",
    Step.RECORDING: "problem",
    Step.NAME: "name",
    Step.OFFER_NUMBER: "callback_number",
    Step.NUMBER: "callback_number",
    Step.CONFIRM_NUMBER: "callback_number",
    Step.TIME: "callback_time",
    Step.CONFIRM_TIME: "callback_time",
}
"""The ticket's slot that an answer is for; a yes or no to the problem is for none."""

_SLOTS: dict[Step, SlotKind] = {
    Step.PROBLEM: "free_text",
    Step.ADDITION: "free_text",
    Step.CONFIRM_PROBLEM: "yes_no",
    Step.NAME: "name",
    Step.OFFER_NUMBER: "yes_no",
    Step.NUMBER: "phone_number",
    Step.CONFIRM_NUMBER: "yes_no",
    Step.TIME: "callback_time",
    Step.CONFIRM_TIME: "yes_no",
}
ASKING = frozenset(_SLOTS)
"""The steps that ask."""

_ONE_KEY = KeysWanted(maximum=1, first_timeout=5.0)
# A number may take the place of a yes: so there is a short wait behind a single 1.
_KEY_OR_NUMBER = KeysWanted(maximum=15, terminators="#", first_timeout=5.0, between_timeout=2.5)
_NUMBER_KEYS = KeysWanted(maximum=15, terminators="#", first_timeout=8.0, between_timeout=4.0)
_KEYS: dict[Step, KeysWanted] = {
    Step.OFFER_NUMBER: _KEY_OR_NUMBER,
    Step.CONFIRM_NUMBER: _KEY_OR_NUMBER,
    Step.NUMBER: _NUMBER_KEYS,
}
_KEYED = 3  # the attempt from which keys answer alone


class Wording:
    """The bot's words in one language.

    Args:
        settings: for the site's own words.
        language: en, zh or ko.
    """

    __slots__ = ("_language", "_settings")

    def __init__(self, settings: IntakeSettings, language: str) -> None:
        self._settings = settings
        self._language = language

    def text(self, key: str) -> Text:
        """One entry of the table, or the site's own in its place."""
        own = self._settings.texts.get(key, {}).get(self._language)
        return Text(own if own is not None else TEXTS[key][self._language], key)

    def question(
        self, step: Step, attempt: int, draft: Draft, *, before: tuple[Part, ...] = (), speech: bool = True
    ) -> Question:
        """The question of a step.

        Args:
            step: one that asks.
            attempt: from 1; decides the wording, and whether words still answer.
            draft: what is known so far.
            before: what to say in front.
            speech: whether words are understood at all.
        """
        keyed = not speech or (attempt >= _KEYED and step not in (Step.ADDITION, Step.NAME))
        level = _KEYED if keyed else min(attempt, 2)
        parts = (*before, *self._parts(step, level, draft))
        slot = _SLOTS[step]
        wanted = None if keyed else SpeechWanted(slot, timing=TIMING_OF_SLOT[slot])
        return Question(step.value, attempt, parts, _KEYS.get(step, _ONE_KEY), wanted)

    def record(self, before: tuple[Part, ...]) -> Record:
        """The plain recording."""
        settings = self._settings
        parts = (*before, self.text("record"))
        return Record(parts, settings.recording_seconds, settings.recording_silence)

    def goodbye(self, draft: Draft, ticket: str) -> tuple[Part, ...]:
        """What happens next; `ticket` is its number, "" when not known."""
        if draft.nothing_said:
            return (self.text("nothing_said"),)
        parts: list[Part] = [self.text("thanks")]
        if ticket:
            parts += [self.text("ticket_is"), Spoken("ticket", ticket)]
        number = draft.number or draft.caller
        if number:
            parts += [self.text("we_call_on"), Spoken("phone_number", number)]
        if draft.when is None or draft.when.as_soon_as_possible:
            parts.append(self.text("call_soon"))
        else:
            parts += [self.text("call_when"), *self.window(draft.when)]
        return (*parts, self.text("goodbye"))

    def window(self, when: CallWindow) -> tuple[Part, ...]:
        """A time to call, as its day and its beginning."""
        start = when.start
        return (
            Spoken("date", start.date().isoformat()),
            self.text("from"),
            Spoken("time", f"{start:%H:%M}"),
        )

    def _parts(self, step: Step, level: int, draft: Draft) -> tuple[Part, ...]:
        number = Spoken("phone_number", draft.number or draft.caller)
        match step:
            case Step.PROBLEM:
                key = (
                    "problem_3_no_human"
                    if level == _KEYED and not self._settings.human
                    else f"problem_{level}"
                )
                return (self.text(key),)
            case Step.CONFIRM_PROBLEM:
                return (*(self._problem(draft) if level == 1 else ()), self.text(f"right_{level}"))
            case Step.OFFER_NUMBER:
                own = Spoken("phone_number", draft.caller)
                last = () if level == _KEYED else (self.text("yes_or_no"),)
                return (self.text(f"offer_number_{level}"), own, *last)
            case Step.CONFIRM_NUMBER:
                return (self.text("number_is"), number, self.text(f"number_right_{level}"))
            case Step.CONFIRM_TIME if draft.when is not None:
                before = self.text("time_moved" if draft.when.moved else "time_is")
                return (before, *self.window(draft.when), self.text(f"time_right_{level}"))
            case Step.ADDITION | Step.NAME:
                return (self.text(f"{step.value}_{min(level, 2)}"),)
            case _:
                return (self.text(f"{step.value}_{level}"),)

    def _problem(self, draft: Draft) -> tuple[Part, ...]:
        words = tuple(word for heard in draft.problem for word in heard.words)
        head, tail = shortened(draft.text, words, self._language)
        if not tail:
            return (self.text("you_said"), Text(head))
        return (self.text("it_begins"), Text(head), self.text("it_ends"), Text(tail))


def shortened(text: str, words: Sequence[Word], language: str) -> tuple[str, str]:
    """What to read back of a problem: all of it and "", or the beginning and the end of a long one.

    Nobody listens to a minute of their own words, and a summary would be somebody else's. Beginning and end
    are faithful, show whether the recogniser heard right, and hold most: people begin with what is wrong and
    end in what they want. The cuts fall where the caller paused, or at a mark.

    Args:
        text: the problem.
        words: the same with times, where they are known; only the pauses between them are used.
        language: en, zh or ko.
    """
    clean = without_fillers(text, language)
    if length(clean, language) <= WHOLE[language]:
        return clean, ""
    tokens = [(found.start(), found.end()) for found in _TOKEN.finditer(clean)]
    pauses = _pauses(words) if len(words) == len(tokens) else [0.0] * len(tokens)
    breaks = [
        max(pause, 1.0 if _MARK.search(clean[start:end]) else 0.0)
        for (start, end), pause in zip(tokens, pauses, strict=True)
    ]
    head = _best(breaks, *_HEAD[language])
    low, high = _TAIL[language]
    tail = _best(breaks, len(tokens) - high, len(tokens) - low)
    return clean[: tokens[head - 1][1]].rstrip(",，、;"), clean[tokens[tail][0] :]


def _pauses(words: Sequence[Word]) -> list[float]:
    """The silence behind each word, seconds."""
    gaps = [later.start - word.end for word, later in pairwise(words)]
    return [gap if gap >= _PAUSE else 0.0 for gap in gaps] + [0.0]


def _best(breaks: Sequence[float], low: int, high: int) -> int:
    """After how many words to cut, from `low` to `high`: at the greatest break, else as late as possible."""
    return max(range(low, high + 1), key=lambda count: (breaks[count - 1], count))
