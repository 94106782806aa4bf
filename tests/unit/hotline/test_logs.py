"""Log lines: a call's id stands on every line of its tasks, and on nobody else's."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from structlog.contextvars import bind_contextvars

from hotline.logs import set_up_logs

log = logging.getLogger("telephony.test")


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """Gives the lines that were logged; logging is as before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err.splitlines()
    root.handlers[:] = before
    root.setLevel(level)


async def calls() -> None:
    """Two calls at once, a task that one of them starts, a timer that one of them sets."""
    fired = asyncio.Event()

    def timer() -> None:
        log.info("timer")
        fired.set()

    async def call(name: str) -> None:
        bind_contextvars(call=name)
        await asyncio.sleep(0)
        log.info("ringing", extra={"leg": f"leg of {name}"})
        await asyncio.create_task(lookup(name))

    async def lookup(name: str) -> None:
        await asyncio.sleep(0)
        log.info("looked up")
        if name == "a":
            asyncio.get_running_loop().call_soon(timer)

    await asyncio.gather(*(asyncio.create_task(call(name)) for name in "ab"))
    await fired.wait()
    log.info("idle")


def test_lines_for_machines_name_their_call(written: Callable[[], list[str]]) -> None:
    set_up_logs("info", "json")
    asyncio.run(calls())
    lines = [json.loads(line) for line in written()]
    assert sorted((line["event"], line.get("call", "")) for line in lines) == [
        *[("idle", ""), ("looked up", "a"), ("looked up", "b")],
        *[("ringing", "a"), ("ringing", "b"), ("timer", "")],
    ]
    assert {line["leg"] for line in lines if line["event"] == "ringing"} == {"leg of a", "leg of b"}


def test_lines_for_people_name_their_call(written: Callable[[], list[str]]) -> None:
    set_up_logs("info", "console")
    asyncio.run(calls())
    lines = written()
    assert [("call=a" in line, "call=b" in line) for line in lines if "looked up" in line] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )
    assert not [line for line in lines if "call=" in line and ("idle" in line or "timer" in line)]


def test_libraries_that_talk_a_lot_are_heard_at_warning_only(written: Callable[[], list[str]]) -> None:
    set_up_logs("debug", "json")
    for name in ("twisted", "aiosqlite", "asyncio"):
        logging.getLogger(name).debug("a statement with its values")
        logging.getLogger(name).warning("something is wrong")
    assert [json.loads(line)["event"] for line in written()] == ["something is wrong"] * 3
