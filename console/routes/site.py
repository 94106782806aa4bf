"""The site, the token in use, and health."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from callback_queue.tickets.ticket import STATES
from cdr.calls.record import OUTCOMES
from console.models.agents import Health, Me, NamedAgent, NamedQueue, SiteModel, TokenModel, Tokens
from console.problems import ApiError
from console.roles import RIGHTS
from console.security import Asked, Looking, MindingTokens
from console.services import Services
from control.client import BadAnswer, NotRunning, Refused

router = APIRouter(prefix="/api/v1", tags=["site"])

_PATIENCE = 2.0


@router.get("/health", responses={401: {}, 403: {}})
async def health(services: Asked) -> Health:
    """Whether the console, its database and the switch are there. Needs no token."""
    database, switch = await asyncio.gather(_database(services), _switch(services))
    status = "ok" if database and switch else "degraded"
    return Health(status=status, version=services.version, database=database, switch=switch)


@router.get("/me")
async def me(token: Looking) -> Me:
    """Whose token this is, and what it allows."""
    rights = sorted(right.name.lower() for right in RIGHTS[token.role])
    return Me(
        name=token.name,
        role=token.role.value,
        agent=token.agent,
        rights=rights,
        expires_at=token.expires_at,
    )


@router.get("/site")
async def site(token: Looking, services: Asked) -> SiteModel:
    """The site's names: agents, queues, reasons of breaks, states and categories of tickets, outcomes."""
    settings = services.site.settings
    return SiteModel(
        name=settings.name,
        language=settings.language,
        version=services.version,
        agents=[NamedAgent(number=agent.number, name=agent.name) for agent in services.site.agents],
        queues=[
            NamedQueue(name=queue.name, service_level_s=queue.service_level, members=list(queue.agents))
            for queue in services.site.queues
        ],
        break_reasons=list(settings.agents.break_reasons.values()),
        ticket_states=list(STATES),
        call_outcomes=dict(OUTCOMES),
        categories=[category.name for category in settings.tickets.categories],
        midnight=services.figures.midnight(services.clock()),
    )


@router.get("/tokens")
async def list_tokens(token: MindingTokens, services: Asked) -> Tokens:
    """All tokens. They are made on the command line alone: `hotline token create`."""
    now = services.clock()
    return Tokens(
        items=[
            TokenModel(
                name=one.name,
                role=one.role.value,
                agent=one.agent,
                start=one.start,
                created_at=one.created_at,
                expires_at=one.expires_at,
                revoked_at=one.revoked_at,
                works=one.works(now),
            )
            for one in await services.tokens.list()
        ]
    )


@router.delete("/tokens/{name}", status_code=204)
async def revoke_token(token: MindingTokens, services: Asked, name: str) -> None:
    """Make a token work no more, at once."""
    if not await services.tokens.revoke(name, services.clock()):
        raise ApiError(404, "There is no valid token of that name.")


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE), services.engine.connect() as connection:
            await connection.execute(text("SELECT 1 FROM tokens WHERE 1 = 0"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True


async def _switch(services: Services) -> bool:
    try:
        await services.switch.ask("status")
    except (NotRunning, BadAnswer, Refused):
        return False
    return True
