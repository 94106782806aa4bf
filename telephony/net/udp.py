"""SIP over UDP (RFC 3261 18): one Twisted port that turns datagrams into (bytes, Flow) and back.

Parsing, answering and choosing flows are left to the layers above.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.udp import Port

from telephony.sip.flow import Address, Flow

log = logging.getLogger(__name__)

# A burst of calls must wait in the kernel, not be lost and retransmitted half a second later.
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
MAX_DATAGRAM = 65535
# So many seconds are datagrams worked off before the loop has its turn: media of running calls comes between.
SLICE_SECONDS = 0.004
# Linux's number where Python has no name for it: the kernel notes when each datagram came.
_SO_TIMESTAMPNS = getattr(socket, "SO_TIMESTAMPNS", 35)
_TIMESPEC = struct.Struct("@ll")
_ANCILLARY_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)
FLOW_CACHE_SIZE = 4096


class UdpPort(DatagramProtocol):
    """One bound UDP port.

    Args:
        received: called with each datagram and the flow on which it came.
    """

    def __init__(self, received: Callable[[bytes, Flow], None]) -> None:
        self._received = received
        self._flows: dict[Address, Flow] = {}
        self.local: Address = ("", 0)
        self._port: Port | None = None
        self.waited = 0.0
        """Seconds that the datagram which is being handed up had to wait; 0 between datagrams."""

    def listen(self, reactor: PosixReactorBase, host: str, port: int) -> None:
        """Bind.

        Raises:
            twisted.internet.error.CannotListenError: the address is busy or not ours.
        """
        if ":" in host:
            try:
                with open_ipv6(socket.SOCK_DGRAM, host, port) as sock:
                    self._port = _SlicedPort._fromListeningDescriptor(  # type: ignore[no-untyped-call]
                        reactor, sock.fileno(), socket.AF_INET6, self, MAX_DATAGRAM
                    )
            except OSError as error:
                raise CannotListenError(host, port, error) from error
        else:
            self._port = _SlicedPort(  # type: ignore[no-untyped-call]
                port, self, host, MAX_DATAGRAM, reactor
            )
        self._port.startListening()
        address = self._port.getHost()
        self.local = (address.host, address.port)
        _enlarge_buffer(self._port.socket)
        with contextlib.suppress(OSError):
            self._port.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """The port's callback: hand the datagram up."""
        self._received(datagram, self.flow_to((addr[0], addr[1])))

    def flow_to(self, remote: Address) -> Flow:
        """The flow from this port to a peer; the same peer gets the same object."""
        flow = self._flows.get(remote)
        if flow is None:
            if len(self._flows) >= FLOW_CACHE_SIZE:
                self._flows.clear()
            flow = self._flows[remote] = Flow("UDP", self.local, remote)
        return flow

    def send(self, remote: Address, data: bytes) -> None:
        """Send one datagram; what the network refuses is lost, as on any UDP path.

        So is what is longer than a datagram can be: the answer to a request that was hardly shorter.
        """
        if self._port is not None:
            # Not by the port's own method, which looks at the address anew each time.
            try:
                self._port.socket.sendto(data, remote)
            except OSError:
                log.debug("a datagram of %d bytes was not sent", len(data), exc_info=True)

    def close(self) -> None:
        """Give the port back."""
        if self._port is not None:
            self._port.stopListening()
            self._port = None


class _SlicedPort(Port):
    """Twisted's port, but that it comes back to the loop in time and knows how late it reads."""

    def doRead(self) -> None:
        """Read what waits, for a while at most: the loop comes again for the rest."""
        sock, user = self.socket, self.protocol
        until = time.monotonic() + SLICE_SECONDS
        while True:
            try:
                data, ancillary, _, source = sock.recvmsg(MAX_DATAGRAM, _ANCILLARY_BYTES)
            except OSError:
                break  # nothing more, or an error that a datagram of ours met: it is lost
            for level, kind, stamp in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(stamp) == _TIMESPEC.size:
                    seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                    user.waited = max(0.0, time.time() - seconds - nanoseconds * 1e-9)
            try:
                user.datagramReceived(data, source)
            except Exception:
                log.exception("a datagram could not be taken")
            if time.monotonic() >= until:
                break
        user.waited = 0.0  # what comes by another way knows nothing of it


def open_ipv6(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A bound socket that takes IPv6 alone, so that IPv4 has its own beside it (RFC 3493 5.3).

    Otherwise IPv4 peers come as "::ffff:192.0.2.1", which is no trunk's address, and 0.0.0.0 is taken.

    Raises:
        OSError: the address is busy or not ours.
    """
    sock = socket.socket(socket.AF_INET6, kind)
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _enlarge_buffer(sock: socket.socket) -> None:
    force = getattr(socket, "SO_RCVBUFFORCE", 33)
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, RECEIVE_BUFFER_BYTES)
    except OSError:
        # Without CAP_NET_ADMIN the kernel's limit (net.core.rmem_max) applies.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
