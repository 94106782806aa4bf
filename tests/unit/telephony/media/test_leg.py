"""A leg's address, its source, its figures, its listeners and its end, over real sockets."""

from __future__ import annotations

import asyncio
import socket

import numpy as np
import pytest

from telephony.media import tones
from telephony.media.engine import Engine
from telephony.media.interface import Frame, MediaError, TapSide
from telephony.media.latching import MediaHosts
from telephony.net.rtp_ports import PortPool, PortsExhausted
from telephony.sdp.offer_answer import MediaDirection
from tests.support.ports import free_port
from tests.unit.telephony.media.far_end import (
    HOST,
    SIGNALS,
    a_rig,
    agreed,
    level,
    on_loop,
    sine,
    strongest,
    until_read,
)

ELSEWHERE = 9  # the discard port: nobody of ours listens there


@on_loop
async def test_before_anything_came_packets_go_where_the_sdp_says() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        leg.play(tones.beep())
        await far.until(lambda: far.received)
        assert far.received[0].payload == tones.beep().frames("PCMU")[0]


@on_loop
async def test_a_phone_behind_nat_is_answered_where_it_sends_from() -> None:
    async with a_rig() as rig:
        far, leg = rig.far_end(), rig.engine.open_leg()
        far.target = (leg.address, leg.port)
        leg.apply(agreed(far, address="192.0.2.1"), SIGNALS)
        leg.echo(True)
        for _ in range(4):
            far.send(bytes(160))
        await far.until(lambda: len(far.received) == 4)
        assert leg.stats().strangers == 0


@on_loop
async def test_whoever_neither_signals_nor_is_named_in_the_sdp_is_a_stranger_for_ever() -> None:
    """A silent phone behind NAT, and somebody who sends to our port."""
    async with a_rig() as rig:
        far, leg = rig.far_end(), rig.engine.open_leg()
        far.target = (leg.address, leg.port)
        leg.apply(agreed(far, address="192.0.2.1"), MediaHosts("203.0.113.9"))
        leg.play(tones.beep())
        for _ in range(20):
            far.send(bytes(160))
        far.press("1")
        async with asyncio.timeout(5):
            while leg.stats().strangers < 27:  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0)
        assert not far.received
        assert leg.stats().packets_received == 0


@on_loop
async def test_a_stranger_gets_nothing_and_is_not_heard() -> None:
    async with a_rig() as rig:
        (leg, far), stranger = rig.call(), rig.far_end(ssrc=666)
        stranger.target = far.target
        heard: list[str] = []
        leg.on_digit = heard.append
        leg.echo(True)
        far.send(b"\x01" * 160)
        await far.until(lambda: far.received)
        for _ in range(20):
            stranger.send(b"\x02" * 160)
        stranger.press("1")
        far.send(b"\x03" * 160)
        far.press("2")
        await far.until(lambda: len(far.received) == 9)
        await until_read(leg, 9)
        async with asyncio.timeout(5):
            while leg.stats().strangers < 27:  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0)
        assert [packet.payload[0] for packet in far.speech()] == [1, 3]
        assert heard == ["2"]
        assert not stranger.received
        assert leg.stats().packets_received == 9


@on_loop
async def test_a_new_address_in_the_sdp_is_believed_and_the_old_one_is_a_stranger() -> None:
    async with a_rig() as rig:
        (leg, far), moved = rig.call(), rig.far_end()
        moved.target = far.target
        leg.echo(True)
        far.send(bytes(160))
        await far.until(lambda: far.received)
        leg.apply(agreed(moved), SIGNALS)
        far.send(bytes(160))  # a late one
        moved.send(bytes(160))
        await moved.until(lambda: moved.received)
        far.send(bytes(160))
        moved.send(bytes(160))
        await moved.until(lambda: len(moved.received) == 2)
        assert len(far.received) == 1


@on_loop
async def test_negotiating_again_with_the_same_address_forgets_nothing() -> None:
    async with a_rig() as rig:
        far, leg = rig.far_end(), rig.engine.open_leg()
        far.target = (leg.address, leg.port)
        directions = (MediaDirection.SENDRECV, MediaDirection.INACTIVE, MediaDirection.SENDRECV)
        for count, direction in enumerate(directions, start=1):
            leg.apply(agreed(far, direction=direction, port=ELSEWHERE), SIGNALS)
            far.send(bytes(160))
            await until_read(leg, count)
        leg.play(tones.beep())
        await far.until(lambda: far.received)
        assert leg.stats().strangers == 0


