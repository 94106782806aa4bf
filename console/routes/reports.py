"""Reports: figures of queues and agents over a stretch of time, and what each was counted from."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Query

from cdr.figures.counter import FigureCounter, Row
from cdr.figures.windows import Interval
from console.figures import By
from console.models.reports import Behind, Report, ReportRow
from console.problems import ApiError
from console.security import Asked, Looking
from console.services import Services

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

LONGEST_DAYS = 400

From: TypeAlias = Annotated[float, Query(alias="from", ge=0, le=1e11, description="Unix seconds.")]
Until: TypeAlias = Annotated[
    float | None, Query(ge=0, le=1e11, description="Unix seconds; left out: until now.")
]


@router.get("/{by}")
async def show_report(
    token: Looking,
    services: Asked,
    by: By,
    start: From,
    until: Until = None,
    interval: Annotated[Interval, Query(description="The interval.")] = "whole",
) -> Report:
    """The figures of all queues or all agents, as `hotline report` shows them."""
    start, end = _span(services, start, until)
    try:
        counter = await services.figures.report(start, end, interval)
    except ValueError as error:
        raise ApiError(422, f"{error}.") from None
    totals = counter.queue_totals() if by == "queues" else counter.agent_totals()
    rows = [_row(services, by, row) for row in totals]
    return Report(
        start=start,
        end=end,
        interval=interval,
        items=[row for row in rows if row.name],
        total=rows[-1],
        intervals=[] if interval == "whole" else [_row(services, by, row) for row in _cut(counter, by)],
    )


@router.get("/{by}/{name}/behind/{figure}")
async def show_behind(
    token: Looking,
    services: Asked,
    by: By,
    name: Annotated[str, Path(max_length=64)],
    figure: Annotated[str, Path(max_length=64, description="A figure's name.")],
    start: From,
    until: Until = None,
) -> Behind:
    """The calls (callbacks, tickets) that a figure was counted from."""
    ids = await services.figures.behind(by, name, figure, *_span(services, start, until))
    return Behind(kind=kind_of(figure), ids=ids)


def kind_of(figure: str) -> str:
    """What the ids behind a figure name."""
    if figure in ("solved", "points"):
        return "ticket"
    is_callback = figure.startswith(("callbacks_", "callback_", "time_to_")) and figure != "callback_left"
    return "callback" if is_callback else "call"


def _span(services: Services, start: float, until: float | None) -> tuple[float, float]:
    end = until if until is not None else services.clock()
    if not start < end:
        raise ApiError(422, "`until` must be after `from`.")
    if end - start > LONGEST_DAYS * 86400:
        raise ApiError(422, f"At most {LONGEST_DAYS} days at a time.")
    return start, end


def _cut(counter: FigureCounter, by: By) -> list[Row]:
    return counter.queues() if by == "queues" else counter.agents()


def _row(services: Services, by: By, row: Row) -> ReportRow:
    label = services.names.agent(row.name) if by == "agents" else row.name
    return ReportRow(
        name=row.name, label=label or row.name, start=row.start, end=row.end, figures=row.figures
    )
