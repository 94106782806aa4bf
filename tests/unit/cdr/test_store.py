"""The event store on both databases: order, pages, what a transaction sees, what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.tickets.events import TicketOpened
from cdr import store as store_module
from cdr.store import EventStore
from config.database import create_engine
from config.migrate import upgrade
from journal.codec import to_row
from journal.event import Event
from telephony.call.events import CallEnded, DigitReceived


@asynccontextmanager
async def migrated(url: URL) -> AsyncIterator[AsyncEngine]:
    """An engine on tables that are there."""
    engine = create_engine(url)
    await upgrade(engine)
    yield engine
    await engine.dispose()


def run(url: URL, test: Callable[[AsyncEngine, EventStore], Awaitable[None]]) -> None:
    """Run a test on an empty store."""

    async def all_of_it() -> None:
        async with migrated(url) as engine:
            await test(engine, EventStore(engine))

    asyncio.run(all_of_it())


async def add(
    engine: AsyncEngine, store: EventStore, *events: Event, first: int = 1, switch: str = "s"
) -> None:
    """Store events in one transaction."""
    async with engine.begin() as connection:
        await store.append_batch(
            connection,
            [{**to_row(event), "switch": switch, "seq": first + i} for i, event in enumerate(events)],
        )


def digit(at: float, call: str = "c") -> DigitReceived:
    """One event."""
    return DigitReceived(at, call, "l", digit="5")


def test_what_is_stored_comes_back_whole_and_in_order(database_url: URL) -> None:
    ticket = TicketOpened(
        0.1 + 0.2,
        "c",
        "l",
        ticket="100001",
        kind="problem",
        queue="q",
        summary="暖气坏了 🔥",
        tags=["a"],
        slots=[{"words": [1.5, None]}],
    )

    async def test(engine: AsyncEngine, store: EventStore) -> None:
        await add(engine, store, digit(5.0), ticket, digit(1.0))
        stored = await store.events_of("c")
        assert [row.event for row in stored] == [digit(5.0), ticket, digit(1.0)]
        assert [(row.switch, row.seq) for row in stored] == [("s", 1), ("s", 2), ("s", 3)]
        assert stored[0].id < stored[1].id < stored[2].id
        assert await store.last_id() == stored[2].id
        assert await store.events_of("d") == []

    run(database_url, test)


def test_an_event_is_stored_once_and_a_batch_whole_or_not_at_all(database_url: URL) -> None:
    async def test(engine: AsyncEngine, store: EventStore) -> None:
        await add(engine, store, digit(1.0), digit(2.0))
        with pytest.raises(IntegrityError):
            await add(engine, store, digit(3.0), digit(4.0), first=0)
        await add(engine, store, digit(5.0), first=2**53, switch="other")
        assert [row.at for row in await store.tail(0, 10)] == [1.0, 2.0, 5.0]
        async with engine.connect() as connection:
            assert await store.position(connection, "s") == 2
            assert await store.position(connection, "other") == 2**53
            assert await store.position(connection, "nobody") == 0

    run(database_url, test)


def test_the_tail_goes_on_where_it_was(database_url: URL) -> None:
    async def test(engine: AsyncEngine, store: EventStore) -> None:
        assert await store.last_id() == 0
        await add(engine, store, *map(digit, range(7)))
        seen: list[float] = []
        after = 0
        while page := await store.tail(after, 3):
            assert len(page) <= 3
            seen += [row.at for row in page]
            after = page[-1].id
        assert seen == list(map(float, range(7)))

    run(database_url, test)


def test_a_span_of_time_is_read_page_by_page(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PAGE", 4)

    async def test(engine: AsyncEngine, store: EventStore) -> None:
        for at in range(20):
            await add(engine, store, digit(at), CallEnded(at, "c", "", by="local", reason=""), first=10 * at)
        found = [row async for row in store.between(3.0, 17.0, [CallEnded])]
        assert [row.at for row in found] == [float(at) for at in range(3, 17)]
        assert {row.kind for row in found} == {"CallEnded"}
        assert len([row async for row in store.between(3.0, 17.0)]) == 28
        assert [row.at async for row in store.between(0.0, 1.0, ["DigitReceived"])] == [0.0]

    run(database_url, test)


def test_a_transaction_sees_what_it_has_written_and_others_do_not(database_url: URL) -> None:
    async def test(engine: AsyncEngine, store: EventStore) -> None:
        async with engine.connect() as connection:
            await store.append_batch(connection, [{**to_row(digit(1.0)), "switch": "s", "seq": 1}])
            assert len(await store.events_of("c", connection)) == 1
            assert await store.events_of("c") == []
            await connection.commit()
        assert len(await store.events_of("c")) == 1

    run(database_url, test)


def test_a_kind_of_another_version_is_kept_and_has_no_event(database_url: URL) -> None:
    async def test(engine: AsyncEngine, store: EventStore) -> None:
        row = {**to_row(digit(1.0)), "switch": "s", "seq": 1, "kind": "CallTeleported"}
        async with engine.begin() as connection:
            await store.append_batch(connection, [row])
        (stored,) = await store.events_of("c")
        assert (stored.kind, stored.event) == ("CallTeleported", None)
        assert stored.body["digit"] == "5"

    run(database_url, test)
