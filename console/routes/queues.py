"""Queues: who is waiting now, and today's figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from config import Queue
from console.counts import CallbackCount
from console.models.agents import QueueModel, Queues
from console.overview import UNKNOWN, Overview
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking
from console.services import Services

router = APIRouter(prefix="/api/v1/queues", tags=["queues"])


@router.get("")
async def list_queues(token: Looking, services: Asked) -> Queues:
    """All queues with those who wait in them and today's figures."""
    overview = await services.hub.overview()
    if overview is not None and not token.may(Right.SEE_PRIVATE):
        overview = overview.masked()
    now = services.clock()
    items = await queues_now(services, overview, now)
    return Queues(at=now, midnight=services.figures.midnight(now), items=items)


@router.get("/{name}")
async def show_queue(
    token: Looking, services: Asked, name: Annotated[str, Path(max_length=64)]
) -> QueueModel:
    """One queue."""
    for queue in (await list_queues(token, services)).items:
        if queue.name == name:
            return queue
    raise ApiError(404, "There is no queue with that name.")


async def queues_now(services: Services, overview: Overview | None, now: float) -> list[QueueModel]:
    """Every queue of the site, as it is.

    Args:
        services: the console.
        overview: who waits and who works; None when no switch answers.
        now: Unix seconds.
    """
    callbacks = await services.counts.callbacks(now)
    tickets = await services.counts.open_tickets()
    today = await services.figures.today()
    return [
        _queue(
            queue,
            overview,
            callbacks.get(queue.name, CallbackCount()),
            tickets.get(queue.name, 0),
            today.get(queue.name, {}),
        )
        for queue in services.site.queues
    ]


def _queue(
    queue: Queue, overview: Overview | None, callbacks: CallbackCount, tickets: int, today: dict[str, object]
) -> QueueModel:
    now = UNKNOWN if overview is None else overview.queue(queue)
    return QueueModel(
        **dict(now),
        name=queue.name,
        service_level_s=queue.service_level,
        members=list(queue.agents),
        live=overview is not None,
        callbacks_open=callbacks.open,
        callbacks_due=callbacks.due,
        tickets_open=tickets,
        today=today,
    )
