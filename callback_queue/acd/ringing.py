"""Rings the agents to whom somebody in the line was given: the first who answers takes the call.

All phones of an agent ring, or the agent's mobile through a trunk, where a key must be pressed after the
answer. Whom to ring was decided by the floor; what becomes of those who talk is left to the caller of this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from callback_queue.acd.answer_confirmation import Question
from callback_queue.acd.events import AgentOffered, AgentOfferEnded, OfferOutcome
from callback_queue.acd.services import FloorHouse
from callback_queue.acd.tasks import drop
from callback_queue.line.place import Place
from ivr_flows.runtime.conversation import Part
from telephony.call.errors import CallEnded
from telephony.call.forking import ANSWERED_ELSEWHERE, NobodyAnswered, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller
from telephony.net.rtp_ports import PortsExhausted
from telephony.net.transports import Unreachable

# What a phone's final status says of the person at it; everything else: the phone was not reached.
_SAID: Mapping[int, OfferOutcome] = {
    408: "no_answer",
    480: "no_answer",
    486: "busy",
    600: "busy",
    403: "refused",
    603: "refused",
}
# Of several phones of one agent, the one that says most about the agent counts.
_TELLING: tuple[OfferOutcome, ...] = ("refused", "busy", "no_answer", "unreachable")


class NobodyTook(Exception):
    """Nobody took the call; `outcomes` says why, by agent."""

    def __init__(self, outcomes: Mapping[str, OfferOutcome]) -> None:
        super().__init__(", ".join(f"{agent}: {outcome}" for agent, outcome in outcomes.items()))
        self.outcomes = outcomes


async def ring_agents(
    house: FloorHouse,
    place: Place,
    agents: Sequence[str],
    caller: Caller,
    *,
    ring_seconds: float,
    gone: CallLeg | None,
    summary: Sequence[Part] | None = None,
    codecs: Sequence[str] = CODECS,
) -> tuple[str, CallLeg]:
    """Ring agents together until one of them takes the call.

    Each agent who does not is given back to the floor as soon as that is known. Who stops waiting for this
    ends all ringing; the outcome is "caller_gone" then.

    Args:
        house: what the floor works with.
        place: for whom.
        agents: who was reserved (`Place.next_offer`).
        caller: whom the phones show.
        ring_seconds: how long to ring.
        gone: the caller's leg, None when nobody is on the line.
        summary: what the agent hears after the answer, who then takes the call by key; None where an
            answer at a desk phone is enough.
        codecs: what to offer, best first.

    Returns:
        the agent, who counts as being on the call from now on, and the agent's leg.

    Raises:
        NobodyTook: none of them did.
        CallEnded: the caller hung up.
    """
    offers = [_Offer(house, place, agent, caller, ring_seconds, summary, codecs) for agent in agents]
    tasks: dict[asyncio.Task[CallLeg | None], _Offer] = {}
    left: asyncio.Future[None] | None = None
    try:
        left = gone.future() if gone is not None else None
        for offer in offers:
            tasks[house.loop.create_task(offer.run())] = offer
        winner = await _first(tasks, left)
        winner.won()
        for offer in offers:
            offer.end("elsewhere")
        assert winner.leg is not None
        return winner.agent, winner.leg
    finally:
        for offer in offers:
            offer.end("caller_gone")
        for task in tasks:
            drop(task)
        drop(left)


async def _first(
    tasks: Mapping[asyncio.Task[CallLeg | None], _Offer], left: asyncio.Future[None] | None
) -> _Offer:
    """The first offer that was taken."""
    pending: set[asyncio.Future[Any]] = {*tasks}
    while pending:
        watched = pending if left is None else {left, *pending}
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        if left is not None and left.done():
            left.result()
        for task, offer in tasks.items():
            if task in pending and task.done():
                pending.discard(task)
                leg = task.result()
                if leg is not None and not leg.is_over:
                    return offer
                offer.end("refused")  # answered, and hung up in the same moment
    raise NobodyTook({offer.agent: offer.outcome or "unreachable" for offer in tasks.values()})


class _Offer:
    """One agent who is rung. `end` may be called at any time, and counts once."""

    def __init__(
        self,
        house: FloorHouse,
        place: Place,
        agent: str,
        caller: Caller,
        ring_seconds: float,
        summary: Sequence[Part] | None,
        codecs: Sequence[str],
    ) -> None:
        self.agent = agent
        self.outcome: OfferOutcome | None = None
        self.leg: CallLeg | None = None
        self._house = house
        self._place = place
        self._caller = caller
        self._ring_seconds = ring_seconds
        self._summary = summary
        self._codecs = codecs
        self._legs: list[CallLeg] = []
        self._began = house.now()
        entry = place.entry
        house.tell(
            AgentOffered(self._began, place.call, place.leg, queue=entry.queue, entry=entry.id, agent=agent)
        )

    async def run(self) -> CallLeg | None:
        """Ring until somebody takes the call; None when nobody does."""
        reach = self._house.reach(self.agent)
        for target in reach.targets:
            try:
                dialled = self._house.switchboard.dial(
                    self._place.call, target, self._caller, codecs=self._codecs
                )
                self._legs.append(await dialled)
            except (Unreachable, PortsExhausted):
                continue
        question = None
        if reach.screened or self._summary is not None:
            language = self._house.language_of(self.agent)
            question = self._house.screen.question(language, self._summary or ())
        try:
            self.leg = leg = await ring_all(self._legs, self._ring_seconds, None)
            return leg if question is None or await self._confirmed(leg, question) else None
        except NobodyAnswered:
            self.end(_outcome([each.end for each in self._legs]))
            return None
        finally:
            if question is not None:
                question.close()

    async def _confirmed(self, leg: CallLeg, question: Question) -> bool:
        try:
            if await self._house.screen.confirmed(leg, question):
                return True
        except CallEnded:
            pass
        self.end("not_confirmed")
        return False

    def won(self) -> None:
        """This agent takes the call."""
        assert self.leg is not None
        self._tell_end("answered")
        self._place.taken(self.agent, self.leg.leg)

    def end(self, outcome: OfferOutcome) -> None:
        """It is over without a call: the phones fall silent, and the floor has the agent back."""
        if self.outcome is not None:
            return
        self._tell_end(outcome)
        for leg in self._legs:
            if outcome == "elsewhere":
                leg.hang_up("answered elsewhere", header=ANSWERED_ELSEWHERE)
            else:
                leg.hang_up("caller gave up" if outcome == "caller_gone" else "offer over")
        self._place.give_back(self.agent, outcome)

    def _tell_end(self, outcome: OfferOutcome) -> None:
        self.outcome = outcome
        now, place, entry = self._house.now(), self._place, self._place.entry
        ring_ms = max(0, round((now - self._began) * 1000))
        self._house.tell(
            AgentOfferEnded(
                now,
                place.call,
                place.leg,
                queue=entry.queue,
                entry=entry.id,
                agent=self.agent,
                outcome=outcome,
                ring_ms=ring_ms,
            )
        )


def _outcome(ends: Sequence[CallEnded | None]) -> OfferOutcome:
    """What the phones of one agent said together."""
    said = {_SAID.get(end.status or 0, "unreachable") for end in ends if end is not None}
    return next((outcome for outcome in _TELLING if outcome in said), "unreachable")
