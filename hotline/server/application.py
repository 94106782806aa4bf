"""The user agent's application: admits calls, and answers 500 when our own code fails.

Who may register or call is decided by `hotline.server.admission`, what becomes of a call by the router. Here
is what lies around both: whether there is room for another call, and that every request has an answer. A
mistake of ours is a 500, a traceback in the log and an event in the journal, and nothing is left of the call.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Never, assert_never

from config import Site
from hotline.server.admission import Admission
from hotline.server.directory import media_of
from hotline.server.guessing import BanEnded
from hotline.server.overload import LoadGuard
from hotline.server.router import Router
from telephony.call import events
from telephony.call.leg_lifetime import Journal
from telephony.call.switchboard import Switchboard
from telephony.media.interface import ANY_PEER
from telephony.net.driver import Driver
from telephony.net.rtp_ports import PortsExhausted
from telephony.net.signalling import Signalling
from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.message import Request, Response
from telephony.sip.reach import is_address
from telephony.sip.registrar import Binding, RegistrarEvent
from telephony.sip.session import SessionState
from telephony.sip.subscriber import number_of
from telephony.sip.user_agent import SipCall

log = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds, for callers that are refused because the switch is full or shutting down."""


class SwitchApplication:
    """One switch as its user agent sees it; implements `telephony.net.signalling.Application`.

    Args:
        admission: who may register and call.
        router: carries calls to their end.
        site: its limits.
        journal: where refusals are written.
        loop: the event loop.
        clock: Unix time in seconds, for events.
    """

    def __init__(
        self,
        admission: Admission,
        router: Router,
        site: Site,
        journal: Journal,
        *,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
    ) -> None:
        self._admission = admission
        self._router = router
        self._journal = journal
        self._loop = loop
        self._clock = clock
        self._know(site)
        self._registrations: Driver[Never, RegistrarEvent] = Driver(
            admission.registrar,
            perform=assert_never,
            tell=lambda event: admission.write_down([event]),
            loop=loop,
        )
        self.load = LoadGuard(
            loop, time.monotonic, site.settings.sip.max_lag, waited=lambda: self.signalling.transports.waited
        )
        """Limits new calls while the switch falls behind."""
        self._bans: Driver[Never, BanEnded] = Driver(
            admission.guard, perform=assert_never, tell=admission.ban_ended, loop=loop
        )
        # Not at once: the guard is in the middle of a failure.
        admission.on_ban = partial(loop.call_soon, self._bans.run, Output[Never, BanEnded]([], []))
        self._now = loop.time
        self.signalling: Signalling
        self.switchboard: Switchboard
        self.draining = False
        """Set when the switch shuts down: new calls are refused, those in progress go on."""
        self.refusals: Counter[int] = Counter()
        """Calls that were refused before anything answered them, challenges among them, by status."""

    def use(self, site: Site) -> None:
        """Know the users, trunks and limits of this version of the site from now on."""
        gone = self._admission.use(site)
        self._know(site)
        for user in gone:
            self._registrations.run(self._admission.registrar.withdraw(user))

    def _know(self, site: Site) -> None:
        self._max_calls = site.settings.sip.max_calls
        self._media = {f"trunk:{trunk.name}": media_of(trunk) for trunk in site.settings.trunks}

    def close(self) -> None:
        """Stop the timers."""
        self.load.stop()
        self._registrations.stop()
        self._bans.stop()

    def register(self, request: Request, flow: Flow) -> Response:
        """Answer a REGISTER."""
        try:
            response, result = self._admission.register(request, flow)
            self._registrations.run(Output([], list(result.events)))
            for old in result.moved:
                self.signalling.agent.flow_moved(old, flow)
            return response
        except Exception:
            log.exception("a REGISTER failed")
            return request.response(500)

    def restore(self, binding: Binding) -> None:
        """Take up a registration of an earlier run of the switch."""
        self._registrations.run(self._admission.registrar.restore(binding, self._loop.time()))

    def admit(self, request: Request, flow: Flow) -> str | Response:
        """Who brings an INVITE, or the response that refuses it."""
        if self.load.is_out_of_breath():
            # Before anything is looked up: what is refused is to cost next to nothing.
            self.refusals[503] += 1
            return _full(request)
        try:
            who = self._admission.admit(request, flow)
        except Exception:
            log.exception("a call could not be admitted")
            self._refused(500, flow)
            who = request.response(500)
        if not isinstance(who, Response) and self._is_full:
            who = _full(request)
        if isinstance(who, Response):
            self.refusals[who.status] += 1
        return who

    def ignores(self, flow: Flow) -> bool:
        """Whether an address is banned."""
        return self._admission.ignores(flow)

    async def answer_bans(self, question: dict[str, Any]) -> dict[str, Any]:
        """The bans in force; with `lift` one of them ends, which `by` wants."""
        lift = question.get("lift")
        if lift is not None:
            if not is_address(str(lift).partition("/")[0]):
                return {"error": f"{str(lift)[:80]!r} is no address"}
            output = self._admission.guard.lift(
                str(lift).partition("/")[0], str(question.get("by") or "command")
            )
            self._bans.run(output)
            if not output.events:
                return {"error": f"{lift} is not banned"}
        offset = self._clock() - self._now()
        bans = [
            {
                "address": ban.address,
                "since": ban.since + offset,
                "until": ban.until + offset,
                "failures": ban.failures,
                "times": ban.times,
            }
            for ban in self._admission.guard.bans()
        ]
        return {"bans": bans}

    def restore_bans(self, events: Iterable[object]) -> None:
        """Go on with the bans of earlier runs that are not over."""
        self._admission.restore_bans(events)
        self._bans.run(Output([], []))

    def guessing(self) -> dict[str, int]:
        """Failed proofs of identity and what became of them since the start, by kind."""
        counts = self._admission.guard.counts
        return {
            **{kind: counts[kind] for kind in ("failures", "slowed", "bans")},
            "ignored": self._admission.ignored,
        }

    def would_refuse(self, request: Request, flow: Flow) -> Response | None:
        """How a call to the same number would be refused (RFC 3261 11.2), None if it would be taken.

        What names no number asks about the switch. A phone that is registered need not show its password
        again: it asks every few seconds.
        """
        if not number_of(request.uri):
            return None
        who = self._admission.agent_at(flow) or self._admission.identify(request, flow)
        if isinstance(who, Response):
            return who
        if self._is_full or self.load.is_out_of_breath():
            return _full(request)
        answered = self._router.plan.answers(self._admission.parties.called(request.uri), who)
        return None if answered else request.response(404)

    @property
    def _is_full(self) -> bool:
        return self.draining or len(self._router.legs) >= self._max_calls

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        """Take a call that was admitted just now."""
        try:
            parties = self._admission.parties.read(request, source)
            leg = self.switchboard.take(
                call,
                request,
                source,
                caller=parties.caller,
                called=parties.called,
                caller_name=parties.name,
                original_called=parties.original_called,
                media=self._media.get(source, ANY_PEER),
            )
        except PortsExhausted:
            log.warning("no RTP port is left: call refused")
            self._refuse(call, 503, (("Retry-After", RETRY_AFTER),))
        except Exception:
            log.exception("a call could not be accepted")
            self._refused(500, call.flow)
            if call.session.state is SessionState.OFFERED:
                self._refuse(call, 500)
        else:
            self._router.route(leg, request)

    def flow_closed(self, flow: Flow) -> None:
        """Forget registrations that came over a connection which is closed now."""
        self._registrations.run(self._admission.registrar.remove_flow(flow))

    def has_registered(self, flow: Flow) -> bool:
        """Whether a phone is reached over this connection."""
        return self._admission.registrar.has_flow(flow)

    def _refuse(self, call: SipCall, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.signalling.run(call, call.session.refuse(status, None, headers))

    def _refused(self, status: int, flow: Flow) -> None:
        self._journal.append(events.CallRefused(self._clock(), status=status, peer=flow.remote[0]))


def _full(request: Request) -> Response:
    response = request.response(503)
    response.headers.add("Retry-After", RETRY_AFTER)
    return response
