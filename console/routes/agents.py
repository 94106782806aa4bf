"""Agents: their current states, and setting them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from console.models.agents import AgentModel, Agents, StateWish
from console.models.tickets import Accepted
from console.overview import CallNow, Overview
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking, SettingState, require
from console.services import Services
from console.tokens import Token

router = APIRouter(prefix="/api/v1/agents", tags=["agents"])

Number = Annotated[str, Path(max_length=64, description="The agent's number.")]
Action = Literal["log-in", "log-out", "break", "ready"]


@router.get("")
async def list_agents(token: Looking, services: Asked) -> Agents:
    """All agents with their states, since when and why."""
    return Agents(items=await _agents(services, token))


@router.get("/{number}")
async def show_agent(token: Looking, services: Asked, number: Number) -> AgentModel:
    """One agent."""
    for agent in await _agents(services, token):
        if agent.number == number:
            return agent
    raise ApiError(404, "There is no agent with that number.")


@router.post("/{number}/{action}", status_code=202)
async def set_state(
    token: SettingState, services: Asked, number: Number, action: Action, wish: StateWish | None = None
) -> Accepted:
    """Log an agent in or out, begin a break, or end a break or wrap-up.

    A token of an agent sets that agent's state alone.
    """
    if token.agent != number:
        require(token, Right.ALL_STATES)
    if not services.names.agent(number):
        raise ApiError(404, "There is no agent with that number.")
    reason = wish.reason if wish is not None else ""
    await services.switch.ask(
        "agent", agent=number, action=action.replace("-", "_"), reason=reason, by=token.signature
    )
    return Accepted()


async def _agents(services: Services, token: Token) -> list[AgentModel]:
    overview = await services.hub.overview()
    told = overview if overview is not None else services.overview.unknown()
    shown = told if token.may(Right.SEE_PRIVATE) else told.masked()
    return [
        AgentModel(**agent.model_dump(), live=overview is not None, calls=_calls(shown, agent.number))
        for agent in shown.agents
    ]


def _calls(overview: Overview, agent: str) -> list[CallNow]:
    return [call for call in overview.calls if agent in call.agents]
