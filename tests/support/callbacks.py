"""A switch that calls people back: its agents' and customers' phones, and what its database says of them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.events import CallbackRequested
from callback_queue.callbacks.store import CallbackStore, CallbackView
from callback_queue.tickets.events import TicketOpened
from cdr.recorder.projector import Projector
from cdr.recorder.site_projections import SiteProjections
from cdr.store import EventStore, StoredEvent
from config import load_site
from config.database import create_engine, site_database
from journal.codec import to_row
from journal.event import Event
from journal.follower import Line
from tests.support.office import Office, Phone
from tests.support.ports import HOST, wait_for
from tests.support.switch import Switch, without_flows

T = TypeVar("T")

OF_THE_STORIES = [
    {"action": "allow", "prefixes": ["0955", "+1555"], "types": ["unknown"]},
    {"action": "allow", "prefixes": ["+86", "+1"]},
]
"""Lets out the numbers of the customers in tests, who live in no country, in China and in America."""

QUICK = {"busy": 1, "no_answer": 1, "refused": 1, "failed": 1, "no_agent": 1, "cut_off": 1}
"""Delays in seconds."""
_serial = itertools.count(1)


class CallbackCentre:
    """One site with one queue, its phones, and a switch that can be killed and started again.

    Args:
        folder: for the site.
        office: has the phones.
        callbacks: more of `callbacks:` in hotline.yaml.
        queue: more of the queue's settings.
        settings: more of hotline.yaml.
        environment: variables for the switch.
        before: given the centre before the switch starts.
        models: as for `Switch`.
        customers: where customers' phones are; a phone of its own unless given.
    """

    def __init__(
        self,
        folder: Path,
        office: Office,
        *,
        callbacks: Mapping[str, Any] | None = None,
        queue: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        before: Callable[[CallbackCentre], None] | None = None,
        models: bool = False,
        customers: Phone | None = None,
    ) -> None:
        self.office = office
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.customers = customers or office.phone((HOST, 9), talk=0.3)
        self.agents: dict[str, Phone] = {}
        self._queue = {"wrap_up": 0, "when_nobody": "wait", "announce": None, "max_wait": 0, **(queue or {})}
        self._before = before
        wanted = {
            "trunks": [
                {
                    "name": "outside",
                    "addresses": [HOST],
                    "numbers": ["*"],
                    "host": f"{HOST}:{self.customers.port}",
                }
            ],
            "numbers": {4800: {"queue": "support"}, 4900: {"echo": True}},
            "outbound": {"rules": OF_THE_STORIES},
            "callbacks": {"quiet": None, "delays": QUICK, "ring_seconds": 5, **(callbacks or {})},
            "agents": {"confirm_seconds": 3},
            "console": None,
            "sip": {"t1": 0.1, "t2": 0.4, "t4": 0.4},
            **(settings or {}),
        }
        self.switch = Switch(
            folder, wanted, self._prepare, records=True, environment=environment, models=models
        )
        wait_for(self._is_recording, "the recorder to be at work", 20, every=0.1)

    def _is_recording(self) -> bool:
        try:
            return bool(self.events("SwitchStarted"))
        except SQLAlchemyError:
            return False  # there are no tables yet

    def _prepare(self, site: Path) -> None:
        without_flows(site)
        yaml = YAML(typ="rt")
        data = yaml.load(site / "queues.yaml")
        data["queues"] = [{"name": "support", "members": [1001, 1002, 1003], **self._queue}]
        yaml.dump(data, site / "queues.yaml")
        self.site = site
        if self._before is not None:
            self._before(self)

    # --- agents and customers

    def agent(self, number: str = "1001", **behaviour: Any) -> Phone:
        """An agent's phone, registered; it presses the key that takes a callback, unless told otherwise."""
        phone = self.agents.get(number)
        if phone is None:
            phone = self.office.phone(self.switch.sip, **{"key": "1", **behaviour})
            self.agents[number] = phone
        self.office.register(phone, number, self.switch.passwords[number])
        return phone

    def start_again(self, environment: Mapping[str, str] | None = None) -> None:
        """After `kill`: the switch anew, and all agents registered."""
        self.office.cut()
        self.switch.start(environment)
        for number in self.agents:
            self.agent(number)

    def close(self) -> None:
        """Stop the switch, and see that it ends well."""
        self.switch.stop()

    # --- the database

    @cached_property
    def url(self) -> URL:
        """The database's."""
        site = load_site(self.site)
        url = site_database(site)
        assert url is not None
        return url

    def ask(self, number: str, *, waiting: float = 0.0, **fields: Any) -> str:
        """Ask for a callback, as another switch on the same database would; returns its id.

        Args:
            number: whom to call.
            waiting: since how many seconds they wait.
            fields: more of `CallbackRequested`.
        """
        now = time.time()
        ticket = str(200_000 + next(_serial))
        opened = TicketOpened(
            now, f"asker-{ticket}", "1", ticket=ticket, kind="callback", queue="support", caller=number
        )
        wanted = {
            "callback": f"{ticket}.1",
            "ticket": ticket,
            "number": number,
            "queue": "support",
            "language": "en",
            "tier": "ordinary",
            "priority": 0,
            "arrival": now - waiting,
            "why": "requested",
            "expires": now + 3600,
        }
        asked = CallbackRequested(now, f"asker-{ticket}", "1", **{**wanted, **fields})
        self.take_in([opened, asked])
        return asked.callback

    def take_in(self, told: list[Event], switch: str = "asker") -> None:
        """Have events in the database, as the recorder of another switch would bring them there."""
        site = load_site(self.site)

        async def apply(engine: AsyncEngine) -> None:
            projector = Projector(EventStore(engine), SiteProjections(site, engine))
            async with engine.begin() as connection:
                seq = time.time_ns() // 1000
                lines = [
                    Line(seq + index, row["kind"], row["body"]) for index, row in enumerate(map(to_row, told))
                ]
                await projector.apply(connection, switch, lines)

        self._with_database(apply)

    def callback(self, callback: str) -> CallbackView:
        """One callback as it stands."""

        async def get(engine: AsyncEngine) -> CallbackView | None:
            return await CallbackStore(engine).get(callback)

        found = self._with_database(get)
        assert found is not None, callback
        return found

    def open_callbacks(self) -> list[CallbackView]:
        """All callbacks that are not closed, the longest waiting first."""

        async def find(engine: AsyncEngine) -> list[CallbackView]:
            found = await CallbackStore(engine).list(limit=1000)
            return sorted(found, key=lambda due: due.arrival)

        return self._with_database(find)

    def events(self, *kinds: str) -> list[StoredEvent]:
        """Everything stored of these kinds, in order."""

        async def find(engine: AsyncEngine) -> list[StoredEvent]:
            return [stored async for stored in EventStore(engine).between(0, 1e12, kinds)]

        return self._with_database(find)

    def wait_closed(self, callback: str, end: str = "completed", timeout: float = 15.0) -> CallbackView:
        """Wait until a callback is over, and see that it ended so."""

        def over() -> CallbackView | None:
            due = self.callback(callback)
            return due if due.state == "closed" and due.end else None

        try:
            due = wait_for(over, f"callback {callback} to be over", timeout, every=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.callback(callback)}\n{self.switch.log()}") from None
        assert due.end == end, due
        return due

    def _with_database(self, doing: Callable[[AsyncEngine], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            engine = create_engine(self.url)
            try:
                return await doing(engine)
            finally:
                await engine.dispose()

        return asyncio.run(run())


__all__ = ["QUICK", "CallbackCentre"]
