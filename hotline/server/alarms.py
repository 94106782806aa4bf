"""Watches a running switch for what is wrong, and has it told: the readings of `alarms.machine`.

Each thing is looked at every few seconds; a look that fails costs no other. What is raised goes into the
journal, to the outbox, and into a small file, so that the next run neither raises it again nor forgets its
end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from alarms.certificates import ends_at
from alarms.events import AlarmEnded, AlarmRaised
from alarms.machine import Active, AlarmMachine, AlarmOutput, Reading, Readings
from alarms.outbox import Notice, Outbox
from callback_queue.callbacks.store import due_now
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.database import DATABASE_ERRORS, in_time
from callback_queue.tickets.sla import SlaRules, warnings
from callback_queue.tickets.tables import Ticket
from callback_queue.tickets.ticket import AT_WORK, TicketState
from cdr.recorder.status import recorder_status
from config import Site
from config.models.alarms import ALARMS, AlarmName
from journal.event import Event
from journal.journal import Journal
from telephony.call.events import LegAnswered, LegDialled, LegEnded, LegRinging
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.uri import SipUri, parse_uri

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks."""
FILE = "run/alarms.json"
LOST_TOLD = 3600.0
"""So long after the start the alarm of lost facts lasts, in seconds."""
CERTIFICATES_EVERY = 3600.0
RECOGNISER_WINDOW = 600.0
"""Seconds within which a recogniser's restarts are counted."""
CRASHED_WITHIN = 7 * 86400.0
_MOST_TICKETS = 50
# What a trunk that is there does not say to an INVITE.
_DOWN = frozenset({408, 500, 502, 503, 504})


class TrunkWatch:
    """Counts calls in a row that a trunk did not take up, from the journal. Pure.

    Args:
        site: has the trunks.
    """

    def __init__(self, site: Site) -> None:
        self._legs: dict[tuple[str, str], str] = {}
        self._failed: dict[str, int] = {}
        self.use(site)

    def use(self, site: Site) -> None:
        """Know the trunks of this version of the site."""
        self._hosts = {
            trunk.host.host.lower(): trunk.name for trunk in site.settings.trunks if trunk.host is not None
        }

    def heard(self, event: Event) -> None:
        """Take note of an event of the journal."""
        if isinstance(event, LegDialled):
            try:
                target = parse_uri(event.target)
            except RemoteProtocolError:
                return  # an agent
            name = self._hosts.get(target.host.strip("[]").lower()) if isinstance(target, SipUri) else None
            if name is not None:
                self._legs[event.call, event.leg] = name
        elif isinstance(event, LegAnswered | LegRinging):
            trunk = self._legs.pop((event.call, event.leg), None)
            if trunk is not None:
                self._failed.pop(trunk, None)
        elif isinstance(event, LegEnded):
            trunk = self._legs.pop((event.call, event.leg), None)
            if trunk is None:
                return
            if event.status in _DOWN or (event.status is None and event.by == "network"):
                self._failed[trunk] = self._failed.get(trunk, 0) + 1
            elif event.status is not None:
                self._failed.pop(trunk, None)

    def readings(self) -> list[Reading]:
        """The trunks that failed, with how often in a row."""
        names = set(self._hosts.values())
        return [
            Reading(name, count, f"Trunk {name} did not take up the last {count} calls.")
            for name, count in self._failed.items()
            if name in names
        ]


class RestartWatch:
    """Counts restarts within a window, from figures that only grow. Pure."""

    def __init__(self, window: float = RECOGNISER_WINDOW) -> None:
        self._window = window
        self._known: dict[str, int] = {}
        self._at: dict[str, deque[float]] = {}

    def receive(self, restarts: dict[str, int], now: float) -> list[Reading]:
        """The restarts of each within the window."""
        found = []
        for name, count in restarts.items():
            times = self._at.setdefault(name, deque())
            times.extend([now] * max(0, count - self._known.get(name, count)))
            self._known[name] = count
            while times and times[0] <= now - self._window:
                times.popleft()
            if times:
                minutes = round(self._window / 60)
                text = f"The recogniser for {name} was started anew {len(times)} times in {minutes} minutes."
                found.append(Reading(name, len(times), text))
        return found


