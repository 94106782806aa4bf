"""What goes into a ticket when it is opened, and into its callback. Pure.

Customer, deadlines, category, title: the switch fills them in for callers who spoke with it
(`callback_queue.tickets.book`), the recorder for those who were cut off (`callback_queue.consequences`), both
alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from callback_queue.callbacks.events import CallbackRequested, CallbackWhy
from callback_queue.callbacks.policy import CallbackRules, due_at, expires_at, priority_of
from callback_queue.customers.book import Customer
from callback_queue.customers.events import Tier
from callback_queue.customers.numbers import is_callable
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.sla import SlaRules, deadlines
from callback_queue.tickets.summary import about
from config import Site

# The slots in which callers say what is wrong, best first.
_TELLING = ("problem", "message")
# Those that say who and where, not what.
_FACTS = frozenset({"callback_number", "callback_time", "name", "recording"})
# What was said of a call that was cut off, where nobody knows which question it answers.
HEARD = "heard"


@dataclass(frozen=True, slots=True)
class OpeningRules:
    """What a site says about new tickets.

    Args:
        sla: deadlines and categories.
        callbacks: when people are called back.
        queue: who works on tickets that name no queue, "".
    """

    sla: SlaRules
    callbacks: CallbackRules
    queue: str = ""

    @classmethod
    def of(cls, site: Site) -> OpeningRules:
        """The rules of a site; its first queue works on what names none."""
        settings = site.settings
        return cls(
            SlaRules.of(settings.tickets, site.timezone),
            CallbackRules.of(settings.callbacks, site.timezone, settings.country),
            site.queues[0].name if site.queues else "",
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a caller's matter.

    Args:
        kind: what makes the ticket: problem, voicemail, callback, abandoned, cut_off or failure.
        state: how far the caller came, "".
        caller: the number that called, "" when withheld.
        language: what the caller speaks.
        queue: who is to work on it, "" where nobody said.
        callback_number: where to reach the caller; "" for the number that called.
        tier, customer: as the call's events say, when they do.
        priority: higher goes first.
        arrival: since when the caller waits, 0 for the ticket's own time.
        not_before, not_after: when to call, 0 for as soon as possible.
        slots, history, recording, note: as in `callback_queue.tickets.events.TicketOpened`.
    """

    kind: str
    state: str = ""
    caller: str = ""
    language: str = "en"
    queue: str = ""
    callback_number: str = ""
    tier: Tier | None = None
    customer: str = ""
    priority: int = 0
    arrival: float = 0.0
    not_before: float = 0.0
    not_after: float = 0.0
    slots: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    recording: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """A moment of a call."""

    at: float
    call: str
    leg: str


def open_ticket(
    draft: Draft, number: str, where: Where, customer: Customer | None, rules: OpeningRules
) -> TicketOpened:
    """The ticket's event.

    Args:
        draft: what is known.
        number: the ticket's.
        where: when and in which call it is opened.
        customer: who called, None for somebody unknown.
        rules: the site's.
    """
    tier: Tier = customer.tier if customer is not None else draft.tier or "ordinary"
    matter = about(words_of(draft.slots), draft.language, rules.sla.settings.categories)
    due = deadlines(where.at, tier, matter.severity, rules.sla)
    return TicketOpened(
        where.at,
        where.call,
        where.leg,
        ticket=number,
        kind=draft.kind,
        queue=draft.queue or rules.queue,
        state=draft.state,
        caller=draft.caller,
        callback_number=draft.callback_number or (draft.caller if is_callable(draft.caller) else ""),
        language=draft.language,
        customer=customer.id if customer is not None else draft.customer,
        tier=tier,
        category=matter.category,
        severity=matter.severity,
        title=matter.title,
        summary=matter.summary,
        tags=list(customer.tags) if customer is not None else [],
        priority=draft.priority + priority_of(tier, matter.severity),
        respond_by=due.respond_by,
        resolve_by=due.resolve_by,
        slots=draft.slots,
        history=draft.history,
        recording=draft.recording,
        note=draft.note,
    )


def request_callback(ticket: TicketOpened, draft: Draft, rules: OpeningRules) -> CallbackRequested | None:
    """The event that asks for a call to a ticket's customer; None when there is no number to call.

    Args:
        ticket, draft: what it is about; `draft.arrival` keeps the caller's place.
        rules: the site's.
    """
    if not is_callable(ticket.callback_number):
        return None
    number, callbacks = ticket.callback_number, rules.callbacks
    due = due_at(ticket.at, number, callbacks, not_before=draft.not_before)
    return CallbackRequested(
        ticket.at,
        ticket.call,
        ticket.leg,
        callback=f"{ticket.ticket}.1",
        ticket=ticket.ticket,
        number=number,
        queue=ticket.queue,
        language=ticket.language,
        tier=ticket.tier,
        priority=ticket.priority,
        arrival=draft.arrival or ticket.at,
        why=why(ticket.kind, ticket.state),
        not_before=due if due > ticket.at else 0.0,
        not_after=draft.not_after,
        expires=expires_at(max(due, draft.not_after), callbacks),
    )


def why(kind: str, state: str) -> CallbackWhy:
    """How a ticket of that kind comes to a callback.

    Who hung up in the bot has abandoned it, whatever had been said by then; a flow that failed has cut its
    caller off. Those two, unlike the others, need no call any more when an agent speaks with them before.
    """
    if state == "hung_up" or kind == "abandoned":
        return "abandoned"
    if kind in ("cut_off", "failure"):
        return "cut_off"
    if kind == "voicemail":
        return "voicemail"
    return "requested" if kind == "callback" else "intake"


def words_of(slots: list[dict[str, Any]]) -> str:
    """What the caller said of the matter itself."""
    by_name = {slot.get("name"): slot for slot in slots}
    told = [by_name[name] for name in _TELLING if name in by_name]
    told = told or [slot for slot in slots if slot.get("name") not in _FACTS and slot.get("text")]
    texts = (str(slot.get("text") or slot.get("value") or "").strip() for slot in told)
    return " ".join(text for text in texts if text)


def with_text(
    slots: list[dict[str, Any]], slot: str, file: str, heard: dict[str, Any]
) -> list[dict[str, Any]]:
    """The slots with words for a recording that had none.

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
            changed.append({**old, **heard, "value": old.get("value") or heard["text"]})
        else:
            changed.append(old)
    if not found:
        changed.append({"name": slot, "value": heard["text"], "audio": [file], **heard})
    return changed
