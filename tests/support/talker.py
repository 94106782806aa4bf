"""A caller with a voice: plays sounds into a call over RTP, presses keys, and notes what it hears and when.

It sends 20 ms of mu-law at an even pace for as long as the call lasts, as a telephone does: silence or noise
while nothing is said. Times are those of the event loop's clock when packets were sent and came in. Sounds
are made in `sounds.py`, signalling is left to `wire.py`; like both, this shares no code with the switch.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np

from tests.support import wire
from tests.support.sounds import FRAME, LOUD, Sound, decode, gap, payloads

SECONDS = 0.02

EVENTS = "0123456789*#ABCD"
EVENT_TYPE = 101
PRESS_FRAMES = 5


class HungUp(AssertionError):
    """The switch hung up before what was waited for."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when; seconds of the loop's clock."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class _Packet:
    """What is sent in one tick.

    Args:
        payload: None for the background.
        event: which packet of a key's press it is, from 0; None for sound.
    """

    payload: bytes | None
    event: int | None = None


@dataclass(slots=True)
class _Sending:
    """Packets on their way, and when the first and the last of them went."""

    over: asyncio.Future[None]
    begin: float = 0.0
    end: float = 0.0

    def sent(self, now: float, *, last: bool) -> None:
        """One went."""
        self.begin, self.end = self.begin or now, now
        if last and not self.over.done():
            self.over.set_result(None)


class Talker(asyncio.DatagramProtocol):
    """One caller in one call; `calling` opens it.

    Args:
        number: the caller's own, as the switch sees it.
        background: noise around it, over and over, also while it speaks; None for silence.

    Attributes:
        heard: what came, frame by frame: when, and its RMS.
        done: when the last thing that it said, pressed or waited for was over.
    """

    def __init__(self, number: str, background: Sound | None = None) -> None:
        self.number = number
        self.heard: list[tuple[float, float]] = []
        self.done = 0.0
        self.call: _Call
        self._sounds: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._to: wire.Address = ("", 0)
        self._ssrc = random.getrandbits(32)
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self._waiting: deque[_Packet] = deque()
        self._sending: _Sending | None = None
        self._background = gap(SECONDS) if background is None else background
        self._quiet = payloads(self._background)
        self._ticks = 0
        self._begun = 0.0
        self._ticking: asyncio.TimerHandle | None = None

    # --- what a caller does

    async def say(self, sound: Sound) -> Span:
        """Say something to its end; returns when its first and its last sample were sent."""
        around = np.resize(self._background, len(sound)).astype(np.int32)
        mixed = np.clip(sound + around, -32768, 32767).astype(np.int16)
        return await self._send([_Packet(payload) for payload in payloads(mixed)])

    async def press(self, keys: str) -> Span:
        """Press keys (RFC 4733), 100 ms each; `begin` is the first packet of the first key."""
        spans = [await self._send([*_key(key), *[_Packet(None)] * 3]) for key in keys]
        return Span(spans[0].begin, spans[-1].end)

    async def wait(self, seconds: float) -> None:
        """Say nothing for so long: a pause in what is said."""
        await self._send([_Packet(None)] * round(seconds / SECONDS))

    async def prompt(self, quiet: float = 0.3, *, after: float | None = None, seconds: float = 20.0) -> Span:
        """Hear the next prompt to its end, which is so much silence; returns when it sounded.

        Args:
            quiet: seconds; longer than the pauses within the prompt.
            after: the prompt sounds after this time; `done` when left out.
            seconds: how long to wait for its beginning, and how long it may be.
        """
        begin = await self.sound(after=after, seconds=seconds)
        end = await self.silence(quiet, after=begin, seconds=seconds)
        return Span(begin, end)

    async def sound(self, *, after: float | None = None, seconds: float = 20.0) -> float:
        """Wait until something is heard after a time (`done`), and say when it began."""
        since = self.done if after is None else after
        position = 0

        def found() -> float | None:
            nonlocal position
            while position < len(self.heard):
                at, level = self.heard[position]
                if at > since and level > LOUD:
                    return at
                position += 1
            return None

        self.done = await self._until(found, seconds, "sound")
        return self.done

    def hears(self) -> bool:
        """Whether something is heard now."""
        recent = self._loop.time() - 0.1
        return any(at > recent and level > LOUD for at, level in self.heard[-5:])

    def last_sound(self) -> float:
        """When the last sound was heard; 0.0 for never."""
        return next((at for at, level in reversed(self.heard) if level > LOUD), 0.0)

    async def silence(
        self, quiet: float = 0.3, *, after: float | None = None, seconds: float = 20.0
    ) -> float:
        """Wait until nothing has been heard for `quiet` seconds; returns when the last sound came."""
        since = self.done if after is None else after
        position, last = 0, since

        def found() -> float | None:
            nonlocal position, last
            while position < len(self.heard):
                at, level = self.heard[position]
                if at > last and level > LOUD:
                    if at - last > quiet:
                        return last
                    last = at
                position += 1
            return last if self._loop.time() - last > quiet else None

        end = await self._until(found, seconds, "silence")
        self.done = max(self.done, end)
        return end

    def hang_up(self) -> None:
        """Hang up at once, in mid-sentence."""
        self._waiting.clear()
        if self._sending is not None:
            self._sending.sent(self._loop.time(), last=True)
        self.call.bye()

    async def ended(self, seconds: float = 20.0) -> None:
        """Wait until the switch hangs up."""
        await asyncio.wait_for(self.call.over.wait(), seconds)

    def recording(self, span: Span) -> Sound:
        """What was heard in a span of time."""
        frames = [
            payload
            for (at, _), payload in zip(self.heard, self._sounds, strict=True)
            if span.begin <= at <= span.end
        ]
        return decode(b"".join(frames))

    # --- the stream

    def start(self, to: wire.Address) -> None:
        """Begin to send."""
        self._to = to
        self._begun = self.done = self._loop.time()
        self._tick()

    def close(self) -> None:
        """Send no more, and close the socket."""
        if self._ticking is not None:
            self._ticking.cancel()
        self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: wire.Address) -> None:
        if len(data) != 12 + FRAME or data[1] & 0x7F:
            return  # no mu-law
        payload = data[12:]
        samples = decode(payload).astype(np.float64)
        self.heard.append((self._loop.time(), float(np.sqrt(samples @ samples / FRAME))))
        self._sounds.append(payload)
        self._news.set()

    def _tick(self) -> None:
        """Send what is due, by an even clock: a late tick is made up for."""
        now = self._loop.time()
        while self._begun + self._ticks * SECONDS <= now:
            self._send_frame()
            self._ticks += 1
        self._ticking = self._loop.call_at(self._begun + self._ticks * SECONDS, self._tick)

    def _send_frame(self) -> None:
        packet = self._waiting.popleft() if self._waiting else _Packet(None)
        payload = packet.payload or self._quiet[self._ticks % len(self._quiet)]
        timestamp, kind = self._timestamp, 0
        if packet.event is not None:
            # All packets of a key have the time at which it was pressed (RFC 4733 2.4.1.1).
            timestamp, kind = timestamp - FRAME * packet.event, EVENT_TYPE
        data = bytearray(wire.rtp(self._sequence, timestamp, self._ssrc, payload, payload_type=kind))
        if packet.event == 0:
            data[1] |= 0x80
        self.transport.sendto(bytes(data), self._to)
        self._sequence += 1
        self._timestamp += FRAME
        if self._sending is not None:
            self._sending.sent(self._loop.time(), last=not self._waiting)

    async def _send(self, packets: list[_Packet]) -> Span:
        assert self._sending is None, "one thing at a time"
        self._waiting.extend(packets)
        self._sending = sending = _Sending(self._loop.create_future())
        try:
            await sending.over
        finally:
            self._sending = None
        self.done = sending.end
        return Span(sending.begin, sending.end)

    async def _until(self, found: Callable[[], float | None], seconds: float, what: str) -> float:
        deadline = self._loop.time() + seconds
        while (at := found()) is None:
            if self.call.over.is_set():
                raise HungUp(f"the call was over before {what}")
            assert self._loop.time() < deadline, f"no {what} within {seconds:g} s"
            self._news.clear()
            try:
                # The switch may send nothing at all, and that is silence too.
                await asyncio.wait_for(self._news.wait(), 0.05)
            except TimeoutError:
                continue
        return at


