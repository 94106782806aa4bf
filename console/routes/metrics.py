"""/metrics for Prometheus; needs a token."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from console.metrics import of_overview, of_queues, of_recorder
from console.routes.queues import queues_now
from console.security import Asked, Looking
from console.services import Services
from control.client import BadAnswer, NotRunning, Refused

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(token: Looking, services: Asked) -> Response:
    """All metrics in the Prometheus text format."""
    now = services.clock()
    overview = await services.hub.overview()
    queues = await queues_now(services, overview, now)
    families = [*of_overview(overview), *of_queues(queues, now), *of_recorder(await _lag(services))]
    return Response(services.metrics.text(families), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _lag(services: Services) -> float | None:
    """Events that the recorder has not taken in yet, as the switch counts them; None when nobody knows."""
    try:
        status = await services.switch.ask("status")
    except (NotRunning, BadAnswer, Refused):
        return None
    recorder = status.get("recorder")
    lag = recorder.get("lag") if isinstance(recorder, dict) else None
    return float(lag) if isinstance(lag, int | float) else None
