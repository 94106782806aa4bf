"""A mistake of ours anywhere between INVITE and answer: the caller gets a 500, and nothing is left behind."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from hotline.server.overload import BURST, STANDING, Change, LoadGuard
from telephony.call.events import CallEnded as CallIsOver
from telephony.call.events import CallOffered, CallRefused, LegEnded
from telephony.call.leg import CallLeg
from telephony.net.rtp_ports import PortsExhausted
from tests.support import wire
from tests.unit.hotline.server.line import LittleSwitch, with_switch


class Mistake(Exception):
    """What no code expects."""


def raise_mistake(*args: Any, **named: Any) -> Any:
    raise Mistake


async def mistake_at_once(leg: CallLeg) -> None:
    raise Mistake


async def mistake_while_ringing(leg: CallLeg) -> None:
    leg.ring()
    await asyncio.sleep(0)
    raise Mistake


async def mistake_in_early_media(leg: CallLeg) -> None:
    leg.open_early_media()
    raise Mistake


async def finishes_without_an_answer(leg: CallLeg) -> None:
    """Returns, as if there was nothing to do."""


def in_admission(switch: LittleSwitch) -> None:
    switch.admission.admit = raise_mistake  # type: ignore[method-assign]


def in_the_media_engine(switch: LittleSwitch) -> None:
    switch.engine.open_leg = raise_mistake  # type: ignore[method-assign]


def in_taking_the_call(switch: LittleSwitch) -> None:
    switch.switchboard.take = raise_mistake  # type: ignore[method-assign]


def in_accept(switch: LittleSwitch) -> None:
    switch.plan.accept = raise_mistake  # type: ignore[method-assign]


def in_choosing(switch: LittleSwitch) -> None:
    switch.plan.serve = raise_mistake  # type: ignore[method-assign]


def in_the_plan_itself(switch: LittleSwitch) -> None:
    del switch.router.plan


def serving(work: Any) -> Callable[[LittleSwitch], None]:
    def break_it(switch: LittleSwitch) -> None:
        switch.plan.serving = work

    return break_it


BEFORE_THE_LEG = [in_admission, in_the_media_engine, in_taking_the_call]
WITH_THE_LEG = [
    in_accept,
    in_choosing,
    in_the_plan_itself,
    serving(mistake_at_once),
    serving(mistake_while_ringing),
    serving(mistake_in_early_media),
]


def tracebacks(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.exc_info is not None and record.levelno == logging.ERROR for record in caplog.records)


@pytest.mark.parametrize("break_it", BEFORE_THE_LEG)
@with_switch
async def test_a_mistake_before_there_is_a_leg_is_a_500(
    switch: LittleSwitch, break_it: Callable[[LittleSwitch], None], caplog: pytest.LogCaptureFixture
) -> None:
    break_it(switch)
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 500
    assert [(event.status, event.peer) for event in switch.told(CallRefused)] == [(500, "127.0.0.1")]
    assert not switch.told(CallOffered)
    assert tracebacks(caplog) == 1


@pytest.mark.parametrize("break_it", WITH_THE_LEG)
@with_switch
async def test_a_mistake_while_a_call_is_taken_in_is_a_500(
    switch: LittleSwitch, break_it: Callable[[LittleSwitch], None], caplog: pytest.LogCaptureFixture
) -> None:
    break_it(switch)
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 500
    assert [(event.by, event.status) for event in switch.told(LegEnded)] == [("local", 500)]
    assert [event.by for event in switch.told(CallIsOver)] == ["local"]
    assert tracebacks(caplog) == 1


@with_switch
async def test_a_mistake_after_the_answer_hangs_up(
    switch: LittleSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer_and_fail(leg: CallLeg) -> None:
        leg.answer()
        raise Mistake

    switch.plan.serving = answer_and_fail
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 200
    phone.ack()
    await phone.over.wait()
    await switch.signalling.wait_idle(5)
    assert [event.reason for event in switch.told(CallIsOver)] == ["internal error"]
    assert tracebacks(caplog) == 1


@with_switch
async def test_an_application_that_returns_without_an_answer_is_no_500(switch: LittleSwitch) -> None:
    switch.plan.serving = finishes_without_an_answer
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 480


@with_switch
async def test_a_caller_who_gives_up_meets_a_mistake(
    switch: LittleSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    """The CANCEL ends the call; that the application then fails changes nothing for the caller."""

    async def fail_at_the_end(leg: CallLeg) -> None:
        leg.ring()
        try:
            await leg.wait_ended()
        finally:
            raise Mistake

    switch.plan.serving = fail_at_the_end
    phone = await switch.phone()
    phone.begin()
    while (await phone.reply(final=False)).status != 180:
        pass
    phone.cancel()
    assert (await phone.reply()).status == 487
    await switch.router.wait_idle(5)
    assert [event.by for event in switch.told(CallIsOver)] == ["remote"]


@with_switch
async def test_the_next_call_is_served_as_if_nothing_had_happened(switch: LittleSwitch) -> None:
    sound = switch.plan.serving
    switch.plan.serving = mistake_at_once
    first = await switch.phone()
    first.begin()
    assert (await first.reply()).status == 500
    switch.plan.serving = sound
    second = await switch.phone()
    second.begin()
    assert (await second.reply()).status == 200
    second.ack()
    second.bye()
    assert (await second.reply("BYE")).status == 200


@with_switch
async def test_no_port_left_is_a_503_with_retry_after(
    switch: LittleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*args: Any, **named: Any) -> Any:
        raise PortsExhausted("none")

    monkeypatch.setattr(switch.engine, "open_leg", none_left)
    phone = await switch.phone()
    phone.begin()
    refused = await phone.reply()
    assert (refused.status, refused.get("retry-after")) == (503, "5")


@with_switch
async def test_a_switch_that_drains_takes_no_new_calls(switch: LittleSwitch) -> None:
    switch.application.draining = True
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 503


@with_switch
async def test_while_the_switch_falls_behind_new_calls_are_refused_and_all_else_goes_on(
    switch: LittleSwitch,
) -> None:
    running = await switch.phone()
    running.begin()
    assert (await running.reply()).status == 200
    running.ack()
    load = LoadGuard(asyncio.get_running_loop(), time.monotonic, 0.05, waited=lambda: 1.0)
    switch.application.load = load
    began = time.monotonic() - 1.0
    assert [load.machine.receive(1.0, at) for at in (began, began + 2 * STANDING)] == [None, Change.BEGAN]
    for _ in range(round(BURST)):
        assert not load.is_out_of_breath()  # those that there is always room for
    phone = await switch.phone()
    phone.begin()
    refused = await phone.reply()
    assert (refused.status, refused.get("retry-after")) == (503, "5")
    assert (await alone(switch, "OPTIONS")).status == 503
    assert load.refused == 2
    assert switch.application.refusals[503] == 1
    assert (await alone(switch, "REGISTER")).status == 401
    running.bye()
    assert (await running.reply("BYE")).status == 200


async def alone(switch: LittleSwitch, method: str) -> wire.Message:
    """The answer to a request outside calls."""
    phone = await switch.phone()
    phone.target = f"sip:4900@{switch.address[0]}"
    phone.remote = f"<{phone.target}>"
    phone.line.calls[phone.call_id] = phone._take
    phone.line.send(phone.request(method))
    return await phone.reply(method)


@with_switch
async def test_a_mistake_in_a_register_is_a_500(
    switch: LittleSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    switch.admission.register = raise_mistake  # type: ignore[method-assign]
    assert (await alone(switch, "REGISTER")).status == 500
    assert tracebacks(caplog) == 1


@with_switch
async def test_a_mistake_in_the_user_agent_itself_is_a_500(
    switch: LittleSwitch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(switch.agent, "_out_of_dialog", raise_mistake)
    assert (await alone(switch, "OPTIONS")).status == 500
    assert tracebacks(caplog) == 1


@with_switch
async def test_a_mistake_at_a_reinvite_ends_the_call_and_answers(
    switch: LittleSwitch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await switch.phone()
    phone.begin()
    assert (await phone.reply()).status == 200
    phone.ack()
    (leg,) = switch.router.legs.values()
    leg._sip.on_event = raise_mistake
    phone.line.send(phone.request("INVITE", wire.sdp(11)))
    assert (await phone.reply()).status >= 400
    await phone.over.wait()
    leg.hang_up()
    await switch.router.wait_idle(5)
    assert tracebacks(caplog) >= 1


async def asked(switch: LittleSwitch, number: str) -> int:
    """What OPTIONS for a number is answered."""
    line = (await switch.phone(number)).line
    phone = wire.Call(line, "", target=f"sip:{number}@127.0.0.1", remote=f"<sip:{number}@127.0.0.1>")
    phone.line.calls[phone.call_id] = lambda message, _: phone.replies.put_nowait(message)
    phone.line.send(phone.request("OPTIONS"))
    return (await phone.reply("OPTIONS")).status


@with_switch
async def test_options_is_answered_as_a_call_would_be(switch: LittleSwitch) -> None:
    assert await asked(switch, "4900") == 200
    assert await asked(switch, "4999") == 404
    switch.application.draining = True
    assert await asked(switch, "4900") == 503


@with_switch
async def test_what_is_refused_is_counted(switch: LittleSwitch) -> None:
    phone = await switch.phone("4999")
    phone.begin()
    assert (await phone.reply()).status == 404
    assert dict(switch.application.refusals) == {404: 1}
