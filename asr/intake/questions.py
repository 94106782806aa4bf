"""How the intake bot words its questions, what may answer them, and its last words.

Each question is asked in three wordings: in full, shorter, and with the keys that answer it; words and keys
answer every one of them. Which question comes when is decided in `asr.intake.bot`; the words themselves are
in `asr.intake.texts`, or the site's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from asr.intake.draft import Draft, SlotDraft
from asr.intake.meaning import Asking
from asr.intake.settings import IntakeSettings
from asr.intake.slots import NUMERIC, IntakeSlot, Known
from asr.intake.texts import CALLED, PRESS_FOR, SLOT_TEXTS, TEXTS
from asr.intake.values import Question, Record
from asr.listening.answer import KeysWanted, SpeechWanted
from asr.patterns import Pattern
from asr.results import Word
from asr.slots.values import CallWindow, SlotContext
from asr.text import length, without_opening
from tts.parts import Part, Spoken, Text

WHOLE = {"en": 20, "zh": 46, "ko": 15}
"""The longest problem that is read back whole: words, in Chinese characters. About seven seconds."""

_HEAD = {"en": (7, 11), "zh": (14, 24), "ko": (5, 8)}  # where the beginning may end
_TAIL = {"en": (5, 9), "zh": (12, 22), "ko": (4, 7)}  # the same for the end, counted from behind
_TOKEN = Pattern(r"[\u3400-\u9fff][^\w\s]*|[^\s\u3400-\u9fff]+")
_MARK = Pattern(r"[.,;:!?，。；：！？、]$")
_PAUSE = 0.25  # seconds between two words that count as a break in the sentence
_AT = timedelta(minutes=30)  # a time no longer than this is a point in time
_KEYED = 3  # the attempt that says all about the keys

PATIENCE = 20.0
"""Seconds that are waited for a caller who has asked for a moment."""

_ONE_KEY = KeysWanted(maximum=1, first_timeout=5.0)
# A number may take the place of a yes: so there is a short wait behind a single 1.
_KEY_OR_NUMBER = KeysWanted(maximum=15, terminators="#", first_timeout=5.0, between_timeout=2.5)
_FIGURES = KeysWanted(maximum=15, terminators="#", first_timeout=8.0, between_timeout=4.0)
_WITHOUT_KEYS = frozenset({"free_text", "name", "date"})


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

    def text(self, key: str, slot: str = "") -> Text:
        """One entry of the tables (of a well-known slot's with `slot`), or the site's own in its place."""
        own = self._settings.texts.get(key, {}).get(self._language)
        table = SLOT_TEXTS[slot] if slot else TEXTS
        return Text(own if own is not None else table[key][self._language], key)

    def question(
        self,
        asking: Asking,
        attempt: int,
        draft: Draft,
        *,
        before: tuple[Part, ...] = (),
        speech: bool = True,
        known: Known | None = None,
    ) -> Question:
        """The words of a question, and what may answer it.

        Args:
            asking: what is asked.
            attempt: from 1; decides the wording.
            draft: what is known so far.
            before: what to say in front.
            speech: whether words are understood at all.
            known: for texts of the site with values in them.
        """
        level = min(attempt, _KEYED) if speech else _KEYED
        parts = (*before, *self._parts(asking, level, draft, speech, known or draft.known))
        name = asking.slot.name if asking.slot is not None else asking.asked
        return Question(name, attempt, parts, self._keys(asking), self._speech(asking) if speech else None)

    def patience(self, asking: Asking, attempt: int, *, speech: bool) -> Question:
        """No question: time for a caller who has asked for a moment.

        Args:
            asking: what was asked, and is waited for.
            attempt: which one it is.
            speech: whether words are understood at all.
        """
        keys = replace(self._keys(asking), first_timeout=PATIENCE)
        name = asking.slot.name if asking.slot is not None else asking.asked
        parts = (self.text("take_your_time"),)
        return Question(name, attempt, parts, keys, self._speech(asking) if speech else None)

    def record(self, before: tuple[Part, ...]) -> Record:
        """The plain recording."""
        settings = self._settings
        parts = (*before, self.text("record"))
        return Record(parts, settings.recording_seconds, settings.recording_silence)

    def goodbye(self, draft: Draft, ticket: str) -> tuple[Part, ...]:
        """What happens next, as far as the caller has not said yes to it; `ticket` is its number, or ""."""
        if draft.nothing_said:
            return (self.text("nothing_said"),)
        parts: list[Part] = [self.text("thanks")]
        if ticket:
            parts += [self.text("ticket_is"), Spoken("ticket", ticket)]
        number = draft.number
        if draft.callback_number and not (number is not None and number.confirmed):
            parts += [self.text("we_call_on"), Spoken("phone_number", draft.callback_number)]
        agreed = any(entry.confirmed for entry in draft if entry.slot.kind == "callback_time")
        if not agreed and (draft.callback_number or number is None):
            when = draft.when
            if when is None or when.as_soon_as_possible:
                parts.append(self.text("call_soon"))
            else:
                parts += [self.text("call_when"), *self.window(when)]
        return (*parts, self.text("goodbye"))

    def window(self, when: CallWindow) -> tuple[Part, ...]:
        """A time to call: the moment, or the day and its beginning."""
        start = when.start
        if when.end - start <= _AT:
            return (Spoken("moment", start.strftime("%Y-%m-%dT%H:%M")),)
        day, time = Spoken("date", start.date().isoformat()), Spoken("time", f"{start:%H:%M}")
        # "From nine" in English, "nine from" in the other two.
        return (day, self.text("from"), time) if self._language == "en" else (day, time, self.text("from"))

    # What is asked.

    def _parts(
        self, asking: Asking, level: int, draft: Draft, speech: bool, known: Known
    ) -> tuple[Part, ...]:
        own = Spoken("phone_number", draft.caller)
        match asking.asked:
            case "slot":
                assert asking.slot is not None, "it asks for one"
                return self._slot(asking.slot, level, draft, speech, known)
            case "offer_number":
                return (
                    (self.text("offer_number_1"),)
                    if level == 1
                    else (self.text(f"offer_number_{level}"), own)
                )
            case "confirm":
                read = self.read_back(asking.parts, draft, known) if level == 1 or not speech else ()
                return (*read, self.text(f"right_{level}"))
            case "correct":
                named = self._choices(self._called(entry.slot, known) for entry in asking.parts)
                return (self.text("correct_1"), *(named if level > 1 else ()))
            case "addition":
                return (self.text("addition_1"),)
            case "offer_human":
                return (self.text(f"offer_human_{min(level, 2)}"),)

    def _slot(
        self, slot: IntakeSlot, level: int, draft: Draft, speech: bool, known: Known
    ) -> tuple[Part, ...]:
        entry = draft.entries[slot.name]
        lacking = entry.shortfall
        if lacking is not None and lacking.before and speech:
            holds = Spoken("digits", lacking.before)
            return (self.text("number_so_far"), holds, self.text("number_goes_on"))
        if slot.keyed is not None and level == _KEYED:
            return tuple(slot.keyed(self._language, known))
        worded = draft.understood.questions.get(slot.name)
        asked = (Text(worded),) if worded and level == 1 else self._ask(slot, level, known)
        story = draft.story is not None and draft.story.slot is slot
        if level == 1 or story or (slot.name == "callback_time" and slot.ask is None):
            return asked
        if slot.kind in NUMERIC or slot.kind == "code":
            hint = "keys_number" if speech else "keys_number_only"
            return (*asked, self.text(hint))
        if slot.kind == "list":
            return (*asked, *self._choices(option.spoken(self._language)[0] for option in slot.options))
        if slot.kind == "yes_no":
            return (*asked, self.text("keys_yes_no"))
        return (*asked, self.text("keys_skip")) if level == _KEYED and slot.kind in _WITHOUT_KEYS else asked

    def _ask(self, slot: IntakeSlot, level: int, known: Known) -> tuple[Part, ...]:
        own = slot.ask if level == 1 else slot.again or slot.ask
        if own is not None:
            return tuple(own(self._language, known))
        texts = SLOT_TEXTS.get(slot.name)
        if texts is None:
            return self._called_parts(slot, known)
        if slot.name == "problem" and level == _KEYED and not self._settings.human:
            return (self.text("problem_3_no_human"),)
        keys = (f"{slot.name}_{wording}" for wording in range(level, 0, -1))
        return (self.text(next(key for key in keys if key in texts), slot.name),)

    def _choices(self, names: Iterable[str]) -> tuple[Part, ...]:
        template = PRESS_FOR[self._language]
        return tuple(Text(template.format(name=name, key=key)) for key, name in enumerate(names, start=1))

    def _called(self, slot: IntakeSlot, known: Known) -> str:
        """What a slot is called."""
        if slot.label is None and slot.name in CALLED:
            return CALLED[slot.name][self._language]
        return " ".join(part.text for part in self._called_parts(slot, known) if isinstance(part, Text))

    def _called_parts(self, slot: IntakeSlot, known: Known) -> tuple[Part, ...]:
        if slot.label is not None:
            return tuple(slot.label(self._language, known))
        if slot.name in SLOT_TEXTS:
            return (self.text(f"{slot.name}_is", slot.name),)
        return (Text(slot.name.replace("_", " ")),)

    # Reading back.

    def read_back(self, entries: Sequence[SlotDraft], draft: Draft, known: Known) -> tuple[Part, ...]:
        """What was noted, in a few words."""
        parts: list[Part] = [self.text("i_have")]
        number_before = False
        for entry in entries:
            if entry.is_text and _covered(entry, entries):
                continue
            parts += self._value(entry, draft, known, number_before)
            number_before = entry is draft.number
        return tuple(parts)

    def _value(self, entry: SlotDraft, draft: Draft, known: Known, number_before: bool) -> tuple[Part, ...]:
        slot, value = entry.slot, entry.value
        if entry.is_text:
            return self._story(entry)
        label = self._called_parts(slot, known)
        if isinstance(value, CallWindow):
            if value.moved:
                return (self.text("time_moved"), *self.window(value))
            when = (self.text("asap"),) if value.as_soon_as_possible else self.window(value)
            return when if number_before else (*label, *when)
        if draft.is_own(entry):
            return (*label, self.text("this_number"))
        if isinstance(value, bool):
            return (*label, self.text("yes" if value else "no"))
        text = str(value)
        match slot.kind:
            case "list":
                options = (option for option in slot.options if option.value == text)
                return (Text(next((option.spoken(self._language)[0] for option in options), text)),)
            case "phone_number":
                return (*label, Spoken("phone_number", text))
            case "digits":
                return (*label, Spoken("digits", text))
            case "number":
                return (*label, Spoken("number", text))
            case "code" if "." not in text:
                return (*label, Spoken("ticket", text))
            case "code":
                return (*label, Text(text))
            case "date":
                return (*label, *_day(text))
            case _:
                return (Text(text),) if slot.label is None else (*label, Text(text))

    def _story(self, entry: SlotDraft) -> tuple[Part, ...]:
        words = tuple(word for told in entry.told for word in told.heard.words)
        head, tail = shortened(entry.text(self._language), words, self._language)
        if not tail:
            return (Text(head),)
        return (Text(head), self.text("it_ends"), Text(tail))

    # What may answer.

    def _keys(self, asking: Asking) -> KeysWanted:
        number = any(entry.slot.kind == "phone_number" for entry in asking.parts)
        if asking.asked == "offer_number" or (asking.asked == "confirm" and number):
            return _KEY_OR_NUMBER
        slot = asking.slot
        if slot is None:
            return _ONE_KEY
        if slot.kind == "list" and len(slot.options) > 9:
            return KeysWanted(maximum=len(str(len(slot.options))), terminators="#", first_timeout=5.0)
        return _FIGURES if slot.kind in NUMERIC or slot.kind == "code" else _ONE_KEY

    def _speech(self, asking: Asking) -> SpeechWanted:
        slot = asking.slot
        if slot is not None:
            limits = SlotContext(minimum=slot.minimum, maximum=slot.maximum, country=self._settings.country)
            return SpeechWanted(
                slot.listened,
                timing=slot.end_of_turn,
                meanings=slot.choices(self._language),
                vocabulary=slot.vocabulary(self._language),
                context=limits,
            )
        if asking.asked == "addition":
            return SpeechWanted("free_text", timing="description")
        if asking.asked == "correct":
            return SpeechWanted("free_text", timing="digits", vocabulary=self._vocabulary(asking))
        # A number may be said in place of a yes or no, and numbers are said with pauses.
        figures = any(entry.slot.kind in NUMERIC for entry in asking.parts)
        timing = "digits" if figures or asking.asked == "offer_number" else "short"
        return SpeechWanted("yes_no", timing=timing, vocabulary=self._vocabulary(asking))

    def _vocabulary(self, asking: Asking) -> tuple[str, ...]:
        """Words that a correction may hold."""
        words = (word for entry in asking.parts for word in entry.slot.vocabulary(self._language))
        return tuple(dict.fromkeys(words))


def _covered(story: SlotDraft, entries: Sequence[SlotDraft]) -> bool:
    """Whether what is read back besides says what the story does: several values were taken out of it."""
    told = [told.heard for told in story.told]
    taken = [
        entry for entry in entries if entry is not story and any(one.heard in told for one in entry.told)
    ]
    return len(taken) > 1


def _day(value: str) -> tuple[Part, ...]:
    """A date as ISO 8601 has it, with or without a time; other words as they are."""
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return (Text(value),)
    return (Spoken("date" if len(value) == 10 else "moment", value),)


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
    clean = without_opening(text, language)
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
