"""All SIP sockets of the switch: listen, send on a flow, find a flow for a URI.

Host names are looked up by A and AAAA records; a choice between several servers by SRV and NAPTR
(RFC 3263) is left to the trunk that needs it. What the messages mean is left to the user agent.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Protocol

from twisted.internet.posixbase import PosixReactorBase

from control.connection_limits import ConnectionLimits
from telephony.net.tcp import TcpTransport
from telephony.net.udp import UdpPort
from telephony.sip.flow import Address, Flow
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.reach import is_address, is_out_of_reach, spelt
from telephony.sip.uri import SipUri, Uri, wants_tls

WILDCARDS = ("0.0.0.0", "::", "")
ROUTE_CACHE_SIZE = 4096
# A caller is on the line while a name is looked up.
LOOKUP_SECONDS = 4.0


class Unreachable(Exception):
    """No flow leads to a URI: wrong scheme, unknown host, or no socket of its kind."""


class TransportUser(Protocol):
    """Who is handed what arrives."""

    def datagram_received(self, data: bytes, flow: Flow) -> None: ...

    def message_received(self, message: Request | Response, flow: Flow) -> None: ...

    def malformed_received(self, error: MessageError, flow: Flow) -> None: ...

    def flow_closed(self, flow: Flow) -> None: ...

    def flow_in_use(self, flow: Flow) -> bool: ...


class Transports:
    """The sockets.

    Args:
        reactor: Twisted's reactor.
        public_address: the host to advertise to peers beyond this machine, for a switch behind NAT.
        limits: of TCP connections that peers open.
    """

    _user: TransportUser

    def __init__(
        self,
        reactor: PosixReactorBase,
        *,
        public_address: str | None = None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self._reactor = reactor
        self._public = public_address
        self._udp: list[UdpPort] = []
        self._tcp = TcpTransport(reactor, limits)
        self._tcp_listening: list[Address] = []
        self._routes: dict[str, str] = {}

    def serve(self, user: TransportUser) -> None:
        """Hand what arrives to `user`; before `listen`."""
        self._user = self._tcp.user = user

    def listen(self, transport: str, host: str, port: int) -> Address:
        """Bind one address.

        Args:
            transport: "UDP" or "TCP".
            host: an address of this machine, or a wildcard.
            port: 0 lets the system choose.

        Returns:
            The bound host and port.

        Raises:
            twisted.internet.error.CannotListenError: the address is busy or not ours.
        """
        if transport == "TCP":
            address = self._tcp.listen(host, port)
            self._tcp_listening.append(address)
            return address
        bound = UdpPort(self._user.datagram_received)
        bound.listen(self._reactor, host, port)
        self._udp.append(bound)
        return bound.local

    @property
    def waited(self) -> float:
        """Seconds that the datagram which is being handed up had to wait; 0 for what came by TCP."""
        return max((port.waited for port in self._udp), default=0.0)

    @property
    def listening(self) -> list[tuple[str, Address]]:
        """What is bound, as (transport, address)."""
        udp = [("UDP", port.local) for port in self._udp]
        return udp + [("TCP", address) for address in self._tcp_listening]

    @property
    def connections(self) -> int:
        """TCP connections that are open."""
        return len(self._tcp)

    @property
    def turned_away(self) -> dict[str, int]:
        """TCP connections that a limit closed since the start, by limit."""
        return dict(self._tcp.door.turned_away)

    def send(self, flow: Flow, data: bytes) -> None:
        """Put one message on the wire; failure shows as `flow_closed` (TCP) or as silence (UDP)."""
        if flow.transport == "TCP":
            self._tcp.send(flow, data)
            return
        for port in self._udp:
            if port.local == flow.local:
                port.send(flow.remote, data)
                return

    def advertised(self, flow: Flow) -> Address:
        """The host and port under which the far end of a flow can reach us (Via, Contact, SDP)."""
        host, port = flow.local
        if flow.transport == "TCP":
            port = self._listening_port(flow)
        far = flow.remote[0]
        # The public address is one family's: a peer of the other is told ours, which it can reach.
        if self._public is not None and not _is_loopback(far) and _may_reach(far, self._public):
            return self._public, port
        if host in WILDCARDS:
            host = self.local_towards(flow.remote[0])
        return host, port

    def local_end(self, flow: Flow) -> Address:
        """Our own address and port on a flow, for people."""
        host, port = flow.local
        if host in WILDCARDS:
            host = self.local_towards(flow.remote[0])
        return host, port or self._listening_port(flow)

    def _listening_port(self, flow: Flow) -> int:
        """The port where the far end of a connection can open another one to us."""
        ports = [port for _, port in self._tcp_listening]
        if flow.local[1] in ports or not (ports or self._udp):
            return flow.local[1]
        same_family = [port for host, port in self._tcp_listening if (":" in host) == (":" in flow.remote[0])]
        return (same_family or ports or [self._udp[0].local[1]])[0]

    def locate(self, uri: Uri, like: Flow | None = None) -> Flow | None:
        """The flow to a URI whose host is an address; None for a host name (use `resolve`).

        Args:
            uri: where to.
            like: leave from our end of this one where that is possible.

        Raises:
            Unreachable: not a SIP URI, or no socket of its transport and family.
        """
        if not isinstance(uri, SipUri):
            raise Unreachable(f"cannot route a {uri.scheme}: URI")
        if wants_tls(uri):
            raise Unreachable("a sips: URI is for TLS alone, which we have not")
        host, port = uri.host_port
        host = uri.param("maddr") or host
        if not is_address(host):
            return None
        return self._flow(uri.transport or "UDP", (host, port), like)

    def flow_again(self, flow: Flow, uri: Uri) -> Flow | None:
        """The way to a peer that an earlier run of the switch reached on `flow`; None when it is gone.

        Datagrams go where they went. A connection ended with that run: the peer is reached where it said.

        Args:
            flow: of the earlier run.
            uri: the peer's Contact, or the first proxy on the way to it.
        """
        try:
            if not flow.reliable:
                return self._flow(flow.transport, flow.remote, flow)
            if isinstance(uri, SipUri) and not is_out_of_reach(uri.host, flow.remote[0]):
                return self.locate(uri, flow)
        except Unreachable:
            pass
        return None

    def way_to(self, uri: Uri, otherwise: Flow) -> Flow | None:
        """As `locate`, from our end of `otherwise` where possible; `otherwise` when the URI leads nowhere.

        No dialog has a sips: URI (`telephony.sip.dialog`).
        """
        try:
            return self.locate(uri, otherwise)
        except Unreachable:
            return otherwise

    def is_up(self, flow: Flow) -> bool:
        """Whether something can be sent on a flow: its connection is there, or we can open it."""
        return flow.transport != "TCP" or self._tcp.is_up(flow)

    def stream_to(self, flow: Flow) -> Flow | None:
        """The flow over a connection to the far end of a datagram flow; None when it refused one lately."""
        return self._tcp.flow_to(flow.remote) if self._tcp.may_open(flow.remote) else None

    async def resolve(self, uri: Uri, like: Flow | None = None) -> Flow:
        """The flow to a URI, looking its host up.

        Args:
            uri: where to.
            like: leave from our end of this one where that is possible.

        Raises:
            Unreachable: as `locate`, or the name does not exist, or no name server answers in time.
        """
        flow = self.locate(uri, like)
        if flow is not None:
            return flow
        assert isinstance(uri, SipUri)
        host, port = uri.host_port
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        except TimeoutError as error:
            raise Unreachable(f"no word about host {host}") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that no name can have
            raise Unreachable(f"unknown host {host}") from error
        for family, _, _, _, address in found:
            if family in (socket.AF_INET, socket.AF_INET6):
                try:
                    return self._flow(uri.transport or "UDP", (str(address[0]), int(address[1])), like)
                except Unreachable:
                    continue
        raise Unreachable(f"no socket reaches {host}")

    def close(self) -> None:
        """Close every socket."""
        for port in self._udp:
            port.close()
        self._tcp.close()

    def _flow(self, transport: str, remote: Address, like: Flow | None) -> Flow:
        remote = (spelt(remote[0]), remote[1])
        if transport == "TCP":
            return self._tcp.flow_to(remote)
        if transport != "UDP":
            raise Unreachable(f"no {transport} transport")
        same_family = [port for port in self._udp if (":" in port.local[0]) == (":" in remote[0])]
        if not same_family:
            raise Unreachable("no UDP socket of that address family")
        if len(same_family) > 1:
            # A dialog stays at the socket where it began: the peer may know no other (RFC 3261 12.2.1.1).
            own = like.local if like is not None else ("", 0)
            here = self.local_towards(remote[0])
            same_family.sort(
                key=lambda port: (port.local != own, port.local[0] != own[0], port.local[0] != here)
            )
        return same_family[0].flow_to(remote)

    def local_towards(self, remote: str) -> str:
        """Our own address on the route to a peer, as the kernel would choose it."""
        found = self._routes.get(remote)
        if found is None:
            if len(self._routes) >= ROUTE_CACHE_SIZE:
                self._routes.clear()
            found = self._routes[remote] = _route(remote)
        return found


def _route(remote: str) -> str:
    family = socket.AF_INET6 if ":" in remote else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote, 9))  # sends nothing: only asks for the route
            return str(probe.getsockname()[0])
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"


def _may_reach(far: str, host: str) -> bool:
    """Whether a host is a name, or an address of the far end's family."""
    return not is_address(host) or (":" in host) == (":" in far)


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")
