"""From a dialled number to what answers it: every admitted call passes here, in a task of its own.

Who may call was decided by the doorkeeper; what is done with the call is in `applications.py` and
`dialling.py`. Whatever goes wrong in there, the caller gets an answer and the call an end.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Coroutine
from typing import Any

from config import NumberTarget, Site
from hotline import applications
from hotline.applications import House
from hotline.dialling import dial
from hotline.doorkeeper import Doorkeeper
from telephony.call import events
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.sdp.offer_answer import NotAcceptable, SdpError
from telephony.sip.message import Request
from telephony.sip.registrar import Binding
from telephony.sip.uri import SipUri, parse_uri

log = logging.getLogger(__name__)

# What may go out through a trunk: a telephone number, perhaps with its country (E.164).
OUTSIDE = re.compile(r"\+?[0-9]{2,20}")


class Router:
    """Routes the calls of one site.

    Args:
        site: its numbers and agents.
        house: what applications work with.
        doorkeeper: knows where agents' phones are.
    """

    def __init__(self, site: Site, house: House, doorkeeper: Doorkeeper) -> None:
        self._site = site
        self._house = house
        self._doorkeeper = doorkeeper
        self._agents = {agent.number: agent for agent in site.agents}
        # The first trunk with an address for calls to the outside.
        self._way_out = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)
        self._tasks: set[asyncio.Task[None]] = set()
        self.legs: dict[str, CallLeg] = {}
        """The caller's leg of every call that is going on, by call id."""

    def knows(self, number: str) -> bool:
        """Whether anything answers a number."""
        return number in self._site.settings.numbers or number in self._agents

    def route(self, leg: CallLeg, request: Request) -> None:
        """Carry a call from its offer to its end."""
        self.legs[leg.call] = leg
        task = self._house.context.loop.create_task(self._run(leg, request))
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
            if self._acceptable(leg, request):
                await self._serve(leg, request)
        except CallEnded:
            pass  # the usual end: somebody hung up
        except Exception:
            log.exception("call failed", extra={"call": leg.call})
            leg.hang_up("internal error")
        finally:
            leg.hang_up("application finished")
            del self.legs[leg.call]
            end = leg.end
            by, reason = (end.by, end.reason) if end is not None else ("local", "")
            context = self._house.context
            context.journal.append(events.CallEnded(context.clock(), leg.call, "", by, reason))
            log.info("call ended", extra={"call": leg.call, "by": by, "reason": reason})

    def _acceptable(self, leg: CallLeg, request: Request) -> bool:
        """Refuse at once what can't work: a number that nobody has, an offer without anything in common."""
        if not self.knows(leg.called) and not self._may_go_out(leg):
            leg.reject(404)
            return False
        try:
            leg.prepare(request.body)
        except NotAcceptable:
            leg.reject(488)
            return False
        except SdpError as error:
            leg.reject(400, f"Bad SDP: {error}")
            return False
        return True

    def _may_go_out(self, leg: CallLeg) -> bool:
        """Whether a number that nobody here has is for the outside: agents may dial out through a trunk."""
        return (
            self._way_out is not None
            and leg.source.startswith("agent:")
            and OUTSIDE.fullmatch(leg.called) is not None
        )

    def _serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        target = self._site.settings.numbers.get(leg.called)
        if target is None:
            return self._dial(leg, request, (leg.called,), None)
        match target.kind:
            case "echo":
                return applications.echo(leg)
            case "hold":
                return applications.hold(leg)
            case "record":
                assert target.record is not None
                return applications.record(leg, self._house, target.record)
            case "play":
                return self._play(leg, target)
            case "dial":
                return self._dial(leg, request, target.dial, target.ring_timeout)

    def _play(self, leg: CallLeg, target: NumberTarget) -> Coroutine[Any, Any, None]:
        assert target.play is not None
        source = self._house.prompts.loaded(target.play)
        assert source is not None, "prompts of numbers are loaded at start-up"
        return applications.play(leg, source, target.play, repeat=target.repeat)

    async def _dial(
        self, leg: CallLeg, request: Request, wanted: tuple[str, ...], ring_seconds: float | None
    ) -> None:
        hops = 70 if request.max_forwards is None else request.max_forwards
        if hops <= 1:
            leg.reject(483)
            return
        targets = [target for name in wanted for target in self._targets(name)]
        if not targets:
            leg.reject(480)
            return
        await dial(
            leg,
            self._house,
            targets,
            caller=self._caller(leg, request, hops - 1),
            ring_seconds=ring_seconds or self._site.settings.sip.ring_timeout,
        )

    def _caller(self, leg: CallLeg, request: Request, hops: int) -> Caller:
        """Whom the phones show: an agent by its own number, whatever its phone wrote into From."""
        kind, _, number = leg.source.partition(":")
        agent = self._agents.get(number) if kind == "agent" else None
        if agent is not None:
            return Caller(agent.number, agent.name, hops)
        return Caller(leg.caller, request.from_.display, hops)

    def _targets(self, name: str) -> list[Target]:
        """The phones of an agent, or a SIP address."""
        if name in self._agents:
            return [_phone(name, binding) for binding in self._doorkeeper.phones_of(name)]
        if self._way_out is not None and OUTSIDE.fullmatch(name):
            host = self._way_out.host
            assert host is not None
            uri = SipUri("sip", name, host=host.host, port=host.port)
            if self._way_out.transport == "tcp":
                uri = uri.with_params(transport="tcp")
            return [Target(uri, f"trunk:{self._way_out.name}", shown=self._way_out.from_number)]
        return [Target(parse_uri(name), name)]


def _phone(agent: str, binding: Binding) -> Target:
    contact = binding.contact.uri
    flow = binding.flow
    behind_nat = flow.reliable or (
        isinstance(contact, SipUri) and (contact.host, contact.port or 5060) != flow.remote
    )
    return Target(contact, f"agent:{agent}", flow, behind_nat)
