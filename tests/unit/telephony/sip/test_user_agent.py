"""The user-agent core without sockets: two of them, a wire between them, and time that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from telephony.sip.flow import Address, Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.session import SessionState
from telephony.sip.session_events import Accepted, Confirmed, Ended, Progressed, ReferReceived, SessionOutput
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import SendData
from telephony.sip.uri import SipUri, Uri
from telephony.sip.user_agent import (
    AgentOutput,
    CallReceived,
    CallUpdate,
    LookUp,
    SipCall,
    UserAgent,
)

OURS, THEIRS = ("192.0.2.1", 5060), ("192.0.2.2", 5060)


class Side:
    """A user agent; implements its `Application` and its `Network`.

    Attributes:
        out: datagrams on their way.
        told: the events of its calls, in order.
        offered: calls that came in.
        closed: calls that are gone.
    """

    def __init__(self, here: Address, there: Address) -> None:
        numbers = count(1)
        self.here = here
        self.flow = Flow("UDP", here, there)
        self.out: list[bytes] = []
        self.told: list[object] = []
        self.offered: list[CallReceived] = []
        self.closed: list[SipCall] = []
        self.lookups: list[LookUp] = []
        self.fails = False
        self.refusing: int | None = None
        self.flows: list[Flow] = []
        self.down: set[Flow] = set()
        self.no_streams = True
        self.now = 0.0
        self.agent = UserAgent(
            timers=Timers(),
            application=self,
            network=self,
            new_branch=lambda: f"z9hG4bK-{here[0]}-{next(numbers)}",
            new_tag=lambda: f"{here[0]}-{next(numbers)}",
            random=lambda: 0.5,
        )

    def register(self, request: Request, flow: Flow) -> Response:
        return request.response(200)

    def admit(self, request: Request, flow: Flow) -> str | Response:
        if self.fails:
            raise ValueError("a mistake of ours")
        return request.response(self.refusing) if self.refusing else "trunk:x"

    def ignores(self, flow: Flow) -> bool:
        return False

    def would_refuse(self, request: Request, flow: Flow) -> Response | None:
        return request.response(self.refusing) if self.refusing else None

    def has_registered(self, flow: Flow) -> bool:
        return False

    def advertised(self, flow: Flow) -> Address:
        return self.here

    def is_up(self, flow: Flow) -> bool:
        return flow not in self.down

    def stream_to(self, flow: Flow) -> Flow | None:
        return None if self.no_streams else Flow("TCP", ("", 0), flow.remote)

    def way_to(self, uri: Uri, otherwise: Flow) -> Flow | None:
        assert isinstance(uri, SipUri)
        return None if uri.host.endswith(".example") else Flow("UDP", self.here, uri.host_port)

    def take(self, output: AgentOutput) -> None:
        """Do the effects and note the events."""
        for effect in output.effects:
            if isinstance(effect, SendData):
                self.out.append(effect.data)
                self.flows.append(effect.flow)
            else:
                self.lookups.append(effect)
        for event in output.events:
            if isinstance(event, CallReceived):
                self.offered.append(event)
            elif isinstance(event, CallUpdate):
                self.told.append(event.event)
            else:
                self.closed.append(event.call)

    def run(self, call: SipCall, output: SessionOutput) -> None:
        self.take(self.agent.carry_out(call, output, self.now))

    def wait_out(self) -> None:
        """Let all timers run."""
        while (deadline := self.agent.next_deadline()) is not None:
            self.now = deadline
            self.take(self.agent.handle_timer(deadline))
        self.out, self.flows = [], []

    def receive(self, data: bytes) -> None:
        self.take(self.agent.receive(parse_message(data), self.flow, self.now))


class Wire:
    """Two sides and the time between them."""

    def __init__(self) -> None:
        self.caller, self.callee = Side(OURS, THEIRS), Side(THEIRS, OURS)

    def exchange(self) -> None:
        """Deliver datagrams until nobody sends any more."""
        while self.caller.out or self.callee.out:
            for side, other in ((self.caller, self.callee), (self.callee, self.caller)):
                sending, side.out, side.flows = side.out, [], []
                for data in sending:
                    other.receive(data)

    def wait(self, seconds: float) -> None:
        """Let time pass on both sides, deadline by deadline."""
        until = self.caller.now + seconds
        while True:
            due = [side.agent.next_deadline() for side in (self.caller, self.callee)]
            at = min((each for each in due if each is not None), default=until)
            self.caller.now = self.callee.now = min(at, until)
            if at > until or not any(due):
                return
            for side in (self.caller, self.callee):
                side.take(side.agent.handle_timer(side.now))
            self.exchange()
            if at == until:
                return

    def call(self) -> tuple[SipCall, SipCall]:
        """A call that rings; the call at each side."""
        uri = SipUri("sip", "1000", host=THEIRS[0])
        rows = [("From", "<sip:x@a>;tag=ours"), ("To", f"<{uri}>"), ("Call-ID", "c"), ("CSeq", "1 INVITE")]
        calling = self.caller.agent.call(Request("INVITE", uri, Headers(rows), b"offer"), self.caller.flow)
        self.caller.run(calling, calling.session.start())
        self.exchange()
        called = self.callee.offered[-1].call
        self.callee.run(called, called.session.progress(180, self.callee.now))
        self.exchange()
        return calling, called

    def up(self) -> tuple[SipCall, SipCall]:
        """A call that was answered and acknowledged."""
        calling, called = self.call()
        self.callee.run(called, called.session.accept(b"answer", self.callee.now))
        self.exchange()
        return calling, called


def test_a_call_rings_goes_up_and_ends_with_nothing_left() -> None:
    wire = Wire()
    calling, called = wire.up()
    assert wire.caller.told == [Progressed(180, b""), Accepted(b"answer")]
    assert wire.callee.told == [Confirmed(b"")]
    assert (wire.callee.offered[0].source, wire.callee.offered[0].request.body) == ("trunk:x", b"offer")
    wire.caller.run(calling, calling.session.hang_up(wire.caller.now))
    wire.exchange()
    assert wire.callee.told[-1] == Ended("remote", None, "BYE")
    assert (wire.caller.closed, wire.callee.closed) == ([calling], [called])
    wire.wait(64.0)
    for side in (wire.caller, wire.callee):
        assert (side.agent.dialogs, side.agent.transactions, side.agent.next_deadline()) == (0, 0, None)


def test_a_refer_with_the_answer_arrives_after_the_ack() -> None:
    wire = Wire()
    _, called = wire.call()
    wire.callee.run(called, called.session.accept(b"answer", 0.0))
    wire.callee.run(called, called.session.request("REFER", (("Refer-To", "<sip:2000@192.0.2.9>"),)))
    assert [data.split(b" ", 1)[0] for data in wire.callee.out] == [b"SIP/2.0"], "the 200 alone"
    wire.exchange()
    assert wire.callee.told[0] == Confirmed(b"")
    assert [type(event) for event in wire.caller.told[1:]] == [Accepted, ReferReceived]


def test_a_cancel_meets_the_call_that_it_is_for() -> None:
    wire = Wire()
    calling, _ = wire.call()
    wire.caller.run(calling, calling.session.hang_up(0.0))
    wire.exchange()
    assert wire.callee.told == [Ended("remote", 487, "Request Terminated")]
    assert wire.caller.told[-1] == Ended("local", 487, "cancelled")
    assert (wire.caller.agent.dialogs, wire.callee.agent.dialogs) == (0, 0)


def test_a_lost_200_is_repeated_and_a_lost_ack_too() -> None:
    wire = Wire()
    _, called = wire.call()
    wire.callee.run(called, called.session.accept(b"answer", 0.0))
    wire.callee.out.clear()
    wire.wait(0.5)
    assert wire.caller.told[-1] == Accepted(b"answer")
    assert called.session.state is SessionState.CONFIRMED


def test_a_callee_whose_200_is_never_acknowledged_hangs_up() -> None:
    wire = Wire()
    _, called = wire.call()
    wire.callee.run(called, called.session.accept(b"answer", 0.0))
    for _ in range(30):
        wire.callee.out.clear()
        deadline = wire.callee.agent.next_deadline()
        if deadline is None or called.session.state is not SessionState.ACCEPTED:
            break
        wire.callee.now = deadline
        wire.callee.take(wire.callee.agent.handle_timer(deadline))
    assert wire.callee.now == 32.0
    assert wire.callee.told == [Ended("network", None, "no ACK")]


def test_a_next_hop_that_is_a_name_is_looked_up_before_anything_is_sent() -> None:
    wire = Wire()
    calling, _ = wire.up()
    assert calling.session.dialog is not None
    calling.session.dialog.remote_target = SipUri("sip", "x", host="phone.example")
    wire.caller.run(calling, calling.session.hang_up(0.0))
    assert wire.caller.out == []
    (wanted,) = wire.caller.lookups
    assert (wanted.call, str(wanted.uri)) == (calling, "sip:x@phone.example")
    wire.caller.take(wire.caller.agent.send_on(wanted.call, wanted.message, wire.caller.flow, 0.0))
    wire.exchange()
    assert wire.callee.told[-1] == Ended("remote", None, "BYE")


def test_a_mistake_of_ours_is_a_500_and_leaves_nothing() -> None:
    wire = Wire()
    wire.callee.fails = True
    uri = SipUri("sip", "1000", host=THEIRS[0])
    rows = [("From", "<sip:x@a>;tag=ours"), ("To", f"<{uri}>"), ("Call-ID", "c"), ("CSeq", "1 INVITE")]
    calling = wire.caller.agent.call(Request("INVITE", uri, Headers(rows)), wire.caller.flow)
    wire.caller.run(calling, calling.session.start())
    wire.exchange()
    assert wire.caller.told == [Ended("remote", 500, "Server Internal Error")]
    assert wire.callee.agent.dialogs == 0


def answered(side: Side, change: Callable[[bytes], bytes]) -> int:
    """The status of the answer to an OPTIONS that was changed on its way."""
    text = (
        b"OPTIONS sip:x@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-o\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:x@192.0.2.2>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    side.receive(change(text))
    (data,) = side.out
    answer = parse_message(data)
    assert isinstance(answer, Response)
    return answer.status


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"", b"", 200),
        (b"OPTIONS", b"FOO", 501),
        (b"OPTIONS", b"REFER", 603),
        (b"Call-ID", b"Require: 100rel\r\nCall-ID", 420),
        (b"<sip:x@192.0.2.2>\r", b"<sip:x@192.0.2.2>;tag=gone\r", 481),
        (b"1 OPTIONS", b"1 BYE", 400),
    ],
)
def test_what_belongs_to_no_call_is_answered(old: bytes, new: bytes, status: int) -> None:
    side = Side(THEIRS, OURS)
    assert answered(side, lambda text: text.replace(old, new)) == status


def test_a_connection_that_closes_fails_the_call_that_waits_on_it() -> None:
    side = Side(OURS, THEIRS)
    flow = Flow("TCP", OURS, THEIRS, 7)
    uri = SipUri("sip", "1000", host=THEIRS[0])
    rows = [("From", "<sip:x@a>;tag=ours"), ("To", f"<{uri}>"), ("Call-ID", "c"), ("CSeq", "1 INVITE")]
    call = side.agent.call(Request("INVITE", uri, Headers(rows)), flow)
    side.run(call, call.session.start())
    assert side.agent.flow_in_use(flow)
    side.take(side.agent.flow_closed(flow, 0.0))
    assert side.told == [Ended("network", 503, "transport failed")]
    assert isinstance(side.closed[0], SipCall)
    assert not side.agent.flow_in_use(flow)


def test_the_last_event_of_a_call_says_that_it_is_gone() -> None:
    wire = Wire()
    calling, _ = wire.up()
    wire.caller.run(calling, calling.session.hang_up(0.0))
    wire.exchange()
    output = wire.caller.agent.carry_out(calling, calling.session.hang_up(0.0), 0.0)
    assert output == ([], []), "and it says so once"
    assert wire.caller.closed == [calling]


# --- where the peer is --------------------------------------------------------------------------------------


def sent_to(side: Side) -> list[tuple[str, Flow]]:
    """Methods or statuses of what went out since the last look, with the flow."""
    out = [(parse_message(data), flow) for data, flow in zip(side.out, side.flows, strict=True)]
    side.out, side.flows = [], []
    return [(m.method if isinstance(m, Request) else str(m.status), flow) for m, flow in out]


def answered_call(
    side: Side,
    *,
    via: str = "192.0.2.2:5060",
    contact: str = "sip:x@192.0.2.2:5060",
    flow: Flow | None = None,
) -> SipCall:
    """A call from a peer that is up."""
    flow = flow or side.flow
    invite = _in_call("INVITE", 1, via=via, contact=contact, to="")
    side.take(side.agent.receive(parse_message(invite), flow, side.now))
    call = side.offered[-1].call
    side.run(call, call.session.accept(b"v=0", side.now))
    ack = _in_call("ACK", 1, via=via, contact=contact, to=call.local_tag)
    side.take(side.agent.receive(parse_message(ack), flow, side.now))
    assert call.session.state is SessionState.CONFIRMED
    sent_to(side)
    return call


def _in_call(method: str, cseq: int, *, via: str, contact: str, to: str) -> bytes:
    tag = f";tag={to}" if to else ""
    return (
        f"{method} sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bK{method}{cseq}\r\n"
        f"From: <sip:x@h>;tag=peer\r\nTo: <sip:a@h>{tag}\r\nCall-ID: one\r\nCSeq: {cseq} {method}\r\n"
        f"Contact: <{contact}>\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def hung_up(side: Side, call: SipCall) -> Flow:
    """Hang up; where the BYE went."""
    side.run(call, call.session.hang_up(side.now))
    method, flow = sent_to(side)[-1]
    assert method == "BYE"
    return flow


OUTSIDE = Flow("UDP", OURS, ("198.51.100.7", 40001))
ELSEWHERE = Flow("UDP", OURS, ("198.51.100.7", 40002))
STREAM = Flow("TCP", OURS, ("198.51.100.7", 40001), connection=3)
NEXT_STREAM = Flow("TCP", OURS, ("198.51.100.7", 40009), connection=4)


@pytest.fixture
def side() -> Side:
    return Side(OURS, THEIRS)


@pytest.mark.parametrize(
    "contact", ["sip:x@10.0.0.5:5062", "sip:x@192.168.1.2", "sip:x@0.0.0.0", "sip:x@df7.invalid"]
)
def test_a_contact_that_cannot_be_reached_is_not_believed_though_the_via_is_right(
    side: Side, contact: str
) -> None:
    call = answered_call(side, via="198.51.100.7:40001", contact=contact, flow=OUTSIDE)
    assert hung_up(side, call) == OUTSIDE


def test_a_contact_that_can_be_reached_is_believed(side: Side) -> None:
    call = answered_call(side, via="198.51.100.7:40001", contact="sip:x@198.51.100.8:5070", flow=OUTSIDE)
    assert hung_up(side, call).remote == ("198.51.100.8", 5070)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "OPTIONS"])
def test_a_call_follows_the_peer_to_another_port_of_its_nat(side: Side, method: str) -> None:
    call = answered_call(side, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", flow=OUTSIDE)
    request = _in_call(method, 2, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", to=call.local_tag)
    side.take(side.agent.receive(parse_message(request), ELSEWHERE, side.now))
    assert {flow for _, flow in sent_to(side)} == {ELSEWHERE}
    assert hung_up(side, call) == ELSEWHERE


def test_a_request_out_of_order_moves_no_call(side: Side) -> None:
    call = answered_call(side, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", flow=OUTSIDE)
    stale = _in_call("INFO", 0, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", to=call.local_tag)
    side.take(side.agent.receive(parse_message(stale), ELSEWHERE, side.now))
    sent_to(side)
    assert hung_up(side, call) == OUTSIDE


def test_a_call_follows_the_peer_to_another_connection(side: Side) -> None:
    call = answered_call(side, via="10.0.0.5:5060", contact="sip:x@10.0.0.5;transport=tcp", flow=STREAM)
    side.down.add(STREAM)
    update = _in_call("UPDATE", 2, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", to=call.local_tag)
    side.take(side.agent.receive(parse_message(update), NEXT_STREAM, side.now))
    sent_to(side)
    assert hung_up(side, call) == NEXT_STREAM


def test_a_connection_that_is_gone_is_replaced_by_the_peers_contact(side: Side) -> None:
    call = answered_call(side, via="198.51.100.7:40001", contact="sip:x@198.51.100.7:5070", flow=STREAM)
    side.down.add(STREAM)
    assert hung_up(side, call).remote == ("198.51.100.7", 5070)


def test_a_call_follows_its_phone_when_that_registers_from_elsewhere(side: Side) -> None:
    call = answered_call(side, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", flow=OUTSIDE)
    side.agent.flow_moved(OUTSIDE, ELSEWHERE)
    assert hung_up(side, call) == ELSEWHERE


def test_a_bye_that_nobody_answered_follows_the_phone_as_well(side: Side) -> None:
    call = answered_call(side, via="10.0.0.5:5060", contact="sip:x@10.0.0.5", flow=OUTSIDE)
    assert hung_up(side, call) == OUTSIDE
    side.agent.flow_moved(OUTSIDE, ELSEWHERE)
    due = side.agent.next_deadline()
    assert due is not None
    side.take(side.agent.handle_timer(due))
    assert sent_to(side) == [("BYE", ELSEWHERE)]


# --- strangers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_who_is_refused_hears_it_once_and_nothing_is_kept(side: Side, status: int) -> None:
    side.refusing = status
    side.receive(_in_call("INVITE", 1, via="192.0.2.2", contact="sip:x@h", to=""))
    assert [what for what, _ in sent_to(side)] == [str(status)]
    assert side.agent.transactions == 0
    assert side.agent.next_deadline() is None
    # an ACK for it, and the request once more, are nothing special
    side.receive(_in_call("ACK", 1, via="192.0.2.2", contact="sip:x@h", to="whatever"))
    side.receive(_in_call("INVITE", 1, via="192.0.2.2", contact="sip:x@h", to=""))
    assert [what for what, _ in sent_to(side)] == [str(status)]


def test_a_request_of_a_dialog_that_nobody_has_is_answered_once(side: Side) -> None:
    side.receive(_in_call("INVITE", 1, via="192.0.2.2", contact="sip:x@h", to="nobody"))
    assert [what for what, _ in sent_to(side)] == ["481"]
    assert side.agent.transactions == 0


def test_a_stranger_is_not_told_what_we_are(side: Side) -> None:
    side.agent._server = "hotline"
    side.refusing = 401
    side.receive(_in_call("INVITE", 1, via="192.0.2.2", contact="sip:x@h", to=""))
    assert b"hotline" not in side.out[0].replace(b"sip:hotline@", b"")


def test_options_is_answered_as_a_call_would_be(side: Side) -> None:
    for status, answer in ((404, "404"), (401, "401"), (None, "200")):
        side.refusing = status
        side.receive(_in_call("OPTIONS", 1 + len(answer), via="192.0.2.2", contact="sip:x@h", to=""))
        assert [what for what, _ in sent_to(side)] == [answer]
        side.wait_out()


# --- early dialogs of calls that we make --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [("INFO", b"Signal=1", 200), ("UPDATE", b"", 200), ("UPDATE", b"v=0", 491), ("OPTIONS", b"", 200)],
)
def test_a_request_in_an_early_dialog_does_not_end_it(method: str, body: bytes, status: int) -> None:
    wire = Wire()
    calling, _ = wire.call()
    kind = "application/sdp" if body == b"v=0" else "application/dtmf-relay"
    request = (
        f"{method} sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKearly\r\n"
        f"From: <sip:1000@192.0.2.2>;tag=any\r\nTo: <sip:x@a>;tag=ours\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n"
        f"Contact: <sip:1000@192.0.2.2>\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    wire.caller.receive(request)
    assert [what for what, _ in sent_to(wire.caller)] == [str(status)]
    assert calling.session.state is SessionState.PROCEEDING


# --- requests that are too long for a datagram --------------------------------------------------------------


def long_call(side: Side) -> SipCall:
    uri = SipUri("sip", "1000", host=THEIRS[0])
    rows = [("From", "<sip:x@a>;tag=ours"), ("To", f"<{uri}>"), ("Call-ID", "c"), ("CSeq", "1 INVITE")]
    call = side.agent.call(Request("INVITE", uri, Headers(rows), b"v=0" + b"\r\na=x" * 300), side.flow)
    side.run(call, call.session.start())
    return call


def test_a_long_request_goes_over_a_connection(side: Side) -> None:
    side.no_streams = False
    long_call(side)
    ((method, flow),) = sent_to(side)
    assert (method, flow.transport, flow.remote) == ("INVITE", "TCP", THEIRS)


def test_a_long_request_is_a_datagram_where_the_peer_takes_no_connection(side: Side) -> None:
    side.no_streams = False
    call = long_call(side)
    ((_, flow),) = sent_to(side)
    side.take(side.agent.flow_closed(flow, side.now))
    (data,) = side.out
    ((method, flow),) = sent_to(side)
    assert (method, flow) == ("INVITE", side.flow)
    message = parse_message(data)
    assert message.headers.get_all("Via") == [str(message.via)]
    assert message.via.transport == "UDP"
    # and it is a call like any other: the answer is the call's, and the CANCEL goes where the INVITE went
    assert isinstance(message, Request)
    side.receive(message.response(180, to_tag="b").to_bytes())
    assert call.session.state is SessionState.PROCEEDING
    side.run(call, call.session.hang_up(side.now))
    assert sent_to(side) == [("CANCEL", side.flow)]


def test_a_connection_that_breaks_after_a_response_fails_the_call(side: Side) -> None:
    side.no_streams = False
    call = long_call(side)
    message = parse_message(side.out[0])
    assert isinstance(message, Request)
    ((_, flow),) = sent_to(side)
    side.receive(message.response(180, to_tag="b").to_bytes())
    side.take(side.agent.flow_closed(flow, side.now))
    assert sent_to(side) == []
    assert call.session.state is SessionState.DONE


# --- bodies -------------------------------------------------------------------------------------------------


def test_an_offer_beside_isup_is_an_offer(side: Side) -> None:
    body = (
        b"--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=-\r\n\r\n"
        b"--b1\r\nContent-Type: application/isup;version=itu-t92+\r\n"
        b"Content-Disposition: signal;handling=optional\r\n\r\n\x01\x00\xff\r\n--b1--\r\n"
    )
    head = _in_call("INVITE", 1, via="192.0.2.2", contact="sip:x@192.0.2.2", to="")
    head = head.replace(
        b"Content-Length: 0", b"Content-Type: multipart/mixed;boundary=b1\r\nContent-Length: %d" % len(body)
    )
    side.receive(head + body)
    assert side.offered[-1].request.body == b"v=0\r\ns=-\r\n"