@on_loop
async def test_figures_of_a_call() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        assert leg.stats().mos is None
        for number in (0, 1, 2, 5, 6, 7, 8, 9):
            far.send_as(0, 100 + number, 1000 + 160 * number, bytes(160))
        leg.play(tones.sine(500.0, 60))
        await far.until(lambda: len(far.received) == 3)
        await until_read(leg, 8)
        stats = leg.stats()
        assert (stats.packets_received, stats.octets_received) == (8, 8 * 160)
        assert (stats.packets_sent, stats.octets_sent) == (3, 3 * 160)
        assert stats.lost == 2
        assert stats.mos is not None
        assert 1.0 < stats.mos < 4.0  # a fifth of the packets is missing
        assert stats.first_received is not None
        assert stats.first_received <= (stats.last_received or 0)
        assert stats.first_sent is not None
        assert stats.first_sent <= (stats.last_sent or 0)
        counters = rig.engine.counters()
        assert (counters.legs, counters.ports_in_use) == (1, 1)
        assert (counters.packets_received, counters.packets_sent) == (8, 3)
        closed = leg.close()
        assert (closed.packets_received, closed.lost) == (8, 2)
        counters = rig.engine.counters()
        assert (counters.legs, counters.legs_opened, counters.ports_in_use) == (0, 1, 0)
        assert (counters.packets_received, counters.packets_sent) == (8, 3)


@on_loop
async def test_packets_of_all_sources_of_a_call_are_counted() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        for ssrc in (1, 2, 3):
            far.ssrc, far.sequence = ssrc, 1000 * ssrc
            for _ in range(5):
                far.send(bytes(160))
            far.sequence += 1  # one is lost
            far.send(bytes(160))
            await until_read(leg, 6 * ssrc)
        assert (leg.stats().packets_received, leg.stats().lost) == (18, 3)


@on_loop
async def test_media_that_stays_away_is_reported_dead_once() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        leg.dead_after = 0.4
        leg.answered()
        times: list[float] = []
        dead = asyncio.Event()

        def died() -> None:
            times.append(asyncio.get_running_loop().time())
            dead.set()

        leg.on_dead = died
        far.send(bytes(160))
        began = asyncio.get_running_loop().time()
        await asyncio.wait_for(dead.wait(), 5)
        assert times[0] - began >= 0.39
        other, _ = rig.call()  # a second leg's death comes a while later; by then the first told once only
        second = asyncio.Event()
        other.dead_after, other.on_dead = 0.4, second.set
        other.answered()
        await asyncio.wait_for(second.wait(), 5)
        assert len(times) == 1


@on_loop
async def test_media_that_should_stay_away_is_not_dead() -> None:
    async with a_rig() as rig:
        silent = []
        held = [
            {"direction": MediaDirection.INACTIVE},
            {"direction": MediaDirection.SENDONLY},
            {"direction": MediaDirection.RECVONLY, "hold": True},
            {"address": "0.0.0.0"},
        ]
        for how in held:
            leg, far = rig.call()
            leg.apply(agreed(far, **how))  # type: ignore[arg-type]
            leg.dead_after, leg.on_dead = 0.3, lambda how=how: silent.append(how)  # type: ignore[misc]
            leg.answered()
        dead = asyncio.Event()
        (watched, _), (off, _) = rig.call(), rig.call()
        off.on_dead = lambda: silent.append({})
        watched.dead_after, watched.on_dead = 0.6, dead.set
        watched.answered()
        off.answered()
        await asyncio.wait_for(dead.wait(), 5)
        assert not silent


@on_loop
async def test_closing_in_the_callback_of_a_death_is_fine() -> None:
    async with a_rig() as rig:
        legs = [rig.call()[0] for _ in range(3)]
        done = asyncio.Event()

        def end_all() -> None:
            for leg in legs:
                leg.close()
            done.set()

        for leg in legs:
            leg.dead_after, leg.on_dead = 0.1, end_all
            leg.answered()
        await asyncio.wait_for(done.wait(), 5)
        assert rig.engine.counters().ports_in_use == 0


