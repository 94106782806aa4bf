"""The current overview from the switch: who is waiting, what agents do, which calls are in progress.

The switch answers the command `overview`; here its answer becomes the shape that the API promises,
whatever version of the switch gave it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from cdr.calls.search import CallList
from config import Queue, Site
from console.masking import mask_number
from control.client import SwitchClient

# The overview does not wait for a slow database, in seconds.
_PATIENCE = 1.0


class Waiting(BaseModel):
    """Somebody in a queue."""

    entry: str = Field(description="The id of this stay in the line.")
    queue: str
    kind: Literal["live", "callback"] = Field(description="On the line, or waiting to be called back.")
    call: str = Field(description="The call, empty for a callback that is not being made yet.")
    callback: str = Field(description="The callback's id, empty for a caller on the line.")
    position: int = Field(description="Position in the line; 1 is next.")
    tier: str
    priority: int
    arrival: float = Field(description="Since when they wait, Unix seconds: the first arrival of a callback.")
    entered_at: float = Field(description="When they joined this queue, Unix seconds.")
    number: str = Field(description="The caller's number, masked for the role read.")
    offered: list[str] = Field(description="Agents whose phones ring for them.")


class QueueLine(BaseModel):
    """One queue."""

    name: str
    waiting: list[Waiting] = Field(description="In the order in which they will be served.")


class QueueNow(BaseModel):
    """One queue in figures. What only a switch knows is null while none answers."""

    waiting: int | None = Field(description="Callers waiting on the line; callbacks are counted separately.")
    oldest_since: float | None = Field(
        description="When the longest-waiting caller on the line joined the queue, Unix seconds."
    )
    callbacks_waiting: int | None = Field(description="Callbacks whose time has come, waiting in the line.")
    entries: list[Waiting] = Field(description="Everybody in the line, callbacks too, in order.")
    free_agents: int | None = Field(description="Agents of the queue who are available.")
    logged_in: int | None = Field(description="Agents of the queue who are not offline.")


class AgentNow(BaseModel):
    """One agent."""

    number: str
    name: str
    state: str = Field(description="offline, available, reserved, ringing, on_call, wrap_up or break.")
    since: float = Field(description="Since when, Unix seconds; 0 when nobody knows.")
    reason: str = Field(description='Of a break ("lunch") or a pause ("no_answer").')
    why: str = Field(description="What brought the state about, for people.")
    call: str = Field(description="The call that the state is about.")
    queues: list[str] = Field(description="The queues that the agent serves.")
    phones: int = Field(description="Registered phones.")
    mobile: bool = Field(description="Whether calls go to the agent's mobile.")


class CallNow(BaseModel):
    """One call in progress."""

    call: str
    since: float = Field(description="When it began, Unix seconds; 0 when nobody knows (yet).")
    caller: str = Field(description="The number that calls, masked for the role read.")
    called: str = Field(description="The number that was dialled.")
    queue: str = Field(description="The queue that it waits in or came from.")
    agents: list[str] = Field(description="Agents who take part.")


class AlarmNow(BaseModel):
    """Something that is wrong."""

    alarm: str = Field(description="What: disk_low, trunk_down ... (docs/alarms.md).")
    subject: str = Field(description="Which trunk, ticket or folder; empty where there is only one.")
    text: str = Field(description="In a few words, in English.")
    raised_at: float = Field(description="Since when, Unix seconds.")


class Overview(BaseModel):
    """Everything at one moment."""

    at: float = Field(description="When, Unix seconds.")
    queues: list[QueueLine]
    agents: list[AgentNow]
    calls: list[CallNow]
    alarms: list[AlarmNow] = Field(default=[], description="What is wrong now, oldest first.")

    def queue(self, queue: Queue) -> QueueNow:
        """One queue: the figures that the API, the pages, the metrics and `hotline queues` show."""
        entries = next((line.waiting for line in self.queues if line.name == queue.name), [])
        members = [agent for agent in self.agents if agent.number in queue.agents]
        live = [entry.entered_at for entry in entries if entry.kind == "live"]
        return QueueNow(
            waiting=len(live),
            oldest_since=min(live, default=None),
            callbacks_waiting=len(entries) - len(live),
            entries=entries,
            free_agents=sum(agent.state == "available" for agent in members),
            logged_in=sum(agent.state not in ("offline", "unknown") for agent in members),
        )

    def masked(self) -> Overview:
        """The same without numbers of people outside."""
        queues = [
            queue.model_copy(
                update={
                    "waiting": [
                        one.model_copy(update={"number": mask_number(one.number)}) for one in queue.waiting
                    ]
                }
            )
            for queue in self.queues
        ]
        calls = [
            call.model_copy(update={"caller": mask_number(call.caller), "called": mask_number(call.called)})
            for call in self.calls
        ]
        return self.model_copy(update={"queues": queues, "calls": calls})


UNKNOWN = QueueNow(
    waiting=None, oldest_since=None, callbacks_waiting=None, entries=[], free_agents=None, logged_in=None
)
"""A queue while no switch answers."""


class OverviewReader:
    """Asks the switch for its overview.

    Args:
        switch: whom to ask.
        calls: has what the switch does not tell about calls, such as when they began.
        site: knows names and members.
        clock: Unix seconds.
    """

    def __init__(self, switch: SwitchClient, calls: CallList, site: Site, clock: Callable[[], float]) -> None:
        self._switch = switch
        self._calls = calls
        self._site = site
        self._clock = clock
        self._entered: dict[str, float] = {}
        self._queues: dict[str, str] = {}
        self._begun: dict[str, Row[Any]] = {}

    def use(self, site: Site) -> None:
        """Take names and members from this version of the site."""
        self._site = site

    async def read(self) -> Overview:
        """The overview now.

        Raises:
            NotRunning, BadAnswer, Refused: as `SwitchClient.ask`.
        """
        answer = await self._switch.ask("overview")
        now = self._clock()
        told = {_text(call, "call"): call for call in _rows(answer, "calls")}
        agents = self._agents(_rows(answer, "agents"))
        here = {*told, *(agent.call for agent in agents if agent.state == "on_call")} - {""}
        await self._look_up(here)
        callers = {call: self._caller(call, told.get(call, {})) for call in here}
        queues = [self._queue(queue, now, callers) for queue in _rows(answer, "queues")]
        entries = [one for queue in queues for one in queue.waiting]
        waiting = {one.call: one.queue for one in entries if one.call}
        self._queues = {call: queue for call, queue in {**self._queues, **waiting}.items() if call in here}
        ids = {one.entry for one in entries}
        self._entered = {entry: at for entry, at in self._entered.items() if entry in ids}
        calls = [self._call(call, told.get(call, {}), agents) for call in sorted(here)]
        calls.sort(key=lambda call: call.since)
        alarms = [
            AlarmNow(
                alarm=_text(one, "alarm"),
                subject=_text(one, "subject"),
                text=_text(one, "text"),
                raised_at=float(one.get("raised_at") or 0.0),
            )
            for one in _rows(answer, "alarms")
        ]
        return Overview(at=now, queues=queues, agents=agents, calls=calls, alarms=alarms)

    async def _look_up(self, here: Collection[str]) -> None:
        """Ask the database for the beginnings of calls; without an answer they are not known."""
        self._begun = {call: row for call, row in self._begun.items() if call in here}
        new = [call for call in here if call not in self._begun]
        if new:
            with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    self._begun |= await self._calls.begun(new)

    def _caller(self, call: str, told: Mapping[str, Any]) -> str:
        row = self._begun.get(call)
        return _text(told, "caller") or (row.number if row is not None else "")

    def _call(self, call: str, told: Mapping[str, Any], agents: Iterable[AgentNow]) -> CallNow:
        row = self._begun.get(call)
        return CallNow(
            call=call,
            since=row.started if row is not None else 0.0,
            caller=self._caller(call, told),
            called=_text(told, "called") or (row.dialled if row is not None else ""),
            queue=self._queues.get(call, ""),
            agents=[agent.number for agent in agents if agent.call == call and agent.state == "on_call"],
        )

    def unknown(self) -> Overview:
        """The overview while no switch answers: everybody is there, and nobody knows what they do."""
        queues = [QueueLine(name=queue.name, waiting=[]) for queue in self._site.queues]
        return Overview(at=self._clock(), queues=queues, agents=self._agents([]), calls=[])

    def _queue(self, queue: Mapping[str, Any], now: float, callers: Mapping[str, str]) -> QueueLine:
        name = _text(queue, "queue") or _text(queue, "name")
        waiting = [self._waiting(name, entry, now, callers) for entry in _rows(queue, "waiting")]
        return QueueLine(name=name, waiting=waiting)

    def _waiting(
        self, queue: str, entry: Mapping[str, Any], now: float, callers: Mapping[str, str]
    ) -> Waiting:
        key = _text(entry, "entry")
        # The switch tells how long somebody waits, which changes all the time; since when does not.
        since = _number(entry, "entered_at") or now - _number(entry, "wait_s")
        call = _text(entry, "call")
        return Waiting(
            entry=key,
            queue=queue,
            kind="callback" if entry.get("kind") == "callback" else "live",
            call=call,
            callback=_text(entry, "callback"),
            position=int(_number(entry, "position")),
            tier=_text(entry, "tier") or "ordinary",
            priority=int(_number(entry, "priority")),
            arrival=_number(entry, "arrival"),
            entered_at=self._entered.setdefault(key, since),
            number=_text(entry, "number") or callers.get(call, ""),
            offered=[str(agent) for agent in entry.get("offered") or ()],
        )

    def _agents(self, told: Iterable[Mapping[str, Any]]) -> list[AgentNow]:
        """Every agent of the site in its order, then those whom only the switch knows still."""
        states = {_text(agent, "agent") or _text(agent, "number"): agent for agent in told}
        names = {agent.number: agent.name for agent in self._site.agents}
        return [self._agent(number, names, states.get(number, {})) for number in {**names, **states}]

    def _agent(self, number: str, names: Mapping[str, str], told: Mapping[str, Any]) -> AgentNow:
        return AgentNow(
            number=number,
            name=names.get(number) or _text(told, "name"),
            state=_text(told, "state") or "unknown",
            since=_number(told, "since"),
            reason=_text(told, "reason"),
            why=_text(told, "why"),
            call=_text(told, "call"),
            queues=[queue.name for queue in self._site.queues if number in queue.agents],
            phones=int(_number(told, "phones")),
            mobile=told.get("mobile") is True,
        )


def _rows(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects, or an object of objects whose keys name them."""
    found = told.get(name)
    if isinstance(found, Mapping):
        return [{"name": key, **value} for key, value in found.items() if isinstance(value, Mapping)]
    return [row for row in found or () if isinstance(row, Mapping)]


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _number(told: Mapping[str, Any], name: str) -> float:
    value = told.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
