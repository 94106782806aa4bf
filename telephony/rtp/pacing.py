"""The clock of one outgoing RTP stream: sequence number, timestamp and marker of each packet to send.

Ticking is left to the caller, who says of every tick what it was: speech, a named event, or nothing. So the
timestamp follows the wall clock through silences (RFC 3550 section 5.1), and the first speech after one
carries the marker (RFC 3551 section 4.1).
"""

from __future__ import annotations

from telephony.rtp.packet import HEADER, MARKER, VERSION_BYTE


class StreamClock:
    """Headers for one outgoing stream.

    Args:
        payload_type: of the speech; may be assigned anew when the codec changes.
        ssrc, sequence, timestamp: random starting values (RFC 3550 section 5.1), given by the caller.

    Attributes:
        timestamp: of the next packet of speech.
        sequence: of the next packet of any kind.
        packets, octets: sent so far, payload only, for the sender reports of RTCP.
    """

    __slots__ = ("_resuming", "octets", "packets", "payload_type", "sequence", "ssrc", "timestamp")

    def __init__(self, payload_type: int, ssrc: int, sequence: int, timestamp: int) -> None:
        self.payload_type = payload_type
        self.ssrc = ssrc
        self.sequence = sequence & 0xFFFF
        self.timestamp = timestamp & 0xFFFFFFFF
        self.packets = 0
        self.octets = 0
        self._resuming = True

    def next_header(self, marker: bool = False, samples: int = 160) -> bytes:
        """The header of a packet that holds the next `samples` of speech.

        Args:
            marker: set the marker even if this packet follows another one.
            samples: timestamp units, and bytes, of G.711 that the packet holds.
        """
        second = self.payload_type
        if marker or self._resuming:
            second |= MARKER
            self._resuming = False
        sequence, timestamp = self.sequence, self.timestamp
        self.sequence = (sequence + 1) & 0xFFFF
        self.timestamp = (timestamp + samples) & 0xFFFFFFFF
        self.packets += 1
        self.octets += samples
        return HEADER.pack(VERSION_BYTE, second, sequence, timestamp, self.ssrc)

    def event_header(
        self, payload_type: int, timestamp: int, marker: bool, *, size: int = 4, samples: int = 160
    ) -> bytes:
        """The header of a named event's packet (RFC 4733), which takes the place of `samples` of speech.

        Args:
            payload_type: the one the peer wants for telephone-event.
            timestamp: of the event: `self.timestamp` when it began, plus the packet's offset.
            marker: as planned by `dtmf_packets`.
            size: bytes of the payload.
            samples: by which the clock of the stream moves on.
        """
        sequence = self.sequence
        self.sequence = (sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += size
        self.skip(samples)
        second = payload_type | (MARKER if marker else 0)
        return HEADER.pack(VERSION_BYTE, second, sequence, timestamp & 0xFFFFFFFF, self.ssrc)

    def skip(self, samples: int = 160) -> None:
        """Let time pass without a packet; the next speech is marked as the start of a talkspurt."""
        self.timestamp = (self.timestamp + samples) & 0xFFFFFFFF
        self._resuming = True
