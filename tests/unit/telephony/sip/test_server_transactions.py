"""Server transactions: RFC 3261 figures 7 and 8, RFC 6026 figure 6."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.flow import Flow
from telephony.sip.message import Request
from telephony.sip.transaction_events import (
    AckReceived,
    SendData,
    TransactionEnded,
    TransactionFailed,
    TransactionKey,
    TransactionTimedOut,
)
from telephony.sip.transactions import TransactionLayer
from tests.unit.telephony.sip.exchange import (
    TCP,
    UDP,
    ended,
    flat,
    incoming,
    new_layer,
    received,
    run_out,
    send_times,
    sent,
)


def start(method: str, flow: Flow = UDP) -> tuple[TransactionLayer, TransactionKey, Request]:
    layer = new_layer()
    effect = received(layer.receive(incoming(method), flow, 0.0))
    return layer, effect.key, effect.request


def ack(branch: str = "z9hG4bK-peer", sent_by: str = "192.0.2.9:5062") -> Request:
    return incoming("ACK", branch=branch, to_tag="us", sent_by=sent_by)


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_an_unanswered_request_has_no_timer_and_repetitions_are_absorbed(method: str) -> None:
    layer, _, _ = start(method)
    assert flat(layer.receive(incoming(method), UDP, 0.5)) == []
    assert layer.next_deadline() is None
    assert len(layer) == 1


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_repeated_request_gets_the_last_provisional_response_again(method: str) -> None:
    layer, key, request = start(method)
    layer.send_response(key, request.response(100), 0.0)
    (last,) = flat(layer.send_response(key, request.response(183, to_tag="us"), 0.1))
    assert flat(layer.receive(incoming(method), UDP, 0.5)) == [last]


def test_a_refusal_of_an_invite_is_repeated_until_timer_h_gives_up() -> None:
    layer, key, request = start("INVITE")
    first = layer.send_response(key, request.response(486, to_tag="us"), 0.0)
    assert [message.status for message in sent(first) if not isinstance(message, Request)] == [486]
    seen = run_out(layer)
    assert send_times(seen) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert seen[-2:] == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]


def test_a_repeated_invite_gets_the_refusal_again() -> None:
    layer, key, request = start("INVITE")
    first = layer.send_response(key, request.response(486, to_tag="us"), 0.0)
    assert layer.receive(incoming("INVITE"), UDP, 0.2) == first


def test_over_tcp_a_refusal_is_sent_once_but_still_waits_for_the_ack() -> None:
    layer, key, request = start("INVITE", TCP)
    layer.send_response(key, request.response(486, to_tag="us"), 0.0)
    assert run_out(layer) == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]


def test_the_ack_of_a_refusal_stops_it_and_is_kept_here() -> None:
    layer, key, request = start("INVITE")
    layer.send_response(key, request.response(486, to_tag="us"), 0.0)
    assert flat(layer.receive(ack(), UDP, 0.1)) == []
    assert flat(layer.receive(ack(), UDP, 0.2)) == []
    assert flat(layer.receive(incoming("INVITE"), UDP, 0.3)) == []
    assert run_out(layer) == [(5.1, TransactionEnded(key))]


def test_over_tcp_the_ack_of_a_refusal_ends_the_transaction() -> None:
    layer, key, request = start("INVITE", TCP)
    layer.send_response(key, request.response(486, to_tag="us"), 0.0)
    assert flat(layer.receive(ack(), TCP, 0.1)) == [TransactionEnded(key)]
    assert layer.next_deadline() is None


@pytest.mark.parametrize("flow", [UDP, TCP])
def test_an_accepted_invite_absorbs_repetitions_for_64_t1_on_any_transport(flow: Flow) -> None:
    layer, key, request = start("INVITE", flow)
    assert len(flat(layer.send_response(key, request.response(200, to_tag="us"), 1.0))) == 1
    assert flat(layer.receive(incoming("INVITE"), flow, 1.5)) == []
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_the_user_may_repeat_its_2xx_but_nothing_else() -> None:
    layer, key, request = start("INVITE")
    accept = request.response(200, to_tag="us")
    first = layer.send_response(key, accept, 1.0)
    assert layer.send_response(key, accept, 1.5) == first
    assert flat(layer.send_response(key, request.response(486, to_tag="us"), 2.0)) == []
    assert flat(layer.send_response(key, request.response(180, to_tag="us"), 2.0)) == []
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_the_ack_of_a_2xx_is_passed_up_even_when_it_has_the_branch_of_the_invite() -> None:
    layer, key, request = start("INVITE")
    layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    own_branch, same_branch = ack("z9hG4bK-other"), ack()
    assert flat(layer.receive(own_branch, UDP, 1.1)) == [AckReceived(own_branch, UDP)]
    assert flat(layer.receive(same_branch, UDP, 1.2)) == [AckReceived(same_branch, UDP)]


def test_an_ack_before_the_final_response_is_dropped() -> None:
    layer, _, _ = start("INVITE")
    assert flat(layer.receive(ack(), UDP, 0.1)) == []


def test_a_final_response_is_repeated_on_request_for_32_seconds() -> None:
    layer, key, request = start("OPTIONS")
    first = layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    assert layer.receive(incoming("OPTIONS"), UDP, 32.9) == first
    assert run_out(layer) == [(33.0, TransactionEnded(key))]
    assert len(layer) == 0


def test_over_tcp_the_final_response_ends_the_transaction() -> None:
    layer, key, request = start("OPTIONS", TCP)
    effects = layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    assert [type(effect) for effect in flat(effects)] == [SendData, TransactionEnded]
    assert ended(effects) == [key]
    assert (len(layer), layer.next_deadline()) == (0, None)


def test_only_the_first_final_response_is_sent() -> None:
    layer, key, request = start("OPTIONS")
    layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    assert flat(layer.send_response(key, request.response(500, to_tag="us"), 1.1)) == []
    assert flat(layer.send_response(key, request.response(100), 1.1)) == []


def test_a_response_after_the_end_does_nothing() -> None:
    layer, key, request = start("OPTIONS")
    layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    run_out(layer)
    assert flat(layer.send_response(key, request.response(200, to_tag="us"), 99.0)) == []


def start_over_tcp(method: str, sent_by: str) -> tuple[TransactionLayer, TransactionKey, Request]:
    layer = new_layer()
    effect = received(layer.receive(incoming(method, sent_by=sent_by, transport="TCP"), TCP, 0.0))
    return layer, effect.key, effect.request


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
@pytest.mark.parametrize("sent_by", ["192.168.1.7:5062", "phone.invalid"])
def test_a_lost_connection_from_behind_a_nat_ends_an_unanswered_request(method: str, sent_by: str) -> None:
    layer, key, _ = start_over_tcp(method, sent_by)
    assert flat(layer.transport_failed(TCP, 0.1)) == [TransactionFailed(key), TransactionEnded(key)]
    assert len(layer) == 0


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
@pytest.mark.parametrize(
    ("sent_by", "port"),
    [
        ("192.0.2.9:5062", 5062),
        ("192.0.2.9", 5060),
        ("pbx.example.com:5070", 5070),
        ("198.51.100.4:5061", 5061),
    ],
)
def test_a_response_whose_connection_is_gone_goes_by_another_to_the_sent_by(
    method: str, sent_by: str, port: int
) -> None:
    """RFC 3261 18.2.2: to the address that the request came from, at the port of the sent-by."""
    layer, key, request = start_over_tcp(method, sent_by)
    spare = Flow("TCP", ("", 0), (TCP.remote[0], port))
    assert flat(layer.transport_failed(TCP, 0.1)) == []
    (answer,) = layer.send_response(key, request.response(486, to_tag="us"), 0.2).effects
    assert answer.flow == spare
    if method == "INVITE":
        assert flat(layer.receive(ack(sent_by=sent_by), spare, 0.3)) == [TransactionEnded(key)]
    assert len(layer) == 0


def test_what_was_said_last_is_said_again_over_the_other_connection() -> None:
    """It may be lost, and shows at once whether the peer can be reached there."""
    layer, key, request = start_over_tcp("INVITE", "192.0.2.9:5062")
    (ringing,) = layer.send_response(key, request.response(180, to_tag="us"), 0.1).effects
    (again,) = layer.transport_failed(TCP, 1.0).effects
    assert (again.data, again.flow.remote) == (ringing.data, ("192.0.2.9", 5062))
    assert flat(layer.transport_failed(again.flow, 1.1)) == [TransactionFailed(key), TransactionEnded(key)]
    assert len(layer) == 0


def test_a_request_that_is_repeated_over_another_connection_is_answered_there() -> None:
    layer, key, request = start_over_tcp("INVITE", "192.168.1.7")
    layer.send_response(key, request.response(180, to_tag="us"), 0.1)
    other = Flow("TCP", TCP.local, ("192.0.2.9", 41002), connection=8)
    repeated = incoming("INVITE", sent_by="192.168.1.7", transport="TCP")
    (again,) = layer.receive(repeated, other, 0.5).effects
    assert again.flow == other  # type: ignore[union-attr]
    assert flat(layer.transport_failed(TCP, 0.6)) == []
    (answer,) = layer.send_response(key, request.response(486, to_tag="us"), 0.7).effects
    assert answer.flow == other


@pytest.mark.parametrize("sent_by", ["192.168.1.7", "192.0.2.9:5062"])
def test_a_lost_connection_leaves_an_accepted_invite_alone(sent_by: str) -> None:
    layer, key, request = start_over_tcp("INVITE", sent_by)
    layer.send_response(key, request.response(200, to_tag="us"), 1.0)
    assert flat(layer.transport_failed(TCP, 2.0)) == []
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_a_response_that_cannot_be_written_leaves_the_transaction_answerable() -> None:
    layer, key, request = start("INVITE")
    broken = request.response(486, to_tag="us")
    broken.headers.add("Subject", "a\r\nEvil: yes")
    with pytest.raises(LocalProtocolError):
        layer.send_response(key, broken, 0.1)
    assert len(sent(layer.send_response(key, request.response(500, to_tag="us"), 0.2))) == 1
