"""A switch with short timers for robustness tests, what it must look like afterwards, a call that must work.

Everything goes over the wire; figures come from /metrics.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from tests.support import wire
from tests.support.ports import HOST, wait_for
from tests.support.switch import Switch

# 64*T1, the longest wait of a call that ends, is 3.2 s. Timer D (RFC 3261 17.1.1.2) stays at 32 s.
SIP_TIMERS = {"t1": 0.05, "t2": 0.2, "t4": 0.2, "ring_timeout": 3}
DEAD_AFTER = 2.0
# Above those that Linux hands out by itself; the switch steps over pairs that another program holds.
RTP_PORTS = 61_000, 64_999

# Gauges that are back at what they were once every call is over.
GAUGES = (
    "hotline_calls",
    "hotline_dialogs",
    "hotline_transactions",
    "hotline_tcp_connections",
    "hotline_media_legs",
    "hotline_rtp_ports_in_use",
    "hotline_recordings",
    "hotline_tasks",
    "process_open_fds",
)


def own_address() -> str:
    """A loopback address that nobody else uses: every port of it is free."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"


def metrics(http: tuple[str, int]) -> dict[str, float]:
    """What /metrics says, by name; of those with labels the sum."""
    figures: dict[str, float] = {}
    for name, value in _samples(http):
        name = name.partition("{")[0]
        figures[name] = figures.get(name, 0.0) + value
    return figures


def events(http: tuple[str, int]) -> Counter[str]:
    """How many events of each kind the journal was given."""
    kind = re.compile(r'hotline_events_total\{kind="(\w+)"\}')
    return Counter({found[1]: int(value) for name, value in _samples(http) if (found := kind.match(name))})


def _samples(http: tuple[str, int]) -> Iterator[tuple[str, float]]:
    with urllib.request.urlopen(f"http://{http[0]}:{http[1]}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                yield name, float(value)


def gauges(switch: Switch) -> dict[str, float]:
    """Those figures that must come back."""
    figures = metrics(switch.http)
    return {name: figures[name] for name in GAUGES}


# How loggers and Twisted say that something went wrong inside.
_WRONG = re.compile(r"\[(error|critical) *\]|Traceback|Unhandled|Exception ignored")


class Tidy:
    """Sees that what was done to a switch leaves nothing behind.

    Args:
        switch: made by `start`; its log must not hide level info, which is where a voice is seen to be ready.
    """

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        if "  voice " in switch.log():  # its worker and what it speaks ahead come and go on their own
            wait_for(
                lambda: "prompts are synthesised" in switch.log(), "the voice to be ready", 60, every=0.1
            )
        check_call(switch)
        self.before: dict[str, float] = {}
        wait_for(self._is_idle, f"the switch to be idle; {self.before}", 10, every=0.1)

    def _is_idle(self) -> bool:
        self.before = gauges(self._switch)
        return self.before["hotline_transactions"] == 0 and self.before["hotline_calls"] == 0

    def check(self, timeout: float = 15.0) -> None:
        """Assert that the switch works, and that nothing is left of all calls."""
        check_call(self._switch)
        left: dict[str, float] = {}

        def settled() -> bool:
            now = gauges(self._switch)
            left.clear()
            # More than before is a leak; fewer tasks are those of the start that have ended since.
            left.update({name: now[name] - value for name, value in self.before.items() if now[name] > value})
            return not left

        try:
            wait_for(settled, "", timeout, every=0.1)
        except AssertionError:
            raise AssertionError(f"left behind after {timeout:g} s: {left}") from None


class LogWatch:
    """What a switch logs from now on.

    Args:
        switch: made by `start`.
    """

    def __init__(self, switch: Switch) -> None:
        self._path = switch.site.parent / "switch.log"
        self._mark = self._path.stat().st_size

    def check(self) -> None:
        """Assert that it logged no mistake of its own."""
        with self._path.open("rb") as file:
            file.seek(self._mark)
            text = file.read().decode("utf-8", "replace")
        wrong = _WRONG.search(text)
        assert wrong is None, text[max(0, wrong.start() - 500) : wrong.start() + 6000]


def check_call(switch: Switch) -> None:
    """Call the echo, and hear what was said."""
    asyncio.run(_check_call(switch.sip))


async def _check_call(sip: wire.Address) -> None:
    line = await wire.open_udp(sip)
    ear = await open_ear()
    try:
        call = wire.Call(line, "4900", wire.sdp(ear.port))
        call.begin()
        answer = await call.reply()
        assert answer.status == 200, answer.start
        call.ack()
        await ear.talk(wire.media_address(answer.body), frames=15)
        heard = await ear.wait_heard(12)
        assert heard >= 12, f"heard {heard} of 15 frames of the echo"
        call.bye()
        assert (await call.reply("BYE")).status == 200
    finally:
        ear.close()
        line.close()


class Ear(asyncio.DatagramProtocol):
    """An RTP socket that talks in frames which can be told apart, and counts those that it hears.

    Args:
        keep: remember what was said and heard.

    Attributes:
        said, heard: payloads, each once.
        packets: of RTP that came.
    """

    def __init__(self, keep: bool = True) -> None:
        self._keep = keep
        self.ssrc = random.getrandbits(32)
        self.said: set[bytes] = set()
        self.heard: set[bytes] = set()
        self.packets = 0
        self._news = asyncio.Event()
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: wire.Address) -> None:
        if len(data) > 1 and 192 <= data[1] <= 223:
            return  # RTCP (RFC 5761 section 4): a far end behind NAT may send it from any port of its host
        self.packets += 1
        if self._keep:
            self.heard.add(data[12:])
            self._news.set()

    def say(self, to: wire.Address, payload: bytes | None = None) -> None:
        """Send one 20 ms packet; its sound is random, so that it is told apart from all others."""
        payload = random.randbytes(160) if payload is None else payload
        if self._keep:
            self.said.add(payload)
        self.transport.sendto(wire.rtp(self._sequence, self._timestamp, self.ssrc, payload), to)
        self._sequence += 1
        self._timestamp += 160

    async def talk(
        self, to: wire.Address, frames: int, every: float = 0.01, payload: bytes | None = None
    ) -> None:
        """Send so many packets."""
        for _ in range(frames):
            self.say(to, payload)
            await asyncio.sleep(every)

    async def wait_heard(self, frames: int, of: set[bytes] | None = None, seconds: float = 3.0) -> int:
        """How many of the frames in `of` (by default our own) were heard, as soon as that is `frames`."""
        wanted = self.said if of is None else of
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(wanted & self.heard) < frames:
                    self._news.clear()
                    await self._news.wait()
        return len(wanted & self.heard)

    def close(self) -> None:
        """Close the socket."""
        self.transport.close()


async def open_ear(host: str = HOST, *, keep: bool = True) -> Ear:
    """An RTP socket."""
    loop = asyncio.get_running_loop()
    _, ear = await loop.create_datagram_endpoint(lambda: Ear(keep), local_addr=(host, 0))
    return ear


def start(folder: Path, more: Mapping[str, Any] | None = None) -> Switch:
    """A switch with short timers, and ports enough for calls that nobody ends.

    Args:
        folder: for its site.
        more: further settings.
    """
    first, last = RTP_PORTS
    rtp = {"dead_after": DEAD_AFTER, "first_port": first, "last_port": last}
    return Switch(folder, {"sip": dict(SIP_TIMERS), "rtp": rtp, **(more or {})})
