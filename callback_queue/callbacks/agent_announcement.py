"""The announcement before a callback: who the customer is, what it is about, how long they waited. Pure.

In the agent's language; what the customer said in another language is played from the recording.
"""

from __future__ import annotations

from pathlib import Path

from callback_queue.callbacks.store import CallbackView
from callback_queue.callbacks.texts import TextKey, ago, speaks, text
from callback_queue.customers.book import Customer
from callback_queue.tickets.store import TicketView
from tts.parts import Clip, Part, Text

# Nobody wants to hear more than this before a call.
LONGEST = 160

_TIERS: dict[str, TextKey] = {"vip": "vip", "super_vip": "super_vip"}


def agent_announcement(
    due: CallbackView,
    ticket: TicketView | None,
    customer: Customer | None,
    language: str,
    now: float,
    recordings: Path,
) -> list[Part]:
    """What to say of a callback.

    Args:
        due: the callback.
        ticket: its ticket; None when it can't be had.
        customer: who it is; None for nobody known.
        language: the agent's.
        now: Unix seconds.
        recordings: the recordings folder.
    """
    name = _name(ticket, customer)
    parts: list[Part] = [text("callback_for", language, name=name) if name else text("callback", language)]
    if due.tier in _TIERS:
        parts.append(text(_TIERS[due.tier], language))
    parts += speaks(due.language, language)
    if ticket is not None:
        parts += _matter(ticket, language, recordings)
    parts.append(ago(now - due.arrival, language))
    parts.append(text("dialled_then", language))
    return parts


def _name(ticket: TicketView | None, customer: Customer | None) -> str:
    if customer is not None and customer.name:
        return customer.name
    told = _slot(ticket, "name") if ticket is not None else None
    return str(told.get("value") or told.get("text") or "") if told is not None else ""


def _matter(ticket: TicketView, language: str, recordings: Path) -> list[Part]:
    if ticket.language == language:
        said = ticket.summary if 0 < len(ticket.summary) <= LONGEST else ticket.title
        return [Text(said[:LONGEST])] if said else []
    for slot in ("problem", "message"):
        told = _slot(ticket, slot)
        files = told.get("audio") if told is not None else None
        for file in files if isinstance(files, list) else []:
            path = recordings / str(file)
            if path.is_file():
                return [Clip(path)]
    return []


def _slot(ticket: TicketView, name: str) -> dict[str, object] | None:
    return next((slot for slot in ticket.slots if slot.get("name") == name), None)
