"""Rings the agents who are reserved for a place in the line: the first who answers takes the call.

All phones of an agent ring, or the agent's mobile through a trunk, where a key must confirm the answer. Whom
to ring was decided by the distributor; the conversation is left to `talking.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from callback_queue.acd.services import QueueServices
from callback_queue.agents.events import OfferOutcome
from callback_queue.line.distributor import Place
from telephony.call.errors import LegClosed
from telephony.call.forking import ANSWERED_ELSEWHERE, NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.refusals import Refusal, refusal_of_all
from telephony.call.switchboard import CODECS, Caller
from tts.parts import Part

log = logging.getLogger(__name__)

# A phone that says that its number is wrong was not reached either.
_OUTCOMES: Mapping[Refusal, OfferOutcome] = {
    "refused": "refused",
    "busy": "busy",
    "no_answer": "no_answer",
    "wrong_number": "unreachable",
    "unreachable": "unreachable",
}


class NobodyTook(Exception):
    """No agent took the call; `outcomes` says why, by agent."""

    def __init__(self, outcomes: Mapping[str, OfferOutcome]) -> None:
        super().__init__(", ".join(f"{agent}: {outcome}" for agent, outcome in outcomes.items()))
        self.outcomes = outcomes


async def ring_agents(
    services: QueueServices,
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

    Each agent who does not is free for other calls as soon as that is known. Cancelling this ends all
    ringing; the outcome is "caller_gone" then.

    Args:
        services: what the queue works with.
        place: for which call.
        agents: who was reserved (`Place.next_offer`).
        caller: whom the phones show.
        ring_seconds: how long to ring.
        gone: the caller's leg, None when no caller is on the line.
        summary: what the agent hears after the answer, to take the call by key; None where an answer at a
            desk phone is enough.
        codecs: what to offer, best first.

    Returns:
        the agent, who is on the call from now on, and the agent's leg.

    Raises:
        NobodyTook: none of them did.
        LegClosed: the caller hung up.
    """
    offers = [_Offer(services, place, agent, caller, ring_seconds, summary, codecs) for agent in agents]
    tasks: dict[asyncio.Task[CallLeg | None], _Offer] = {}
    left: asyncio.Future[None] | None = None
    try:
        left = gone.future() if gone is not None else None
        for offer in offers:
            tasks[services.loop.create_task(offer.run())] = offer
        winner = await _first(tasks, left)
        assert winner.leg is not None
        winner.end("answered")
        for offer in offers:
            offer.end("elsewhere")
        return winner.agent, winner.leg
    finally:
        for offer in offers:
            offer.end("caller_gone")
        for task in tasks:
            task.cancel()
        if left is not None:
            left.cancel()


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
    """One agent who is rung. `end` may be called at any time; the first call counts."""

    def __init__(
        self,
        services: QueueServices,
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
        self._services = services
        self._place = place
        self._caller = caller
        self._ring_seconds = ring_seconds
        self._summary = summary
        self._codecs = codecs
        self._legs: list[CallLeg] = []
        place.begin_offer(agent)

    async def run(self) -> CallLeg | None:
        """Ring until the agent takes the call; None when that does not happen."""
        try:
            return await self._ring()
        except Exception:
            # A mistake of ours with one agent must not cost the caller the call.
            log.exception("an agent can't be rung")
            self.end("unreachable")
            return None

    async def _ring(self) -> CallLeg | None:
        services = self._services
        where = services.targets_of(self.agent)
        prompt = None
        if where.confirm or self._summary is not None:
            prompt = services.confirmation.prompt(services.language_of(self.agent), self._summary or ())
        try:
            self._legs = await dial_reachable(
                services.switchboard, self._place.call, where.targets, self._caller, codecs=self._codecs
            )
            self.leg = leg = await ring_all(self._legs, self._ring_seconds, None)
            if prompt is None or await services.confirmation.confirmed(leg, prompt):
                return leg
            self.end("not_confirmed")
        except NobodyAnswered:
            self.end(_outcome(self._legs))
        except LegClosed:
            self.end("not_confirmed")
        finally:
            if prompt is not None:
                prompt.close()
        return None

    def end(self, outcome: OfferOutcome) -> None:
        """The agent takes the call, or is free for others and the phones fall silent."""
        if self.outcome is not None:
            return
        self.outcome = outcome
        self._place.end_offer(self.agent, outcome)
        if outcome == "answered":
            return
        for leg in self._legs:
            if outcome == "elsewhere":
                leg.hang_up("answered elsewhere", header=ANSWERED_ELSEWHERE)
            else:
                leg.hang_up("caller gave up" if outcome == "caller_gone" else "offer over")


def _outcome(legs: Sequence[CallLeg]) -> OfferOutcome:
    """What the phones of one agent said together; to hang up in the moment of the answer is to refuse."""
    if any(leg.answered for leg in legs):
        return "refused"
    return _OUTCOMES[refusal_of_all([leg.end for leg in legs])]
