"""Calls: list, show with events, play recordings, hang up."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse
from sqlalchemy import Row

from cdr.calls.search import CallQuery, ListPosition
from console.figures import By
from console.masking import mask_event, mask_number, seen_event
from console.models.calls import CallModel, CallPage, CallShort, EventModel, Events, RecordingModel
from console.models.common import Limit
from console.models.tickets import Accepted
from console.problems import ApiError
from console.recordings import AUDIO_ANSWER, recording
from console.roles import Right
from console.routes.reports import kind_of
from console.security import Asked, HangingUp, Looking, SeeingPrivate, require
from console.services import Services
from console.tokens import Token

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])

Id = Annotated[str, Path(max_length=128, description="The call's id.")]
Word = Annotated[str, Query(max_length=64)]
Time = Annotated[float | None, Query(ge=0, le=1e11, description="Unix seconds.")]

_DETAILS = ("legs", "segments", "steps", "stays", "offers", "contacts", "transfers")


@router.get("")
async def list_calls(
    token: Looking,
    services: Asked,
    start: Annotated[Time, Query(alias="from", description="Begun at this time or later.")] = None,
    until: Annotated[Time, Query(description="Begun before this time.")] = None,
    queue: Word = "",
    agent: Annotated[str, Query(max_length=64, description="An agent's number.")] = "",
    number: Annotated[str, Query(max_length=64, description="The customer's number, or how it ends.")] = "",
    outcome: Word = "",
    direction: Word = "",
    ticket: Word = "",
    callback: Word = "",
    customer: Word = "",
    figure: Annotated[
        str,
        Query(
            max_length=200,
            description="Those that a figure was counted from, of the time `from`..`until`: "
            "queues/NAME/FIGURE or agents/NUMBER/FIGURE.",
        ),
    ] = "",
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
) -> CallPage:
    """Calls, the newest first, those that go on among them."""
    if number:
        # Who sees numbers masked could find them out by asking for one digit more each time.
        require(token, Right.SEE_PRIVATE)
    behind = await _behind(services, figure, start, until) if figure else {"start": start, "end": until}
    wanted = CallQuery(
        **behind,
        queue=queue,
        agent=agent,
        number=number,
        outcome=outcome,
        direction=direction,
        ticket=ticket,
        callback=callback,
        customer=customer,
    )
    found = await services.calls.list(wanted, _place(cursor), limit + 1)
    shown = found[:limit]
    names = await services.names.customers(row.customer for row in shown)
    more = len(found) > limit
    return CallPage(
        items=[CallShort(**_short(token, row, names)) for row in shown],
        next=str(ListPosition(shown[-1].started, shown[-1].call)) if more else None,
    )


@router.get("/{call}")
async def show_call(token: Looking, services: Asked, call: Id) -> CallModel:
    """One call with its legs, stretches, path, offers and recordings."""
    row = await _find(services, call)
    private = not token.may(Right.SEE_PRIVATE)
    body = mask_event(row.body) if private else row.body
    recordings = [] if private else row.body.get("recordings", [])
    return CallModel(
        **_short(token, row, await services.names.customers([row.customer])),
        original_called=body.get("original_called", ""),
        digits=body.get("digits", ""),
        survey_offered=body.get("survey_offered", False),
        **{name: body.get(name, []) for name in _DETAILS},
        audio=[
            RecordingModel(
                index=index,
                started=one.get("started"),
                recorded_ms=one.get("recorded_ms", 0),
                url=f"/api/v1/calls/{call}/recordings/{index}",
            )
            for index, one in enumerate(recordings)
        ],
        tickets=row.body.get("tickets", []),
        callbacks=[] if private else row.body.get("callbacks", []),
    )


@router.get("/{call}/events")
async def show_events(token: Looking, services: Asked, call: Id) -> Events:
    """Every event of a call, in order: what its record was made from."""
    stored = await services.events.events_of(call)
    private = token.may(Right.SEE_PRIVATE)
    return Events(
        items=[
            EventModel(
                id=one.id,
                at=one.at,
                kind=one.kind,
                switch=one.switch,
                event=seen_event(one.kind, one.body, private=private, keys=services.shows_keys),
            )
            for one in stored
        ]
    )


@router.get("/{call}/recordings/{index}", response_class=FileResponse, responses={**AUDIO_ANSWER})
async def play_recording(
    token: SeeingPrivate, services: Asked, call: Id, index: Annotated[int, Path(ge=0, le=1000)]
) -> FileResponse:
    """One recording of a call: `index` of its `audio`."""
    recordings = (await _find(services, call)).body.get("recordings", [])
    if index >= len(recordings):
        raise ApiError(404, f"The call has {len(recordings)} recordings.")
    return recording(services.recordings, recordings[index]["file"])


@router.post("/{call}/hang-up", status_code=202)
async def hang_up(token: HangingUp, services: Asked, call: Id) -> Accepted:
    """Hang up a call in progress."""
    await services.switch.ask("hangup", call=call, by=token.signature)
    return Accepted()


async def _find(services: Services, call: str) -> Row[Any]:
    row = await services.calls.get(call)
    if row is None:
        raise ApiError(404, "There is no call with that id.")
    return row


async def _behind(
    services: Services, figure: str, start: float | None, until: float | None
) -> dict[str, Any]:
    """What narrows the list to the calls behind a figure."""
    by, _, rest = figure.partition("/")
    name, _, count = rest.rpartition("/")
    end = until if until is not None else services.clock()
    if by not in ("queues", "agents") or not name or start is None or not start < end:
        raise ApiError(422, "`figure` is queues/NAME/FIGURE or agents/NUMBER/FIGURE, and needs `from`.")
    ids = await services.figures.behind(cast(By, by), name, count, start, end)
    return {"ids": ids} if kind_of(count) == "call" else {"matters": ids}


def _place(cursor: str | None) -> ListPosition | None:
    if cursor is None:
        return None
    try:
        return ListPosition.parse(cursor)
    except ValueError:
        raise ApiError(422, "`cursor` is what `next` was on the page before.") from None


def _short(token: Token, row: Row[Any], names: dict[str, str]) -> dict[str, Any]:
    """The fields of `CallShort`."""
    values = {name: row._mapping[name] for name in CallShort.model_fields if name in row._mapping}
    values["queues"] = [name for name in row.queues.split("|") if name]
    values["agents"] = [name for name in row.agents.split("|") if name]
    values["customer_name"] = names.get(row.customer, "")
    if not token.may(Right.SEE_PRIVATE):
        values |= {name: mask_number(values[name]) for name in ("caller", "dialled", "number")}
    return values
