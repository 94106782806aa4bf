"""What a leg sends: one RTP stream of our own, whoever it is that speaks in it.

The stream keeps one SSRC and continuous sequence numbers for the leg's life, while prompts, bridges, digits
and music take turns in it; its timestamps follow the clock on the wall through the pauses between them. Who
may speak when is decided by the leg.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from telephony.media.interface import FRAME_SAMPLES
from telephony.media.latching import SocketAddress
from telephony.media.tap import FrameStream
from telephony.rtp.codecs import G711, PCMU, SAMPLE_RATE
from telephony.rtp.dtmf import DtmfPacket
from telephony.rtp.pacing import StreamClock


class Relaying(Protocol):
    """A relay, which sends by itself and keeps its own count until asked."""

    def settle(self) -> None:
        """Bring the stream's clock and figures up to date."""

    def interrupt(self) -> None:
        """Settle, and take a turn anew before the next packet."""


class Outgoing:
    """One outgoing stream.

    Args:
        send: sends a datagram to an address; may raise OSError.
        clock: numbers the packets.

    Attributes:
        destination: where packets go; None while nothing may be sent.
        codec: what is sent.
        event_payload_type: for keys (RFC 4733), or None where the far end knows none.
        turn: who speaks now, or spoke last: a playback, a conference, a relay. Whoever finds someone else
            here takes over by `take_turn` (a relay by `relay_turn`) first.
        reserved: a local source (prompt, digits, music) speaks; relays and conferences must wait.
        stream: gets a copy of all speech sent while somebody listens.
        last_audio: when speech was sent last.
    """

    __slots__ = (
        "_relay",
        "clock",
        "codec",
        "destination",
        "event_payload_type",
        "first_sent",
        "last_audio",
        "reserved",
        "send",
        "send_errors",
        "stream",
        "turn",
    )

    def __init__(self, send: Callable[[bytes, SocketAddress], int], clock: StreamClock) -> None:
        self.send = send
        self.clock = clock
        self.destination: SocketAddress | None = None
        self.codec: G711 = PCMU
        self.event_payload_type: int | None = None
        self.turn: object = None
        self._relay: Relaying | None = None
        self.reserved = False
        self.stream: FrameStream | None = None
        self.send_errors = 0
        self.first_sent: float | None = None
        self.last_audio: float | None = None

    def reserve(self, source: object | None, now: float) -> None:
        """Give the stream to a local source, or take it back."""
        self.release_turn()
        self.reserved = source is not None
        self.turn = source
        if self.reserved:
            self.resume(now)

    def take_turn(self, who: object, now: float) -> bool:
        """Let someone speak next; False while a local source does or nothing may be sent."""
        if self.reserved or self.destination is None:
            return False
        self.release_turn()
        self.turn = who
        self.resume(now)
        return True

    def relay_turn(self, relay: Relaying, now: float) -> bool:
        """`take_turn` for a relay, which is told when its turn ends."""
        if not self.take_turn(relay, now):
            return False
        self._relay = relay
        return True

    def release_turn(self) -> None:
        """End the turn of whoever speaks: something about the stream is about to change."""
        if self._relay is not None:
            self._relay.interrupt()
            self._relay = None
        if not self.reserved:
            self.turn = None

    def settle(self) -> None:
        """Bring `clock` and `last_audio` up to date; to be called before reading them."""
        if self._relay is not None:
            self._relay.settle()

    def resume(self, now: float) -> None:
        """Move the timestamp on by the time in which nothing was sent; the next packet gets the marker."""
        if self.first_sent is None:
            self.first_sent = now
        silent = 0
        if self.last_audio is not None:
            silent = round((now - self.last_audio) * SAMPLE_RATE) - FRAME_SAMPLES
        self.clock.skip(max(0, silent))

    def send_frame(self, payload: bytes, now: float) -> None:
        """Hot path: send the next 160 bytes, already in `codec`."""
        destination = self.destination
        if destination is None:
            return
        clock = self.clock
        try:
            self.send(clock.next_header() + payload, destination)
        except OSError:
            self.send_errors += 1
        self.last_audio = now
        if self.stream is not None:
            sequence = (clock.sequence - 1) & 0xFFFF
            timestamp = (clock.timestamp - FRAME_SAMPLES) & 0xFFFFFFFF
            self.stream.push(self.codec, clock.ssrc, sequence, timestamp, payload, now)

    def send_event(self, packet: DtmfPacket, started: int, now: float) -> None:
        """Send one packet of a key in place of 20 ms of speech.

        Args:
            packet: as planned by `dtmf_packets`.
            started: `clock.timestamp` when the key's first packet was sent.
            now: seconds.
        """
        destination = self.destination
        if destination is None or self.event_payload_type is None:
            return
        header = self.clock.event_header(
            self.event_payload_type, started + packet.timestamp_offset, packet.marker
        )
        try:
            self.send(header + packet.payload, destination)
        except OSError:
            self.send_errors += 1
        self.last_audio = now
