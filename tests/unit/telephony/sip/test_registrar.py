"""The location service: RFC 3261 section 10.3, flows (RFC 5626) and Path (RFC 3327)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.flow import Flow
from telephony.sip.registrar import (
    BindingAdded,
    BindingRefreshed,
    BindingRemoved,
    RegisterResult,
    Registrar,
    RegistrarEvent,
    RemovalCause,
)
from tests.unit.telephony.sip.exchange import OURS, TCP, UDP, incoming

AOR = "sip:1001@hotline.example"
DESK = "<sip:1001@10.0.0.5:5060>"
SOFT = "<sip:1001@10.0.0.6:5060>"
PHONE_A = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000A>"'
PHONE_B = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000B>"'


def register(
    registrar: Registrar,
    *contacts: str,
    expires: str | None = None,
    now: float = 0.0,
    cseq: int = 1,
    call_id: str = "boot1",
    flow: Flow = UDP,
    aor: str = AOR,
    extra: tuple[str, ...] = (),
) -> RegisterResult:
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [f"Expires: {expires}"] if expires is not None else []
    request = incoming("REGISTER", cseq=cseq, call_id=call_id, extra=(*lines, *extra))
    return registrar.process(aor, request, flow, now)


def contacts_at(registrar: Registrar, now: float = 0.0, aor: str = AOR) -> list[str]:
    return [f"<{binding.contact.uri}>" for binding in registrar.lookup(aor, now)]


def rows(result: RegisterResult, name: str = "Contact") -> list[str]:
    return [value for shown, value in result.headers if shown == name]


def told(effects: tuple[RegistrarEvent, ...] | list[RegistrarEvent]) -> list[tuple[str, str]]:
    """Effects in short: what, and to which contact."""
    short = []
    for effect in effects:
        assert effect.aor == effect.binding.aor
        what = effect.why.value if isinstance(effect, BindingRemoved) else type(effect).__name__[7:].lower()
        short.append((what, f"<{effect.binding.contact.uri}>"))
    return short


class TestRegistering:
    def test_a_contact_is_added_and_listed_with_what_is_left_of_its_time(self) -> None:
        registrar = Registrar()
        result = register(registrar, DESK, expires="600")
        assert (result.status, result.reason) == (200, "OK")
        assert rows(result) == [f"{DESK};expires=600"]
        assert told(result.events) == [("added", DESK)]
        assert rows(register(registrar, now=100.5)) == [f"{DESK};expires=500"]

    def test_the_contact_parameter_counts_before_the_header(self) -> None:
        result = register(Registrar(), f"{DESK};expires=300", SOFT, expires="600")
        assert rows(result) == [f"{DESK};expires=300", f"{SOFT};expires=600"]

    @pytest.mark.parametrize(
        ("asked", "granted"),
        [
            (None, 3600),
            ("nonsense", 3600),
            ("-5", 3600),
            ("60", 60),
            ("7200", 7200),
            ("7201", 7200),
            ("9" * 9, 7200),
        ],
    )
    def test_expiry_is_defaulted_and_cut(self, asked: str | None, granted: int) -> None:
        assert rows(register(Registrar(), DESK, expires=asked)) == [f"{DESK};expires={granted}"]

    def test_a_refresh_is_told_as_such(self) -> None:
        registrar = Registrar()
        register(registrar, DESK)
        result = register(registrar, "<sip:1001@10.0.0.5:5060;foo=1>", cseq=2, now=10.0)
        assert [type(effect) for effect in result.events] == [BindingRefreshed]
        assert len(registrar.lookup(AOR, 10.0)) == 1

    def test_contact_parameters_come_back(self) -> None:
        contact = f"{DESK};q=0.5;{PHONE_A};reg-id=1"
        (row,) = rows(register(Registrar(), contact, expires="60"))
        assert row == f"{contact};expires=60"

    def test_users_are_kept_apart(self) -> None:
        registrar = Registrar()
        register(registrar, DESK)
        register(registrar, SOFT, aor="sip:1002@hotline.example")
        assert contacts_at(registrar) == [DESK]
        assert contacts_at(registrar, aor="sip:1002@hotline.example") == [SOFT]
        assert contacts_at(registrar, aor="sip:1003@hotline.example") == []
        assert len(registrar) == 2

    def test_a_binding_remembers_the_way_to_the_phone(self) -> None:
        registrar = Registrar()
        outside = Flow("UDP", OURS, ("198.51.100.7", 40001))
        extra = ("Path: <sip:edge1;lr>, <sip:edge2;lr>", "User-Agent: Desk 9")
        register(registrar, f"{DESK};{PHONE_A};reg-id=2", flow=outside, extra=extra)
        (binding,) = registrar.lookup(AOR, 0.0)
        assert binding.flow == outside
        assert binding.path == ("<sip:edge1;lr>", "<sip:edge2;lr>")
        assert binding.instance == "<urn:uuid:00000000-0000-1000-8000-00000000000a>"
        assert (binding.reg_id, binding.user_agent) == (2, "Desk 9")

    def test_path_is_answered_to_those_who_know_it(self) -> None:
        path = "Path: <sip:edge;lr>"
        assert rows(register(Registrar(), DESK, extra=(path, "Supported: outbound, path")), "Path") == [
            "<sip:edge;lr>"
        ]
        assert rows(register(Registrar(), DESK, extra=(path,)), "Path") == []


class TestLookup:
    def test_the_highest_q_comes_first_and_among_equals_the_latest(self) -> None:
        registrar = Registrar()
        register(registrar, "<sip:a@h>;q=0.5", "<sip:b@h>;q=0.9", call_id="1")
        register(registrar, "<sip:c@h>;q=0.5", call_id="2", now=1.0)
        register(registrar, "<sip:d@h>", call_id="3", now=2.0)
        assert contacts_at(registrar, 3.0) == ["<sip:d@h>", "<sip:b@h>", "<sip:c@h>", "<sip:a@h>"]

    @pytest.mark.parametrize(
        ("text", "q"),
        [
            ("0", 0.0),
            ("0.25", 0.25),
            ("1.000", 1.0),
            ("7", 1.0),
            ("nan", 1.0),
            ("-1", 1.0),
            ("x", 1.0),
            ("٣", 1.0),
        ],
    )
    def test_a_strange_q_counts_as_one(self, text: str, q: float) -> None:
        registrar = Registrar()
        register(registrar, f'{DESK};q="{text}"')
        assert [binding.q for binding in registrar.lookup(AOR, 0.0)] == [q]

    def test_what_has_expired_is_not_found_even_before_the_timer_ran(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, expires="60")
        assert contacts_at(registrar, 59.9) == [DESK]
        assert contacts_at(registrar, 60.0) == []


class TestRemoving:
    def test_expires_zero_removes_one_contact(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, SOFT)
        result = register(registrar, f"{DESK};expires=0", cseq=2)
        assert told(result.events) == [("removed", DESK)]
        assert len(rows(result)) == 1
        assert contacts_at(registrar) == [SOFT]

    def test_removing_what_is_not_there_is_fine(self) -> None:
        result = register(Registrar(), DESK, expires="0")
        assert (result.status, result.events, rows(result)) == (200, (), [])

    def test_a_star_removes_all(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, SOFT)
        result = register(registrar, "*", expires="0", call_id="boot2")
        assert told(result.events) == [("removed", DESK), ("removed", SOFT)]
        assert rows(result) == []
        assert (contacts_at(registrar), len(registrar), registrar.next_deadline()) == ([], 0, None)

    @pytest.mark.parametrize(
        ("contacts", "expires"),
        [(("*",), None), (("*",), "60"), (("*", DESK), "0"), ((f"{DESK}, *",), "0"), (("*;expires=0",), "0")],
    )
    def test_a_star_stands_alone_with_expires_zero(
        self, contacts: tuple[str, ...], expires: str | None
    ) -> None:
        registrar = Registrar()
        register(registrar, SOFT)
        assert register(registrar, *contacts, expires=expires, cseq=2).status == 400
        assert contacts_at(registrar) == [SOFT]


class TestRefusing:
    def test_too_short_an_interval_is_423_with_the_least_that_is_granted(self) -> None:
        registrar = Registrar(min_expires=90)
        result = register(registrar, DESK, expires="89")
        assert (result.status, result.headers) == (423, (("Min-Expires", "90"),))
        assert contacts_at(registrar) == []

    def test_one_bad_contact_refuses_all(self) -> None:
        registrar = Registrar()
        for bad, status in ((f"{SOFT};expires=5", 423), ("<sip:>", 400)):
            assert register(registrar, DESK, bad).status == status
            assert contacts_at(registrar) == []

    def test_a_phone_that_was_rebooted_begins_to_count_again(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, cseq=500)
        for cseq in (1, 2):
            result = register(registrar, DESK, cseq=cseq)
            assert (result.status, told(result.events)) == (200, [("refreshed", DESK)])
        assert register(registrar, "*", expires="0", cseq=1).status == 200
        assert contacts_at(registrar) == []

    def test_order_counts_within_one_call_id_only(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, cseq=5)
        assert told(register(registrar, DESK, cseq=1, call_id="boot2").events) == [("refreshed", DESK)]

    def test_order_counts_for_each_binding_by_itself(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, cseq=5)
        assert register(registrar, SOFT, cseq=4).status == 200

    def test_a_contact_may_be_named_twice(self) -> None:
        registrar = Registrar()
        assert register(registrar, DESK, f"{DESK};q=0.1").status == 200
        assert [binding.q for binding in registrar.lookup(AOR, 0.0)] == [0.1]

    def test_more_contacts_at_once_than_allowed_are_refused(self) -> None:
        registrar = Registrar(max_contacts=2)
        assert register(registrar, DESK, SOFT, "<sip:x@h>").status == 403
        assert contacts_at(registrar) == []

    def test_more_contacts_over_time_push_out_the_oldest(self) -> None:
        registrar = Registrar(max_contacts=2)
        for number, contact in enumerate(["<sip:a@h>", "<sip:b@h>", "<sip:c@h>"]):
            result = register(registrar, contact, now=float(number), cseq=number + 1)
        assert told(result.events) == [("added", "<sip:c@h>"), ("replaced", "<sip:a@h>")]
        assert contacts_at(registrar, 3.0) == ["<sip:c@h>", "<sip:b@h>"]


class TestPhonesWithInstance:
    """RFC 5626 section 6."""

    def test_a_phone_that_comes_back_elsewhere_replaces_its_old_contact(self) -> None:
        registrar = Registrar()
        register(registrar, f"{DESK};{PHONE_A}")
        result = register(registrar, f"{SOFT};{PHONE_A}", call_id="boot2")
        assert told(result.events) == [("replaced", DESK), ("added", SOFT)]
        assert contacts_at(registrar) == [SOFT]

    def test_taking_back_the_old_contact_leaves_the_new_one(self) -> None:
        registrar = Registrar()
        register(registrar, f"{DESK};{PHONE_A}")
        register(registrar, f"{SOFT};{PHONE_A}", cseq=2)
        assert register(registrar, f"{DESK};{PHONE_A};expires=0", cseq=3).events == ()
        assert contacts_at(registrar) == [SOFT]

    def test_two_phones_with_the_same_private_address_are_two(self) -> None:
        registrar = Registrar()
        register(registrar, f"{DESK};{PHONE_A}", call_id="a")
        register(registrar, f"{DESK};{PHONE_B}", call_id="b")
        assert contacts_at(registrar) == [DESK, DESK]

    def test_two_flows_of_one_phone_are_two_bindings_with_one_contact(self) -> None:
        registrar = Registrar()
        other = Flow("TCP", OURS, ("192.0.2.9", 5062), connection=8)
        register(registrar, f"{DESK};{PHONE_A};reg-id=1", flow=TCP)
        register(registrar, f"{DESK};{PHONE_A};reg-id=2", flow=other, cseq=2)
        assert {binding.flow for binding in registrar.lookup(AOR, 0.0)} == {TCP, other}

    def test_the_same_reg_id_replaces_the_flow(self) -> None:
        registrar = Registrar()
        other = Flow("TCP", OURS, ("192.0.2.9", 5062), connection=8)
        register(registrar, f"{DESK};{PHONE_A};reg-id=1", flow=TCP)
        register(registrar, f"{SOFT};{PHONE_A};reg-id=1", flow=other, cseq=2)
        assert [binding.flow for binding in registrar.lookup(AOR, 0.0)] == [other]

    def test_a_removal_with_reg_id_needs_no_uri(self) -> None:
        registrar = Registrar()
        register(registrar, f"{DESK};{PHONE_A};reg-id=1")
        register(registrar, f"{SOFT};{PHONE_A};reg-id=1;expires=0", cseq=2)
        assert contacts_at(registrar) == []


class TestTime:
    def test_each_binding_expires_once_at_its_time(self) -> None:
        registrar = Registrar()
        register(registrar, f"{DESK};expires=100", f"{SOFT};expires=60")
        assert registrar.next_deadline() == 60.0
        (first,) = registrar.handle_timer(60.0).events
        assert (told([first]), registrar.next_deadline()) == ([("expired", SOFT)], 100.0)
        assert told(registrar.handle_timer(100.0).events) == [("expired", DESK)]
        assert (registrar.next_deadline(), len(registrar)) == (None, 0)

    def test_a_refresh_moves_the_deadline(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, expires="100")
        register(registrar, DESK, expires="100", cseq=2, now=50.0)
        assert registrar.next_deadline() == 150.0
        assert registrar.handle_timer(100.0).events == []
        assert told(registrar.handle_timer(150.0).events) == [("expired", DESK)]

    def test_expiry_is_told_even_when_a_register_comes_before_the_timer(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, expires="60")
        result = register(registrar, DESK, expires="60", cseq=2, now=61.0)
        assert told(result.events) == [("expired", DESK), ("added", DESK)]
        assert registrar.handle_timer(61.0).events == []

    def test_a_refusal_also_tells_what_had_expired(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, expires="60")
        assert told(register(registrar, DESK, expires="1", now=61.0).events) == [("expired", DESK)]

    def test_an_expired_binding_sets_no_order(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, expires="60", cseq=9)
        assert register(registrar, DESK, now=61.0, cseq=1).status == 200


class TestClosedConnections:
    def test_all_who_registered_over_it_are_gone(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, flow=TCP)
        register(registrar, SOFT, flow=UDP, call_id="soft")
        register(registrar, "<sip:x@h>", flow=TCP, aor="sip:1002@hotline.example")
        assert registrar.has_flow(TCP)
        effects = registrar.remove_flow(TCP).events
        assert not registrar.has_flow(TCP)
        assert [(effect.aor, *told([effect])[0]) for effect in effects] == [
            (AOR, RemovalCause.FLOW_CLOSED.value, DESK),
            ("sip:1002@hotline.example", RemovalCause.FLOW_CLOSED.value, "<sip:x@h>"),
        ]
        assert contacts_at(registrar) == [SOFT]
        assert registrar.remove_flow(TCP).events == []

    def test_a_phone_that_moved_to_another_connection_stays(self) -> None:
        registrar = Registrar()
        other = Flow("TCP", OURS, ("192.0.2.9", 5062), connection=8)
        register(registrar, DESK, flow=TCP)
        register(registrar, DESK, flow=other, cseq=2)
        assert registrar.remove_flow(TCP).events == []
        assert contacts_at(registrar) == [DESK]


class TestRestored:
    """Bindings of an earlier run."""

    OPENED = Flow("TCP", ("", 0), ("192.0.2.9", 5062))

    def test_a_restored_binding_is_like_any_other(self) -> None:
        before, after = Registrar(), Registrar()
        register(before, DESK, expires="100")
        (old,) = before.lookup(AOR, 0.0)
        assert told(after.restore(old, 5.0).events) == [("added", DESK)]
        assert (contacts_at(after, 5.0), after.next_deadline()) == ([DESK], 100.0)
        assert after.is_reached_by(UDP)
        assert told(register(after, DESK, now=6.0, cseq=1).events) == [("refreshed", DESK)]

    def test_what_has_expired_or_is_registered_anew_is_left(self) -> None:
        before, after = Registrar(), Registrar()
        register(before, DESK, expires="100")
        (old,) = before.lookup(AOR, 0.0)
        assert after.restore(old, 100.0).events == []
        register(after, DESK, now=10.0, expires="600")
        assert after.restore(old, 10.0).events == []
        assert after.next_deadline() == 610.0

    def test_a_connection_that_could_not_be_opened_may_be_tried_again(self) -> None:
        before, after = Registrar(), Registrar()
        register(before, SOFT, flow=TCP, expires="100")
        (old,) = before.lookup(AOR, 0.0)
        after.restore(replace(old, flow=self.OPENED), 0.0)
        assert after.remove_flow(self.OPENED).events == []
        assert contacts_at(after) == [SOFT]
        assert register(after, SOFT, flow=TCP, cseq=2).moved == (self.OPENED,)
        assert told(after.remove_flow(TCP).events) == [("flow closed", SOFT)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "*"]),
        st.sampled_from(["0", "60", "100", "1", None]),
        st.sampled_from([UDP, TCP]),
        st.sampled_from(["boot1", "boot2"]),
        st.integers(1, 4),
        st.floats(0, 80),
    ),
    max_size=30,
)


@given(STEPS)
def test_added_and_removed_always_balance(steps: list[tuple[str, str | None, Flow, str, int, float]]) -> None:
    """Whoever listens to the effects alone knows the bindings at any time."""
    registrar = Registrar(max_contacts=2)
    heard: dict[str, float] = {}
    now = 0.0

    def listen(effects: tuple[RegistrarEvent, ...] | list[RegistrarEvent]) -> None:
        for effect in effects:
            uri = str(effect.binding.contact.uri)
            if isinstance(effect, BindingAdded):
                assert uri not in heard
            else:
                assert uri in heard
            if isinstance(effect, BindingRemoved):
                del heard[uri]
            else:
                heard[uri] = effect.binding.expires_at

    for user, expires, flow, call_id, cseq, wait in steps:
        now += wait
        if wait > 70:
            listen(registrar.remove_flow(TCP).events)
        contact = user if user == "*" else f"<sip:{user}@h>"
        result = register(registrar, contact, expires=expires, flow=flow, call_id=call_id, cseq=cseq, now=now)
        listen(result.events)
        assert sorted(f"<{uri}>" for uri in heard) == sorted(contacts_at(registrar, now))
        assert registrar.next_deadline() == min(heard.values(), default=None)
    while (deadline := registrar.next_deadline()) is not None:
        listen(registrar.handle_timer(deadline).events)
    assert (heard, len(registrar), registrar._on_connection) == ({}, 0, {})


class TestWhereAPhoneWas:
    """The flows that a phone left, so that its calls can follow."""

    OUTSIDE = Flow("UDP", OURS, ("198.51.100.7", 40001))
    ELSEWHERE = Flow("UDP", OURS, ("198.51.100.7", 40002))
    STREAM = Flow("TCP", OURS, ("198.51.100.7", 40003), connection=8)

    def test_another_port_of_its_nat(self) -> None:
        registrar = Registrar()
        assert register(registrar, DESK, flow=self.OUTSIDE).moved == ()
        assert register(registrar, DESK, flow=self.OUTSIDE, cseq=2).moved == ()
        assert register(registrar, DESK, flow=self.ELSEWHERE, cseq=3).moved == (self.OUTSIDE,)

    def test_another_contact_of_the_same_instance(self) -> None:
        registrar = Registrar()
        instance = ';+sip.instance="<urn:uuid:1>"'
        register(registrar, DESK + instance, flow=self.OUTSIDE)
        assert register(registrar, SOFT + instance, flow=self.ELSEWHERE, cseq=2).moved == (self.OUTSIDE,)

    def test_a_connection_that_closed(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, flow=self.STREAM)
        registrar.remove_flow(self.STREAM)
        assert register(registrar, "<sip:1001@10.0.0.5:49152>", flow=self.ELSEWHERE, cseq=2).moved == (
            self.STREAM,
        )
        assert register(registrar, DESK, flow=self.OUTSIDE, cseq=3).moved == ()

    def test_another_phone_of_the_user_moves_nothing(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, flow=self.OUTSIDE)
        register(registrar, SOFT, flow=self.STREAM, call_id="soft")
        registrar.remove_flow(self.STREAM)
        assert register(registrar, "<sip:1001@10.0.0.9>", flow=self.ELSEWHERE, call_id="third").moved == ()
        assert register(registrar, SOFT, flow=self.ELSEWHERE, call_id="soft", cseq=2).moved == (self.STREAM,)

    def test_who_is_at_an_address(self) -> None:
        registrar = Registrar()
        register(registrar, DESK, flow=self.OUTSIDE)
        assert registrar.is_reached_by(self.OUTSIDE)
        assert registrar.user_at(self.OUTSIDE) == AOR
        assert not registrar.is_reached_by(self.ELSEWHERE)
        register(registrar, SOFT, flow=self.OUTSIDE, aor="other")
        assert registrar.user_at(self.OUTSIDE) is None
        register(registrar, DESK, expires="0", flow=self.OUTSIDE, cseq=2)
        assert registrar.user_at(self.OUTSIDE) == "other"
