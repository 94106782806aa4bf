"""Two legs that hear each other: packets are passed on as they come, decoded by nobody.

Where the legs' codecs differ, payloads go through a 256-byte table. Each leg keeps a stream of its own (SSRC,
sequence, timestamp): we are a back-to-back user agent, the far ends know nothing of each other. More than two
legs are the business of `mixer`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from telephony.media.interface import FRAME_SAMPLES
from telephony.media.latching import SocketAddress
from telephony.media.receiver import Incoming
from telephony.media.sender import Outgoing
from telephony.media.tap import FrameStream
from telephony.rtp.codecs import G711
from telephony.rtp.packet import HEADER, HEADER_SIZE, MARKER, VERSION_BYTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telephony.media.leg import Leg

# As RFC 3550 A.1: numbers this far ahead or behind are another stream, not loss or reordering.
_MAX_DROPOUT = 3000
_MAX_MISORDER = 100

_pack = HEADER.pack

# By payload type that comes in: the one that goes out, the table to translate with, and whether it is speech.
_Routes: TypeAlias = dict[int, tuple[int, bytes | None, bool]]


@lru_cache(maxsize=256)
def _routes(
    codecs: tuple[tuple[int, G711], ...],
    payload_type: int,
    codec: G711,
    events: tuple[int | None, int | None],
) -> _Routes:
    """Shared by all relays between sides that agreed the same: one copy stays in the processor's cache."""
    routes: _Routes = {number: (payload_type, other.translate_to(codec), True) for number, other in codecs}
    event_in, event_out = events
    if event_in is not None and event_out is not None:
        routes[event_in] = (event_out, None, False)
    return routes


