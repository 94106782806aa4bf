"""What answers each number of a site: echo, play, record, hold, dial, a queue or a flow.

One plan belongs to one version of the site. A reload makes a new one, and calls that began on the old one
end on it. Who may call is decided by admission, whom we can dial by the directory; the life of a call is the
router's.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from callback_queue.acd.answer_confirmation import AnswerConfirmation
from callback_queue.acd.services import Destination, QueueServices
from callback_queue.agents.agent import AgentCommand
from callback_queue.agents.feature_codes import answer_code, read_code
from callback_queue.customers.directory import Customers
from callback_queue.line.distributor import Distributor
from callback_queue.tickets.book import TicketBook
from config import NumberTarget, Site
from hotline.server.departures import FlowServices, serve_flow, serve_queue
from hotline.server.directory import CallbackPhones, Directory
from hotline.server.outside_calls import Asker, OutsideCalls
from hotline.server.parties import PartyReader
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.flow_call import Speech
from telephony.applications.dial import dial
from telephony.applications.echo import echo
from telephony.applications.hold import hold
from telephony.applications.play import play
from telephony.applications.record import record
from telephony.applications.services import ApplicationServices
from telephony.call.errors import NotPermitted
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.media.interface import AudioSource
from telephony.sdp.offer_answer import NotAcceptable, SdpError
from telephony.sip.message import Request
from telephony.sip.registrar import Binding
from telephony.sip.uri import Uri


class NumberPlan:
    """The numbers of one version of a site.

    Args:
        site: its numbers and agents.
        flows: its flows.
        applications: what applications work with.
        speech: what flows speak and listen with.
        tickets: where flows write tickets.
        phones_of: where an agent's phones are registered.
        distributor: the line and the agents.
        music: what waits are filled with, by the queue's name.
        customers: who calls.
        outside: what may be dialled outside.
    """

    def __init__(
        self,
        site: Site,
        flows: FlowSet,
        applications: ApplicationServices,
        speech: Speech,
        tickets: TicketBook,
        phones_of: Callable[[str], Sequence[Binding]],
        distributor: Distributor,
        music: Mapping[str, AudioSource],
        customers: Customers,
        outside: OutsideCalls,
    ) -> None:
        self._site = site
        self._applications = applications
        self.directory = directory = Directory(site, phones_of, distributor.roster.on_mobile, outside)
        duty = site.settings.agents
        self._parties = PartyReader(site)
        self.queue_services = QueueServices(
            calls=applications,
            distributor=distributor,
            prompts=speech.prompts,
            confirmation=AnswerConfirmation(speech.prompts, duty.confirm_key, duty.confirm_seconds),
            targets_of=directory.reach,
            destination=self._destination,
            agents=directory.agents,
            queues={queue.name: queue for queue in site.queues},
            music=music,
            language=site.settings.language,
            customer_of=customers.find,
            transfer_seconds=site.settings.sip.ring_timeout,
        )
        self.callback_phones = CallbackPhones(directory)
        """Where customers are called back."""
        self._flow_services = FlowServices(
            calls=applications,
            flows=flows,
            speech=replace(speech, may_call_back=self.callback_phones.may_ever_call),
            tickets=tickets,
            queues=self.queue_services,
            targets=lambda name, call: directory.targets(name, Asker("flow", call=call)),
            may_call_back=self.callback_phones.may_ever_call,
            ring_seconds=site.settings.sip.ring_timeout,
        )

    def knows(self, number: str) -> bool:
        """Whether anything answers a number."""
        return number in self._site.settings.numbers or number in self.directory.agents

    def answers(self, number: str, source: str) -> bool:
        """Whether a call to a number would be taken.

        Args:
            number: as the site spells it where it is the site's own.
            source: who calls, "agent:1001" or "trunk:NAME". Agents may dial out, and say things by codes.
        """
        if not self._leads_somewhere(number, source):
            return False
        if self.knows(number) or self._is_code(number):
            return True
        return self.directory.refusal(number, Asker("phone", source.removeprefix("agent:"))) is None

    def _leads_somewhere(self, number: str, source: str) -> bool:
        if self.knows(number):
            return True
        if not source.startswith("agent:"):
            return False
        return self.directory.leads_out(number) or self._is_code(number)

    def _is_code(self, number: str) -> bool:
        return read_code(number, self._site.settings.agents) is not None

    def accept(self, leg: CallLeg, request: Request) -> bool:
        """Refuse at once what can't work: a number that nobody has, an offer without anything in common."""
        if not self._leads_somewhere(leg.called, leg.source):
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

    def _code(self, leg: CallLeg) -> AgentCommand | None:
        """What an agent says by dialling a feature code; None for all other calls."""
        return read_code(leg.called, self._site.settings.agents) if leg.source.startswith("agent:") else None

    def serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        """The coroutine that has an accepted call to its end."""
        code = self._code(leg)
        if code is not None:
            agent = leg.source.removeprefix("agent:")
            carry_out = partial(self.queue_services.distributor.roster.command, agent)
            return answer_code(
                leg, code, carry_out, self.queue_services.prompts, self.queue_services.language_of(agent)
            )
        target = self._site.settings.numbers.get(leg.called)
        if target is None:
            asker = Asker("phone", leg.source.removeprefix("agent:"), leg.call)
            return self._dial(leg, request, (leg.called,), None, asker)
        match target.kind:
            case "echo":
                return echo(leg)
            case "hold":
                return hold(leg)
            case "record":
                assert target.record is not None
                return record(
                    leg,
                    self._applications.recordings,
                    beep=target.record.beep,
                    max_seconds=target.record.max_seconds,
                    silence_seconds=target.record.silence_seconds,
                    finish_key=target.record.finish_key,
                    play_back=target.record.play_back,
                )
            case "play":
                return self._play(leg, target)
            case "dial":
                asker = Asker("number", call=leg.call)
                return self._dial(leg, request, target.dial, target.ring_timeout, asker)
            case "flow":
                assert target.flow is not None
                caller = _caller(leg, _hops(request))
                return serve_flow(leg, self._flow_services, target.flow, target.language, caller)
            case "queue":
                assert target.queue is not None
                language = target.language or self._site.settings.language
                caller = _caller(leg, _hops(request))
                return serve_queue(leg, self._flow_services, target.queue, language, caller)

    def _play(self, leg: CallLeg, target: NumberTarget) -> Coroutine[Any, Any, None]:
        assert target.play is not None
        source = self._applications.prompts.loaded(target.play)
        assert source is not None, "prompts of numbers are loaded at start-up"
        return play(leg, source, target.play, repeat=target.repeat)

    async def _dial(
        self,
        leg: CallLeg,
        request: Request,
        wanted: tuple[str, ...],
        ring_seconds: float | None,
        asker: Asker,
    ) -> None:
        hops = _hops(request)
        if hops < 1:
            leg.reject(483)
            return
        try:
            targets = self._permitted(wanted, asker)
        except NotPermitted as refused:
            leg.reject(refused.status, refused.reason)
            return
        if not targets:
            leg.reject(480)
            return
        await dial(
            leg,
            self._applications,
            targets,
            caller=_caller(leg, hops),
            ring_seconds=ring_seconds or self._site.settings.sip.ring_timeout,
        )

    def _permitted(self, wanted: Sequence[str], asker: Asker) -> list[Target]:
        """The targets of some names; one that may not be dialled is left out where others may.

        Raises:
            NotPermitted: none of them may be dialled.
        """
        found: list[Target] = []
        refused: NotPermitted | None = None
        for name in wanted:
            try:
                found += self.directory.targets(name, asker)
            except NotPermitted as error:
                refused = error
        if refused is not None and not found:
            raise refused
        return found

    def _destination(self, uri: Uri, agent: str, call: str) -> Destination | None:
        """Where a URI leads that an agent passes a caller on to; None for what can't have them.

        Raises:
            NotPermitted: a number that may not be dialled.
        """
        directory = self.directory
        asker = Asker("refer", agent, call)
        number = self._parties.called(uri)
        if number in directory.agents:
            # Who answers on a mobile would have to press a key first, which a caller on the line can't await.
            phones = () if directory.on_mobile(number) else tuple(directory.targets(number, asker))
            return Destination(number, phones, agent=number)
        target = self._site.settings.numbers.get(number)
        if target is None:
            if number in self.queue_services.queues:
                return self._into_queue(number, number, None)
            if not directory.leads_out(number):
                return None
            return Destination(number, tuple(directory.targets(number, asker)))
        if target.queue is not None:
            return self._into_queue(number, target.queue, target.language)
        if target.flow is not None:
            return self._into_flow(number, target.flow, target.language)
        wanted = tuple(self._permitted(target.dial, Asker("number", call=call)))
        return Destination(number, wanted) if wanted else None

    def _into_flow(self, number: str, flow: str, language: str | None) -> Destination:
        known = self._flow_services.flows.flows[flow].languages
        return Destination(
            number,
            serve=lambda leg, spoken: serve_flow(
                leg,
                self._flow_services,
                flow,
                language or (spoken if spoken in known else None),
                Caller(leg.caller),
            ),
        )

    def _into_queue(self, number: str, queue: str, language: str | None) -> Destination:
        return Destination(
            number,
            queue=queue,
            serve=lambda leg, spoken: serve_queue(
                leg, self._flow_services, queue, language or spoken, Caller(leg.caller)
            ),
        )


def _caller(leg: CallLeg, hops: int) -> Caller:
    """Whom the phones show."""
    return Caller(leg.caller, leg.caller_name, hops)


def _hops(request: Request) -> int:
    """How far a call that we make for this one may go (RFC 3261 16.3), so that a loop through us ends."""
    return (70 if request.max_forwards is None else request.max_forwards) - 1
