"""Tickets: list, show, play recordings, change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse

from callback_queue.tickets.sla import SlaRules, warnings
from callback_queue.tickets.store import TicketView
from callback_queue.tickets.ticket import STATES, TRANSITIONS, Standing, TicketState, change
from config.telephone_numbers import is_callable
from console.counts import OpenCallback
from console.masking import mask_number, mask_text
from console.models.common import Cursor, Limit, next_of, offset_of
from console.models.tickets import (
    Accepted,
    Audio,
    CallbackShort,
    CallbackWish,
    HistoryModel,
    Note,
    SlotModel,
    TicketChange,
    TicketModel,
    TicketPage,
    TicketShort,
    Transcript,
)
from console.problems import ApiError
from console.recordings import AUDIO_ANSWER, recording
from console.roles import Right
from console.routes.callbacks import STATES as CALLBACK_STATES
from console.routes.callbacks import callback_models
from console.security import Asked, Looking, SeeingPrivate, Working, require
from console.services import Services
from console.tokens import Token
from console.transcript import audio_files, utterances

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

Number = Annotated[str, Path(max_length=24, description="The ticket's number.")]
Word = Annotated[str, Query(max_length=64)]


@router.get("")
async def list_tickets(
    token: Looking,
    services: Asked,
    state: Annotated[TicketState | None, Query(description="Of this state.")] = None,
    open: Annotated[bool, Query(description="Only open tickets.")] = False,
    queue: Word = "",
    owner: Annotated[str, Query(max_length=64, description="An agent's number.")] = "",
    category: Word = "",
    customer: Annotated[str, Query(max_length=64, description="A customer's id.")] = "",
    search: Annotated[
        str, Query(max_length=100, description="A ticket's number, a caller's number, or words.")
    ] = "",
    since: Annotated[float, Query(ge=0, description="Opened since then, Unix seconds.")] = 0.0,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TicketPage:
    """Tickets, the worst and those that are due first."""
    states = (state,) if state else None if open else STATES
    found = await _exactly(services, search) if search else None
    if found is None:
        if search:
            # What is not shown cannot be found out by asking for it either.
            require(token, Right.SEE_PRIVATE)
        is_number = is_callable(search)
        found = await services.tickets.list(
            states=states,
            queue=queue,
            owner=owner,
            category=category,
            customer=customer,
            since=since,
            caller=search if is_number else "",
            words="" if is_number else search,
            limit=limit + 1,
            offset=offset_of(cursor),
        )
    shown = found[:limit]
    names = await services.names.customers(ticket.customer for ticket in shown)
    callbacks = await services.counts.callbacks_of(ticket.number for ticket in shown)
    items = [_short(services, token, ticket, names, callbacks) for ticket in shown]
    total = sum((await services.counts.open_tickets()).values())
    return TicketPage(items=items, next=next_of(cursor, limit, len(found)), total=total)


@router.get("/{number}")
async def show_ticket(token: Looking, services: Asked, number: Number) -> TicketModel:
    """One ticket with its slots, recordings, callbacks and history."""
    ticket = await _find(services, number)
    names = await services.names.customers([ticket.customer])
    waiting = await services.counts.callbacks_of([number])
    callbacks = await services.callbacks.list(states=CALLBACK_STATES, ticket=number)
    private = not token.may(Right.SEE_PRIVATE)
    files = [] if private else audio_files(ticket)
    return TicketModel(
        **_short(services, token, ticket, names, waiting).model_dump(),
        call=ticket.call,
        outcome=ticket.outcome,
        callback_number=mask_number(ticket.callback_number) if private else ticket.callback_number,
        language=ticket.language,
        tags=ticket.tags,
        note=mask_text(ticket.note) if private else ticket.note,
        joined_into=ticket.joined_into,
        next_states=[state for state in STATES if _may_follow(ticket.state, state)],
        is_private=private,
        slots=[] if private else [_slot(slot) for slot in ticket.slots if isinstance(slot, dict)],
        audio=[
            Audio(index=index, slot=slot, url=f"/api/v1/tickets/{number}/audio/{index}")
            for index, (_, slot) in enumerate(files)
        ],
        callbacks=await callback_models(services, token, callbacks),
        history=[
            HistoryModel(
                at=entry.at,
                by=entry.by,
                what=entry.what,
                details={} if private else entry.details,
                note=mask_text(entry.note) if private else entry.note,
            )
            for entry in await services.tickets.history(number)
        ],
    )


@router.get("/{number}/transcript")
async def show_transcript(token: SeeingPrivate, services: Asked, number: Number) -> Transcript:
    """What the caller said, word by word with times, in the order of the call."""
    ticket = await _find(services, number)
    return Transcript(ticket=number, language=ticket.language, utterances=utterances(ticket))


@router.get("/{number}/audio/{index}", response_class=FileResponse, responses={**AUDIO_ANSWER})
async def play_audio(
    token: SeeingPrivate, services: Asked, number: Number, index: Annotated[int, Path(ge=0, le=1000)]
) -> FileResponse:
    """One recording of a ticket: `index` of its `audio`."""
    files = audio_files(await _find(services, number))
    if index >= len(files):
        raise ApiError(404, f"The ticket has {len(files)} recordings.")
    return recording(services.recordings, files[index][0])


@router.patch("/{number}", status_code=202)
async def change_ticket(token: Working, services: Asked, number: Number, wished: TicketChange) -> Accepted:
    """Change fields. Giving it an owner assigns it; what the rules of tickets refuse is refused whole."""
    ticket = await _find(services, number)
    changes = wished.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise ApiError(422, "Nothing to change.")
    refused = change(Standing(TicketState(ticket.state), ticket.owner), changes).refused
    if refused:
        raise ApiError(409, "; ".join(f"{name}: {why}" for name, why in refused.items()))
    await services.switch.ask("ticket", ticket=number, by=token.signature, changes=changes, note="")
    return Accepted()


@router.post("/{number}/callback", status_code=202)
async def request_callback(
    token: Working, services: Asked, number: Number, wish: CallbackWish | None = None
) -> Accepted:
    """Ask for a call to the customer anew, where none waits."""
    await _find(services, number)
    asked = wish or CallbackWish()
    await services.switch.ask(
        "callback", action="request", ticket=number, number=asked.number, at=asked.at, by=token.signature
    )
    return Accepted()


@router.post("/{number}/notes", status_code=202)
async def add_note(token: Working, services: Asked, number: Number, note: Note) -> Accepted:
    """Write a note into the history."""
    await _find(services, number)
    await services.switch.ask("ticket", ticket=number, by=token.signature, changes={}, note=note.note)
    return Accepted()


async def _find(services: Services, number: str) -> TicketView:
    ticket = await services.tickets.get(number)
    if ticket is None:
        raise ApiError(404, "There is no ticket with that number.")
    return ticket


async def _exactly(services: Services, search: str) -> list[TicketView] | None:
    """The ticket whose number is searched for; None when it is not one's number."""
    number = search.strip().removeprefix("#")
    ticket = await services.tickets.get(number) if number.isascii() and number.isdigit() else None
    return None if ticket is None else [ticket]


