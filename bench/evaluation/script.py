"""The calls of the evaluation as data: what each caller knows and says, and what is right in the end.

One YAML file a language in `data/`. How a caller behaves with it is decided in `caller.py`, whether a result
is right in `score.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from bench.evaluation.line import LINES
from bench.evaluation.voices import HALF_OF_VOICE, Half, half_of_recording

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "zh", "ko")
QUICK = (
    "en-01", "en-02", "en-05", "en-10", "en-11", "en-44",
    "zh-01", "zh-02", "zh-06", "zh-07", "zh-36",
    "ko-01",
)  # fmt: skip
"""A few calls of all kinds, for trying something."""

OPEN = time(8), time(20)
"""When the site of the evaluation calls back, on every day of the week: as in `flows/intake.yaml`."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Role = Literal[
    "problem", "confirm_problem", "offer_number", "number", "confirm_number", "time", "confirm_time"
]


def _parts(value: object) -> object:
    return [value] if isinstance(value, str) else value


Utterance = Annotated[tuple[str | float, ...], BeforeValidator(_parts)]
"""Something said in one turn: texts, and seconds of silence between them."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class When(_Strict):
    """A time to be called: how the caller says it, and which filed ones are right.

    Args:
        say: the words.
        asap: as soon as possible.
        days: so many days from today; None leaves the day open.
        weekday: the next such day after today.
        next_week: such a day of next week, or the next one: people mean either.
        not_on: any day but this one.
        at: exactly then.
        start, end: not before, and before.
        not_before: at this time of the day or later.
        minutes: from now.
    """

    say: Utterance
    asap: bool = False
    days: int | None = None
    weekday: Weekday | None = None
    next_week: Weekday | None = None
    not_on: Weekday | None = None
    at: time | None = None
    start: time | None = Field(default=None, alias="from")
    end: time | None = Field(default=None, alias="to")
    not_before: time | None = None
    minutes: int | None = None

    def is_met_by(self, filed: datetime | None, now: datetime) -> bool:
        """Whether a filed time is what the caller meant.

        Args:
            filed: when the callback may begin; None for as soon as possible.
            now: when the caller said it, with the same zone.
        """
        if self.asap or filed is None:
            return self.asap and (filed is None or filed - now < timedelta(minutes=15))
        if self.minutes is not None:
            wanted = now + timedelta(minutes=self.minutes)
            if not OPEN[0] <= wanted.time() < OPEN[1]:
                return filed.time() == OPEN[0]
            return abs(filed - wanted) <= timedelta(minutes=6)
        return self._day_is_met_by(filed, now) and self._hour_is_met_by(filed.time())

    def _day_is_met_by(self, filed: datetime, now: datetime) -> bool:
        ahead = (filed.date() - now.date()).days
        if self.days is not None and ahead != self.days:
            return False
        if self.weekday is not None:
            return _DAYS[filed.weekday()] == self.weekday and 0 <= ahead <= 7
        if self.next_week is not None:
            return _DAYS[filed.weekday()] == self.next_week and 0 < ahead <= 13
        if self.not_on is not None:
            return _DAYS[filed.weekday()] != self.not_on and 0 <= ahead <= 2
        return 0 <= ahead <= 7

    def _hour_is_met_by(self, filed: time) -> bool:
        if self.at is not None:
            return filed == self.at
        if self.not_before is not None:
            return filed >= self.not_before
        return (self.start is None or filed >= self.start) and (self.end is None or filed < self.end)


class Wish(_Strict):
    """A wish for a person: at which question, and in which words."""

    at: Role
    say: Utterance


class Addition(_Strict):
    """What a caller has to say to the problem that is read back, and what must stand in the ticket then."""

    say: Utterance
    facts: tuple[str, ...]


class Recordings(_Strict):
    """Words of people in place of the voice's own: `yes` and `no` are files, `digits` a speaker."""

    yes: str | None = None
    no: str | None = None
    digits: str | None = None


class Caller(_Strict):
    """One scripted call.

    Args:
        id: language and number.
        voice: a key of `voices.HALF_OF_VOICE`.
        line: a key of `line.LINES`.
        problem: what is said to "what is the problem?".
        facts: what of it must stand in the ticket; "|" between words that are as good.
        category: the ticket's.
        number: where to call: "own", the number that the call comes from, or digits.
        offer: said when the own number is offered and another one is wanted.
        says: how the number is said, the first time, the second ...; digit by digit when there is no more.
        time: when to call.
        name, product: for a bot that asks; product is a key of `wording.Wording.products`.
        yes, no: how this caller agrees and denies, in turn.
        person: a wish for a person.
        adds: said once in place of the first yes to what is read back.
        corrects: whether a denial gives the right value at once.
        keys: at these questions the caller presses keys.
        barge_in: whether the caller answers while the question is still being said.
        recordings: words of people in this call.
    """

    id: str
    voice: str
    line: str = "clean"
    problem: Utterance
    facts: tuple[str, ...]
    category: str
    number: str
    offer: Utterance | None = None
    says: tuple[Utterance, ...] = ()
    time: When
    name: str
    product: str
    yes: tuple[Utterance, ...] = ()
    no: tuple[Utterance, ...] = ()
    person: Wish | None = None
    adds: Addition | None = None
    corrects: bool = False
    keys: tuple[Role, ...] = ()
    barge_in: bool = False
    recordings: Recordings = Recordings()

    @property
    def language(self) -> str:
        """en, zh or ko."""
        return self.id.partition("-")[0]

    @property
    def half(self) -> Half:
        """Whether anything may have been tuned on this voice."""
        return HALF_OF_VOICE[self.voice]

    @property
    def own(self) -> str:
        """The number that the call comes from."""
        index = int(self.id.partition("-")[2])
        return {"en": "20255502{:02}", "zh": "138001380{:02}", "ko": "010555512{:02}"}[self.language].format(
            index
        )

    @property
    def wanted_number(self) -> str:
        """Where to call."""
        return self.own if self.number == "own" else self.number

    @model_validator(mode="after")
    def _is_consistent(self) -> Caller:
        if self.line not in LINES:
            raise ValueError(f"{self.id}: no line {self.line!r}")
        odd = int(self.id.partition("-")[2]) % 2 == 1
        if self.half != ("tuned" if odd else "unseen"):
            raise ValueError(f"{self.id}: the voice {self.voice} is {self.half}")
        spoken = self.recordings.model_dump(exclude_none=True).values()
        for recording in spoken:
            if half_of_recording(recording) != self.half:
                raise ValueError(f"{self.id}: the recording {recording} is of the other half")
        return self


def load(only: Sequence[str] = ()) -> list[Caller]:
    """All calls, or those with some ids, by language.

    Raises:
        ValueError: a call is wrong, or an id is not known.
    """
    callers = _all()
    ids = {caller.id for caller in callers}
    unknown = set(only) - ids
    if unknown:
        raise ValueError(f"no such calls: {', '.join(sorted(unknown))}")
    return [caller for caller in callers if not only or caller.id in only]


@lru_cache(maxsize=1)
def _all() -> tuple[Caller, ...]:
    callers = tuple(Caller.model_validate(call) for language in LANGUAGES for call in _read(language))
    if len({caller.id for caller in callers}) < len(callers):
        raise ValueError("two calls have one id")
    return callers


def _read(language: str) -> Iterable[dict[str, Any]]:
    found: list[dict[str, Any]] = YAML(typ="safe").load((DATA / f"{language}.yaml").read_text("utf-8"))
    return found
