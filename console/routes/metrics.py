"""/metrics for Prometheus, with a token like everything else that says how business goes."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from console.metrics import of_floor, of_queues, of_recorder
from console.routes.queues import queues_now
from console.security import Asked, Looking
from console.services import House
from control.client import BadAnswer, NotRunning, Refused

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(token: Looking, house: Asked) -> Response:
    """All metrics in the Prometheus text format."""
    now = house.clock()
    floor = await house.hub.floor()
    queues = await queues_now(house, floor, now)
    families = [*of_floor(floor), *of_queues(queues, now), *of_recorder(await _lag(house))]
    return Response(house.metrics.text(families), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _lag(house: House) -> float | None:
    """Events that the recorder has not taken in yet, as the switch counts them; None when nobody knows."""
    try:
        status = await house.switch.ask("status")
    except (NotRunning, BadAnswer, Refused):
        return None
    recorder = status.get("recorder")
    lag = recorder.get("lag") if isinstance(recorder, dict) else None
    return float(lag) if isinstance(lag, int | float) else None
