"""Thousands of spoilt RTP and RTCP packets into calls, from the far end and from strangers, and spoilt SDP.

The calls survive, the right source is still heard, strangers never are, and nothing is left afterwards.
"""

from __future__ import annotations

import asyncio
import math
import random
import struct
import wave
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.robustness import rig
from tests.robustness.mutation import (
    binary,
    double_bytes,
    drop_bytes,
    flip_bits,
    insert_bytes,
    spoil,
    truncate,
)
from tests.robustness.rig import Ear, open_ear
from tests.support import wire
from tests.support.long import examples
from tests.support.ports import HOST, free_port, wait_for
from tests.support.switch import Switch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

STRANGER = rig.own_address()
CALLEE = free_port()
BYTES = (flip_bits, truncate, insert_bytes, drop_bytes, double_bytes, binary)
TICK = 0.01
OFFERS = examples(3000)
# Frames that may be lost by a machine that is busy with other things.
HEARD = 0.95


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch that records bridged calls, checked for remains at the end."""
    numbers = {5900: {"dial": f"sip:phone@{HOST}:{CALLEE}"}}
    more = {"numbers": numbers, "recordings": {"record_calls": True}}
    running = rig.start(tmp_path_factory.mktemp("media"), more)
    try:
        tidy = rig.Tidy(running)
        yield running
        tidy.check()
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def unharmed(switch: Switch) -> Iterator[None]:
    """After each test the switch takes calls, and has logged no mistake of its own."""
    log = rig.LogWatch(switch)
    yield
    rig.check_call(switch)
    log.check()


class Fuzzer:
    """Sends spoilt packets from one socket to one leg.

    Args:
        ear: whose socket.
        media: the leg's RTP address.
        chance: of all that is spoilt.
    """

    def __init__(self, ear: Ear, media: wire.Address, chance: random.Random) -> None:
        self._ear = ear
        self._rtp = media
        self._rtcp = media[0], media[1] + 1
        self._chance = chance

    def harmless(self) -> None:
        """A packet that must be dropped whoever sends it."""
        chance = self._chance
        good = wire.rtp(chance.getrandbits(16), chance.getrandbits(32), self._ear.ssrc, chance.randbytes(160))
        version = bytes([chance.choice((0x00, 0x40, 0xC0)) | chance.getrandbits(4)])
        extension = (
            bytes([0x90]) + good[1:12] + struct.pack("!HH", 0xBEDE, chance.randint(40, 65535)) + good[16:]
        )
        contributors = bytes([0x8F]) + good[1 : chance.randint(12, 60)]
        padding = bytes([0xA0]) + good[1:-1] + bytes([chance.choice((0, 161, 255))])
        unknown = good[:1] + bytes([chance.choice((1, 3, 9, 13, 18, 72, 96, 127))]) + good[2:]
        data = chance.choice(
            (version + good[1:], extension, contributors, padding, unknown, good[:11], b"", b"\x80")
        )
        self._ear.transport.sendto(data, self._rtp)

    def anything(self) -> None:
        """Any spoilt packet: RTP, keys, RTCP, on either port."""
        chance = self._chance
        second = chance.choice((0, 8, 101, 101, 0x80 | 101, 13, chance.getrandbits(8)))
        payload = chance.randbytes(chance.choice((0, 1, 3, 4, 4, 160, 160, 320, 1400)))
        numbers = (
            chance.getrandbits(16),
            chance.getrandbits(32),
            chance.choice((self._ear.ssrc, chance.getrandbits(32))),
        )
        data = (
            struct.pack("!BBHLL", 0x80 | chance.choice((0, 0, chance.getrandbits(6))), second, *numbers)
            + payload
        )
        if chance.random() < 0.5:
            data = spoil(data, chance, BYTES)
        self._ear.transport.sendto(data, self._rtp)
        report = spoil(_report(chance), chance, BYTES)
        self._ear.transport.sendto(report, chance.choice((self._rtcp, self._rtcp, self._rtp)))


def _report(chance: random.Random) -> bytes:
    """A compound of sender report, description and goodbye."""
    block = chance.randbytes(24)
    sender = struct.pack("!BBH", 0x81, 200, 12) + chance.randbytes(24) + block
    name = struct.pack("!BBHLBB", 0x81, 202, 2, chance.getrandbits(32), 1, chance.choice((2, 2, 255))) + b"ab"
    goodbye = struct.pack("!BBHL", 0x81, 203, 1, chance.getrandbits(32))
    return sender + name + goodbye


async def call_to(
    line: wire.Line, number: str, ear: Ear, *, told: int | None = None
) -> tuple[wire.Call, wire.Address]:
    """Call, with the ear's own port in SDP or the one that is told; the call and where its media goes."""
    call = wire.Call(line, number, wire.sdp(ear.port if told is None else told))
    call.begin()
    answer = await call.reply()
    assert answer.status == 200, answer.start
    call.ack()
    return call, wire.media_address(answer.body)


