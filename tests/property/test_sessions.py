"""What holds for every call, whatever both sides, the network and the clock do; time moves by deadlines."""

from __future__ import annotations

from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from telephony.sip.client_transactions import InviteClientTransaction
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request
from telephony.sip.parser import parse_message
from telephony.sip.server_transactions import InviteServerTransaction
from telephony.sip.session import InviteSession, SessionState
from telephony.sip.timers import Timers
from tests.property.endpoint import Endpoint
from tests.support.long import examples
from tests.unit.telephony.sip.exchange import answer_to, incoming

PICK = st.integers(0, 10**6)
WHOS = ("caller", "callee")
WHO = st.sampled_from(WHOS)
STATUSES = st.sampled_from([100, 180, 200, 491, 183, 202, 302, 401, 405, 408, 422, 481, 486, 488, 500, 603])
METHODS = st.sampled_from(["INVITE", "INFO", "OPTIONS", "NOTIFY", "REFER", "UPDATE", "BYE"])
REFER_TO = (("Refer-To", "<sip:1002@example.com>"),)
# States in which a session waits for nobody but the people who use it.
AT_REST = {SessionState.OFFERED, SessionState.PROCEEDING, SessionState.CONFIRMED, SessionState.DONE}


class Call(RuleBasedStateMachine):
    """A caller and a callee, each on its own transaction layer, and the packets between them."""

    timers = Timers()

    @initialize(
        offer=st.sampled_from([b"first", b""]),
        seed=st.integers(0, 1000),
        stage=st.sampled_from(["new", "answered", "glare"]),
    )
    def begin(self, offer: bytes, seed: int, stage: str) -> None:
        self.now = 0.0
        self.packets: list[tuple[Endpoint, bytes]] = []
        self.caller = Endpoint("caller", partial(self.put, "callee"), seed, self.timers)
        self.callee = Endpoint("callee", partial(self.put, "caller"), seed + 1, self.timers)
        self.caller.call(offer)
        if stage != "new":
            self.all_packets_arrive()
            self.callee.answer()
        if stage == "glare":
            self.all_packets_arrive()
            for side in WHOS:
                self.somebody_wants_a_change(side)

    def put(self, to: str, data: bytes) -> None:
        self.packets.append((self.side(to), data))

    def side(self, name: str) -> Endpoint:
        side: Endpoint = getattr(self, name)
        return side

    @property
    def sides(self) -> tuple[Endpoint, Endpoint]:
        return self.caller, self.callee

    # --- the network and the clock ---------------------------------------------------------------------

    @precondition(lambda self: self.packets)
    @rule(pick=PICK)
    def a_packet_arrives(self, pick: int) -> None:
        to, data = self.packets.pop(pick % len(self.packets))
        to.receive(data)

    @precondition(lambda self: self.packets)
    @rule()
    def all_packets_arrive(self) -> None:
        while self.packets:
            to, data = self.packets.pop(0)
            to.receive(data)

    @precondition(lambda self: self.packets)
    @rule(pick=PICK)
    def a_packet_arrives_twice(self, pick: int) -> None:
        self.packets.append(self.packets[pick % len(self.packets)])

    def move_to(self, instant: float) -> None:
        self.now = instant
        for side in self.sides:
            side.now = instant
        for side in self.sides:
            side.handle_timer()

    def next_deadline(self) -> float | None:
        return min((at for side in self.sides if (at := side.next_deadline()) is not None), default=None)

    @precondition(lambda self: not self.packets)
    @rule()
    def time_passes_when_all_is_said(self) -> None:
        deadline = self.next_deadline()
        if deadline is not None:
            assert deadline >= self.now
            self.move_to(deadline)

    # --- the people --------------------------------------------------------------------------------------

    @precondition(lambda self: self.callee.state is SessionState.OFFERED)
    @rule(status=st.sampled_from([180, 183]))
    def the_callee_rings(self, status: int) -> None:
        assert self.callee.session is not None
        self.callee.carry_out(self.callee.session.progress(status, self.now))

    @precondition(lambda self: self.callee.state is SessionState.OFFERED)
    @rule()
    def the_callee_answers(self) -> None:
        self.callee.answer()

    @precondition(lambda self: self.callee.state is SessionState.OFFERED)
    @rule()
    def the_callee_refuses(self) -> None:
        assert self.callee.session is not None
        self.callee.carry_out(self.callee.session.refuse(486))

    @rule(who=WHO)
    def somebody_hangs_up(self, who: str) -> None:
        side = self.side(who)
        if side.session is not None and not side.done:
            side.carry_out(side.session.hang_up(side.now))

    @rule(who=WHO)
    def somebody_wants_a_change(self, who: str) -> None:
        side = self.side(who)
        if side.state in (SessionState.ACCEPTED, SessionState.CONFIRMED) and side.ended is None:
            assert side.session is not None
            side.carry_out(side.session.want_reinvite())

    @rule(who=WHO, accept=st.booleans())
    def somebody_decides(self, who: str, accept: bool) -> None:
        if self.side(who).wants_decision:
            self.side(who).decide(accept)

    @rule(who=WHO)
    def somebody_sends_info(self, who: str) -> None:
        side = self.side(who)
        if side.state in (SessionState.ACCEPTED, SessionState.CONFIRMED):
            assert side.session is not None
            side.carry_out(side.session.request("INFO"))

    @rule(who=WHO)
    def somebody_asks_for_a_transfer(self, who: str) -> None:
        side = self.side(who)
        if side.state in (SessionState.ACCEPTED, SessionState.CONFIRMED):
            assert side.session is not None
            side.carry_out(side.session.request("REFER", REFER_TO))

    @rule(who=WHO, accept=st.booleans())
    def somebody_answers_a_transfer(self, who: str, accept: bool) -> None:
        side = self.side(who)
        if side.wants_transfer and not side.done:
            side.answer_transfer(accept)

    @rule(who=WHO, status=st.sampled_from([180, 200, 486]))
    def a_transfer_goes_on(self, who: str, status: int) -> None:
        side = self.side(who)
        if side.session is not None and not side.done:
            side.report_transfer(status)

    # --- what holds ----------------------------------------------------------------------------------------

    @invariant()
    def an_end_is_told_before_the_last_word(self) -> None:
        for side in self.sides:
            assert side.done == (side.state is SessionState.DONE)
            assert not side.done or side.ended is not None

    def settle(self) -> None:
        """Let all packets arrive and time pass until nothing more happens; people decide at once."""
        for _ in range(2000):
            while self.packets:
                to, data = self.packets.pop(0)
                to.receive(data)
                self.people_decide()
            deadline = self.next_deadline()
            if deadline is None or self.rings_for_ever():
                return
            self.move_to(deadline)
        raise AssertionError("this never ends")

    def people_decide(self) -> None:
        for side in self.sides:
            if side.wants_decision:
                side.decide(accept=True)
            if side.wants_transfer and not side.done:
                side.answer_transfer(accept=True)

    def rings_for_ever(self) -> bool:
        """Only the repeated 180 of a callee who decides nothing is left."""
        return (
            self.callee.state is SessionState.OFFERED
            and self.callee.holds_only(InviteServerTransaction)
            and self.caller.state in (SessionState.PROCEEDING, SessionState.DONE)
            and self.caller.holds_only(InviteClientTransaction)
        )

    def agree(self) -> None:
        """Both sides are of one mind, once everything that was said has arrived."""
        pair = (self.caller.state, self.callee.state)
        if pair == (SessionState.CONFIRMED, SessionState.CONFIRMED):
            assert self.caller.agreed == self.callee.agreed
        else:
            assert pair in {
                (SessionState.DONE, SessionState.DONE),
                (SessionState.PROCEEDING, SessionState.OFFERED),
            }, pair

    def teardown(self) -> None:
        if not hasattr(self, "caller"):
            return
        self.people_decide()
        self.settle()
        assert {side.state for side in self.sides} - {None} <= AT_REST
        self.agree()
        for side in self.sides:
            if side.session is not None and not side.done:
                side.carry_out(side.session.hang_up(side.now))
        self.settle()
        for side in self.sides:
            assert side.session is None or side.done
            assert len(side.layer) == 0
            assert side.next_deadline() is None


