"""A session under test and the peer at its other end, for tests that take calls step by step.

Nothing here knows what the session should do: the peer says what it is told to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeVar

from telephony.sip.auth_client import DigestClient
from telephony.sip.machine import Output
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.session import InviteSession, SessionState
from telephony.sip.session_events import (
    InviteCancelled,
    InviteUnreachable,
    RequestFailed,
    Respond,
    SendAck,
    SendRequest,
    SessionEffect,
    SessionEvent,
    SessionOutput,
)
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from tests.unit.telephony.sip.exchange import UDP, answer_to, incoming, outgoing

OFFER = b"v=0 offer"
ANSWER = b"v=0 answer"
US = "<sip:hotline@192.0.2.1>"
PEER = "Contact: <sip:peer@192.0.2.9:5062>"
NOTHING: SessionOutput = Output([], [])
E = TypeVar("E", bound=SessionEffect | SessionEvent)


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
    ) -> SessionOutput:
        """The peer sends a request in the dialog."""
        request = self._in_dialog(method, cseq, body, extra)
        key = TransactionKey(f"peer{next(self._keys)}")
        return self.session.receive(RequestReceived(key, request, UDP), self.now)

    def ack(self, cseq: int, body: bytes = b"") -> SessionOutput:
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
    ) -> SessionOutput:
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

    # --- what becomes of transactions ------------------------------------------------------------------

    def fail(self, method: str, cseq: int, status: int) -> SessionOutput:
        """A request of ours got no answer."""
        return self.session.receive(RequestFailed(method, cseq, status), self.now)

    def cancel(self) -> SessionOutput:
        """The peer's CANCEL came."""
        return self.session.receive(InviteCancelled(), self.now)

    def unreachable(self) -> SessionOutput:
        """The transaction of the peer's INVITE failed."""
        return self.session.receive(InviteUnreachable(), self.now)

    @property
    def done(self) -> bool:
        """Nothing more is sent or expected, and no timer runs."""
        return self.session.state is SessionState.DONE and self.session.next_deadline() is None

    # --- time ------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> SessionOutput:
        """Let time pass, deadline by deadline; what the session does meanwhile."""
        seen: SessionOutput = Output([], [])
        for output in self._wait(seconds).values():
            seen.effects.extend(output.effects)
            seen.events.extend(output.events)
        return seen

    def watch(self, seconds: float) -> list[tuple[float, SessionEffect | SessionEvent]]:
        """As `wait`, with the instant of each effect and event."""
        return [(at, each) for at, output in self._wait(seconds).items() for each in flat(output)]

    def _wait(self, seconds: float) -> dict[float, SessionOutput]:
        until = self.now + seconds
        seen: dict[float, SessionOutput] = {}
        while (deadline := self.session.next_deadline()) is not None and deadline <= until:
            assert deadline not in seen, "a deadline that was served is no deadline any more"
            self.now = deadline
            seen[deadline] = self.session.handle_timer(deadline)
        self.now = until
        return seen


class CalledLine(Line):
    """A call that the peer makes; its INVITE has CSeq 1."""

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
        session = InviteSession.incoming(
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

    def __init__(
        self,
        body: bytes = OFFER,
        *,
        random: Callable[[], float] = lambda: 0.5,
        digest: DigestClient | None = None,
        timers: Timers | None = None,
    ) -> None:
        invite = outgoing("INVITE")
        session = InviteSession.outgoing(
            invite, timers=timers or Timers(), contact=US, random=random, digest=digest
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


def flat(output: SessionOutput) -> list[SessionEffect | SessionEvent]:
    """Effects and events in one list."""
    return [*output.effects, *output.events]


def requests(output: SessionOutput) -> list[Request]:
    """Requests that go out (not ACKs), with the Via that the transaction layer would add."""
    found = [effect.request for effect in output.effects if isinstance(effect, SendRequest)]
    for request in found:
        if "Via" not in request.headers:
            request.headers.insert_first("Via", f"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-{request.cseq.number}")
    return found


def sent(output: SessionOutput, method: str | None = None) -> Request:
    """The one request that goes out."""
    (request,) = requests(output)
    assert method is None or request.method == method
    return request


def acks(output: SessionOutput) -> list[Request]:
    """The ACKs that go out."""
    return [effect.request for effect in output.effects if isinstance(effect, SendAck)]


def answers(output: SessionOutput) -> list[int]:
    """The statuses of the responses that go out."""
    return [effect.response.status for effect in output.effects if isinstance(effect, Respond)]


def response(output: SessionOutput) -> Response:
    """The one response that goes out."""
    (found,) = [effect.response for effect in output.effects if isinstance(effect, Respond)]
    return found


def said(output: SessionOutput, kind: type[E]) -> list[E]:
    """The effects or events of one kind."""
    return [each for each in flat(output) if isinstance(each, kind)]


def kinds(output: SessionOutput) -> list[str]:
    """What happens, by name: effects, then events."""
    return [type(each).__name__ for each in flat(output)]