@on_loop
async def test_a_tap_gets_what_is_said_frame_by_frame_in_order() -> None:
    async with a_rig() as rig:
        leg, far = rig.call("PCMA")
        frames: list[Frame] = []
        enough = asyncio.Event()

        def take(frame: Frame) -> None:
            frames.append(frame)
            if len(frames) == 45:
                enough.set()

        tap = leg.tap(take)
        await far.talk(sine(700.0, 0.6))
        await asyncio.wait_for(enough.wait(), 5)
        tap.close()
        tap.close()
        assert {frame.shape for frame in frames} == {(160,)}
        assert {frame.dtype for frame in frames} == {np.dtype(np.int16)}
        sound = [frame for frame in frames if np.abs(frame).max() > 100]
        assert 25 <= len(sound) <= 30  # a busy machine may come too late for some
        assert abs(strongest(np.concatenate(sound)) - 700.0) < 10.0
        assert leg.receiver.stream is None
        assert len(frames) == 45


@on_loop
async def test_a_tap_of_the_other_direction_gets_what_the_far_end_is_told() -> None:
    async with a_rig() as rig:
        (leg, _), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        frames: list[Frame] = []
        relayed, enough = asyncio.Event(), asyncio.Event()

        def take(frame: Frame) -> None:
            frames.append(frame)
            loud = sum(np.abs(each).max() > 100 for each in frames)
            if loud == 10:
                relayed.set()
            if loud == 20:
                enough.set()

        leg.tap(take, direction=TapSide.SENT)
        await other.talk(sine(700.0, 0.2))
        await asyncio.wait_for(relayed.wait(), 5)
        leg.play(tones.sine(300.0, 200))
        await asyncio.wait_for(enough.wait(), 5)
        loud = np.concatenate([frame for frame in frames if np.abs(frame).max() > 100])
        assert level(loud[:1600], 700.0) > -16
        assert level(loud[1600:], 300.0) > -20


@on_loop
async def test_a_tap_keeps_time_through_silence() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        frames: list[Frame] = []
        enough = asyncio.Event()
        leg.tap(lambda frame: (frames.append(frame), enough.set() if len(frames) == 25 else None)[0])
        began = asyncio.get_running_loop().time()
        await asyncio.wait_for(enough.wait(), 5)
        assert 0.45 < asyncio.get_running_loop().time() - began < 1.0
        assert not np.concatenate(frames).any()


@on_loop
async def test_ports_come_back_whatever_a_leg_was_doing() -> None:
    pool = PortPool(HOST, first := free_port(8), first + 7)
    engine = Engine(asyncio.get_running_loop(), [pool])
    for _ in range(5):
        legs = [engine.open_leg() for _ in range(4)]
        with pytest.raises(PortsExhausted):
            engine.open_leg()
        engine.bridge(legs[0], legs[1])
        legs[2].echo(True)
        legs[2].tap(lambda frame: None)
        legs[3].play(tones.music(), loop=True)
        for leg in legs:
            leg.close()
        assert pool.in_use == 0
    engine.open_leg().play(tones.music())
    engine.close()
    assert pool.in_use == 0
    with pytest.raises(MediaError):
        engine.open_leg()


@on_loop
async def test_a_closed_leg_refuses_everything() -> None:
    async with a_rig() as rig:
        (leg, far), (other, _) = rig.call(), rig.call()
        leg.close()
        refused = [
            lambda: leg.apply(agreed(far)),
            lambda: leg.play(tones.beep()),
            lambda: leg.hold_music(tones.music()),
            lambda: leg.send_digits("1"),
            lambda: leg.echo(True),
            lambda: leg.tap(lambda frame: None),
            lambda: rig.engine.bridge(other, leg),
            lambda: rig.engine.conference([other, leg]),
        ]
        for ask in refused:
            with pytest.raises(MediaError):
                ask()
        leg.hold_music(None)
        leg.digit_from_signalling("1")
        rig.engine.bridge(other, rig.call()[0])  # what was refused left nothing behind


@on_loop
async def test_a_family_without_ports_is_refused_and_ipv6_works() -> None:
    async with a_rig() as rig:
        with pytest.raises(MediaError, match="AF_INET6"):
            rig.engine.open_leg(socket.AF_INET6)
    loop = asyncio.get_running_loop()
    engine = Engine(loop, [PortPool("::1", 33010, 33019)])
    leg = engine.open_leg(socket.AF_INET6)
    assert leg.address == "::1"
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as phone:
        phone.bind(("::1", 0))
        phone.setblocking(False)
        async with a_rig() as rig:
            leg.apply(agreed(rig.far_end(), address="::1", port=phone.getsockname()[1]))
        leg.echo(True)
        phone.sendto(bytes.fromhex("80000001000000010000000a") + b"\x42" * 160, ("::1", leg.port))
        data = await asyncio.wait_for(loop.sock_recv(phone, 2048), 5)
        assert data[12:] == b"\x42" * 160
    engine.close()
