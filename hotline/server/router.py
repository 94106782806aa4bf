"""Runs every admitted call in its own task, from the offer to the end.

Who may call was decided by admission; what answers the number is the number plan's decision. Whatever goes
wrong there, the caller gets an answer and the call an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from structlog.contextvars import bind_contextvars

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.sip.message import Request

log = logging.getLogger(__name__)


class Plan(Protocol):
    """What answers each number (`hotline.server.number_plan`)."""

    def accept(self, leg: CallLeg, request: Request) -> bool:
        """Refuse at once what can't work; whether the call may go on."""
        ...

    def answers(self, number: str, source: str) -> bool:
        """Whether a call to a number from "agent:1001" or "trunk:NAME" would be taken."""
        ...

    def serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        """The coroutine that has an accepted call to its end."""
        ...


class Router:
    """Routes the calls of one site.

    Args:
        context: loop, journal and clock.
    """

    def __init__(self, context: LegContext) -> None:
        self.plan: Plan
        """What answers each number; put another in its place to change it for new calls."""
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self.legs: dict[str, CallLeg] = {}
        """The caller's leg of every call in progress, by call id."""

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
        """Wait until no call is in progress, or the time is over."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _run(self, leg: CallLeg, request: Request) -> None:
        # Whatever this task logs, or starts and that logs, is of this call.
        bind_contextvars(call=leg.call)
        # Agents are people: their numbers are for the journal, not for the log.
        source = "agent" if leg.source.startswith("agent:") else leg.source
        log.info("call offered", extra={"source": source})
        try:
            plan = self.plan
            if plan.accept(leg, request):
                await plan.serve(leg, request)
        except LegClosed as over:
            # The usual end: somebody hung up. Its frames hold the futures that hold it: break the cycle.
            over.__traceback__ = None
        except Exception:
            log.exception("call failed")
            # A caller who still waits for an answer gets one; one who has it is hung up below.
            with contextlib.suppress(LegClosed, CallStateError):
                leg.reject(500)
            leg.hang_up("internal error")
        finally:
            self._end(leg)

    def _end(self, leg: CallLeg) -> None:
        """Write a call's end."""
        del self.legs[leg.call]
        leg.hang_up("application finished")
        end = leg.end
        by, reason = (end.by, end.reason) if end is not None else ("local", "")
        ended = events.CallEnded(self._context.clock(), leg.call, "", by=by, reason=reason)
        self._context.journal.append(ended)
        log.info("call ended", extra={"by": by, "reason": reason})
