"""The request to call back the customer of a ticket: whom, from when on and until when. Pure."""

from __future__ import annotations

from asr.slots.values import CallWindow
from callback_queue.callbacks.events import CallbackRequested, CallbackWhy
from callback_queue.callbacks.policy import CallbackRules, due_at, expires_at
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.opening import line_priority
from config.telephone_numbers import is_callable


def request_callback(
    ticket: TicketOpened, when: CallWindow | None, arrival: float, rules: CallbackRules
) -> CallbackRequested | None:
    """The event that asks for a call to a ticket's customer; None when there is no number to call.

    Args:
        ticket: what it is about.
        when: the customer's wish, None for as soon as possible.
        arrival: since when the caller waits, 0 for since the ticket was opened: keeps the place.
        rules: the site's.
    """
    if not is_callable(ticket.callback_number):
        return None
    number = ticket.callback_number
    timed = when is not None and not when.as_soon_as_possible
    not_before = when.start.timestamp() if when is not None and timed else 0.0
    not_after = when.end.timestamp() if when is not None and timed else 0.0
    due = due_at(ticket.at, number, rules, not_before=not_before)
    return CallbackRequested(
        at=ticket.at,
        call=ticket.call,
        leg=ticket.leg,
        callback=f"{ticket.ticket}.1",
        ticket=ticket.ticket,
        number=number,
        queue=ticket.queue,
        language=ticket.language,
        tier=ticket.tier,
        priority=line_priority(ticket),
        arrival=arrival or ticket.at,
        why=_why(ticket.kind, ticket.state),
        not_before=due if due > ticket.at else 0.0,
        not_after=not_after,
        expires=expires_at(max(due, not_after), rules),
    )


def _why(kind: str, progress: str) -> CallbackWhy:
    """How a ticket of that kind comes to a callback.

    Who hung up in the bot has abandoned it, whatever had been said by then; a flow that failed has cut its
    caller off. Those two, unlike the others, need no call any more when an agent speaks with them before.
    """
    if progress == "hung_up" or kind == "abandoned":
        return "abandoned"
    if kind in ("cut_off", "failure"):
        return "cut_off"
    if kind == "voicemail":
        return "voicemail"
    return "requested" if kind == "callback" else "intake"
