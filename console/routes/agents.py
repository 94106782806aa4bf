"""Agents: what they do at this moment, and setting their state."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from console.models.agents import AgentModel, Agents, StateWish
from console.models.tickets import Accepted
from console.overview import CallFloor, Floor
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking, SettingState, require
from console.services import House
from console.tokens import Token

router = APIRouter(prefix="/api/v1/agents", tags=["agents"])

Number = Annotated[str, Path(max_length=64, description="The agent's number.")]
Action = Literal["log-in", "log-out", "break", "ready"]


@router.get("")
async def list_agents(token: Looking, house: Asked) -> Agents:
    """All agents with their states, since when and why."""
    return Agents(items=await _agents(house, token))


@router.get("/{number}")
async def show_agent(token: Looking, house: Asked, number: Number) -> AgentModel:
    """One agent."""
    for agent in await _agents(house, token):
        if agent.number == number:
            return agent
    raise ApiError(404, "There is no agent of that number.")


@router.post("/{number}/{action}", status_code=202)
async def set_state(
    token: SettingState, house: Asked, number: Number, action: Action, wish: StateWish | None = None
) -> Accepted:
    """Log an agent in or out, begin a break, or end a break or wrap-up.

    A token of an agent sets that agent's state alone.
    """
    if token.agent != number:
        require(token, Right.ALL_STATES)
    if not house.names.agent(number):
        raise ApiError(404, "There is no agent of that number.")
    reason = wish.reason if wish is not None else ""
    await house.switch.ask(
        "agent", agent=number, action=action.replace("-", "_"), reason=reason, by=token.signature
    )
    return Accepted()


async def _agents(house: House, token: Token) -> list[AgentModel]:
    floor = await house.hub.floor()
    told = floor if floor is not None else house.floor.unknown()
    shown = told if token.may(Right.SEE_PRIVATE) else told.masked()
    return [
        AgentModel(**agent.model_dump(), live=floor is not None, calls=_calls(shown, agent.number))
        for agent in shown.agents
    ]


def _calls(floor: Floor, agent: str) -> list[CallFloor]:
    return [call for call in floor.calls if agent in call.agents]
