"""Registrations that survive a restart: written behind into the database, read before the first call.

Who may register and where a user is reached is the registrar's (`telephony.sip.registrar`). Nothing waits
for the database: users whose bindings changed are noted, and their state of the moment is written a little
later, as often as it takes. What changed in the last moments before a crash is lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.database import DATABASE_ERRORS, in_time, text
from config import Site
from hotline.server.tables import RegistrationRow
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.flow import Flow
from telephony.sip.registrar import Binding
from telephony.sip.uri import Uri
from telephony.sip.values import NameAddr

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.2
"""So long changes are gathered before they are written."""
BATCH_USERS = 500
LONGEST_PAUSE = 15.0
"""Seconds between tries while the database is away."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A binding that was read, with `expires_at` and `updated_at` in Unix seconds.

    Args:
        binding: on the flow of the run that wrote it.
        mark: of the password that it was registered with.
    """

    binding: Binding
    mark: str


class RegistrationStore:
    """The table of registrations, as one switch uses it.

    Args:
        engine: of the site's database.
        switch: the switch's name.
    """

    def __init__(self, engine: AsyncEngine, switch: str) -> None:
        self._engine = engine
        self._switch = switch

    async def read(self, now: float) -> list[Kept]:
        """What is still valid at `now` (Unix seconds), in the order of its registration.

        Raises:
            one of `DATABASE_ERRORS`: the database is away, or has no tables yet.
        """
        table = RegistrationRow
        columns = table.__table__.columns
        query = (
            select(*columns)
            .where(table.switch == self._switch, table.expires_at > now)
            .order_by(table.updated_at, table.id)
        )
        async with self._engine.connect() as connection:
            rows = [row._asdict() for row in await connection.execute(query)]
        return [kept for kept in map(_binding, rows) if kept is not None]

    async def write(self, bindings: Mapping[str, list[Kept]]) -> None:
        """Replace the bindings of these users, all or none.

        Raises:
            one of `DATABASE_ERRORS`.
        """
        rows = [_row(self._switch, each) for kept in bindings.values() for each in kept]
        table = RegistrationRow
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(table).where(table.switch == self._switch, table.user.in_(list(bindings)))
            )
            if rows:
                await connection.execute(insert(table), rows)


class Registrations:
    """Keeps the registrations of one switch.

    Args:
        store: where.
        lookup: the bindings of a user now, with times of the steady clock.
        restore: takes up a binding of an earlier run, with times of the steady clock, on a flow of this run.
        flow_again: the flow of this run to where a flow of an earlier run led, given that flow and the first
            hop towards the phone; None when the way is gone.
        now: the steady clock, seconds.
        clock: Unix time in seconds.
    """

    def __init__(
        self,
        store: RegistrationStore,
        *,
        lookup: Callable[[str], list[Binding]],
        restore: Callable[[Binding], None],
        flow_again: Callable[[Flow, Uri], Flow | None],
        now: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._lookup = lookup
        self._restore = restore
        self._flow_again = flow_again
        self._now = now
        self._clock = clock
        self._marks: dict[str, str] = {}
        self._changed: set[str] = set()  # users whose bindings are not written yet
        self._touched: set[str] | None = set()  # users who registered before the table could be read
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def use(self, site: Site) -> None:
        """Know the users of this version of the site."""
        self._marks = {
            phone.user: _mark(site.settings.sip.realm, phone.user, phone.password)
            for agent in site.agents
            for phone in agent.phones
        }

    def changed(self, user: str) -> None:
        """Note that a user's bindings are not what they were."""
        self._changed.add(user)
        if self._touched is not None:
            self._touched.add(user)
        self._wake.set()

    async def read(self) -> list[Kept] | None:
        """What an earlier run left, to be restored once the sockets are open; None when it can't be read."""
        try:
            return await in_time(self._store.read(self._clock()))
        except DATABASE_ERRORS as error:
            log.debug("registrations can't be read yet", extra={"why": type(error).__name__})
            return None

    def start(self, kept: list[Kept] | None) -> None:
        """Restore what `read` brought, and write from now on; what could not be read is tried again."""
        if kept is not None:
            self._take_up(kept)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Write what is not written yet, and end."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        try:
            while self._changed:
                await self._write()
        except DATABASE_ERRORS as error:
            log.warning("the last registrations were not written: %s", type(error).__name__)

    def _take_up(self, kept: list[Kept]) -> None:
        """Restore bindings of users whose password is the same, and who have not registered anew."""
        touched, self._touched = self._touched or set(), None
        ahead = self._now() - self._clock()
        count = 0
        for each in kept:
            binding = each.binding
            hop = NameAddr.parse(binding.path[0]) if binding.path else binding.contact
            flow = self._flow_again(binding.flow, hop.uri)
            if binding.aor in touched or self._marks.get(binding.aor) != each.mark or flow is None:
                continue
            self._restore(_moved(binding, ahead, flow))
            count += 1
        if kept:
            log.info("registrations restored", extra={"restored": count, "gone": len(kept) - count})

    async def _run(self) -> None:
        pause = 0.0
        is_away = False
        while True:
            if self._touched is None:
                await self._wake.wait()
            await asyncio.sleep(pause or BATCH_SECONDS)
            try:
                if self._touched is not None:
                    self._take_up(await in_time(self._store.read(self._clock())))
                while self._changed:
                    await self._write()
            except DATABASE_ERRORS as error:
                pause = min(max(2 * pause, 0.5), LONGEST_PAUSE)
                if not is_away and pause > 5.0:  # before that, the recorder may be making tables
                    is_away = True
                    log.warning("registrations are not written at present: %s", type(error).__name__)
            else:
                pause = 0.0
                if is_away:
                    is_away = False
                    log.info("registrations are written again")

    async def _write(self) -> None:
        """Write the next users' state of this moment; they stay noted when that fails."""
        self._wake.clear()
        users = sorted(self._changed)[:BATCH_USERS]
        self._changed.difference_update(users)
        behind = self._clock() - self._now()
        now = {
            user: [
                Kept(_moved(binding, behind, binding.flow), self._marks.get(user, ""))
                for binding in self._lookup(user)
            ]
            for user in users
        }
        try:
            await in_time(self._store.write(now))
        except BaseException:
            self._changed.update(users)
            self._wake.set()
            raise


