"""Symmetric RTP (RFC 4961): where a leg's media really comes from, and whom to turn away.

A phone behind NAT sends from an address that its SDP does not name, so a leg answers to where packets come
from. Believing the first packet would let anyone who sprays packets over our ports take or receive a call
("RTP bleed"), hence the rules below. Pure: the leg does the receiving and tells the time.
"""

from __future__ import annotations

import ipaddress

from telephony.net.rtp_ports import SocketAddress

# A stranger to the SDP must show so many packets in a row of one source (address, SSRC) ...
PROBATION_PACKETS = 3
# ... within so many seconds,
PROBATION_SECONDS = 1.0
# and may take over a latched leg only after the leg heard nothing for so long.
SILENCE_SECONDS = 2.0
# Sources on probation that are remembered at once; more than this is a flood, and the oldest goes.
MAX_CANDIDATES = 8


def numeric_host(host: str) -> str | None:
    """`host` in the spelling that the socket layer uses, or None where it is a name and not an address."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


class _Candidate:
    __slots__ = ("packets", "sequence", "since", "ssrc")

    def __init__(self, ssrc: int, sequence: int, now: float) -> None:
        self.ssrc = ssrc
        self.sequence = sequence
        self.since = now
        self.packets = 1

    def follows(self, ssrc: int, sequence: int, now: float) -> bool:
        return (
            ssrc == self.ssrc
            and sequence == (self.sequence + 1) & 0xFFFF
            and now - self.since <= PROBATION_SECONDS
        )


class SourceLatch:
    """Decides which source a leg listens to.

    Before the first packet: the host that the SDP names is believed at once (on any port, NAT changes
    those); another host is believed after `PROBATION_PACKETS` in a row. Once latched: the exact address
    of the SDP displaces a source that came in by probation; anyone else must wait until the latched source
    was silent for `SILENCE_SECONDS` and then pass probation.

    Args:
        host: the SDP's address. A name (RFC 4566 allows one) never matches, so its owner passes probation.
        port: the SDP's port.
    """

    __slots__ = ("_candidates", "_host", "_port", "source")

    def __init__(self, host: str, port: int) -> None:
        self._host = numeric_host(host)
        self._port = port
        self._candidates: dict[SocketAddress, _Candidate] = {}
        self.source: SocketAddress | None = None

    def is_for(self, host: str, port: int) -> bool:
        """True when the SDP still names the address that this latch was made for."""
        return numeric_host(host) == self._host and port == self._port

    def admit(
        self, source: SocketAddress, ssrc: int, sequence: int, last_heard: float | None, now: float
    ) -> bool:
        """A well-formed packet with a negotiated payload type came from someone who is not `self.source`.

        Args:
            source: as recvfrom gives it.
            ssrc, sequence: of the packet.
            last_heard: when the latched source was last heard, in seconds of the clock of `now`.

        Returns:
            True when the packet is to be used; `self.source` is then `source`. False for a stranger.
        """
        host_matches = source[0] == self._host
        if self.source is None:
            believed = host_matches or self._on_probation(source, ssrc, sequence, now)
        elif host_matches and source[1] == self._port and self.source[0] != self._host:
            believed = True
        else:
            silent = last_heard is None or now - last_heard >= SILENCE_SECONDS
            believed = silent and self._on_probation(source, ssrc, sequence, now)
        if believed:
            self.source = source
            self._candidates.clear()
        return believed

    def _on_probation(self, source: SocketAddress, ssrc: int, sequence: int, now: float) -> bool:
        """Count a candidate's packet; True when it has shown enough."""
        candidate = self._candidates.get(source)
        if candidate is None or not candidate.follows(ssrc, sequence, now):
            self._candidates.pop(source, None)
            if len(self._candidates) >= MAX_CANDIDATES:
                del self._candidates[next(iter(self._candidates))]
            self._candidates[source] = _Candidate(ssrc, sequence, now)
            return False
        candidate.sequence = sequence
        candidate.packets += 1
        return candidate.packets >= PROBATION_PACKETS
