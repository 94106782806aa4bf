"""A conversation between customer and agent: bridge, music on hold, recording, transfer by the agent.

It ends when the customer hangs up or nobody is left to talk to. What follows for the customer is left to
`queued_call.py`, the agent's wrap-up to `callback_queue.agents.roster`.
"""

from __future__ import annotations

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

# A phone whose transfer succeeded usually hangs up; one that does not is hung up after this.
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Talked:
    """How a conversation ended.

    Args:
        agent: who spoke last, "" for somebody who is no agent.
        agent_hung_up: the customer is still on the line, and nothing more is planned for them.
        lost: the customer is still on the line: the agent passed the call on and hung up, and nobody answered
            there, so another agent has to take it.
    """

    agent: str
    agent_hung_up: bool = False
    lost: bool = False


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
        self._number = ""
        self._released: list[CallLeg] = []

    async def run(self) -> Talked:
        """Connect the two, until one of them hangs up; never raises for that."""
        recording: Recording | None = None
        try:
            if self._queue.record:
                recording = self._leg.audio.record(
                    self._services.calls.recordings,
                    f"{self._leg.call}-{self._agent_leg.leg}.wav",
                )
            return await self._converse()
        except LegClosed:
            return Talked(self._agent)
        finally:
            if recording is not None:
                recording.stop()
            for leg in (self._agent_leg, *self._released):
                leg.hang_up("call over")

    async def _converse(self) -> Talked:
        while True:
            ended = await self._bridged()
            if self._asked is None:
                return Talked(self._agent, agent_hung_up=ended is not None and ended is not self._leg)
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
            if request.replaces is not None or self._asked is not None:
                return False
            destination = services.destination(request.number, self._agent, self._leg.call)
            if destination is None:
                return False
            self._asked, self._number = destination, request.number
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
        try:
            if to.serve is not None:
                self._tell(to, 200)
                self._release(self._agent_leg)
                self._leg.audio.wait_with(None)
                await to.serve(self._leg, self._language)
                return Talked("")
            other = await self._ring(to)
        except NobodyAnswered as failure:
            self._tell(to, failure.status)
            return Talked(self._agent, lost=True) if self._agent_leg.is_over else None
        except LegClosed:
            self._tell(to, 487)
            raise
        finally:
            self._leg.audio.wait_with(None)
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
                target=self._number,
                to_agent=to.agent,
                queue=to.queue,
                status=status,
            )
        )

    def _release(self, leg: CallLeg) -> None:
        """Hang up the agent's phone, if it does not hang up first."""
        self._released.append(leg)
        self._services.loop.call_later(GOODBYE_SECONDS, leg.hang_up, "transferred")
