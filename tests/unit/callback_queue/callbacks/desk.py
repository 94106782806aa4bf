"""Calling back without telephones and without a database, in virtual time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC
from typing import Any, cast

from callback_queue.callbacks.dialler import Dialler
from callback_queue.callbacks.events import (
    AttemptOutcome,
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
)
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.policy import OURS, CallbackRules
from callback_queue.callbacks.services import CallbackServices, CallbackStorage
from callback_queue.callbacks.store import (
    CLOSED,
    DEAD_HOLDER,
    DIALLING,
    LEASED,
    WAITING,
    CallbackStore,
    CallbackView,
)
from callback_queue.tickets.store import TicketStore
from callback_queue.tickets.ticket import AT_WORK
from config.models.callbacks import CallbackSettings
from journal.event import Event
from telephony.call.errors import NotPermitted
from telephony.call.switchboard import Target
from telephony.sip.uri import parse_uri
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import running, settle
from tests.unit.callback_queue.call_centre import CallCentre, passes

SWITCH = "switch-1"
RECORDER_SECONDS = 0.5


class FakeDatabase:
    """Callbacks in memory, by the rules of the real statements (which `test_store.py` asks).

    Attributes:
        rows: callbacks by id.
        tickets: the states of tickets, by number.
        away: whether the database is.
    """

    def __init__(self) -> None:
        self.rows: dict[str, CallbackView] = {}
        self.tickets: dict[str, str] = {}
        self.away = False
        self.is_open = True

    async def look(self) -> bool:
        return self.is_open

    async def due(self, now: float, limit: int = 500) -> list[CallbackView]:
        self._check()
        found = [row for row in self.rows.values() if self._is_due(row, now)]
        return sorted(found, key=lambda row: row.arrival)[:limit]

    async def take(self, callback: str, switch: str, now: float, seconds: float) -> CallbackView | None:
        self._check()
        row = self.rows.get(callback)
        if row is None or not self._is_due(row, now):
            return None
        lease = {"lease_holder": switch, "lease_until": now + seconds, "attempt": row.attempt + 1}
        return self.change(callback, state=LEASED, **lease)

    async def begin_dialling(
        self, callback: str, attempt: int, switch: str, now: float, seconds: float
    ) -> CallbackView | None:
        self._check()
        row = self.rows[callback]
        if not self._is_mine(row, attempt, switch) or row.state != LEASED or not self._at_work(row):
            return None
        if row.lease_until < now or self._is_called(row, (DIALLING,)):
            return None
        return self.change(callback, state=DIALLING, lease_until=now + seconds, dialled=row.dialled + 1)

    async def renew(
        self,
        callback: str,
        attempt: int,
        switch: str,
        now: float,
        seconds: float,
        *,
        connected: bool = False,
    ) -> CallbackView | None:
        self._check()
        row = self.rows[callback]
        ran_out = row.lease_until < now - (DEAD_HOLDER if row.state == DIALLING else 0)
        if not self._is_mine(row, attempt, switch) or ran_out or not (connected or self._at_work(row)):
            return None
        return self.change(callback, lease_until=now + seconds)

    async def release(
        self, callback: str, attempt: int, switch: str, due: float, outcome: AttemptOutcome, agent: str = ""
    ) -> bool:
        self._check()
        row = self.rows[callback]
        if not self._is_mine(row, attempt, switch):
            return False
        uncounted = row.state == DIALLING and outcome in OURS
        state = {"state": WAITING, "due": due} if due else {"state": CLOSED}
        self.change(callback, lease_holder="", outcome=outcome, dialled=row.dialled - uncounted, **state)
        return True

    async def get(self, number: str) -> None:
        """Nothing is known of a ticket but its state."""

    def heard(self, event: Event) -> None:
        """The recorder takes an event in, a moment later."""
        if isinstance(event, CallbackAttemptEnded | CallbackClosed):
            running().call_later(RECORDER_SECONDS, self._record, event)

    def _record(self, event: CallbackAttemptEnded | CallbackClosed) -> None:
        row = self.rows[event.callback]
        if isinstance(event, CallbackClosed):
            self.change(event.callback, state=CLOSED, lease_holder="")
        elif row.state in (LEASED, DIALLING) and row.attempt == event.attempt:
            self.change(event.callback, state=WAITING if event.next_at else CLOSED, lease_holder="")

    def change(self, callback: str, **fields: Any) -> CallbackView:
        """Change a callback, as another switch or the recorder would."""
        self.rows[callback] = replace(self.rows[callback], **fields)
        return self.rows[callback]

    def _check(self) -> None:
        if self.away:
            raise OSError("the database is away")

    def _is_due(self, row: CallbackView, now: float) -> bool:
        called = self._is_called(row, (LEASED, DIALLING))
        return row.state == WAITING and row.due <= now and self._at_work(row) and not called

    def _is_called(self, row: CallbackView, states: Collection[str]) -> bool:
        others = (other for other in self.rows.values() if other is not row)
        return any(other.number == row.number and other.state in states for other in others)

    def _at_work(self, row: CallbackView) -> bool:
        return self.tickets.get(row.ticket, "open") in AT_WORK

    def _is_mine(self, row: CallbackView, attempt: int, switch: str) -> bool:
        held = row.state in (LEASED, DIALLING)
        return held and (row.attempt, row.lease_holder) == (attempt, switch)


class Outside:
    """Customers' telephones; `refused` are the numbers that may not be called."""

    def __init__(self) -> None:
        self.refused: dict[str, NotPermitted] = {}
        self.told: list[str] = []

    def targets(self, number: str) -> tuple[Target, ...]:
        refused = self.refusal(number)
        if refused is not None:
            self.told.append(number)
            raise refused
        return (Target(parse_uri(f"sip:{number}@outside"), f"trunk:{number}"),)

    def refusal(self, number: str) -> NotPermitted | None:
        return self.refused.get(number)


