"""The services of the console: created at start-up and passed to every route."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from callback_queue.callbacks.store import CallbackStore
from callback_queue.customers.store import CustomerStore
from callback_queue.tickets.store import TicketStore
from cdr.calls.search import CallList
from cdr.store import EventStore
from config import Site, SiteError, load_site
from console.counts import Counts
from console.figures import FigureReports
from console.live import Hub, LiveEvent
from console.metrics import Metrics
from console.names import Names
from console.overview import OverviewReader
from console.tokens import Token, TokenStore
from control.client import SwitchClient

_FILES = ("hotline.yaml", "agents.yaml", "queues.yaml")
_LOOK_EVERY = 5.0


class Services:
    """The console of one site.

    Args:
        site: the site as it is when the console starts.
        engine: its database.
        version: the program's.
        clock: Unix seconds.
    """

    def __init__(
        self, site: Site, engine: AsyncEngine, version: str, clock: Callable[[], float] = time.time
    ) -> None:
        country = site.settings.country or ""
        self.version = version
        self.site = site
        self.engine = engine
        self.clock = clock
        self.switch = SwitchClient(site.root)
        self.tokens = TokenStore(engine)
        self.events = EventStore(engine)
        self.tickets = TicketStore(engine, country)
        self.callbacks = CallbackStore(engine, country)
        self.customers = CustomerStore(engine, country)
        self.counts = Counts(engine)
        self.names = Names(site, engine)
        self.calls = CallList(engine)
        self.overview = OverviewReader(self.switch, self.calls, site, clock)
        self.figures = FigureReports(site, engine.url, clock)
        self.hub = Hub(self._tail, self.events.last_id, self.overview.read)
        self.metrics = Metrics()

    def use(self, site: Site) -> None:
        """Go on with a changed site: its agents, queues and thresholds."""
        self.site = site
        self.names.use(site)
        self.overview.use(site)
        self.figures.use(site)

    async def token(self, text: str) -> Token | None:
        """Whose token that is; None when it is none, works no more, or its agent has left the site."""
        found = await self.tokens.find(text, self.clock())
        if found is None or (found.agent and all(one.number != found.agent for one in self.site.agents)):
            return None
        return found

    async def follow_site(self) -> None:
        """Look after the site's files for ever; one with mistakes in it changes nothing."""
        known = _changed_at(self.site.root)
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            found = _changed_at(self.site.root)
            if found != known:
                known = found
                with contextlib.suppress(SiteError):
                    self.use(await asyncio.to_thread(load_site, self.site.root))

    @property
    def shows_keys(self) -> bool:
        """Whether the site lets people see which keys callers press."""
        return not self.site.settings.privacy.mask_digits

    @property
    def recordings(self) -> Path:
        """The folder with all recordings."""
        return self.site.recordings_folder

    async def _tail(self, after: int, limit: int) -> list[LiveEvent]:
        found = await self.events.tail(after, limit)
        return [
            LiveEvent(one.id, one.kind, {"event": one.kind, "switch": one.switch, **one.body})
            for one in found
        ]


def _changed_at(root: Path) -> list[float]:
    """When each of the site's files was last written."""
    files = (root / name for name in _FILES)
    return [file.stat().st_mtime if file.exists() else 0.0 for file in files]


def services_of(connection: HTTPConnection) -> Services:
    """The services of the console that a request came to."""
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services
