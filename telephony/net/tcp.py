"""SIP over TCP (RFC 3261 18): listening, connecting, and messages framed out of byte streams.

One `TcpTransport` owns every connection, those that peers opened and those that we did. Choosing flows
and answering messages are left to the layers above.
"""

from __future__ import annotations

import socket
from typing import Protocol as TypingProtocol
from typing import cast

from twisted.internet.base import DelayedCall
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IConnector
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.protocol import ClientFactory, Protocol, ServerFactory, connectionDone
from twisted.internet.tcp import Connection as TwistedConnection
from twisted.internet.tcp import Port
from twisted.python.failure import Failure

from control.connection_limits import ConnectionCount, ConnectionLimits
from telephony.net.udp import open_ipv6
from telephony.sip.flow import Address, Flow
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.parser import ParseError, Ping, StreamParser
from telephony.sip.reach import spelt

CONNECT_TIMEOUT = 5.0
# A connection whose peer takes nothing of what we send for so long is given up (RFC 5482).
UNTAKEN_MILLISECONDS = 30_000
# A peer that took no connection is asked for none for so long where another way leads to it.
REFUSAL_SECONDS = 600.0
MAX_REFUSALS = 4096
SWEEP_SECONDS = 2.0
IDLE_SWEEP_SECONDS = 60.0
PONG = b"\r\n"


class TcpUser(TypingProtocol):
    """Who is handed what the connections bring."""

    def message_received(self, message: Request | Response, flow: Flow) -> None: ...

    def malformed_received(self, error: MessageError, flow: Flow) -> None: ...

    def flow_closed(self, flow: Flow) -> None: ...

    def flow_in_use(self, flow: Flow) -> bool: ...


class TcpConnection(Protocol):
    """One TCP connection with its parser.

    Args:
        owner: the transport.
        towards: where we connected to, None for a connection that a peer opened.

    Attributes:
        opened: it is we who connected.
        heard: when anything came or went last, in seconds of the reactor's clock.
        waiting: since when a message is due of which nothing or a part has come, None for no message.
        proved: a whole message has come.
    """

    def __init__(self, owner: TcpTransport, *, towards: Address | None = None) -> None:
        self._owner = owner
        self._parser = StreamParser()
        self._towards = towards
        self.opened = towards is not None
        self.flow: Flow | None = None
        self.heard = owner.now()
        self.waiting: float | None = None if self.opened else self.heard
        self.proved = self.opened

    def connectionMade(self) -> None:
        """Twisted's callback: learn both addresses, and join the owner's table."""
        wire = cast(TwistedConnection, self.transport)
        here, there = wire.getHost(), wire.getPeer()
        wire.setTcpNoDelay(True)
        wire.setTcpKeepAlive(True)  # a peer that vanished is noticed, so that its flow fails
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MILLISECONDS)
        wire.registerProducer(self, True)
        remote = self._towards or (spelt(there.host), there.port)
        self.flow = self._owner.add(self, (here.host, here.port), remote)
        if self.flow is None:
            wire.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Twisted's callback: frame messages and pass them up, one after the other."""
        if self.flow is None:
            return
        self.heard = self._owner.now()
        items = self._parser.feed(data)
        if any(not isinstance(item, Ping) for item in items):
            self.proved, self.waiting = True, None
        if self.waiting is None and self._parser.waits:
            self.waiting = self.heard
        for item in items:
            if isinstance(item, Ping):
                self.write(PONG)  # RFC 5626 4.4.1
            elif isinstance(item, ParseError):
                self._owner.user.malformed_received(item.error, self.flow)
            else:
                self._owner.user.message_received(item, self.flow)
        if self._parser.broken:
            self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted's callback: the connection is gone."""
        if self.flow is not None:
            self._owner.lost(self.flow)

    def pauseProducing(self) -> None:
        """Twisted's callback: the peer is slow to take what we send, so we take no more requests from it.

        Otherwise the answers to a peer that asks and never listens would fill our memory.
        """
        cast(TwistedConnection, self.transport).pauseProducing()

    def resumeProducing(self) -> None:
        """Twisted's callback: what we sent is out."""
        cast(TwistedConnection, self.transport).resumeProducing()

    def stopProducing(self) -> None:
        """Twisted's callback: the connection is closed."""

    def write(self, data: bytes) -> None:
        """Send bytes; Twisted buffers what the peer does not take at once."""
        self.heard = self._owner.now()
        if self.transport is not None:
            cast(TwistedConnection, self.transport).write(data)

    def close(self) -> None:
        """Close after what is buffered has gone out."""
        if self.transport is not None:
            cast(TwistedConnection, self.transport).loseConnection()

    def abort(self) -> None:
        """Close at once, whatever the peer does; `connectionLost` follows."""
        if self.transport is not None:
            cast(TwistedConnection, self.transport).abortConnection()


