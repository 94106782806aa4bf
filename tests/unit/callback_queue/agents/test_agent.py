"""What an agent is doing, step by step, and what people are told about it."""

from __future__ import annotations

import pytest

from callback_queue.agents.agent import (
    REST_SECONDS,
    AgentEvent,
    AgentMachine,
    CallOver,
    LogIn,
    LogInBy,
    LogOut,
    OfferFailed,
    OnCall,
    PhoneDown,
    PhoneUp,
    Ready,
    Released,
    Reserved,
    Ringing,
    TakeBreak,
)
from callback_queue.agents.events import AgentStateChanged, OfferOutcome


class _Agent:
    """A machine whose clock goes on by hand."""

    def __init__(self, *events: AgentEvent, login: LogInBy = "register", limit: int = 2) -> None:
        self.now = 1000.0
        self.machine = AgentMachine("1001", self.now, login=login, no_answer_limit=limit)
        self.told: list[AgentStateChanged] = []
        self.do(*events)

    def do(self, *events: AgentEvent, after: float = 0.0) -> str:
        """Let time pass, then let this happen; returns the state."""
        self.now += after
        for event in events:
            self.told += self.machine.receive(event, self.now)
        return self.machine.state

    def wait(self, seconds: float) -> str:
        """Let time pass, with the timer; returns the state."""
        end = self.now + seconds
        while (due := self.machine.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.told += self.machine.handle_timer(self.now)
        self.now = end
        return self.machine.state

    def serve(self, call: str = "c1", wrap_up: float = 30.0) -> str:
        """Take a call from a queue, from the offer to its end."""
        return self.do(Reserved(call), Ringing(call), OnCall(call), CallOver(call, wrap_up))


def test_a_phone_that_registers_logs_its_agent_in() -> None:
    agent = _Agent()
    assert agent.machine.state == "offline"
    assert agent.do(PhoneUp("sip:a"), after=5) == "available"
    assert agent.told == [
        AgentStateChanged(
            1005.0,
            agent="1001",
            state="available",
            was="offline",
            since=1000.0,
            reason="",
            why="phone registered",
            call="",
        )
    ]
    assert agent.do(PhoneUp("sip:b"), PhoneDown("sip:a")) == "available"
    assert agent.do(PhoneDown("sip:b")) == "offline"


def test_with_login_by_code_a_registered_phone_alone_is_offline() -> None:
    agent = _Agent(PhoneUp(), login="code")
    assert agent.machine.state == "offline"
    assert agent.do(LogIn(why="dialled *71")) == "available"
    assert agent.told[-1].why == "dialled *71"
    assert agent.do(PhoneDown()) == "offline"
    assert agent.do(PhoneUp()) == "available", "still logged in"


def test_who_logged_out_stays_out_when_the_phone_registers_again() -> None:
    agent = _Agent(PhoneUp(), LogOut(why="dialled *72"))
    assert agent.machine.why == "dialled *72"
    assert agent.do(PhoneDown(), PhoneUp()) == "offline"
    assert agent.do(LogIn()) == "available"


def test_on_a_mobile_no_phone_is_needed() -> None:
    agent = _Agent(LogIn(mobile=True))
    assert agent.machine.state == "available"
    assert agent.machine.on_mobile
    assert agent.do(PhoneUp(), PhoneDown()) == "available"
    assert agent.do(LogIn()) == "offline", "logged in at a desk that has no phone"


def test_a_call_from_a_queue_with_its_wrap_up() -> None:
    agent = _Agent(PhoneUp())
    assert agent.do(Reserved("c1")) == "reserved"
    assert agent.do(Ringing("c1"), after=1) == "ringing"
    assert agent.do(OnCall("c1"), after=4) == "on_call"
    assert agent.machine.call == "c1"
    assert agent.do(CallOver("c1", 30.0), after=60) == "wrap_up"
    assert agent.machine.next_deadline() == agent.now + 30
    assert agent.wait(29.9) == "wrap_up"
    assert agent.wait(0.2) == "available"
    assert agent.machine.idle_since == pytest.approx(1095.0)
    assert [(told.was, told.state, told.why) for told in agent.told[-2:]] == [
        ("on_call", "wrap_up", "the call is over, wrap-up of 30 s"),
        ("wrap_up", "available", "wrap-up is over"),
    ]
    assert [told.call for told in agent.told[-2:]] == ["c1", "c1"], "its record is to know the wrap-up"


def test_a_call_of_the_agents_own_has_no_wrap_up() -> None:
    agent = _Agent(PhoneUp())
    assert agent.do(OnCall("own")) == "on_call"
    assert agent.do(CallOver("own")) == "available"


def test_ready_ends_the_wrap_up() -> None:
    agent = _Agent(PhoneUp())
    assert agent.serve() == "wrap_up"
    assert agent.do(Ready(why="dialled *74")) == "available"
    assert agent.machine.next_deadline() is None


def test_a_private_call_within_the_wrap_up_leaves_the_rest_of_it() -> None:
    agent = _Agent(PhoneUp())
    agent.serve(wrap_up=30.0)
    agent.do(OnCall("own"), after=10)
    assert agent.do(CallOver("own"), after=10) == "wrap_up"
    assert agent.wait(10) == "available"
    agent.serve(wrap_up=30.0)
    agent.do(OnCall("own"))
    assert agent.do(CallOver("own"), after=31) == "available"


def test_with_two_calls_the_agent_is_busy_until_both_are_over() -> None:
    agent = _Agent(PhoneUp(), OnCall("queue"), OnCall("own"))
    assert agent.do(CallOver("queue", 30.0)) == "on_call"
    assert agent.machine.call == "own"
    assert agent.do(CallOver("own"), after=100) == "wrap_up"
    assert agent.machine.next_deadline() == agent.now + 30


def test_a_break_begins_after_the_call_and_its_wrap_up() -> None:
    agent = _Agent(PhoneUp(), OnCall("c1"))
    assert agent.do(TakeBreak("lunch")) == "on_call"
    assert agent.do(CallOver("c1", 30.0)) == "wrap_up"
    assert agent.wait(30) == "break"
    assert (agent.machine.reason, agent.told[-1].reason) == ("lunch", "lunch")
    assert agent.do(Ready()) == "available"
    assert agent.machine.reason == ""


def test_ready_takes_back_a_break_that_has_not_begun() -> None:
    agent = _Agent(PhoneUp(), OnCall("c1"), TakeBreak("lunch"), Ready())
    assert agent.do(CallOver("c1")) == "available"


def test_a_break_out_of_the_wrap_up_begins_at_once() -> None:
    agent = _Agent(PhoneUp())
    agent.serve()
    assert agent.do(TakeBreak("lunch")) == "break"


def test_a_break_lasts_through_calls_of_the_agents_own() -> None:
    agent = _Agent(PhoneUp(), TakeBreak("lunch"))
    assert agent.do(Ringing("own")) == "ringing"
    assert agent.do(OnCall("own")) == "on_call"
    assert agent.do(CallOver("own")) == "break"
    assert agent.machine.reason == "lunch"


def test_another_reason_is_another_break() -> None:
    agent = _Agent(PhoneUp(), TakeBreak("lunch"))
    agent.do(TakeBreak("training"), after=60)
    assert agent.machine.state == "break"
    assert agent.told[-1] == AgentStateChanged(
        1060.0,
        agent="1001",
        state="break",
        was="break",
        since=1000.0,
        reason="training",
        why="took a break",
        call="",
    )


def test_a_break_outlasts_a_phone_that_is_started_again_and_ends_with_the_log_out() -> None:
    agent = _Agent(PhoneUp(), TakeBreak("lunch"))
    assert agent.do(PhoneDown()) == "offline"
    assert agent.do(PhoneUp()) == "break"
    agent.do(LogOut())
    assert agent.do(LogIn()) == "available"


def test_who_is_offline_takes_no_break() -> None:
    agent = _Agent(TakeBreak("lunch"), PhoneUp())
    assert agent.machine.state == "available"


def test_the_last_phone_may_go_during_a_call() -> None:
    agent = _Agent(PhoneUp(), OnCall("c1"))
    assert agent.do(PhoneDown()) == "on_call"
    assert agent.do(CallOver("c1", 30.0)) == "wrap_up"
    assert agent.wait(30) == "offline"


def test_who_logs_out_during_a_call_is_offline_right_after_it() -> None:
    agent = _Agent(PhoneUp(), OnCall("c1"))
    assert agent.do(LogOut()) == "on_call"
    assert agent.do(CallOver("c1", 30.0)) == "offline"
    assert agent.do(LogIn()) == "available"


def test_who_logs_out_is_owed_no_wrap_up_of_an_earlier_call() -> None:
    agent = _Agent(PhoneUp(), OnCall("queue"), OnCall("own"), CallOver("queue", 30.0), LogOut())
    assert agent.do(CallOver("own")) == "offline"
    agent.do(LogIn())
    agent.serve(wrap_up=30.0)
    agent.do(OnCall("own"), LogOut(), after=1)
    assert agent.do(CallOver("own")) == "offline"


def test_a_call_of_who_is_not_logged_in_is_not_counted_until_the_log_in() -> None:
    agent = _Agent(PhoneUp(), login="code")
    assert agent.do(OnCall("own")) == "offline"
    assert agent.do(LogIn()) == "on_call"
    assert agent.do(CallOver("own")) == "available"


def test_calls_that_nobody_answers_pause_the_agent() -> None:
    agent = _Agent(PhoneUp())
    agent.do(Reserved("c1"), Ringing("c1"))
    assert agent.do(OfferFailed("no_answer", "c1", 20.0), after=20) == "available"
    assert agent.told[-1].why == "phone rang 20 s unanswered, 1 of 2"
    assert agent.machine.idle_since == agent.now, "others go first now"
    agent.do(Reserved("c2"), Ringing("c2"))
    assert agent.do(OfferFailed("no_answer", "c2", 20.0), after=20) == "break"
    assert agent.told[-1].why == "phone rang 20 s unanswered, 2 of 2: paused"
    assert agent.machine.reason == "no_answer"
    assert agent.do(Ready()) == "available"
    assert agent.machine.no_answers == 0


def test_an_answered_call_begins_the_count_anew() -> None:
    agent = _Agent(PhoneUp())
    agent.do(Reserved("c1"), Ringing("c1"), OfferFailed("no_answer", "c1"))
    agent.serve("c2", wrap_up=0.0)
    assert agent.do(Reserved("c3"), Ringing("c3"), OfferFailed("no_answer", "c3")) == "available"


def test_without_a_limit_nobody_is_paused() -> None:
    agent = _Agent(PhoneUp(), limit=0)
    for _ in range(20):
        assert agent.do(Reserved("c"), Ringing("c"), OfferFailed("no_answer", "c")) == "available"
    assert agent.machine.why == "phone rang 0 s unanswered"


@pytest.mark.parametrize("outcome", ["no_answer", "not_confirmed", "unreachable"])
def test_outcomes_that_count_as_unanswered(outcome: OfferOutcome) -> None:
    agent = _Agent(PhoneUp(), limit=1)
    assert agent.do(Reserved("c"), Ringing("c"), OfferFailed(outcome, "c")) == "break"


@pytest.mark.parametrize("outcome", ["busy", "refused"])
def test_a_busy_or_declining_phone_rests_before_the_next_offer(outcome: OfferOutcome) -> None:
    agent = _Agent(PhoneUp())
    assert agent.do(Reserved("c"), OfferFailed(outcome, "c")) == "available"
    assert not agent.machine.view(agent.now).ready
    assert agent.machine.next_deadline() == agent.now + REST_SECONDS
    agent.wait(REST_SECONDS)
    assert agent.machine.view(agent.now).ready
    assert agent.machine.next_deadline() is None
    assert agent.machine.no_answers == 0


@pytest.mark.parametrize("outcome", ["caller_gone", "elsewhere"])
def test_what_is_not_the_agents_fault_changes_nothing(outcome: OfferOutcome) -> None:
    agent = _Agent(PhoneUp())
    idle_since = agent.machine.idle_since
    agent.do(Reserved("c"), Ringing("c"), after=50)
    assert agent.do(OfferFailed(outcome, "c"), after=5) == "available"
    assert agent.machine.idle_since == idle_since
    assert agent.machine.view(agent.now).ready
    assert agent.machine.no_answers == 0


def test_a_released_reservation_leaves_the_agent_first_in_line() -> None:
    agent = _Agent(PhoneUp())
    idle_since = agent.machine.idle_since
    agent.do(Reserved("c"), after=50)
    assert agent.do(Released("c", "the caller left the queue")) == "available"
    assert (agent.machine.idle_since, agent.machine.why) == (idle_since, "the caller left the queue")


def test_a_reservation_for_a_callback_is_for_the_call_that_comes_of_it() -> None:
    agent = _Agent(PhoneUp(), Reserved(""), Reserved("callback"), Ringing("callback"))
    assert (agent.machine.state, agent.machine.reserved) == ("ringing", "callback")
    assert agent.do(OfferFailed("caller_gone", "callback")) == "available"
    assert agent.machine.reserved is None
    agent.do(Reserved(""), Reserved("next"), Ringing("next"), OnCall("next"))
    assert agent.do(CallOver("next")) == "available"


def test_a_call_of_the_agents_own_does_not_end_the_reservation_for_a_callback() -> None:
    agent = _Agent(PhoneUp(), Reserved(""), OnCall("own"))
    assert agent.do(CallOver("own")) == "reserved"
    assert agent.do(Released("", "the callback was cancelled")) == "available"


def test_only_who_is_available_is_reserved() -> None:
    agent = _Agent(PhoneUp(), TakeBreak("lunch"), Reserved("c1"))
    assert agent.do(Ready()) == "available"
    agent.do(OnCall("own"), Reserved("c2"))
    assert agent.do(CallOver("own")) == "available"


def test_a_reservation_outlasts_a_private_call_until_its_offer_is_over() -> None:
    agent = _Agent(PhoneUp(), Reserved("c1"), OnCall("own"))
    assert agent.do(CallOver("own")) == "reserved"
    assert agent.do(OfferFailed("busy", "c1")) == "available"


def test_a_second_phone_call_that_rings_on_shows_after_the_first() -> None:
    agent = _Agent(PhoneUp(), OnCall("own"), Ringing("colleague"))
    assert agent.machine.state == "on_call"
    assert agent.do(CallOver("own")) == "ringing"
    assert agent.do(CallOver("colleague")) == "available"


def test_the_view_is_what_the_distribution_needs() -> None:
    agent = _Agent(PhoneUp())
    agent.do(Reserved("c"), after=7)
    view = agent.machine.view(agent.now)
    assert (view.number, view.state, view.idle_since, view.offered_at) == ("1001", "reserved", 1000.0, 1007.0)
    assert not view.ready
