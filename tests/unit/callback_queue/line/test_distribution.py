"""Who in the line goes to which agent: strategies, levels, skills, several queues."""

from __future__ import annotations

from callback_queue.agents.agent import AgentView
from callback_queue.line.distribution import MemberRules, QueueRules, assign, ranked, staff
from callback_queue.line.waiting_line import Entry
from config.models.agents import Agent
from config.models.queues import Queue
from tests.unit.callback_queue.people import free, rules, waiting


def _who(entries: list[Entry], agents: list[AgentView], *queues: QueueRules) -> dict[str, tuple[str, ...]]:
    found = assign(entries, agents, {queue.name: queue for queue in queues})
    return {assignment.entry.id: assignment.agents for assignment in found}


def test_the_longest_idle_agent_is_first() -> None:
    agents = [free("1001", 30), free("1002", 10), free("1003", 20)]
    entries = [waiting("a", 1), waiting("b", 2)]
    assert _who(entries, agents, rules("longest-idle", "1001", "1002", "1003")) == {
        "a": ("1002",),
        "b": ("1003",),
    }


def test_among_equals_the_order_of_the_members_decides() -> None:
    agents = [free("1001"), free("1002")]
    assert _who([waiting("a", 1)], agents, rules("longest-idle", "1002", "1001")) == {"a": ("1002",)}


def test_round_robin_goes_on_behind_the_last_one_whoever_is_idle_longest() -> None:
    queue = rules("round-robin", "1001", "1002", "1003")
    offered = {"1001": 0.0, "1002": 0.0, "1003": 0.0}
    turns = []
    for turn in range(1, 8):
        agents = [
            free(number, idle_since=-turn * i, offered_at=at)
            for i, (number, at) in enumerate(offered.items())
        ]
        ((chosen,),) = _who([waiting("a", 1)], agents, queue).values()
        offered[chosen] = float(turn)
        turns.append(chosen)
    assert turns == ["1001", "1002", "1003", "1001", "1002", "1003", "1001"]


def test_ring_all_rings_every_free_member_for_one_caller() -> None:
    agents = [free("1001", 5), free("1002", 1), AgentView("1003", "on_call", 0.0), free("1004")]
    queue = rules("ring-all", "1001", "1002", "1003")
    assert _who([waiting("a", 1), waiting("b", 2)], agents, queue) == {"a": ("1002", "1001")}


def test_level_two_is_rung_when_nobody_of_level_one_is_free() -> None:
    queue = rules("longest-idle", "1001", a1002=MemberRules(level=2))
    both = [free("1001", 99), free("1002", 1)]
    assert _who([waiting("a", 1)], both, queue) == {"a": ("1001",)}
    assert _who([waiting("a", 1), waiting("b", 2)], both, queue) == {"a": ("1001",), "b": ("1002",)}


def test_a_skill_goes_to_who_has_it_and_to_the_best_of_them() -> None:
    queue = rules(
        "skills",
        "1001",
        a1002=MemberRules(skills={"zh": 2}),
        a1003=MemberRules(skills={"zh": 3}),
        a1004=MemberRules(skills={"zh": 3}),
    )
    agents = [free("1001", 0), free("1002", 1), free("1003", 9), free("1004", 5)]
    needs = waiting("a", 1, skills=frozenset({"zh"}))
    assert [agent.number for agent in ranked(needs, agents, queue)] == ["1004", "1003", "1002"]
    higher = waiting("a", 1, skills=frozenset({"zh:3"}))
    assert [agent.number for agent in ranked(higher, agents, queue)] == ["1004", "1003"]
    both = waiting("a", 1, skills=frozenset({"zh", "billing"}))
    assert ranked(both, agents, queue) == []
    assert ranked(waiting("a", 1), agents, queue)[0].number == "1001"


def test_of_a_skill_that_is_needed_twice_the_higher_level_counts() -> None:
    queue = rules("skills", a1001=MemberRules(skills={"zh": 2}))
    for pair in ({"zh", "zh:3"}, {"zh:2", "zh:3"}, {"zh:3", "zh:1"}, {"zh:4", "zh:2"}):
        assert ranked(waiting("a", 1, skills=frozenset(pair)), [free("1001")], queue) == []


def test_who_needs_a_skill_that_nobody_free_has_lets_the_next_ones_pass() -> None:
    queue = rules("skills", "1001")
    entries = [waiting("a", 1, skills=frozenset({"zh"})), waiting("b", 2)]
    assert _who(entries, [free("1001")], queue) == {"b": ("1001",)}


def test_other_strategies_do_not_ask_for_skills() -> None:
    entry = waiting("a", 1, skills=frozenset({"zh"}))
    assert _who([entry], [free("1001")], rules("longest-idle", "1001")) == {"a": ("1001",)}


def test_an_agent_of_two_queues_takes_whoever_is_first_in_either() -> None:
    queues = (rules("longest-idle", "1001", name="sales"), rules("longest-idle", "1001"))
    entries = [waiting("a", 1), waiting("b", 2, queue="sales")]
    assert _who(entries, [free("1001")], *queues) == {"a": ("1001",)}
    assert _who(entries[::-1], [free("1001")], *queues) == {"b": ("1001",)}


def test_only_agents_who_are_ready_are_chosen() -> None:
    agents = [
        AgentView("1001", "break", 0.0),
        AgentView("1002", "available", 0.0, 0.0, ready=False),
        AgentView("1003", "wrap_up", 0.0),
    ]
    assert _who([waiting("a", 1)], agents, rules("longest-idle", "1001", "1002", "1003")) == {}


def test_an_entry_of_a_queue_that_is_gone_waits_on() -> None:
    entries = [waiting("a", 1, queue="gone"), waiting("b", 2)]
    assert _who(entries, [free("1001")], rules("longest-idle", "1001")) == {"b": ("1001",)}


def test_staff_are_those_who_are_there_busy_or_not() -> None:
    agents = [
        free("1001"),
        AgentView("1002", "on_call", 0.0),
        AgentView("1003", "break", 0.0),
        AgentView("1004", "offline", 0.0),
        free("1005"),
    ]
    queue = rules("longest-idle", "1001", "1002", "1003", "1004")
    assert {agent.number for agent in staff(waiting("a", 1), agents, queue)} == {"1001", "1002"}


def test_the_rules_of_a_site_count_spoken_languages_as_skills_of_level_one() -> None:
    queue = Queue.model_validate(
        {
            "name": "support",
            "strategy": "skills",
            "members": [1001, {"agent": 1002, "level": 2, "skills": {"zh": 3, "billing": 2}}],
        }
    )
    agents = [
        Agent.model_validate({"number": 1001, "name": "A"}),
        Agent.model_validate({"number": 1002, "name": "B", "languages": ["zh", "en"]}),
    ]
    made = QueueRules.of(queue, agents, "ko")
    assert made.agents == ("1001", "1002")
    assert made.members["1001"] == MemberRules(1, {"ko": 1})
    assert made.members["1002"] == MemberRules(2, {"zh": 3, "en": 1, "billing": 2})
