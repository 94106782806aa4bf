"""Callbacks: list, show, make due now, reschedule, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias, get_args

from fastapi import APIRouter, Path, Query

from callback_queue.callbacks.store import CallbackView
from console.masking import mask_number, mask_text
from console.models.common import Cursor, Limit, Page, next_of, offset_of
from console.models.tickets import Accepted, CallbackModel, Reschedule
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking, Working, require
from console.services import Services
from console.tokens import Token

router = APIRouter(prefix="/api/v1/callbacks", tags=["callbacks"])

CallbackState: TypeAlias = Literal["waiting", "leased", "dialling", "closed"]
STATES: tuple[CallbackState, ...] = get_args(CallbackState)
Id = Annotated[str, Path(max_length=32, description="The callback's id, such as 100001.1.")]


@router.get("")
async def list_callbacks(
    token: Looking,
    services: Asked,
    state: Annotated[
        CallbackState | None, Query(description="Of this state; left out: those that are not over.")
    ] = None,
    queue: Annotated[str, Query(max_length=64)] = "",
    ticket: Annotated[str, Query(max_length=24)] = "",
    number: Annotated[str, Query(max_length=64, description="The number to call, in any format.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CallbackModel]:
    """Callbacks, those that are due first."""
    if number:
        require(token, Right.SEE_PRIVATE)
    found = await services.callbacks.list(
        states=(state,) if state else None,
        queue=queue,
        ticket=ticket,
        number=number,
        limit=limit + 1,
        offset=offset_of(cursor),
    )
    items = await callback_models(services, token, found[:limit])
    return Page(items=items, next=next_of(cursor, limit, len(found)))


@router.get("/{callback}")
async def show_callback(token: Looking, services: Asked, callback: Id) -> CallbackModel:
    """One callback."""
    return (await callback_models(services, token, [await _find(services, callback)]))[0]


@router.post("/{callback}/now", status_code=202)
async def call_now(token: Working, services: Asked, callback: Id) -> Accepted:
    """Make it due now: the next free agent of its queue gets it, in its place in the line."""
    await _order(services, token, callback, "now")
    return Accepted()


@router.post("/{callback}/cancel", status_code=202)
async def cancel(token: Working, services: Asked, callback: Id) -> Accepted:
    """Cancel the callback."""
    await _order(services, token, callback, "cancel")
    return Accepted()


@router.post("/{callback}/reschedule", status_code=202)
async def reschedule(token: Working, services: Asked, callback: Id, when: Reschedule) -> Accepted:
    """Call at another time."""
    await _order(services, token, callback, "reschedule", when.at)
    return Accepted()


async def _order(services: Services, token: Token, callback: str, action: str, at: float = 0.0) -> None:
    if (await _find(services, callback)).state == "closed":
        raise ApiError(409, "The callback is over.")
    await services.switch.ask("callback", callback=callback, action=action, at=at, by=token.signature)


async def _find(services: Services, callback: str) -> CallbackView:
    found = await services.callbacks.get(callback)
    if found is None:
        raise ApiError(404, "There is no callback with that id.")
    return found


async def callback_models(
    services: Services, token: Token, callbacks: Sequence[CallbackView]
) -> list[CallbackModel]:
    """Callbacks as the API tells them to the owner of `token`."""
    tickets = {callback.ticket for callback in callbacks}
    names = await services.names.customers_of_tickets(tickets)
    private = not token.may(Right.SEE_PRIVATE)
    return [
        CallbackModel(
            callback=one.callback,
            ticket=one.ticket,
            number=mask_number(one.number) if private else one.number,
            customer_name=names.get(one.ticket, ""),
            queue=one.queue,
            language=one.language,
            tier=one.tier,
            priority=one.priority,
            why=one.why,
            arrival=one.arrival,
            requested_at=one.requested_at,
            state=one.state,
            due=one.due,
            expires=one.expires,
            attempt=one.attempt,
            outcome=one.outcome,
            agent=one.agent,
            lease_holder=one.lease_holder,
            closed_at=one.closed_at,
            end=one.end,
            ended_by=one.ended_by,
            note=mask_text(one.note) if private else one.note,
        )
        for one in callbacks
    ]
