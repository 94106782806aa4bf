"""Symmetric RTP (RFC 4961): whose packets a leg listens to, and where it answers.

The address in SDP is right unless the peer is behind NAT, or sends from another port than it listens on. So
it always wins, and what comes from elsewhere is judged by its host:

* The host that signals the call, and hosts that the site's settings name for it (`MediaHosts`): heard, and
  answered where they send from, until the address in SDP is heard itself. Where the same stream (SSRC) goes
  on from another port, a NAT has made another mapping, and it is followed after some packets in a row.
* The host in SDP, from another port: heard after some packets in a row, while the address in SDP is silent.
  We go on sending to the address in SDP (RFC 3264 8.3.1).
* An address that an earlier SDP of this call named, or that was heard under it: late packets. Heard only when
  nobody else is, and never answered.
* Anybody else is a stranger and is not heard at all, before the peer speaks or while it is silent ("RTP
  bleed").

Pure: the leg does the receiving and tells the time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from telephony.net.rtp_ports import SocketAddress

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# A source that is not believed at once must show so many packets in a row of one (address, SSRC) ...
PROBATION_PACKETS = 3
# ... within so many seconds,
PROBATION_SECONDS = 1.0
# and is heard only after nobody better was heard for so long.
SILENCE_SECONDS = 2.0
# Sources on probation that are remembered at once; more than this is a flood, and the oldest goes.
MAX_CANDIDATES = 8
# Addresses of earlier SDP that are remembered.
MAX_FORMER = 8


@lru_cache(maxsize=4096)
def numeric_host(host: str) -> str | None:
    """`host` in the spelling that the socket layer uses, or None where it is a name and not an address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


@dataclass(frozen=True, slots=True)
class MediaHosts:
    """The hosts from which a peer's media may come though its SDP does not name them.

    Args:
        signalling: the host that the call is signalled from; "" for none.
        networks: those that the settings of its trunk name.
    """

    signalling: str = ""
    networks: Sequence[Network] = ()

    def __contains__(self, host: str) -> bool:
        known = numeric_host(host)
        if known is None:
            return False
        if known == numeric_host(self.signalling):
            return True
        return bool(self.networks) and any(ipaddress.ip_address(known) in each for each in self.networks)


NOBODY = MediaHosts()


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
    """Decides which source a leg listens to, and whether it answers there.

    Args:
        probation: packets in a row that a source must show where it is not believed at once.

    Attributes:
        source: whose packets are heard, as recvfrom gives it; None before the first.
        hosts: see `MediaHosts`.
    """

    __slots__ = ("_candidates", "_former", "_named", "_probation", "_ssrc", "hosts", "source")

    def __init__(self, probation: int = PROBATION_PACKETS) -> None:
        self._probation = probation
        self.hosts = NOBODY
        self.source: SocketAddress | None = None
        self._ssrc = 0  # of the source, when it was believed
        self._named: tuple[str | None, int] = (None, 0)
        # What earlier SDP named, and who was heard under it.
        self._former: dict[tuple[str | None, int], SocketAddress | None] = {}
        self._candidates: dict[SocketAddress, _Candidate] = {}

    def name(self, host: str, port: int) -> bool:
        """Take the address that SDP names.

        An address that means silence (0.0.0.0 or ::, RFC 3264 8.4) names nobody, and changes nothing.

        Args:
            host: an IP literal; a name matches nobody.
            port: of RTP.

        Returns:
            True when it is another one than before, so that what was heard before counts no more.
        """
        named = (numeric_host(host), port)
        if named == self._named or named[0] in ("0.0.0.0", "::"):
            return False
        before, self._named = self._named, named
        if before[0] is not None:
            self._former.pop(before, None)
            self._former[before] = self.source
            if len(self._former) > MAX_FORMER:
                del self._former[next(iter(self._former))]
        # Back where it was before (a call that was parked, say): who was heard there then may go on at once.
        self._former.pop(named, None)
        self.forget()
        return True

    def forget(self) -> None:
        """Whoever is heard next may be the peer."""
        self.source = None
        self._candidates.clear()

    @property
    def destination(self) -> SocketAddress | None:
        """Where to send to in place of the address in SDP; None for that address."""
        source = self.source
        if source is None or self._is_named(source):
            return source
        return None if self._is_former(source) or source[0] not in self.hosts else source

    def admit(
        self, source: SocketAddress, ssrc: int, sequence: int, last_heard: float | None, now: float
    ) -> bool:
        """A well-formed packet with a negotiated payload type came from someone who is not `self.source`.

        Args:
            source: as recvfrom gives it.
            ssrc, sequence: of the packet; 0 for a report, in which there is no stream to follow.
            last_heard: when the source was last heard, in seconds of the clock of `now`.

        Returns:
            True when the packet is to be used; `self.source` is then `source`. False for one that is not.
        """
        host = numeric_host(str(source[0]))
        if self._is_named(source):
            believed = True
        elif host is None or (host != self._named[0] and host not in self.hosts):
            return False
        elif self.source is None:
            at_once = host in self.hosts and not self._is_former(source)
            believed = at_once or self._on_probation(source, ssrc, sequence, now)
        elif self._is_named(self.source):
            return False  # the peer is where it says: silence does not make room for anybody else
        elif self._is_former(self.source) and not self._is_former(source) and host in self.hosts:
            believed = True  # late packets were heard, and now comes the real one
        else:
            moved = ssrc != 0 and ssrc == self._ssrc and host in self.hosts and not self._is_former(source)
            silent = last_heard is None or now - last_heard >= SILENCE_SECONDS
            believed = (moved or silent) and self._on_probation(source, ssrc, sequence, now)
        if believed:
            self.source, self._ssrc = source, ssrc
            self._candidates.clear()
        return believed

    def _is_named(self, source: SocketAddress) -> bool:
        return source[1] == self._named[1] and numeric_host(str(source[0])) == self._named[0]

    def _is_former(self, source: SocketAddress) -> bool:
        known = (numeric_host(str(source[0])), source[1])
        return known in self._former or any(
            heard is not None and heard[:2] == source[:2] for heard in self._former.values()
        )

    def _on_probation(self, source: SocketAddress, ssrc: int, sequence: int, now: float) -> bool:
        """Count a candidate's packet; True when it has shown enough."""
        candidate = self._candidates.get(source)
        if candidate is None or not candidate.follows(ssrc, sequence, now):
            self._candidates.pop(source, None)
            if len(self._candidates) >= MAX_CANDIDATES:
                del self._candidates[next(iter(self._candidates))]
            self._candidates[source] = _Candidate(ssrc, sequence, now)
            return self._probation <= 1
        candidate.sequence = sequence
        candidate.packets += 1
        return candidate.packets >= self._probation
