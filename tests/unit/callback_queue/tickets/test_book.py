"""Tickets: with everything that is known, and on disk before anybody is told their number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.engine import URL

from asr.results import Word
from asr.slots.values import CallWindow
from callback_queue.callbacks.events import CallbackRequested
from callback_queue.callbacks.request import request_callback
from callback_queue.customers.book import Customer, CustomerBook
from callback_queue.customers.directory import Customers
from callback_queue.tickets.book import TicketBook
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.numbers import TicketNumbers
from callback_queue.tickets.store import FIRST_NUMBER
from ivr_flows.steps.outcomes import OpenTicket, Slot, Turn
from journal.event import Event
from journal.journal import Journal
from tests.support.full_disk import FullDisk
from tests.unit.callback_queue.records import CALLBACK_RULES, NOW, Records, records, rules, ticket

T = TypeVar("T")

CATEGORIES = [{"name": "printing", "words": {"zh": ["打印机"], "en": ["printer"]}, "severity": 2}]


class Known(Customers):
    """Customers that are just there."""

    def __init__(self, *customers: Customer) -> None:
        super().__init__("CN")
        self._file = CustomerBook(customers, "CN")


def callback(ticket: TicketOpened, when: CallWindow | None, arrival: float) -> CallbackRequested | None:
    """The request to call back, by the rules of tests."""
    return request_callback(ticket, when, arrival, CALLBACK_RULES)


class Rig:
    """A ticket book with a real journal in a folder."""

    def __init__(self, folder: Path, *customers: Customer) -> None:
        self.recordings = folder / "recordings"
        self.journal = Journal(folder / "journal")
        numbers = TicketNumbers(folder / "run" / "numbers.json")
        opening = rules(categories=CATEGORIES)
        self.book = TicketBook(
            numbers, self.journal, self.recordings, opening, Known(*customers), callback, clock=lambda: NOW
        )
        self._folder = folder

    def on_disk(self) -> list[dict[str, object]]:
        """What the spool holds at this moment."""
        lines = [line for path in sorted((self._folder / "journal").glob("*.jsonl")) for line in path.open()]
        return [row for row in map(json.loads, lines) if "event" in row]

    def told(self) -> list[Event]:
        return list(self.journal.recent)


def play(folder: Path, scene: Callable[[Rig], Awaitable[T]], *customers: Customer) -> T:
    async def run() -> T:
        rig = Rig(folder, *customers)
        try:
            return await scene(rig)
        finally:
            rig.journal.close()

    return asyncio.run(run())


def problem(rig: Rig, **changes: object) -> OpenTicket:
    clip = rig.recordings / "clips/c/01.wav"
    wanted = OpenTicket(
        kind="problem",
        progress="confirmed",
        caller="13800138000",
        language="zh",
        slots=(
            Slot(
                "problem",
                "三楼的打印机坏了",
                text="三楼的打印机坏了，打印不出来。",
                words=(Word("打印机", 0.1, 0.6, 0.9),),
                confidence=0.9,
                audio=(clip, Path("/elsewhere/02.wav")),
            ),
        ),
        history=(Turn("problem", 1, None, "hung_up"),),
        callback_number="13900139000",
    )
    return replace(wanted, **changes)  # type: ignore[arg-type]


def test_a_ticket_says_everything_that_is_known(tmp_path: Path) -> None:
    lin = Customer("C7", "Lin", ("+8613800138000",), "vip", tags=("gold",))

    async def scene(rig: Rig) -> tuple[str, list[Event]]:
        return await rig.book.write(problem(rig), "call", "leg", recording="call.wav"), rig.told()

    number, (opened, callback) = play(tmp_path, scene, lin)
    assert isinstance(opened, TicketOpened)
    assert number == opened.ticket == str(FIRST_NUMBER)
    assert (opened.kind, opened.state, opened.queue) == ("problem", "confirmed", "support")
    assert (opened.customer, opened.tier, opened.tags) == ("C7", "vip", ["gold"])
    assert (opened.category, opened.severity) == ("printing", 2)
    assert (opened.title, opened.summary) == ("三楼的打印机坏了", "三楼的打印机坏了，打印不出来。")
    assert (opened.respond_by, opened.resolve_by) == (NOW + 60 * 60, NOW + 480 * 60)
    assert opened.recording == "call.wav"
    (slot,) = opened.slots
    assert slot["words"] == [{"text": "打印机", "start": 0.1, "end": 0.6, "confidence": 0.9}]
    assert slot["audio"] == ["clips/c/01.wav", "/elsewhere/02.wav"]
    assert opened.history[0]["question"] == "problem"
    assert isinstance(callback, CallbackRequested)
    assert (callback.callback, callback.ticket, callback.number) == (f"{number}.1", number, "13900139000")
    assert (callback.why, callback.arrival, callback.tier) == ("intake", NOW, "vip")
    assert callback.expires == NOW + 172800


def test_the_number_is_told_only_when_ticket_and_callback_are_on_disk(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> list[dict[str, object]]:
        await rig.book.write(problem(rig), "call", "leg")
        return rig.on_disk()  # at once: the journal is neither closed nor waited for

    assert [row["event"] for row in play(tmp_path, scene)] == ["TicketOpened", "CallbackRequested"]


def test_a_full_disk_loses_neither_ticket_nor_callback_nor_their_order(full: FullDisk) -> None:
    async def scene(rig: Rig) -> tuple[list[str], list[dict[str, object]]]:
        numbers = [await rig.book.write(problem(rig), "call-0", "leg")]
        full.fill()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("callback_queue.tickets.book.DISK_SECONDS", 0.3)
            for call in range(1, 40):
                gone = problem(rig, progress="hung_up", note="x" * 3000)
                numbers.append(await rig.book.write(gone, f"call-{call}", "leg"))
        assert rig.journal.is_failing
        assert rig.journal.pending > 0
        full.free()
        await asyncio.wait_for(rig.journal.durable(), 10)
        assert [await rig.book.state_of(number) for number in numbers] == ["open"] * 40
        return numbers, rig.on_disk()

    numbers, rows = play(full.folder, scene)
    assert [row["ticket"] for row in rows if row["event"] == "TicketOpened"] == numbers
    assert [row["ticket"] for row in rows if row["event"] == "CallbackRequested"] == numbers


def test_a_number_file_that_cannot_be_written_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")

    async def scene(rig: Rig) -> tuple[str, list[dict[str, object]]]:
        number = await rig.book.write(problem(rig), "call", "leg")
        assert await rig.book.state_of(number) == "open"
        return number, rig.on_disk()

    number, rows = play(tmp_path, scene)
    assert number.startswith("9")
    assert [row["event"] for row in rows] == ["TicketOpened", "CallbackRequested"]


def test_a_ticket_that_memory_has_no_room_for_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")

    async def scene(rig: Rig) -> None:
        rig.journal._backlog = 1
        with pytest.raises(OSError, match="full"):
            await rig.book.write(problem(rig), "call", "leg")

    play(tmp_path, scene)


def test_no_callback_is_asked_for_where_there_is_no_number(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> list[Event]:
        await rig.book.write(problem(rig, caller="", callback_number=None), "call", "leg")
        await rig.book.write(problem(rig, caller="anna", callback_number=None), "call", "leg")
        return rig.told()

    assert [type(event) for event in play(tmp_path, scene)] == [TicketOpened, TicketOpened]


def test_a_wish_for_a_time_is_kept(tmp_path: Path) -> None:
    start = datetime.fromtimestamp(NOW, UTC) + timedelta(hours=20)
    window = CallWindow(start, start + timedelta(hours=2))
    soon = replace(window, as_soon_as_possible=True)

    async def scene(rig: Rig) -> list[CallbackRequested]:
        await rig.book.write(problem(rig, when=window), "call", "leg")
        await rig.book.write(problem(rig, when=soon), "call", "leg")
        return [event for event in rig.told() if isinstance(event, CallbackRequested)]

    wished, at_once = play(tmp_path, scene)
    assert (wished.not_before, wished.not_after) == (NOW + 20 * 3600, NOW + 22 * 3600)
    assert wished.expires == wished.not_after + 172800
    assert (at_once.not_before, at_once.not_after) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "progress", "why"),
    [
        ("problem", "confirmed", "intake"),
        ("problem", "hung_up", "abandoned"),
        ("voicemail", "recorded", "voicemail"),
        ("failure", "failed", "cut_off"),
    ],
)
def test_how_it_came_about_is_told(tmp_path: Path, kind: str, progress: str, why: str) -> None:
    async def scene(rig: Rig) -> Event:
        await rig.book.write(problem(rig, kind=kind, progress=progress), "call", "leg")
        return rig.told()[-1]

    asked = play(tmp_path, scene)
    assert isinstance(asked, CallbackRequested)
    assert asked.why == why


def test_who_keeps_the_place_by_key_is_called_back_in_that_place(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> list[Event]:
        wanted = OpenTicket(kind="callback", queue="sales", callback_number="13900139000")
        await rig.book.write(wanted, "call", "leg", caller="13800138000", arrival=NOW - 300, priority=3)
        return rig.told()

    opened, callback = play(tmp_path, scene)
    assert isinstance(opened, TicketOpened)
    assert isinstance(callback, CallbackRequested)
    assert (opened.kind, opened.caller, opened.callback_number) == ("callback", "13800138000", "13900139000")
    assert (callback.why, callback.queue, callback.arrival, callback.priority) == (
        "requested",
        "sales",
        NOW - 300,
        3,
    )


def test_a_missed_caller_is_not_forgotten(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> list[Event]:
        gone = OpenTicket(kind="abandoned", caller="13800138000", language="ko", queue="sales")
        await rig.book.write(gone, "call", "leg", arrival=NOW - 90, priority=2)
        await rig.book.write(problem(rig, progress="hung_up"), "call", "leg", arrival=NOW - 90)
        return rig.told()

    first, asked, second, again = play(tmp_path, scene)
    assert isinstance(first, TicketOpened)
    assert isinstance(asked, CallbackRequested)
    assert (first.kind, first.language, asked.why, asked.arrival) == (
        "abandoned",
        "ko",
        "abandoned",
        NOW - 90,
    )
    assert isinstance(second, TicketOpened)
    assert isinstance(again, CallbackRequested)
    assert (second.kind, second.state, second.title) == ("problem", "hung_up", "三楼的打印机坏了")
    assert (again.why, again.number) == ("abandoned", "13900139000")


def test_without_a_database_a_ticket_is_known_by_its_number_alone(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        number = await rig.book.write(problem(rig), "call", "leg")
        assert await rig.book.state_of(number) == "open"
        for wrong in ("999999", "", "../tickets", f"{number}/..", "１２３", "1" * 50):
            assert await rig.book.state_of(wrong) is None

    play(tmp_path, scene)


def test_the_database_says_how_far_a_ticket_is_also_when_it_lags_behind(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene() -> None:
        async with records(database_url) as known:
            rig = Rig(tmp_path)
            book = with_store(rig, known)
            await known.tell(ticket("100500"))
            assert await book.state_of("100500") == "open"
            new = await book.write(problem(rig), "call", "leg")
            assert await known.tickets.get(new) is None
            assert await book.state_of(new) == "open"
            assert await book.state_of("100499") is None
            rig.journal.close()

    asyncio.run(scene())


def with_store(rig: Rig, known: Records) -> TicketBook:
    numbers = TicketNumbers(rig.recordings / "numbers.json")
    return TicketBook(
        numbers, rig.journal, rig.recordings, rules(), Known(), callback, known.tickets, clock=lambda: NOW
    )
