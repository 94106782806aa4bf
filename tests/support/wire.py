"""A small SIP peer on bare sockets; `wire_text.py` writes and reads its messages.

It shares no code with the switch, so that a mistake of the switch's grammar is not made twice. It does as
it is told, wrong things included; only what every phone does by itself (repeating the INVITE, the ACK of a
refusal, 200 to a BYE) is done here, and can be turned off.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tests.support.wire_text import HOST, Address, Message, answer_to, build, media_address, rtp, sdp

__all__ = [
    "HOST",
    "Address",
    "Call",
    "Line",
    "Message",
    "TcpLine",
    "UdpLine",
    "answer_to",
    "build",
    "media_address",
    "new_branch",
    "open_tcp",
    "open_udp",
    "rtp",
    "sdp",
    "serve_tcp",
]

_serial = itertools.count(1)
_run = f"{random.SystemRandom().getrandbits(32):08x}"

# --- sockets


class Line:
    """A socket with SIP on it: each message goes to the call that has its Call-ID.

    Attributes:
        stray: gets the messages that belong to no call, new INVITEs among them.
        broken: what came and was no message.
    """

    transport_name = ""

    def __init__(self, peer: Address) -> None:
        self.peer = peer
        self.local: Address = ("", 0)
        self.calls: dict[str, Callable[[Message, Address], None]] = {}
        self.stray: Callable[[Message, Line, Address], None] | None = None
        self.broken: list[bytes] = []
        self.closed = False

    def send(self, data: bytes, to: Address | None = None) -> None:
        """Send one message to the peer, or to another address (UDP only)."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the socket."""
        raise NotImplementedError

    def take(self, data: bytes, source: Address) -> None:
        """One message from the wire."""
        try:
            message = Message.parse(data)
            call_id = message.get("call-id")
            _ = message.status
        except (ValueError, IndexError):
            self.broken.append(data)
            return
        taker = self.calls.get(call_id)
        if taker is not None:
            taker(message, source)
        elif self.stray is not None:
            self.stray(message, self, source)


class UdpLine(Line, asyncio.DatagramProtocol):
    """SIP over UDP; open it with `open_udp`."""

    transport_name = "UDP"
    _socket: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.DatagramTransport, transport)
        self.local = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.take(data, addr[:2])

    def send(self, data: bytes, to: Address | None = None) -> None:
        if not self.closed:
            self._socket.sendto(data, to or self.peer)

    def close(self) -> None:
        self.closed = True
        self._socket.close()


