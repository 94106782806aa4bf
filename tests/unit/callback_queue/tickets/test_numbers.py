"""Ticket numbers: never one twice, one at once, whatever the database and the process do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from callback_queue.tickets.numbers import BLOCK, HANDFUL, LOW, TicketNumbers
from callback_queue.tickets.store import FIRST_NUMBER, TicketStore
from config.database import create_engine
from config.migrate import upgrade
from tests.support.full_disk import FullDisk


class Database:
    """Gives blocks of numbers, or is away."""

    def __init__(self) -> None:
        self.next = FIRST_NUMBER
        self.away = False
        self.asked = 0

    async def take(self, size: int, above: int) -> range:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise OperationalError("SELECT", {}, Exception("away"))
        start = max(self.next, above + 1)
        self.next = start + size
        return range(start, start + size)


def clock() -> Callable[[], float]:
    ticks = count(1_800_000_000, 60)
    return lambda: float(next(ticks))


async def some(numbers: TicketNumbers, wanted: int) -> list[int]:
    return [int(await numbers.next()) for _ in range(wanted)]


def run(scene: Awaitable[None]) -> None:
    asyncio.run(scene)  # type: ignore[arg-type]


def test_without_a_database_numbers_are_counted_on_from_one_start_to_the_next(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "run" / "numbers.json"
        numbers = TicketNumbers(path)
        first = await some(numbers, 3)
        await numbers.close()
        again = await some(TicketNumbers(path), 2)
        assert first + again == list(range(FIRST_NUMBER, FIRST_NUMBER + 5))

    run(scene())


def test_a_crash_skips_what_was_set_aside_and_gives_nothing_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "numbers.json"
        first = await some(TicketNumbers(path), 3)
        again = await some(TicketNumbers(path), 3)
        assert again == [number + HANDFUL for number in first]

    run(scene())


def test_a_full_disk_holds_nobody_up_and_the_number_of_the_moment_stays_known(full: FullDisk) -> None:
    async def scene() -> None:
        numbers = TicketNumbers(full.folder / "run" / "numbers.json")
        short = await some(numbers, 1)
        full.fill()
        given = await some(numbers, 2 * HANDFUL)
        strange = [number for number in given if number > 9_000_000_000_000]
        assert len(set(given)) == len(given)
        # What was set aside before is given away, nothing that the file does not know of.
        assert short[0] == FIRST_NUMBER
        assert len(strange) >= HANDFUL
        full.free()
        await numbers.close()
        again = TicketNumbers(full.folder / "run" / "numbers.json")
        assert all(again.was_given(str(number)) for number in given)
        assert not set(await some(again, 10)) & set(given)

    run(scene())


def test_the_numbers_of_earlier_versions_are_not_given_again(tmp_path: Path) -> None:
    async def scene() -> None:
        assert await some(TicketNumbers(tmp_path / "n.json", used=100777), 1) == [100778]
        taken = Database()
        assert await some(TicketNumbers(tmp_path / "m.json", taken.take, used=100777), 1) == [100778]

    run(scene())


def test_numbers_go_on_while_the_database_is_away_and_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        database, path = Database(), tmp_path / "numbers.json"
        numbers = TicketNumbers(path, database.take, clock=clock())
        given = await some(numbers, 10)
        database.away = True
        given += await some(numbers, 100)
        await numbers.close()
        given += await some(TicketNumbers(path, database.take, clock=clock()), 100)
        assert given == list(range(FIRST_NUMBER, FIRST_NUMBER + 210))
        assert database.asked == 1

    run(scene())


def test_a_new_block_is_taken_before_the_old_one_is_used_up(tmp_path: Path) -> None:
    async def scene() -> None:
        database = Database()
        numbers = TicketNumbers(tmp_path / "numbers.json", database.take, clock=clock())
        given = await some(numbers, BLOCK - LOW + 1)
        database.next += 5000  # another switch takes its blocks in between
        given += await some(numbers, 1)
        await asyncio.sleep(0.01)
        assert database.asked == 2
        database.away = True
        given += await some(numbers, LOW + 100)
        assert len(set(given)) == len(given)
        assert numbers.left > 0

    run(scene())


def test_without_block_and_database_a_caller_still_gets_a_number_that_nobody_has(tmp_path: Path) -> None:
    async def scene() -> None:
        database = Database()
        database.away = True
        numbers = TicketNumbers(tmp_path / "numbers.json", database.take, clock=lambda: 1_800_000_000.0)
        strange = await some(numbers, 50)
        assert len(set(strange)) == 50
        assert all(number > 9_000_000_000_000 for number in strange)
        database.away = False
        later = TicketNumbers(tmp_path / "numbers.json", database.take)
        assert await some(later, 1) == [FIRST_NUMBER]

    run(scene())


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"blocks": [[1]], "highest": 3}', '{"blocks": 7}'])
def test_a_file_that_was_spoilt_gives_no_number_twice(tmp_path: Path, junk: str) -> None:
    async def scene() -> None:
        path = tmp_path / "numbers.json"
        before = await some(TicketNumbers(path), 5)
        path.write_text(junk)
        after = await some(TicketNumbers(path), 5)
        assert not set(before) & set(after)

    run(scene())


def test_a_caller_who_hangs_up_meanwhile_costs_no_number_and_gives_none_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "numbers.json"
        numbers = TicketNumbers(path)
        given = []
        for _ in range(30):
            gone = asyncio.ensure_future(numbers.next())
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            given += await some(numbers, 1)
        await numbers.close()
        assert len(set(given)) == 30
        left = json.loads(path.read_text())["blocks"]
        assert left[0][0] == max(given) + 1

    run(scene())


def test_switches_that_share_a_database_never_share_a_number(tmp_path: Path, database_url: URL) -> None:
    async def scene() -> None:
        engines = [create_engine(database_url) for _ in range(3)]
        await upgrade(engines[0])

        async def switch(index: int) -> list[int]:
            store = TicketStore(engines[index])

            async def take(size: int, above: int) -> range:
                # Small blocks, so that there are many of them.
                return await store.next_block(f"switch-{index}", 7, 0.0, above)

            numbers = TicketNumbers(tmp_path / f"{index}.json", take, clock=clock())
            given = await some(numbers, 60)
            await numbers.close()
            return given

        given = [number for part in await asyncio.gather(*map(switch, range(3))) for number in part]
        short = [number for number in given if number < 9_000_000_000_000]
        assert len(set(given)) == len(given)
        assert len(short) > 100
        for engine in engines:
            await engine.dispose()

    run(scene())