class _Call(wire.Call):
    """A call with a telephone number of its own."""

    own = "wire"

    def request(
        self,
        method: str,
        body: bytes = b"",
        *,
        cseq: int | None = None,
        branch: str | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> bytes:
        message = wire.Call.request(self, method, body, cseq=cseq, branch=branch, headers=headers)
        return message.replace(b'From: "Wire" <sip:wire@', f"From: <sip:{self.own}@".encode(), 1)


@asynccontextmanager
async def calling(
    sip: wire.Address, number: str, own: str, *, background: Sound | None = None
) -> AsyncIterator[Talker]:
    """Call a number and talk; hangs up at the end.

    Args:
        sip: where the switch listens.
        number: whom to call.
        own: the caller's number.
        background: see `Talker`.
    """
    loop = asyncio.get_running_loop()
    _, talker = await loop.create_datagram_endpoint(
        lambda: Talker(own, background), local_addr=(wire.HOST, 0)
    )
    line = await wire.open_udp(sip)
    try:
        port = talker.transport.get_extra_info("sockname")[1]
        talker.call = call = _Call(line, number, wire.sdp(port, formats="0 101"))
        call.own = own
        call.begin()
        answer = await call.reply(seconds=15)
        assert answer.status == 200, answer.start
        call.ack()
        talker.start(wire.media_address(answer.body))
        yield talker
        if not call.over.is_set():
            call.bye()
            await call.reply("BYE")
    finally:
        talker.close()
        line.close()


def _key(key: str) -> list[_Packet]:
    """A key's press: its duration grows, and its end is sent three times (RFC 4733 2.5.1.4)."""
    code = EVENTS.index(key)
    durations = [*range(1, PRESS_FRAMES), *[PRESS_FRAMES] * 3]
    return [
        _Packet(
            struct.pack("!BBH", code, (0x80 if frames == PRESS_FRAMES else 0) | 10, frames * FRAME), number
        )
        for number, frames in enumerate(durations)
    ]
