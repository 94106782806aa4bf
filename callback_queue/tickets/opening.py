"""The content of a new ticket. Pure.

Customer, deadlines, category, title: the switch fills them in for callers who spoke with it
(`callback_queue.tickets.book`), the recorder for those who were cut off (`callback_queue.consequences`), both
alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asr.intake.values import OpenTicket, Slot, Turn
from asr.results import Word
from callback_queue.customers.book import Customer
from callback_queue.customers.events import Tier
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.sla import SlaRules, deadlines
from callback_queue.tickets.summary import Matter, matter_of
from config import Site
from config.telephone_numbers import is_callable

# The slots in which callers say what is wrong, best first.
TELLING = ("problem", "message")
# Those that say who and where, not what.
_FACTS = frozenset({"callback_number", "callback_time", "name", "recording"})
# What was said of a call that was cut off, where nobody knows which question it answers.
HEARD = "heard"
# Steps of head start in the line.
_BY_SEVERITY = {1: 10, 2: 5}
_BY_TIER: Mapping[Tier, int] = {"ordinary": 0, "vip": 2, "super_vip": 4}


@dataclass(frozen=True, slots=True)
class OpeningRules:
    """What a site says about new tickets.

    Args:
        sla: deadlines and categories.
        queue: who works on tickets that name no queue, "".
    """

    sla: SlaRules
    queue: str = ""

    @classmethod
    def of(cls, site: Site) -> OpeningRules:
        """The rules of a site; its first queue works on what names none."""
        settings = site.settings
        return cls(
            SlaRules.of(settings.tickets, site.timezone),
            site.queues[0].name if site.queues else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a ticket comes from, and what its call says of the caller.

    Args:
        at: when it is opened, Unix seconds.
        call, leg: in which call.
        caller: the number that calls, "" when withheld; what the ticket itself says goes before it.
        customer, tier: as the call's events say, when they do; for callers whom nobody can look up.
        arrival: since when the caller waits, 0 for since `at`.
        priority: as the flow gave it; higher goes first.
        recording: the whole conversation, inside the recordings folder, "".
    """

    at: float
    call: str
    leg: str
    caller: str = ""
    customer: str = ""
    tier: Tier | None = None
    arrival: float = 0.0
    priority: int = 0
    recording: str = ""


def open_ticket(
    wanted: OpenTicket,
    number: str,
    origin: Origin,
    customer: Customer | None,
    rules: OpeningRules,
    recordings: Path = Path(),
) -> TicketOpened:
    """The ticket's event.

    Args:
        wanted: what the caller wants.
        number: the ticket's.
        origin: when and in which call it is opened.
        customer: who called, None for somebody unknown.
        rules: the site's.
        recordings: the recordings folder; files are named from there.
    """
    slots = [_slot(slot, recordings) for slot in wanted.slots]
    caller = wanted.caller or origin.caller
    if wanted.kind == "callback":
        caller = caller or wanted.callback_number or ""
    tier: Tier = customer.tier if customer is not None else origin.tier or "ordinary"
    said = matter_of(words_of(slots), wanted.language, rules.sla.settings.categories)
    matter = _as_filed(wanted, said, rules)
    # An own number that the caller has denied stays beside, as the caller's.
    where = wanted.callback_number
    if where is None:
        where = caller if is_callable(caller) else ""
    due = deadlines(origin.at, tier, matter.severity, rules.sla)
    return TicketOpened(
        at=origin.at,
        call=origin.call,
        leg=origin.leg,
        ticket=number,
        kind=wanted.kind,
        queue=wanted.queue or rules.queue,
        state=wanted.progress,
        caller=caller,
        callback_number=where,
        language=wanted.language,
        customer=customer.id if customer is not None else origin.customer,
        tier=tier,
        category=matter.category,
        severity=matter.severity,
        title=matter.title,
        summary=matter.summary,
        tags=list(customer.tags) if customer is not None else [],
        priority=origin.priority + priority_of(tier, matter.severity),
        respond_by=due.respond_by,
        resolve_by=due.resolve_by,
        slots=slots,
        history=[_turn(turn, recordings) for turn in wanted.history],
        recording=origin.recording,
        note=wanted.note,
    )


