"""Relays packets from one leg to another as they arrive, without decoding them.

Where the legs' codecs differ, payloads go through a 256-byte table. Each leg keeps a stream of its own (SSRC,
sequence, timestamp): we are a back-to-back user agent, the far ends know nothing of each other. Who is
connected to whom is left to `bridge`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from telephony.media.receiver import RtpReceiver
from telephony.media.sender import RtpSender
from telephony.media.tap import FrameStream
from telephony.net.rtp_ports import SocketAddress
from telephony.rtp.codecs import G711
from telephony.rtp.dtmf import event_duration
from telephony.rtp.packet import HEADER, HEADER_SIZE, MARKER, VERSION_BYTE

# As RFC 3550 A.1: numbers this far ahead or behind are another stream, not loss or reordering.
_MAX_DROPOUT = 3000
_MAX_MISORDER = 100
_NONE = -1

_pack = HEADER.pack

# By payload type that comes in: the one that goes out, the table to translate with, and whether it is speech.
_Routes: TypeAlias = dict[int, tuple[int, bytes | None, bool]]


@lru_cache(maxsize=256)
def _routes(
    codecs: tuple[tuple[int, G711], ...],
    payload_type: int,
    codec: G711,
    events_in: frozenset[int],
    event_out: int | None,
) -> _Routes:
    """Shared by all relays between sides that agreed the same: one copy stays in the processor's cache."""
    routes: _Routes = {number: (payload_type, other.translate_to(codec), True) for number, other in codecs}
    if event_out is not None:
        routes |= dict.fromkeys(events_in, (event_out, None, False))
    return routes