async def hang_up(call: wire.Call) -> None:
    """End a call that must still be there."""
    assert not call.over.is_set(), "the switch ended the call"
    call.bye()
    assert (await call.reply("BYE")).status == 200


def strangers(chance: random.Random, ears: list[Ear], media: wire.Address) -> list[Fuzzer]:
    """Fuzzers that are not the far end."""
    return [Fuzzer(ear, media, chance) for ear in ears]


def test_echo_survives_and_is_heard(switch: Switch) -> None:
    asyncio.run(_echo(switch, random.Random(3550), ticks=400))


async def _echo(switch: Switch, chance: random.Random, ticks: int) -> None:
    line = await wire.open_udp(switch.sip)
    ear, other, foreign = await open_ear(), await open_ear(), await open_ear(STRANGER)
    call, media = await call_to(line, "4900", ear)
    ear.say(media)
    assert await ear.wait_heard(1) == 1
    own = Fuzzer(ear, media, chance)
    others = strangers(chance, [other, foreign], media)
    for _ in range(ticks):
        ear.say(media)
        for fuzzer in (own, *others):
            fuzzer.anything()
            fuzzer.harmless()
        other.say(media)
        foreign.say(media)
        await asyncio.sleep(TICK)
    wanted = int(len(ear.said) * HEARD)
    heard = await ear.wait_heard(wanted)
    assert heard >= wanted, f"heard {heard} of {len(ear.said)}"
    assert not ear.heard & (other.said | foreign.said), "a stranger was heard"
    assert not other.packets + foreign.packets, "a stranger was answered"
    await hang_up(call)
    for closing in (line, ear, other, foreign):
        closing.close()


def test_bridge_survives_and_both_sides_are_heard(switch: Switch) -> None:
    asyncio.run(_bridge(switch, random.Random(4961), ticks=400))


async def _bridge(switch: Switch, chance: random.Random, ticks: int) -> None:
    line, phone = await wire.open_udp(switch.sip), await wire.open_udp(switch.sip, (HOST, CALLEE))
    caller, callee, other, foreign = [await open_ear(host) for host in (HOST, HOST, HOST, STRANGER)]
    rung: list[wire.Address] = []

    def answer(message: wire.Message, line: wire.Line, source: wire.Address) -> None:
        if message.method == "INVITE":
            rung.append(wire.media_address(message.body))
            contact = [("Contact", f"<sip:phone@{HOST}:{CALLEE}>")]
            line.send(
                wire.answer_to(message, 200, tag="b", headers=contact, body=wire.sdp(callee.port)), source
            )
        elif message.method != "ACK":
            line.send(wire.answer_to(message, 200), source)

    phone.stray = answer
    call, media = await call_to(line, "5900", caller)
    sides = ((caller, media), (callee, rung[0]))
    for ear, at in sides:
        ear.say(at)
    assert await callee.wait_heard(1, caller.said) == await caller.wait_heard(1, callee.said) == 1
    fuzzers = [
        fuzzer
        for ear, at in sides
        for fuzzer in (Fuzzer(ear, at, chance), *strangers(chance, [other, foreign], at))
    ]
    for _ in range(ticks):
        for ear, at in sides:
            ear.say(at)
            other.say(at)
            foreign.say(at)
        for fuzzer in fuzzers:
            fuzzer.anything()
            fuzzer.harmless()
        await asyncio.sleep(TICK)
    for ear, far in ((callee, caller), (caller, callee)):
        wanted = int(len(far.said) * HEARD)
        heard = await ear.wait_heard(wanted, far.said)
        assert heard >= wanted, f"heard {heard} of {len(far.said)}"
        assert not ear.heard & (other.said | foreign.said), "a stranger was heard"
    await hang_up(call)
    for closing in (line, phone, caller, callee, other, foreign):
        closing.close()


FREQUENCY = 1000.0


def tone(number: int) -> bytes:
    """20 ms of a sine in mu-law (G.711), frame by frame without a seam."""
    at = (np.arange(160) + number * 160) / 8000
    return bytes(_mu_law(int(8000 * math.sin(2 * math.pi * FREQUENCY * second))) for second in at)


def _mu_law(sample: int) -> int:
    """ITU-T G.711 section 3.2, as in its well-known form with a bias of 132."""
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


def test_recording_survives_and_holds_the_right_sound(switch: Switch) -> None:
    folder = switch.site / "recordings"
    before = set(folder.glob("*.wav"))
    asyncio.run(_record(switch, random.Random(4733)))
    (made,) = wait_for(lambda: set(folder.glob("*.wav")) - before, "the recording")
    assert tone_share(made) > 0.9


