"""The truth about a generated day: what happened, as plain lists. `day.py` makes it, `brute.py` counts it."""

from __future__ import annotations

from dataclasses import dataclass, field

POINTS = {"billing": 2, "fault": 5, "order": 1}


@dataclass(slots=True)
class Stay:
    """A live caller in a queue."""

    call: str
    queue: str
    entered: int
    left: int = 0
    why: str = ""
    agent: str = ""
    callback_at: int | None = None


@dataclass(slots=True)
class Talk:
    """An agent's part in a call that came through a queue: stretches of talk and hold."""

    call: str
    agent: str
    queue: str
    callback: bool = False
    connected_by_queue: bool = True
    began: int = 0
    ended: int = 0
    stretches: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A call that came in."""

    call: str
    number: str
    offered: int
    ended: int = 0
    flow: bool = True
    queued: bool = False
    met: bool = False
    work: bool = False


@dataclass(slots=True)
class Callback:
    """A callback."""

    callback: str
    queue: str
    requested: int
    dials: list[int] = field(default_factory=list)
    reached: int | None = None
    closed: int | None = None
    end: str = ""


@dataclass(slots=True)
class Solved:
    """A ticket that somebody solved, and perhaps somebody reopened."""

    at: int
    queue: str
    agent: str
    category: str
    reopened: int | None = None


@dataclass(slots=True)
class Truth:
    """What happened."""

    stays: list[Stay] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    offers: list[tuple[int, str, str]] = field(default_factory=list)  # at, queue, agent
    missed: list[tuple[int, str, str, str]] = field(default_factory=list)  # at, queue, agent, outcome
    states: list[tuple[str, int, int, str, str]] = field(
        default_factory=list
    )  # agent, from, to, state, reason
    wraps: list[tuple[str, str, int, int]] = field(default_factory=list)  # agent, queue, from, to
    surveys: list[tuple[int, str, str, int | None]] = field(default_factory=list)  # at, queue, agent, score
    answers: list[tuple[int, str, str, int]] = field(default_factory=list)
    transfers: list[tuple[int, str, str, str, str]] = field(
        default_factory=list
    )  # at, agent, queue, to, queue
    solved: list[Solved] = field(default_factory=list)
