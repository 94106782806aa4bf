"""The embedded media engine: makes legs, connects them, and keeps the clocks that they share.

Built once by the composition root. What a leg does is in `leg`, what is played comes from `prompts` and
`tones`.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Sequence

from telephony.media.bridge import LegBridge
from telephony.media.interface import EngineCounters, KeysAs, LegStats, MediaError, MediaLeg
from telephony.media.leg import Leg
from telephony.media.mixer import LegConference, open_conference
from telephony.media.recorder import RecordingWriter
from telephony.media.services import LegServices
from telephony.media.tick import Ticker
from telephony.net.randomness import BLOCK_RANDOM
from telephony.net.rtp_ports import DatagramReader, PortPool

HOUSEKEEPING_SECONDS = 0.5


class Engine:
    """`interface.MediaEngine` inside this process.

    Args:
        loop: on which everything happens; only asyncio's own methods are used.
        pools: port ranges, at most one for each address family.
        chance: random numbers for SSRCs, first sequence numbers and timestamps (which should not be guessed)
            and the spreading of reports.

    Raises:
        ValueError: no pool, or two of one family.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pools: Sequence[PortPool],
        *,
        chance: random.Random | None = None,
    ) -> None:
        self._pools = {pool.family: pool for pool in pools}
        if not pools or len(self._pools) != len(pools):
            raise ValueError("one port pool for each address family, and at least one")
        self._loop = loop
        chance = chance or BLOCK_RANDOM
        self._services = LegServices(
            ticker=Ticker(loop, time.monotonic),
            reader=DatagramReader(loop),
            writer=RecordingWriter(loop),
            clock=time.monotonic,
            unix_clock=time.time,
            chance=chance,
            # RFC 7022 4.2: 96 random bits say nothing about the machine.
            cname=f"{chance.getrandbits(96):024x}",
        )
        self._legs: dict[Leg, None] = {}
        self._opened = 0
        self._ended = LegStats()
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def open_leg(
        self,
        family: socket.AddressFamily = socket.AF_INET,
        *,
        dead_after: float = 0.0,
        awaits_proof: bool = False,
        keys: KeysAs = KeysAs.AUTO,
    ) -> Leg:
        """Open a leg; see `interface.MediaEngine.open_leg`.

        Raises:
            PortsExhausted: no port left.
            MediaError: no address of that family, or the engine is closed.
        """
        if self._is_closed:
            raise MediaError("the engine is closed")
        pool = self._pools.get(family)
        if pool is None:
            raise MediaError(f"no RTP ports for {family.name}")
        leg = Leg(
            self._services,
            pool,
            self._leg_closed,
            dead_after=dead_after,
            awaits_proof=awaits_proof,
            keys=keys,
        )
        self._legs[leg] = None
        self._opened += 1
        if self._timer is None:
            self._timer = self._loop.call_later(HOUSEKEEPING_SECONDS, self._housekeeping)
        return leg

    def bridge(self, a: MediaLeg, b: MediaLeg) -> LegBridge:
        """Connect two legs. Raises `MediaError` when one is connected already, closed, or not ours."""
        if not isinstance(a, Leg) or not isinstance(b, Leg):
            raise MediaError("a leg of another engine")
        return LegBridge(a, b)

    def conference(self, legs: Sequence[MediaLeg] = ()) -> LegConference:
        """Connect several legs. Raises `MediaError` as for `bridge`."""
        return open_conference(self._services.ticker, legs)

    def counters(self) -> EngineCounters:
        """The figures so far."""
        live = [leg.stats() for leg in self._legs]
        pools = self._pools.values()
        schedule = self._services.ticker.schedule
        return EngineCounters(
            legs=len(self._legs),
            legs_opened=self._opened,
            ports_in_use=sum(pool.in_use for pool in pools),
            ports_capacity=sum(pool.capacity for pool in pools),
            packets_received=self._ended.packets_received + sum(stats.packets_received for stats in live),
            packets_sent=self._ended.packets_sent + sum(stats.packets_sent for stats in live),
            strangers=self._ended.strangers + sum(stats.strangers for stats in live),
            late_ticks=schedule.late_resyncs,
            skipped_steps=schedule.skipped_steps,
            recordings=self._services.writer.open_files,
            dropped_chunks=self._services.writer.dropped_chunks,
        )

    def close(self) -> None:
        """Close all legs and finish all recordings; returns when their files are on disk."""
        self._is_closed = True
        for leg in list(self._legs):
            leg.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._services.reader.close()
        self._services.writer.close()

    def _leg_closed(self, leg: Leg) -> None:
        del self._legs[leg]
        stats = leg.stats()
        self._ended = LegStats(
            packets_received=self._ended.packets_received + stats.packets_received,
            packets_sent=self._ended.packets_sent + stats.packets_sent,
            strangers=self._ended.strangers + stats.strangers,
        )

    def _housekeeping(self) -> None:
        now = time.monotonic()
        for leg in list(self._legs):
            if leg in self._legs:  # not closed by the callback of one before it
                try:
                    leg.housekeeping(now)
                except Exception as error:  # one leg's fault must not stop the others
                    context = {"message": "media housekeeping failed", "exception": error}
                    self._loop.call_exception_handler(context)
        self._timer = None
        if self._legs:
            self._timer = self._loop.call_later(HOUSEKEEPING_SECONDS, self._housekeeping)
