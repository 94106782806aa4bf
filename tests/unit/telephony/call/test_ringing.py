"""How long it rings, and what the caller learns of it: no watchdog before the answer, every 1xx passed on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from telephony.applications.dial import connect as dial_and_connect
from telephony.applications.services import ApplicationServices
from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.media import tones
from telephony.media.prompts import PromptStore
from telephony.sip.uri import SipUri
from tests.unit.telephony.call.ends import End, with_ends

AN_HOUR = 3600.0


def watched(leg: CallLeg) -> bool:
    """Whether an hour of silence from now on would end the leg; it does if so."""
    leg.media.housekeeping(time.monotonic() + AN_HOUR)  # type: ignore[attr-defined]
    return leg.is_over


@with_ends(dead_after=30.0)
async def test_silence_counts_from_the_answer_at_the_called_end(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    assert not watched(called)
    called.ring()
    called.open_early_media()
    assert not watched(called)
    called.answer()
    called.media.housekeeping(time.monotonic() + 29.0)  # type: ignore[attr-defined]
    assert not called.is_over
    assert watched(called)
    assert called.end is not None
    assert called.end.reason == "media timeout"


@with_ends(dead_after=30.0)
async def test_silence_counts_from_the_answer_at_the_calling_end(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.open_early_media()
    await a.until(events.LegRinging)
    assert calling.codec, "early media was agreed"
    assert not watched(calling)
    called.answer()
    await calling.wait_answered()
    assert watched(calling)


@with_ends(dead_after=30.0)
async def test_a_long_ringing_does_not_shorten_the_time_after_the_answer(a: End, b: End) -> None:
    """What was heard last, long before the answer, does not count against the far end."""
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.media._watched_since = -AN_HOUR  # type: ignore[attr-defined]
    called.answer()
    called.media.housekeeping(time.monotonic() + 4.0)  # type: ignore[attr-defined]
    assert not called.is_over


# --- what the caller of a call through us learns ------------------------------------------------------------


class Through:
    """A caller at `a` who dials phones at `a` through the switch `b`."""

    def __init__(self, a: End, b: End, folder: Path) -> None:
        self.a, self.b = a, b
        self.services = ApplicationServices(
            context=b.context,
            switchboard=b.switchboard,
            prompts=PromptStore(folder, folder / "cache"),
            music=tones.music(),
            recordings=folder,
            record_calls=False,
        )
        self.heard: list[tuple[int, bool]] = []
        self._told = asyncio.Event()

    async def start(self, phones: int = 1) -> list[CallLeg]:
        """Begin; the legs at the phones, which ring."""
        self.caller = await self.a.dial(self.b)
        self.caller.on_progress = self._progressed
        self.caller.start()
        leg = await self.b.next_call()
        host, port = self.a.address
        targets = [Target(SipUri("sip", "1002", host=host, port=port), "phone")] * phones
        self.serving = asyncio.ensure_future(
            dial_and_connect(leg, self.services, targets, caller=Caller("4711"), ring_seconds=60)
        )
        return [await self.a.next_call() for _ in range(phones)]

    def _progressed(self, status: int, early: bool) -> None:
        self.heard.append((status, early))
        self._told.set()

    async def hears(self, expected: Sequence[tuple[int, bool]]) -> None:
        """Wait until the caller was told so much, which must be that."""
        while len(self.heard) < len(expected):
            self._told.clear()
            await self._told.wait()
        assert self.heard == list(expected)

    async def end(self) -> None:
        self.caller.hang_up()
        await asyncio.wait([self.serving])
        self.serving.exception()


@with_ends
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(183, True), (180, False)], [(183, True), (180, False)]),
        ([(183, False)], [(183, False)]),
        ([(180, False), (183, True)], [(180, False), (183, True)]),
        ([(180, True)], [(180, True)]),
        ([(181, False), (182, False), (180, False)], [(181, False), (182, False), (180, False)]),
        ([(180, False), (180, False), (183, False)], [(180, False), (183, False)]),
        ([(183, True), (183, True), (180, True)], [(183, True), (180, False)]),
    ],
)
async def test_what_a_phone_tells_is_passed_on(
    a: End, b: End, told: list[tuple[int, bool]], expected: list[tuple[int, bool]], tmp_path: Path
) -> None:
    through = Through(a, b, tmp_path)
    (phone,) = await through.start()
    for status, early in told:
        phone.progress(status, early=early)
    await through.hears(expected)
    phone.answer()
    await through.caller.wait_answered()
    assert through.heard == expected
    await through.end()


@with_ends
async def test_of_several_phones_the_caller_learns_that_one_rings(a: End, b: End, tmp_path: Path) -> None:
    through = Through(a, b, tmp_path)
    first, second = await through.start(2)
    first.progress(183)
    await through.hears([(183, False)])
    second.open_early_media()
    await through.hears([(183, False), (180, False)])
    first.progress(183)
    second.answer()
    await through.caller.wait_answered()
    assert through.heard == [(183, False), (180, False)], "no step back, and no sound of one phone alone"
    await through.end()
