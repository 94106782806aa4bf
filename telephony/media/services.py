"""What all legs of one engine share; made by the engine, handed to each leg."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from telephony.media.recorder import RecordingWriter
from telephony.media.tick import Ticker
from telephony.net.rtp_ports import DatagramReader
from telephony.rtp.codecs import CODECS, G711


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


@lru_cache(maxsize=256)
def agreed_codecs(receive: tuple[tuple[int, str], ...]) -> Mapping[int, G711]:
    """The codecs behind the payload types that may come in.

    Shared by all legs that agreed the same: one copy stays in the processor's cache.
    """
    return {number: CODECS[name] for number, name in receive if name in CODECS}
