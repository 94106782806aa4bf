"""Which call in the line goes to which agent. Pure, in one pass over the line.

Entries are served in the order of the line, over all queues: an agent who serves several takes the call that
is first in any of them. Each entry gets the best free agent of its queue by the queue's strategy, or with
ring-all every free one. When to do this is left to the distributor, ringing to `callback_queue.acd.ringing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from callback_queue.agents.agent import AgentView
from callback_queue.line.waiting_line import Entry
from config.models.agents import Agent
from config.models.queues import Queue

Strategy: TypeAlias = Literal["longest-idle", "ring-all", "round-robin", "skills"]

LANGUAGE_LEVEL = 1
"""How well an agent speaks a language that agents.yaml names and the queue's member does not."""


@dataclass(frozen=True, slots=True)
class MemberRules:
    """How an agent serves a queue.

    Args:
        level: those of level 1 are rung first.
        skills: the agent's level in each skill, 1 is the lowest.
    """

    level: int = 1
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueRules:
    """How a queue distributes; `members` are in their order in queues.yaml."""

    name: str
    strategy: Strategy
    members: Mapping[str, MemberRules]

    @property
    def agents(self) -> tuple[str, ...]:
        """The members' numbers."""
        return tuple(self.members)

    @classmethod
    def of(cls, queue: Queue, agents: Iterable[Agent], language: str) -> QueueRules:
        """The rules of a queue of the site.

        Args:
            queue: its settings.
            agents: all agents of the site, for the languages that they speak.
            language: the site's, for agents who name none.
        """
        spoken = {agent.number: agent.languages or (language,) for agent in agents}
        members = {
            member.agent: MemberRules(
                member.level,
                {**dict.fromkeys(spoken.get(member.agent, ()), LANGUAGE_LEVEL), **member.skills},
            )
            for member in queue.members
        }
        return cls(queue.name, queue.strategy, members)


@dataclass(frozen=True, slots=True)
class Assignment:
    """An entry and the agents to ring for it: one, or with ring-all all that are free."""

    entry: Entry
    agents: tuple[str, ...]


def assign(
    ordered: Sequence[Entry],
    agents: Sequence[AgentView],
    queues: Mapping[str, QueueRules],
    tried: Mapping[str, Collection[str]] | None = None,
) -> list[Assignment]:
    """Bring the entries of the line and the free agents together.

    Args:
        ordered: the entries that want an agent, the next one first.
        agents: all of them; those who are not ready are passed over.
        queues: the rules by name; an entry of an unknown queue waits on.
        tried: agents who were offered an entry and did not take it, by the entry's id: they are offered it
            again only when no other agent is free.

    Returns:
        in the order of the line; no agent is in two of them.
    """
    free = {agent.number: agent for agent in agents if agent.ready and agent.state == "available"}
    found: list[Assignment] = []
    for entry in ordered:
        if not free:
            break
        rules = queues.get(entry.queue)
        been = (tried or {}).get(entry.id, ())
        best = [] if rules is None else ranked(entry, free.values(), rules, been)
        if rules is None or not best:
            continue
        chosen = best if rules.strategy == "ring-all" else best[:1]
        for agent in chosen:
            del free[agent.number]
        found.append(Assignment(entry, tuple(agent.number for agent in chosen)))
    return found


def ranked(
    entry: Entry, agents: Iterable[AgentView], rules: QueueRules, tried: Collection[str] = ()
) -> list[AgentView]:
    """The agents who may serve an entry, the best one first, `tried` ones last, whatever they do now."""
    needed = _needed(entry.skills) if rules.strategy == "skills" else {}
    able = [
        agent
        for agent in agents
        if agent.number in rules.members and _knows(rules.members[agent.number], needed)
    ]
    if len(able) < 2:
        return able  # the usual case in a long line: nothing to compare
    order = {number: index for index, number in enumerate(rules.members)}

    def key(agent: AgentView) -> tuple[float, ...]:
        member = rules.members[agent.number]
        # Ties end with the order in queues.yaml, so that the same line always gives the same answer.
        last = (agent.idle_since, order[agent.number])
        match rules.strategy:
            case "round-robin":
                return (member.level, agent.offered_at, order[agent.number])
            case "skills":
                return (-sum(member.skills[name] for name in needed), member.level, *last)
            case _:
                return (member.level, *last)

    return sorted(able, key=lambda agent: (agent.number in tried, *key(agent)))


def staff(entry: Entry, agents: Iterable[AgentView], rules: QueueRules) -> list[AgentView]:
    """The agents who may serve an entry and are at work: neither offline nor on a break."""
    return [agent for agent in ranked(entry, agents, rules) if agent.state not in ("offline", "break")]


def _needed(skills: Iterable[str]) -> dict[str, int]:
    """Skills with the level that is needed: "zh" is level 1 at least, "billing:3" level 3."""
    levels: dict[str, int] = {}
    for skill in skills:
        name, _, level = skill.partition(":")
        wanted = int(level) if level.isascii() and level.isdigit() else 1
        levels[name] = max(wanted, levels.get(name, 1))
    return levels


def _knows(member: MemberRules, needed: Mapping[str, int]) -> bool:
    return all(member.skills.get(name, 0) >= level for name, level in needed.items())
