"""Settings that are reloaded while calls go on: the recorder works by those that the switch applied."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.events import CallbackAttemptEnded, CallbackLeased, CallbackRequested
from callback_queue.recovery.events import SwitchStarted
from callback_queue.tickets.events import TicketChanged, TicketJoined, TicketOpened
from callback_queue.tickets.opening import OpeningRules
from callback_queue.tickets.tables import Ticket
from cdr.calls.verify import verify
from cdr.figures.reader import report
from cdr.figures.rules import figure_rules
from cdr.figures.windows import Windows
from cdr.recorder.projector import Projector
from cdr.recorder.site_projections import SiteProjections
from cdr.settings import CallRulesByTime, SettingsHistory, settings_applied, site_as_applied
from cdr.store import EventStore
from cdr.tables import CallRow
from config import Site, load_site
from config.database import create_engine
from config.migrate import upgrade
from config.models.queues import Queue
from config.new_site import write_starter_site
from journal import spool
from journal.event import Event
from journal.follower import Line
from telephony.call import events as c
from tests.unit.cdr.story import ME, Story

SWITCH = "switch-1"
QUEUE = "support"


def changed(site: Site, queue: dict[str, Any] | None = None, **settings: Any) -> Site:
    """A site after some of its files were edited: `queue` are settings of the queue, others by section."""
    values = {}
    for name, value in settings.items():
        section = getattr(site.settings, name)
        values[name] = section.model_copy(update=value) if isinstance(value, dict) else value
    queues = tuple(
        each.model_copy(update=queue or {}) if each.name == QUEUE else each for each in site.queues
    )
    return replace(site, settings=site.settings.model_copy(update=values), queues=queues)


class Office:
    """A recorder and its database."""

    def __init__(self, engine: AsyncEngine, site: Site) -> None:
        self.engine = engine
        self.start(site)
        self._seq = itertools.count(1)

    def start(self, site: Site) -> None:
        """Start the recorder anew, with the site's files as they are."""
        self._projector = Projector(EventStore(self.engine), SiteProjections(site, self.engine))

    async def tell(self, *told: Event, commit: bool = True) -> list[Event]:
        """Take events in, as one batch; returns what the recorder concluded."""
        lines = []
        for event in told:
            data = spool.decode(spool.encode(next(self._seq), event).rstrip(b"\n"))
            assert data is not None
            lines.append(Line(data.pop("seq"), data.pop("event"), data))
        store = EventStore(self.engine)
        before = await store.last_id()
        async with self.engine.connect() as connection:
            await self._projector.apply(connection, SWITCH, lines)
            await (connection.commit() if commit else connection.rollback())
        new = await store.tail(before, 1000)
        return [one.event for one in new if one.switch != SWITCH and one.event is not None]

    async def calls(self) -> dict[str, Any]:
        """The rows of all calls."""
        async with self.engine.connect() as connection:
            return {row.call: row for row in await connection.execute(select(CallRow.__table__))}

    async def differences(self, site: Site) -> list[Any]:
        """What `hotline records verify` finds, with the site's files as they are."""
        return (await verify(self.engine, CallRulesByTime(site, SettingsHistory()))).differences


