"""Client transactions: RFC 3261 figures 5 and 6, RFC 6026 figure 5."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.flow import Flow
from telephony.sip.message import Request
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import (
    ResponseReceived,
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
    answer_to,
    ended,
    flat,
    new_layer,
    outgoing,
    run_out,
    send_times,
    sent,
    sent_request,
    statuses,
)


def start(
    method: str, flow: Flow = UDP, extra: tuple[str, ...] = ()
) -> tuple[TransactionLayer, TransactionKey, Request]:
    layer = new_layer()
    key, effects = layer.send_request(outgoing(method, extra=extra), flow, 0.0)
    return layer, key, sent_request(effects)


def test_the_request_goes_out_with_our_via_on_top() -> None:
    _, _, request = start("OPTIONS")
    assert request.headers.get_all("Via") == ["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport"]


def test_the_via_names_the_transport_of_the_flow() -> None:
    _, _, request = start("OPTIONS", TCP)
    assert request.via.transport == "TCP"


def test_an_unanswered_invite_is_sent_seven_times_and_times_out_after_32_seconds() -> None:
    layer, key, _ = start("INVITE")
    seen = run_out(layer)
    assert send_times(seen) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert seen[-2:] == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]
    assert len(layer) == 0


def test_an_unanswered_request_is_sent_eleven_times_at_most_four_seconds_apart() -> None:
    layer, key, _ = start("OPTIONS")
    seen = run_out(layer)
    assert send_times(seen) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert seen[-2:] == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_over_tcp_nothing_is_repeated_but_the_timeout_stays(method: str) -> None:
    layer, key, _ = start(method, TCP)
    assert run_out(layer) == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]


def test_the_repetition_is_the_same_bytes() -> None:
    layer, _, request = start("INVITE")
    (effect,) = flat(layer.handle_timer(0.5))
    assert effect == SendData(UDP, request.to_bytes())


def test_a_provisional_response_silences_an_invite_and_leaves_no_timer() -> None:
    layer, _, request = start("INVITE")
    assert statuses(layer.receive(answer_to(request, 180), UDP, 0.1)) == [180]
    assert layer.next_deadline() is None
    assert len(layer) == 1


def test_every_provisional_response_is_passed_up() -> None:
    layer, _, request = start("INVITE")
    assert statuses(layer.receive(answer_to(request, 100), UDP, 0.1)) == [100]
    assert statuses(layer.receive(answer_to(request, 180), UDP, 0.2)) == [180]
    assert statuses(layer.receive(answer_to(request, 180), UDP, 0.3)) == [180]


def test_a_provisional_response_slows_other_requests_to_t2() -> None:
    layer, key, request = start("OPTIONS")
    layer.receive(answer_to(request, 100), UDP, 0.1)
    seen = run_out(layer)
    assert send_times(seen) == [0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5]
    assert seen[-2:] == [(32.0, TransactionTimedOut(key)), (32.0, TransactionEnded(key))]


def test_a_late_wake_up_sends_once_only() -> None:
    layer, _, _ = start("INVITE")
    assert len(sent(layer.handle_timer(9.0))) == 1


def test_a_refused_invite_is_acknowledged_by_the_transaction() -> None:
    layer, key, request = start("INVITE", extra=("Route: <sip:a@p1;lr>", "Route: <sip:b@p2;lr>"))
    response = answer_to(request, 486)
    effects = layer.receive(response, UDP, 0.2)
    ack = sent_request(effects)
    assert flat(effects)[1:] == [ResponseReceived(key, response)]
    assert (ack.method, ack.uri) == ("ACK", request.uri)
    assert ack.headers.get_all("Via") == request.headers.get_all("Via")
    assert ack.headers.get_all("Route") == ["<sip:a@p1;lr>", "<sip:b@p2;lr>"]
    assert ack.headers.get("To") == response.headers.get("To")
    assert ack.headers.get("From") == request.headers.get("From")
    assert ack.call_id == request.call_id
    assert (ack.cseq.number, ack.cseq.method) == (1, "ACK")
    assert ack.max_forwards == 70
    assert ack.body == b""


def test_a_repeated_refusal_gets_the_same_ack_and_is_not_passed_up() -> None:
    layer, _, request = start("INVITE")
    first = layer.receive(answer_to(request, 486), UDP, 0.2)
    assert flat(layer.receive(answer_to(request, 486), UDP, 0.7)) == [flat(first)[0]]


def test_a_refused_invite_lingers_32_seconds_for_repetitions() -> None:
    layer, key, request = start("INVITE")
    layer.receive(answer_to(request, 486), UDP, 1.0)
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_timer_d_is_never_under_32_seconds() -> None:
    assert Timers(t1=0.1).d(reliable=False) == 32.0
    assert Timers(t1=1.0).d(reliable=False) == 64.0


def test_over_tcp_a_refused_invite_ends_at_once_after_its_ack() -> None:
    layer, key, request = start("INVITE", TCP)
    effects = layer.receive(answer_to(request, 486), TCP, 0.2)
    assert [type(effect) for effect in flat(effects)] == [SendData, ResponseReceived, TransactionEnded]
    assert ended(effects) == [key]
    assert len(layer) == 0


@pytest.mark.parametrize("flow", [UDP, TCP])
def test_an_accepted_invite_passes_up_every_2xx_for_64_t1_on_any_transport(flow: Flow) -> None:
    layer, key, request = start("INVITE", flow)
    assert statuses(layer.receive(answer_to(request, 200), flow, 1.0)) == [200]
    assert statuses(layer.receive(answer_to(request, 200), flow, 1.5)) == [200]
    assert statuses(layer.receive(answer_to(request, 200, to_tag="fork"), flow, 2.0)) == [200]
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_an_accepted_invite_is_not_acknowledged_here() -> None:
    layer, _, request = start("INVITE")
    assert sent(layer.receive(answer_to(request, 200), UDP, 1.0)) == []


def test_after_a_2xx_other_responses_are_dropped() -> None:
    layer, _, request = start("INVITE")
    layer.receive(answer_to(request, 200), UDP, 1.0)
    assert flat(layer.receive(answer_to(request, 180), UDP, 1.1)) == []
    assert flat(layer.receive(answer_to(request, 486), UDP, 1.1)) == []


@pytest.mark.parametrize("status", [200, 302, 404, 503, 603])
def test_a_final_response_ends_other_requests_after_t4(status: int) -> None:
    layer, key, request = start("OPTIONS")
    assert statuses(layer.receive(answer_to(request, status), UDP, 1.0)) == [status]
    assert flat(layer.receive(answer_to(request, status), UDP, 1.5)) == []
    assert run_out(layer) == [(6.0, TransactionEnded(key))]


def test_over_tcp_a_final_response_ends_other_requests_at_once() -> None:
    layer, key, request = start("OPTIONS", TCP)
    effects = layer.receive(answer_to(request, 200), TCP, 1.0)
    assert flat(effects)[1:] == [TransactionEnded(key)]
    assert layer.next_deadline() is None


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
@pytest.mark.parametrize("rung", [False, True])
def test_a_transport_failure_before_the_answer_ends_the_transaction(method: str, rung: bool) -> None:
    layer, key, request = start(method, TCP)
    if rung:
        layer.receive(answer_to(request, 180), TCP, 0.1)
    assert flat(layer.transport_failed(TCP, 0.2)) == [TransactionFailed(key), TransactionEnded(key)]
    assert run_out(layer) == []


def test_an_accepted_invite_outlives_its_connection() -> None:
    layer, key, request = start("INVITE", TCP)
    layer.receive(answer_to(request, 200), TCP, 1.0)
    assert flat(layer.transport_failed(TCP, 2.0)) == []
    assert run_out(layer) == [(33.0, TransactionEnded(key))]


def test_cancel_repeats_what_names_the_invite() -> None:
    layer, key, request = start("INVITE", extra=("Route: <sip:p1;lr>", "Require: 100rel"))
    layer.receive(answer_to(request, 180), UDP, 0.1)
    cancel_key, effects = layer.cancel(key, 0.2, 'SIP;cause=200;text="Call completed elsewhere"')
    cancel = sent_request(effects)
    assert cancel_key != key
    assert (cancel.method, cancel.uri) == ("CANCEL", request.uri)
    for name in ("Via", "Route", "From", "To", "Call-ID"):
        assert cancel.headers.get_all(name) == request.headers.get_all(name), name
    assert (cancel.cseq.number, cancel.cseq.method) == (1, "CANCEL")
    assert cancel.headers.get("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    assert "Require" not in cancel.headers


def test_cancel_is_a_transaction_of_its_own() -> None:
    layer, key, request = start("INVITE")
    layer.receive(answer_to(request, 180), UDP, 0.1)
    cancel_key, effects = layer.cancel(key, 0.2)
    cancel = sent_request(effects)
    answered = layer.receive(answer_to(cancel, 200), UDP, 0.3)
    assert [each.key for each in answered.events if isinstance(each, ResponseReceived)] == [cancel_key]
    refused = layer.receive(answer_to(request, 487), UDP, 0.4)
    assert [each.key for each in refused.events if isinstance(each, ResponseReceived)] == [key]


def test_a_cancelled_invite_times_out_64_t1_after_the_cancel_without_487() -> None:
    layer, key, request = start("INVITE")
    layer.receive(answer_to(request, 180), UDP, 0.1)
    _, effects = layer.cancel(key, 10.0)
    layer.receive(answer_to(sent_request(effects), 200), UDP, 10.1)
    layer.receive(answer_to(request, 180), UDP, 10.2)
    assert run_out(layer)[-2:] == [(42.0, TransactionTimedOut(key)), (42.0, TransactionEnded(key))]


@pytest.mark.parametrize("status", [None, 200, 486])
def test_cancel_needs_an_invite_that_is_ringing(status: int | None) -> None:
    layer, key, request = start("INVITE")
    if status is not None:
        layer.receive(answer_to(request, status), UDP, 0.1)
    with pytest.raises(LocalProtocolError):
        layer.cancel(key, 0.2)


def test_only_invites_can_be_cancelled() -> None:
    layer, key, request = start("OPTIONS")
    layer.receive(answer_to(request, 100), UDP, 0.1)
    with pytest.raises(LocalProtocolError):
        layer.cancel(key, 0.2)


def test_a_request_that_cannot_be_written_leaves_no_transaction() -> None:
    layer = new_layer()
    request = outgoing("OPTIONS")
    request.headers.add("Subject", "a\r\nEvil: yes")
    with pytest.raises(LocalProtocolError):
        layer.send_request(request, UDP, 0.0)
    assert (len(layer), layer.next_deadline()) == (0, None)
