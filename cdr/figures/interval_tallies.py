"""The counts of a report: one tally for each queue, agent and all calls in each interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdr.figures.tallies import AgentTally, CallTally, QueueTally
from cdr.figures.windows import Windows


@dataclass(frozen=True, slots=True)
class QueueThresholds:
    """A queue's thresholds in milliseconds: answered in time up to the first, too short below the second."""

    service_level_ms: int = 20_000
    short_abandon_ms: int = 5_000


@dataclass(frozen=True, slots=True)
class FigureRules:
    """What of a site's settings shapes figures, where its switches have not told theirs (`SettingsApplied`).

    Args:
        thresholds: by queue; `QueueThresholds()` for others.
        points: of a solved ticket by category; 0 for others.
        repeat_ms: a call by the same number within so long after one that ended in a flow is a repeat of it.
        queue: count contacts of this queue alone; None for all.
        agent: count this agent alone; None for all.
        calls: remember what each count was made from. Without it memory does not grow with the calls.
    """

    thresholds: Mapping[str, QueueThresholds] = field(default_factory=dict)
    points: Mapping[str, int] = field(default_factory=dict)
    repeat_ms: int = 24 * 3_600_000
    queue: str | None = None
    agent: str | None = None
    calls: bool = True


class IntervalTallies:
    """All tallies of a report.

    Args:
        windows: the intervals.
        rules: what is counted.
    """

    __slots__ = ("agents", "all_calls", "queues", "rules", "switch", "windows")

    def __init__(self, windows: Windows, rules: FigureRules) -> None:
        self.windows = windows
        self.rules = rules
        self.switch = ""
        """Whose events come next."""
        self.queues: dict[tuple[str, int], QueueTally] = {}
        self.agents: dict[tuple[str, int], AgentTally] = {}
        self.all_calls: dict[int, CallTally] = {}

    def queue(self, name: str, at: int) -> QueueTally | None:
        """The tally of a queue at a moment; None outside the report, and for no queue."""
        index = self.windows.index(at)
        if index is None or not name or self.rules.queue not in (None, name):
            return None
        tally = self.queues.get((name, index))
        if tally is None:
            tally = self.queues[name, index] = QueueTally()
        return tally

    def agent(self, number: str, at: int, queue: str | None = None) -> AgentTally | None:
        """The tally of an agent at a moment.

        Args:
            number: whose.
            at: when.
            queue: through which the contact came, "" for none; None for what belongs to no contact.
        """
        index = self.windows.index(at)
        if index is None or (queue is not None and self.rules.queue not in (None, queue)):
            return None
        return self.agent_in(number, index)

    def agent_in(self, number: str, index: int) -> AgentTally | None:
        """The tally of an agent in an interval; None for no agent, and for one outside the report."""
        if not number or self.rules.agent not in (None, number):
            return None
        tally = self.agents.get((number, index))
        if tally is None:
            tally = self.agents[number, index] = AgentTally()
        return tally

    def calls(self, at: int) -> CallTally | None:
        """The tally of all calls at a moment; None outside the report."""
        index = self.windows.index(at)
        if index is None:
            return None
        tally = self.all_calls.get(index)
        if tally is None:
            tally = self.all_calls[index] = CallTally()
        return tally

    def note(self, tally: QueueTally | AgentTally | CallTally, name: str, what: str) -> None:
        """Remember what was counted, if that is wanted."""
        if self.rules.calls:
            tally.note(name, what)
