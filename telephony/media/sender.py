"""The sending side of a leg: one RTP stream, whatever its source.

The sender owns the stream's numbering: one SSRC and continuous sequence numbers for the leg's life,
timestamps that follow the wall clock through pauses, the marker where a talkspurt begins. Prompts, keys,
music, relays and conferences speak in turn; every change of speaker is one `hand_over`. Which local source
speaks is chosen in `playback`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from telephony.media.interface import FRAME_SAMPLES
from telephony.media.tap import FrameStream
from telephony.net.rtp_ports import SocketAddress
from telephony.rtp.codecs import G711, PCMU, SAMPLE_RATE
from telephony.rtp.dtmf import DtmfPacket
from telephony.rtp.pacing import StreamClock


class Relaying(Protocol):
    """A relay: for the sake of speed it numbers its packets without asking the sender for each."""

    def settle(self) -> None:
        """Bring the sender's numbering and figures up to date."""

    def end_turn(self) -> None:
        """Settle, and number no more packets before another `hand_over`."""


class RtpSender:
    """One outgoing stream.

    Args:
        send: sends a datagram to an address; may raise OSError.
        clock: numbers the packets.

    Attributes:
        destination: where packets go; None while nothing may be sent.
        codec: what is sent.
        event_payload_type: for keys (RFC 4733), or None where the far end knows none.
        speaker: who speaks now (a player, a conference, a relay), None for nobody.
        stream: gets a copy of all speech sent while somebody listens.
        first_sent, last_audio: when something was sent first, and last.
    """

    __slots__ = (
        "_local",
        "_relay",
        "clock",
        "codec",
        "destination",
        "event_payload_type",
        "first_sent",
        "last_audio",
        "send",
        "send_errors",
        "speaker",
        "stream",
    )

    def __init__(self, send: Callable[[bytes, SocketAddress], int], clock: StreamClock) -> None:
        self.send = send
        self.clock = clock
        self.destination: SocketAddress | None = None
        self.codec: G711 = PCMU
        self.event_payload_type: int | None = None
        self.speaker: object | None = None
        self._local = False
        self._relay: Relaying | None = None
        self.stream: FrameStream | None = None
        self.send_errors = 0
        self.first_sent: float | None = None
        self.last_audio: float | None = None

    def hand_over(
        self, speaker: object, now: float, *, local: bool = False, relay: Relaying | None = None
    ) -> bool:
        """Let another one speak from the next packet on.

        Args:
            speaker: who speaks next.
            now: seconds.
            local: it is a prompt, keys or music, and takes the stream from anybody. Others get it when no
                local one speaks and there is somewhere to send to.
            relay: the speaker when it is a relay, which has to settle before the next one speaks.

        Returns:
            Whether it speaks now.
        """
        if not local and (self._local or self.destination is None):
            return False
        self.release()
        self.speaker, self._local, self._relay = speaker, local, relay
        self.resume(now)
        return True

    def release(self) -> None:
        """Nobody speaks any more."""
        relay = self._relay
        self.speaker, self._local, self._relay = None, False, None
        if relay is not None:
            relay.end_turn()

    def interrupt(self) -> None:
        """Something about the stream is about to change: relays and mixers join again after it."""
        if not self._local:
            self.release()

    @property
    def local_speaks(self) -> bool:
        """Whether a prompt, keys or music speak."""
        return self._local

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
