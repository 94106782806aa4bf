"""Queues: who waits in them now, and how today has gone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from config import Queue
from console.counts import CallbackCount
from console.models.agents import QueueModel, Queues
from console.overview import Floor, Waiting
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking
from console.services import House

router = APIRouter(prefix="/api/v1/queues", tags=["queues"])


@router.get("")
async def list_queues(token: Looking, house: Asked) -> Queues:
    """All queues with those who wait in them and today's figures."""
    floor = await house.hub.floor()
    if floor is not None and not token.may(Right.SEE_PRIVATE):
        floor = floor.masked()
    now = house.clock()
    items = await queues_now(house, floor, now)
    return Queues(at=now, midnight=house.figures.midnight(now), items=items)


@router.get("/{name}")
async def show_queue(token: Looking, house: Asked, name: Annotated[str, Path(max_length=64)]) -> QueueModel:
    """One queue."""
    for queue in (await list_queues(token, house)).items:
        if queue.name == name:
            return queue
    raise ApiError(404, "There is no queue of that name.")


async def queues_now(house: House, floor: Floor | None, now: float) -> list[QueueModel]:
    """Every queue of the site, as it is.

    Args:
        house: the console.
        floor: who waits and who works; None when no switch answers.
        now: Unix seconds.
    """
    callbacks = await house.counts.callbacks(now)
    tickets = await house.counts.open_tickets()
    today = await house.figures.today()
    return [
        _queue(
            queue,
            floor,
            callbacks.get(queue.name, CallbackCount()),
            tickets.get(queue.name, 0),
            today.get(queue.name, {}),
        )
        for queue in house.site.queues
    ]


def _queue(
    queue: Queue, floor: Floor | None, callbacks: CallbackCount, tickets: int, today: dict[str, object]
) -> QueueModel:
    entries = _entries(queue.name, floor)
    live = [entry.entered_at for entry in entries if entry.kind == "live"]
    members = [agent for agent in floor.agents if agent.number in queue.agents] if floor else []
    known = floor is not None
    return QueueModel(
        name=queue.name,
        service_level_s=queue.service_level,
        members=list(queue.agents),
        live=known,
        waiting=len(live) if known else None,
        oldest_since=min(live, default=None),
        entries=entries,
        free_agents=sum(agent.state == "available" for agent in members) if known else None,
        logged_in=sum(agent.state not in ("offline", "unknown") for agent in members) if known else None,
        callbacks_open=callbacks.open,
        callbacks_due=callbacks.due,
        tickets_open=tickets,
        today=today,
    )


def _entries(name: str, floor: Floor | None) -> list[Waiting]:
    found = [queue.waiting for queue in floor.queues if queue.name == name] if floor else []
    return found[0] if found else []
