"""Whatever events come, in whatever order: projections never raise, and hold what must always hold."""

from __future__ import annotations

import asyncio
import random
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from callback_queue import database as rows
from callback_queue.callbacks.events import CallbackClosed
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.projection import CallbackProjection
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.callbacks.ticket_history import CallbackHistory
from callback_queue.tickets.events import TicketChanged
from callback_queue.tickets.projection import TicketProjection
from callback_queue.tickets.tables import Ticket, TicketHistory
from callback_queue.tickets.ticket import STATES
from cdr.events import EVENTS
from config.database import create_engine
from config.database import database_url as url_of
from journal.event import Event
from tests.support.long import examples
from tests.unit.callback_queue.records import NOW, Records, records, requested, ticket

_TICKETS = ("100001", "100002", "100003")
_JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80))
_TEXTS = st.one_of(
    st.text(max_size=100), st.sampled_from(["\x00", "\ud800", "1" * 500, "13800138000", "+8613800138000"])
)
_TIMES = st.one_of(
    st.integers(-100, 400_000).map(lambda s: NOW + s), st.sampled_from([0.0, -1.0, 1e300, float("nan")])
)
_CHANGES = st.dictionaries(
    st.sampled_from(["state", "owner", "severity", "tags", "sla", "resolve_by", "junk", "title"]),
    st.one_of(_JUNK, st.sampled_from(STATES), st.sampled_from(["1001", "", 2, ["a"], NOW + 5])),
    max_size=3,
)
_SLOTS = st.lists(
    st.one_of(
        _JUNK,
        st.fixed_dictionaries({"name": st.sampled_from(["problem", "x"]), "text": _TEXTS, "audio": _JUNK}),
    ),
    max_size=3,
)
_BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "ticket": st.sampled_from([*_TICKETS, "", "nobody"]),
    "into": st.sampled_from([*_TICKETS, "nobody"]),
    "callback": st.sampled_from([f"{number}.1" for number in _TICKETS] + ["", "x", "100001.2"]),
    "attempt": st.integers(-1, 4),
    "changes": _CHANGES,
    "slots": _SLOTS,
    "history": _SLOTS,
    "words": _SLOTS,
    "switch": st.sampled_from(["switch-1", "switch-2"]),
    "caller": st.sampled_from(["", "13800138000", "+8613800138000", "anna", "13800138001"]),
    "number": st.sampled_from(["13800138000", "13900139000", "x"]),
    "call": st.sampled_from(["c1", "c2", "c3"]),
    "leg": st.sampled_from(["l1", "l2"]),
}
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: st.integers(-(2**70), 2**70),
    float: _TIMES,
    bool: st.booleans(),
}
# Those that the projections and consequences look at, and a few that they do not.
_KINDS = [
    kind
    for name, kind in sorted(EVENTS.items())
    if name.startswith(("Ticket", "Callback", "Switch", "Queue", "Agent", "Call", "Flow", "Leg", "Recording"))
]


