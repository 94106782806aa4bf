"""Two legs that hear each other: packets are passed on as they come, decoded by nobody.

Where the legs' codecs differ, payloads go through a 256-byte table. Each leg keeps a stream of its own (SSRC,
sequence, timestamp): we are a back-to-back user agent, the far ends know nothing of each other. More than two
legs are the business of `mixer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.media.outgoing import Outgoing
from telephony.rtp.codecs import G711
from telephony.rtp.packet import HEADER, HEADER_SIZE, MARKER, VERSION_BYTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telephony.media.leg import Leg

# As RFC 3550 A.1: numbers this far ahead or behind are another stream, not loss or reordering.
_MAX_DROPOUT = 3000
_MAX_MISORDER = 100

_pack = HEADER.pack


class Relay:
    """One direction: from one leg's incoming stream to another's (or, for echo, its own) outgoing one.

    Sequence numbers and timestamps are moved by constants, so order, gaps, packet times and the marker of
    the source survive; only where the source changes, or someone else spoke in between, the constants are
    set anew and the stream goes on without a seam.
    """

    __slots__ = ("_last", "_out", "_routes", "_sequence_shift", "_ssrc", "_timestamp_shift")

    def __init__(self, out: Outgoing) -> None:
        self._out = out
        self._routes: dict[int, tuple[int, bytes | None, bool]] = {}
        self._ssrc = -1
        self._last = 0
        self._sequence_shift = 0
        self._timestamp_shift = 0

    def configure(
        self, codecs: Mapping[int, G711], payload_type: int, event_payload_type: int | None
    ) -> None:
        """Work out what becomes of each payload type that may come in.

        Args:
            codecs: by payload type, of the side that speaks.
            payload_type: of speech towards the side that hears.
            event_payload_type: of keys from the side that speaks, or None.
        """
        out = self._out
        self._routes = {
            number: (payload_type, codec.translate_to(out.codec), True) for number, codec in codecs.items()
        }
        if event_payload_type is not None and out.event_payload_type is not None:
            self._routes[event_payload_type] = (out.event_payload_type, None, False)

    def forward(self, second: int, sequence: int, timestamp: int, ssrc: int, data: bytes, now: float) -> None:
        """Hot path: pass one packet on; arguments as for `incoming.Forward`."""
        out = self._out
        if (
            out.turn is not self
            or ssrc != self._ssrc
            or (sequence - self._last + _MAX_MISORDER) & 0xFFFF > _MAX_DROPOUT + _MAX_MISORDER
        ) and not self._rebase(sequence, timestamp, ssrc, now):
            return
        self._last = sequence
        route = self._routes.get(second & 0x7F)
        destination = out.destination
        if route is None or destination is None:
            # Keys for a far end that knows none: close the gap, or it would count them as lost.
            self._sequence_shift -= 1
            return
        payload_type, table, is_audio = route
        payload = data[HEADER_SIZE:]
        if table is not None:
            payload = payload.translate(table)
        clock = out.clock
        out_sequence = (sequence + self._sequence_shift) & 0xFFFF
        out_timestamp = (timestamp + self._timestamp_shift) & 0xFFFFFFFF
        try:
            out.send(
                _pack(VERSION_BYTE, second & MARKER | payload_type, out_sequence, out_timestamp, clock.ssrc)
                + payload,
                destination,
            )
        except OSError:
            out.send_errors += 1
        clock.sequence = (out_sequence + 1) & 0xFFFF
        clock.packets += 1
        clock.octets += len(payload)
        if is_audio:
            # One byte of G.711 is one unit of the timestamp.
            clock.timestamp = (out_timestamp + len(payload)) & 0xFFFFFFFF
            out.last_audio = now
            if out.stream is not None:
                out.stream.push(out.codec, clock.ssrc, out_sequence, out_timestamp, payload, now)

    def _rebase(self, sequence: int, timestamp: int, ssrc: int, now: float) -> bool:
        """Join a source to the outgoing stream where that stands now; False while another one speaks."""
        out = self._out
        if not out.take_turn(self, now):
            return False
        self._ssrc = ssrc
        self._sequence_shift = out.clock.sequence - sequence
        self._timestamp_shift = out.clock.timestamp - timestamp
        return True


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
