"""A conversation between customer and agent: bridge, music on hold, recording, transfer by the agent.

It ends when the customer hangs up or nobody is left to talk to. What follows for the customer is left to
`queued_call.py`, the agent's wrap-up to `callback_queue.agents.roster`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from callback_queue.acd.services import Destination, QueueServices
from callback_queue.agents.events import CallTransferred
from config import Queue
from telephony.call.bridging import CallBridge
from telephony.call.errors import LegClosed
from telephony.call.forking import NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.leg_transfer import TransferRequest
from telephony.call.switchboard import Caller, codecs_like
from telephony.media.interface import Recording

log = logging.getLogger(__name__)

# Who answers and hangs up in less time has said nothing that anybody could have heard.
SHORTEST_TALK = 0.2
# A phone whose transfer succeeded usually hangs up; one that does not is hung up after this.
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Talked:
    """How a conversation ended.

    Args:
        agent: who spoke last, "" for somebody who is no agent.
        agent_hung_up: the customer is still on the line, and nothing more is planned for them.
        lost: the customer is still on the line and was not served, so another agent has to take the call:
            the agent passed it on and hung up, and nobody answered there; the agent's phone died, or hung up
            in the moment of the answer; we failed.
        passed_on_since: the customer was being passed on since then (Unix seconds) and hung up before anybody
            had answered; 0 otherwise.
    """

    agent: str
    agent_hung_up: bool = False
    lost: bool = False
    passed_on_since: float = 0.0


class Talk:
    """One conversation.

    Args:
        leg: the customer's.
        services: what the queue works with.
        queue: its rules for recording and wrap-up.
        agent, agent_leg: who took the call.
        caller: whom phones show when the call is transferred.
        language: the customer's.
    """

    def __init__(
        self,
        leg: CallLeg,
        services: QueueServices,
        queue: Queue,
        agent: str,
        agent_leg: CallLeg,
        caller: Caller,
        language: str,
    ) -> None:
        self._leg = leg
        self._services = services
        self._queue = queue
        self._agent = agent
        self._agent_leg = agent_leg
        self._caller = caller
        self._language = language
        self._asked: Destination | None = None
        self._passed_on_since = 0.0
        self._released: list[CallLeg] = []

    async def run(self) -> Talked:
        """Connect the two, until one of them hangs up; never raises for that."""
        recording = self._record()
        try:
            return await self._converse()
        except LegClosed:
            return self._over()
        except Exception:
            log.exception("a conversation failed")
            return self._over()
        finally:
            if recording is not None:
                recording.stop()
            for leg in (self._agent_leg, *self._released):
                leg.hang_up("call over")

    def _over(self) -> Talked:
        """The conversation could not go on: who still is on the line is to be served."""
        return Talked(self._agent, lost=not self._leg.is_over, passed_on_since=self._passed_on_since)

    def _record(self) -> Recording | None:
        if not self._queue.record or self._leg.is_over:
            return None
        file = f"{self._leg.call}-{self._agent_leg.leg}.wav"
        try:
            return self._leg.audio.record(self._services.calls.recordings, file)
        except LegClosed:
            return None
        except Exception:
            log.exception("a conversation is not recorded")
            return None

    async def _converse(self) -> Talked:
        while True:
            began = self._services.loop.time()
            ended = await self._bridged()
            if self._asked is None:
                if self._leg.is_over:
                    return Talked(self._agent)
                end, seconds = self._agent_leg.end, self._services.loop.time() - began
                if ended is None or end is None or end.by != "remote" or seconds < SHORTEST_TALK:
                    return Talked(self._agent, lost=True)
                return Talked(self._agent, agent_hung_up=True)
            done = await self._pass_on(self._asked)
            self._asked = None
            if done is not None:
                return done

    async def _bridged(self) -> CallLeg | None:
        """Who hung up; None when the bridge was closed for a transfer."""
        services, began = self._services, self._services.now()
        agent_leg = self._agent_leg
        bridge = CallBridge(
            services.calls.context, services.switchboard.engine, self._leg, agent_leg, services.calls.music
        )

        def asked(request: TransferRequest) -> bool:
            if request.replaces is not None or self._asked is not None or self._leg.is_over:
                return False
            destination = services.destination(request.target, self._agent, self._leg.call)
            if destination is None:
                return False
            self._asked = destination
            bridge.close()
            return True

        agent_leg.transfer.on_requested = asked
        try:
            return await bridge.wait(keep=self._leg)
        finally:
            agent_leg.transfer.on_requested = None
            services.distributor.handled(self._queue.name, services.now() - began + self._queue.wrap_up)

    # --- transfer ---------------------------------------------------------------------------------------

    async def _pass_on(self, to: Destination) -> Talked | None:
        """Connect the customer elsewhere; None when the conversation continues there, or with the agent."""
        self._leg.audio.wait_with(self._services.calls.music)
        self._passed_on_since = self._services.now()
        try:
            if to.serve is not None:
                self._tell(to, 200)
                self._release(self._agent_leg)
                self._leg.audio.wait_with(None)
                self._passed_on_since = 0.0  # what becomes of the customer there is told there
                await to.serve(self._leg, self._language)
                return Talked("")
            other = await self._ring(to)
        except NobodyAnswered as failure:
            self._tell(to, failure.status)
            self._passed_on_since = 0.0
            return Talked(self._agent, lost=True) if self._agent_leg.is_over else None
        except LegClosed:
            self._tell(to, 487)
            raise
        finally:
            self._leg.audio.wait_with(None)
        self._passed_on_since = 0.0
        self._tell(to, 200)
        self._release(self._agent_leg)
        self._agent, self._agent_leg = to.agent, other
        return None

    async def _ring(self, to: Destination) -> CallLeg:
        """Ring the destination of a transfer.

        Raises:
            NobodyAnswered: the status to tell the agent.
            LegClosed: the customer hung up.
        """
        switchboard, codecs = self._services.switchboard, codecs_like(self._leg)
        legs = await dial_reachable(switchboard, self._leg.call, to.targets, self._caller, codecs=codecs)
        for leg in legs:
            leg.on_progress = self._progressed
        try:
            return await ring_all(legs, self._services.transfer_seconds, self._leg)
        finally:
            for leg in legs:
                leg.on_progress = None

    def _progressed(self, status: int, early: bool) -> None:
        if not self._agent_leg.is_over:
            self._agent_leg.transfer.report(status)

    def _tell(self, to: Destination, status: int) -> None:
        """Report the transfer to the agent's phone and to the journal."""
        if not self._agent_leg.is_over:
            self._agent_leg.transfer.report(status)
        services, leg = self._services, self._leg
        services.tell(
            CallTransferred(
                services.now(),
                leg.call,
                leg.leg,
                agent=self._agent,
                target=to.number,
                to_agent=to.agent,
                queue=to.queue,
                status=status,
            )
        )

    def _release(self, leg: CallLeg) -> None:
        """Hang up the agent's phone, if it does not hang up first."""
        self._released.append(leg)
        self._services.loop.call_later(GOODBYE_SECONDS, leg.hang_up, "transferred")
