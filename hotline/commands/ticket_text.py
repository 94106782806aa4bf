"""A ticket as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callback_queue.callbacks.store import CallbackView
from callback_queue.customers.book import Customer
from callback_queue.tickets.sla import Clock, SlaRules, clock
from callback_queue.tickets.store import HistoryEntry, TicketView
from cdr.calls.record import ATTEMPT_OUTCOMES
from config import Site
from hotline.commands.reading import ago, moment
from hotline.commands.status import duration

_UNSURE = 0.6
_TICKS = ("at", "due", "next_at", "not_before", "respond_by", "resolve_by")


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is shown of a ticket."""

    site: Site
    ticket: TicketView
    history: Sequence[HistoryEntry]
    joined: Sequence[TicketView]
    callbacks: Sequence[CallbackView]
    customer: Customer | None


def clocks(ticket: TicketView, now: float, rules: SlaRules) -> tuple[Clock, Clock]:
    """How the two clocks of a ticket stand: until somebody spoke with the customer, until it is solved."""
    hours = rules.hours
    respond = clock(ticket.opened_at, ticket.respond_by, ticket.responded_at, now, hours)
    resolve = clock(
        ticket.opened_at,
        ticket.resolve_by,
        ticket.resolved_at,
        now,
        hours,
        stopped_since=ticket.waiting_since,
    )
    return respond, resolve


def clock_text(shown: Clock) -> str:
    """A clock in a few words; times left are in business hours."""
    match shown.state:
        case "none":
            return "-"
        case "met" | "missed":
            return shown.state
        case "breached":
            return f"over by {duration(-shown.left)}"
        case "stopped":
            return f"stands, {duration(shown.left)} left"
        case "warning":
            return f"{duration(shown.left)} left!"
        case _:
            return f"{duration(shown.left)} left"


def ticket_lines(shown: Shown, now: float) -> Iterator[str]:
    """The whole ticket."""
    ticket = shown.ticket
    owner = f", agent {ticket.owner}" if ticket.owner else ""
    yield f"Ticket {ticket.number}  {ticket.state}{owner}"
    if ticket.title:
        yield f"  {ticket.title}"
    yield ""
    yield from _facts(shown, now)
    if ticket.summary and ticket.summary != ticket.title:
        yield from ("", "Summary", f"  {ticket.summary}")
    yield from _said(shown)
    yield from _callbacks(shown, now)
    for other in shown.joined:
        yield from ("", f"Joined: ticket {other.number}, {moment(other.opened_at, shown.site.timezone)}")
        yield from (f"  {line}" for line in _slots(other, shown.site))
    yield from ("", "History")
    for entry in shown.history:
        yield f"  {moment(entry.at, shown.site.timezone)}  {_entry(entry, shown.site)}"


def _facts(shown: Shown, now: float) -> Iterator[str]:
    ticket, site = shown.ticket, shown.site
    respond, resolve = clocks(ticket, now, SlaRules.of(site.settings.tickets, site.timezone))
    customer = shown.customer
    name = f"{customer.name} ({customer.id})" if customer is not None else ticket.customer
    product = customer.product if customer is not None else ""
    facts = {
        "caller": ticket.caller or "withheld",
        "call back": ticket.callback_number if ticket.callback_number != ticket.caller else "",
        "customer": " ".join(part for part in (name, ticket.tier.replace("_", " "), product) if part),
        "language": ticket.language,
        "kind": f"{ticket.kind}, {ticket.outcome}" if ticket.outcome else ticket.kind,
        "category": ticket.category,
        "severity": f"{ticket.severity}, priority {ticket.priority}",
        "queue": ticket.queue,
        "tags": ", ".join(ticket.tags),
        "opened": f"{moment(ticket.opened_at, site.timezone)} ({ago(ticket.opened_at, now)})",
        "respond by": _due(ticket.respond_by, clock_text(respond), site),
        "resolve by": _due(ticket.resolve_by, clock_text(resolve), site),
        "reopened": f"{ticket.reopened} times" if ticket.reopened else "",
        "joined into": ticket.joined_into,
        "call": ticket.call,
        "recording": _file(ticket.recording, site),
        "note": ticket.note,
    }
    for name, value in facts.items():
        if value:
            yield f"  {name:<12} {value}"


def _due(at: float, text: str, site: Site) -> str:
    return f"{moment(at, site.timezone)}  {text}" if at else ""


def _said(shown: Shown) -> Iterator[str]:
    slots = list(_slots(shown.ticket, shown.site))
    if slots:
        yield from ("", "Told", *(f"  {line}" for line in slots))
    turns = [turn for turn in shown.ticket.history if isinstance(turn, Mapping)]
    if turns:
        yield from ("", "Conversation")
        for turn in turns:
            heard = turn.get("heard") or {}
            said = heard.get("text") or heard.get("digits") or f"({heard.get('kind') or 'hung up'})"
            meaning = f"  -> {turn['meaning']}" if turn.get("meaning") else ""
            yield f"  {turn.get('question') or '?'}: {said}{meaning}"


def _slots(ticket: TicketView, site: Site) -> Iterator[str]:
    for slot in ticket.slots:
        if not isinstance(slot, Mapping):
            continue
        sure = "confirmed" if slot.get("confirmed") else ""
        confidence = slot.get("confidence")
        if isinstance(confidence, int | float):
            sure = f"{sure} {confidence:.0%}".strip()
        value = slot.get("value") or slot.get("text") or ""
        yield f"{slot.get('name', '?')}: {value}" + (f"  ({sure})" if sure else "")
        text = slot.get("text")
        if text and text != value:
            yield f"    heard: {text}"
        unsure = [
            word
            for word in slot.get("words") or ()
            if isinstance(word, Mapping) and (word.get("confidence") or 1.0) < _UNSURE
        ]
        if unsure:
            words = ", ".join(f"{word.get('text')} at {word.get('start', 0):.1f} s" for word in unsure[:8])
            yield f"    unsure: {words}"
        for file in slot.get("audio") or ():
            yield f"    {_file(str(file), site)}"


def _callbacks(shown: Shown, now: float) -> Iterator[str]:
    if shown.callbacks:
        yield from ("", "Callbacks")
    for due in shown.callbacks:
        how = f"{due.end} by {due.ended_by or 'system'}" if due.state == "closed" else due.state
        when = f", due {ago(due.due, now)}" if due.state == "waiting" else ""
        tries = f", dialled {due.dialled}x" if due.dialled else ""
        outcome = f", last {ATTEMPT_OUTCOMES.get(due.outcome, due.outcome)}" if due.outcome else ""
        yield f"  {due.callback}  {due.number}  {due.why}: {how}{when}{tries}{outcome}"


def _entry(entry: HistoryEntry, site: Site) -> str:
    details = {name: value for name, value in entry.details.items() if value not in ("", None, [], {}, 0)}
    changes = details.pop("changes", None)
    if isinstance(changes, Mapping):
        details |= changes
    text = ", ".join(f"{name} {_value(name, value, site)}" for name, value in details.items())
    line = f"{entry.what.replace('_', ' ')} by {entry.by}" + (f": {text}" if text else "")
    return f'{line}  "{entry.note}"' if entry.note else line


def _value(name: str, value: Any, site: Site) -> str:
    if name in _TICKS and isinstance(value, int | float):
        return moment(value, site.timezone)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _file(name: str, site: Site) -> str:
    return str(site.recordings_folder / name) if name else ""
