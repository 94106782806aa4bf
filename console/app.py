"""The application: all routes with everything around them, for one set of services."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from console.middleware import BodyLimit, Headers, Timing
from console.problems import RESPONSES, Problem, install
from console.routes import (
    agents,
    callbacks,
    calls,
    customers,
    live,
    metrics,
    page,
    queues,
    reports,
    site,
    tickets,
)
from console.services import Services

log = logging.getLogger(__name__)

_ABOUT = """
Calls, tickets, callbacks, agents and queues of one hotline, as it is and as it was.

Every request needs a token (`hotline token create`), sent as `Authorization: Bearer TOKEN`. Times are Unix
seconds, durations milliseconds (`_ms`) or seconds (`_s`). Lists come in pages: give `next` of one page as
`cursor` for the next. Answers are read from the database; a change goes to the switch, which writes it into
its journal, and is answered 202: it is seen here a moment later. Errors are `application/problem+json`. What
happens is sent at once over the WebSocket `/api/v1/live` (docs/api.md).
"""


def create_app(services: Services) -> FastAPI:
    """Make the application.

    Args:
        services: what it works with; its database's connections are closed when the application ends.
    """

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(services.hub.run()), asyncio.create_task(services.follow_site())]
        for task in tasks:
            task.add_done_callback(_complain)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await services.engine.dispose()

    app = FastAPI(
        title="hotline",
        version="1",
        description=_ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
    )
    app.state.services = services
    install(app)
    for part in (calls, tickets, callbacks, agents, queues, reports, customers, site):
        app.include_router(part.router, responses=RESPONSES)
    for other in (live, metrics, page):
        app.include_router(other.router)
    app.mount("/static", StaticFiles(directory=page.PAGES / "static"))
    # The last one added is the outermost.
    app.add_middleware(Timing, histogram=services.metrics.requests)
    app.add_middleware(BodyLimit)
    app.add_middleware(Headers)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the shape of problems among the schemas, where the responses of every route refer to it."""
    schema = app.openapi()
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, inner in own.pop("$defs", {}).items():
        schemas[name] = inner
    schemas["Problem"] = own


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a background task of the console has stopped", exc_info=task.exception())