def _short(
    services: Services,
    token: Token,
    ticket: TicketView,
    names: Mapping[str, str],
    callbacks: Mapping[str, OpenCallback],
) -> TicketShort:
    private = not token.may(Right.SEE_PRIVATE)
    waiting = callbacks.get(ticket.number)
    site = services.site
    rules = SlaRules.of(site.settings.tickets, site.timezone)
    due = (ticket.respond_by, ticket.resolve_by)
    warn = warnings(ticket.opened_at, *due, ticket.tier, ticket.severity, rules)
    return TicketShort(
        number=ticket.number,
        kind=ticket.kind,
        state=ticket.state,
        queue=ticket.queue,
        owner=ticket.owner,
        owner_name=services.names.agent(ticket.owner),
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        caller=mask_number(ticket.caller) if private else ticket.caller,
        customer=ticket.customer,
        customer_name=names.get(ticket.customer, ""),
        tier=ticket.tier,
        category=ticket.category,
        severity=ticket.severity,
        priority=ticket.priority,
        title="" if private else ticket.title,
        summary="" if private else ticket.summary,
        respond_by=ticket.respond_by,
        resolve_by=ticket.resolve_by,
        respond_warning_at=warn.respond_by,
        resolve_warning_at=warn.resolve_by,
        responded_at=ticket.responded_at,
        resolved_at=ticket.resolved_at,
        callback=None
        if waiting is None
        else CallbackShort(callback=waiting.callback, state=waiting.state, due=waiting.due),
    )


def _may_follow(state: str, next_state: str) -> bool:
    # Joining is done by the recorder, which knows the older ticket.
    known = state in STATES and next_state != TicketState.JOINED
    return known and TicketState(next_state) in TRANSITIONS[TicketState(state)]


def _slot(slot: dict[str, object]) -> SlotModel:
    confidence = slot.get("confidence")
    return SlotModel(
        name=str(slot.get("name", "")),
        value=str(slot.get("value", "")),
        text=str(slot.get("text", "")),
        first_text=str(slot.get("first_text", "")),
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        confirmed=slot.get("confirmed") is True,
    )