class LossyCall(Call):
    """The same where packets are lost, come late, and the transport may fail."""

    @precondition(lambda self: self.packets)
    @rule(pick=PICK)
    def a_packet_is_lost(self, pick: int) -> None:
        self.packets.pop(pick % len(self.packets))

    @precondition(lambda self: self.packets)
    @rule()
    def all_packets_are_lost(self) -> None:
        self.packets.clear()

    @rule()
    def time_passes(self) -> None:
        deadline = self.next_deadline()
        if deadline is not None:
            self.move_to(deadline)

    @rule(seconds=st.floats(0.01, 40))
    def the_timers_are_served_late(self, seconds: float) -> None:
        self.move_to(self.now + seconds)

    @rule(who=WHO)
    def the_transport_fails(self, who: str) -> None:
        self.side(who).fail()

    def agree(self) -> None:
        """Who has heard nothing for long enough may be of another mind: only `hang_up` must end both."""


class TimedCall(LossyCall):
    """The same with session timers: while nobody hangs up there is always something to come."""

    timers = Timers(session_expires=90)

    @rule(who=WHO, every=st.sampled_from([0.0, 15.0]))
    def somebody_watches(self, who: str, every: float) -> None:
        side = self.side(who)
        if side.session is not None and not side.done:
            side.carry_out(side.session.watch(every, self.now))

    def settle(self) -> None:
        for side in self.sides:
            if side.session is not None and not side.done:
                side.carry_out(side.session.hang_up(side.now))
        super().settle()


