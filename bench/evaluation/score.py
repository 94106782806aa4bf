"""What became of a call, compared with what the caller wanted: one plain record for each.

Records are what `run` writes as JSON lines and `report` adds up. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bench.evaluation.caller import Answer
from bench.evaluation.facts import same_name, same_number, stands_in
from bench.evaluation.script import Caller

_YES = frozenset({"yes"})
_NO = frozenset({"no", "redo"})
"""What the bot may take a plain yes or no for: the first word of a turn's meaning in the ticket's history."""

_WISHED = "asked"
"""In a ticket's note: the caller went to a person because of a wish, not because nothing was understood."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the bot, and what the caller did; None when the call ended before."""

    question: str
    attempt: int
    answer: Answer | None


@dataclass(slots=True)
class Played:
    """What happened in a call, from the journal.

    Args:
        asked: the questions, in order.
        answered_at, ticket_at: Unix seconds, 0.0 for never.
        now: when it was, with the site's zone.
        ticket: the event, None when there is none.
        person_after: how many questions had been asked when the caller was put through to a person; None when
            that did not happen.
        failure: what went wrong with the call itself, "".
    """

    asked: list[Asked] = field(default_factory=list)
    answered_at: float = 0.0
    ticket_at: float = 0.0
    now: datetime = field(default_factory=lambda: datetime.now().astimezone())
    ticket: Mapping[str, Any] | None = None
    person_after: int | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One slot of a ticket.

    Args:
        right: whether it holds what the caller wanted.
        value: what it holds.
        confirmed: whether the caller said yes to it.
        found, of: of the problem, how many facts stand in it, of how many.
    """

    right: bool
    value: str
    confirmed: bool
    found: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A plain yes or no that was said, what it was taken for, and at which attempt of the question."""

    said: str
    meaning: str
    attempt: int

    @property
    def right(self) -> bool:
        """Whether it was taken for what it was."""
        return _first(self.meaning) in (_YES if self.said == "yes" else _NO)

    @property
    def wrong(self) -> bool:
        """Whether it was taken for the opposite; else the bot asked again."""
        return _first(self.meaning) in (_NO if self.said == "yes" else _YES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one call.

    Args:
        call, language, half, voice, line, people: the caller; `people` when words of people were played.
        provider, engine: what understood.
        ticket: whether there is one.
        state: the ticket's, "" for none.
        slots: by name; of callers who did not wish for a person.
        category, category_wanted: of the ticket.
        turns, reasks: questions, and those of them that had been asked before.
        seconds: from the answer to a confirmed ticket; None without one.
        short: the plain yeses and noes.
        wish: the question at which a person was wished for, "" for no wish.
        honoured: whether the wish was, at once or after one question about it.
        taken_for_wish: whether another sentence was taken for a wish.
        others: how many answers in words were no wish.
        given_up: whether the caller was put through because nothing was understood.
        failure: as in `Played`.
        talk: question, attempt, what was said or pressed, what was heard, what it was taken for.
    """

    call: str
    language: str
    half: str
    voice: str
    line: str
    people: bool
    provider: str
    engine: str
    ticket: bool
    state: str
    slots: Mapping[str, Filed]
    category: str
    category_wanted: str
    turns: int
    reasks: int
    seconds: float | None
    short: Sequence[Short]
    wish: str
    honoured: bool
    taken_for_wish: bool
    others: int
    given_up: bool
    failure: str
    talk: Sequence[Sequence[Any]]

    def to_plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Result:
        """What `to_plain` made."""
        slots = {name: Filed(**filed) for name, filed in data["slots"].items()}
        return cls(**{**data, "slots": slots, "short": [Short(**one) for one in data["short"]]})


def score(caller: Caller, played: Played, *, provider: str, engine: str) -> Result:
    """Compare.

    Args:
        caller: the script.
        played: what happened.
        provider, engine: what understood.
    """
    ticket = played.ticket or {}
    history: list[dict[str, Any]] = list(ticket.get("history", ()))
    turns = [history[index] if index < len(history) else {} for index in range(len(played.asked))]
    wished_at = next((index for index, one in enumerate(played.asked) if _intends(one, "human")), None)
    reached = played.person_after
    by_wish = reached is not None and _WISHED in str(ticket.get("note", ""))
    honoured = wished_at is not None and reached is not None and wished_at < reached <= wished_at + 2
    done = bool(ticket) and ticket.get("state") == "confirmed"
    return Result(
        call=caller.id,
        language=caller.language,
        half=caller.half,
        voice=caller.voice,
        line=caller.line,
        people=bool(caller.recordings.model_dump(exclude_none=True)),
        provider=provider,
        engine=engine,
        ticket=bool(ticket),
        state=str(ticket.get("state", "")),
        slots=_slots(caller, ticket, played.now) if caller.person is None else {},
        category=str(ticket.get("category", "")),
        category_wanted=caller.category if caller.person is None else "",
        turns=len(played.asked),
        reasks=_reasks(played.asked),
        seconds=round(played.ticket_at - played.answered_at, 1) if done else None,
        short=[
            Short(said=one.answer.intent, meaning=str(turn.get("meaning", "")), attempt=one.attempt)
            for one, turn in zip(played.asked, turns, strict=True)
            if one.answer is not None and one.answer.short and one.answer.phrase is not None
        ],
        wish=played.asked[wished_at].question if wished_at is not None else "",
        honoured=honoured,
        taken_for_wish=by_wish and not honoured,
        others=sum(
            one.answer is not None and one.answer.phrase is not None and one.answer.intent != "human"
            for one in played.asked
        ),
        given_up=reached is not None and not by_wish and not honoured,
        failure=played.failure,
        talk=[
            (one.question, one.attempt, _did(one.answer), *_heard(turn))
            for one, turn in zip(played.asked, turns, strict=True)
        ],
    )


def _slots(caller: Caller, ticket: Mapping[str, Any], now: datetime) -> dict[str, Filed]:
    filed = {str(slot["name"]): slot for slot in ticket.get("slots", ())}
    facts = (*caller.facts, *(caller.adds.facts if caller.adds is not None else ()))
    told = " ".join(str(filed.get("problem", {}).get(key, "")) for key in ("value", "text"))
    found = sum(stands_in(fact, told, caller.language) for fact in facts)
    scored = {
        "problem": _filed(filed.get("problem"), found == len(facts), found=found, of=len(facts)),
        "callback_number": _number(caller, ticket, filed.get("callback_number")),
        "callback_time": _filed(
            filed.get("callback_time"), _time_is_right(caller, filed.get("callback_time"), now)
        ),
    }
    if "name" in filed:
        name = str(filed["name"].get("value", ""))
        scored["name"] = _filed(filed["name"], same_name(caller.name, name, caller.language))
    if "product" in filed:
        scored["product"] = _filed(filed["product"], filed["product"].get("value") == caller.product)
    return scored


def _filed(slot: Mapping[str, Any] | None, right: bool, *, found: int = 0, of: int = 0) -> Filed:
    if slot is None:
        return Filed(right=False, value="", confirmed=False, found=found, of=of)
    confirmed = bool(slot.get("confirmed"))
    return Filed(right=right, value=str(slot.get("value", "")), confirmed=confirmed, found=found, of=of)


def _number(caller: Caller, ticket: Mapping[str, Any], slot: Mapping[str, Any] | None) -> Filed:
    number = str(ticket.get("callback_number", ""))
    right = same_number(number, caller.wanted_number, caller.language)
    return Filed(right=right, value=number, confirmed=slot is not None and bool(slot.get("confirmed")))


def _time_is_right(caller: Caller, slot: Mapping[str, Any] | None, now: datetime) -> bool:
    value = str(slot.get("value", "")) if slot is not None else ""
    if not value:
        return False
    filed = None if value == "asap" else datetime.fromisoformat(value).astimezone(now.tzinfo)
    return caller.time.is_met_by(filed, now)


def _reasks(asked: Sequence[Asked]) -> int:
    """Questions that were put again; to confirm something again after it was changed is no re-ask."""
    count, before = 0, set()
    for one in asked:
        again = one.question in before and not one.question.startswith("confirm")
        count += one.attempt > 1 or again
        before.add(one.question)
    return count


def _intends(one: Asked, intent: str) -> bool:
    return one.answer is not None and one.answer.intent == intent


def _first(meaning: str) -> str:
    return meaning.partition(" ")[0]


def _did(answer: Answer | None) -> str:
    if answer is None:
        return ""
    return f"[{answer.keys}]" if answer.phrase is None else str(answer.phrase)


def _heard(turn: Mapping[str, Any]) -> tuple[str, float | None, str]:
    heard = turn.get("heard") or {}
    text = heard.get("text") or heard.get("digits") or heard.get("kind") or ""
    confidence = heard.get("confidence")
    return str(text), round(confidence, 2) if confidence is not None else None, str(turn.get("meaning", ""))
