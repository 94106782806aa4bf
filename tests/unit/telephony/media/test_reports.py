"""RTCP between a leg and its far end, over real sockets, packets of the far end made here by hand."""

from __future__ import annotations

import asyncio
import struct
import time

import pytest

from telephony.media import tones
from telephony.media.leg import Leg
from telephony.sdp.offer_answer import MediaDirection
from tests.unit.telephony.media.far_end import HOST, SIGNALS, a_rig, agreed, on_loop, until_read

NTP_EPOCH = 2208988800


def split(data: bytes) -> dict[int, list[bytes]]:
    """The packets of a compound by kind, bodies only."""
    found: dict[int, list[bytes]] = {}
    while data:
        first, kind, words = struct.unpack_from("!BBH", data)
        assert first >> 6 == 2
        found.setdefault(kind, []).append(data[: 4 + 4 * words])
        data = data[4 + 4 * words :]
    return found


def sender_report(ssrc: int, *, ntp: int, about: tuple[int, ...] = ()) -> bytes:
    """An SR, with one block (SSRC, fraction and total lost, highest, jitter, LSR, DLSR) if given."""
    body = struct.pack("!IQIII", ssrc, ntp, 0, 0, 0) + (struct.pack("!IIIIII", *about) if about else b"")
    return struct.pack("!BBH", 0x80 | bool(about), 200, len(body) // 4) + body


async def until_reported(leg: Leg) -> None:
    """Wait until the engine has read a report on our stream."""
    async with asyncio.timeout(5):
        while leg.stats().remote_lost is None:  # noqa: ASYNC110 (the engine tells nobody)
            await asyncio.sleep(0.001)


def due_now(leg: Leg) -> None:
    """Bring the next report forward instead of waiting five seconds for it."""
    assert leg._rtcp.due is not None
    leg.housekeeping(leg._rtcp.due)


@on_loop
async def test_a_leg_that_sends_reports_what_it_sent_and_received() -> None:
    async with a_rig() as rig:
        leg, far = rig.call(ssrc=0xABCD)
        for number in (0, 1, 3):
            far.send_as(0, 100 + number, 160 * number, bytes(160))
        leg.play(tones.sine(500.0), loop=True)
        await far.until(lambda: len(far.received) >= 5)
        await until_read(leg, 3)
        far.rtcp.sendto(sender_report(0xABCD, ntp=0x1122334455667788), (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg._rtcp.last_heard is None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        due_now(leg)
        await far.until(lambda: far.control)
        packets = split(far.control[0])
        ssrc, ntp, _, sent, octets = struct.unpack_from("!IQIII", packets[200][0], 4)
        assert ssrc == far.received[0].ssrc
        assert abs((ntp >> 32) - NTP_EPOCH - time.time()) < 5
        assert 5 <= sent <= len(far.received)
        assert octets == sent * 160
        source, loss, highest, _, last_sr, delay = struct.unpack_from("!IIIIII", packets[200][0], 28)
        assert (source, loss & 0xFFFFFF, highest) == (0xABCD, 1, 103)
        assert loss >> 24 == 64  # one of four
        assert last_sr == 0x33445566
        assert 0 < delay < 65536 * 10
        assert packets[202][0][8:10] == b"\x01\x18"  # a CNAME of 24 signs


@on_loop
async def test_a_leg_that_only_listens_sends_a_receiver_report() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        far.send(bytes(160))
        await until_read(leg, 1)
        due_now(leg)
        await far.until(lambda: far.control)
        assert set(split(far.control[0])) == {201, 202}


@on_loop
async def test_reports_on_our_stream_give_loss_jitter_and_round_trip() -> None:
    async with a_rig() as rig:
        leg, far = rig.call(ssrc=0xABCD)
        leg.play(tones.sine(500.0), loop=True)
        far.send(bytes(160))
        await far.until(lambda: len(far.received) >= 2)
        due_now(leg)
        await far.until(lambda: far.control)
        ntp = struct.unpack_from("!Q", split(far.control[0])[200][0], 8)[0]
        ours = far.received[0].ssrc
        block = (ours, (25 << 24) | 7, 99, 80, (ntp >> 16) & 0xFFFFFFFF, 0)
        far.rtcp.sendto(sender_report(0xABCD, ntp=1, about=block), (HOST, leg.rtcp_port))
        await until_reported(leg)
        stats = leg.stats()
        assert (stats.remote_lost, stats.remote_jitter_ms) == (7, 10.0)
        assert stats.rtt_ms is not None
        assert 0 <= stats.rtt_ms < 2000


@on_loop
async def test_a_leg_says_goodbye() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        leg.play(tones.beep())
        await far.until(lambda: far.received)
        leg.close()
        await far.until(lambda: far.control)
        goodbye = split(far.control[-1])[203][0]
        assert struct.unpack_from("!I", goodbye, 4)[0] == far.received[0].ssrc


@on_loop
async def test_a_leg_that_never_said_or_heard_anything_does_not_start_with_rtcp() -> None:
    async with a_rig() as rig:
        (quiet, quiet_far), (leg, far) = rig.call(), rig.call()
        due_now(quiet)
        leg.play(tones.beep())
        await far.until(lambda: far.received)
        due_now(leg)
        await far.until(lambda: far.control)
        quiet.close()
        leg.close()
        await far.until(lambda: len(far.control) == 2)
        assert not quiet_far.control


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x81\xc8\x00\x06" + bytes(4), b"\x80\x00" + bytes(170)])
@on_loop
async def test_what_is_not_rtcp_is_counted(data: bytes) -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        far.rtcp.sendto(data, (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().malformed < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert leg._rtcp.last_heard is None


@on_loop
async def test_strangers_reports_are_not_believed() -> None:
    async with a_rig() as rig:
        far, leg = rig.far_end(), rig.engine.open_leg()
        leg.apply(agreed(far, address="192.0.2.1"))
        far.rtcp.sendto(
            sender_report(1, ntp=1, about=(leg.sender.clock.ssrc, 5, 1, 1, 0, 0)), (HOST, leg.rtcp_port)
        )
        async with asyncio.timeout(5):
            while leg.stats().strangers < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert leg.stats().remote_lost is None


@on_loop
async def test_a_phone_that_holds_by_0_0_0_0_gets_no_reports_until_it_resumes() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        far.send(bytes(160))
        await until_read(leg, 1)
        leg.apply(agreed(far, address="0.0.0.0", direction=MediaDirection.INACTIVE, hold=True), SIGNALS)
        far.rtcp.sendto(about(leg, 3), (HOST, leg.rtcp_port))  # its reports are read, and not answered
        await until_reported(leg)
        leg.housekeeping(time.monotonic() + 60)
        leg.apply(agreed(far), SIGNALS)
        due_now(leg)
        await far.until(lambda: far.control)
        far.rtcp.sendto(about(leg, 4), (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().remote_lost != 4:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert len(far.control) == 1


@on_loop
async def test_a_call_that_ends_while_held_by_0_0_0_0_says_no_goodbye() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        for each, phone in ((leg, far), (other_leg, other)):
            phone.send(bytes(160))
            await until_read(each, 1)
        leg.apply(agreed(far, address="0.0.0.0", direction=MediaDirection.INACTIVE, hold=True), SIGNALS)
        leg.close()
        other_leg.close()
        await other.until(lambda: other.control)
        assert not far.control


def about(leg: Leg, lost: int) -> bytes:
    """A report on a leg's stream."""
    return sender_report(1, ntp=1, about=(leg.sender.clock.ssrc, lost, 1, 1, 0, 0))


async def until_strange(leg: Leg, packets: int) -> None:
    """Wait until so many packets were turned away."""
    async with asyncio.timeout(5):
        while leg.stats().strangers < packets:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@on_loop
async def test_reports_from_another_port_of_the_far_ends_host_are_not_believed() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        stranger = rig.far_end()
        far.rtcp.sendto(about(leg, 3), (HOST, leg.rtcp_port))
        await until_reported(leg)
        stranger.rtcp.sendto(about(leg, 99), (HOST, leg.rtcp_port))
        await until_strange(leg, 1)
        assert leg.stats().remote_lost == 3


@on_loop
async def test_reports_come_from_the_port_where_they_came_first_unless_the_sdp_names_one() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        translated, stranger = rig.far_end(), rig.far_end()
        translated.rtcp.sendto(about(leg, 5), (HOST, leg.rtcp_port))
        await until_reported(leg)
        stranger.rtcp.sendto(about(leg, 99), (HOST, leg.rtcp_port))
        await until_strange(leg, 1)
        assert leg.stats().remote_lost == 5
        far.rtcp.sendto(about(leg, 6), (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().remote_lost != 6:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        translated.rtcp.sendto(about(leg, 7), (HOST, leg.rtcp_port))
        await until_strange(leg, 2)


@on_loop
async def test_noise_on_the_rtcp_port_makes_nobody_the_far_end() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        stranger, translated = rig.far_end(), rig.far_end()
        stranger.rtcp.sendto(b"noise", (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().malformed < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        translated.rtcp.sendto(about(leg, 5), (HOST, leg.rtcp_port))
        await until_reported(leg)
        assert leg.stats().strangers == 0


@on_loop
async def test_comfort_noise_that_nobody_agreed_on_is_a_sign_of_life() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        far.send(bytes(160))
        await until_read(leg, 1)
        before = leg.receiver.last_heard
        far.send(b"\x40", payload_type=13)
        async with asyncio.timeout(5):
            while leg.stats().malformed < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert leg.receiver.last_heard != before
        assert leg.stats().packets_received == 1


@on_loop
async def test_rtcp_is_a_sign_of_life_when_a_phone_sends_no_silence() -> None:
    async with a_rig() as rig:
        (silent, _), (leg, far) = rig.call(), rig.call()
        died: list[str] = []
        dead = asyncio.Event()
        leg.dead_after = silent.dead_after = 0.7
        leg.answered()
        silent.answered()
        leg.on_dead = lambda: died.append("reports")
        silent.on_dead = dead.set

        async def report() -> None:
            while True:
                far.rtcp.sendto(sender_report(1, ntp=1), (HOST, leg.rtcp_port))
                await asyncio.sleep(0.2)

        reporting = asyncio.create_task(report())
        await asyncio.wait_for(dead.wait(), 5)
        reporting.cancel()
        assert not died


@on_loop
async def test_reports_follow_a_new_address_in_the_sdp_whatever_the_old_one_sends() -> None:
    async with a_rig() as rig:
        (leg, far), moved = rig.call(), rig.far_end()
        far.send(bytes(160))
        await until_read(leg, 1)
        far.rtcp.sendto(about(leg, 3), (HOST, leg.rtcp_port))
        await until_reported(leg)
        leg.apply(agreed(moved), SIGNALS)
        far.rtcp.sendto(about(leg, 4), (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().remote_lost != 4:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        due_now(leg)
        await moved.until(lambda: moved.control)
        moved.rtcp.sendto(about(leg, 5), (HOST, leg.rtcp_port))
        async with asyncio.timeout(5):
            while leg.stats().remote_lost != 5:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        far.rtcp.sendto(about(leg, 99), (HOST, leg.rtcp_port))
        await until_strange(leg, 1)
        due_now(leg)
        await moved.until(lambda: len(moved.control) == 2)
        assert not far.control


@on_loop
async def test_reports_to_a_phone_behind_nat_go_along_with_the_sound() -> None:
    async with a_rig() as rig:
        far, leg = rig.far_end(), rig.engine.open_leg()
        far.target = (leg.address, leg.port)
        leg.apply(agreed(far, address="192.0.2.1"), SIGNALS)
        far.send(bytes(160))
        await until_read(leg, 1)
        host, port = far.rtp.getsockname()
        assert leg._rtcp._destination() == (host, port + 1), "without word of its reports: beside its sound"
        far.rtcp.sendto(about(leg, 3), (HOST, leg.rtcp_port))
        await until_reported(leg)
        due_now(leg)
        await far.until(lambda: far.control)
