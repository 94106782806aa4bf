"""Dialogs: RFC 3261 section 12, seen from both sides."""

from __future__ import annotations

import pytest

from telephony.sip.dialog import Dialog
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Response
from telephony.sip.parser import parse_message
from telephony.sip.uri import parse_uri
from tests.unit.telephony.sip.exchange import answer_to, incoming, outgoing

CONTACT = "Contact: <sip:peer@192.0.2.9:5062>"
LOOSE = "<sip:p1.example.com;lr>"
STRICT = "<sip:p1.example.com>"
SECOND = "<sip:p2.example.com;lr>"


def called(*extra: str) -> Dialog:
    return Dialog.from_request(incoming("INVITE", cseq=7, extra=[CONTACT, *extra]), "us")


def calling(*extra: str) -> Dialog:
    request = outgoing("INVITE")
    request.headers.insert_first("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-1")
    response = answer_to(request, 200, "them")
    for line in extra:
        name, _, value = line.partition(": ")
        response.headers.add(name, value)
    parsed = parse_message(response.to_bytes())
    assert isinstance(parsed, Response)
    return Dialog.from_response(request, parsed)


def test_the_callee_takes_identity_target_and_number_from_the_invite() -> None:
    dialog = called()
    assert (dialog.call_id, dialog.local_tag, dialog.remote_tag) == ("call@peer", "us", "caller")
    assert str(dialog.remote_target) == "sip:peer@192.0.2.9:5062"
    assert (dialog.local_cseq, dialog.remote_cseq) == (0, 7)


def test_the_caller_takes_identity_and_target_from_the_2xx() -> None:
    dialog = calling(CONTACT)
    assert (dialog.call_id, dialog.local_tag, dialog.remote_tag) == ("call@peer", "caller", "them")
    assert str(dialog.remote_target) == "sip:peer@192.0.2.9:5062"
    assert (dialog.local_cseq, dialog.remote_cseq) == (1, None)


def test_the_callee_keeps_the_order_of_record_routes_over_rows_and_commas() -> None:
    dialog = called(f"Record-Route: {LOOSE}, {SECOND}", "Record-Route: <sip:p3.example.com;lr>")
    assert dialog.route_set == [LOOSE, SECOND, "<sip:p3.example.com;lr>"]


def test_the_caller_reverses_the_record_routes() -> None:
    assert calling(CONTACT, f"Record-Route: {SECOND}, {LOOSE}").route_set == [LOOSE, SECOND]


def test_an_invite_without_contact_makes_no_dialog() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Dialog.from_request(incoming("INVITE"), "us")
    assert caught.value.status == 400


@pytest.mark.parametrize("lines", [[], ["Contact: <sip:[broken"], [CONTACT, "Record-Route: <sip:p;lr"]])
def test_a_2xx_that_does_not_say_where_is_answered_at_its_to(lines: list[str]) -> None:
    dialog = calling(*lines)
    assert str(dialog.remote_target) == "sip:hotline@192.0.2.1"
    assert dialog.route_set == []


def test_without_routes_a_request_goes_to_the_target() -> None:
    dialog = called()
    request = dialog.request("BYE")
    assert str(request.uri) == str(dialog.next_hop) == "sip:peer@192.0.2.9:5062"
    assert "Route" not in request.headers


def test_a_loose_router_gets_the_request_with_the_target_in_its_uri() -> None:
    dialog = called(f"Record-Route: {LOOSE}, {SECOND}")
    request = dialog.request("BYE")
    assert str(request.uri) == "sip:peer@192.0.2.9:5062"
    assert request.headers.get_all("Route") == [LOOSE, SECOND]
    assert str(dialog.next_hop) == "sip:p1.example.com;lr"


def test_a_strict_router_finds_itself_in_the_uri_and_the_target_comes_last() -> None:
    dialog = called(f"Record-Route: {STRICT}, {SECOND}")
    request = dialog.request("BYE")
    assert str(request.uri) == "sip:p1.example.com"
    assert request.headers.get_all("Route") == [SECOND, "<sip:peer@192.0.2.9:5062>"]
    assert str(dialog.next_hop) == "sip:p1.example.com"


def test_requests_are_numbered_and_an_ack_takes_the_number_of_its_invite() -> None:
    dialog = calling(CONTACT)
    numbers = [dialog.request(method).cseq.number for method in ("INFO", "INVITE", "BYE")]
    assert numbers == [2, 3, 4]
    assert str(dialog.request("ACK", cseq=3).cseq) == "3 ACK"
    assert dialog.local_cseq == 4


def test_a_request_carries_the_tags_the_right_way_round() -> None:
    request = called().request("BYE")
    assert (request.from_.tag, request.to.tag) == ("us", "caller")
    assert str(request.from_.uri) == "sip:hotline@192.0.2.1"
    request = calling(CONTACT).request("BYE")
    assert (request.from_.tag, request.to.tag) == ("caller", "them")


def test_a_peer_without_tags_gets_none_back() -> None:
    dialog = Dialog.from_request(incoming("INVITE", from_tag=None, extra=[CONTACT]), "us")
    assert dialog.remote_tag == ""
    assert dialog.request("BYE").to.tag is None


@pytest.mark.parametrize(("number", "taken"), [(6, False), (7, False), (8, True), (500, True)])
def test_only_newer_requests_are_taken(number: int, taken: bool) -> None:
    assert called().accepts(incoming("INFO", cseq=number)) is taken


def test_the_first_request_of_a_callee_may_have_any_number() -> None:
    dialog = calling(CONTACT)
    assert dialog.accepts(incoming("INFO", cseq=0))
    assert not dialog.accepts(incoming("INFO", cseq=0))


def test_a_refused_number_does_not_become_the_last_one() -> None:
    dialog = called()
    dialog.accepts(incoming("INFO", cseq=3))
    assert dialog.remote_cseq == 7


def test_the_target_moves_with_a_contact_and_stays_without_one() -> None:
    dialog = called()
    dialog.refresh_target(incoming("INVITE", cseq=8, extra=["Contact: <sip:peer@198.51.100.7>"]))
    moved = parse_uri("sip:peer@198.51.100.7")
    assert dialog.remote_target == moved
    dialog.refresh_target(incoming("INVITE", cseq=9))
    dialog.refresh_target(incoming("INVITE", cseq=10, extra=["Contact: *"]))
    dialog.refresh_target(incoming("INVITE", cseq=11, extra=["Contact: <sip:[broken"]))
    dialog.refresh_target(incoming("INVITE", cseq=12, extra=["Contact: <sips:peer@192.0.2.9>"]))
    assert dialog.remote_target == moved


def test_a_moved_target_does_not_move_the_routes() -> None:
    dialog = called(f"Record-Route: {LOOSE}")
    dialog.refresh_target(
        incoming("INVITE", extra=["Contact: <sip:peer@198.51.100.7>", f"Record-Route: {SECOND}"])
    )
    request = dialog.request("BYE")
    assert str(request.uri) == "sip:peer@198.51.100.7"
    assert request.headers.get_all("Route") == [LOOSE]
