"""The receiving side of a leg: whose packets count, their statistics, and where they go.

A packet goes to at most one relay (bridge or echo), to the listeners' stream if there is one, and if it is a
key to the key's receiver. Everything else about the leg is left to `leg`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Protocol

from telephony.media.interface import FRAME_SAMPLES
from telephony.media.latching import MediaHosts, SourceLatch
from telephony.media.tap import FrameStream
from telephony.net.rtp_ports import SocketAddress
from telephony.rtp.codecs import G711, SAMPLE_RATE
from telephony.rtp.dtmf import DtmfReceiver, EventFinder
from telephony.rtp.packet import HEADER, HEADER_SIZE, MARKER, VERSION_BYTE, payload_of
from telephony.rtp.reception import ReceptionStats

_unpack = HEADER.unpack_from
# Of nearly all packets: 20 ms of G.711. What is the same for all is not counted for each.
USUAL_SIZE = HEADER_SIZE + FRAME_SAMPLES
# A payload type that nobody can negotiate (RFC 3551 6, table 5): relays leave it out without a gap.
UNROUTED = 72


class Forwarding(Protocol):
    """A relay, seen from the side that speaks."""

    def forward(self, second: int, sequence: int, timestamp: int, data: bytes, now: float) -> None:
        """Pass one packet on; arguments as for `Relay.forward`."""

    def end_turn(self) -> None:
        """Another source begins."""


class RtpReceiver:
    """One incoming stream.

    Args:
        latched: called with the far end's address when it becomes known or changes.
        pressed: called with each key; False when it came in another way before, and is not to be passed on.
        events_found: called when `event_payload_types` has grown by what was heard.

    Attributes:
        codecs: what may come in, by payload type.
        event_payload_types: of keys.
        source: where the far end's packets come from, once known.
        latch: decides about that.
        relay: gets every good packet while bridged.
        stream: gets all speech while somebody listens.
        enabled: the negotiated direction lets the far end speak; if not, packets are counted and go nowhere.
        last_heard: when the last good packet came.
    """

    __slots__ = (
        "_dropped",
        "_earlier_lost",
        "_earlier_packets",
        "_events_found",
        "_finder",
        "_keys",
        "_latched",
        "_pressed",
        "_unusual_octets",
        "codecs",
        "enabled",
        "event_payload_types",
        "first_heard",
        "last_heard",
        "latch",
        "malformed",
        "reception",
        "relay",
        "source",
        "ssrc",
        "strangers",
        "stream",
    )

    def __init__(
        self,
        latched: Callable[[SocketAddress], None],
        pressed: Callable[[str], bool],
        events_found: Callable[[], None],
    ) -> None:
        self._latched = latched
        self._pressed = pressed
        self._events_found = events_found
        self.latch = SourceLatch()
        self.source: SocketAddress | None = None
        self.codecs: Mapping[int, G711] = {}
        self.event_payload_types: frozenset[int] = frozenset()
        self._finder = EventFinder()
        self._keys = DtmfReceiver()
        self._dropped: int | None = None  # timestamp of a key that is not passed on
        self._earlier_lost = 0
        self._earlier_packets = 0
        self.reception = ReceptionStats()
        self.ssrc: int | None = None
        self._unusual_octets = 0  # by how much all packets together are longer than usual ones
        self.strangers = 0
        self.malformed = 0
        self.first_heard: float | None = None
        self.last_heard: float | None = None
        self.relay: Forwarding | None = None
        self.stream: FrameStream | None = None
        self.enabled = True

    @property
    def packets(self) -> int:
        """Received, of all sources so far."""
        return self._earlier_packets + self.reception.received

    @property
    def octets(self) -> int:
        """Received, without headers."""
        return self.packets * FRAME_SAMPLES + self._unusual_octets

    @property
    def lost(self) -> int:
        """Never received, of all sources so far."""
        return self._earlier_lost + max(0, self.reception.lost)

    def configure(
        self,
        codecs: Mapping[int, G711],
        event_payload_types: frozenset[int],
        named: tuple[str, int],
        hosts: MediaHosts,
    ) -> None:
        """Take what was negotiated.

        Args:
            codecs: by payload type.
            event_payload_types: of keys.
            named: the far end's address, from its SDP.
            hosts: from where its packets may come beside that.
        """
        self.codecs = codecs
        self.event_payload_types = event_payload_types
        self.latch.hosts = hosts
        if self.latch.name(*named):
            self.source = None

    def receive(self, data: bytes, source: SocketAddress, now: float) -> None:
        """Hot path: one datagram.

        Args:
            data: the datagram.
            source: as recvfrom gives it.
            now: seconds.
        """
        if len(data) < HEADER_SIZE or data[0] != VERSION_BYTE:
            plain = _with_plain_header(data)
            if plain is None:
                self.malformed += 1
                return
            data = plain
        _, second, sequence, timestamp, ssrc = _unpack(data)
        codec = self.codecs.get(second & 0x7F)
        if (
            codec is None
            and second & 0x7F not in self.event_payload_types
            and not self._find_events(second & 0x7F, ssrc, timestamp, data, source)
        ):
            self._refuse(source, now)
            return
        if source != self.source and not self._admit(source, ssrc, sequence, now):
            self.strangers += 1
            return
        if ssrc != self.ssrc:
            self._begin(ssrc)
        self.last_heard = now
        if len(data) != USUAL_SIZE:
            self._unusual_octets += len(data) - USUAL_SIZE
        if codec is None:
            self.reception.count(sequence)
        else:
            self.reception.update(sequence, timestamp, int(now * SAMPLE_RATE))
        if not self.enabled:
            return
        if codec is None:
            key = self._keys.receive(timestamp, data[HEADER_SIZE:], second >= MARKER, now)
            if key is not None:
                self._dropped = None if self._pressed(key) else timestamp
            if timestamp == self._dropped:
                second = UNROUTED
        elif self.stream is not None:
            self.stream.push(codec, ssrc, sequence, timestamp, data[HEADER_SIZE:], now)
        if self.relay is not None:
            self.relay.forward(second, sequence, timestamp, data, now)

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._latched = _unheard
        self._pressed = _not_pressed
        self._events_found = _nothing
        self.relay = None

    def _refuse(self, source: SocketAddress, now: float) -> None:
        """A payload type that was not agreed: the far end's mistake (mostly comfort noise), or a stranger."""
        if source == self.source:
            self.malformed += 1
            self.last_heard = now  # useless, but a sign of life
        else:
            self.strangers += 1

    def _find_events(
        self, payload_type: int, ssrc: int, timestamp: int, data: bytes, source: SocketAddress
    ) -> bool:
        """Whether a payload type that was not agreed turns out to be that of keys."""
        if self.source is not None and source != self.source:
            return False
        if not self._finder.receive(payload_type, ssrc, timestamp, data[HEADER_SIZE:]):
            return False
        self.event_payload_types |= {payload_type}
        self._events_found()
        return True

    def _admit(self, source: SocketAddress, ssrc: int, sequence: int, now: float) -> bool:
        if not self.latch.admit(source, ssrc, sequence, self.last_heard, now):
            return False
        # One string for the many legs of a trunk: it is compared with each packet's.
        self.source = (sys.intern(source[0]), *source[1:])
        if self.first_heard is None:
            self.first_heard = now
        self._latched(self.source)
        return True

    def _begin(self, ssrc: int) -> None:
        """Another synchronisation source speaks (after a transfer at the far end, say): count it apart."""
        if self.ssrc is not None:
            self._earlier_lost = self.lost
            self._earlier_packets = self.packets
            self.reception = ReceptionStats()
            self._keys.reset()
        if self.relay is not None:
            self.relay.end_turn()
        self.ssrc = ssrc


def _with_plain_header(data: bytes) -> bytes | None:
    """The same packet without contributing sources, extension and padding; None when it is not RTP."""
    payload = payload_of(data)
    if payload is None:
        return None
    _, second, sequence, timestamp, ssrc = _unpack(data)
    return HEADER.pack(VERSION_BYTE, second, sequence, timestamp, ssrc) + payload


def _unheard(what: object) -> None:
    """The leg is closed: nobody is to be told any more."""


def _not_pressed(key: str) -> bool:
    """As `_unheard`."""
    return False


def _nothing() -> None:
    """As `_unheard`."""