class SilentCall(TimedCall):
    """Once the network is gone, a call that was up comes to its end on both sides though nobody hangs up."""

    def settle(self) -> None:
        for _ in range(500):
            self.people_decide()
            self.packets.clear()
            deadline = self.next_deadline()
            if deadline is None or self.rings_for_ever():
                break
            self.move_to(deadline)
        assert SessionState.CONFIRMED not in {side.state for side in self.sides}
        super().settle()


class Attack(RuleBasedStateMachine):
    """One session against a peer that says any well-formed thing at any time."""

    @initialize(
        calls=st.booleans(),
        offer=st.sampled_from([b"offer", b""]),
        stage=st.sampled_from(["new", "up", "changing", "change heard"]),
        interval=st.sampled_from([0, 90]),
    )
    def begin(self, calls: bool, offer: bytes, stage: str, interval: int) -> None:
        self.sent: list[Request] = []
        self.us = Endpoint("us", self.put, timers=Timers(session_expires=interval))
        if calls:
            self.us.call(offer)
        else:
            invite = incoming(
                "INVITE",
                branch="z9hG4bK-first",
                from_tag="peer",
                extra=["Contact: <sip:peer@192.0.2.9>", "Expires: 20"],
            )
            invite.body = offer
            self.us.receive(invite.to_bytes())
        if stage == "new":
            return
        if calls:
            self.a_response_comes(0, 200, "peer", "<sip:peer@192.0.2.9>", b"answer")
        else:
            self.us.answer()
            self.an_ack_or_a_cancel_comes("ACK", 1, first=False)
        if stage != "up":
            self.we_do_something("change")
        if stage == "change heard":
            self.a_response_comes(0, 100, "peer", None, b"")

    def put(self, data: bytes) -> None:
        message = parse_message(data)
        if isinstance(message, Request) and message.method != "ACK":
            self.sent.append(message)

    @rule(
        method=METHODS,
        cseq=st.integers(0, 8),
        branch=st.integers(0, 30),
        to_tag=st.sampled_from(["us", "us", "us", "other"]),
        from_tag=st.sampled_from(["peer", "peer", "peer", "other", None]),
        body=st.sampled_from([b"", b"offer", b"SIP/2.0 200 OK"]),
        extra=st.sampled_from(
            [
                (),
                ("Contact: <sip:moved@192.0.2.7>",),
                ("Event: refer",),
                ("Contact: <tel:+1>",),
                ("Refer-To: <sip:1002@example.com>",),
                ("Refer-To: <tel:+1>", "Refer-Sub: false"),
                ("Refer-To: <http://x>",),
                ("Content-Type: application/sdp", "Session-Expires: 90", "Supported: timer", "Allow: UPDATE"),
                ("Session-Expires: 5;refresher=uac", "Supported: timer"),
                ("Session-Expires: 600;refresher=uas", "Min-SE: 900", "Allow: BYE"),
            ]
        ),
    )
    def a_request_comes(
        self,
        method: str,
        cseq: int,
        branch: int,
        to_tag: str,
        from_tag: str | None,
        body: bytes,
        extra: tuple[str, ...],
    ) -> None:
        request = incoming(
            method, branch=f"z9hG4bK-{branch}", to_tag=to_tag, from_tag=from_tag, cseq=cseq, extra=extra
        )
        request.body = body
        self.us.receive(request.to_bytes())

    @rule(method=st.sampled_from(["ACK", "CANCEL"]), cseq=st.integers(0, 8), first=st.booleans())
    def an_ack_or_a_cancel_comes(self, method: str, cseq: int, first: bool) -> None:
        branch = "first" if first else str(cseq)
        tag = "us" if method == "ACK" else None
        self.us.receive(
            incoming(method, branch=f"z9hG4bK-{branch}", to_tag=tag, from_tag="peer", cseq=cseq).to_bytes()
        )

    @precondition(lambda self: self.sent)
    @rule(
        back=st.integers(0, 3),
        status=STATUSES,
        tag=st.sampled_from(["peer", "peer", "peer", "fork", None]),
        contact=st.sampled_from(["<sip:peer@192.0.2.9>", "<sip:[", None]),
        body=st.sampled_from([b"", b"answer"]),
        more=st.sampled_from(
            [(), (("Session-Expires", "90;refresher=uac"), ("Allow", "UPDATE")), (("Min-SE", "3600"),)]
        ),
    )
    def a_response_comes(
        self,
        back: int,
        status: int,
        tag: str | None,
        contact: str | None,
        body: bytes,
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        response = answer_to(self.sent[-1 - back % len(self.sent)], status, tag)
        if contact is not None:
            response.headers.add("Contact", contact)
        for name, value in more:
            response.headers.add(name, value)
        response.body = body
        self.us.receive(response.to_bytes())

    @rule(
        what=st.sampled_from(
            [
                *("change", "decide", "answer", "ring", "refuse", "hang up", "watch"),
                *("refer", "take", "decline", 180, 200),
            ]
        )
    )
    def we_do_something(self, what: str | int) -> None:
        us, session = self.us, self.us.session
        if session is None or us.done:
            return
        try:
            if what == "hang up":
                us.carry_out(session.hang_up(us.now))
            elif what == "change":
                us.carry_out(session.want_reinvite())
            elif what == "refer":
                us.carry_out(session.request("REFER"))
            elif what == "watch":
                us.carry_out(session.watch(15.0, us.now))
            elif what == "decide":
                us.decide(accept=True)
            elif what in ("take", "decline"):
                us.answer_transfer(accept=what == "take")
            elif isinstance(what, int):
                us.report_transfer(what)
            elif session.key is not None:
                self.command_server(session, what)
        except LocalProtocolError:
            assert what != "hang up", "always possible"

    def command_server(self, session: InviteSession, what: str) -> None:
        if what == "answer":
            self.us.answer()
        elif what == "ring":
            self.us.carry_out(session.progress(180, self.us.now))
        else:
            self.us.carry_out(session.refuse(486))

    @rule()
    def the_transport_fails(self) -> None:
        self.us.fail()

    @rule()
    def time_passes(self) -> None:
        deadline = self.us.next_deadline()
        if deadline is not None:
            self.us.now = deadline
            self.us.handle_timer()

    @invariant()
    def an_end_is_told_before_the_last_word(self) -> None:
        assert self.us.session is None or self.us.done == (self.us.state is SessionState.DONE)

    @invariant()
    def every_request_is_answered_but_one_that_waits_for_a_decision(self) -> None:
        undecided = self.us.wants_decision or self.us.state is SessionState.OFFERED
        for request in self.us.open.values():
            assert request.method in ("INVITE", "REFER", "UPDATE")
            assert self.us.wants_transfer if request.method == "REFER" else undecided

    def teardown(self) -> None:
        """Once we hang up, silence is enough to end everything."""
        if not hasattr(self, "us"):
            return
        us = self.us
        if us.session is not None and not us.done:
            us.carry_out(us.session.hang_up(us.now))
        while (deadline := us.next_deadline()) is not None:
            assert deadline < 10_000, "this never ends"
            us.now = deadline
            us.handle_timer()
        assert us.session is None or us.done
        assert len(us.layer) == 0


STEPS = {"stateful_step_count": 60, "deadline": None}
TestCall = Call.TestCase
TestCall.settings = settings(max_examples=examples(100), **STEPS)
TestLossyCall = LossyCall.TestCase
TestLossyCall.settings = settings(max_examples=examples(100), **STEPS)
TestTimedCall = TimedCall.TestCase
TestTimedCall.settings = settings(max_examples=examples(80), **STEPS)
TestSilentCall = SilentCall.TestCase
TestSilentCall.settings = settings(max_examples=examples(40), **STEPS)
TestAttack = Attack.TestCase
TestAttack.settings = settings(max_examples=examples(150), **STEPS)
