"""The line and its agents, whatever happens: order, fairness, nobody served twice, nobody forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from callback_queue.agents.agent import (
    AgentMachine,
    AgentView,
    CallOver,
    OfferFailed,
    OnCall,
    PhoneUp,
    Released,
    Reserved,
    Ringing,
)
from callback_queue.agents.events import OfferOutcome
from callback_queue.customers.events import Tier
from callback_queue.line.distribution import Assignment, MemberRules, QueueRules, assign, ranked
from callback_queue.line.waiting_line import Entry, WaitingLine
from tests.support.long import examples

HEAD_START: dict[Tier, float] = {"vip": 300.0, "super_vip": 1800.0}
STEP = 60.0
_TIERS: tuple[Tier, ...] = ("ordinary", "vip", "super_vip")
_QUEUES = ("support", "sales")
_AGENTS = ("1001", "1002", "1003")
_STRATEGIES = ("longest-idle", "ring-all", "round-robin", "skills")


@st.composite
def _entries(draw: st.DrawFn, most: int = 6) -> list[Entry]:
    return [
        Entry(
            id=str(index),
            kind=draw(st.sampled_from(["live", "callback"])),
            call="",
            queue=draw(st.sampled_from(_QUEUES)),
            arrival=float(draw(st.integers(0, 4000))),
            entered_at=float(draw(st.integers(4000, 4003))),
            tier=draw(st.sampled_from(_TIERS)),
            priority=draw(st.integers(-2, 5)),
            skills=frozenset(draw(st.sets(st.sampled_from(["zh", "en:2", "billing:3"]), max_size=2))),
        )
        for index in range(draw(st.integers(0, most)))
    ]


@st.composite
def _views(draw: st.DrawFn) -> list[AgentView]:
    small = st.integers(0, 2).map(float)
    state = st.sampled_from(["available", "available", "available", "on_call", "break"])
    return [
        AgentView(number, draw(state), draw(small), draw(small), draw(st.sampled_from([True, True, False])))
        for number in _AGENTS
    ]


@st.composite
def _rules(draw: st.DrawFn) -> dict[str, QueueRules]:
    skills = st.dictionaries(st.sampled_from(["zh", "en", "billing"]), st.integers(1, 3))
    member = st.builds(MemberRules, st.integers(1, 2), skills)
    return {
        name: QueueRules(
            name,
            draw(st.sampled_from(_STRATEGIES)),  # type: ignore[arg-type]
            {number: draw(member) for number in draw(st.permutations(_AGENTS)) if draw(st.booleans())},
        )
        for name in _QUEUES
    }


def _line_of(entries: list[Entry]) -> WaitingLine:
    line = WaitingLine(HEAD_START, STEP)
    for entry in entries:
        line.add(entry)
    return line


def _advantage(entry: Entry) -> float:
    return HEAD_START.get(entry.tier, 0.0) + entry.priority * STEP


@given(entries=_entries(most=12))
def test_nobody_is_passed_by_more_than_the_difference_of_the_head_starts(entries: list[Entry]) -> None:
    ordered = _line_of(entries).ordered()
    for index, first in enumerate(ordered):
        for later in ordered[index + 1 :]:
            if first.arrival > later.arrival:
                assert first.arrival - later.arrival <= _advantage(first) - _advantage(later)


@given(entries=_entries(most=12))
def test_among_customers_of_one_tier_and_priority_who_came_first_is_first(entries: list[Entry]) -> None:
    ordered = _line_of(entries).ordered()
    for first, later in pairwise(ordered):
        if (first.tier, first.priority) == (later.tier, later.priority):
            assert (first.arrival, first.entered_at) <= (later.arrival, later.entered_at)


def _free(agents: list[AgentView]) -> list[AgentView]:
    return [agent for agent in agents if agent.ready and agent.state == "available"]


@given(entries=_entries(), agents=_views(), queues=_rules())
def test_assignments_are_of_free_members_and_leave_nobody_waiting_who_could_be_served(
    entries: list[Entry], agents: list[AgentView], queues: dict[str, QueueRules]
) -> None:
    found = assign(entries, agents, queues)
    chosen = [agent for assignment in found for agent in assignment.agents]
    assert len(chosen) == len(set(chosen)), "never the same agent twice"
    left = {agent.number: agent for agent in _free(agents)}
    assert set(chosen) <= left.keys()
    for assignment in found:
        rules = queues[assignment.entry.queue]
        able = [agent.number for agent in ranked(assignment.entry, left.values(), rules)]
        assert list(assignment.agents) == (able if rules.strategy == "ring-all" else able[:1])
        for agent in assignment.agents:
            del left[agent]
    served = {assignment.entry.id for assignment in found}
    for entry in entries:
        if entry.id not in served:
            assert ranked(entry, left.values(), queues[entry.queue]) == []


@settings(max_examples=examples(300))
@given(entries=_entries(most=4), agents=_views(), queues=_rules())
def test_of_all_possible_assignments_it_is_the_best_for_the_first_then_for_the_second_and_so_on(
    entries: list[Entry], agents: list[AgentView], queues: dict[str, QueueRules]
) -> None:
    one_each = {
        name: QueueRules(name, "skills" if rules.strategy == "ring-all" else rules.strategy, rules.members)
        for name, rules in queues.items()
    }
    found = {one.entry.id: one.agents[0] for one in assign(entries, agents, one_each)}
    assert [found.get(entry.id) for entry in entries] == _best(entries, agents, one_each)


def _best(
    entries: list[Entry], agents: list[AgentView], queues: Mapping[str, QueueRules]
) -> list[str | None]:
    """Try everything: the assignment whose first entry fares best, then its second."""
    choices: list[str | None] = [agent.number for agent in _free(agents)]
    nobody: list[str | None] = [None] * len(entries)
    ranks = [[agent.number for agent in ranked(e, _free(agents), queues[e.queue])] for e in entries]
    best: tuple[list[int], list[str | None]] = ([len(_AGENTS)] * len(entries), nobody)
    for tried in set(permutations(choices + nobody, len(entries))):
        cost = [
            len(_AGENTS) if agent is None else able.index(agent) if agent in able else -1
            for agent, able in zip(tried, ranks, strict=True)
        ]
        if -1 not in cost:
            best = min(best, (cost, list(tried)), key=lambda pair: pair[0])
    return best[1]


class CallCentre(RuleBasedStateMachine):
    """Callers, callbacks and agents over hours: what the runtime does with the pure parts, without calls."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 10_000.0
        self.line = WaitingLine(HEAD_START, STEP)
        self.agents = {number: AgentMachine(number, self.now, no_answer_limit=0) for number in _AGENTS}
        for machine in self.agents.values():
            machine.receive(PhoneUp(), self.now)
        self.queues = {
            "support": QueueRules("support", "longest-idle", dict.fromkeys(_AGENTS, MemberRules())),
            "sales": QueueRules("sales", "ring-all", dict.fromkeys(_AGENTS[1:], MemberRules())),
        }
        self.offers: dict[str, Assignment] = {}
        self.talking: dict[str, str] = {}
        self.joined = 0
        self.served: list[str] = []

    @rule(tier=st.sampled_from(_TIERS), queue=st.sampled_from(_QUEUES), waited=st.sampled_from([0.0, 500.0]))
    def joins(self, tier: Tier, queue: str, waited: float) -> None:
        self.joined += 1
        name = f"e{self.joined}"
        kind = "callback" if waited else "live"
        arrival = self.now - waited
        self.line.add(
            Entry(
                id=name,
                kind=kind,  # type: ignore[arg-type]
                call=name,
                queue=queue,
                arrival=arrival,
                entered_at=self.now,
                tier=tier,
            )
        )
        self._distribute()

    @rule(seconds=st.sampled_from([1.0, 15.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        for machine in self.agents.values():
            machine.handle_timer(self.now)
        self._distribute()

    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        if self.offers:
            self._answer(data.draw(st.sampled_from(sorted(self.offers))), data.draw(st.integers(0, 2)))

    @rule(data=st.data(), outcome=st.sampled_from(["no_answer", "busy", "refused", "unreachable"]))
    def nobody_answers(self, data: st.DataObject, outcome: OfferOutcome) -> None:
        if not self.offers:
            return
        offer = self.offers.pop(data.draw(st.sampled_from(sorted(self.offers))))
        for agent in offer.agents:
            self.agents[agent].receive(OfferFailed(outcome, offer.entry.call), self.now)
        self._distribute()

    @rule(data=st.data())
    def hangs_up_while_waiting(self, data: st.DataObject) -> None:
        waiting = [entry.id for entry in self.line.ordered()]
        if not waiting:
            return
        name = data.draw(st.sampled_from(waiting))
        self.line.remove(name)
        self._release(name)
        self._distribute()

    @rule(data=st.data())
    def hangs_up_after_the_talk(self, data: st.DataObject) -> None:
        if self.talking:
            self._end(data.draw(st.sampled_from(sorted(self.talking))))

    @invariant()
    def nobody_has_two_agents_and_no_agent_two_calls(self) -> None:
        offered = [agent for offer in self.offers.values() for agent in offer.agents]
        busy = [*offered, *self.talking]
        assert len(busy) == len(set(busy))
        assert len(self.served) == len(set(self.served))
        for agent in offered:
            assert self.agents[agent].state in ("reserved", "ringing")
        for agent in self.talking:
            assert self.agents[agent].state == "on_call"

    def teardown(self) -> None:
        """Once agents take every call, everybody is served: nobody is forgotten."""
        waiting = len(self.line)
        for _ in range(4 * (waiting + len(self.offers) + len(_AGENTS))):
            self.time_passes(60.0)
            for name in list(self.offers):
                self._answer(name, 0)
            for agent in list(self.talking):
                self._end(agent)
        assert len(self.line) == 0

    def _distribute(self) -> None:
        asking = [entry for entry in self.line.ordered() if entry.id not in self.offers]
        views = [machine.view(self.now) for machine in self.agents.values()]
        for assignment in assign(asking, views, self.queues):
            for agent in assignment.agents:
                machine = self.agents[agent]
                assert machine.state == "available"
                machine.receive(Reserved(assignment.entry.call), self.now)
                machine.receive(Ringing(assignment.entry.call), self.now)
            self.offers[assignment.entry.id] = assignment

    def _release(self, name: str, but: str = "") -> None:
        offer = self.offers.pop(name, None)
        for agent in offer.agents if offer is not None else ():
            if agent != but:
                self.agents[agent].receive(Released(name), self.now)

    def _answer(self, name: str, which: int) -> None:
        agents = self.offers[name].agents
        agent = agents[which % len(agents)]
        self._release(name, agent)
        self.line.remove(name)
        self.served.append(name)
        self.talking[agent] = name
        self.agents[agent].receive(OnCall(name), self.now)
        self._distribute()

    def _end(self, agent: str) -> None:
        self.agents[agent].receive(CallOver(self.talking.pop(agent), 15.0), self.now)
        self._distribute()


TestCallCentre = CallCentre.TestCase
TestCallCentre.settings = settings(max_examples=examples(100), stateful_step_count=40, deadline=None)
