"""What answers each number of a site: echo, play, record, hold, dial or a flow.

One plan belongs to one version of the site. A reload makes a new one, and calls that began on the old one
end on it. Who may call is the doorkeeper's decision, the life of a call the router's.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine
from typing import Any

from config import NumberTarget, Site
from hotline import applications
from hotline.applications import House
from hotline.dialling import dial
from hotline.doorkeeper import Doorkeeper
from hotline.flow_call import Speech
from hotline.flow_runner import FlowHouse, run_flow
from hotline.tickets import TicketBook
from ivr_flows.flow_set import FlowSet
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.sdp.offer_answer import NotAcceptable, SdpError
from telephony.sip.message import Request
from telephony.sip.registrar import Binding
from telephony.sip.uri import SipUri, parse_uri

# What may go out through a trunk: a telephone number, perhaps with its country (E.164).
OUTSIDE = re.compile(r"\+?[0-9]{2,20}")


class NumberPlan:
    """The numbers of one version of a site.

    Args:
        site: its numbers and agents.
        flows: its flows.
        house: what applications work with.
        speech: what flows speak and listen with.
        tickets: where flows write tickets.
        doorkeeper: knows where agents' phones are.
    """

    def __init__(
        self,
        site: Site,
        flows: FlowSet,
        house: House,
        speech: Speech,
        tickets: TicketBook,
        doorkeeper: Doorkeeper,
    ) -> None:
        self._site = site
        self._house = house
        self._doorkeeper = doorkeeper
        self._agents = {agent.number: agent for agent in site.agents}
        # The first trunk with an address for calls to the outside.
        self._way_out = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)
        self._flow_house = FlowHouse(
            house,
            flows,
            speech,
            tickets,
            {queue.name: queue for queue in site.queues},
            self._targets,
            site.settings.sip.ring_timeout,
        )

    def knows(self, number: str) -> bool:
        """Whether anything answers a number."""
        return number in self._site.settings.numbers or number in self._agents

    def accept(self, leg: CallLeg, request: Request) -> bool:
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

    def serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        """The coroutine that has an accepted call to its end."""
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
            case "flow":
                assert target.flow is not None
                caller = self._caller(leg, request, _hops(request))
                return run_flow(leg, self._flow_house, target.flow, target.language, caller)

    def _play(self, leg: CallLeg, target: NumberTarget) -> Coroutine[Any, Any, None]:
        assert target.play is not None
        source = self._house.prompts.loaded(target.play)
        assert source is not None, "prompts of numbers are loaded at start-up"
        return applications.play(leg, source, target.play, repeat=target.repeat)

    async def _dial(
        self, leg: CallLeg, request: Request, wanted: tuple[str, ...], ring_seconds: float | None
    ) -> None:
        hops = _hops(request)
        if hops < 1:
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
            caller=self._caller(leg, request, hops),
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


def _hops(request: Request) -> int:
    """How far a call that we make for this one may go (RFC 3261 16.3), so that a loop through us ends."""
    return (70 if request.max_forwards is None else request.max_forwards) - 1


def _phone(agent: str, binding: Binding) -> Target:
    contact = binding.contact.uri
    flow = binding.flow
    behind_nat = flow.reliable or (
        isinstance(contact, SipUri) and (contact.host, contact.port or 5060) != flow.remote
    )
    return Target(contact, f"agent:{agent}", flow, behind_nat)
