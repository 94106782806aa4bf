"""Who is let in: phones by digest, trunks by address, and nobody learns which users exist."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config import Site, load_site
from config.new_site import write_starter_site
from hotline.server.admission import Admission
from journal.event import Event
from telephony.call.events import (
    AddressBanEnded,
    AddressBanned,
    CallRefused,
    PhoneRegistered,
    PhoneUnregistered,
)
from telephony.sip.flow import Flow
from telephony.sip.message import Response
from tests.unit.hotline.server.requests import STRANGER, TRUNK, credentials, register, request


class Journal:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event) -> None:
        self.events.append(event)


class Gate:
    """Admission with a clock that the test moves."""

    def __init__(self, root: Path) -> None:
        write_starter_site(root)
        self.site = load_site(root, environ={})
        self.journal = Journal()
        self.now = 1000.0
        self.admission = Admission(self.site, self.journal, now=lambda: self.now, clock=lambda: 1.7e9)
        self.password = self.site.agents[0].phones[0].password


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "site")


def test_a_phone_with_its_password_is_registered_and_found(gate: Gate) -> None:
    assert register(gate.admission, "1001", gate.password).status == 200
    assert [binding.flow for binding in gate.admission.phones_of("1001")] == [STRANGER]
    assert [type(event) for event in gate.journal.events] == [PhoneRegistered]


def test_a_registration_that_expires_is_written_down(gate: Gate) -> None:
    register(gate.admission, "1001", gate.password)
    deadline = gate.admission.registrar.next_deadline()
    assert deadline is not None
    gate.now = deadline
    gate.admission.write_down(gate.admission.registrar.handle_timer(deadline).events)
    assert gate.admission.phones_of("1001") == []
    gone = gate.journal.events[-1]
    assert isinstance(gone, PhoneUnregistered)
    assert gone.why == "expired"


def test_wrong_password_and_unknown_user_get_the_same_answer(gate: Gate) -> None:
    wrong, unknown = (
        register(gate.admission, "1001", "not-the-password"),
        register(gate.admission, "9999", "whatever-it-is"),
    )
    assert (wrong.status, wrong.reason) == (unknown.status, unknown.reason) == (403, "Forbidden")
    names = [[name for name, _ in response.headers] for response in (wrong, unknown)]
    assert names[0] == names[1]


def test_nobody_registers_for_another(gate: Gate) -> None:
    challenge, _ = gate.admission.register(request("REGISTER", "1002", sender="1001"), STRANGER)
    proof = credentials(challenge, "REGISTER", "1001", gate.password)
    response, result = gate.admission.register(
        request("REGISTER", "1002", sender="1001", more=proof), STRANGER
    )
    assert response.status == 403
    assert result.events == ()


@pytest.mark.parametrize("number", ["4900", "1001", "8888"])
def test_a_stranger_is_challenged_whatever_the_number(gate: Gate, number: str) -> None:
    refused = gate.admission.admit(request("INVITE", number), STRANGER)
    assert isinstance(refused, Response)
    assert refused.status == 401


def test_a_trunk_reaches_its_published_numbers_only(gate: Gate) -> None:
    assert gate.admission.admit(request("INVITE", "4900"), TRUNK) == "trunk:this-machine"
    refused = gate.admission.admit(request("INVITE", "1001"), TRUNK)
    assert isinstance(refused, Response)
    assert refused.status == 404


def test_a_trunk_that_dials_what_is_not_published_leaves_a_line_and_an_event(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gate.admission.admit(request("INVITE", "0351/47-11"), TRUNK)
    (event,) = gate.journal.events
    assert isinstance(event, CallRefused)
    assert (event.status, event.source, event.called) == (404, "trunk:this-machine", "03514711")
    assert "this-machine" in caplog.text
    assert "4711" not in caplog.text, "numbers are for the journal, not for the log"


def test_a_phone_at_a_trunks_address_may_show_its_password(gate: Gate) -> None:
    for number in ("1002", "8888"):
        refused = gate.admission.admit(request("INVITE", number, sender="1001"), TRUNK)
        assert isinstance(refused, Response)
        assert refused.status == 401
    assert gate.journal.events == []


@pytest.mark.parametrize("sender", ["1001", "+8613800138000", "anonymous", "load"])
def test_a_phone_at_a_trunks_address_is_no_trunk_whatever_it_writes_into_from(
    gate: Gate, sender: str
) -> None:
    register(gate.admission, "1001", gate.password, flow=TRUNK)
    challenge = gate.admission.admit(request("INVITE", "4900", sender=sender), TRUNK)
    assert isinstance(challenge, Response)
    assert challenge.status == 401


def test_a_registered_phone_on_a_trunks_address_is_still_a_phone(gate: Gate) -> None:
    register(gate.admission, "1001", gate.password, flow=TRUNK)
    challenge = gate.admission.admit(request("INVITE", "4900", sender="1001"), TRUNK)
    assert isinstance(challenge, Response)
    proof = credentials(challenge, "INVITE", "1001", gate.password)
    # The digest names the user's own URI: as RFC 3261 22.4 warns, proxies rewrite it, so it isn't compared.
    assert gate.admission.admit(request("INVITE", "4900", sender="1001", more=proof), TRUNK) == "agent:1001"
    other_port = replace(TRUNK, remote=("127.0.0.1", 40001))
    assert gate.admission.admit(request("INVITE", "4900", sender="1001"), other_port) == "trunk:this-machine"


def guess(gate: Gate, flow: Flow, times: int, *, user: str = "1001") -> list[int]:
    """Try a wrong password so many times."""
    statuses = []
    for _ in range(times):
        challenge, _ = gate.admission.register(request("REGISTER", user, sender="1001"), OFFICE_PHONE)
        proof = credentials(challenge, "REGISTER", user, "wrong password")
        response, _ = gate.admission.register(request("REGISTER", user, sender=user, more=proof), flow)
        statuses.append(response.status)
    return statuses


OFFICE_PHONE = Flow("UDP", ("127.0.0.1", 5060), ("192.0.2.10", 40001))
ANOTHER_THERE = Flow("UDP", ("127.0.0.1", 5060), ("192.0.2.10", 40002))


def test_who_guesses_is_logged_slowed_and_banned(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    assert guess(gate, STRANGER, 10) == [403] * 10
    assert gate.admission.ignores(STRANGER)
    assert not gate.admission.ignores(OFFICE_PHONE)
    assert "authentication failed: address 127.0.0.2, user 1001" in caplog.text
    [banned] = [event for event in gate.journal.events if isinstance(event, AddressBanned)]
    assert (banned.address, banned.seconds, banned.failures) == ("127.0.0.2", 300, 10)
    deadline = gate.admission.guard.next_deadline()
    assert deadline is not None
    gate.now = deadline
    for event in gate.admission.guard.handle_timer(deadline).events:
        gate.admission.ban_ended(event)
    assert isinstance(gate.journal.events[-1], AddressBanEnded)
    assert not gate.admission.ignores(STRANGER)
    assert register(gate.admission, "1001", gate.password).status == 200


def test_a_right_password_is_not_learnt_while_guessing_is_slowed(gate: Gate) -> None:
    second = gate.site.agents[1].phones[0]
    register(gate.admission, second.user, second.password, flow=OFFICE_PHONE)
    guess(gate, ANOTHER_THERE, 4)
    challenge, _ = gate.admission.register(request("REGISTER", "1001", sender="1001"), ANOTHER_THERE)
    proof = credentials(challenge, "REGISTER", "1001", gate.password)
    response, _ = gate.admission.register(request("REGISTER", "1001", more=proof), ANOTHER_THERE)
    assert (response.status, response.headers.get("Retry-After")) == (503, "1")


def test_users_that_are_unknown_count_without_credentials(gate: Gate) -> None:
    for number in range(2000, 2010):
        answer, _ = gate.admission.register(request("REGISTER", str(number)), STRANGER)
        assert answer.status == 401
    assert gate.admission.ignores(STRANGER)


def test_a_phone_that_asks_for_its_challenge_does_not_count(gate: Gate) -> None:
    for _ in range(50):
        gate.admission.register(request("REGISTER", "1001", sender="1001"), STRANGER)
        gate.admission.identify(request("OPTIONS", "4900", sender="monitor"), STRANGER)
    assert not gate.admission.ignores(STRANGER)


def test_an_office_is_not_banned_for_one_who_guesses_there(gate: Gate) -> None:
    assert register(gate.admission, "1001", gate.password, flow=OFFICE_PHONE).status == 200
    assert guess(gate, ANOTHER_THERE, 30)[-1] == 503
    assert not gate.admission.ignores(ANOTHER_THERE)
    # The phone itself is known by its flow and goes on as before; so do its neighbours.
    assert register(gate.admission, "1001", gate.password, flow=OFFICE_PHONE).status == 200
    second = gate.site.agents[1].phones[0]
    assert register(gate.admission, second.user, second.password, flow=ANOTHER_THERE).status == 200


def test_a_trunk_is_never_banned(gate: Gate) -> None:
    guess(gate, TRUNK, 50)
    assert not gate.admission.ignores(TRUNK)
    assert gate.admission.admit(request("INVITE", "4900"), TRUNK) == "trunk:this-machine"


def without(site: Site, number: str) -> Site:
    return replace(site, agents=tuple(agent for agent in site.agents if agent.number != number))


def with_password(site: Site, number: str, password: str) -> Site:
    agents = [
        agent.model_copy(
            update={"phones": tuple(each.model_copy(update={"password": password}) for each in agent.phones)}
        )
        if agent.number == number
        else agent
        for agent in site.agents
    ]
    return replace(site, agents=tuple(agents))


@pytest.mark.parametrize(
    "change", [lambda site: without(site, "1001"), lambda site: with_password(site, "1001", "another one")]
)
def test_who_leaves_or_gets_another_password_has_no_phone_from_then_on(
    gate: Gate, change: Callable[[Site], Site]
) -> None:
    second = gate.site.agents[1].phones[0]
    register(gate.admission, "1001", gate.password, flow=OFFICE_PHONE)
    register(gate.admission, second.user, second.password, flow=ANOTHER_THERE)
    assert gate.admission.use(change(gate.site)) == ["1001"]
    gate.admission.write_down(gate.admission.registrar.withdraw("1001").events)
    gone = gate.journal.events[-1]
    assert isinstance(gone, PhoneUnregistered)
    assert (gone.user, gone.why) == ("1001", "withdrawn")
    assert gate.admission.phones_of("1001") == []
    assert len(gate.admission.phones_of("1002")) == 1
    assert gate.admission.agent_at(OFFICE_PHONE) is None
    assert register(gate.admission, "1001", gate.password, flow=OFFICE_PHONE).status == 403
    assert gate.admission.use(change(gate.site)) == []
