"""Whatever happens to an agent in whatever order, its state is what the facts say, and there is a way out."""

from __future__ import annotations

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from callback_queue.agents.agent import (
    TABLE,
    AgentEvent,
    AgentMachine,
    CallOver,
    KeptPresence,
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
    Restored,
    Ringing,
    TakeBreak,
    WrapUpOver,
)
from callback_queue.agents.events import AgentState, AgentStateChanged, OfferOutcome
from tests.support.long import examples

_OUTCOMES: tuple[OfferOutcome, ...] = (
    "no_answer", "busy", "refused", "not_confirmed", "caller_gone", "elsewhere", "unreachable",
)  # fmt: skip
_CALLS = ("", "a", "b")
_LOGINS: tuple[LogInBy, ...] = ("register", "code")

_EVENTS: tuple[AgentEvent, ...] = (
    *(PhoneUp(phone) for phone in "xy"),
    *(PhoneDown(phone) for phone in "xy"),
    LogIn(),
    LogIn(mobile=True),
    LogOut(),
    TakeBreak("lunch"),
    TakeBreak("meeting"),
    Ready(),
    *(Reserved(call) for call in _CALLS),
    *(Released(call) for call in _CALLS),
    *(Ringing(call) for call in "ab"),
    *(OnCall(call) for call in "ab"),
    *(CallOver(call, seconds) for call in "ab" for seconds in (0.0, 30.0)),
    *(OfferFailed(outcome, call) for outcome in _OUTCOMES for call in ("", "a")),
)


class Agent(RuleBasedStateMachine):
    """A machine, and a plain model of what must be true of it."""

    @initialize(login=st.sampled_from(_LOGINS), limit=st.integers(0, 3))
    def begin(self, login: LogInBy, limit: int) -> None:
        self.now = 1000.0
        self.machine = AgentMachine("1001", self.now, login=login, no_answer_limit=limit)
        self.calls: set[str] = set()
        self.told: AgentStateChanged | None = None

    @rule(event=st.sampled_from(_EVENTS))
    def happens(self, event: AgentEvent) -> None:
        if isinstance(event, OnCall):
            self.calls.add(event.call)
        elif isinstance(event, CallOver):
            self.calls.discard(event.call)
        self._check(type(event), self.machine.state, self.machine.receive(event, self.now))

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 29.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        end = self.now + seconds
        fired = 0
        while (due := self.machine.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self._check(WrapUpOver, self.machine.state, self.machine.handle_timer(self.now))
            fired += 1
            assert fired < 5, "a deadline that fired is over"
        self.now = end

    @precondition(lambda self: self.machine.next_deadline() is not None)
    @rule()
    def a_timer_that_comes_early_changes_nothing(self) -> None:
        due = self.machine.next_deadline()
        if due is not None and due > self.now:
            assert self.machine.handle_timer(self.now) == []
            assert self.machine.next_deadline() == due

    def _check(
        self, event: type[AgentEvent | WrapUpOver], was: AgentState, changes: list[AgentStateChanged]
    ) -> None:
        assert len(changes) <= 1
        if not changes:
            assert self.machine.state == was
            return
        (change,) = changes
        assert change.state in TABLE[was, event]
        assert (change.was, change.state, change.at) == (was, self.machine.state, self.now)
        assert change.why
        assert change.since <= change.at
        if self.told is not None:
            assert change.since == self.told.at, "no time between two states is lost"
        self.told = change

    @invariant()
    def the_state_is_what_the_facts_say(self) -> None:
        machine = self.machine
        state = machine.state
        if state != "offline":
            assert (state == "on_call") == bool(self.calls)
        assert bool(machine.reason) == (state == "break")
        if state in ("available", "break"):
            assert machine.present
        if state == "offline":
            assert not machine.present
        assert bool(machine.call) or state != "on_call"
        view = machine.view(self.now)
        assert not view.ready or state == "available"
        assert machine.idle_since <= self.now

    @invariant()
    def a_wrap_up_has_an_end(self) -> None:
        if self.machine.state == "wrap_up":
            due = self.machine.next_deadline()
            assert due is not None
            assert due <= self.now + 30.0

    def teardown(self) -> None:
        if not hasattr(self, "machine"):
            return
        machine = self.machine
        for event in (
            *(Released(call) for call in _CALLS),
            *(CallOver(call) for call in "ab"),
            PhoneUp("x"),
            LogIn(),
            Ready(),
        ):
            machine.receive(event, self.now)
        assert machine.state == "available", "every state has a way out"
        assert machine.view(self.now).ready


TestAgent = Agent.TestCase
TestAgent.settings = settings(max_examples=examples(150), stateful_step_count=40, deadline=None)


def _restored(chance: random.Random, now: float) -> Restored:
    kept = KeptPresence(
        logged_in=chance.choice((None, True, False)),
        mobile=chance.random() < 0.5,
        break_reason=chance.choice(("", "", "lunch")),
        state="available",
        since=now - 60,
        idle_since=now - 60,
        no_answers=0,
        wrap_up_until=chance.choice((0.0, now + 20)),
    )
    return Restored(kept)


def test_every_arrow_of_the_table_is_taken_by_some_agent() -> None:
    chance = random.Random(4)
    taken: set[tuple[AgentState, type, AgentState]] = set()
    for _ in range(10_000):
        now = 0.0
        machine = AgentMachine("1", now, login=chance.choice(_LOGINS), no_answer_limit=chance.randrange(3))
        for _ in range(30):
            now += chance.choice((0.0, 1.0, 30.0))
            was, event = machine.state, chance.choice(_EVENTS)
            if was in ("offline", "available") and chance.random() < 0.1:
                event = _restored(chance, now)
            if chance.random() < 0.1:
                changes, kind = machine.handle_timer(now), WrapUpOver
            else:
                changes, kind = machine.receive(event, now), type(event)  # type: ignore[assignment]
            taken |= {(was, kind, change.state) for change in changes}
    table = {(was, event, after) for (was, event), row in TABLE.items() for after in row if after != was}
    assert table - taken == set()
