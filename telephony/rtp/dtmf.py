"""Telephone keys as named events in RTP (RFC 4733, events 0 to 15).

`DtmfReceiver` turns the packets of one source into keys, each once; `dtmf_packets` plans the packets of one
key for the media tick to send. Tones within the speech itself are not looked for here.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

DIGITS = "0123456789*#ABCD"
"""The key of each event code (RFC 4733 section 3.2, table 3)."""

_PAYLOAD = struct.Struct("!BBH")
_END = 0x80
_RESERVED = 0x40
_MAX_DURATION = 0xFFFF
_LATE_LIMIT = 1.0
"""Seconds after which an older timestamp is no longer a delayed packet but a source that restarted."""
_END_PACKETS = 3
"""The end of an event is sent three times in all (RFC 4733 section 2.5.1.4)."""


class DtmfReceiver:
    """Keys pressed by one RTP source.

    An event is known by its timestamp (RFC 4733 section 2.2.2), so the first packet of it that arrives, be
    it the start, an update or one of the three ends, reports the key, and all others are silent.

    Attributes:
        digit: the key reported last, or None.
        duration: how long it has been, or was, held, in timestamp units.
        ended: whether its end has been seen.
    """

    __slots__ = ("_heard", "_segments", "_timestamp", "digit", "duration", "ended")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the source: its SSRC has changed."""
        self.digit: str | None = None
        self.duration = 0
        self.ended = True
        self._timestamp = 0  # of the event, or of its latest segment
        self._segments = 0  # units held in the segments before the latest one
        self._heard = 0.0

    def receive(self, timestamp: int, payload: bytes, marker: bool, now: float) -> str | None:
        """Take one telephone-event packet; the key when this packet is the first of its event, else None.

        Args:
            timestamp: of the RTP header.
            payload: of the packet; too short ones and events beyond 15 are ignored.
            marker: of the RTP header.
            now: seconds.
        """
        if len(payload) < 4:
            return None
        event, flags, duration = _PAYLOAD.unpack_from(payload)
        if event > 15:
            return None
        digit = DIGITS[event]
        if self.digit is not None:
            ahead = (timestamp - self._timestamp) & 0xFFFFFFFF
            recent = now - self._heard < _LATE_LIMIT
            if ahead >= 0x80000000 and recent:
                return None
            if digit == self.digit and self._continues(timestamp, ahead, marker, recent):
                self._update(duration, flags, now)
                return None
        self.digit = digit
        self.duration = 0
        self.ended = False
        self._timestamp = timestamp
        self._segments = 0
        self._update(duration, flags, now)
        return digit

    def _continues(self, timestamp: int, ahead: int, marker: bool, recent: bool) -> bool:
        """Whether a packet for the same key belongs to the same press; if so, move on to its timestamp.

        Args:
            timestamp, marker: of the packet.
            ahead: its timestamp less that of the event.
            recent: the event was last heard of not long ago.
        """
        if ahead == 0:
            # Deviation: some sources give all their events one timestamp; a start long after is a new press.
            return recent or not (marker and self.ended)
        if marker:
            return False
        if not self.ended and ahead % _MAX_DURATION == 0:
            # A further segment of an event longer than 8.19 s (RFC 4733 section 2.5.1.3).
            self._segments += ahead
        else:
            # Deviation: some gateways advance the timestamp within an event. A key cannot be pressed again
            # before the end that was reported of its first press, so this is no new event.
            held = self.duration - self._segments
            if ahead > held or (self.ended and ahead == held):
                return False
        self._timestamp = timestamp
        return True

    def _update(self, duration: int, flags: int, now: float) -> None:
        self._heard = now
        self.duration = max(self.duration, self._segments + duration)
        if flags & _END:
            self.ended = True


class EventFinder:
    """Finds telephone events under a payload type that was not negotiated for them.

    Some peers send them without negotiating, or under their own number instead of ours. A dynamic payload
    type is taken for events when two packets in a row are of one event: four bytes each, of one timestamp,
    the reserved bit not set, and the duration not shrinking. No speech codec looks like that.
    """

    __slots__ = ("_duration", "_last")

    def __init__(self) -> None:
        self._last: tuple[int, int, int, int] | None = None
        self._duration = 0

    def receive(self, payload_type: int, ssrc: int, timestamp: int, payload: bytes) -> bool:
        """Take a packet of a payload type that nobody knows; True when the type is that of events.

        Args:
            payload_type, ssrc, timestamp: of the RTP header.
            payload: of the packet.
        """
        if not 96 <= payload_type <= 127 or len(payload) != _PAYLOAD.size:
            return False
        event, flags, duration = _PAYLOAD.unpack(payload)
        if event > 15 or flags & _RESERVED:
            return False
        packet = (payload_type, ssrc, timestamp, event)
        found = packet == self._last and duration >= self._duration
        self._last, self._duration = packet, duration
        return found


def event_duration(payload: bytes) -> int:
    """How long an event has lasted, in timestamp units, by one packet's payload; 0 when that is too short."""
    return int(_PAYLOAD.unpack_from(payload)[2]) if len(payload) >= _PAYLOAD.size else 0


class DtmfPacket(NamedTuple):
    """One packet of a planned event: one is due each tick."""

    marker: bool
    timestamp_offset: int
    """To add to the timestamp of the event's start; not zero only in the later segments of a long event."""
    payload: bytes


def dtmf_packets(digit: str, duration_ms: int = 100, volume: int = 10, tick_ms: int = 20) -> list[DtmfPacket]:
    """Plan the packets of one key, one a tick, ends included.

    Args:
        digit: one of `DIGITS`, letters in either case.
        duration_ms: how long the key is held, at least 1 ms.
        volume: the tone's power as 0..63, in -dBm0 (RFC 4733 section 2.3.4).
        tick_ms: time between packets.

    Raises:
        ValueError: no such key, duration or volume.
    """
    event = DIGITS.find(digit.upper()) if len(digit) == 1 else -1
    if event < 0 or duration_ms < 1 or not 0 <= volume <= 63:
        raise ValueError("no such key, duration or volume")
    total, step = duration_ms * 8, tick_ms * 8
    plan: list[DtmfPacket] = []
    held, base = step, 0
    while held < total:
        if held - base >= _MAX_DURATION:
            # RFC 4733 section 2.5.1.3: a full segment is reported as such, then the next one begins.
            plan.append(DtmfPacket(not plan, base, _PAYLOAD.pack(event, volume, _MAX_DURATION)))
            base += _MAX_DURATION
        else:
            plan.append(DtmfPacket(not plan, base, _PAYLOAD.pack(event, volume, held - base)))
        held += step
    if total - base > _MAX_DURATION:
        plan.append(DtmfPacket(not plan, base, _PAYLOAD.pack(event, volume, _MAX_DURATION)))
        base += _MAX_DURATION
    end = _PAYLOAD.pack(event, _END | volume, total - base)
    plan.extend(DtmfPacket(not plan and not number, base, end) for number in range(_END_PACKETS))
    return plan