def _as_filed(wanted: OpenTicket, matter: Matter, rules: OpeningRules) -> Matter:
    """What the words came to, with what the flow has said of it in their place."""
    named = next((one for one in rules.sla.settings.categories if one.name == wanted.category), None)
    severity = wanted.severity or (matter.severity if named is None else named.severity)
    return replace(
        matter,
        category=wanted.category or matter.category,
        severity=severity,
        title=wanted.title or matter.title,
        summary=wanted.summary or matter.summary,
    )


def priority_of(tier: Tier, severity: int) -> int:
    """Steps of head start in the line.

    10 for the worst severity (1), 5 for the next; besides 2 for a VIP, 4 for a super VIP, who has the tier's
    own head start as well: these steps tell tickets apart.
    """
    return _BY_SEVERITY.get(severity, 0) + _BY_TIER[tier]


def line_priority(ticket: TicketOpened) -> int:
    """A ticket's steps of head start without those for the tier: a callback has the tier's own head start.

    So customers of one tier are served by arrival, on the line or to be called back.
    """
    return ticket.priority - _BY_TIER[ticket.tier]


def words_of(slots: list[dict[str, Any]]) -> str:
    """What the caller said of the matter itself."""
    by_name = {slot.get("name"): slot for slot in slots}
    told = [by_name[name] for name in TELLING if name in by_name]
    told = told or [slot for slot in slots if slot.get("name") not in _FACTS and slot.get("text")]
    texts = (str(slot.get("text") or slot.get("value") or "").strip() for slot in told)
    return " ".join(text for text in texts if text)


def with_text(
    slots: list[dict[str, Any]], slot: str, file: str, heard: dict[str, Any]
) -> list[dict[str, Any]]:
    """The slots with words for a recording that had none, or better ones in place of the first.

    Args:
        slots: of the ticket.
        slot: which one.
        file: the recording; a slot that does not have it gets it.
        heard: text, words, confidence and engine.
    """
    found = False
    changed = []
    for old in slots:
        if old.get("name") == slot and (not old.get("audio") or file in old["audio"]) and not found:
            found = True
            before = str(old.get("text") or "")
            as_heard = str(old.get("value") or "") in ("", before)
            new = {**old, **heard, "value": heard["text"] if as_heard else old["value"]}
            if before and before != heard["text"]:
                new.setdefault("first_text", before)
            changed.append(new)
        else:
            changed.append(old)
    if not found:
        changed.append({"name": slot, "value": heard["text"], "audio": [file], **heard})
    return changed


def _slot(slot: Slot, recordings: Path) -> dict[str, Any]:
    return {
        "name": slot.name,
        "value": slot.value,
        "text": slot.text,
        "words": _words(slot.words),
        "confidence": slot.confidence,
        "confirmed": slot.confirmed,
        "audio": [_inside(path, recordings) for path in slot.audio],
    }


def _turn(turn: Turn, recordings: Path) -> dict[str, Any]:
    heard = turn.heard
    answer = None
    if heard is not None:
        answer = {
            "kind": heard.kind,
            "digits": heard.digits,
            "text": heard.text,
            "words": _words(heard.words),
            "confidence": heard.confidence,
            "audio": None if heard.audio is None else _inside(heard.audio, recordings),
            "seconds": heard.seconds,
            "barged_in": heard.barged_in,
        }
    return {"question": turn.question, "attempt": turn.attempt, "heard": answer, "meaning": turn.meaning}


def _words(words: Iterable[Word]) -> list[dict[str, Any]]:
    return [
        {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence}
        for word in words
    ]


def _inside(path: Path, recordings: Path) -> str:
    """A file's name from the recordings folder on."""
    return str(path.relative_to(recordings) if path.is_relative_to(recordings) else path)
