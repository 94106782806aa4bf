"""An attempt to call somebody back, and the moments in which somebody hangs up, changes or closes it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callback_queue.agents.events import AgentConnected
from callback_queue.callbacks.events import CallbackAttemptEnded, CallbackClosed, CallbackDialled
from callback_queue.line.events import QueueLeft
from callback_queue.tickets.events import TicketChanged
from telephony.call.errors import NotPermitted
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.callback_queue.call_centre import passes
from tests.unit.callback_queue.callbacks.desk import CallbackDesk

CUSTOMER_FIRST = {"callback_mode": "customer-first"}


@virtual_time
async def test_an_agent_takes_it_and_then_the_customer_is_dialled() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask(waiting=600)
        agent = await desk.taken_by("1001")
        assert desk.dialled() == ["0955123456"]
        customer = desk.customer()
        customer.ring()
        customer.pick_up()
        await passes(60)
        assert (agent.media.bridged, customer.media.bridged) == (True, True)
        customer.far_hang_up()
        await passes(1)
        assert (desk.outcomes(), desk.ends()) == (["reached"], ["completed"])
        assert desk.journal.told(CallbackAttemptEnded)[0].talk_ms == 60_000
        assert desk.database.rows[callback].state == "closed"
        assert [event.agent for event in desk.journal.told(AgentConnected)] == ["1001"]


@virtual_time
async def test_the_number_that_the_caller_left_last_is_dialled() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask("0955000001")
        await passes(1)
        phone = desk.centre.phone("1001")
        phone.pick_up()
        await passes(1)
        desk.database.change(callback, number="0955000002")  # while the agent hears what it is about
        phone.press("1")
        await settle()
        assert desk.dialled() == ["0955000002"]
        assert [leg.called for leg in desk.ringing_customers()] == ["trunk:0955000002"]
        assert [call["called"] for call in desk.dialler.snapshot()] == ["0955000002"]
        desk.customer("0955000002").refuse(486)
        await passes(5)
        assert desk.outcomes() == ["busy"]


@virtual_time
async def test_a_number_that_changes_in_the_last_moment_before_the_dial_is_heeded() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask("0955000001")
        await passes(1)
        phone = desk.centre.phone("1001")
        phone.pick_up()
        await passes(1)
        desk.centre.switchboard.dial_seconds = 1  # finding the way to the first number takes a while
        phone.press("1")
        await passes(0.5)
        desk.database.change(callback, number="0955000002")
        await passes(2)
        assert desk.dialled() == ["0955000002"]
        assert [leg.called for leg in desk.ringing_customers()] == ["trunk:0955000002"]
        desk.customer("0955000002").refuse(486)
        await passes(5)


@virtual_time
async def test_a_newer_number_counts_also_before_the_lease() -> None:
    async with CallbackDesk() as desk:
        callback = desk.ask("0955000001")
        await passes(2)  # it is in the line
        desk.database.change(callback, number="0955000002")
        desk.centre.register("1001")
        await desk.taken_by("1001")
        assert [leg.called for leg in desk.ringing_customers()] == ["trunk:0955000002"]
        desk.customer("0955000002").refuse(486)
        await passes(5)


@virtual_time
async def test_our_own_hang_up_is_not_the_customers_no_answer() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().ring()
        (call,) = desk.dialler.calls
        assert desk.dialler.hang_up("hung up by anna", call)
        await passes(0.01)
        (end,) = desk.journal.told(CallbackAttemptEnded)
        assert (end.outcome, end.next_at > running().unix() + 10) == ("withdrawn", True)
        assert (desk.database.rows[callback].dialled, desk.ends()) == (0, [])


@virtual_time
async def test_a_restart_while_the_customer_rings_counts_as_no_attempt_and_is_due_at_once() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().ring()
        desk.dialler.stop()
        await settle()
        assert desk.ringing_customers(), "the customer's phone may ring on for the time that a drain gives"
        desk.dialler.hang_up("server stopped")
        await passes(0.01)
        (end,) = desk.journal.told(CallbackAttemptEnded)
        assert (end.outcome, end.next_at <= running().unix()) == ("withdrawn", True)
        assert desk.database.rows[callback].dialled == 0


@virtual_time
async def test_a_customer_who_waits_for_an_agent_and_is_hung_up_by_us_has_not_refused() -> None:
    async with CallbackDesk(CUSTOMER_FIRST) as desk:
        desk.centre.register("1001")
        desk.ask()
        await passes(1)
        desk.customer().pick_up()
        await settle()
        desk.dialler.hang_up("hung up by anna")
        await passes(0.01)
        assert desk.outcomes() == ["withdrawn"]


@virtual_time
async def test_a_customer_who_hangs_up_between_two_agents_is_noticed_at_once() -> None:
    async with CallbackDesk(CUSTOMER_FIRST) as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await passes(1)
        customer = desk.customer()
        customer.pick_up()
        await passes(1)
        desk.centre.phone("1001").refuse(603)
        await passes(2)  # nobody else is there: the customer hears music
        assert not desk.outcomes()
        customer.far_hang_up()
        await passes(0.01)
        assert desk.outcomes() == ["refused"]
        assert [event.why for event in desk.journal.told(QueueLeft)] == ["withdrawn"]
        assert desk.database.rows[callback].dialled == 1


@virtual_time
async def test_an_agent_who_hangs_up_while_the_customer_rings_is_not_the_customers_no_answer() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        agent = await desk.taken_by("1001")
        desk.customer().ring()
        agent.far_hang_up()
        await passes(0.01)
        assert (desk.outcomes(), desk.database.rows[callback].dialled) == (["withdrawn"], 0)


@virtual_time
async def test_a_ticket_that_is_solved_while_the_phone_rings_ends_the_call_and_all_further_ones() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().ring()
        desk.database.tickets["100001"] = "solved"
        change = {"state": "solved"}
        desk.journal.append(TicketChanged(running().unix(), ticket="100001", by="agent:1002", changes=change))
        await passes(0.01)
        assert not desk.ringing_customers()
        assert desk.outcomes() == ["withdrawn"]
        await passes(7200)
        assert (len(desk.dialled()), desk.database.rows[callback].dialled) == (1, 0)


@virtual_time
async def test_a_ticket_that_is_solved_in_the_conversation_does_not_end_it() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask()
        agent = await desk.taken_by("1001")
        customer = desk.customer()
        customer.pick_up()
        await passes(10)
        change = {"state": "solved"}
        desk.journal.append(TicketChanged(running().unix(), ticket="100001", by="agent:1001", changes=change))
        await passes(10)
        assert agent.media.bridged
        customer.far_hang_up()
        await passes(1)
        assert (desk.outcomes(), desk.ends()) == (["reached"], ["completed"])


@virtual_time
async def test_a_ticket_that_was_solved_before_the_dial_is_not_called() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask()
        await passes(1)
        phone = desk.centre.phone("1001")
        phone.pick_up()
        await passes(1)
        desk.database.tickets["100001"] = "closed"  # by another switch: no event is heard here
        phone.press("1")
        await passes(60)
        assert (desk.dialled(), desk.outcomes()) == ([], ["withdrawn"])


@virtual_time
async def test_a_callback_that_is_cancelled_while_an_agent_hears_of_it_is_taken_back_at_once() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await passes(1)
        desk.centre.phone("1001").pick_up()
        await passes(1)
        desk.database.change(callback, state="closed")
        desk.journal.append(
            CallbackClosed(running().unix(), callback=callback, end="cancelled", by="agent:1002")
        )
        await passes(0.01)
        assert not desk.centre.switchboard.live()
        assert (desk.dialled(), desk.outcomes()) == ([], ["withdrawn"])


@virtual_time
async def test_a_lease_that_is_lost_while_the_customer_rings_silences_the_phone() -> None:
    async with CallbackDesk(lease_seconds=60) as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().ring()
        desk.database.change(callback, state="leased", lease_holder="switch-2", attempt=2)
        await passes(16)  # the next renewal
        assert not desk.ringing_customers()
        desk.database.change(callback, state="closed")


@virtual_time
async def test_without_the_database_nobody_is_dialled() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask()
        await passes(1)
        phone = desk.centre.phone("1001")
        phone.pick_up()
        await passes(1)
        desk.database.away = True
        phone.press("1")
        await passes(5)
        assert (desk.dialled(), desk.ringing_customers()) == ([], [])
        desk.database.away = False
        desk.centre.unregister("1001")
        await passes(1)


@virtual_time
async def test_of_two_tickets_of_one_customer_the_second_waits_for_the_end_of_the_first() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001", "1002")
        desk.ask(waiting=60)
        desk.ask(ticket="100002")
        await passes(1)
        assert len(desk.centre.ringing()) == 1
        (agent,) = desk.centre.ringing()
        await desk.taken_by(agent, after=0)
        desk.customer().pick_up()
        await passes(30)
        assert not desk.centre.ringing()
        [leg.far_hang_up() for leg in desk.centre.switchboard.live("trunk:0955123456")]
        await passes(3)
        assert len(desk.centre.ringing()) == 1
        (agent,) = desk.centre.ringing()
        await desk.taken_by(agent, after=0)
        desk.customer().refuse(404)
        await passes(5)
        assert desk.outcomes() == ["reached", "wrong_number"]
        assert desk.ends() == ["completed", "wrong_number"]


@virtual_time
async def test_a_number_that_may_not_be_called_is_closed_with_the_reason_and_no_agent_is_rung() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.phones.refused["13800138000"] = NotPermitted(403, "Premium rate numbers are not allowed")
        desk.ask(number="13800138000")
        await passes(30)
        assert (desk.centre.ringing(), desk.outcomes(), desk.ends()) == ([], [], ["not_permitted"])
        assert desk.journal.told(CallbackClosed)[0].note == "Premium rate numbers are not allowed"
        assert desk.phones.told == ["13800138000"]


@virtual_time
async def test_a_number_that_may_not_be_called_today_waits_until_it_may() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.phones.refused["13800138000"] = NotPermitted(403, "Too many calls today", lasting=False)
        desk.ask(number="13800138000")
        await passes(3600)
        assert (desk.centre.ringing(), desk.ends(), desk.phones.told) == ([], [], ["13800138000"])
        desk.phones.refused.clear()
        await passes(2)
        assert len(desk.centre.ringing()) == 1


@virtual_time
async def test_a_rule_that_changes_while_an_agent_hears_of_it_still_holds() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask(number="13800138000")
        await passes(2)
        (agent,) = desk.centre.ringing()
        desk.phones.refused["13800138000"] = NotPermitted(403, "Not allowed by the rules of this site")
        await desk.taken_by(agent, after=0)
        await passes(5)
        assert (desk.outcomes(), desk.ends()) == (["not_permitted"], ["not_permitted"])
        assert desk.journal.told(CallbackClosed)[0].note == "Not allowed by the rules of this site"
        assert desk.journal.told(CallbackDialled) == []


@virtual_time
async def test_after_the_last_attempt_it_is_closed_as_not_reached() -> None:
    async with CallbackDesk(attempts=2, delays={"busy": 60}) as desk:
        desk.centre.register("1001")
        desk.ask()
        for _ in range(2):
            await desk.taken_by("1001", after=2)
            desk.customer().refuse(486)
            await passes(62)
        assert (desk.outcomes(), desk.ends()) == (["busy", "busy"], ["not_reached"])
        assert desk.journal.told(CallbackClosed)[0].note == "busy"


@virtual_time
async def test_the_answer_and_our_hang_up_in_the_same_moment_leave_no_phone_behind() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask()
        await desk.taken_by("1001")
        customer = desk.customer()
        running().call_later(1, customer.pick_up)
        running().call_later(1, desk.dialler.hang_up, "hung up by anna")
        await passes(2)
        assert not desk.centre.switchboard.live()
        assert desk.outcomes() == ["withdrawn"]


@virtual_time
async def test_cancelling_an_attempt_ends_everything() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        desk.ask()
        await passes(1)
        assert desk.centre.ringing() == ["1001"]
        desk.dialler.stop()
        await asyncio.sleep(0.01)
        assert not desk.centre.ringing()
        assert desk.outcomes() == ["withdrawn"]


async def _announced(desk: CallbackDesk, agent: str = "1001") -> FakeLeg:
    """An agent has answered, and hears what the call is about: the key that dials is not pressed yet."""
    await passes(1)
    leg = desk.centre.phone(agent)
    leg.pick_up()
    await passes(1)
    return leg


@virtual_time
async def test_a_newer_number_that_is_being_called_already_is_not_dialled_a_second_time() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001", "1002")
        first = desk.ask("0955000001", ticket="100001", waiting=10)
        desk.ask("0955000002", ticket="100002")
        await passes(1)
        one, two = desk.centre.phone("1001"), desk.centre.phone("1002")
        one.pick_up()
        two.pick_up()
        await passes(1)
        desk.database.change(first, number="0955000002")
        two.press("1")
        await settle()
        one.press("1")
        await settle()
        assert len(desk.ringing_customers()) == 1
        await passes(5)
        assert (desk.outcomes(), desk.database.rows[first].state) == (["withdrawn"], "waiting")
        desk.ringing_customers()[0].refuse(486)
        await passes(2)
        assert (len(desk.dialled()), desk.database.rows[first].dialled) == (1, 0)


@virtual_time
async def test_a_wrong_old_number_does_not_end_a_callback_to_which_a_newer_one_was_left() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask("0955000001")
        await desk.taken_by("1001")
        desk.database.change(callback, number="0955000002")
        desk.customer("0955000001").refuse(404)
        await passes(5)
        assert (desk.outcomes(), desk.ends()) == (["wrong_number"], [])
        await desk.taken_by("1001", after=0)
        assert desk.dialled() == ["0955000001", "0955000002"]
        desk.customer("0955000002").refuse(404)
        await passes(5)
        assert (desk.outcomes(), desk.ends()) == (["wrong_number", "wrong_number"], ["wrong_number"])


@virtual_time
async def test_the_last_attempt_with_the_old_number_is_not_the_last_one_of_a_newer_number() -> None:
    async with CallbackDesk(attempts=1) as desk:
        desk.centre.register("1001")
        callback = desk.ask("0955000001")
        await desk.taken_by("1001")
        desk.database.change(callback, number="0955000002")
        desk.customer("0955000001").refuse(486)
        await passes(5)
        assert (desk.outcomes(), desk.ends()) == (["busy"], [])
        await desk.taken_by("1001", after=0)
        desk.customer("0955000002").refuse(486)
        await passes(5)
        assert desk.ends() == ["not_reached"]


@virtual_time
async def test_a_newer_number_has_quiet_hours_of_its_own() -> None:
    async with CallbackDesk(quiet="21:00-08:00") as desk:
        noon = datetime.fromtimestamp(running().unix(), UTC).replace(hour=9, minute=0, second=0)
        await passes((noon.timestamp() - running().unix()) % 86400)
        desk.centre.register("1001")
        callback = desk.ask("+4930123456")
        phone = await _announced(desk)
        desk.database.change(callback, number="+12125550123")  # where it is night
        phone.press("1")
        await passes(5)
        assert (desk.dialled(), desk.ringing_customers(), desk.outcomes()) == ([], [], ["withdrawn"])
        row = desk.database.rows[callback]
        assert (row.state, row.dialled) == ("waiting", 0)
        in_new_york = datetime.fromtimestamp(row.due, ZoneInfo("America/New_York"))
        assert (in_new_york.hour, in_new_york.minute) == (8, 0)


@virtual_time
async def test_a_wish_that_comes_before_the_dial_is_heeded() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        phone = await _announced(desk)
        wish = running().unix() + 86400
        desk.database.change(callback, not_before=wish)
        phone.press("1")
        await passes(5)
        row = desk.database.rows[callback]
        assert (desk.dialled(), desk.outcomes(), row.due, row.dialled) == ([], ["withdrawn"], wish, 0)


@pytest.mark.parametrize(("status", "outcome"), [(404, "wrong_number"), (603, "refused"), (486, "busy")])
@virtual_time
async def test_what_the_customers_phone_said_stays_when_we_hang_up_on_the_agent(
    status: int, outcome: str
) -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().refuse(status)
        await passes(0.2)  # the agent hears that the customer was not reached
        assert desk.outcomes() == []
        desk.dialler.stop()
        desk.dialler.hang_up("server stopped")
        await passes(2)
        assert (desk.outcomes(), desk.database.rows[callback].dialled) == ([outcome], 1)


@virtual_time
async def test_a_disk_that_fails_before_the_invite_is_no_attempt() -> None:
    async with CallbackDesk() as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        phone = await _announced(desk)
        durable = desk.journal.durable
        desk.journal.durable = _full_disk  # type: ignore[method-assign]
        phone.press("1")
        await settle()
        assert not desk.ringing_customers()
        desk.journal.durable = durable  # type: ignore[method-assign]
        await passes(5)
        row = desk.database.rows[callback]
        assert (desk.outcomes(), row.state, row.dialled) == (["withdrawn"], "waiting", 0)


async def _full_disk() -> None:
    raise OSError("no space left on device")


@virtual_time
async def test_a_ticket_that_is_solved_through_another_switch_silences_the_customers_phone() -> None:
    async with CallbackDesk(lease_seconds=60) as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        desk.customer().ring()
        desk.database.tickets["100001"] = "solved"  # no event is heard here
        await passes(16)  # the next renewal
        assert (desk.ringing_customers(), desk.outcomes()) == ([], ["withdrawn"])
        assert desk.database.rows[callback].dialled == 0


@virtual_time
async def test_a_conversation_keeps_its_lease_when_the_ticket_is_solved_meanwhile() -> None:
    async with CallbackDesk(lease_seconds=60) as desk:
        desk.centre.register("1001")
        callback = desk.ask()
        await desk.taken_by("1001")
        customer = desk.customer()
        customer.pick_up()
        await passes(5)
        desk.database.tickets["100001"] = "solved"
        await passes(1200)
        assert desk.database.rows[callback].lease_until > running().unix()
        customer.far_hang_up()
        await passes(1)
        assert desk.outcomes() == ["reached"]