class CallbackDesk:
    """A dialler at work over fake legs and a fake database.

    Args:
        queue: more of the queue's settings.
        settings: more of `callbacks:` in hotline.yaml.
    """

    def __init__(self, queue: dict[str, Any] | None = None, **settings: Any) -> None:
        line = {"name": "support", "members": [1001, 1002], "ring_seconds": 20, "wrap_up": 0}
        self.centre = CallCentre([{**line, **(queue or {})}])
        self.database = FakeDatabase()
        self.journal = self.centre.journal
        wanted = CallbackSettings.model_validate({"quiet": None, **settings})
        self.phones = Outside()
        services = CallbackServices(
            acd=self.centre.services,
            settings=wanted,
            rules=CallbackRules.of(wanted, UTC),
            name="Hotline",
            phones=self.phones,
        )
        storage = CallbackStorage(
            callbacks=cast(CallbackStore, self.database),
            leases=cast(LeaseTable, self.database),
            tickets=cast(TicketStore, self.database),
            gate=self.database,
            journal=self.journal,
            switch=SWITCH,
        )
        self.dialler = Dialler(storage, lambda: services)
        self.journal.listen(self.dialler.heard)
        self.journal.listen(self.database.heard)

    async def __aenter__(self) -> CallbackDesk:
        self.dialler.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.dialler.stop()
        await self.dialler.wait_idle(3600)
        await passes(120)  # leases are kept until the database says that they are over
        assert not self.centre.switchboard.live(), "a phone rings for nobody"
        assert not self.dialler.snapshot()
        assert self.centre.distributor.snapshot()[0]["waiting"] == []
        for row in self.database.rows.values():
            assert row.state in (WAITING, CLOSED), row

    def ask(self, number: str = "0955123456", *, ticket: str = "100001", waiting: float = 0.0) -> str:
        """Somebody is to be called back; returns the callback's id."""
        now = running().unix()
        row = CallbackView(
            callback=f"{ticket}.1", ticket=ticket, number=number, queue="support", language="en",
            tier="ordinary", priority=0, arrival=now - waiting, why="requested", not_before=0.0,
            not_after=0.0, expires=now + 172800, requested_at=now, call="", state=WAITING, due=now,
            attempt=0, dialled=0, crashes=0, lease_holder="", leased_at=0.0, lease_until=0.0, outcome="",
            agent="", first_attempt_at=0.0, reached_at=0.0, closed_at=0.0, end="", ended_by="", note="",
        )  # fmt: skip
        self.database.rows[row.callback] = row
        return row.callback

    async def taken_by(self, agent: str, *, after: float = 1.0) -> FakeLeg:
        """An agent answers, hears what it is about, and presses the key."""
        await passes(after)
        leg = self.centre.phone(agent)
        leg.pick_up()
        await passes(1)
        leg.press("1")
        await settle()
        return leg

    def customer(self, number: str = "0955123456") -> FakeLeg:
        """The customer's phone, which rings."""
        (leg,) = [leg for leg in self.ringing_customers() if leg.called == f"trunk:{number}"]
        return leg

    def ringing_customers(self) -> list[FakeLeg]:
        """The customers' phones that ring: those to which the INVITE was sent."""
        return [
            leg
            for leg in self.centre.switchboard.ringing()
            if leg.called.startswith("trunk:") and leg._accepted is not None
        ]

    def outcomes(self) -> list[str]:
        return [event.outcome for event in self.journal.told(CallbackAttemptEnded)]

    def ends(self) -> list[str]:
        return [event.end for event in self.journal.told(CallbackClosed)]

    def dialled(self) -> list[str]:
        return [event.number for event in self.journal.told(CallbackDialled)]