class Relay:
    """One direction: from one leg's receiver to another's (or, for echo, its own) sender.

    Sequence numbers and timestamps are moved by constants, so order, gaps, packet times and the marker of
    the source survive; only where the source changes, or someone else spoke in between, the constants are
    set anew and the stream continues without a seam. No number is sent twice: a packet that comes out of
    order takes the number that was left open for it, or is dropped when none was (a duplicate, or one from
    before the relay joined).

    What a packet needs is copied here when the sender is handed over, and what it changes is worked out from
    what was received when someone asks: with a thousand legs, each object that is touched for a packet costs
    80 ns of waiting for memory, and this saves an eighth of all that relaying costs (bench/media_micro.py).

    Args:
        receiver: of the leg that speaks.
        sender: of the leg that hears.
    """

    __slots__ = (
        "_destination",
        "_next",
        "_next_timestamp",
        "_octets_before",
        "_open",
        "_packets_before",
        "_receiver",
        "_routes",
        "_send",
        "_sender",
        "_sequence_shift",
        "_ssrc",
        "_stream",
        "_timestamp_shift",
    )

    def __init__(self, receiver: RtpReceiver, sender: RtpSender) -> None:
        self._receiver = receiver
        self._sender = sender
        self._send = sender.send
        self._ssrc = sender.clock.ssrc
        self._destination: SocketAddress = ()
        self._stream: FrameStream | None = None
        self._routes: _Routes = {}
        self._next = _NONE  # the sequence number expected from the source, _NONE before joining
        self._next_timestamp = 0  # after the latest packet of the source
        # Numbers of the source that were skipped: what they are sent as, and how many packets had come then.
        self._open: dict[int, tuple[int, int]] = {}
        self._sequence_shift = self._timestamp_shift = 0
        self._packets_before = self._octets_before = 0

    def configure(self, codecs: Mapping[int, G711], event_payload_types: frozenset[int]) -> None:
        """Work out what becomes of each payload type, now that one side has negotiated.

        Args:
            codecs: by payload type, of the side that speaks.
            event_payload_types: of keys from the side that speaks.
        """
        sender = self._sender
        self._routes = _routes(
            tuple(codecs.items()),
            sender.clock.payload_type,
            sender.codec,
            event_payload_types,
            sender.event_payload_type,
        )

    def forward(self, second: int, sequence: int, timestamp: int, data: bytes, now: float) -> None:
        """Hot path: pass one packet on.

        Args:
            second: marker and payload type.
            sequence, timestamp: of the header.
            data: the datagram, its header plain.
            now: seconds.
        """
        late = False
        if sequence == self._next:
            out_sequence = (sequence + self._sequence_shift) & 0xFFFF
            self._next = (sequence + 1) & 0xFFFF
        else:
            octets = len(data) - HEADER_SIZE
            late = self._next != _NONE and 0 < (self._next - sequence) & 0xFFFF <= _MAX_MISORDER
            if late:
                placed = self._place_late(sequence, octets)
            else:
                placed = self._skip_to(sequence, timestamp, octets, now)
            if placed is None:
                return
            out_sequence = placed
        route = self._routes.get(second & 0x7F)
        if route is None:
            self._leave_out(len(data) - HEADER_SIZE, close_gap=not late)
            return
        payload_type, table, is_audio = route
        payload = data[HEADER_SIZE:]
        if table is not None:
            payload = payload.translate(table)
        out_timestamp = (timestamp + self._timestamp_shift) & 0xFFFFFFFF
        header = _pack(VERSION_BYTE, second & MARKER | payload_type, out_sequence, out_timestamp, self._ssrc)
        try:
            self._send(header + payload, self._destination)
        except OSError:
            self._sender.send_errors += 1
        if is_audio:
            if late:
                self._reach(timestamp + len(payload))
            else:
                self._next_timestamp = timestamp + len(payload)
            if self._stream is not None:
                self._stream.push(self._sender.codec, self._ssrc, out_sequence, out_timestamp, payload, now)
        else:
            # A key takes the time of speech, from the timestamp that all its packets share (RFC 4733 2.2.2).
            self._reach(timestamp + event_duration(payload))

    def _reach(self, timestamp: int) -> None:
        """What was sent lasts until this timestamp of the source, unless something lasts longer."""
        if (timestamp - self._next_timestamp) & 0xFFFFFFFF < 0x80000000:
            self._next_timestamp = timestamp

    def settle(self) -> None:
        """Bring the sender's clock and figures up to date with what was passed on."""
        if self._next == _NONE:
            return
        receiver, clock = self._receiver, self._sender.clock
        packets, octets = receiver.packets, receiver.octets
        clock.packets += packets - self._packets_before
        clock.octets += octets - self._octets_before
        self._packets_before, self._octets_before = packets, octets
        clock.sequence = (self._next + self._sequence_shift) & 0xFFFF
        clock.timestamp = (self._next_timestamp + self._timestamp_shift) & 0xFFFFFFFF
        self._sender.last_audio = receiver.last_heard

    def end_turn(self) -> None:
        """Someone else speaks, or something was negotiated: join anew with the next packet."""
        self.settle()
        self._next = _NONE
        self._open.clear()

    def _place_late(self, sequence: int, octets: int) -> int | None:
        """The number to send a packet under that comes behind later ones; None to drop it."""
        number, packets_then = self._open.pop(sequence, (0, 0))
        # What was left open long ago is not this packet: the numbers have come round again.
        if packets_then and self._receiver.packets - packets_then <= 2 * _MAX_MISORDER:
            return number
        self._leave_out(octets, close_gap=False)
        return None

    def _skip_to(self, sequence: int, timestamp: int, octets: int, now: float) -> int | None:
        """The number to send a packet under that is not the next one; None while another one speaks.

        Args:
            sequence, timestamp, octets: of the packet, which is counted as received.
            now: seconds.
        """
        if self._next == _NONE or (sequence - self._next) & 0xFFFF > _MAX_DROPOUT:
            if not self._join(sequence, timestamp, octets, now):
                return None
        else:
            packets = self._receiver.packets
            for number in [old for old, (_, then) in self._open.items() if packets - then > _MAX_MISORDER]:
                del self._open[number]
            skipped = (sequence - self._next) & 0xFFFF
            for back in range(min(skipped, _MAX_MISORDER), 0, -1):
                number = (sequence - back) & 0xFFFF
                self._open[number] = ((number + self._sequence_shift) & 0xFFFF, packets)
        self._next = (sequence + 1) & 0xFFFF
        return (sequence + self._sequence_shift) & 0xFFFF

    def _join(self, sequence: int, timestamp: int, octets: int, now: float) -> bool:
        """Join the source to the outgoing stream where that stands now; False while another one speaks."""
        receiver, sender = self._receiver, self._sender
        packets_before, octets_before = receiver.packets - 1, receiver.octets - octets
        if self._next != _NONE:
            # The source has jumped. What came before it is settled without the packet that did.
            self.settle()
            sender.clock.packets -= 1
            sender.clock.octets -= octets
            self._next = _NONE
        self._open.clear()
        if not sender.hand_over(self, now, relay=self) or sender.destination is None:
            return False
        self._packets_before, self._octets_before = packets_before, octets_before
        self._destination = sender.destination
        self._stream = sender.stream
        self._sequence_shift = sender.clock.sequence - sequence
        self._timestamp_shift = sender.clock.timestamp - timestamp
        self._next_timestamp = timestamp
        return True

    def _leave_out(self, octets: int, *, close_gap: bool) -> None:
        """A packet is not sent; `close_gap` keeps it from being counted as lost by the far end."""
        if close_gap:
            self._sequence_shift -= 1
        self._packets_before += 1
        self._octets_before += octets
