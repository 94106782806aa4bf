"""Log-ins, breaks and mobiles survive a restart, with their clocks; who is removed begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy.engine import URL

from callback_queue.agents.agent import (
    AgentMachine,
    CallOver,
    KeptPresence,
    LogIn,
    LogOut,
    OnCall,
    PhoneDown,
    PhoneUp,
    Ready,
    Reserved,
    Restored,
    TakeBreak,
)
from callback_queue.agents.presence import PresenceStore
from config.database import create_engine
from config.migrate import upgrade


def working(*events: object, login: str = "register", at: float = 0.0) -> AgentMachine:
    """An agent to whom that happened, a second apart."""
    agent = AgentMachine("1001", at, login=login)  # type: ignore[arg-type]
    for second, event in enumerate(events, 1):
        agent.receive(event, at + second)  # type: ignore[arg-type]
    return agent


def restarted(before: AgentMachine, now: float, *, login: str = "register") -> AgentMachine:
    agent = AgentMachine("1001", now, login=login)  # type: ignore[arg-type]
    agent.receive(Restored(before.keep()), now)
    return agent


def test_a_break_goes_on_with_its_reason_and_its_clock() -> None:
    before = working(PhoneUp("p"), TakeBreak("lunch"))
    after = restarted(before, 1000)
    assert after.state == "offline", "no phone yet"
    (change,) = after.receive(PhoneUp("p"), 1001)
    assert (change.state, change.was, change.reason) == ("break", "offline", "lunch")
    assert after.shown_since == 2
    # Figures count from the restart: the switch was down in between.
    assert (change.since, after.since) == (1000, 1001)
    (back,) = after.receive(Ready(), 1100)
    assert (back.state, back.since) == ("available", 1001)
    assert after.shown_since == 1100


def test_two_restarts_keep_the_clock_as_well() -> None:
    first = restarted(working(PhoneUp("p"), TakeBreak("lunch")), 1000)
    first.receive(PhoneUp("p"), 1001)
    second = restarted(first, 2000)
    second.receive(PhoneUp("p"), 2001)
    assert (second.state, second.shown_since) == ("break", 2)


def test_who_logged_in_by_code_is_logged_in_and_who_logged_out_is_not() -> None:
    inside = restarted(working(PhoneUp("p"), LogIn(), login="code"), 1000, login="code")
    inside.receive(PhoneUp("p"), 1001)
    assert inside.state == "available"
    outside = restarted(working(PhoneUp("p"), LogOut()), 1000)
    outside.receive(PhoneUp("p"), 1001)
    assert outside.state == "offline"


def test_a_mobile_that_is_logged_in_needs_no_phone() -> None:
    after = restarted(working(LogIn(mobile=True)), 1000)
    assert (after.state, after.on_mobile) == ("available", True)


def test_the_one_who_has_been_idle_longest_still_is() -> None:
    after = restarted(working(PhoneUp("p")), 1000)
    after.receive(PhoneUp("p"), 1001)
    assert after.view(1001).idle_since == 1


def test_calls_do_not_survive_but_a_wrap_up_and_a_break_after_it_do() -> None:
    talking = working(PhoneUp("p"), Reserved("c"), OnCall("c"), TakeBreak("meeting"))
    after = restarted(talking, 1000)
    after.receive(PhoneUp("p"), 1001)
    assert (after.state, after.reason) == ("break", "meeting")
    wrapping = working(PhoneUp("p"), Reserved("c"), OnCall("c"), CallOver("c", wrap_up=60))
    soon = restarted(wrapping, 10)
    soon.receive(PhoneUp("p"), 11)
    assert (soon.state, soon.next_deadline()) == ("wrap_up", 64)
    late = restarted(wrapping, 1000)
    late.receive(PhoneUp("p"), 1001)
    assert late.state == "available"


def test_a_phone_that_went_away_later_ends_the_old_clock() -> None:
    after = restarted(working(PhoneUp("p"), TakeBreak("lunch")), 1000)
    after.receive(PhoneUp("p"), 1001)
    after.receive(PhoneDown("p"), 1002)
    after.receive(PhoneUp("p"), 1003)
    assert (after.state, after.shown_since) == ("break", 1003)


KEPT = KeptPresence(
    logged_in=True,
    mobile=False,
    break_reason="lunch",
    state="break",
    since=5.0,
    idle_since=2.0,
    no_answers=1,
    wrap_up_until=0.0,
)


def run(url: URL, scene: Callable[[PresenceStore, PresenceStore], Awaitable[None]]) -> None:
    @asynccontextmanager
    async def stores() -> AsyncIterator[tuple[PresenceStore, PresenceStore]]:
        engine = create_engine(url)
        await upgrade(engine)
        try:
            yield PresenceStore(engine, "switch-1"), PresenceStore(engine, "switch-2")
        finally:
            await engine.dispose()

    async def go() -> None:
        async with stores() as both:
            await scene(*both)

    asyncio.run(go())


def test_each_switch_has_its_own_and_the_last_one_counts(database_url: URL) -> None:
    async def scene(mine: PresenceStore, other: PresenceStore) -> None:
        unknown = replace(KEPT, logged_in=None, break_reason="", state="available")
        await mine.write({"1001": (KEPT, "ab12"), "1002": (unknown, "cd34")})
        await other.write({"1001": (unknown, "ab12")})
        await mine.write({"1002": (replace(unknown, mobile=True), "cd34")})
        assert await mine.read() == {"1001": (KEPT, "ab12"), "1002": (replace(unknown, mobile=True), "cd34")}
        await mine.write({}, gone=["1001"])
        assert list(await mine.read()) == ["1002"]
        assert list(await other.read()) == ["1001"]

    run(database_url, scene)
