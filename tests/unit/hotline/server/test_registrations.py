"""Registrations in the database: what is written, what a later run takes up, and a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from config import Site, load_site
from config.database import create_engine
from config.database import database_url as url_of
from config.migrate import upgrade
from config.new_site import write_starter_site
from hotline.server.registrations import Registrations, RegistrationStore
from telephony.sip.flow import Flow
from telephony.sip.registrar import Binding, Registrar
from telephony.sip.uri import Uri
from telephony.sip.values import NameAddr

OURS = ("192.0.2.1", 5060)
UDP = Flow("UDP", OURS, ("198.51.100.7", 40001))
TCP = Flow("TCP", OURS, ("198.51.100.7", 40002), connection=7)
EPOCH = 1.7e9


def binding(user: str = "1001", contact: str = "<sip:1001@10.0.0.5:5060>", **fields: object) -> Binding:
    made = Binding(
        aor=user,
        contact=NameAddr.parse(contact),
        q=0.5,
        expires_at=3600.0,
        updated_at=10.0,
        call_id="boot1",
        cseq=4,
        flow=UDP,
        path=("<sip:edge.example;lr>",),
        instance='"<urn:uuid:1>"',
        reg_id=1,
        user_agent="Desk 1.0",
    )
    return replace(made, **fields)  # type: ignore[arg-type]


class Run:
    """One run of a switch: a registrar with a clock of its own, and what keeps its registrations.

    Args:
        site: its users.
        store: where they are kept.
        now: the steady clock's reading.
        unix: Unix time.
    """

    def __init__(self, site: Site, store: RegistrationStore, *, now: float, unix: float) -> None:
        self.registrar = Registrar()
        self.now, self.unix = now, unix
        self.restored = asyncio.Event()
        self.asked: list[tuple[Flow, Uri]] = []
        self.ways: Callable[[Flow], Flow | None] = lambda flow: flow
        self.kept = Registrations(
            store,
            lookup=lambda user: self.registrar.lookup(user, self.now),
            restore=lambda each: self.take(each),
            flow_again=self._flow_again,
            now=lambda: self.now,
            clock=lambda: self.unix,
        )
        self.kept.use(site)

    def take(self, each: Binding) -> None:
        for event in self.registrar.restore(each, self.now).events:
            self.kept.changed(event.aor)
            if event.aor == "1002":
                self.restored.set()

    def _flow_again(self, flow: Flow, uri: Uri) -> Flow | None:
        self.asked.append((flow, uri))
        return self.ways(flow)

    async def begin(self) -> None:
        self.kept.start(await self.kept.read())

    def found(self, user: str = "1001") -> list[Binding]:
        return self.registrar.lookup(user, self.now)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    write_starter_site(tmp_path / "site")
    return load_site(tmp_path / "site", environ={})


def with_store(url: URL, work: Callable[[RegistrationStore], Awaitable[None]]) -> None:
    async def run() -> None:
        engine = create_engine(url)
        try:
            await work(RegistrationStore(engine, "switch-1"))
        finally:
            await engine.dispose()

    asyncio.run(run())


def test_the_next_run_finds_everything_as_it_was(site: Site, database_url: URL) -> None:
    async def work(store: RegistrationStore) -> None:
        first = Run(site, store, now=100.0, unix=EPOCH)
        await first.begin()
        first.take(binding())
        first.take(binding("1002", "<sip:1002@10.0.0.6;transport=tcp>", flow=TCP, path=(), reg_id=None))
        await first.kept.close()
        second = Run(site, store, now=5.0, unix=EPOCH + 60.0)
        await second.begin()
        # 3,500 s were left at the crash, 60 s went by: by the new run's clock it ends at 5 + 3,440.
        assert second.found() == [binding(expires_at=3445.0, updated_at=-145.0)]
        (other,) = second.found("1002")
        assert (str(other.contact.uri), other.flow) == (
            "sip:1002@10.0.0.6;transport=tcp",
            replace(TCP, connection=0),
        )
        assert [str(uri) for _, uri in second.asked] == [
            "sip:edge.example;lr",
            "sip:1002@10.0.0.6;transport=tcp",
        ]
        await second.kept.close()

    with_store(database_url, work)


def test_the_last_state_is_what_counts(site: Site, database_url: URL) -> None:
    async def work(store: RegistrationStore) -> None:
        first = Run(site, store, now=0.0, unix=EPOCH)
        await first.begin()
        for port in (5060, 5061, 5062):
            first.take(binding(contact=f"<sip:1001@10.0.0.5:{port}>", instance=None))
        first.take(binding("1002", flow=TCP))
        await first.kept.close()
        second = Run(site, store, now=0.0, unix=EPOCH)
        await second.begin()
        assert len(second.found()) == 3
        for event in second.registrar.handle_timer(4000.0).events:
            second.kept.changed(event.aor)
        second.now = 4000.0
        await second.kept.close()
        assert await store.read(EPOCH) == []

    with_store(database_url, work)


def test_what_has_expired_stays_away(site: Site, database_url: URL) -> None:
    async def work(store: RegistrationStore) -> None:
        first = Run(site, store, now=0.0, unix=EPOCH)
        await first.begin()
        first.take(binding(expires_at=60.0))
        await first.kept.close()
        late = Run(site, store, now=0.0, unix=EPOCH + 60.0)
        await late.begin()
        assert late.found() == []
        in_time = Run(site, store, now=0.0, unix=EPOCH + 59.0)
        await in_time.begin()
        assert [each.expires_at for each in in_time.found()] == [1.0]

    with_store(database_url, work)


def test_a_user_whose_password_changed_or_who_is_gone_is_not_restored(
    site: Site, tmp_path: Path, database_url: URL
) -> None:
    write_starter_site(tmp_path / "other")  # the same users, other passwords
    other = load_site(tmp_path / "other", environ={})

    async def work(store: RegistrationStore) -> None:
        first = Run(site, store, now=0.0, unix=EPOCH)
        await first.begin()
        first.take(binding())
        first.take(binding("9999"))
        await first.kept.close()
        changed, same = (Run(each, store, now=0.0, unix=EPOCH) for each in (other, site))
        await changed.begin()
        assert changed.found() == []
        await same.begin()
        assert len(same.found()) == 1
        assert same.found("9999") == []

    with_store(database_url, work)


def test_a_phone_to_which_no_way_leads_is_not_restored(site: Site, database_url: URL) -> None:
    async def work(store: RegistrationStore) -> None:
        first = Run(site, store, now=0.0, unix=EPOCH)
        await first.begin()
        first.take(binding())
        await first.kept.close()
        second = Run(site, store, now=0.0, unix=EPOCH)
        second.ways = lambda flow: None
        await second.begin()
        assert second.found() == []

    with_store(database_url, work)


def test_another_switch_on_the_same_database_has_its_own(site: Site, database_url: URL) -> None:
    async def run() -> None:
        engine = create_engine(database_url)
        runs = []
        for name in ("switch-1", "switch-2"):
            runs.append(Run(site, RegistrationStore(engine, name), now=0.0, unix=EPOCH))
            await runs[-1].begin()
        runs[0].take(binding())
        runs[1].take(binding(contact="<sip:1001@10.0.0.9>"))
        for each in runs:
            await each.kept.close()
        read = await RegistrationStore(engine, "switch-1").read(EPOCH)
        await engine.dispose()
        assert [str(kept.binding.contact.uri) for kept in read] == ["sip:1001@10.0.0.5:5060"]

    asyncio.run(run())


def test_a_database_that_is_away_is_no_failure(
    site: Site, empty_database_url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    """There are no tables: nothing is read, nothing is written, and the phone is registered all the same."""

    async def work(store: RegistrationStore) -> None:
        run = Run(site, store, now=0.0, unix=EPOCH)
        assert await run.kept.read() is None
        run.kept.start(None)
        run.take(binding())
        assert len(run.found()) == 1
        await run.kept.close()

    with_store(empty_database_url, work)
    assert "not written" in caplog.text


def test_who_registered_before_the_database_came_keeps_that(site: Site, tmp_path: Path) -> None:
    """What could not be read at the start is read later, and takes nobody's newer registration away."""

    class Late(RegistrationStore):
        """A store that fails once."""

        def __init__(self) -> None:
            super().__init__(engine, "switch-1")
            self.tries = 0

        async def read(self, now: float) -> list[object]:  # type: ignore[override]
            self.tries += 1
            if self.tries == 1:
                raise OSError("away")
            return await super().read(now)  # type: ignore[return-value]

    engine = create_engine(url_of("late.db", tmp_path))

    async def run() -> None:
        await upgrade(engine)
        first = Run(site, RegistrationStore(engine, "switch-1"), now=0.0, unix=EPOCH)
        await first.begin()
        first.take(binding())
        first.take(binding("1002"))
        await first.kept.close()
        second = Run(site, Late(), now=0.0, unix=EPOCH)
        await second.begin()
        assert second.found("1002") == []
        second.take(binding(contact="<sip:1001@10.0.0.77>", instance=None))
        async with asyncio.timeout(10):
            await second.restored.wait()
        assert [str(each.contact.uri) for each in second.found()] == ["sip:1001@10.0.0.77"]
        await second.kept.close()
        await engine.dispose()

    asyncio.run(run())
