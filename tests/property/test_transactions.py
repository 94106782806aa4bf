"""What holds for every transaction, whatever comes in whatever order; time moves by deadlines."""

from __future__ import annotations

from math import inf, isinf

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from telephony.sip.client_transactions import INVITE_CLIENT, NON_INVITE_CLIENT, InviteClientTransaction
from telephony.sip.errors import LocalProtocolError
from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.server_transactions import (
    INVITE_SERVER,
    NON_INVITE_SERVER,
    InviteServerTransaction,
    NonInviteServerTransaction,
)
from telephony.sip.timers import Timers
from telephony.sip.transaction import Table, TransactionState, TransactionTrigger
from telephony.sip.transaction_events import (
    RequestReceived,
    ResponseReceived,
    SendData,
    TransactionEnded,
    TransactionFailed,
    TransactionKey,
    TransactionOutput,
    TransactionTimedOut,
)
from tests.support.long import examples
from tests.unit.telephony.sip.exchange import (
    OURS,
    answer_to,
    flat,
    incoming,
    new_layer,
    outgoing,
    run_out,
    send_times,
    sent_request,
)

FLOWS = [
    Flow("UDP", OURS, ("192.0.2.9", 5062)),
    Flow("UDP", OURS, ("192.0.2.10", 5060)),
    Flow("TCP", OURS, ("192.0.2.9", 5062), connection=1),
    Flow("TCP", OURS, ("192.0.2.9", 5062), connection=2),
]
METHODS = st.sampled_from(["INVITE", "OPTIONS", "BYE", "REGISTER"])
STATUSES = st.sampled_from([100, 180, 183, 200, 202, 302, 404, 486, 500, 603])
PICK = st.integers(0, 10**6)
# The states in which the RFCs give a transaction no timer: its user has the next word.
PATIENT = {
    (InviteClientTransaction, TransactionState.PROCEEDING),
    (InviteServerTransaction, TransactionState.PROCEEDING),
    (NonInviteServerTransaction, TransactionState.TRYING),
    (NonInviteServerTransaction, TransactionState.PROCEEDING),
}


class Exchanges(RuleBasedStateMachine):
    """Both sides of the wire and the user above do what they like."""

    @initialize()
    def begin(self) -> None:
        self.layer = new_layer()
        self.now = 0.0
        self.clients: dict[TransactionKey, tuple[Request, Flow]] = {}
        self.servers: dict[TransactionKey, Request] = {}
        self.arrived: list[tuple[str, int, Flow]] = []
        self.cancelled: set[TransactionKey] = set()
        self.live: set[TransactionKey] = set()
        self.ended: set[TransactionKey] = set()

    def absorb(self, output: TransactionOutput, *born: TransactionKey) -> None:
        self.live.update(born)
        for effect in output.events:
            if isinstance(effect, RequestReceived):
                assert effect.key not in self.live
                self.live.add(effect.key)
                self.servers[effect.key] = effect.request
            elif isinstance(effect, (ResponseReceived, TransactionTimedOut, TransactionFailed)):
                assert effect.key in self.live, "nothing is said of a transaction after its end"
            elif isinstance(effect, TransactionEnded):
                assert effect.key in self.live, "a transaction ends once"
                self.live.remove(effect.key)
                self.ended.add(effect.key)

    @rule(method=METHODS, flow=st.sampled_from(FLOWS))
    def we_send_a_request(self, method: str, flow: Flow) -> None:
        key, effects = self.layer.send_request(outgoing(method), flow, self.now)
        assert len(flat(effects)) == 1
        self.clients[key] = (sent_request(effects), flow)
        self.absorb(effects, key)

    @precondition(lambda self: self.clients)
    @rule(pick=PICK, status=STATUSES)
    def the_peer_answers(self, pick: int, status: int) -> None:
        key = list(self.clients)[pick % len(self.clients)]
        request, flow = self.clients[key]
        effects = self.layer.receive(answer_to(request, status), flow, self.now)
        assert key in self.live or not any(isinstance(each, ResponseReceived) for each in effects.events)
        self.absorb(effects)

    @precondition(lambda self: self.clients)
    @rule(pick=PICK)
    def we_cancel(self, pick: int) -> None:
        key = list(self.clients)[pick % len(self.clients)]
        transaction = self.layer._live.get(key)
        state = (type(transaction), transaction.state) if transaction is not None else None
        try:
            cancel_key, effects = self.layer.cancel(key, self.now)
        except LocalProtocolError:
            # No INVITE in Proceeding, or already cancelled and that CANCEL still lives.
            assert state != (InviteClientTransaction, TransactionState.PROCEEDING) or key in self.cancelled
            return
        assert state == (InviteClientTransaction, TransactionState.PROCEEDING)
        self.cancelled.add(key)
        self.clients[cancel_key] = (sent_request(effects), self.clients[key][1])
        self.absorb(effects, cancel_key)

    @rule(method=METHODS, branch=st.integers(1, 4), flow=st.sampled_from(FLOWS))
    def a_request_arrives(self, method: str, branch: int, flow: Flow) -> None:
        before = len(self.layer)
        request = incoming(
            method, branch=f"z9hG4bK-p{branch}", call_id=f"call{branch}", transport=flow.transport
        )
        self.arrived.append((method, branch, flow))
        effects = self.layer.receive(request, flow, self.now)
        assert len(self.layer) == before + sum(
            isinstance(effect, RequestReceived) for effect in flat(effects)
        )
        self.absorb(effects)

    @precondition(lambda self: self.arrived)
    @rule(pick=PICK, method=st.sampled_from(["ACK", "CANCEL", None]), tag=st.sampled_from([None, "us"]))
    def something_about_an_earlier_request_arrives(
        self, pick: int, method: str | None, tag: str | None
    ) -> None:
        first_method, branch, flow = self.arrived[pick % len(self.arrived)]
        message = incoming(
            method or first_method, branch=f"z9hG4bK-p{branch}", call_id=f"call{branch}", to_tag=tag
        )
        before = len(self.layer)
        effects = self.layer.receive(message, flow, self.now)
        if method == "ACK":
            assert len(self.layer) <= before, "an ACK makes no transaction"
            assert not any(isinstance(effect, (RequestReceived, SendData)) for effect in flat(effects))
        self.absorb(effects)

    @precondition(lambda self: self.servers)
    @rule(pick=PICK, status=STATUSES)
    def we_answer(self, pick: int, status: int) -> None:
        key = list(self.servers)[pick % len(self.servers)]
        effects = self.layer.send_response(key, self.servers[key].response(status, to_tag="us"), self.now)
        assert sum(isinstance(effect, SendData) for effect in flat(effects)) <= 1
        self.absorb(effects)

    @rule(flow=st.sampled_from(FLOWS))
    def the_transport_fails(self, flow: Flow) -> None:
        self.absorb(self.layer.transport_failed(flow, self.now))

    @rule()
    def time_passes(self) -> None:
        deadline = self.layer.next_deadline()
        if deadline is not None:
            assert deadline >= self.now
            self.now = deadline
            self.absorb(self.layer.handle_timer(deadline))

    @rule(seconds=st.floats(0.01, 40))
    def the_timer_is_served_late(self, seconds: float) -> None:
        self.now += seconds
        self.absorb(self.layer.handle_timer(self.now))

    @invariant()
    def the_layer_holds_exactly_what_has_not_ended(self) -> None:
        assert set(self.layer._live) == self.live
        assert len(self.layer) == len(self.live)

    @invariant()
    def whoever_has_a_timer_in_the_rfc_has_a_deadline_and_nobody_else(self) -> None:
        earliest = inf
        for key, transaction in self.layer._live.items():
            patient = (type(transaction), transaction.state) in PATIENT and key not in self.cancelled
            assert isinf(transaction.deadline) == patient, (type(transaction), transaction.state)
            earliest = min(earliest, transaction.deadline)
        assert self.layer.next_deadline() == (None if isinf(earliest) else earliest)

    def teardown(self) -> None:
        """Once everything is answered and enough time has passed, nothing is left."""
        if not hasattr(self, "layer"):
            return
        for key in list(self.live & set(self.servers)):
            self.absorb(self.layer.send_response(key, self.servers[key].response(500, to_tag="us"), self.now))
        for key in list(self.live & set(self.clients)):
            request, flow = self.clients[key]
            self.absorb(self.layer.receive(answer_to(request, 486), flow, self.now))
        for _, effect in run_out(self.layer):
            if not isinstance(effect, SendData):
                self.absorb(Output([], [effect]))
        assert (len(self.layer), self.layer.next_deadline()) == (0, None)
        assert (self.layer._merged, self.layer._on_connection) == ({}, {})
        assert self.ended >= set(self.clients)
        assert self.ended >= set(self.servers)