def _value(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if hint in _BY_TYPE:
        return _BY_TYPE[hint]
    choices = [choice for choice in get_args(hint) if isinstance(choice, str)]
    return st.sampled_from(choices) if choices else st.one_of(st.none(), st.just([]), st.just({}))


@st.composite
def _events(draw: st.DrawFn, kind: type[Event]) -> Event:
    hints = get_type_hints(kind)
    return kind(**{field.name: draw(_value(field.name, hints[field.name])) for field in fields(kind)})


_SEQUENCES = st.lists(st.sampled_from(_KINDS).flatmap(_events), max_size=30)


def _check(callbacks: list[dict[str, Any]], tickets: list[dict[str, Any]]) -> None:
    for row in callbacks:
        assert row["state"] in ("waiting", "leased", "dialling", "closed")
        assert (row["lease_holder"] != "") == (row["state"] in ("leased", "dialling")), row
    numbers = {row["number"] for row in tickets}
    for row in tickets:
        assert row["state"] in STATES
        assert row["joined_into"] in ("", *numbers)
        assert row["joined_into"] != row["number"]


@settings(max_examples=examples(25))
@given(told=_SEQUENCES)
def test_any_events_fold_without_error_and_once_more_changes_nothing(
    tmp_path_factory: Any, told: list[Event]
) -> None:
    folder: Path = tmp_path_factory.mktemp("any")

    async def scene() -> None:
        async with records(url_of("any.db", folder)) as rig:
            await _start(rig)
            for event in told:
                await rig.tell(event)
            before = await _everything(rig)
            _check(before[0], before[1])
            # What came last is told once more: as when a batch is repeated.
            last = (await rig.all_events())[-1]
            if last.event is not None:
                async with rig.engine.begin() as connection:
                    for projection in (TicketProjection("CN"), CallbackHistory(), CallbackProjection("CN")):
                        if type(last.event) in projection.kinds:
                            row = {"switch": last.switch, "seq": last.seq}
                            await projection.apply(connection, last.event, row)
            assert await _everything(rig) == before

    asyncio.run(scene())


async def _start(rig: Records) -> None:
    """Something for the events to be about."""
    await rig.tell(ticket("100001"), requested("100001"))


async def _everything(rig: Records) -> tuple[list[dict[str, Any]], ...]:
    tables = (CallbackRow.__table__, Ticket.__table__, TicketHistory.__table__)
    return tuple([await rig.rows(table) for table in tables])


def test_postgresql_takes_what_sqlite_takes(database_url: URL) -> None:
    strange = "\x00\ud800" + "長い" * 500

    async def scene() -> None:
        async with records(database_url) as rig:
            await rig.tell(
                ticket(
                    "100001",
                    caller=strange,
                    callback_number=strange,
                    title=strange,
                    summary=strange,
                    severity=2**80,
                    tags=[strange, 2**80, float("inf")],
                    slots=[
                        {"name": strange, "words": [{"start": float("nan")}], strange: {strange: [strange]}}
                    ],
                    customer=strange,
                    queue=strange,
                ),
                TicketChanged(
                    NOW, ticket="100001", by=strange, changes={"title": "\x00", "junk": strange}, note=strange
                ),
                requested("100001", caller=strange, queue=strange, priority=-(2**80)),
                CallbackClosed(NOW, callback="100001.1", end="cancelled", by=strange, note=strange),
            )
            known = await rig.tickets.get("100001")
            assert known is not None
            assert known.severity == 2**31 - 1
            assert known.title == r"\x00", "as the spool writes it"
            due = await rig.callbacks.get("100001.1")
            assert due is not None
            assert due.end == "cancelled"

    asyncio.run(scene())


def test_stores_make_values_that_every_database_takes() -> None:
    assert rows.text("a\x00b\ud800c", 4) == "a?b?"
    assert rows.plain({"\x00": [float("nan"), 2**70, ("\ud800",), object]}) == {
        "?": [None, str(2**70), ["?"], str(object)]
    }
    assert (rows.number(True), rows.number("1"), rows.number(float("nan")), rows.number(-1)) == (1, 0, 0, 0)
    assert (rows.number(1e300), rows.number(10**400), rows.number(float("inf"))) == (*(rows.LATEST,) * 2, 0)
    assert rows.whole(10**400) == 2**31 - 1
    assert (rows.whole(2**40), rows.whole(-(2**40)), rows.whole(None, 3)) == (2**31 - 1, 1 - 2**31, 3)


def test_a_lease_never_has_two_holders_whatever_switches_do(database_url: URL) -> None:
    """Four switches on two engines do whatever they like; each keeps its own book of what it holds."""

    async def scene() -> None:
        async with records(database_url) as rig:
            other = create_engine(database_url)
            stores = (rig.leases, LeaseTable(other))
            assert sum([await _race(rig, stores, seed) for seed in range(3)]) > 10
            await other.dispose()

    asyncio.run(scene())


async def _race(rig: Records, stores: tuple[LeaseTable, LeaseTable], seed: int) -> int:
    chance = random.Random(seed)
    number, caller = str(100001 + seed), f"1380000{seed:04}"
    await rig.tell(ticket(number, caller=caller), requested(number, caller=caller))
    callback, now = f"{number}.1", NOW + 1
    dialled: list[int] = []
    holds: dict[str, int] = {}

    async def act(index: int) -> None:
        nonlocal now
        store, name = stores[index % 2], f"switch-{index}"
        now += chance.choice((0, 1, 5, 30))
        mine = holds.get(name)
        if mine is None:
            taken = await store.take(callback, name, now, 60)
            if taken is not None:
                holds[name] = taken.attempt
        elif chance.random() < 0.4:
            if await store.begin_dialling(callback, mine, name, now, 60):
                dialled.append(mine)
        elif chance.random() < 0.4:
            await store.renew(callback, mine, name, now, 60)
        else:
            await store.release(callback, mine, name, now, "busy")
            del holds[name]

    for _ in range(60):
        await asyncio.gather(*(act(index) for index in range(4)))
    assert len(dialled) == len(set(dialled)), "an attempt was dialled twice"
    due = await rig.callbacks.get(callback)
    assert due is not None
    assert due.dialled == len(dialled)
    return len(dialled)