class TcpLine(Line, asyncio.Protocol):
    """SIP over one TCP connection; open it with `open_tcp`, or let `serve_tcp` accept them."""

    transport_name = "TCP"
    _socket: asyncio.Transport

    def __init__(self, peer: Address, made: Callable[[TcpLine], None] | None = None) -> None:
        super().__init__(peer)
        self._made = made
        self._buffer = b""
        self._writable = asyncio.Event()
        self._writable.set()
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.Transport, transport)
        self.local = transport.get_extra_info("sockname")[:2]
        self.peer = transport.get_extra_info("peername")[:2]
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            self._buffer = self._buffer.lstrip(b"\r\n")
            head, blank, rest = self._buffer.partition(b"\r\n\r\n")
            length = re.search(rb"^Content-Length: (\d+)\r?$", head, re.MULTILINE)
            if not blank or length is None or len(rest) < int(length[1]):
                return
            size = len(head) + 4 + int(length[1])
            message, self._buffer = self._buffer[:size], self._buffer[size:]
            self.take(message, self.peer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._writable.set()
        self.lost.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def stop_reading(self) -> None:
        """Take nothing more from the connection, so that the peer's sendings pile up."""
        self._socket.pause_reading()

    async def drained(self, seconds: float) -> bool:
        """Wait until what was sent is nearly out; False when the peer takes no more for so long."""
        try:
            await asyncio.wait_for(self._writable.wait(), seconds)
        except TimeoutError:
            return False
        return not self.closed

    def send(self, data: bytes, to: Address | None = None) -> None:
        if not self.closed:
            self._socket.write(data)

    def close(self) -> None:
        self.closed = True
        self._socket.close()

    def abort(self) -> None:
        """Close with RST, as a phone that loses its power behind a router that noticed."""
        self.closed = True
        self._socket.abort()


async def open_udp(peer: Address, local: Address = (HOST, 0)) -> UdpLine:
    """A UDP socket towards a switch."""
    loop = asyncio.get_running_loop()
    _, line = await loop.create_datagram_endpoint(lambda: UdpLine(peer), local_addr=local)
    return line


async def open_tcp(peer: Address) -> TcpLine:
    """A TCP connection to a switch."""
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(lambda: TcpLine(peer), *peer)
    return line


async def serve_tcp(local: Address, made: Callable[[TcpLine], None]) -> asyncio.Server:
    """Accept connections; `made` gets each as a line."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: TcpLine(("", 0), made), *local)


# --- calls


def new_branch() -> str:
    """A branch that nobody had before."""
    return f"z9hG4bK-{_run}-{next(_serial)}"


@dataclass(slots=True)
class Call:
    """A call to the switch; `begin` sends the INVITE.

    Args:
        line: the socket.
        number: whom to call.
        offer: the SDP, b"" for none.
        polite: acknowledge refusals and repeated answers, and say 200 to a BYE.
    """

    line: Line
    number: str
    offer: bytes = b""
    polite: bool = True
    call_id: str = field(default_factory=lambda: f"{_run}-{next(_serial)}")
    tag: str = field(default_factory=lambda: f"t{next(_serial)}")
    branch: str = field(default_factory=new_branch)
    cseq: int = 1
    remote: str = ""
    target: str = ""
    answered: Message | None = None
    last_ack: bytes = b""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    replies: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def begin(self) -> None:
        """Send the INVITE."""
        self.target = f"sip:{self.number}@{self.line.peer[0]}:{self.line.peer[1]}"
        self.remote = f"<{self.target}>"
        self.line.calls[self.call_id] = self._take
        self.line.send(self.invite())

    def invite(self) -> bytes:
        """The INVITE that began, or begins, the call."""
        return self.request("INVITE", self.offer, cseq=1, branch=self.branch)

    def request(
        self,
        method: str,
        body: bytes = b"",
        *,
        cseq: int | None = None,
        branch: str | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> bytes:
        """A request of this call; all but ACK and CANCEL take the next CSeq number unless one is given."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        line = self.line
        at = f"{line.local[0]}:{line.local[1]}"
        suffix = "" if line.transport_name == "UDP" else ";transport=tcp"
        rows = [
            ("Via", f"SIP/2.0/{line.transport_name} {at};branch={branch or new_branch()};rport"),
            ("From", f'"Wire" <sip:wire@{at}>;tag={self.tag}'),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Max-Forwards", "70"),
            ("Contact", f"<sip:wire@{at}{suffix}>"),
            *(headers or []),
        ]
        return build(f"{method} {self.target} SIP/2.0", rows, body)

    def ack(self, body: bytes = b"") -> None:
        """Acknowledge the 2xx."""
        self.last_ack = self.request("ACK", body, cseq=1)
        self.line.send(self.last_ack)

    def cancel(self) -> None:
        """Cancel the INVITE."""
        keep, self.remote = self.remote, f"<{self.target}>"
        self.line.send(self.request("CANCEL", cseq=1, branch=self.branch))
        self.remote = keep

    def bye(self) -> None:
        """Hang up; `reply("BYE")` waits for the answer."""
        self.line.send(self.request("BYE"))

    def vanish(self) -> None:
        """Hear nothing more, as a phone without power."""
        self.line.calls[self.call_id] = _deaf

    def forget(self) -> None:
        """Leave the line; what still comes is nobody's."""
        self.line.calls.pop(self.call_id, None)

    async def reply(self, method: str = "INVITE", *, seconds: float = 8.0, final: bool = True) -> Message:
        """The next (final) response to a request of that kind; TimeoutError when none comes.

        Over UDP the INVITE is sent again until something is heard.
        """
        loop = asyncio.get_running_loop()
        deadline, heard = loop.time() + seconds, False
        while True:
            wait = min(deadline - loop.time(), 0.5)
            if wait <= 0:
                raise TimeoutError(f"no answer to {method}")
            try:
                message = await asyncio.wait_for(self.replies.get(), wait)
            except TimeoutError:
                if method == "INVITE" and not heard and self.line.transport_name == "UDP":
                    self.line.send(self.invite())
                continue
            if message.method == method:
                heard = True
                if message.status >= 200 or not final:
                    return message

    def _take(self, message: Message, source: Address) -> None:
        if not message.status:
            self._asked(message, source)
            return
        if message.method == "INVITE" and message.cseq == 1 and message.status >= 200:
            self.remote = message.get("to")
            if message.status >= 300:
                if self.polite:
                    self.line.send(self.request("ACK", cseq=1, branch=self.branch))
            elif self.answered is not None:
                if self.polite and self.last_ack:
                    self.line.send(self.last_ack)
                return
            else:
                self.answered = message
                self.target = message.get("contact").strip("<>")
        self.replies.put_nowait(message)

    def _asked(self, message: Message, source: Address) -> None:
        if message.method == "BYE":
            self.over.set()
        if self.polite and message.method != "ACK":
            self.line.send(answer_to(message, 200), source)


def _deaf(message: Message, source: Address) -> None:
    """Hears nothing."""
