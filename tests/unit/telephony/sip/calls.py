"""A session under test and the peer at its other end, for tests that take calls step by step.

Nothing here knows what the session should do: the peer says what it is told to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeVar

from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.session import InviteSession
from telephony.sip.session_events import Respond, SendAck, SendRequest, SessionEffect
from telephony.sip.session_uac import ClientSession
from telephony.sip.session_uas import ServerSession
from telephony.sip.timers import Timers
from tests.unit.telephony.sip.exchange import UDP, answer_to, incoming, outgoing

OFFER = b"v=0 offer"
ANSWER = b"v=0 answer"
US = "<sip:hotline@192.0.2.1>"
PEER = "Contact: <sip:peer@192.0.2.9:5062>"
E = TypeVar("E", bound=SessionEffect)


class Line:
    """One session, its peer, and the time.

    Args:
        session: the session under test.
        peer_tag: the peer's tag.
    """

    def __init__(self, session: InviteSession, peer_tag: str) -> None:
        self.session = session
        self.peer_tag = peer_tag
        self.now = 0.0
        self._keys = count(1)

    # --- what the peer says ----------------------------------------------------------------------------

    def request(
        self, method: str, cseq: int, *, body: bytes = b"", extra: Iterable[str] = ()
    ) -> list[SessionEffect]:
        """The peer sends a request in the dialog."""
        request = self._in_dialog(method, cseq, body, extra)
        key = TransactionKey(f"peer{next(self._keys)}")
        return self.session.receive(RequestReceived(key, request, UDP), self.now)

    def ack(self, cseq: int, body: bytes = b"") -> list[SessionEffect]:
        """The peer acknowledges a 2xx of ours."""
        return self.session.receive(AckReceived(self._in_dialog("ACK", cseq, body, ()), UDP), self.now)

    def answer(
        self,
        request: Request,
        status: int,
        *,
        tag: str | None = None,
        body: bytes = b"",
        contact: str | None = PEER,
        extra: Iterable[str] = (),
    ) -> list[SessionEffect]:
        """The peer answers a request of ours; a 1xx or 2xx with its Contact."""
        response = answer_to(request, status, self.peer_tag if tag is None else tag)
        lines = [contact] if contact is not None and 100 < status < 300 else []
        for line in [*lines, *extra]:
            name, _, value = line.partition(": ")
            response.headers.add(name, value)
        response.body = body
        parsed = parse_message(response.to_bytes())
        assert isinstance(parsed, Response)
        return self.session.receive(ResponseReceived(TransactionKey("ours"), parsed), self.now)

    def _in_dialog(self, method: str, cseq: int, body: bytes, extra: Iterable[str]) -> Request:
        request = incoming(
            method,
            branch=f"z9hG4bK-{method}{cseq}",
            from_tag=self.peer_tag,
            to_tag=self.session.local_tag,
            cseq=cseq,
            call_id=self.session.invite.call_id,
            extra=extra,
        )
        request.body = body
        return request

    # --- time ------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> list[SessionEffect]:
        """Let time pass, deadline by deadline; what the session does meanwhile."""
        return [effect for _, effect in self.watch(seconds)]

    def watch(self, seconds: float) -> list[tuple[float, SessionEffect]]:
        """As `wait`, with the instant of each effect."""
        until = self.now + seconds
        seen: list[tuple[float, SessionEffect]] = []
        while (deadline := self.session.next_deadline()) is not None and deadline <= until:
            self.now = deadline
            seen += [(deadline, effect) for effect in self.session.handle_timer(deadline)]
        self.now = until
        return seen


class CalledLine(Line):
    """A call that the peer makes; its INVITE has CSeq 1."""

    session: ServerSession

    def __init__(
        self,
        body: bytes = OFFER,
        *,
        extra: Iterable[str] = (),
        random: Callable[[], float] = lambda: 0.5,
        timers: Timers | None = None,
    ) -> None:
        invite = incoming("INVITE", from_tag="caller", extra=[PEER, *extra])
        invite.body = body
        session = ServerSession(
            TransactionKey("invite"),
            invite,
            local_tag="us",
            timers=timers or Timers(),
            contact=US,
            random=random,
            now=0.0,
        )
        super().__init__(session, "caller")

    @classmethod
    def up(cls, random: Callable[[], float] = lambda: 0.5) -> CalledLine:
        """A call that was answered and acknowledged."""
        line = cls(random=random)
        line.session.accept(ANSWER, line.now)
        line.ack(1)
        return line


class CallingLine(Line):
    """A call that we make; its INVITE has CSeq 1."""

    session: ClientSession

    def __init__(
        self,
        body: bytes = OFFER,
        *,
        random: Callable[[], float] = lambda: 0.5,
        authorize: Callable[[Request, Response], Request | None] | None = None,
        timers: Timers | None = None,
    ) -> None:
        invite = outgoing("INVITE")
        session = ClientSession(
            invite, timers=timers or Timers(), contact=US, random=random, authorize=authorize
        )
        super().__init__(session, "callee")
        invite.body = body

    def start(self) -> Request:
        """Send the INVITE, as the transaction layer does."""
        return sent(self.session.start())

    @classmethod
    def up(cls, random: Callable[[], float] = lambda: 0.5) -> CallingLine:
        """A call that was answered."""
        line = cls(random=random)
        line.answer(line.start(), 200, body=ANSWER)
        return line


def requests(effects: Iterable[SessionEffect]) -> list[Request]:
    """Requests that go out (not ACKs), with the Via that the transaction layer would add."""
    found = [effect.request for effect in effects if isinstance(effect, SendRequest)]
    for request in found:
        if "Via" not in request.headers:
            request.headers.insert_first("Via", f"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-{request.cseq.number}")
    return found


def sent(effects: Iterable[SessionEffect], method: str | None = None) -> Request:
    """The one request that goes out."""
    (request,) = requests(effects)
    assert method is None or request.method == method
    return request


def acks(effects: Iterable[SessionEffect]) -> list[Request]:
    """The ACKs that go out."""
    return [effect.request for effect in effects if isinstance(effect, SendAck)]


def answers(effects: Iterable[SessionEffect]) -> list[int]:
    """The statuses of the responses that go out."""
    return [effect.response.status for effect in effects if isinstance(effect, Respond)]


def response(effects: Iterable[SessionEffect]) -> Response:
    """The one response that goes out."""
    (found,) = [effect.response for effect in effects if isinstance(effect, Respond)]
    return found


def said(effects: Iterable[SessionEffect], kind: type[E]) -> list[E]:
    """The effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def kinds(effects: Iterable[SessionEffect]) -> list[str]:
    """What happens, by name, in order."""
    return [type(effect).__name__ for effect in effects]
