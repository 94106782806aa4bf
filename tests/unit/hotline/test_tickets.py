"""Tickets on disk: whole, private, numbered upwards, and told to the journal once they are safe."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from asr.results import Word
from callback_queue.events import TicketOpened
from hotline.tickets import FIRST_NUMBER, TicketBook
from ivr_flows.outcomes import OpenTicket, Slot
from telephony.call.events import Event


class Journal:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event) -> None:
        self.events.append(event)


PROBLEM = OpenTicket(
    "problem",
    "confirmed",
    "13800138000",
    "zh",
    queue="support",
    slots=(
        Slot(
            "problem",
            "打印机坏了",
            text="打印机坏了",
            words=(Word("打印机", 0.1, 0.6, 0.9),),
            confidence=0.9,
            audio=(Path("recordings/clips/c/01.wav"),),
        ),
    ),
    callback_number="13800138000",
)


def write(book: TicketBook, count: int = 1) -> list[str]:
    async def scene() -> list[str]:
        return [await book.write(PROBLEM, "call", "leg") for _ in range(count)]

    return asyncio.run(scene())


def test_a_ticket_holds_everything_that_was_said(tmp_path: Path) -> None:
    journal = Journal()
    (number,) = write(TicketBook(tmp_path / "tickets", journal))
    path = tmp_path / "tickets" / f"{number}.json"
    ticket = json.loads(path.read_text("utf-8"))
    assert ticket["number"] == number == str(FIRST_NUMBER)
    assert (ticket["kind"], ticket["call"], ticket["callback_number"]) == ("problem", "call", "13800138000")
    (slot,) = ticket["slots"]
    assert slot["value"] == "打印机坏了"
    assert slot["words"] == [{"text": "打印机", "start": 0.1, "end": 0.6, "confidence": 0.9}]
    assert slot["audio"] == ["recordings/clips/c/01.wav"]
    assert path.stat().st_mode & 0o077 == 0
    (event,) = journal.events
    assert isinstance(event, TicketOpened)
    assert (event.ticket, event.kind, event.queue) == (number, "problem", "support")


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    first = write(TicketBook(tmp_path, Journal()), 3)
    again = write(TicketBook(tmp_path, Journal()), 2)
    assert [int(number) for number in first + again] == list(range(FIRST_NUMBER, FIRST_NUMBER + 5))


def test_a_ticket_that_can_not_be_written_is_told_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "tickets").write_text("a file where the folder should be")
    journal = Journal()
    book = TicketBook(tmp_path / "tickets", journal)
    with pytest.raises(OSError, match="tickets"):
        write(book)
    assert journal.events == []


def test_the_state_of_a_ticket_is_known_by_its_number_alone(tmp_path: Path) -> None:
    book = TicketBook(tmp_path, Journal())
    (number,) = write(book)
    assert book.state_of(number) == "open"
    for wrong in ("999999", "", "../tickets", f"{number}/..", "１２３"):
        assert book.state_of(wrong) is None
