"""A phone in a call asks for a transfer (REFER, RFC 3515), as SIPp sees it: the answer and the reports.

The legs are in the test's own process (`tests/unit/telephony/call/ends.py`): what is reported when is decided
here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_transfer import TransferRequest
from telephony.sip.subscriber import number_of
from tests.support.sipp import Sipp
from tests.unit.telephony.call.ends import End, with_ends

pytestmark = pytest.mark.peer("sipp")


async def _play(
    end: End, folder: Path, scenario: str, listen: Callable[[CallLeg], None], transport: str = "u1"
) -> None:
    """Answer SIPp's call, and let SIPp come to the end of its scenario."""
    caller = Sipp(scenario, folder, remote=end.address, transport=transport)
    try:
        running = asyncio.create_task(asyncio.to_thread(caller.check, 1))
        leg = await end.next_call()
        listen(leg)
        leg.answer()
        await running
        assert (await leg.wait_ended()).by == "remote"
    finally:
        caller.stop()


def _reporting(end: End, *statuses: int) -> Callable[[CallLeg], None]:
    """Takes each transfer, and reports the next of these statuses a moment later."""
    left = list(statuses)

    def listen(leg: CallLeg) -> None:
        def requested(request: TransferRequest) -> bool:
            assert number_of(request.target) == "1003"
            end.loop.call_later(0.1, leg.transfer.report, left.pop(0))
            return True

        leg.transfer.on_requested = requested

    return listen


@with_ends
async def test_a_blind_transfer_is_taken_and_reported(end: End, spare: End, tmp_path: Path) -> None:
    await _play(end, tmp_path, "transfer_blind", _reporting(end, 200))
    assert [event.target for event in end.told(events.TransferRequested)] == ["sip:1003@192.0.2.7"]


@with_ends
async def test_a_transfer_that_failed_is_reported_and_may_be_tried_again(
    end: End, spare: End, tmp_path: Path
) -> None:
    await _play(end, tmp_path, "transfer_busy_then_again", _reporting(end, 486, 200))


@with_ends
async def test_a_phone_that_wants_no_reports_gets_none(end: End, spare: End, tmp_path: Path) -> None:
    await _play(end, tmp_path, "transfer_unreported", _reporting(end, 200))


@with_ends
async def test_a_phone_that_knows_no_subscription_gets_no_more_reports(
    end: End, spare: End, tmp_path: Path
) -> None:
    await _play(end, tmp_path, "transfer_481", _reporting(end, 200))


@with_ends
async def test_a_transfer_that_makes_no_sense_or_is_not_allowed_is_refused(
    end: End, spare: End, tmp_path: Path
) -> None:
    await _play(end, tmp_path, "transfer_refused", lambda leg: None)
    assert end.told(events.TransferRequested) == []
