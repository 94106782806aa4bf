"""A customer and an agent talk: bridge, music while one side holds, recording, passing the call on.

It ends when the customer hangs up or nobody is left to talk to. What follows for the customer is
`waiting.py`'s matter, what the agent does next the board's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from callback_queue.acd.events import CallTransferred
from callback_queue.acd.services import Destination, FloorHouse
from config import Queue
from telephony.applications.play import disk_failed
from telephony.call.bridging import CallBridge
from telephony.call.errors import CallEnded
from telephony.call.forking import NobodyAnswered, ring_all
from telephony.call.leg import CallLeg
from telephony.call.leg_transfer import TransferRequest
from telephony.call.switchboard import CODECS, Caller
from telephony.media.interface import Recording
from telephony.net.rtp_ports import PortsExhausted
from telephony.net.transports import Unreachable

log = logging.getLogger(__name__)

# A phone that hears that its transfer went well hangs up by itself; one that does not, after this.
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Talked:
    """How a conversation ended.

    Args:
        agent: who spoke last, "" for somebody outside.
        agent_hung_up: the customer is still on the line, and nothing more is planned for them.
        lost: the customer is still on the line and was to be passed on to somebody who did not answer, by an
            agent who has hung up: somebody else has to take the call.
    """

    agent: str
    agent_hung_up: bool = False
    lost: bool = False


class Talk:
    """One conversation.

    Args:
        leg: the customer's.
        house: what the floor works with.
        queue: whose rules hold: recording and wrap-up.
        agent, agent_leg: who took the call.
        caller: whom phones show when the call is passed on.
        language: the customer's.
    """

    def __init__(
        self,
        leg: CallLeg,
        house: FloorHouse,
        queue: Queue,
        agent: str,
        agent_leg: CallLeg,
        caller: Caller,
        language: str,
    ) -> None:
        self._leg = leg
        self._house = house
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
                    self._house.house.recordings,
                    f"{self._leg.call}-{self._agent_leg.leg}.wav",
                    on_error=disk_failed,
                )
            return await self._converse()
        except CallEnded:
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
        """Who hung up; None when the two were parted to pass the call on."""
        house, began = self._house, self._house.now()
        agent_leg = self._agent_leg
        bridge = CallBridge(
            house.house.context, house.switchboard.engine, self._leg, agent_leg, house.house.music
        )

        def asked(request: TransferRequest) -> bool:
            destination = None if request.replaces is not None else house.destination(request.number)
            if destination is None or self._asked is not None:
                return False
            self._asked, self._number = destination, request.number
            bridge.close()
            return True

        agent_leg.transfer.on_requested = asked
        try:
            return await bridge.wait(keep=self._leg)
        finally:
            agent_leg.transfer.on_requested = None
            house.floor.handled(self._queue.name, house.now() - began + self._queue.wrap_up)

    # --- passing on -------------------------------------------------------------------------------------

    async def _pass_on(self, to: Destination) -> Talked | None:
        """Connect the customer elsewhere; None when the conversation goes on, with whoever it is now."""
        self._leg.audio.wait_with(self._house.house.music)
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
        except CallEnded:
            self._tell(to, 487)
            raise
        finally:
            self._leg.audio.wait_with(None)
        self._tell(to, 200)
        self._release(self._agent_leg)
        self._agent, self._agent_leg = to.agent, other
        if to.agent:
            self._house.board.connected(to.agent, self._leg.call, other.leg, self._queue.wrap_up)
        return None

    async def _ring(self, to: Destination) -> CallLeg:
        """Ring whom the call is passed on to.

        Raises:
            NobodyAnswered: the status to tell the agent.
            CallEnded: the customer hung up.
        """
        legs: list[CallLeg] = []
        codecs = (self._leg.codec, *(name for name in CODECS if name != self._leg.codec))
        for target in to.targets:
            try:
                legs.append(
                    await self._house.switchboard.dial(self._leg.call, target, self._caller, codecs=codecs)
                )
            except (Unreachable, PortsExhausted) as error:
                log.info("target unreachable: %s", error)
        for leg in legs:
            leg.on_progress = self._progressed
        try:
            return await ring_all(legs, self._house.transfer_seconds, self._leg)
        finally:
            for leg in legs:
                leg.on_progress = None

    def _progressed(self, status: int, early: bool) -> None:
        if not self._agent_leg.is_over:
            self._agent_leg.transfer.report(status)

    def _tell(self, to: Destination, status: int) -> None:
        """How it went, to the agent's phone and to the journal."""
        if not self._agent_leg.is_over:
            self._agent_leg.transfer.report(status)
        house, leg = self._house, self._leg
        house.tell(
            CallTransferred(
                house.now(),
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
        """Hang up a phone that does not do so by itself."""
        self._released.append(leg)
        self._house.loop.call_later(GOODBYE_SECONDS, leg.hang_up, "transferred")
