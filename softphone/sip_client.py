"""pyVoIP's SIP client with what it lacks for scripted use: transactions, credentials, dialogs, clean ends.

Workarounds for pyVoIP 1.6.8, each with its reason:

* requests are sent once and waited for without a limit, in places while holding its receive lock =>
  `Exchange` repeats a request over UDP and every wait has a deadline;
* Call-IDs are the hash of a counter, so a second run on the same port repeats the first run's Call-ID with a
  lower CSeq, which a registrar must refuse (RFC 3261 10.3) => random Call-IDs;
* the INVITE with credentials keeps the branch of the one without, so it seems a repetition => new branch;
* an ACK carries a fresh To tag, so it belongs to no dialog and the 2xx is repeated until the call is dropped;
  BYE reuses the INVITE's branch and ignores the route set => both are built from a `Dialog` here;
* replies invent a To tag, CANCEL does not end a call, OPTIONS is not answered => answered here;
* failures other than 404 and 503 are dropped, and print to standard output => handed to the caller;
* its receive thread reads before it assigns, and dies with a traceback when the socket closes => own loop.
"""

from __future__ import annotations

import queue
import re
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread, Timer

import pyVoIP.VoIP  # before SIP: the two import each other, and only this order works
from pyVoIP import RTP, SIP, VoIP

from softphone.message import Message, credentials

T1, T2 = 0.5, 4.0  # RFC 3261 17.1.1.1
NO_ANSWER_AFTER = (
    6.0  # seconds without any response: no server. Less than 64*T1, a script should not wait for long.
)
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS"
_ROWS = "\r\n"

pyVoIP.SIPCompatibleMethods[:] = ALLOW.split(", ")  # what goes into its Allow headers
for _module in (SIP, RTP, VoIP.VoIP):  # debug() prints even when DEBUG is off, into our lines of facts
    _module.debug = lambda *_: None


class NoServer(Exception):
    """Nothing answers at the server's address."""


class Refused(Exception):
    """A request got a final answer other than success."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason


@dataclass(slots=True)
class Dialog:
    """What a request inside a call needs (RFC 3261 12); `local` and `remote` are header values with tags."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: list[str] = field(default_factory=list)
    cseq: int = 0


