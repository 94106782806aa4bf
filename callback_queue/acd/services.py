"""The services that queued calls use, for one version of the site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from callback_queue.acd.answer_confirmation import AnswerConfirmation
from callback_queue.customers.book import Customer
from callback_queue.line.distributor import Distributor
from config import Agent, Queue
from journal.event import Event
from telephony.applications.services import ApplicationServices
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Switchboard, Target
from telephony.media.interface import AudioSource
from telephony.sip.uri import Uri
from tts.prompts import PromptRenderer


@dataclass(frozen=True, slots=True)
class AgentTargets:
    """Where an agent can be rung now.

    Args:
        targets: phones, or a mobile through a trunk; empty when there is none.
        confirm: an answer there counts only when the key is pressed.
    """

    targets: tuple[Target, ...]
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an agent may pass a call on to.

    Args:
        number: what was dialled, as the site spells it.
        targets: phones to ring; empty for a number that answers by itself, and for an agent without phones.
        agent: the agent's number, "" for none.
        queue: the queue's name, "" for none.
        serve: for a number that answers by itself: carries the caller, who speaks that language, to the end
            of the call.
    """

    number: str
    targets: tuple[Target, ...] = ()
    agent: str = ""
    queue: str = ""
    serve: Callable[[CallLeg, str], Coroutine[Any, Any, None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueServices:
    """What waiting, ringing and talking work with.

    Args:
        calls: legs, journal, music on hold, recordings.
        distributor: the line and the agents; the same from one version of the site to the next.
        prompts: renders what the queue says.
        confirmation: the key that takes a call.
        targets_of: where an agent is rung.
        destination: where a URI leads that an agent passes a call on to (URI, agent, call), None for
            nowhere; raises `telephony.call.errors.NotPermitted`.
        agents, queues: by number and by name.
        music: on hold, by the queue's name.
        language: the site's.
        customer_of: whose number this is, None when unknown; never raises, and does not take long.
        transfer_seconds: how long a phone rings to which a call is passed on.
    """

    calls: ApplicationServices
    distributor: Distributor
    prompts: PromptRenderer
    confirmation: AnswerConfirmation
    targets_of: Callable[[str], AgentTargets]
    destination: Callable[[Uri, str, str], Destination | None]
    agents: Mapping[str, Agent]
    queues: Mapping[str, Queue]
    music: Mapping[str, AudioSource]
    language: str
    customer_of: Callable[[str], Awaitable[Customer | None]]
    transfer_seconds: float

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        return self.calls.context.loop

    @property
    def switchboard(self) -> Switchboard:
        """Makes legs."""
        return self.calls.switchboard

    def now(self) -> float:
        """Unix time in seconds."""
        return self.calls.context.clock()

    def tell(self, event: Event) -> None:
        """Write a fact into the journal."""
        self.calls.context.journal.append(event)

    def language_of(self, agent: str) -> str:
        """The language that an agent hears prompts in."""
        known = self.agents.get(agent)
        return known.languages[0] if known is not None and known.languages else self.language
