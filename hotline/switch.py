"""One running switch: everything wired together, started and stopped in order.

The composition root: it knows all layers, decides nothing by itself. The process around it (arguments,
signals, exit code) is `serve.py`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from twisted.internet.posixbase import PosixReactorBase

from asr.intake_texts import TEXTS as INTAKE_TEXTS
from config import Site, SiteError
from hotline.applications import House
from hotline.control import ControlSocket
from hotline.doorkeeper import Doorkeeper
from hotline.http import HttpServer
from hotline.journal import Journal
from hotline.metrics import registry_of
from hotline.number_plan import NumberPlan
from hotline.router import Router
from hotline.speech import SpeechHouse
from hotline.tickets import TicketBook
from hotline.version import VERSION
from ivr_flows.flow_set import FlowSet
from ivr_flows.texts import TEXTS as FLOW_TEXTS
from telephony.call.leg_base import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media import tones
from telephony.media.convert import PromptError
from telephony.media.engine import Engine
from telephony.media.interface import AudioSource, EngineCounters
from telephony.media.prompts import PromptStore
from telephony.net.driver import Driver
from telephony.net.rtp_ports import PortPool, PortsExhausted
from telephony.net.sip_call import SipCall
from telephony.net.transports import Transports
from telephony.net.user_agent import UserAgent
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.registrar import RegistrarEffect
from telephony.sip.timers import Timers

log = logging.getLogger(__name__)

RETRY_AFTER = "5"
GOODBYE_SECONDS = 2.0
PROMPT_CACHE = "run/prompt-cache"
TICKETS = "tickets"


class Switch:
    """The switch of one site; implements the user agent's `Application`.

    Args:
        site: the loaded site.
        flows: its flows.
        reread: loads both anew from the same files, for a reload; raises `SiteError`.
        loop: the running event loop.
        reactor: Twisted's reactor on that loop.
    """

    def __init__(
        self,
        site: Site,
        flows: FlowSet,
        reread: Callable[[], tuple[Site, FlowSet]],
        *,
        loop: asyncio.AbstractEventLoop,
        reactor: PosixReactorBase,
    ) -> None:
        self._site = site
        self._flows = flows
        self._reread = reread
        self._loop = loop
        self._reactor = reactor
        self._started = loop.time()
        self._draining = False
        settings = site.settings
        self.journal = Journal(site.journal_path)
        self.context = LegContext(loop, self.journal, time.time)
        self._doorkeeper = Doorkeeper(site, self.journal, now=loop.time, clock=time.time)
        self._registrations: Driver[RegistrarEffect] = Driver(
            self._doorkeeper.registrar, lambda effect: self._doorkeeper.tell([effect]), loop
        )
        sip = settings.sip
        self._agent = UserAgent(
            loop,
            timers=Timers(sip.t1, sip.t2, sip.t4),
            application=self,
            server=f"hotline/{VERSION}",
        )
        self.transports = Transports(reactor, self._agent, public_address=sip.public_address)
        self._agent.use(self.transports)
        self._engine = Engine(loop, _port_pools(site))
        self._switchboard = Switchboard(
            self.context,
            self._agent,
            self._engine,
            dead_after=settings.rtp.dead_after,
            domain=sip.domain,
            public_media_address=settings.rtp.public_address or sip.public_address,
        )
        self._tickets = TicketBook(site.path(TICKETS), self.journal)
        # Without a number that leads into a flow, no voice and no recogniser is started.
        self.speech = SpeechHouse(site, _languages(site, flows))
        self._router: Router
        self._http = HttpServer(self.health, registry_of(self), self._tickets.state_of)
        self._control = ControlSocket(
            site.control_socket, {"status": self._answer_status, "reload": self.reload}
        )

    # --- life -----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load the prompts, then open every socket.

        Raises:
            PromptError: a prompt that a number or the music needs can't be read.
            AlreadyRunning: another server has this site.
            twisted.internet.error.CannotListenError: an address is busy or not ours.
        """
        self._router = Router(await self._make_plan(self._site, self._flows), self.context)
        await self._control.open()
        http = self._site.settings.http.listen
        self.http_address = self._http.listen(self._reactor, http.host, http.port)
        for address in self._site.settings.sip.listen:
            self.transports.listen(address.transport, address.host, address.port)
        await self.speech.start()
        self._speak_ahead(self._flows)

    def _speak_ahead(self, flows: FlowSet) -> None:
        own = [pair for texts in (*FLOW_TEXTS.values(), *INTAKE_TEXTS.values()) for pair in texts.items()]
        self.speech.prepare([*flows.texts(), *own])

    async def _make_plan(self, site: Site, flows: FlowSet) -> NumberPlan:
        """Load what numbers play, so that nothing is converted while a caller waits."""
        settings = site.settings
        prompts = PromptStore(site.root / "prompts", site.path(PROMPT_CACHE))
        for name in {target.play for target in settings.numbers.values() if target.play is not None}:
            await asyncio.to_thread(prompts.load, name)
        if settings.music_on_hold == "default":
            music: AudioSource = await asyncio.to_thread(tones.music)
        else:
            music = await asyncio.to_thread(prompts.load, settings.music_on_hold)
        recordings = site.recordings_folder
        house = House(
            self.context, self._switchboard, prompts, music, recordings, settings.recordings.record_calls
        )
        speech = self.speech.for_plan(prompts, recordings, _local_time)
        return NumberPlan(site, flows, house, speech, self._tickets, self._doorkeeper)

    async def reload(self) -> dict[str, Any]:
        """Load the site's files anew and use them for new calls; a mistake anywhere changes nothing."""
        try:
            site, flows = await asyncio.to_thread(self._reread)
            plan = await self._make_plan(site, flows)
        except SiteError as error:
            return {"problems": [str(problem) for problem in error.problems]}
        except PromptError as error:
            return {"problems": [str(error)]}
        restart = _needs_restart(self._site, site)
        if _languages(site, flows) - self.speech.languages:
            restart.append("numbers (a language that is new here)")
        self._site, self._flows, self._router.plan = site, flows, plan
        self._doorkeeper.use(site)
        self._speak_ahead(flows)
        log.info("site reloaded", extra={"flows": flows.version})
        return {"problems": [], "flows": flows.version, "restart": restart}

    async def drain(self, seconds: float) -> None:
        """Take no new calls, and wait until those going on are over, but not for ever.

        Args:
            seconds: how long calls may take to finish; after it they are hung up.
        """
        self._draining = True
        log.info("shutting down", extra={"calls": len(self._router.legs)})
        await self._router.wait_idle(seconds)
        for leg in list(self._router.legs.values()):
            leg.hang_up("server stopped")
        # What was just said (BYE, 480) still wants its answers; nobody waits for them long.
        await self._router.wait_idle(GOODBYE_SECONDS)
        await self._agent.wait_idle(GOODBYE_SECONDS)

    async def close(self) -> None:
        """Close every socket and file; safe after a start that failed half-way."""
        self.transports.close()
        self._http.close()
        await self._control.close()
        await self.speech.close()
        self._engine.close()
        self._registrations.stop()
        self.journal.close()

    # --- what the user agent asks -----------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> Response:
        """Answer a REGISTER."""
        response, effects = self._doorkeeper.register(request, flow)
        self._registrations.run(effects)
        return response

    def admit(self, request: Request, flow: Flow) -> str | Response:
        """Who brings an INVITE, or the response that refuses it."""
        who = self._doorkeeper.admit(request, flow)
        if isinstance(who, Response):
            return who
        if self._draining or len(self._router.legs) >= self._site.settings.sip.max_calls:
            response = request.response(503)
            response.headers.add("Retry-After", RETRY_AFTER)
            return response
        return who

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        """Take a call that was admitted just now."""
        try:
            leg = self._switchboard.take(call, request, source)
        except PortsExhausted:
            log.warning("no RTP port is left: call refused")
            call.refuse(503, None, (("Retry-After", RETRY_AFTER),))
            return
        self._router.route(leg, request)

    def flow_closed(self, flow: Flow) -> None:
        """Forget registrations that came over a connection which is closed now."""
        self._registrations.run(self._doorkeeper.registrar.remove_flow(flow))

    # --- what can be seen of it ---------------------------------------------------------------------------

    def gauges(self) -> dict[str, float]:
        """Figures of the moment, by the names of `metrics.py`."""
        return {
            "calls": len(self._router.legs),
            "dialogs": self._agent.dialogs,
            "transactions": self._agent.transactions,
            "registrations": len(self._doorkeeper.registrar),
            "tcp_connections": self.transports.connections,
        }

    def events(self) -> dict[str, int]:
        """Journal events since the start, by kind."""
        return dict(self.journal.counts)

    def messages(self) -> dict[str, int]:
        """SIP messages received since the start, by method."""
        return dict(self._agent.counters)

    def media(self) -> EngineCounters:
        """The media engine's figures."""
        return self._engine.counters()

    def health(self) -> dict[str, Any]:
        """The facts of /healthz."""
        return {
            "status": "draining" if self._draining else "ok",
            "version": VERSION,
            "uptime_s": round(self._loop.time() - self._started, 1),
            "calls": len(self._router.legs),
        }

    async def _answer_status(self) -> dict[str, Any]:
        return self.status()

    def status(self) -> dict[str, Any]:
        """The answer to `hotline status`."""
        media = self._engine.counters()
        listening = [f"{transport.lower()}:{_join(*at)}" for transport, at in self.transports.listening]
        return {
            **self.health(),
            "site": self._site.settings.name,
            "listening": [*listening, f"http:{_join(*self.http_address)}"],
            "registrations": len(self._doorkeeper.registrar),
            "dialogs": self._agent.dialogs,
            "transactions": self._agent.transactions,
            "flows": self._flows.version,
            "speech": self.speech.recognisers.status() if self.speech.recognisers is not None else {},
            "media": {
                "legs": media.legs,
                "ports_in_use": media.ports_in_use,
                "ports": media.ports_capacity,
                "recordings": media.recordings,
            },
        }


def _join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _port_pools(site: Site) -> list[PortPool]:
    """RTP ports of each address family in which we listen for SIP."""
    rtp = site.settings.rtp
    families = {":" in address.host for address in site.settings.sip.listen}
    return [PortPool("::" if six else "0.0.0.0", rtp.first_port, rtp.last_port) for six in sorted(families)]


def _local_time() -> datetime:
    return datetime.now().astimezone()


def _languages(site: Site, flows: FlowSet) -> frozenset[str]:
    """What callers of this site's numbers can come to speak with it."""
    targets = site.settings.numbers.values()
    return flows.languages_from(
        [(target.flow, target.language) for target in targets if target.flow is not None]
    )


def _needs_restart(old: Site, new: Site) -> list[str]:
    """Settings that changed and are only read at start-up."""
    names = ("sip", "rtp", "http", "speech", "voices", "recordings", "log", "journal")
    return [name for name in names if getattr(old.settings, name) != getattr(new.settings, name)]
