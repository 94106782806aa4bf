"""Callers who could not wait, and callers whom a crash cut off: they are called back, in their order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callback_queue.callbacks.events import CallbackRescheduled
from callback_queue.callbacks.store import CallbackView
from tests.support.callbacks import CallbackCentre
from tests.support.office import Office
from tests.support.ports import wait_for
from tests.support.sipp import Sipp
from tests.support.talker import calling

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

QUEUE = "4800"
CALLERS = [f"09555060{number:02}" for number in range(20)]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    phones = Office()
    yield phones
    phones.close()


@pytest.fixture(scope="module")
def centre(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallbackCentre]:
    running = CallbackCentre(tmp_path_factory.mktemp("centre"), office, queue={"exit_key": "*"})
    yield running
    running.close()


def _wait_in_line(centre: CallbackCentre, number: str, keys: str = "", seconds: float = 0.5) -> None:
    """Call the queue, wait there, and leave: by hanging up, or by key."""

    async def call() -> None:
        async with calling(centre.switch.sip, QUEUE, number) as caller:
            await asyncio.sleep(seconds)
            if keys:
                await caller.press(keys)
                await caller.ended()

    asyncio.run(call())


def _callback_of(centre: CallbackCentre, number: str) -> CallbackView:
    def found() -> CallbackView | None:
        return next((due for due in centre.open_callbacks() if due.number == number), None)

    return wait_for(found, f"a callback for {number}", 15, every=0.1)


def test_who_hangs_up_in_the_line_is_called_back_and_served(centre: CallbackCentre) -> None:
    _wait_in_line(centre, "0955505001")
    due = _callback_of(centre, "0955505001")
    assert due.why == "abandoned"
    desk = centre.agent()
    closed = centre.wait_closed(due.callback)
    assert closed.outcome == "reached"
    assert [ring.shown for ring in desk.rings] == ["0955505001"]
    _go_home(centre)


def test_who_leaves_by_key_keeps_the_place(centre: CallbackCentre) -> None:
    began = time.time()
    _wait_in_line(centre, "0955505002", keys="*")
    first = _callback_of(centre, "0955505002")
    assert began <= first.arrival < began + 1.0, "the place is that of the moment in which they called"
    _wait_in_line(centre, "0955505003", keys="*", seconds=0.1)
    second = _callback_of(centre, "0955505003")
    centre.agent()
    centre.wait_closed(first.callback)
    centre.wait_closed(second.callback)
    assert [ring.number for ring in centre.customers.rings[-2:]] == ["0955505002", "0955505003"]
    _go_home(centre)


def test_who_calls_again_and_is_served_is_not_called_back(centre: CallbackCentre) -> None:
    _wait_in_line(centre, "0955505004")
    missed = _callback_of(centre, "0955505004")
    # It would be their turn by the callback, which keeps the older place.
    centre.take_in(
        [CallbackRescheduled(time.time(), callback=missed.callback, due=time.time() + 3600, by="test")]
    )
    desk = centre.agent(key="")
    _wait_in_line(centre, "0955505004", seconds=2.5)
    assert [ring.shown for ring in desk.rings] == ["0955505004"]
    assert centre.wait_closed(missed.callback, "reached_meanwhile").dialled == 0
    _go_home(centre)


@pytest.mark.peer("sipp")
def test_twenty_who_wait_when_the_server_is_killed_are_called_back_in_their_order(
    centre: CallbackCentre, tmp_path: Path
) -> None:
    rows = [(number,) for number in CALLERS]
    callers = Sipp(
        "call_until_bye",
        tmp_path,
        remote=centre.switch.sip,
        service=QUEUE,
        calls=len(CALLERS),
        rows=rows,
        replace={"[caller]": "[field0]"},
        extra=["-r", "10", "-l", "20"],
        timeout=60,
    )
    wait_for(lambda: _waiting(centre) == len(CALLERS), "everybody to wait in the line", 20, every=0.1)
    centre.switch.kill()
    callers.stop()
    centre.start_again()

    def open_ones() -> list[CallbackView] | None:
        found = centre.open_callbacks()
        return found if len(found) == len(CALLERS) else None

    found = wait_for(open_ones, "twenty callbacks", 20, every=0.2)
    assert [due.number for due in found] == CALLERS
    assert {due.why for due in found} == {"cut_off"}
    begun = len(centre.customers.rings)
    centre.agent()
    for due in found[:5]:
        centre.wait_closed(due.callback)
    assert [ring.number for ring in centre.customers.rings[begun:]][:5] == CALLERS[:5]
    _go_home(centre)


def _waiting(centre: CallbackCentre) -> int:
    told = [event["event"] for event in centre.switch.journal()]
    return told.count("QueueEntered") - told.count("QueueLeft")


def _go_home(centre: CallbackCentre) -> None:
    for number, phone in list(centre.agents.items()):
        centre.office.register(phone, number, centre.switch.passwords[number], expires=0)
        del centre.agents[number]