@asynccontextmanager
async def office(url: URL, site: Site) -> AsyncIterator[Office]:
    """A recorder on an empty database; the switch has started with the site."""
    engine = create_engine(url)
    try:
        await upgrade(engine)
        made = Office(engine, site)
        await made.tell(SwitchStarted(0.0, switch=SWITCH, version="1"), settings_applied(site, 0.0))
        yield made
    finally:
        await engine.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The starter site, with no quiet hours."""
    folder = tmp_path / "site"
    write_starter_site(folder)
    loaded = changed(load_site(folder), callbacks={"quiet": None}, country="CN")
    return changed(loaded, {"short_abandon": 5.0, "service_level": 20.0}, privacy={"mask_digits": True})


def run(url: URL, site: Site, test: Callable[[Office], Awaitable[None]]) -> None:
    """Run a test on an empty database."""

    async def all_of_it() -> None:
        async with office(url, site) as made:
            await test(made)

    asyncio.run(all_of_it())


def begins(call: str, at: float) -> list[Event]:
    """A caller presses a key and waits in the queue."""
    story = Story(call).at(at).offered().answered().on(ME, c.DigitReceived, digit="4")
    return story.enters(QUEUE, f"e-{call}").events


def gives_up(call: str, at: float, wait: float) -> list[Event]:
    """The caller hangs up in the queue."""
    story = Story(call).at(at).leaves(QUEUE, "abandoned", wait, entry=f"e-{call}")
    return story.ends(ME, "remote").over("remote").events


def test_a_call_keeps_the_settings_with_which_it_began(database_url: URL, site: Site) -> None:
    new = changed(site, {"short_abandon": 10.0}, privacy={"mask_digits": False})

    async def test(made: Office) -> None:
        await made.tell(*begins("before", 10), *begins("across", 20), *gives_up("before", 17, 7))
        # In the middle of a batch, as reloads come.
        reload = settings_applied(new, 25)
        await made.tell(reload, *begins("after", 30), *gives_up("across", 27, 7), *gives_up("after", 37, 7))
        rows = await made.calls()
        assert {call: (row.outcome, row.body["digits"]) for call, row in rows.items()} == {
            "before": ("abandoned", "•"),
            "across": ("abandoned", "•"),
            "after": ("short_abandoned", "4"),
        }
        assert await made.differences(new) == []
        # Nor does it matter what the files say by the time that records are looked at.
        assert await made.differences(site) == []

    run(database_url, site, test)


def test_figures_go_by_the_thresholds_of_the_time(database_url: URL, site: Site) -> None:
    new = changed(site, {"short_abandon": 10.0, "service_level": 6.0})

    async def figures(made: Office, start: float, end: float) -> dict[str, Any]:
        windows = Windows.make(start, end, "whole", ZoneInfo("UTC"))
        fold = await report(made.engine, windows, figure_rules(new), 1000.0)
        return next(row.figures for row in fold.queue_totals() if row.name == QUEUE)

    async def test(made: Office) -> None:
        await made.tell(*begins("before", 10), *gives_up("before", 17, 7), *begins("across", 20))
        await made.tell(settings_applied(new, 25), *gives_up("across", 27, 7))
        await made.tell(*begins("after", 30), *gives_up("after", 37, 7))
        day = await figures(made, 0, 100)
        assert (day["abandoned"], day["short_abandoned"]) == (3, 1)
        # Two within 20 s; 7 s are too long for the third, since 6 s are promised.
        assert day["service_level_connect"] == 2 / 3
        # A report that begins after the reload knows it.
        later = await figures(made, 28, 100)
        assert (later["abandoned"], later["short_abandoned"]) == (1, 1)
        short = [row.call for row in (await made.calls()).values() if row.outcome == "short_abandoned"]
        assert short == ["after"]

    run(database_url, site, test)


def test_points_of_a_ticket_are_those_of_the_time_when_it_was_solved(database_url: URL, site: Site) -> None:
    category = site.settings.tickets.categories[0]
    new = changed(site, tickets={"categories": (category.model_copy(update={"points": 9}),)})

    def solved(number: str, at: float) -> list[Event]:
        opened = TicketOpened(at, "", "", ticket=number, kind="problem", queue=QUEUE, category=category.name)
        changes = {"state": "assigned", "owner": "1001"}
        assigned = TicketChanged(at, ticket=number, by="agent:1001", changes=changes)
        return [opened, assigned, replace(assigned, changes={"state": "solved"})]

    async def test(made: Office) -> None:
        await made.tell(*solved("1", 10), settings_applied(new, 20), *solved("2", 30))
        windows = Windows.make(0, 100, "whole", ZoneInfo("UTC"))
        fold = await report(made.engine, windows, figure_rules(new), 100.0)
        assert fold.queue_totals()[0].figures["points"] == category.points + 9

    run(database_url, site, test)


def opened(number: str, at: float) -> TicketOpened:
    """A ticket of the caller, who left it at that time."""
    return TicketOpened(at, "c", "l", ticket=number, kind="problem", queue=QUEUE, caller="13800138000")


def test_tickets_are_joined_as_the_reloaded_setting_says(database_url: URL, site: Site) -> None:
    async def test(made: Office) -> None:
        assert await made.tell(opened("1", 10)) == []
        assert [type(event) for event in await made.tell(opened("2", 20))] == [TicketJoined]
        await made.tell(settings_applied(changed(site, tickets={"join_within": 0.0}), 30))
        assert await made.tell(opened("3", 40)) == []
        await made.tell(settings_applied(site, 50), opened("4", 60))
        assert [type(event) for event in await made.tell(opened("5", 70))] == [TicketJoined]

    run(database_url, site, test)


def test_a_callback_is_delayed_as_the_reloaded_setting_says(database_url: URL, site: Site) -> None:
    delays = site.settings.callbacks.delays.model_copy(update={"cut_off": 777.0})
    requested = CallbackRequested(
        20.0,
        "c",
        "l",
        callback="1.1",
        ticket="1",
        number="13800138000",
        queue=QUEUE,
        language="zh",
        tier="ordinary",
        priority=0,
        arrival=20.0,
        why="requested",
        expires=100_000.0,
    )

    async def test(made: Office) -> None:
        await made.tell(opened("1", 10), requested)
        await made.tell(settings_applied(changed(site, callbacks={"delays": delays}), 30))
        leased = CallbackLeased(40.0, callback="1.1", attempt=1, switch=SWITCH)
        drawn = await made.tell(leased, SwitchStarted(50.0, switch=SWITCH, version="1"))
        [ended] = [event for event in drawn if isinstance(event, CallbackAttemptEnded)]
        assert ended.next_at == 50.0 + 777.0

    run(database_url, site, test)


def test_numbers_are_filed_by_the_country_that_the_switch_works_with(database_url: URL, site: Site) -> None:
    async def test(made: Office) -> None:
        await made.tell(opened("1", 10), settings_applied(changed(site, country="DE"), 20), opened("2", 30))
        async with made.engine.connect() as connection:
            rows = await connection.execute(select(Ticket.number, Ticket.caller_key))
            keys = {row.number: row.caller_key for row in rows}
        assert keys["1"].startswith("86")
        assert keys["2"].startswith("49")

    run(database_url, site, test)


def test_a_recorder_that_starts_anew_goes_by_what_the_switch_applied_not_by_edited_files(
    database_url: URL, site: Site
) -> None:
    edited = changed(site, privacy={"mask_digits": False}, tickets={"join_within": 0.0})

    async def test(made: Office) -> None:
        await made.tell(opened("1", 10), *begins("c1", 10))
        made.start(edited)
        drawn = await made.tell(*gives_up("c1", 20, 10), opened("2", 20))
        assert [type(event) for event in drawn] == [TicketJoined]
        assert (await made.calls())["c1"].body["digits"] == "•"
        assert await made.differences(edited) == []

    run(database_url, site, test)


def test_a_queue_that_a_reload_puts_first_works_on_what_names_none(site: Site) -> None:
    new = replace(site, queues=(Queue(name="new"), *site.queues))
    for applied in (new, site):
        for files in (new, site):  # as they were when the recorder started
            known = site_as_applied(files, settings_applied(applied, 0.0))
            assert OpeningRules.of(known).queue == applied.queues[0].name


def test_a_reload_whose_transaction_was_undone_holds_from_its_own_place_on(
    database_url: URL, site: Site
) -> None:
    new = changed(site, privacy={"mask_digits": False})

    async def test(made: Office) -> None:
        batch = [*begins("c1", 10), *gives_up("c1", 20, 10), settings_applied(new, 30)]
        await made.tell(*batch, commit=False)
        assert await made.calls() == {}
        await made.tell(*batch, *begins("c2", 40), *gives_up("c2", 50, 10))
        assert [row.body["digits"] for row in (await made.calls()).values()] == ["•", "4"]
        assert await made.differences(site) == []

    run(database_url, site, test)


def test_calls_from_before_settings_were_told_have_those_that_were_told_first(
    database_url: URL, site: Site
) -> None:
    new = changed(site, privacy={"mask_digits": False})

    async def test() -> None:
        engine = create_engine(database_url)
        try:
            await upgrade(engine)
            made = Office(engine, site)
            await made.tell(*begins("c1", 10), *gives_up("c1", 20, 10))
            assert await made.differences(site) == []
            await made.tell(settings_applied(site, 30), settings_applied(new, 40))
            assert await made.differences(new) == []
        finally:
            await engine.dispose()

    asyncio.run(test())
