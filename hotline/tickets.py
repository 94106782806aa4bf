"""Tickets on disk: one JSON file each, numbered upwards, written before anybody is told its number.

What a ticket holds is the flow's business; working on tickets is left to whoever reads the folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from callback_queue.events import TicketOpened
from ivr_flows.outcomes import Callback, OpenTicket
from telephony.call.leg_base import Journal

FIRST_NUMBER = 100001


class TicketBook:
    """Writes tickets.

    Args:
        folder: made when the first one is written.
        journal: where a ticket's opening is told.
    """

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder = folder
        self._journal = journal
        numbers = [int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit()]
        self._next = max([FIRST_NUMBER - 1, *numbers]) + 1

    async def write(self, wanted: OpenTicket | Callback, call: str, leg: str) -> str:
        """Write one ticket to disk, then tell the journal; returns its number.

        Args:
            wanted: what the caller wants.
            call, leg: where it was said.

        Raises:
            OSError: the disk failed.
        """
        number = str(self._next)
        self._next += 1
        opened = time.time()
        kind = wanted.kind if isinstance(wanted, OpenTicket) else "callback"
        told = asdict(wanted)
        if isinstance(wanted, Callback):
            told["callback_number"] = told.pop("number")
        ticket = {"number": number, "opened": opened, "call": call, "kind": kind, **told}
        await asyncio.to_thread(self._keep, self._folder / f"{number}.json", ticket)
        self._journal.append(TicketOpened(opened, call, leg, number, kind, wanted.queue or ""))
        return number

    def state_of(self, number: str) -> str | None:
        """How far a ticket is: "open" as long as nobody works on tickets here; None when there is none."""
        known = number.isascii() and number.isdigit() and (self._folder / f"{number}.json").exists()
        return "open" if known else None

    def _keep(self, path: Path, ticket: dict[str, Any]) -> None:
        """Write whole or not at all: a crash leaves no half ticket."""
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        with open(half, "w", encoding="utf-8", opener=_private) as file:
            json.dump(ticket, file, ensure_ascii=False, indent=1, default=_plain)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a ticket holds no {type(value).__name__}")
