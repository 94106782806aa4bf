"""What happened before a start is known from the database and the spool, each event once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from cdr.store import EventStore
from config.database import create_engine
from hotline.server.history import events_since
from journal import codec
from journal.event import Event
from journal.follower import Follower
from journal.journal import Journal
from telephony.call.events import AddressBanEnded, OutsideCallAllowed

START = 1_700_000_000.0


def allowed(number: str, at: float) -> OutsideCallAllowed:
    return OutsideCallAllowed(at, call="c", way="phone", agent="1001", number=number, trunk="carrier")


def written(folder: Path, *events: Event) -> list[int]:
    """A journal of a run that ended; the numbers of its events."""
    journal = Journal(folder, switch="one", segment_bytes=400)
    for event in events:
        journal.append(event)
    journal.close()
    follower = Follower(folder)
    numbers: list[int] = []
    while (batch := follower.read(100)) is not None:
        numbers += [line.seq for line in batch.lines]
    follower.close()
    return numbers


EVENTS = [
    allowed("+491", START - 1),
    allowed("+492", START),
    AddressBanEnded(START + 1, address="192.0.2.7", by=""),
    *(allowed(f"+4930{each}", START + each) for each in range(2, 9)),
]
EXPECTED = ["+492", *(f"+4930{each}" for each in range(2, 9))]


@pytest.mark.parametrize("stored", [0, 1, 5, len(EVENTS)])
def test_each_event_is_told_once_however_far_the_recorder_came(
    tmp_path: Path, database_url: URL, stored: int
) -> None:
    numbers = written(tmp_path / "journal", *EVENTS)

    async def told() -> list[Event]:
        engine = create_engine(database_url)
        rows = [
            {**codec.to_row(event), "switch": "one", "seq": seq}
            for seq, event in zip(numbers, EVENTS[:stored], strict=False)
        ]
        rows.append({**codec.to_row(allowed("+44", START + 5)), "switch": "two", "seq": 1})
        async with engine.begin() as connection:
            await EventStore(engine).append_batch(connection, rows)
        try:
            return await events_since(
                START, [OutsideCallAllowed], engine=engine, spool=tmp_path / "journal", switch="one"
            )
        finally:
            await engine.dispose()

    found = [event.number for event in asyncio.run(told()) if isinstance(event, OutsideCallAllowed)]
    assert sorted(found) == sorted([*EXPECTED, "+44"])


def test_the_spool_alone_will_do(tmp_path: Path) -> None:
    written(tmp_path / "journal", *EVENTS)
    told = asyncio.run(
        events_since(START, [OutsideCallAllowed], engine=None, spool=tmp_path / "journal", switch="one")
    )
    assert [event.number for event in told if isinstance(event, OutsideCallAllowed)] == EXPECTED


def test_a_site_without_either_has_no_history(tmp_path: Path) -> None:
    assert asyncio.run(events_since(0, [OutsideCallAllowed], engine=None, spool=None, switch="one")) == []
    missing = tmp_path / "missing"
    assert asyncio.run(events_since(0, [OutsideCallAllowed], engine=None, spool=missing, switch="one")) == []
