"""A call centre without telephones, in virtual time: agents, queues, callers, and their journal."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from callback_queue.acd.answer_confirmation import AnswerConfirmation
from callback_queue.acd.queued_call import Waited, wait_in_queue
from callback_queue.acd.services import AgentTargets, Destination, QueueServices
from callback_queue.agents.roster import AgentRoster
from callback_queue.customers.book import Customer
from callback_queue.line.distributor import Distributor, Place
from callback_queue.line.waiting_line import Entry
from config import Agent, Queue, Site
from config.models.settings import Settings
from ivr_flows.steps.outcomes import HandOff
from journal.event import Event
from telephony.applications.services import ApplicationServices
from telephony.call import events
from telephony.call.switchboard import Caller, Target
from telephony.media.prompts import PromptStore
from telephony.sip.subscriber import number_of
from telephony.sip.uri import parse_uri
from tests.support.fake_leg import FakeJournal, FakeLeg, FakeSound, FakeSwitchboard, fake_context
from tests.support.virtual_time import running, settle
from tts.prompts import PromptRenderer

E = TypeVar("E", bound=Event)
CONFIRM_KEY, CONFIRM_SECONDS = "1", 10.0
TRANSFER_SECONDS = 25.0


class Voice:
    """A voice: every sentence takes a second. `spoken` are the texts."""

    def __init__(self) -> None:
        self.spoken: list[str] = []

    async def render(self, text: str, language: str, *, keep: bool) -> NDArray[np.int16]:
        self.spoken.append(text)
        return np.zeros(8000, np.int16)


class CallCentre:
    """Roster and distributor, and all that calls need around them. To be made in a virtual loop.

    Args:
        queues: as in queues.yaml.
        agents: their numbers.
        settings: as in hotline.yaml.

    Attributes:
        phones: contacts by agent; `mobiles` are the agents who must confirm by key.
        calls: the calls that exist.
        customers: by number.
        destinations: what agents may pass calls on to, by number.
    """

    def __init__(
        self,
        queues: Iterable[dict[str, Any]],
        agents: Iterable[str] = ("1001", "1002", "1003"),
        settings: dict[str, Any] | None = None,
    ) -> None:
        self.journal = FakeJournal()
        self.context = fake_context(self.journal)
        self.phones: dict[str, list[str]] = {}
        self.mobiles: set[str] = set()
        self.calls: set[str] = set()
        self.customers: dict[str, Customer] = {}
        self.destinations: dict[str, Destination] = {}
        self.voice = Voice()
        self.switchboard = FakeSwitchboard(self.context)
        self.roster = AgentRoster(
            self.context, lambda agent: self.phones.get(agent, []), self.calls.__contains__
        )
        self.journal.listen(self.roster.heard)
        self.distributor = Distributor(self.context, self.roster)
        self._numbers = itertools.count(1)
        self.services: QueueServices
        self.use(queues, agents, settings)

    def use(
        self,
        queues: Iterable[dict[str, Any]],
        agents: Iterable[str],
        settings: dict[str, Any] | None = None,
        *,
        password: str = "password",
    ) -> None:
        """Take another version of the site."""
        people = tuple(
            Agent.model_validate({"number": n, "name": n, "phones": [{"password": password}]}) for n in agents
        )
        lines = tuple(Queue.model_validate({"announce": None, **queue}) for queue in queues)
        site = Site(Path("/nowhere"), Settings.model_validate(settings or {}), people, lines)
        self.roster.use(site)
        self.distributor.use(site)
        prompts = PromptRenderer(cast(PromptStore, None), self.voice, lambda: datetime.now(UTC))
        self.services = QueueServices(
            calls=ApplicationServices(
                context=self.context,
                switchboard=self.switchboard.real,
                prompts=cast(PromptStore, None),
                music=FakeSound("on hold"),
                recordings=Path("/recordings"),
                record_calls=False,
            ),
            distributor=self.distributor,
            prompts=prompts,
            confirmation=AnswerConfirmation(prompts, CONFIRM_KEY, CONFIRM_SECONDS),
            targets_of=self._targets_of,
            destination=lambda uri, agent, call: self.destinations.get(number_of(uri)),
            agents={agent.number: agent for agent in people},
            queues={queue.name: queue for queue in lines},
            music={queue.name: FakeSound(f"music of {queue.name}") for queue in lines},
            language="en",
            customer_of=self._customer_of,
            transfer_seconds=TRANSFER_SECONDS,
        )

    def _targets_of(self, agent: str) -> AgentTargets:
        contacts = self.phones.get(agent, [])
        targets = tuple(Target(parse_uri(contact), f"agent:{agent}") for contact in contacts)
        return AgentTargets(targets, confirm=agent in self.mobiles)

    async def _customer_of(self, number: str) -> Customer | None:
        return self.customers.get(number)

    # --- the journal ----------------------------------------------------------------------------------------

    def append(self, event: Event) -> None:
        self.journal.append(event)

    def told(self, kind: type[E]) -> list[E]:
        return self.journal.told(kind)

    @property
    def now(self) -> float:
        return running().unix()

    # --- agents ---------------------------------------------------------------------------------------------

    def register(self, *agents: str, phones: int = 1) -> None:
        """Phones of each agent register."""
        for agent in agents:
            for number in range(phones):
                contact = f"sip:{agent}@phone-{number}"
                self.phones.setdefault(agent, []).append(contact)
                self.append(events.PhoneRegistered(self.now, user=agent, contact=contact))

    def unregister(self, agent: str) -> None:
        """All phones of an agent go."""
        for contact in self.phones.pop(agent, []):
            self.append(events.PhoneUnregistered(self.now, user=agent, contact=contact, why="expired"))

    def state(self, agent: str) -> str:
        return self.roster.state_of(agent)

    def states(self, agent: str) -> list[str]:
        """All states that an agent has had, in order."""
        changes = [event for event in self.journal.events if type(event).__name__ == "AgentStateChanged"]
        return [change.state for change in changes if change.agent == agent]  # type: ignore[attr-defined]

    def dial(self, agent: str, call: str, leg: str) -> None:
        """A phone of an agent is rung in a call."""
        self.calls.add(call)
        self.append(events.LegDialled(self.now, call, leg, target=f"agent:{agent}", sip_call_id="id"))

    def answer(self, call: str, leg: str) -> None:
        """It answers."""
        self.append(events.LegAnswered(self.now, call, leg, codec="PCMU"))

    def end(self, call: str, leg: str) -> None:
        """It is over."""
        self.append(events.LegEnded(self.now, call, leg, by="remote", status=None, reason="BYE", quality={}))

    # --- callers --------------------------------------------------------------------------------------------

    def entry(self, queue: str, call: str, **facts: Any) -> Entry:
        """A call that waits."""
        self.calls.add(call)
        return Entry(
            id=f"e{next(self._numbers)}",
            kind=facts.pop("kind", "live"),
            call=call,
            queue=queue,
            arrival=facts.pop("arrival", self.now),
            entered_at=self.now,
            **facts,
        )

    async def offered(self, agent: str = "1001", call: str = "c1", queue: str = "support") -> Place:
        """A place for which the phones of an agent begin to ring."""
        place = self.distributor.queue(self.entry(queue, call), leg="customer")
        await place.__aenter__()
        assert await place.next_offer() == (agent,)
        place.begin_offer(agent)
        return place

    def call_in(self, queue: str = "support", *, call: str = "", **wanted: Any) -> InQueue:
        """A caller enters a queue."""
        call = call or f"call-{next(self._numbers)}"
        self.calls.add(call)
        return InQueue(self, FakeLeg(self.context, call), HandOff(queue, "en", **wanted))

    def phone(self, agent: str) -> FakeLeg:
        """The one phone of an agent that rings."""
        (leg,) = self.switchboard.ringing(f"agent:{agent}")
        return leg

    def ringing(self) -> list[str]:
        """The agents whose phones ring."""
        return sorted({leg.called.removeprefix("agent:") for leg in self.switchboard.ringing()})


class InQueue:
    """A caller on the way through a queue.

    Attributes:
        leg: the caller's.
        task: `wait_in_queue`.
    """

    def __init__(self, centre: CallCentre, leg: FakeLeg, wanted: HandOff) -> None:
        self.leg = leg
        self.task: asyncio.Task[Waited] = asyncio.ensure_future(
            wait_in_queue(leg.real, wanted, centre.services, Caller(leg.caller))
        )

    async def result(self) -> str:
        """How it ended, for the flow."""
        return (await self.task).result.word

    async def error(self) -> BaseException | None:
        """What it ended with."""
        await asyncio.wait((self.task,))
        return self.task.exception()


async def passes(seconds: float) -> None:
    """Let time pass, and everything happen that belongs to it."""
    await asyncio.sleep(seconds)
    await settle()


def outcomes(centre: CallCentre) -> Mapping[str, list[str]]:
    """How the offers of each agent ended."""
    found: dict[str, list[str]] = {}
    for event in centre.journal.events:
        if type(event).__name__ == "AgentOfferEnded":
            found.setdefault(event.agent, []).append(event.outcome)  # type: ignore[attr-defined]
    return found
