"""Agents' log-ins and breaks survive a restart: written behind into the database, read at the next start.

What an agent is doing is the machine's (`callback_queue.agents.agent`). Nothing waits for the database:
agents who changed are noted, and how they stand is written a little later, as often as it takes. What changed
last moments before a crash is lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.agents.agent import KeptPresence
from callback_queue.agents.roster import AgentRoster
from callback_queue.agents.tables import AgentPresenceRow
from callback_queue.database import DATABASE_ERRORS, in_time, text
from config import Agent, Site

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.2
"""So long changes are gathered before they are written."""
LONGEST_PAUSE = 15.0
"""Seconds between tries while the database is away."""


class PresenceStore:
    """The table, as one switch uses it; every method may raise one of `DATABASE_ERRORS`.

    Args:
        engine: of the site's database.
        switch: the switch's name.
    """

    def __init__(self, engine: AsyncEngine, switch: str) -> None:
        self._engine = engine
        self._switch = switch

    async def read(self) -> dict[str, tuple[KeptPresence, str]]:
        """How each agent stood, with the mark, by number."""
        table = AgentPresenceRow
        columns = [getattr(table, name) for name in ("agent", "mark", *KeptPresence.__dataclass_fields__)]
        async with self._engine.connect() as connection:
            rows = [
                row._asdict()
                for row in await connection.execute(select(*columns).where(table.switch == self._switch))
            ]
        return {row.pop("agent"): (KeptPresence(**row), mark) for row in rows for mark in (row.pop("mark"),)}

    async def write(
        self, standing: Mapping[str, tuple[KeptPresence, str]], gone: Collection[str] = ()
    ) -> None:
        """Replace what is known of these agents, and forget those that are gone."""
        table = AgentPresenceRow
        rows = [
            {
                **asdict(kept),
                "break_reason": text(kept.break_reason, 64),
                "switch": self._switch,
                "agent": agent,
                "mark": mark,
            }
            for agent, (kept, mark) in standing.items()
        ]
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(table).where(table.switch == self._switch, table.agent.in_([*standing, *gone]))
            )
            if rows:
                await connection.execute(insert(table), rows)


class Presence:
    """Keeps the presence of the agents of one switch.

    Args:
        store: where.
        roster: the agents.
    """

    def __init__(self, store: PresenceStore, roster: AgentRoster) -> None:
        self._store = store
        self._roster = roster
        self._marks: dict[str, str] = {}
        self._changed: set[str] = set()
        # Agents who did something before the table could be read; None once it was.
        self._touched: set[str] | None = set()
        self._written: dict[str, tuple[KeptPresence, str]] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        roster.on_presence = self.changed

    def use(self, site: Site) -> None:
        """Know the agents of this version of the site."""
        self._marks = {agent.number: _mark(agent) for agent in site.agents}

    def changed(self, agent: str, by_command: bool) -> None:
        """Note that an agent does not stand as before; a command goes before what is read later."""
        self._changed.add(agent)
        if self._touched is not None and by_command:
            self._touched.add(agent)
        self._wake.set()

    async def start(self) -> None:
        """Restore what an earlier run left, before phones are; what can't be read now is read later."""
        try:
            self._take_up(await in_time(self._store.read()))
        except DATABASE_ERRORS as error:
            log.debug("agents' presence can't be read yet", extra={"why": type(error).__name__})
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Write what is not written yet, and end."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        try:
            # Without the table of the run before, writing would put "not logged in" over it.
            if self._touched is None:
                await self._write()
        except DATABASE_ERRORS as error:
            log.warning("agents' last log-ins and breaks were not written: %s", type(error).__name__)

    def _take_up(self, found: Mapping[str, tuple[KeptPresence, str]]) -> None:
        touched, self._touched = self._touched or set(), None
        restored = 0
        for agent, (kept, mark) in found.items():
            if agent not in self._marks:
                self._changed.add(agent)  # no longer one: forgotten with the next writing
            elif agent not in touched and self._marks[agent] == mark:
                self._roster.restore(agent, kept)
                restored += 1
        if found:
            log.info("agents' presence restored", extra={"restored": restored})

    async def _run(self) -> None:
        pause = 0.0
        while True:
            if self._touched is None:
                await self._wake.wait()
            await asyncio.sleep(pause or BATCH_SECONDS)
            try:
                if self._touched is not None:
                    self._take_up(await in_time(self._store.read()))
                await self._write()
            except DATABASE_ERRORS as error:
                pause = min(max(2 * pause, 0.5), LONGEST_PAUSE)
                log.debug("agents' presence is not written: %s", type(error).__name__)
            else:
                pause = 0.0

    async def _write(self) -> None:
        """Write how those stand now who changed; they stay noted when that fails."""
        self._wake.clear()
        agents, self._changed = self._changed, set()
        now: dict[str, tuple[KeptPresence, str]] = {}
        gone = []
        for agent in agents:
            kept = self._roster.kept(agent)
            if kept is None or agent not in self._marks:
                gone.append(agent)
            elif self._written.get(agent) != (kept, self._marks[agent]):
                now[agent] = (kept, self._marks[agent])
        if not now and not gone:
            return
        try:
            await in_time(self._store.write(now, gone))
        except BaseException:
            self._changed |= agents
            self._wake.set()
            raise
        self._written |= now
        for agent in gone:
            self._written.pop(agent, None)


def _mark(agent: Agent) -> str:
    """Changes with the agent's passwords and mobile; far too short to guess one by."""
    phones = sorted(f"{phone.user}:{phone.password}" for phone in agent.phones)
    return hashlib.sha256("\n".join([*phones, str(agent.mobile)]).encode()).hexdigest()[:4]