class Relay:
    """One direction: from one leg's incoming stream to another's (or, for echo, its own) outgoing one.

    Sequence numbers and timestamps are moved by constants, so order, gaps, packet times and the marker of
    the source survive; only where the source changes, or someone else spoke in between, the constants are
    set anew and the stream goes on without a seam.

    What a packet needs is copied here when the relay takes its turn, and what it changes is worked out from
    what was received when someone asks: with a thousand legs, each object that is touched for a packet costs
    80 ns of waiting for memory, and this saves an eighth of all that relaying costs (bench/media_micro.py).

    Args:
        incoming: of the leg that speaks.
        out: of the leg that hears.
    """

    __slots__ = (
        "_active",
        "_destination",
        "_incoming",
        "_last_sequence",
        "_last_timestamp",
        "_octets_before",
        "_out",
        "_packets_before",
        "_routes",
        "_send",
        "_sequence_shift",
        "_ssrc",
        "_stream",
        "_timestamp_shift",
    )

    def __init__(self, incoming: Incoming, out: Outgoing) -> None:
        self._incoming = incoming
        self._out = out
        self._send = out.send
        self._ssrc = out.clock.ssrc
        self._destination: SocketAddress = ()
        self._stream: FrameStream | None = None
        self._routes: _Routes = {}
        self._active = False
        self._last_sequence = self._last_timestamp = 0
        self._sequence_shift = self._timestamp_shift = 0
        self._packets_before = self._octets_before = 0

    def configure(self, codecs: Mapping[int, G711], event_payload_type: int | None) -> None:
        """Work out what becomes of each payload type, now that one side has negotiated.

        Args:
            codecs: by payload type, of the side that speaks.
            event_payload_type: of keys from the side that speaks, or None.
        """
        out = self._out
        events = (event_payload_type, out.event_payload_type)
        self._routes = _routes(tuple(codecs.items()), out.clock.payload_type, out.codec, events)

    def forward(self, second: int, sequence: int, timestamp: int, data: bytes, now: float) -> None:
        """Hot path: pass one packet on.

        Args:
            second: marker and payload type.
            sequence, timestamp: of the header.
            data: the datagram, its header plain.
            now: seconds.
        """
        if (
            not self._active
            or (sequence - self._last_sequence + _MAX_MISORDER) & 0xFFFF > _MAX_DROPOUT + _MAX_MISORDER
        ) and not self._join(sequence, timestamp, len(data) - HEADER_SIZE, now):
            return
        self._last_sequence = sequence
        route = self._routes.get(second & 0x7F)
        if route is None:
            self._leave_out(len(data) - HEADER_SIZE)
            return
        payload_type, table, is_audio = route
        payload = data[HEADER_SIZE:]
        if table is not None:
            payload = payload.translate(table)
        out_sequence = (sequence + self._sequence_shift) & 0xFFFF
        out_timestamp = (timestamp + self._timestamp_shift) & 0xFFFFFFFF
        header = _pack(VERSION_BYTE, second & MARKER | payload_type, out_sequence, out_timestamp, self._ssrc)
        try:
            self._send(header + payload, self._destination)
        except OSError:
            self._out.send_errors += 1
        if is_audio:
            self._last_timestamp = timestamp
            if self._stream is not None:
                self._stream.push(self._out.codec, self._ssrc, out_sequence, out_timestamp, payload, now)

    def settle(self) -> None:
        """Bring the outgoing stream's clock and figures up to date with what was passed on."""
        if not self._active:
            return
        incoming, clock = self._incoming, self._out.clock
        packets, octets = incoming.packets, incoming.octets
        clock.packets += packets - self._packets_before
        clock.octets += octets - self._octets_before
        self._packets_before, self._octets_before = packets, octets
        clock.sequence = (self._last_sequence + self._sequence_shift + 1) & 0xFFFF
        clock.timestamp = (self._last_timestamp + self._timestamp_shift + FRAME_SAMPLES) & 0xFFFFFFFF
        self._out.last_audio = incoming.last_heard

    def interrupt(self) -> None:
        """Someone else speaks, or something was negotiated: join anew with the next packet."""
        self.settle()
        self._active = False

    def _join(self, sequence: int, timestamp: int, octets: int, now: float) -> bool:
        """Join the source to the outgoing stream where that stands now; False while another one speaks.

        Args:
            sequence, timestamp, octets: of the packet at which it joins, which is counted as received.
            now: seconds.
        """
        incoming, out = self._incoming, self._out
        packets_before, octets_before = incoming.packets - 1, incoming.octets - octets
        if self._active:
            # The source has jumped. What came before it is settled without the packet that did.
            self.settle()
            out.clock.packets -= 1
            out.clock.octets -= octets
        if not out.relay_turn(self, now) or out.destination is None:
            return False
        self._active = True
        self._packets_before, self._octets_before = packets_before, octets_before
        self._destination = out.destination
        self._stream = out.stream
        self._sequence_shift = out.clock.sequence - sequence
        self._timestamp_shift = out.clock.timestamp - timestamp
        self._last_timestamp = timestamp
        return True

    def _leave_out(self, octets: int) -> None:
        """A key for a far end that knows none: close the gap, or it would be counted there as lost."""
        self._sequence_shift -= 1
        self._packets_before += 1
        self._octets_before += octets


class LegBridge:
    """`interface.Bridge`: a relay each way."""

    __slots__ = ("_legs",)

    def __init__(self, a: Leg, b: Leg) -> None:
        self._legs = (a, b)
        a.connect(self)
        try:
            b.connect(self)
        except Exception:
            a.disconnect(self)
            raise
        a.relay_to(b)
        b.relay_to(a)

    def close(self) -> None:
        """Part the legs; a second time does nothing."""
        for leg in self._legs:
            leg.disconnect(self)

    def leave(self, leg: Leg) -> None:
        """One of the legs is closed: the other is alone."""
        self.close()


class Echo:
    """A leg that hears itself, each packet as soon as it has come."""

    __slots__ = ("_leg",)

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        leg.connect(self)
        leg.relay_to(leg)

    def close(self) -> None:
        """Be silent again."""
        self._leg.disconnect(self)

    def leave(self, leg: Leg) -> None:
        """The leg is closed."""
        self.close()
