"""Messages, flows and a transaction layer for the tests of everything that stands on transactions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import (
    RequestReceived,
    ResponseReceived,
    SendData,
    TransactionEnded,
    TransactionEvent,
    TransactionKey,
    TransactionOutput,
)
from telephony.sip.transactions import TransactionLayer

OURS = ("192.0.2.1", 5060)
THEIRS = ("192.0.2.9", 5062)
UDP = Flow("UDP", OURS, THEIRS)
TCP = Flow("TCP", OURS, THEIRS, connection=7)


def new_layer(timers: Timers | None = None) -> TransactionLayer:
    """A layer with branches z9hG4bK-1, z9hG4bK-2 ..."""
    numbers = count(1)
    return TransactionLayer(
        timers or Timers(),
        new_branch=lambda: f"z9hG4bK-{next(numbers)}",
        sent_by=lambda flow: f"{flow.local[0]}:{flow.local[1]}",
    )


def incoming(
    method: str = "OPTIONS",
    *,
    branch: str | None = "z9hG4bK-peer",
    sent_by: str = "192.0.2.9:5062",
    rport: bool = False,
    to_tag: str | None = None,
    from_tag: str | None = "caller",
    cseq: int = 1,
    cseq_method: str | None = None,
    call_id: str = "call@peer",
    transport: str = "UDP",
    extra: Iterable[str] = (),
) -> Request:
    """A request as the parser would hand it over."""
    via = f"Via: SIP/2.0/{transport} {sent_by}"
    via += "" if branch is None else f";branch={branch}"
    via += ";rport" if rport else ""
    lines = [
        f"{method} sip:hotline@192.0.2.1 SIP/2.0",
        via,
        "Max-Forwards: 70",
        "From: <sip:caller@192.0.2.9>" + (f";tag={from_tag}" if from_tag else ""),
        "To: <sip:hotline@192.0.2.1>" + (f";tag={to_tag}" if to_tag else ""),
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {cseq_method or method}",
        *extra,
        "Content-Length: 0",
    ]
    message = parse_message(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert isinstance(message, Request)
    return message


def outgoing(method: str = "OPTIONS", *, extra: Iterable[str] = ()) -> Request:
    """A request of ours, still without Via."""
    request = incoming(method, extra=extra)
    request.headers.remove("Via")
    return request


def flat(output: TransactionOutput) -> list[SendData | TransactionEvent]:
    """Effects and events in one list."""
    return [*output.effects, *output.events]


def sent(output: TransactionOutput) -> list[Request | Response]:
    """What goes out on the wire, parsed."""
    return [parse_message(effect.data) for effect in output.effects]


def sent_request(output: TransactionOutput) -> Request:
    """The one request that goes out."""
    (message,) = sent(output)
    assert isinstance(message, Request)
    return message


def answer_to(request: Request, status: int, to_tag: str | None = "callee") -> Response:
    """The peer's response to a request that we sent, through the wire format."""
    message = parse_message(request.response(status, to_tag=to_tag).to_bytes())
    assert isinstance(message, Response)
    return message


def statuses(output: TransactionOutput) -> list[int]:
    """Status codes that are passed up."""
    return [effect.response.status for effect in output.events if isinstance(effect, ResponseReceived)]


def received(output: TransactionOutput) -> RequestReceived:
    """The one new request that is passed up."""
    (effect,) = [each for each in output.events if isinstance(each, RequestReceived)]
    return effect


def ended(output: TransactionOutput) -> list[TransactionKey]:
    """Transactions said to be over."""
    return [effect.key for effect in output.events if isinstance(effect, TransactionEnded)]


def run_out(layer: TransactionLayer, until: float = 1e9) -> list[tuple[float, SendData | TransactionEvent]]:
    """Let time pass from deadline to deadline; every effect and event with the instant at which it came."""
    seen: list[tuple[float, SendData | TransactionEvent]] = []
    while (deadline := layer.next_deadline()) is not None and deadline <= until:
        seen += [(deadline, effect) for effect in flat(layer.handle_timer(deadline))]
    return seen


def send_times(seen: Iterable[tuple[float, SendData | TransactionEvent]]) -> list[float]:
    """When something went out."""
    return [at for at, effect in seen if isinstance(effect, SendData)]
