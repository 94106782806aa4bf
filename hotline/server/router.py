"""The life of every admitted call: a task of its own, from its offer to its end.

Who may call was decided by the doorkeeper, what answers the number by the plan. Whatever goes wrong in
there, the caller gets an answer and the call an end.
"""

from __future__ import annotations

import asyncio
import logging

from hotline.server.number_plan import NumberPlan
from telephony.call import events
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.sip.message import Request

log = logging.getLogger(__name__)


class Router:
    """Routes the calls of one site.

    Args:
        plan: what answers each number; put another in its place to change it for new calls.
        context: loop, journal and clock.
    """

    def __init__(self, plan: NumberPlan, context: LegContext) -> None:
        self.plan = plan
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self.legs: dict[str, CallLeg] = {}
        """The caller's leg of every call that is going on, by call id."""

    def route(self, leg: CallLeg, request: Request) -> None:
        """Carry a call from its offer to its end."""
        self.legs[leg.call] = leg
        task = self._context.loop.create_task(self._run(leg, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def tasks(self) -> int:
        """Tasks that carry calls."""
        return len(self._tasks)

    async def wait_idle(self, seconds: float) -> None:
        """Wait until no call is going on, or the time is over."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _run(self, leg: CallLeg, request: Request) -> None:
        # Agents are people: their numbers are for the journal, not for the log.
        source = "agent" if leg.source.startswith("agent:") else leg.source
        log.info("call offered", extra={"call": leg.call, "source": source})
        try:
            plan = self.plan
            if plan.accept(leg, request):
                await plan.serve(leg, request)
        except CallEnded as over:
            # The usual end: somebody hung up. Its frames hold the futures that hold it: part the ring.
            over.__traceback__ = None
        except Exception:
            log.exception("call failed", extra={"call": leg.call})
            leg.hang_up("internal error")
        finally:
            leg.hang_up("application finished")
            del self.legs[leg.call]
            end = leg.end
            by, reason = (end.by, end.reason) if end is not None else ("local", "")
            ended = events.CallEnded(self._context.clock(), leg.call, "", by, reason)
            self._context.journal.append(ended)
            log.info("call ended", extra={"call": leg.call, "by": by, "reason": reason})
