"""The transaction layer: matching (17.1.3, 17.2.3), response routing (18.2), merging, CANCEL and books."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.transaction_events import AckReceived, TransactionFailed
from tests.unit.telephony.sip.exchange import (
    OURS,
    TCP,
    THEIRS,
    UDP,
    answer_to,
    flat,
    incoming,
    new_layer,
    outgoing,
    received,
    run_out,
    sent,
    sent_request,
)


def test_requests_with_other_branches_are_other_transactions() -> None:
    layer = new_layer()
    first = received(layer.receive(incoming(branch="z9hG4bK-a", cseq=1), UDP, 0.0))
    second = received(layer.receive(incoming(branch="z9hG4bK-b", cseq=2), UDP, 0.0))
    assert first.key != second.key
    assert len(layer) == 2


def test_the_same_branch_from_another_sender_is_another_transaction() -> None:
    layer = new_layer()
    received(layer.receive(incoming(sent_by="192.0.2.9:5062"), UDP, 0.0))
    received(layer.receive(incoming(sent_by="192.0.2.9:5064", call_id="other"), UDP, 0.0))
    assert len(layer) == 2


def test_the_sent_by_is_compared_without_case_and_with_the_default_port() -> None:
    layer = new_layer()
    received(layer.receive(incoming(sent_by="PHONE.example:5060"), UDP, 0.0))
    assert flat(layer.receive(incoming(sent_by="phone.EXAMPLE"), UDP, 0.0)) == []


@pytest.mark.parametrize("branch", [None, "old-style", "z9hG4bK"])
class TestWithoutTransactionIdentifier:
    """RFC 2543 clients, and a cookie with nothing behind it (RFC 4475 3.2.1)."""

    def test_a_repeated_request_is_recognised(self, branch: str | None) -> None:
        layer = new_layer()
        received(layer.receive(incoming(branch=branch), UDP, 0.0))
        assert flat(layer.receive(incoming(branch=branch), UDP, 0.5)) == []

    def test_another_request_is_not(self, branch: str | None) -> None:
        layer = new_layer()
        received(layer.receive(incoming(branch=branch), UDP, 0.0))
        received(layer.receive(incoming(branch=branch, cseq=2), UDP, 0.5))
        received(layer.receive(incoming(branch=branch, call_id="other"), UDP, 0.5))
        received(layer.receive(incoming(branch=branch, from_tag="other"), UDP, 0.5))
        assert len(layer) == 4

    def test_the_ack_of_a_refusal_finds_its_invite(self, branch: str | None) -> None:
        layer = new_layer()
        effect = received(layer.receive(incoming("INVITE", branch=branch), UDP, 0.0))
        layer.send_response(effect.key, effect.request.response(486, to_tag="us"), 0.0)
        assert flat(layer.receive(incoming("ACK", branch=branch, to_tag="us"), UDP, 0.1)) == []
        assert [at for at, _ in run_out(layer)] == [pytest.approx(5.1)]

    def test_cancel_finds_its_invite(self, branch: str | None) -> None:
        layer = new_layer()
        invite = received(layer.receive(incoming("INVITE", branch=branch), UDP, 0.0))
        cancel = received(layer.receive(incoming("CANCEL", branch=branch), UDP, 0.1))
        assert cancel.invite_key == invite.key


def test_a_client_without_from_tag_is_served() -> None:
    layer = new_layer()
    received(layer.receive(incoming(branch=None, from_tag=None), UDP, 0.0))
    assert flat(layer.receive(incoming(branch=None, from_tag=None), UDP, 0.5)) == []


class TestCancel:
    def test_it_is_a_transaction_of_its_own_that_knows_its_invite(self) -> None:
        layer = new_layer()
        invite = received(layer.receive(incoming("INVITE"), UDP, 0.0))
        cancel = received(layer.receive(incoming("CANCEL"), UDP, 0.1))
        assert cancel.invite_key == invite.key
        assert cancel.key != invite.key

    def test_its_repetition_is_absorbed_and_answered(self) -> None:
        layer = new_layer()
        layer.receive(incoming("INVITE"), UDP, 0.0)
        cancel = received(layer.receive(incoming("CANCEL"), UDP, 0.1))
        first = layer.send_response(cancel.key, cancel.request.response(200, to_tag="us"), 0.1)
        assert layer.receive(incoming("CANCEL"), UDP, 0.6) == first

    def test_with_another_branch_it_cancels_nothing(self) -> None:
        layer = new_layer()
        layer.receive(incoming("INVITE"), UDP, 0.0)
        assert received(layer.receive(incoming("CANCEL", branch="z9hG4bK-x"), UDP, 0.1)).invite_key is None

    def test_other_requests_carry_no_invite(self) -> None:
        layer = new_layer()
        layer.receive(incoming("INVITE"), UDP, 0.0)
        assert received(layer.receive(incoming("OPTIONS", call_id="o"), UDP, 0.1)).invite_key is None


class TestAck:
    def test_a_stray_one_is_passed_up_and_makes_no_transaction(self) -> None:
        layer = new_layer()
        ack = incoming("ACK", to_tag="us")
        assert flat(layer.receive(ack, UDP, 0.0)) == [AckReceived(ack, UDP)]
        assert len(layer) == 0

    def test_that_of_a_2xx_gets_a_via_of_its_own_and_makes_no_transaction(self) -> None:
        layer = new_layer()
        effect = layer.send_ack(outgoing("ACK"), TCP)
        ack = sent_request(Output([effect], []))
        assert effect.flow == TCP
        assert ack.via.branch == "z9hG4bK-1"
        assert len(layer) == 0

    def test_it_is_not_a_request_to_send(self) -> None:
        with pytest.raises(LocalProtocolError):
            new_layer().send_request(outgoing("ACK"), UDP, 0.0)


class TestMerging:
    """RFC 3261 8.2.2.2."""

    def test_a_copy_that_came_another_way_is_marked(self) -> None:
        layer = new_layer()
        first = received(layer.receive(incoming("INVITE", branch="z9hG4bK-a"), UDP, 0.0))
        second = received(layer.receive(incoming("INVITE", branch="z9hG4bK-b"), UDP, 0.1))
        third = received(layer.receive(incoming("INVITE", branch="z9hG4bK-c"), UDP, 0.2))
        assert (first.merged, second.merged, third.merged) == (False, True, True)

    @pytest.mark.parametrize(
        "other", [{"cseq": 2}, {"call_id": "other"}, {"from_tag": "other"}, {"method": "OPTIONS"}]
    )
    def test_another_request_is_not(self, other: dict[str, object]) -> None:
        layer = new_layer()
        layer.receive(incoming("INVITE", branch="z9hG4bK-a"), UDP, 0.0)
        request = incoming(**{"method": "INVITE", "branch": "z9hG4bK-b", **other})  # type: ignore[arg-type]
        assert received(layer.receive(request, UDP, 0.1)).merged is False

    def test_a_request_in_a_dialog_is_not(self) -> None:
        layer = new_layer()
        layer.receive(incoming("INVITE", branch="z9hG4bK-a", to_tag="us"), UDP, 0.0)
        second = layer.receive(incoming("INVITE", branch="z9hG4bK-b", to_tag="us"), UDP, 0.1)
        assert received(second).merged is False

    def test_cancels_of_forked_invites_are_not(self) -> None:
        layer = new_layer()
        for branch in ("z9hG4bK-a", "z9hG4bK-b"):
            layer.receive(incoming("INVITE", branch=branch), UDP, 0.0)
        for branch in ("z9hG4bK-a", "z9hG4bK-b"):
            assert received(layer.receive(incoming("CANCEL", branch=branch), UDP, 0.1)).merged is False

    def test_the_end_of_a_marked_copy_changes_nothing_for_the_next(self) -> None:
        layer = new_layer()
        layer.receive(incoming(branch="z9hG4bK-a"), UDP, 0.0)
        copy = received(layer.receive(incoming(branch="z9hG4bK-b"), UDP, 0.1))
        layer.send_response(copy.key, copy.request.response(482, to_tag="us"), 0.1)
        run_out(layer)
        assert len(layer) == 1
        assert received(layer.receive(incoming(branch="z9hG4bK-c"), UDP, 99.0)).merged is True

    def test_the_mark_lasts_no_longer_than_the_first_transaction(self) -> None:
        layer = new_layer()
        first = received(layer.receive(incoming(branch="z9hG4bK-a"), UDP, 0.0))
        layer.send_response(first.key, first.request.response(200, to_tag="us"), 0.0)
        run_out(layer)
        assert received(layer.receive(incoming(branch="z9hG4bK-b"), UDP, 99.0)).merged is False


class TestWhereResponsesGo:
    """RFC 3261 18.2, RFC 3581 section 4."""

    def reply(self, request: Request, flow: Flow) -> tuple[Flow, str | None]:
        layer = new_layer()
        effect = received(layer.receive(request, flow, 0.0))
        output = layer.send_response(effect.key, effect.request.response(100), 0.0)
        (message,) = sent(output)
        return output.effects[0].flow, message.headers.get("Via")  # type: ignore[union-attr]

    def test_to_the_source_address_and_port_when_rport_is_asked_for(self) -> None:
        outside = Flow("UDP", OURS, ("198.51.100.7", 40001))
        flow, via = self.reply(incoming(sent_by="10.0.0.5:5060", rport=True), outside)
        assert flow == outside
        flow, _ = self.reply(incoming(sent_by="proxy.example:5080"), outside)
        assert flow == Flow("UDP", OURS, ("198.51.100.7", 5080))
        assert via == "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK-peer;rport=40001;received=198.51.100.7"

    def test_to_the_source_address_at_the_port_of_the_sent_by_otherwise(self) -> None:
        outside = Flow("UDP", OURS, ("198.51.100.7", 40001))
        # a phone behind a NAT that knows no rport: its own port is nobody's outside
        flow, via = self.reply(incoming(sent_by="10.0.0.5:5080"), outside)
        assert flow == outside
        flow, _ = self.reply(incoming(sent_by="proxy.example:5080"), outside)
        assert flow == Flow("UDP", OURS, ("198.51.100.7", 5080))
        assert via == "SIP/2.0/UDP 10.0.0.5:5080;branch=z9hG4bK-peer;received=198.51.100.7"

    def test_to_port_5060_when_the_sent_by_has_none(self) -> None:
        flow, _ = self.reply(incoming(sent_by="192.0.2.9"), Flow("UDP", OURS, ("192.0.2.9", 40001)))
        assert flow.remote == ("192.0.2.9", 5060)

    def test_received_is_not_added_when_the_sent_by_is_true(self) -> None:
        _, via = self.reply(incoming(), UDP)
        assert via == "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-peer"

    def test_received_comes_with_rport_even_when_the_sent_by_is_true(self) -> None:
        _, via = self.reply(incoming(rport=True), UDP)
        assert via == "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-peer;rport=5062;received=192.0.2.9"

    def test_over_the_connection_of_the_request(self) -> None:
        flow, _ = self.reply(incoming(sent_by="10.0.0.5:5080", transport="TCP"), TCP)
        assert flow is TCP

    def test_only_the_top_via_is_stamped(self) -> None:
        request = incoming(sent_by="10.0.0.5", extra=("Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-deep",))
        layer = new_layer()
        stamped = received(layer.receive(request, UDP, 0.0)).request
        assert stamped.headers.get_all("Via") == [
            "SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK-peer;received=192.0.2.9",
            "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-deep",
        ]

    def test_vias_that_share_a_row_stay_together(self) -> None:
        request = incoming(sent_by="10.0.0.5")
        request.headers.set(
            "Via", "SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK-a, SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-b"
        )
        stamped = received(new_layer().receive(request, UDP, 0.0)).request
        assert stamped.headers.values("Via") == [
            "SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK-a;received=192.0.2.9",
            "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-b",
        ]

    def test_an_ipv6_source_is_written_without_brackets(self) -> None:
        flow = Flow("UDP", ("2001:db8::1", 5060), ("2001:db8::9", 5060))
        _, via = self.reply(incoming(sent_by="[2001:db8::1:9]", rport=True), flow)
        assert via is not None
        assert via.endswith(";rport=5060;received=2001:db8::9")


class TestResponses:
    def test_a_stray_one_is_dropped(self) -> None:
        layer = new_layer()
        stray = answer_to(incoming("INVITE"), 200)
        assert flat(layer.receive(stray, UDP, 0.0)) == []

    def test_the_branch_of_another_method_does_not_match(self) -> None:
        layer = new_layer()
        _, effects = layer.send_request(outgoing("OPTIONS"), UDP, 0.0)
        response = answer_to(sent_request(effects), 200)
        response.headers.set("CSeq", "1 INFO")
        assert flat(layer.receive(response, UDP, 0.1)) == []

    def test_ours_may_come_back_over_another_flow(self) -> None:
        layer = new_layer()
        key, effects = layer.send_request(outgoing("OPTIONS"), UDP, 0.0)
        back = Flow("UDP", OURS, ("203.0.113.3", 5060))
        (up,) = layer.receive(answer_to(sent_request(effects), 200), back, 0.1).events
        assert up.key == key  # type: ignore[union-attr]

    def test_a_call_to_ourselves_keeps_both_sides_apart(self) -> None:
        layer = new_layer()
        client_key, effects = layer.send_request(outgoing("OPTIONS"), UDP, 0.0)
        loop = received(layer.receive(sent_request(effects), UDP, 0.0))
        assert loop.key != client_key
        answer = layer.send_response(loop.key, loop.request.response(200, to_tag="us"), 0.0)
        (up,) = flat(layer.receive(sent(answer)[0], UDP, 0.0))
        assert up.key == client_key  # type: ignore[union-attr]

    def test_we_do_not_answer_our_own_requests(self) -> None:
        layer = new_layer()
        key, effects = layer.send_request(outgoing("OPTIONS"), UDP, 0.0)
        with pytest.raises(LocalProtocolError):
            layer.send_response(key, sent_request(effects).response(200), 0.0)


def test_an_unreadable_via_is_the_peers_mistake() -> None:
    request = incoming()
    request.headers.set("Via", "nonsense")
    layer = new_layer()
    with pytest.raises(RemoteProtocolError):
        layer.receive(request, UDP, 0.0)
    assert len(layer) == 0


def test_a_transport_failure_hits_only_its_flow() -> None:
    layer = new_layer()
    other_tcp = Flow("TCP", OURS, THEIRS, connection=8)
    other_udp = Flow("UDP", OURS, ("192.0.2.10", 5060))
    keys = {flow: layer.send_request(outgoing(), flow, 0.0)[0] for flow in (UDP, TCP, other_tcp, other_udp)}
    for flow in (TCP, UDP):
        failed = [e.key for e in layer.transport_failed(flow, 0.1).events if isinstance(e, TransactionFailed)]
        assert failed == [keys[flow]]
    assert len(layer) == 2
