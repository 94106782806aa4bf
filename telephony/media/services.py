"""What all legs of one engine share; made by the engine, handed to each leg."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from telephony.media.recorder import RecordingWriter
from telephony.media.tick import Ticker
from telephony.net.rtp_ports import DatagramReader


@dataclass(frozen=True, slots=True)
class LegServices:
    """What all legs of an engine share.

    Args:
        clock: seconds, monotonic. unix_clock: seconds since 1970.
        chance: for SSRCs and spreading reports. cname: of RTCP.
    """

    ticker: Ticker
    reader: DatagramReader
    writer: RecordingWriter
    clock: Callable[[], float]
    unix_clock: Callable[[], float]
    chance: random.Random
    cname: str
