"""The other side of a leg for tests: a telephone's RTP and RTCP sockets, with packet code of its own.

It shares no code with the engine's packets, so that a mistake there is not made twice here.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import itertools
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import uvloop
from numpy.typing import NDArray

from telephony.media.engine import Engine
from telephony.media.interface import KeysAs
from telephony.media.latching import MediaHosts
from telephony.media.leg import Leg
from telephony.net.rtp_ports import PortPool
from telephony.rtp.codecs import CODECS
from telephony.sdp.offer_answer import Codec, MediaDirection, Negotiated
from tests.support.ports import free_port

HOST = "127.0.0.1"
SIGNALS = MediaHosts(HOST)
PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}
EVENTS = 101
TIMEOUT = 8.0


def on_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test on a fresh uvloop; an exception in any callback fails it."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        failures: list[dict[str, Any]] = []

        async def guarded() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
            await test(**fixtures)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(guarded())
        assert not failures, failures

    # pytest must see the fixtures that the test asks for, and a plain function.
    run.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    return run


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it came."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    at: float


class FarEnd:
    """A telephone that sends what it is told and keeps what it gets."""

    def __init__(self, codec: str = "PCMU", *, events: int | None = EVENTS, ssrc: int = 0x1234) -> None:
        self.codec = codec
        self.events = events
        self.ssrc = ssrc
        self.sequence = 65500  # soon to wrap
        self.timestamp = 0xFFFFF000
        self.received: list[Packet] = []
        self.control: list[bytes] = []
        self.target: tuple[str, int] = (HOST, 9)
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self.rtp = self._open(self._on_rtp)
        self.rtcp = self._open(self._on_rtcp)
        self._talking: asyncio.TimerHandle | None = None

    def _open(self, read: Callable[[socket.socket], None]) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((HOST, 0))
        self._loop.add_reader(sock, read, sock)
        return sock

    def close(self) -> None:
        """Hang up, so to say."""
        if self._talking is not None:
            self._talking.cancel()
        for sock in (self.rtp, self.rtcp):
            self._loop.remove_reader(sock)
            sock.close()

    # --- what it gets

    def _on_rtp(self, sock: socket.socket) -> None:
        data = sock.recv(4096)
        first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        assert first == 0x80, "the engine sends plain headers only"
        number = second & 0x7F
        at = self._loop.time()
        self.received.append(Packet(second >= 0x80, number, sequence, timestamp, ssrc, data[12:], at))
        self._news.set()

    def _on_rtcp(self, sock: socket.socket) -> None:
        self.control.append(sock.recv(4096))
        self._news.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that came makes the condition true.

        Raises:
            AssertionError: it did not in time; says what did come.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                while not condition():
                    await self._news.wait()
                    self._news.clear()
        except TimeoutError:
            came = [(one.sequence, one.timestamp, one.ssrc, round(one.at, 3)) for one in self.received]
            raise AssertionError(f"until now {len(self.control)} reports and {came} came") from None

    def speech(self) -> list[Packet]:
        """Without keys."""
        return [packet for packet in self.received if packet.payload_type != self.events]

    def key_packets(self) -> list[Packet]:
        """Keys only."""
        return [packet for packet in self.received if packet.payload_type == self.events]

    def heard(self) -> NDArray[np.int16]:
        """All speech that came, in order of its arrival."""
        return CODECS[self.codec].decode(b"".join(packet.payload for packet in self.speech()))

    # --- what it sends

    def send(self, payload: bytes, *, payload_type: int | None = None, marker: bool = False) -> None:
        """Send the next packet in order."""
        number = PAYLOAD_TYPES[self.codec] if payload_type is None else payload_type
        self.send_as(number, self.sequence, self.timestamp, payload, marker=marker)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + len(payload)) & 0xFFFFFFFF

    def send_as(
        self, number: int, sequence: int, timestamp: int, payload: bytes, *, marker: bool = False
    ) -> None:
        """Send any packet."""
        second = number | (0x80 if marker else 0)
        header = struct.pack("!BBHII", 0x80, second, sequence, timestamp, self.ssrc)
        self.rtp.sendto(header + payload, self.target)

    def press(self, digit: str, *, steps: int = 4) -> None:
        """Press a key: `steps` packets while it is held, then three ends (RFC 4733)."""
        assert self.events is not None
        event = "0123456789*#ABCD".index(digit)
        for step in range(1, steps + 4):
            end = 0x80 if step > steps else 0
            held = min(step, steps) * 160
            payload = struct.pack("!BBH", event, end | 10, held)
            self.send_as(self.events, self.sequence, self.timestamp, payload, marker=step == 1)
            self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + (steps + 2) * 160) & 0xFFFFFFFF

    def blurt(self, samples: NDArray[np.int16]) -> None:
        """Say it all at once, faster than speech."""
        data = CODECS[self.codec].encode(samples)
        for at in range(0, len(data), 160):
            self.send(data[at : at + 160])

    def talk(self, samples: NDArray[np.int16]) -> asyncio.Future[None]:
        """Say something at the pace of speech; the future is done with the last packet."""
        data = CODECS[self.codec].encode(samples)
        done: asyncio.Future[None] = self._loop.create_future()
        start = self._loop.time()

        def step(number: int) -> None:
            self.send(data[number * 160 : number * 160 + 160], marker=number == 0)
            if (number + 1) * 160 >= len(data):
                done.set_result(None)
            else:
                self._talking = self._loop.call_at(start + (number + 1) * 0.02, step, number + 1)

        step(0)
        return done


def agreed(
    far: FarEnd,
    *,
    direction: MediaDirection = MediaDirection.SENDRECV,
    address: str = HOST,
    port: int | None = None,
    hold: bool = False,
) -> Negotiated:
    """What SDP would have agreed with this far end."""
    number = PAYLOAD_TYPES[far.codec]
    return Negotiated(
        remote_address=address,
        remote_port=far.rtp.getsockname()[1] if port is None else port,
        remote_rtcp=(address, far.rtcp.getsockname()[1]),
        codec=Codec(number, far.codec, 8000),
        receive={number: far.codec},
        dtmf_send=far.events,
        dtmf_receive=far.events,
        ptime_ms=20,
        direction=direction,
        remote_hold=hold,
    )


class Rig:
    """An engine, and telephones connected to legs of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._far_ends: list[FarEnd] = []

    def far_end(self, codec: str = "PCMU", **how: Any) -> FarEnd:
        """A telephone that is not connected yet."""
        far = FarEnd(codec, **how)
        self._far_ends.append(far)
        return far

    def call(self, codec: str = "PCMU", *, keys: KeysAs = KeysAs.AUTO, **how: Any) -> tuple[Leg, FarEnd]:
        """A leg in a call with a telephone."""
        far = self.far_end(codec, **how)
        leg = self.engine.open_leg(keys=keys)
        far.target = (leg.address, leg.port)
        leg.apply(agreed(far), SIGNALS)
        return leg, far

    def close(self) -> None:
        """End it all."""
        self.engine.close()
        for far in self._far_ends:
            far.close()