class TcpTransport:
    """All TCP connections of the switch.

    Args:
        reactor: Twisted's reactor.
        limits: of the connections that peers open; those that we open are as many as our calls need.

    Attributes:
        user: gets messages and notices of closed connections; set it before listening.
    """

    user: TcpUser

    def __init__(self, reactor: PosixReactorBase, limits: ConnectionLimits | None = None) -> None:
        self._reactor = reactor
        self.door = ConnectionCount(limits or ConnectionLimits(), "SIP over TCP")
        self._ports: list[Port] = []
        self._connections: dict[int, TcpConnection] = {}
        self._by_remote: dict[Address, int] = {}
        self._opening: dict[Address, list[bytes]] = {}
        self._refusals: dict[Address, float] = {}  # when each peer refused a connection last
        self._number = 0
        self._sweep: DelayedCall | None = None
        self._idle_since = 0.0  # when idle connections were looked for last

    def now(self) -> float:
        """The reactor's clock, in seconds."""
        return self._reactor.seconds()

    def listen(self, host: str, port: int) -> Address:
        """Listen; returns the bound address.

        Raises:
            twisted.internet.error.CannotListenError: the address is busy or not ours.
        """
        factory = _Listening(self)
        bound = _listen(self._reactor, host, port, factory)
        self._ports.append(bound)
        address = bound.getHost()
        return (address.host, address.port)

    def add(self, connection: TcpConnection, local: Address, remote: Address) -> Flow | None:
        """Register a connection that was just made; None when a peer made it and there are too many."""
        if not connection.opened and not self._has_room(remote[0]):
            return None
        self._number += 1
        flow = Flow("TCP", local, remote, self._number)
        self._connections[self._number] = connection
        self._by_remote[remote] = self._number
        if not connection.opened:
            self.door.enter(remote[0])
        if self._sweep is None:
            self._sweep = self._reactor.callLater(SWEEP_SECONDS, self._close_unused)
        for data in self._opening.pop(remote, ()):
            connection.write(data)
        return flow

    def _has_room(self, host: str) -> bool:
        """Whether a peer may connect; where all is full, who connected first and said nothing must go."""
        if self.door.is_crowd(host):
            self.door.bites("too many from one address", host, self.now())
            return False
        if not self.door.is_full:
            return True
        silent = next((each for each in self._connections.values() if not each.proved), None)
        if silent is None or silent.flow is None:
            self.door.bites("too many in all", host, self.now())
            return False
        flow, silent.flow = silent.flow, None
        self.door.bites("too many in all", flow.remote[0], self.now())
        self.lost(flow)
        silent.abort()
        return True

    def lost(self, flow: Flow) -> None:
        """Forget a connection and tell the user."""
        connection = self._connections.pop(flow.connection, None)
        if connection is not None and not connection.opened:
            self.door.leave(flow.remote[0])
        current = self._by_remote.get(flow.remote) == flow.connection
        if current:
            del self._by_remote[flow.remote]
        if current and connection is not None and connection.opened:
            # What was sent before there was a connection knows it by this name. First, for by the same name
            # goes what is sent over a new one in its place.
            self.user.flow_closed(_unopened(flow.remote))
        self.user.flow_closed(flow)

    def close_overdue(self, now: float) -> None:
        """Close connections on which a message was begun, or is expected, for too long.

        Args:
            now: seconds of the reactor's clock.
        """
        for connection in list(self._connections.values()):
            flow, since = connection.flow, connection.waiting
            if flow is not None and since is not None and now - since >= self.door.limits.first_message:
                self.door.bites("no whole message in time", flow.remote[0], now)
                connection.abort()

    def close_idle(self, now: float) -> None:
        """Close connections on which nothing came or went for too long and that nobody has a use for.

        Args:
            now: seconds of the reactor's clock.
        """
        for connection in list(self._connections.values()):
            flow = connection.flow
            idle = now - connection.heard >= self.door.limits.idle
            if idle and flow is not None and not self.user.flow_in_use(flow):
                connection.close()

    def _close_unused(self) -> None:
        self._sweep = None
        now = self.now()
        self.close_overdue(now)
        if now - self._idle_since >= IDLE_SWEEP_SECONDS:
            self._idle_since = now
            self.close_idle(now)
        if self._connections:
            self._sweep = self._reactor.callLater(SWEEP_SECONDS, self._close_unused)

    def refused(self, remote: Address) -> None:
        """A connection that we wanted did not come about."""
        if len(self._refusals) >= MAX_REFUSALS:
            self._refusals.clear()
        self._refusals[remote] = self.now()
        if self._opening.pop(remote, None) is not None:
            self.user.flow_closed(_unopened(remote))

    def may_open(self, remote: Address) -> bool:
        """Whether a peer did not refuse a connection lately."""
        refused = self._refusals.get(remote)
        return remote in self._by_remote or refused is None or self.now() - refused >= REFUSAL_SECONDS

    def is_up(self, flow: Flow) -> bool:
        """Whether something can be sent on a flow: a connection is there, or it was we who opened it."""
        if flow.connection in self._connections or flow.remote in self._by_remote:
            return True
        return not self._was_theirs(flow)

    def _was_theirs(self, flow: Flow) -> bool:
        return any(port.getHost().port == flow.local[1] for port in self._ports)

    def flow_to(self, remote: Address) -> Flow:
        """The open connection to a peer, else a flow that opens one when first used."""
        number = self._by_remote.get(remote)
        if number is not None:
            flow = self._connections[number].flow
            if flow is not None:
                return flow
        return _unopened(remote)

    def send(self, flow: Flow, data: bytes) -> None:
        """Send on the flow's connection; when it is closed, on another one to the same peer (18.2.2).

        Where it was the peer who connected, its port went with the connection: the flow fails.
        """
        connection = self._connections.get(flow.connection)
        if connection is None:
            connection = self._connections.get(self._by_remote.get(flow.remote, 0))
        if connection is not None:
            connection.write(data)
        elif flow.remote in self._opening:
            self._opening[flow.remote].append(data)
        elif self._was_theirs(flow):
            self.user.flow_closed(flow)
        else:
            self._opening[flow.remote] = [data]
            self._reactor.connectTCP(
                flow.remote[0], flow.remote[1], _Connecting(self, flow.remote), timeout=CONNECT_TIMEOUT
            )

    def __len__(self) -> int:
        return len(self._connections)

    def close(self) -> None:
        """Stop listening and close every connection."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for port in self._ports:
            port.stopListening()
        for connection in list(self._connections.values()):
            connection.close()


def _listen(reactor: PosixReactorBase, host: str, port: int, factory: ServerFactory) -> Port:
    if ":" not in host:
        return cast(Port, reactor.listenTCP(port, factory, backlog=512, interface=host))
    try:
        with open_ipv6(socket.SOCK_STREAM, host, port) as sock:
            sock.listen(512)
            return cast(Port, reactor.adoptStreamPort(sock.fileno(), socket.AF_INET6, factory))
    except OSError as error:
        raise CannotListenError(host, port, error) from error


def _unopened(remote: Address) -> Flow:
    """The flow that opens a connection when first used."""
    return Flow("TCP", ("", 0), remote, 0)


class _Listening(ServerFactory):
    noisy = False

    def __init__(self, owner: TcpTransport) -> None:
        self._owner = owner

    def buildProtocol(self, addr: IAddress | None) -> TcpConnection:
        return TcpConnection(self._owner)


class _Connecting(ClientFactory):
    noisy = False

    def __init__(self, owner: TcpTransport, remote: Address) -> None:
        self._owner = owner
        self._remote = remote

    def buildProtocol(self, addr: IAddress | None) -> TcpConnection:
        return TcpConnection(self._owner, towards=self._remote)

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        self._owner.refused(self._remote)