async def _record(switch: Switch, chance: random.Random) -> None:
    """Speak a tone for two seconds among packets that must be dropped, then let go everything else."""
    line = await wire.open_udp(switch.sip)
    ear, other, foreign = await open_ear(), await open_ear(), await open_ear(STRANGER)
    call, media = await call_to(line, "4902", ear)
    own = Fuzzer(ear, media, chance)
    others = strangers(chance, [other, foreign], media)
    start = asyncio.get_running_loop().time()
    for number in range(150):
        ear.say(media, tone(number))
        for _ in range(5):
            own.harmless()
            for fuzzer in others:
                fuzzer.harmless()
        for stranger in (other, foreign):
            stranger.say(media)
        await asyncio.sleep(max(0.0, start + (number + 1) * 0.02 - asyncio.get_running_loop().time()))
    # The key that ends the recording, as named event 11.
    for end in (0, 0, 0x80, 0x80):
        key = struct.pack("!BBH", 11, end, 800)
        ear.transport.sendto(wire.rtp(40_000 + end, 99, ear.ssrc, key, payload_type=101), media)
    for _ in range(500):
        own.anything()
        for fuzzer in others:
            fuzzer.anything()
    await hang_up(call)
    for closing in (line, ear, other, foreign):
        closing.close()


def tone_share(path: Path) -> float:
    """How much of the power in the left channel's sounding middle second is the tone."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, 0].astype(float)
    loud = np.flatnonzero(np.abs(samples) > 1000)
    assert len(loud), "the recording is silent"
    middle = (loud[0] + loud[-1]) // 2
    second = samples[max(0, middle - 4000) : middle + 4000]
    spectrum = np.abs(np.fft.rfft(second * np.hanning(len(second)))) ** 2
    peak = round(FREQUENCY * len(second) / 8000)
    return float(spectrum[peak - 5 : peak + 6].sum() / spectrum.sum())


def test_far_end_behind_nat_on_the_last_port(switch: Switch) -> None:
    """Its RTCP would be on port 65536, which there is not."""
    asyncio.run(_last_port(switch))


async def _last_port(switch: Switch) -> None:
    line = await wire.open_udp(switch.sip)
    loop = asyncio.get_running_loop()
    _, far = await loop.create_datagram_endpoint(Ear, local_addr=(HOST, 65535))
    call, media = await call_to(line, "4900", far, told=9)
    await far.talk(media, 90, every=0.05)  # until its first report was due (RFC 3550 6.2)
    assert far.packets > 45
    await hang_up(call)
    for closing in (line, far):
        closing.close()


def test_every_spoilt_offer_is_answered(switch: Switch) -> None:
    outcomes = asyncio.run(_offers(switch, random.Random(8866), OFFERS))
    assert outcomes.keys() <= {200, 400, 415, 488}, outcomes
    assert min(outcomes[200], outcomes[400], outcomes[488]) > OFFERS // 60, outcomes


async def _offers(switch: Switch, chance: random.Random, count: int) -> Counter[int]:
    line = await wire.open_udp(switch.sip)
    ear = await open_ear()
    outcomes: Counter[int] = Counter()
    gate = asyncio.Semaphore(40)

    async def offer() -> None:
        async with gate:
            body = rich_offer(ear.port, chance)
            call = wire.Call(line, chance.choice(("4900", "4902")), spoil_offer(body, chance))
            call.begin()
            status = (await call.reply()).status
            outcomes[status] += 1
            if status == 200:
                call.ack()
                await hang_up(call)
            call.forget()

    await asyncio.gather(*(offer() for _ in range(count)))
    line.close()
    ear.close()
    return outcomes


def rich_offer(port: int, chance: random.Random) -> bytes:
    """An offer with much in it that can be spoilt."""
    lines = wire.sdp(port).decode().split("\r\n")[:-1]
    extra = ["b=AS:64", "a=maxptime:60", f"a=rtcp:{port + 1} IN IP4 {HOST}", "a=rtcp-mux", "a=ssrc:1 cname:x"]
    extra += ["a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1", "m=video 4002 RTP/AVP 31", "a=inactive"]
    extra += ["m=audio 4004 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x", "k=clear:x", "z=0 0"]
    return "\r\n".join([*lines, *chance.sample(extra, chance.randint(0, 6)), ""]).encode()


def spoil_offer(body: bytes, chance: random.Random) -> bytes:
    """Spoil bytes, lines, or single fields of an offer."""
    if chance.random() < 0.4:
        return spoil(body, chance, BYTES) or b"\0"
    lines = body.decode("utf-8", "surrogateescape").split("\r\n")
    at = chance.randrange(len(lines))
    fields = lines[at].split(" ")
    nasty = (
        "",
        "-1",
        "0",
        "65535",
        "65536",
        "99999999999999999999",
        "\udcff",
        "::1",
        "0.0.0.0",
        "224.2.1.1",
        "a" * 2000,
    )
    action = chance.randrange(4)
    if action == 0:
        del lines[at]
    elif action == 1:
        lines.insert(chance.randrange(len(lines)), lines[at])
    elif action == 2:
        chance.shuffle(lines)
    else:
        fields[chance.randrange(len(fields))] = chance.choice((*nasty, "IP6", "RTP/SAVP", "9" * 5000))
        lines[at] = " ".join(fields)
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") or b"\0"