_PORTS = 400


@functools.cache
def _ports() -> int:
    return free_port(_PORTS)


@contextlib.asynccontextmanager
async def a_rig() -> AsyncIterator[Rig]:
    """An engine on the running loop; afterwards all its ports must be back.

    They are this process's own: a late packet of another one's telephone would draw the sound to it.
    """
    pool = PortPool(HOST, _ports(), _ports() + _PORTS - 1)
    rig = Rig(Engine(asyncio.get_running_loop(), [pool]))
    try:
        yield rig
    finally:
        rig.close()
        assert pool.in_use == 0


def sine(hertz: float, seconds: float, dbfs: float = -15.0) -> NDArray[np.int16]:
    """A tone of so many dB (RMS) below full scale."""
    time = np.arange(int(seconds * 8000)) / 8000
    return (32767 * 10 ** (dbfs / 20) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def level(samples: NDArray[np.int16], hertz: float) -> float:
    """Level of one frequency in dBFS (RMS), by correlation."""
    time = np.arange(len(samples)) / 8000
    phasor = np.mean(samples * np.exp(-2j * np.pi * hertz * time)) * np.sqrt(2)
    return float(20 * np.log10(max(abs(phasor), 1e-3) / 32768))


def strongest(samples: NDArray[np.int16]) -> float:
    """The frequency of the highest peak of the spectrum, to within the spectrum's step."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 8000 / len(samples))


def steps(numbers: Sequence[int], modulus: int) -> set[int]:
    """The differences between neighbours, modulo."""
    return {(after - before) % modulus for before, after in itertools.pairwise(numbers)}


async def until_read(leg: Leg, packets: int) -> None:
    """Wait until the engine has read so many good packets in all on a leg."""
    async with asyncio.timeout(TIMEOUT):
        while leg.stats().packets_received < packets:  # noqa: ASYNC110 (the engine tells nobody)
            await asyncio.sleep(0)