TestExchanges = Exchanges.TestCase
TestExchanges.settings = settings(max_examples=examples(80), stateful_step_count=40, deadline=None)


# Powers of two keep the sums of intervals exact.
QUARTERS = st.integers(-3, 1).map(lambda exponent: 2.0**exponent)


def capped_doubling(t1: float, t2: float) -> list[float]:
    """When a message is repeated: intervals T1, 2*T1 ... up to T2, for 64*T1."""
    times, at, gap = [], t1, t1
    while at < 64 * t1:
        times.append(at)
        gap = min(2 * gap, t2)
        at += gap
    return times


@given(t1=QUARTERS, factor=st.sampled_from([1, 2, 4, 8, 16]))
def test_requests_are_repeated_by_timer_e(t1: float, factor: int) -> None:
    layer = new_layer(Timers(t1=t1, t2=factor * t1))
    layer.send_request(outgoing("OPTIONS"), FLOWS[0], 0.0)
    assert send_times(run_out(layer)) == capped_doubling(t1, factor * t1)


@given(t1=QUARTERS, factor=st.sampled_from([1, 2, 4, 8, 16]))
def test_refusals_are_repeated_by_timer_g(t1: float, factor: int) -> None:
    layer = new_layer(Timers(t1=t1, t2=factor * t1))
    (effect,) = flat(layer.receive(incoming("INVITE"), FLOWS[0], 0.0))
    assert isinstance(effect, RequestReceived)
    layer.send_response(effect.key, effect.request.response(486, to_tag="us"), 0.0)
    assert send_times(run_out(layer)) == capped_doubling(t1, factor * t1)


@given(t1=QUARTERS)
def test_an_invite_is_sent_seven_times_in_64_t1(t1: float) -> None:
    layer = new_layer(Timers(t1=t1))
    layer.send_request(outgoing("INVITE"), FLOWS[0], 0.0)
    assert send_times(run_out(layer)) == [t1 * multiple for multiple in (1, 3, 7, 15, 31, 63)]


def test_every_state_of_every_table_leads_to_the_end() -> None:
    tables: list[Table] = [INVITE_CLIENT, NON_INVITE_CLIENT, INVITE_SERVER, NON_INVITE_SERVER]
    assert all(tables)
    for table in tables:
        for state, event in table:
            assert state is not TransactionState.TERMINATED, "nothing happens after the end"
            assert isinstance(event, TransactionTrigger)
            reached: set[TransactionState] = {state}
            frontier: list[TransactionState] = [state]
            while frontier:
                here = frontier.pop()
                onward = {step[0] for (before, _), step in table.items() if before is here} - reached
                reached |= onward
                frontier += onward
            assert TransactionState.TERMINATED in reached
