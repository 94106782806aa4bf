"""UDP ports for media: a pool of RTP/RTCP port pairs and one cheap reader for all their sockets.

What the datagrams mean, and where ours go, is left to `telephony.media`.

Why not one asyncio datagram endpoint a leg: measured with 1,000 bare sockets that relay (one packet in, one
out, uvloop, an idle machine), a relay costs 5.1 us through endpoints, 5.0 us through `loop.add_reader` on
each socket, 4.6 us through one epoll of our own that hangs in the loop as a single reader; and an endpoint's
transport costs 270 bytes a leg more. What the whole engine costs is measured by `bench/media_micro.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

# (host, port), or (host, port, flow info, scope) for IPv6: whatever recvfrom gives.
SocketAddress: TypeAlias = tuple[Any, ...]
# (datagram, its source, time.monotonic() of the batch it was read in)
DatagramHandler: TypeAlias = Callable[[bytes, SocketAddress, float], None]

MAX_DATAGRAM = 2048
# So many sockets are read before the loop gets its turn back (SIP must not wait for a burst of media).
BATCH = 256
_NON_BLOCKING = getattr(socket, "SOCK_NONBLOCK", 0)
# Expedited Forwarding, the class for voice (RFC 4594 4.1, RFC 3246).
EXPEDITED_FORWARDING = 46


class PortsExhausted(Exception):
    """Every port pair of the range is taken, by us or by someone else."""


class PortPair:
    """Two bound, non-blocking sockets: RTP on an even port, RTCP on the odd one above (RFC 3550 11)."""

    __slots__ = ("port", "rtcp", "rtp")

    def __init__(self, port: int, rtp: socket.socket, rtcp: socket.socket) -> None:
        self.port = port
        self.rtp = rtp
        self.rtcp = rtcp


class PortPool:
    """Hands out the port pairs of a range, the one that was free for the longest time first.

    So a late packet of the last call does not meet the next one. A pair that another program holds is
    skipped and tried again when its turn comes.

    Args:
        address: numeric IPv4 or IPv6 address to bind, "0.0.0.0" or "::" for all.
        first, last: the range of UDP ports, both included.
        advertised: address to name in SDP where it differs from the one bound (NAT, "0.0.0.0").
        dscp: differentiated services code point of what we send; 0 leaves it alone.

    Raises:
        ValueError: the range holds no even port with its odd neighbour, or the address is not numeric.
    """

    def __init__(
        self,
        address: str,
        first: int,
        last: int,
        *,
        advertised: str | None = None,
        dscp: int = EXPEDITED_FORWARDING,
    ) -> None:
        ports = range(first + first % 2, last, 2)
        if not ports or first < 1 or last > 65535:
            raise ValueError(f"RTP ports {first}-{last} hold no even port with its odd neighbour")
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            socket.inet_pton(self.family, address)
        except OSError:
            raise ValueError(f"{address!r} is not a numeric IP address") from None
        self.address = advertised or address
        self.capacity = len(ports)
        self._bind_address = address
        self._traffic_class = dscp << 2
        self._free = deque(ports)
        self._taken: set[int] = set()

    @property
    def in_use(self) -> int:
        """Pairs handed out and not yet returned."""
        return len(self._taken)

    def allocate(self) -> PortPair:
        """Bind the next free pair.

        Raises:
            PortsExhausted: none is left, or the operating system refuses all that are.
        """
        error: OSError | None = None
        for _ in range(len(self._free)):
            port = self._free.popleft()
            try:
                pair = self._bind(port)
            except OSError as failure:
                self._free.append(port)
                error = failure
                continue
            self._taken.add(port)
            return pair
        why = f" ({error.strerror})" if error is not None else ""
        raise PortsExhausted(f"none of {self.capacity} RTP port pairs is free{why}")

    def release(self, pair: PortPair) -> None:
        """Close both sockets and put the pair at the end of the line; a second time does nothing."""
        if pair.port not in self._taken:
            return
        self._taken.discard(pair.port)
        self._free.append(pair.port)
        pair.rtp.close()
        pair.rtcp.close()

    def _bind(self, port: int) -> PortPair:
        rtp = self._socket(port)
        try:
            return PortPair(port, rtp, self._socket(port + 1))
        except OSError:
            rtp.close()
            raise

    def _socket(self, port: int) -> socket.socket:
        # Non-blocking from the first where the system can: one call of it less for each of a call's sockets.
        sock = socket.socket(self.family, socket.SOCK_DGRAM | _NON_BLOCKING)
        try:
            if not _NON_BLOCKING:
                sock.setblocking(False)
            if self.family == socket.AF_INET6:
                # The same ports of both families are ours, side by side.
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if self._traffic_class:
                self._mark(sock)
            sock.bind((self._bind_address, port))
        except OSError:
            sock.close()
            raise
        return sock

    def _mark(self, sock: socket.socket) -> None:
        # A kernel or container that refuses the mark must not cost us the call.
        with contextlib.suppress(OSError):
            if self.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, self._traffic_class)
            else:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, self._traffic_class)


class DatagramReader:
    """Reads many UDP sockets for one loop, one datagram a socket and turn.

    On Linux all sockets hang in an epoll of ours, whose descriptor is one reader of the loop; elsewhere
    each socket is a reader of the loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._receivers: dict[int, tuple[Callable[[int], tuple[bytes, SocketAddress]], DatagramHandler]] = {}
        self._epoll: Any = None
        if sys.platform == "linux":
            self._epoll = select.epoll()
            loop.add_reader(self._epoll.fileno(), self._read_ready)

    def add(self, sock: socket.socket, handler: DatagramHandler) -> None:
        """Call `handler` with every datagram that arrives on `sock`, until `remove`."""
        descriptor = sock.fileno()
        self._receivers[descriptor] = (sock.recvfrom, handler)
        if self._epoll is not None:
            self._epoll.register(descriptor, select.EPOLLIN)
        else:
            self._loop.add_reader(descriptor, self._read_one, descriptor, self._receivers)

    def remove(self, sock: socket.socket) -> None:
        """Forget `sock`; to be called before it is closed."""
        descriptor = sock.fileno()
        if self._receivers.pop(descriptor, None) is None:
            return
        if self._epoll is not None:
            self._epoll.unregister(descriptor)
        else:
            self._loop.remove_reader(descriptor)

    def close(self) -> None:
        """Stop reading at all."""
        if self._epoll is not None and not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
        elif self._epoll is None:
            for descriptor in self._receivers:
                self._loop.remove_reader(descriptor)
        self._receivers.clear()

    def _read_ready(self) -> None:
        """Hot path: one round over the sockets that have something."""
        now = time.monotonic()
        receivers = self._receivers
        for descriptor, _ in self._epoll.poll(0, BATCH):
            receiver = receivers.get(descriptor)
            if receiver is None:
                continue  # an earlier handler of this round closed it
            try:
                data, source = receiver[0](MAX_DATAGRAM)
            except OSError:
                continue  # its descriptor was closed and given to a new socket within this round
            try:
                receiver[1](data, source, now)
            except Exception as error:  # one leg's fault must not stop the others
                self._report(error)

    def _read_one(self, descriptor: int, receivers: dict[int, Any]) -> None:
        receiver = receivers.get(descriptor)
        if receiver is None:
            return
        with contextlib.suppress(OSError):
            data, source = receiver[0](MAX_DATAGRAM)
            receiver[1](data, source, time.monotonic())

    def _report(self, error: Exception) -> None:
        self._loop.call_exception_handler({"message": "media datagram handler failed", "exception": error})