class AlarmWatch:
    """Looks, raises, tells.

    Args:
        site: its settings.
        journal: where facts go, and whose backlog is watched.
        database: None without one.
        restarts: how often each recogniser's worker was started, by name.
        clock: Unix seconds.
    """

    def __init__(
        self,
        site: Site,
        journal: Journal,
        database: AsyncEngine | None,
        restarts: Callable[[], dict[str, int]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._site = site
        self._journal = journal
        self._database = database
        self._restarts = restarts
        self._clock = clock
        self._machine = AlarmMachine(lambda name: self._site.settings.alarms.rule(name))
        self.outbox = Outbox()
        self._trunks = TrunkWatch(site)
        self._recognisers = RestartWatch()
        self._lost = 0
        self._started = clock()
        self._certificates: list[Reading] = []
        self._certificates_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._looks: dict[AlarmName, Callable[[float], Awaitable[list[Reading]]]] = {
            "facts_not_on_disk": self._facts_not_on_disk,
            "facts_lost": self._facts_lost,
            "disk_low": self._disk_low,
            "trunk_down": self._trunk_down,
            "certificate_ends": self._certificate_ends,
            "recogniser_failing": self._recogniser_failing,
        }
        if database is not None:
            self._looks |= {
                "recorder_behind": self._recorder_behind,
                "callbacks_late": self._callbacks_late,
                "callback_crashed": self._callback_crashed,
                "sla_at_risk": self._sla_at_risk,
            }
        self.outbox.use(site.settings.alarms)
        journal.listen(self._trunks.heard, (LegDialled, LegAnswered, LegRinging, LegEnded))

    def use(self, site: Site) -> None:
        """Take what a reload brought."""
        self._site = site
        self._trunks.use(site)
        self._certificates_at = float("-inf")
        self.outbox.use(site.settings.alarms)

    def start(self, lost: int) -> None:
        """Begin; `lost` is how many facts of the run before never came to disk."""
        self._lost, self._started = lost, self._clock()
        self._machine.restore(self._read(), ALARMS)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.outbox.close()

    def active(self) -> list[dict[str, Any]]:
        """The alarms that go on, for people."""
        return [asdict(one) for one in self._machine.active()]

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The control command "alarms": `action` is list or test."""
        if question.get("action") == "test":
            now = self._clock()
            text = "This is a test: alarms of this site reach you."
            ways = self.outbox.tell(self._notice("test", "test", "", text, 0.0, now, now))
            return {"ways": ways}
        return {"alarms": self.active(), "ways": self.outbox.status()}

    async def look(self) -> None:
        """Look at everything once."""
        for name, look in self._looks.items():
            try:
                found = await look(self._clock())
            except (*DATABASE_ERRORS, ValueError) as error:
                # What can't be seen now is as it was.
                log.debug("alarm %s can't be looked at: %s", name, type(error).__name__)
                continue
            except Exception:
                log.exception("alarm %s can't be looked at", name)
                continue
            self._carry_out(self._machine.receive(Readings(name, tuple(found)), self._clock()))

    async def _run(self) -> None:
        while True:
            await self.look()
            until = self._clock() + EVERY
            while (wait := min(self._machine.next_deadline() or until, until) - self._clock()) > 0:
                await asyncio.sleep(wait)
                self._carry_out(self._machine.handle_timer(self._clock()))

    def _carry_out(self, output: AlarmOutput) -> None:
        for event in output.events:
            # The fact first; telling it may fail.
            self._journal.append(event)
            raised = isinstance(event, AlarmRaised)
            log.log(
                logging.ERROR if raised else logging.INFO,
                "alarm %s: %s",
                "raised" if raised else "ended",
                event.alarm,
                extra={"subject": event.subject},
            )
            began = event.raised_at if isinstance(event, AlarmEnded) else event.at
            what = "raised" if raised else "ended"
            facts = (event.alarm, event.subject, event.text, event.value)
            self.outbox.tell(self._notice(what, *facts, event.at, began))
        for one in output.again:
            facts = (one.alarm, one.subject, one.text, one.value)
            self.outbox.tell(self._notice("repeated", *facts, self._clock(), one.raised_at))
        if output.events:
            self._write()

    def _notice(
        self, what: str, alarm: str, subject: str, text: str, value: float, at: float, raised_at: float
    ) -> Notice:
        settings = self._site.settings
        return Notice(
            what=what,
            alarm=alarm,
            subject=subject,
            text=text,
            value=value,
            site=settings.name,
            switch=settings.switch,
            at=at,
            raised_at=raised_at,
        )

    # --- from one run to the next -------------------------------------------------------------------------

    def _read(self) -> list[Active]:
        try:
            return [Active(**one) for one in json.loads(self._site.path(FILE).read_bytes())]
        except (OSError, ValueError, TypeError):
            return []

    def _write(self) -> None:
        path = self._site.path(FILE)
        half = path.with_suffix(".part")
        with suppress(OSError):  # on a full disk an alarm may be raised again after the next start
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.write_text(json.dumps(self.active()))
            half.chmod(0o600)
            half.replace(path)

    # --- what is looked at --------------------------------------------------------------------------------

    async def _facts_not_on_disk(self, now: float) -> list[Reading]:
        count = (self._journal.pending if self._journal.is_failing else 0) + self._journal.lost
        return [Reading("", count, f"{count} facts are in memory only: the journal can't be written.")]

    async def _facts_lost(self, now: float) -> list[Reading]:
        if not self._lost or now > self._started + LOST_TOLD:
            return []
        return [Reading("", self._lost, f"{self._lost} facts of the run before never came to disk.")]

    async def _disk_low(self, now: float) -> list[Reading]:
        folders = [self._site.root, self._site.recordings_folder]
        if self._site.journal_folder is not None:
            folders.append(self._site.journal_folder)
        return await asyncio.to_thread(_disks, folders)

    async def _trunk_down(self, now: float) -> list[Reading]:
        return self._trunks.readings()

    async def _recogniser_failing(self, now: float) -> list[Reading]:
        return self._recognisers.receive(self._restarts(), now)

    async def _certificate_ends(self, now: float) -> list[Reading]:
        if now >= self._certificates_at + CERTIFICATES_EVERY:
            self._certificates_at = now
            found = []
            for where in self._site.settings.alarms.certificates:
                try:
                    end = await asyncio.to_thread(ends_at, where, self._site.root)
                except (OSError, ValueError) as error:
                    # A server that is away is another matter; a file that is no certificate is worth a line.
                    log.warning("certificate %s can't be read: %s", where, type(error).__name__)
                    continue
                days = (end - now) / 86400
                text = f"The certificate of {where} ends in {days:.0f} days."
                found.append(Reading(where, days, text if days > 0 else f"The certificate of {where} ended."))
            self._certificates = found
        return self._certificates

    async def _recorder_behind(self, now: float) -> list[Reading]:
        folder = self._site.journal_folder
        if folder is None:
            return []
        facts = await asyncio.to_thread(recorder_status, self._site.root, folder)
        lag = int(facts["lag"])
        problem = f" ({facts['problem']})" if "problem" in facts else ""
        return [Reading("", lag, f"The recorder is {lag} facts behind{problem}.")]

    async def _callbacks_late(self, now: float) -> list[Reading]:
        wanted = select(func.min(CallbackRow.due), func.count()).where(due_now(now))
        due, count = (await self._rows(wanted))[0]
        if not count:
            return []
        late = now - due
        return [Reading("", late, f"{count} callbacks are due, the oldest for {late / 60:.0f} minutes.")]

    async def _callback_crashed(self, now: float) -> list[Reading]:
        wanted = (
            select(CallbackRow.callback, CallbackRow.ticket)
            .join(Ticket, Ticket.number == CallbackRow.ticket)
            .where(CallbackRow.end == "crashed", CallbackRow.closed_at > now - CRASHED_WITHIN)
            .where(Ticket.state.in_(AT_WORK))
            .limit(_MOST_TICKETS)
        )
        return [
            Reading(row.callback, 1, f"The call for ticket {row.ticket} crashed the server and was stopped.")
            for row in await self._rows(wanted)
        ]

    async def _sla_at_risk(self, now: float) -> list[Reading]:
        rules = SlaRules.of(self._site.settings.tickets, self._site.timezone)
        columns = ("number", "opened_at", "respond_by", "resolve_by", "responded_at", "tier", "severity")
        respond_runs = (Ticket.responded_at == 0) & (Ticket.respond_by > now)
        wanted = (
            select(*(getattr(Ticket, name) for name in columns))
            .where(Ticket.state.in_((TicketState.OPEN, TicketState.ASSIGNED)))
            .where(or_(respond_runs, Ticket.resolve_by > now))
            .order_by(Ticket.resolve_by)
        )
        found = []
        for row in await self._rows(wanted):
            warn = warnings(row.opened_at, row.respond_by, row.resolve_by, row.tier, row.severity, rules)
            near = []
            if not row.responded_at and row.respond_by and warn.respond_by <= now < row.respond_by:
                near.append((row.respond_by, "answered"))
            if row.resolve_by and warn.resolve_by <= now < row.resolve_by:
                near.append((row.resolve_by, "solved"))
            if near:
                due, what = min(near)
                text = f"Ticket {row.number} is to be {what} within {(due - now) / 60:.0f} minutes."
                found.append(Reading(row.number, 1, text))
        return found[:_MOST_TICKETS]

    async def _rows(self, wanted: Any) -> list[Any]:
        assert self._database is not None

        async def read(engine: AsyncEngine) -> list[Any]:
            async with engine.connect() as connection:
                return list((await connection.execute(wanted)).all())

        return await in_time(read(self._database))


def _disks(folders: Iterable[Path]) -> list[Reading]:
    """How full the disk of each folder is, in percent; each disk once, by the first folder on it."""
    found: dict[int, Reading] = {}
    for folder in folders:
        here = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if here is None:
            continue
        with suppress(OSError):
            device, usage = os.stat(here).st_dev, shutil.disk_usage(here)
            # As df counts: what is kept for root is no room for us.
            percent = 100 * usage.used / max(1, usage.used + usage.free)
            text = f"The disk of {here} is {percent:.0f} % full."
            found.setdefault(device, Reading(str(here), percent, text))
    return list(found.values())