class Exchange:
    """One client transaction: sends a request, repeats it until answered, hands out the responses."""

    __slots__ = ("_answered", "_interval", "_is_invite", "_next_send", "_send", "responses", "text")

    def __init__(self, send: Callable[[str], None]) -> None:
        self.responses: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._send = send

    def start(self, text: str) -> None:
        """Send `text`: the request, or the same one with credentials."""
        self.text = text
        self._is_invite = text.startswith("INVITE ")
        self._answered = False
        self._interval = T1
        self._next_send = time.monotonic() + T1
        self._send(text)

    def next(self, timeout: float) -> Message | None:
        """The next response, or None when none comes within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            now = time.monotonic()
            until = deadline if self._answered else min(deadline, self._next_send)
            try:
                response = self.responses.get(timeout=max(until - now, 0))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    return None
                self._repeat()
                continue
            self._answered = True
            return response

    def _repeat(self) -> None:
        """RFC 3261 17.1.1.2, 17.1.2.2: timers A and E."""
        self._send(self.text)
        self._interval = self._interval * 2 if self._is_invite else min(self._interval * 2, T2)
        self._next_send = time.monotonic() + self._interval


class SipClient(SIP.SIPClient):  # type: ignore[misc]  # pyVoIP has no types
    """The phone's signalling: one socket, one receiving thread.

    `on_request(message, source)` gets INVITE, ACK, BYE and CANCEL that are not repetitions.
    """

    def __init__(
        self, phone: object, server: tuple[str, int], user: str, password: str, address: tuple[str, int]
    ) -> None:
        domain = f"{server[0]}:{server[1]}"  # pyVoIP leaves the port out of every URI it makes from this
        super().__init__(domain, server[1], user, password, phone=phone, myIP=address[0], myPort=address[1])
        self._peer = server
        self._exchanges: dict[tuple[str, int, str], Exchange] = {}
        self._acks: dict[tuple[str, int, str], str] = {}
        self._replies: dict[tuple[str, int, str], str] = {}
        self._refresh: Timer | None = None
        self.on_request: Callable[[Message], None] = lambda _: None

    def start(self) -> None:
        self.s = self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind((self.myIP, self.myPort))
        self.s.settimeout(0.2)
        self.myPort: int = self.s.getsockname()[1]
        self.NSD = True
        Thread(target=self.recv_loop, name="SIP receive", daemon=True).start()

    def stop(self) -> None:
        if self._refresh:
            self._refresh.cancel()
        self.NSD = False
        self._close_sockets()

    # -- registration

    def register(self) -> int:
        """Register; returns the seconds granted. Raises NoServer or Refused. Renews itself at half-time."""
        self.default_expires = 600
        response = self.succeed(self.gen_first_response())
        granted = re.search(r"expires=(\d+)", response.headers.get("Contact", ""), re.IGNORECASE)
        seconds = int(granted[1]) if granted else int(response.headers.get("Expires", self.default_expires))
        self._refresh = Timer(max(seconds / 2, 1.0), self._renew)
        self._refresh.daemon = True
        self._refresh.start()
        return seconds

    def _renew(self) -> None:
        try:
            self.register()
        except (NoServer, Refused, OSError):
            self._refresh = None  # a call in progress continues without a registration

    def deregister(self) -> None:
        if self._refresh:
            self._refresh.cancel()
        self.succeed(self.gen_first_response(deregister=True))

    # -- client transactions

    def succeed(self, text: str) -> Message:
        """Send a request other than INVITE, with credentials when asked; returns the 2xx."""
        exchange = self.begin(text)
        challenged = False
        while True:
            response = exchange.next(NO_ANSWER_AFTER)
            if response is None:
                raise NoServer(f"no answer from {self._peer[0]}:{self._peer[1]}")
            if response.code in (401, 407) and not challenged:
                challenged = True
                self.retry(exchange, response)
            elif 200 <= response.code < 300:
                return response
            elif response.code >= 300:
                raise Refused(response.code, response.reason)

    def begin(self, text: str) -> Exchange:
        """Send a request; its responses come out of the Exchange."""
        exchange = Exchange(self.send)
        self._exchanges[_key_of(text)] = exchange  # before the start: an answer may be quick
        exchange.start(text)
        return exchange

    def retry(self, exchange: Exchange, challenge: Message) -> None:
        """Send the exchange's request again with credentials. Raises Refused on an unusable challenge."""
        text = self.with_credentials(exchange.text, challenge)
        self._exchanges.pop(challenge.key, None)
        self._exchanges[_key_of(text)] = exchange
        exchange.start(text)

    def with_credentials(self, text: str, challenge: Message) -> str:
        """The same request once more, with the credentials that `challenge` asks for (RFC 3261 22.2)."""
        method, uri, _ = text.split(" ", 2)
        if not {"realm", "nonce"} <= challenge.authentication.keys():
            raise Refused(challenge.code, challenge.reason)
        value = credentials(method, uri, challenge.authentication, self.username, self.password)
        name = "Proxy-Authorization" if challenge.code == 407 else "Authorization"
        text = re.sub(r"branch=[^;\r\n]+", f"branch={self.gen_branch()}", text, count=1)
        text = re.sub(r"CSeq: \d+", f"CSeq: {_key_of(text)[1] + 1}", text, count=1)
        return text.replace("\r\nContent-Length", f"\r\n{name}: {value}\r\nContent-Length", 1)

    def send(self, text: str) -> None:
        self.out.sendto(text.encode("utf8"), self._peer)

    # -- message generators

    def gen_call_id(self) -> str:
        return f"{secrets.token_hex(12)}@{self.myIP}"

    def gen_invite(self, *args: object) -> str:
        """pyVoIP's INVITE with an address of record in From and with rport (RFC 3581), as in its REGISTER."""
        text: str = super().gen_invite(*args)
        text = text.replace(
            f"From: <sip:{self.username}@{self.myIP}>", f"From: <sip:{self.username}@{self.server}>", 1
        )
        return re.sub(r"(branch=[^;\r\n]+)", r"\1;rport", text, count=1)

    def gen_ack(self, response: Message, dialog: Dialog | None = None) -> str:
        """ACK of a 2xx (with `dialog`) or of a failure; the latter keeps the branch (RFC 3261 17.1.1.3)."""
        number = response.key[1]
        if dialog:
            return self.gen_in_dialog("ACK", dialog, number)
        invite = self._exchanges[response.key].text
        uri, via = invite.split(" ", 2)[1], re.search(r"Via: [^\r]+", invite)
        rows = [
            f"ACK {uri} SIP/2.0",
            via[0] if via else "",
            "Max-Forwards: 70",
            f"From: {response.from_value}",
            f"To: {response.to_value}",
            f"Call-ID: {response.headers['Call-ID']}",
            f"CSeq: {number} ACK",
            "Content-Length: 0",
        ]
        return _ROWS.join(rows) + "\r\n\r\n"

    def gen_cancel(self, invite: str) -> str:
        """CANCEL of an INVITE that was sent (RFC 3261 9.1)."""
        kept = [
            row
            for row in invite.split("\r\n")
            if row.startswith(("Via:", "From:", "To:", "Call-ID:", "Max-Forwards:"))
        ]
        rows = [
            f"CANCEL {invite.split(' ', 2)[1]} SIP/2.0",
            *kept,
            f"CSeq: {_key_of(invite)[1]} CANCEL",
            "Content-Length: 0",
        ]
        return _ROWS.join(rows) + "\r\n\r\n"

    def gen_in_dialog(self, method: str, dialog: Dialog, number: int | None = None) -> str:
        """A request inside a dialog (RFC 3261 12.2.1.1)."""
        if number is None:
            dialog.cseq += 1
            number = dialog.cseq
        rows = [
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.myIP}:{self.myPort};branch={self.gen_branch()};rport",
            *(f"Route: {route}" for route in dialog.routes),
            "Max-Forwards: 70",
            f"From: {dialog.local}",
            f"To: {dialog.remote}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.username}@{self.myIP}:{self.myPort}>",
            "Content-Length: 0",
        ]
        return _ROWS.join(rows) + "\r\n\r\n"

    # -- server side

    def reply(self, request: Message, status: int, reason: str, *, tag: str = "") -> None:
        """Answer a request without a body."""
        to = request.to_value if request.headers["To"]["tag"] or not tag else f"{request.to_value};tag={tag}"
        text = f"SIP/2.0 {status} {reason}\r\n{self._gen_response_via_header(request)}"
        text += f"From: {request.from_value}\r\nTo: {to}\r\nCall-ID: {request.headers['Call-ID']}\r\n"
        text += f"CSeq: {request.key[1]} {request.key[2]}\r\nAllow: {ALLOW}\r\nContent-Length: 0\r\n\r\n"
        self.send_reply(request, text)

    def send_reply(self, request: Message, text: str) -> None:
        """Send a response and keep it for the request's repetitions (RFC 3261 17.2)."""
        self._replies[request.key] = text
        self.send(text)

    def send_ack(self, response: Message, dialog: Dialog | None = None) -> None:
        """Send the ACK of a final response and keep it for the response's repetitions (RFC 3261 13.2.2.4)."""
        self._acks[response.key] = self.gen_ack(response, dialog)
        self.send(self._acks[response.key])

    def recv_loop(self) -> None:
        while self.NSD:
            try:
                raw = self.s.recv(65535)
            except TimeoutError:
                continue
            except OSError:  # the socket was closed by stop()
                return
            try:
                message = Message(raw)
                message.key  # noqa: B018  # raises for a message without Call-ID or CSeq
            except (
                Exception
            ):  # pyVoIP raises anything on what it cannot parse; such a packet is lost, not the phone
                continue
            if message.type == SIP.SIPMessageType.RESPONSE:
                self._on_response(message)
            else:
                self._on_request(message)

    def _on_response(self, response: Message) -> None:
        key = response.key
        if key in self._acks:
            self.send(self._acks[key])
        elif key in self._exchanges:
            self._exchanges[key].responses.put(response)

    def _on_request(self, request: Message) -> None:
        if request.key in self._replies and request.method != "ACK":
            self.send(self._replies[request.key])
        elif request.method == "OPTIONS":
            self.reply(request, 200, "OK", tag=self.gen_tag())
        elif request.method in ("INVITE", "ACK", "BYE", "CANCEL"):
            self.on_request(request)
        else:
            self.reply(request, 405, "Method Not Allowed", tag=self.gen_tag())


def _key_of(text: str) -> tuple[str, int, str]:
    call_id = re.search(r"\r\nCall-ID: ([^\r]+)", text)
    cseq = re.search(r"\r\nCSeq: (\d+) (\w+)", text)
    assert call_id
    assert cseq
    return call_id[1], int(cseq[1]), cseq[2]
