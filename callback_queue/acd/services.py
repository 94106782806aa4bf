"""What the queue works with, of the version of the site that a call began on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from callback_queue.acd.answer_confirmation import Screen
from callback_queue.agents.roster import AgentBoard
from callback_queue.customers.book import Customer
from callback_queue.line.distributor import Floor
from config import Agent, Queue
from journal.event import Event
from telephony.applications.play import House
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Switchboard, Target
from telephony.media.interface import AudioSource
from tts.prompts import Sayings


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an agent can be rung now.

    Args:
        targets: phones, or a mobile by way of a trunk; empty when there is none.
        screened: whoever answers there has to press the key.
    """

    targets: tuple[Target, ...]
    screened: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an agent may pass a call on to.

    Args:
        targets: phones to ring; empty for a number that answers by itself, and for an agent without phones.
        agent: the agent's number, "" for none.
        queue: the queue's name, "" for none.
        serve: has the caller, who speaks that language, to the end of the call, for a number that answers
            by itself.
    """

    targets: tuple[Target, ...] = ()
    agent: str = ""
    queue: str = ""
    serve: Callable[[CallLeg, str], Coroutine[Any, Any, None]] | None = None


@dataclass(frozen=True, slots=True)
class FloorHouse:
    """What waiting, ringing and talking work with.

    Args:
        house: legs, journal, music on hold, recordings.
        floor, board: who waits and who works; the same from one version of the site to the next.
        sayings: what the queue says.
        screen: the key that takes a call.
        reach: an agent's phones.
        destination: what a number leads to that an agent passes a call on to, None for nothing.
        agents, queues: by number and by name.
        music: what waits are filled with, by the queue's name.
        language: the site's.
        customer_of: who has a number, None for nobody known; never raises, and does not take long.
        transfer_seconds: how long to ring whom a call is passed on to.
    """

    house: House
    floor: Floor
    board: AgentBoard
    sayings: Sayings
    screen: Screen
    reach: Callable[[str], Reach]
    destination: Callable[[str], Destination | None]
    agents: Mapping[str, Agent]
    queues: Mapping[str, Queue]
    music: Mapping[str, AudioSource]
    language: str
    customer_of: Callable[[str], Awaitable[Customer | None]]
    transfer_seconds: float

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        return self.house.context.loop

    @property
    def switchboard(self) -> Switchboard:
        """Makes legs."""
        return self.house.switchboard

    def now(self) -> float:
        """Unix time in seconds."""
        return self.house.context.clock()

    def tell(self, event: Event) -> None:
        """Put a fact into the journal."""
        self.house.context.journal.append(event)

    def language_of(self, agent: str) -> str:
        """What an agent is spoken to in."""
        known = self.agents.get(agent)
        return known.languages[0] if known is not None and known.languages else self.language
