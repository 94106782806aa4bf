"""What the words of one answer say of slots: of the one that was asked for, and of any other.

A value that was denied, or is known already, is nothing new; what puts a time right keeps what it does not
say. What kind of answer it is besides (yes, no, a person ...) is left to `asr.intake.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Literal, cast, get_args

from asr.intake.draft import Draft, SlotDraft
from asr.intake.meaning import Asking, Found
from asr.intake.partly_right import names_of
from asr.intake.slots import WELL_KNOWN, IntakeSlot
from asr.listening.answer import Heard
from asr.patterns import Pattern
from asr.slots import times_en, times_ko, times_zh
from asr.slots.callback_time import window_of
from asr.slots.figures import only_figures
from asr.slots.gather import FactKind, gather
from asr.slots.moved_times import moved_to, shift
from asr.slots.no_answer import no_answer, not_any
from asr.slots.numbering_plan import Shortfall, fit
from asr.slots.numbers import same_telephone, still_lacking
from asr.slots.put_right import PutRight, put_right, replaced
from asr.slots.since import since
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind, SlotValue, Understood
from asr.slots.wish import Clock, Wish
from asr.text import comparable, length, tidy, without_opening
from config.business_hours import OpeningHours

A_SENTENCE = {"en": 4, "zh": 6, "ko": 3}
"""Words (Chinese: characters) of an answer that says something, by language."""

_CODE = Pattern(r"[A-Za-z]{0,4}[- ]?[0-9][0-9A-Za-z]*(?:[-. ][0-9A-Za-z]+)*")
_FACT_KINDS: frozenset[str] = frozenset(get_args(FactKind))
_SINCE = {"en": ("{}", "since {}"), "zh": ("{}", "从{}", "{}开始"), "ko": ("{}", "{}부터")}
_WISHES = {"en": times_en.wish, "zh": times_zh.wish, "ko": times_ko.wish}
_HAS = {
    "en": {
        True: Pattern(
            r"(?:yes )?(?:(?:i|we|it|they) (?:do|did|have|has|can|could|are|am|is|was)|there (?:is"
            r"|are))(?: (?:one|some|it|that))?"
        ),
        False: Pattern(
            r"(?:no )?(?:(?:i|we|it|they) (?:dont|didnt|havent|hasnt|cant|couldnt|arent|isnt|wasnt"
            r"|do not|have not|have none)"
            r"|there (?:isnt|arent|is none|are none)|not yet|none)(?: (?:any|one|have one|have any|it|that))?"
        ),
    },
    "zh": {
        True: Pattern(r"(?:我|我们|已经|当然|是|都)*(?:有|做|弄|备|试|改|换|看)(?:过|了|的|啊|呀|一个)*"),
        False: Pattern(r"(?:我|我们|还|都|从来|一直)*没(?:有)?(?:做|弄|备|试|改|换|看)?(?:过|呢|啊|的)*"),
    },
    "ko": {
        True: Pattern(r"(?:네|예)? ?(?:있|했|해 ?봤|맞)(?:어요|습니다|죠|지요|는데요|네요|음|어)"),
        False: Pattern(
            r"(?:아니요|아뇨)? ?(?:없|안 ?했|못 ?했|아직)(?:어요|습니다|죠|지요|는데요|네요|음|어|이요|요)?"
        ),
    },
}
_CALLED = {
    "en": r"\b(?:an?|the|any|my|our)? ?{}s?\b",
    "zh": "{}(?:码|号)?",
    "ko": "{}(?:은|는|이|가|을|를|도)?",
}
_WELL_HEARD = 0.7  # confidence of words that become part of the story though nobody asked for them
_SAME_AGAIN = 0.6  # likeness of an answer that is said again
_LEAST_REPLACED = 2  # letters of words that are replaced in the story
_AT = timedelta(minutes=30)  # a time no longer than this is a point in time
_CLAUSE = Pattern(r"[,;.!?\u3002\uff0c\uff01\uff1b\uff1f]+(?:\s+|(?=[^\x00-\x7f])|$)")
_POINT = {
    "en": Pattern(r"\s*\b(?:point|dot)\b\s*"),
    "zh": Pattern(r"\s*点\s*"),
    "ko": Pattern(r"\s*(?:점|쩜)\s*"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Spoken words, and everything that they are understood by.

    Args:
        language: en, zh or ko.
        hours: when callers can be called back, None for at any time.
        country: whose numbering plan weighs numbers, "" for not known.
        asking: what was asked.
        heard: the answer.
        draft: what is known so far.
        now: aware local time.
        act: the kind of thing that the answer is, "" where nobody has said so.
    """

    language: str
    hours: OpeningHours | None
    country: str
    asking: Asking
    heard: Heard
    draft: Draft
    now: datetime
    act: str = ""

    @property
    def text(self) -> str:
        """The words."""
        return self.heard.text

    def worded(self, text: str) -> Spoken:
        """The same with other words; what is known of the sound goes with the old ones."""
        return replace(self, heard=replace(self.heard, text=text, words=(), alternatives=(), meanings={}))

    def is_long(self, text: str, least: dict[str, int]) -> bool:
        """Whether a text has at least so many words (Chinese: characters), by language."""
        return length(text, self.language) >= least[self.language]

    @property
    def may_be_told(self) -> bool:
        """Whether words that nobody asked for can be part of the story.

        Not those that were hardly heard, nor the answer of the try before, misheard once more.
        """
        sure = self.heard.confidence is None or self.heard.confidence >= _WELL_HEARD
        before = self.draft.history[-1].heard if self.draft.history else None
        again = before is not None and before.kind == "speech" and before is not self.heard
        if again and before is not None:
            one, other = comparable(before.text, self.language), comparable(self.text, self.language)
            again = SequenceMatcher(None, one, other).ratio() >= _SAME_AGAIN
        return sure and not again

    def understood_as(self, kind: SlotKind, slot: IntakeSlot | None = None) -> Understood | None:
        """What the answer means as one of a kind; with the limits of a slot, where it is for one."""
        return understand(kind, self.text, self.heard.words, self.language, self._context(slot))

    def _context(self, slot: IntakeSlot | None) -> SlotContext:
        number = self.draft.number if slot is None else self.draft.entries[slot.name]
        return SlotContext(
            choices={} if slot is None else slot.choices(self.language),
            minimum=None if slot is None else slot.minimum,
            maximum=None if slot is None else slot.maximum,
            so_far=None if slot is None or number is None else number.shortfall,
            denied=() if number is None else self._denied(number),
            now=self.now,
            hours=self.hours,
            confidence=self.heard.confidence,
            meanings=self.heard.meanings,
            alternatives=self.heard.alternatives,
            country=self.country,
        )

    def _denied(self, entry: SlotDraft) -> tuple[str, ...]:
        """Numbers that are not meant; what is said to a reading back changes what was read back."""
        if entry.slot.kind != "phone_number":
            return ()
        present = entry.value if self.asking.asked in ("confirm", "correct") else None
        return (*map(str, entry.denied), *(() if present is None else (str(present),)))

    @property
    def _sureness(self) -> float:
        found = understand("free_text", self.text, self.heard.words, self.language, self._context(None))
        return 0.0 if found is None else found.confidence

    def value(self, slot: IntakeSlot) -> Found | None:
        """What the answer says of the slot that was asked for."""
        if slot.kind == "date":
            return self._date(slot)
        if slot.kind == "code":
            return self._code(slot)
        if slot.kind == "callback_time":
            return self._time(slot)
        by_cue = next((found for found in self.facts((self.draft.entries[slot.name],))), None)
        if by_cue is not None and slot.kind in ("number", "digits", "name"):
            return by_cue
        found = self.understood_as(slot.listened, slot)
        if found is None:
            return by_cue or self._closed(slot)
        return Found(name=slot.name, value=found.value, confidence=found.confidence)

    def _closed(self, slot: IntakeSlot) -> Found | None:
        """Yes or no in the words of the question: "do you have ...?" "we do", 有; "is it urgent?" "no"."""
        if slot.kind == "yes_no":
            said = comparable(self.text, self.language)
            signs = [sign for sign, words in _HAS[self.language].items() if words.fullmatch(said)]
            return Found(name=slot.name, value=signs[0], confidence=self._sureness) if signs else None
        if slot.kind != "list" or slot.options != WELL_KNOWN["urgency"].options:
            return None
        answer = self.understood_as("yes_no")
        if answer is None or answer.remainder:
            return None
        option = slot.options[0 if answer.value else 1]
        return Found(name=slot.name, value=option.value, confidence=answer.confidence)

    def has_none(self, slot: IntakeSlot) -> bool:
        """Whether the answer says that there is nothing to say, also by the name of what was asked for."""
        if no_answer(self.text, self.language):
            return True
        said = comparable(self.text, self.language)
        for name in sorted(names_of(slot, self.language), key=len, reverse=True):
            left, count = re.subn(
                _CALLED[self.language].format(
                    " ?".join(map(re.escape, comparable(name, self.language).split()))
                ),
                " ",
                said,
            )
            left = " ".join(left.split())
            if count and (not_any(left, self.language) or (left and no_answer(left, self.language))):
                return True
        return False

    def _time(self, slot: IntakeSlot) -> Found | None:
        """When to call: a time, or how one that was noted is moved."""
        shifted = self._shifted(slot)
        if shifted is not None:
            return shifted
        to = moved_to(self.text, self.language)
        for said in (self.worded(to), self) if to else (self,):
            found = said.understood_as(slot.listened, slot)
            if found is not None:
                one = Found(name=slot.name, value=found.value, confidence=found.confidence)
                # Words that were cut out are as sure as those around them.
                return said._as_before(one)
        return None

    def _shifted(self, slot: IntakeSlot) -> Found | None:
        """A time that was noted, by so much later or earlier."""
        before = self._noted(slot.name)
        by = shift(self.text, self.language)
        if before is None or by is None:
            return None
        start = before.start + by
        at = Clock(start.hour % 12 or 12, start.minute, "am" if start.hour < 12 else "pm")
        point = before.end - before.start <= _AT or by % timedelta(days=1)
        window = window_of(Wish(days=(start.date(),), clock=at if point else None), self.now, self.hours)
        return None if window is None else Found(name=slot.name, value=window, confidence=self._sureness)

    def _noted(self, name: str) -> CallWindow | None:
        """The time that was noted, also where it was denied since; None for none."""
        entry = self.draft.entries[name]
        before = entry.value or next(iter(entry.denied[::-1]), None)
        return before if isinstance(before, CallWindow) and not before.as_soon_as_possible else None

    def moves_a_time(self) -> bool:
        """Whether a time is moved by the answer."""
        moved = moved_to(self.text, self.language) or shift(self.text, self.language)
        return moved is not None and any(
            entry.slot.kind == "callback_time"
            and self._noted(entry.slot.name) is not None
            and self._time(entry.slot) is not None
            for entry in self.draft
        )

    def _date(self, slot: IntakeSlot) -> Found | None:
        said = tidy(without_opening(self.text, self.language), self.language).rstrip(" .,。，!?！？")
        for pattern in _SINCE[self.language]:
            found = since(pattern.format(said), self.language, self.now)
            if found is not None:
                return Found(
                    name=slot.name, value=found.value, confidence=self._sureness * (0.5 + found.sure / 2)
                )
        if not said or no_answer(said, self.language) or self.is_long(said, {"en": 9, "zh": 14, "ko": 6}):
            return None
        return Found(name=slot.name, value=said, confidence=self._sureness * 0.5)

    def _code(self, slot: IntakeSlot) -> Found | None:
        facts = self.facts((self.draft.entries[slot.name],))
        if facts:
            return facts[0]
        if no_answer(self.text, self.language):
            return None
        written = _CODE.findall(tidy(self.text, self.language))
        if len(written) == 1:
            return Found(name=slot.name, value=written[0].upper().replace(" ", ""), confidence=self._sureness)
        parts = _POINT[self.language].split(comparable(self.text, self.language))
        numbers = [understand("number", part, (), self.language) for part in parts]
        if len(parts) > 1 and all(number is not None for number in numbers):
            value = ".".join(str(number.value) for number in numbers if number is not None)
            return Found(name=slot.name, value=value, confidence=self._sureness)
        spoken = self.understood_as("digits", slot)
        if spoken is None:
            return None
        return Found(name=slot.name, value=spoken.value, confidence=spoken.confidence)

    def shortfall(self, slot: IntakeSlot) -> Shortfall | None:
        """What a telephone number still lacks that is to be asked for: once, then it is taken as it is."""
        if slot.kind != "phone_number":
            return None
        return still_lacking(self.text, self.heard.words, self.language, self._context(slot))

    def gone_on(self) -> Found | None:
        """The telephone number with the digits behind a pause that was taken for the end of the answer."""
        number = self.draft.number
        if number is None or number.value is None or number.confirmed or not number.told:
            return None
        if self.asking.slot is number.slot or not only_figures(self.text, self.language):
            return None
        known = fit(str(number.value), self.country)
        if known == "valid" and not self._only_goes_on():
            return None
        whole = self.worded(f"{number.told[-1].text} {self.text}").value(number.slot)
        fits = "" if whole is None else fit(str(whole.value), self.country)
        return whole if fits == "valid" or (fits == "unknown" and self._only_goes_on()) else None

    def _only_goes_on(self) -> bool:
        """Whether digits can be nothing but the rest of the number that was said right before."""
        number, slot, history = self.draft.number, self.asking.slot, self.draft.history
        before = history[-1].heard if history else None
        if number is None or slot is None or slot.kind != "callback_time":
            return False
        return before is number.told[-1].heard and self.understood_as("callback_time", slot) is None

    def condition(self, rest: str) -> tuple[Found, ...]:
        """When to call, said behind a yes: "yes, but not before five"."""
        when = next((entry for entry in self.draft if entry.slot.kind == "callback_time"), None)
        if when is None or not rest or (when.value is not None and when not in self.asking.parts):
            return ()
        found = self.worded(rest).value(when.slot)
        return (found,) if found is not None and self.is_new(found) else ()

    def facts(self, entries: Iterable[SlotDraft] | None = None) -> tuple[Found, ...]:
        """What the answer says of slots that it was not asked for, as far as that is new."""
        among = list(self.draft if entries is None else entries)
        kinds: dict[str, SlotDraft] = {}
        for entry in among:
            kinds.setdefault(_fact_kind(entry.slot), entry)
        wanted = [cast(FactKind, kind) for kind in kinds if kind]
        found = [
            Found(
                name=kinds[fact.kind].slot.name,
                value=fact.understood.value,
                confidence=fact.understood.confidence,
            )
            for fact in gather(self.text, self.language, self._context(None), wanted, self.heard.words)
        ]
        found += [one for entry in among if (one := self._option(entry)) is not None]
        found += self._put_right(among)
        found = [self._moved(one) for one in found]
        names = {one.name for one in found}
        understood = self.heard.understood
        for name, filled in understood.slots.items() if understood is not None else ():
            if name in {entry.slot.name for entry in among} - names:
                found.append(Found(name=name, value=filled.value, confidence=filled.confidence))
        return tuple(one for one in map(self._as_before, found) if self.is_new(one))

    def _moved(self, found: Found) -> Found:
        """A time that moves the one that was noted."""
        entry = self.draft.entries[found.name]
        moves = entry.slot.kind == "callback_time" and self._noted(found.name) is not None
        return (self._time(entry.slot) or found) if moves and self.moves_a_time() else found

    def change(self) -> PutRight | None:
        """Words of the story that the answer puts right, None for none."""
        change = put_right(self.text, self.language)
        story = self.draft.story
        if change is None or story is None or len(change.wrong) < _LEAST_REPLACED:
            return None
        texts = (told.text for told in story.told)
        return change if any(replaced(text, change, self.language) != text for text in texts) else None

    def _put_right(self, among: Iterable[SlotDraft]) -> list[Found]:
        """Values whose words the answer says to be wrong, and those that it says to be right."""
        change = put_right(self.text, self.language)
        if change is None:
            return []
        found = []
        right = self.worded(change.right)
        for entry in among:
            noted = comparable(str(entry.value), self.language)
            # Times and numbers have grammars of their own for what is denied.
            if (
                entry.slot.kind not in ("name", "list")
                or comparable(change.wrong, self.language) not in noted
            ):
                continue
            value = right.understood_as(entry.slot.listened, entry.slot)
            if value is not None:
                found.append(Found(name=entry.slot.name, value=value.value, confidence=self._sureness))
        return found

    def is_new(self, found: Found) -> bool:
        """Whether a value is another than the one that is known, and was not denied."""
        entry = self.draft.entries[found.name]
        if entry.is_text or self.was_denied(entry, found.value):
            return False
        return entry.value is None or not _same(entry.value, found.value)

    def was_denied(self, entry: SlotDraft, value: SlotValue) -> bool:
        """Whether the caller has said no to that value."""
        if entry.slot.kind != "phone_number":
            return value in entry.denied
        country = self.country
        return any(same_telephone(str(value), str(denied), country) for denied in entry.denied)

    def _option(self, entry: SlotDraft) -> Found | None:
        """A value of a list that stands in the answer word for word."""
        slot = entry.slot
        if slot.kind != "list":
            return None
        context = SlotContext(choices=slot.choices(self.language), confidence=1.0)
        # As a whole, or by clauses: what one of them denies is not denied in the next.
        for texts in ((self.text,), _CLAUSE.split(self.text)):
            found = [understand("choice", text, (), self.language, context) for text in texts]
            values = {one.value for one in found if one is not None and one.confidence == 1.0}
            if len(values) == 1:
                return Found(name=slot.name, value=values.pop(), confidence=self._sureness)
        return None

    def _as_before(self, found: Found) -> Found:
        """A time that puts another right, with what was not said anew: "no, at ten" leaves the day alone."""
        before = self._noted(found.name)
        if before is None:
            return found
        wish = _WISHES[self.language](self.text, self.now.date())
        if wish is None or wish.asap or wish.delay or wish.later or wish.or_else or wish.without:
            return found
        if window_of(wish, self.now, self.hours) != found.value:
            return found  # the words say more than one thing
        timed = wish.clock is not None or wish.part is not None
        start = before.start
        if timed and not wish.days:
            wish = replace(wish, days=(start.date(),))
        elif wish.days and not timed and before.end - start <= _AT:
            half: Literal["am", "pm"] = "am" if start.hour < 12 else "pm"
            wish = replace(wish, clock=Clock(start.hour % 12 or 12, start.minute, half))
        window = window_of(wish, self.now, self.hours)
        return found if window is None else replace(found, value=window)


def _fact_kind(slot: IntakeSlot) -> str:
    """What `gather` knows a slot as, "" for nothing."""
    if slot.name in _FACT_KINDS and slot.kind not in ("list", "yes_no", "free_text"):
        return slot.name
    return {"phone_number": "phone_number", "callback_time": "callback_time", "date": "since"}.get(
        slot.kind, ""
    )


def _same(one: SlotValue, other: SlotValue) -> bool:
    if isinstance(one, CallWindow) and isinstance(other, CallWindow):
        both_soon = one.as_soon_as_possible and other.as_soon_as_possible
        return both_soon or (one.start, one.end) == (other.start, other.end)
    return one == other