def _moved(binding: Binding, seconds: float, flow: Flow) -> Binding:
    """A binding by another clock, on another flow."""
    expires, updated = binding.expires_at + seconds, binding.updated_at + seconds
    return replace(binding, expires_at=expires, updated_at=updated, flow=flow)


def _mark(realm: str, user: str, password: str) -> str:
    """Two bytes: enough to notice another password, far too few to guess one by."""
    return hashlib.sha256(f"{realm}:{user}:{password}".encode()).hexdigest()[:4]


def _row(switch: str, kept: Kept) -> dict[str, Any]:
    binding = kept.binding
    flow = binding.flow
    return {
        "switch": switch,
        "user": binding.aor,
        "mark": kept.mark,
        "contact": _clean(str(binding.contact)),
        "q": binding.q,
        "updated_at": binding.updated_at,
        "expires_at": binding.expires_at,
        "call_id": _clean(binding.call_id),
        "cseq": binding.cseq,
        "transport": flow.transport,
        "local_host": flow.local[0],
        "local_port": flow.local[1],
        "remote_host": flow.remote[0],
        "remote_port": flow.remote[1],
        "path": [_clean(hop) for hop in binding.path],
        "instance": _clean(binding.instance) if binding.instance is not None else None,
        "reg_id": binding.reg_id,
        "user_agent": _clean(binding.user_agent) if binding.user_agent is not None else None,
    }


def _clean(value: str) -> str:
    return text(value, len(value))


def _binding(row: Mapping[str, Any]) -> Kept | None:
    """The binding of a row; None for one that another version wrote and this one can't read."""
    try:
        contact, *_ = [NameAddr.parse(each) for each in (row["contact"], *row["path"])]
    except RemoteProtocolError:
        return None
    flow = Flow(
        row["transport"], (row["local_host"], row["local_port"]), (row["remote_host"], row["remote_port"])
    )
    binding = Binding(
        aor=row["user"],
        contact=contact,
        q=row["q"],
        expires_at=row["expires_at"],
        updated_at=row["updated_at"],
        call_id=row["call_id"],
        cseq=row["cseq"],
        flow=flow,
        path=tuple(map(str, row["path"])),
        instance=row["instance"],
        reg_id=row["reg_id"],
        user_agent=row["user_agent"],
    )
    return Kept(binding, row["mark"])
