"""The switch: all rooms wired together, started and stopped in order.

The composition root: it knows all rooms and decides nothing. The process around it (arguments, signals, exit
code) is `serve.py`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.posixbase import PosixReactorBase

from asr.slots.values import CallWindow
from callback_queue.agents.presence import Presence, PresenceStore
from callback_queue.agents.roster import AgentRoster
from callback_queue.callbacks.events import CallbackRequested
from callback_queue.callbacks.policy import CallbackRules
from callback_queue.callbacks.request import request_callback
from callback_queue.callbacks.service import CallbackService
from callback_queue.line.distributor import Distributor
from callback_queue.recovery.events import FactsLost, SwitchStarted, SwitchStopped
from callback_queue.recovery.recordings import Recovery
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.service import NO_DATABASE, TicketService
from cdr.recorder.status import recorder_status
from cdr.settings import settings_applied
from cdr.store import EventStore
from config import Site, SiteError
from config.database import create_engine, site_database
from config.private import make_private
from console.tokens import TokenStore
from control.connection_limits import ConnectionLimits, within_files
from control.server import ControlSocket
from hotline.server.admission import Admission
from hotline.server.alarms import AlarmWatch
from hotline.server.application import SwitchApplication
from hotline.server.history import events_since
from hotline.server.http import HttpServer
from hotline.server.metrics import registry_of
from hotline.server.number_plan import NumberPlan
from hotline.server.outside_calls import OutsideCalls
from hotline.server.registrations import Registrations, RegistrationStore
from hotline.server.reload import barred, changes, needs_restart, with_start_settings
from hotline.server.router import Router
from hotline.server.sounds import load_sounds
from hotline.server.speech import SpeechService, agents_languages, languages_of, texts_ahead
from hotline.server.traces import TRACED, CallTraces
from hotline.version import VERSION
from ivr_flows.flow_set import FlowSet
from journal.journal import Journal
from telephony.applications.services import ApplicationServices
from telephony.call.events import AddressBanEnded, AddressBanned, OutsideCallAllowed
from telephony.call.leg_lifetime import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media.convert import PromptError
from telephony.media.engine import Engine
from telephony.media.interface import EngineCounters
from telephony.net.rtp_ports import PortPool
from telephony.net.signalling import Signalling
from telephony.net.transports import Transports
from telephony.sip.timers import Timers

log = logging.getLogger(__name__)

ON_DISK_SECONDS = 0.5
"""How long `hotline status` waits for what has just happened to be on disk."""
GOODBYE_SECONDS = 2.0
DATABASE_SECONDS = 10.0


class Switch:
    """The switch of one site.

    Args:
        site: the loaded site.
        flows: its flows.
        reread: loads both again from the same files, for a reload; raises `SiteError`.
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
        self._has_started = False
        settings = site.settings
        self.journal = _journal(site)
        self.context = LegContext(loop, self.journal, time.time)
        self._admission = Admission(site, self.journal, now=loop.time, clock=time.time)
        self._outside = OutsideCalls(site, self.journal, time.time)
        self._router = Router(self.context)
        self._application = SwitchApplication(
            self._admission, self._router, site, self.journal, loop=loop, clock=time.time
        )
        sip = settings.sip
        tcp = sip.connections
        limits = ConnectionLimits(
            in_all=within_files(tcp.in_all),
            per_host=tcp.per_host,
            first_message=tcp.first_message,
            idle=tcp.idle,
        )
        self.transports = Transports(reactor, public_address=sip.public_address, limits=limits)
        self._traces = CallTraces(
            site, clock=time.time, steady=loop.time, local_end=self.transports.local_end
        )
        self.journal.listen(self._traces.heard, TRACED)
        self._signalling = self._application.signalling = Signalling(
            loop,
            timers=Timers(sip.t1, sip.t2, sip.t4, round(sip.session_expires)),
            application=self._application,
            transports=self.transports,
            server="hotline",  # no version: who reads it may be a stranger
            trace=self._traces.ring if settings.trace.megabytes else None,
        )
        self._engine = Engine(loop, _port_pools(site))
        self._application.switchboard = self._switchboard = Switchboard(
            self.context,
            self._signalling,
            self._engine,
            dead_after=settings.rtp.dead_after,
            domain=sip.domain,
            public_media_address=settings.rtp.public_address or sip.public_address,
        )
        self._switchboard.on_leg = self._traces.began
        # Without a number that leads into a flow, no voice and no recogniser is started.
        languages = languages_of(site, flows)
        self.speech = SpeechService(site, languages, agents_languages(site) if languages else ())
        self.roster = AgentRoster(self.context, self._contacts_of, self._is_live)
        self.journal.listen(self.roster.heard)
        self.distributor = Distributor(self.context, self.roster)
        self.roster.use(site)
        self.distributor.use(site)
        database = site_database(site) if site.settings.journal is not None else None
        self.database = create_engine(database) if database is not None else None
        self.callbacks: CallbackService | None = None
        self._recovery: Recovery | None = None
        if self.database is not None:
            events = EventStore(self.database)
            self._recovery = Recovery(
                site,
                self.database,
                events,
                self.journal,
                self.speech.recognisers,
                self.speech.second_readers,
            )
            self.callbacks = CallbackService(site, self.database, self.journal, self._recovery.gate)
        self._presence: Presence | None = None
        if self.database is not None:
            self._presence = Presence(PresenceStore(self.database, settings.switch), self.roster)
            self._presence.use(site)
        self._registrations: Registrations | None = None
        if self.database is not None:
            registrar = self._admission.registrar
            self._registrations = Registrations(
                RegistrationStore(self.database, settings.switch),
                lookup=lambda user: registrar.lookup(user, loop.time()),
                restore=self._application.restore,
                flow_again=self.transports.flow_again,
                now=loop.time,
                clock=time.time,
            )
            self._registrations.use(site)
            self._admission.on_change = self._registrations.changed
        self._tickets = TicketService(
            site,
            self.journal,
            self._request_callback,
            self.database,
            self.callbacks.commands.cancel_of if self.callbacks is not None else None,
        )
        self.alarms = AlarmWatch(site, self.journal, self.database, self.speech.restarts)
        self._http = HttpServer(self.health, registry_of(self), self._tickets.book.state_of)
        self._control = ControlSocket(
            site.control_socket,
            {
                "status": self._answer_status,
                "reload": self._answer_reload,
                "overview": self._answer_overview,
                "agent": self.roster.answer,
                "hangup": self._answer_hangup,
                "trace": self._traces.answer,
                "bans": self._application.answer_bans,
                "callback": self._answer_callback,
                "alarms": self.alarms.answer,
                **self._tickets.answers(),
            },
        )

    # --- life -----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load the prompts, then open every socket.

        Raises:
            PromptError: a prompt that a number or the music needs can't be read.
            AlreadyRunning: another server has this site.
            twisted.internet.error.CannotListenError: an address is busy or not ours.
        """
        settings = self._site.settings
        self._router.plan = plan = await self._make_plan(self._site, self._flows)
        await self._control.open()
        make_private(self._site)
        # The site is ours now; before, this would have gone into another server's journal.
        started = SwitchStarted(time.time(), switch=settings.switch, version=VERSION)
        lost = await asyncio.to_thread(self.journal.left_unwritten)
        self.journal.append(started)
        if lost:
            log.error("%d facts of the run before never came to disk", lost)
            self.journal.append(FactsLost(started.at, switch=settings.switch, count=lost))
        self.journal.append(settings_applied(self._site, started.at))
        self._has_started = True
        self._outside.warn(self._site)
        await self._take_up_events()
        await self._tickets.start(self._site)
        if self._presence is not None:
            # Before the phones: who is in a break does not become available with the first of them.
            await self._presence.start()
        kept = None if self._registrations is None else await self._registrations.read()
        http = self._site.settings.http.listen
        self.http_address = self._http.listen(self._reactor, http.host, http.port)
        for address in self._site.settings.sip.listen:
            self.transports.listen(address.transport, address.host, address.port)
        self._application.load.start()
        self.roster.start()
        if self._registrations is not None:
            # Nothing was awaited since the sockets are open: no call was admitted yet.
            self._registrations.start(kept)
        await self.speech.start()
        if self.callbacks is not None and self._recovery is not None:
            self.callbacks.use(self._site, plan.queue_services, plan.callback_phones)
            self._recovery.start(started.at)
            self.callbacks.dialler.start()
        self._speak_ahead(self._flows)
        self.alarms.start(lost)

    async def _take_up_events(self) -> None:
        """Go on with what earlier runs counted and decided: today's calls to the outside, bans."""
        earlier = partial(
            events_since,
            engine=self.database,
            spool=self._site.journal_folder if self._site.settings.journal is not None else None,
            switch=self._site.settings.switch,
        )
        self._outside.restore(await earlier(self._outside.midnight(), (OutsideCallAllowed,)))
        since = time.time() - self._admission.guard.rules.longest_ban
        self._application.restore_bans(await earlier(since, (AddressBanned, AddressBanEnded)))

    def _speak_ahead(self, flows: FlowSet) -> None:
        self.speech.prepare(texts_ahead(self._site, flows))

    async def _make_plan(self, site: Site, flows: FlowSet) -> NumberPlan:
        sounds = await load_sounds(site)
        applications = ApplicationServices(
            context=self.context,
            switchboard=self._switchboard,
            prompts=sounds.prompts,
            music=sounds.on_hold,
            recordings=site.recordings_folder,
            record_calls=site.settings.recordings.record_calls,
        )
        speech = self.speech.for_plan(site, sounds.prompts)
        return NumberPlan(
            site,
            flows,
            applications,
            speech,
            self._tickets.book,
            self._admission.phones_of,
            self.distributor,
            sounds.queues,
            self._tickets.customers,
            self._outside,
        )

    async def reload(self) -> dict[str, Any]:
        """Reload the site's files and use them for new calls; a mistake anywhere changes nothing."""
        try:
            loaded, flows = await asyncio.to_thread(self._reread)
            site = with_start_settings(self._site, loaded)
            plan = await self._make_plan(site, flows)
        except SiteError as error:
            return {"problems": [str(problem) for problem in error.problems]}
        except PromptError as error:
            return {"problems": [str(error)]}
        restart = needs_restart(self._site, loaded)
        changed = changes(self._site, site)
        if languages_of(site, flows) - self.speech.languages:
            restart.append("numbers (a new language)")
        leaving = barred(self._site, site)
        self._site, self._flows, self._router.plan = site, flows, plan
        # From here on records and figures go by them too.
        self.journal.append(settings_applied(site, time.time()))
        self._application.use(site)
        self._outside.use(site)
        self._outside.warn(site)
        self._traces.use(site)
        self.alarms.use(site)
        if self._registrations is not None:
            self._registrations.use(site)
        await self._tickets.use(site)
        if self._presence is not None:
            self._presence.use(site)
        self.roster.use(site)
        self.distributor.use(site)
        if self.callbacks is not None:
            self.callbacks.use(site, plan.queue_services, plan.callback_phones)
        await self._revoke_tokens(leaving)
        self._speak_ahead(flows)
        log.info("site reloaded", extra={"flows": flows.version})
        return {"problems": [], "flows": flows.version, "changed": changed, "restart": restart}

    async def _revoke_tokens(self, agents: Collection[str]) -> None:
        """Agents who are gone, or whose password is another one, do not stay in the console either."""
        if not agents or self.database is None:
            return
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                revoked = await TokenStore(self.database).revoke_of(agents, time.time())
        except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
            log.error("tokens of agents who left could not be revoked: hotline token revoke NAME")
            return
        for name in revoked:
            log.info("token revoked, its agent left or has another password", extra={"token": name})

    async def drain(self, seconds: float) -> None:
        """Take no new calls, and wait until those in progress are over, but not for ever.

        Args:
            seconds: how long calls may take to finish; after it they are hung up.
        """
        self._application.draining = True
        log.info("shutting down", extra={"calls": len(self._router.legs)})
        calls = [self._router.wait_idle(seconds)]
        if self.callbacks is not None:
            calls.append(self.callbacks.drain(seconds))
        await asyncio.gather(*calls)
        for leg in list(self._router.legs.values()):
            leg.hang_up("server stopped")
        if self.callbacks is not None:
            self.callbacks.dialler.hang_up("server stopped")
            await self.callbacks.drain(GOODBYE_SECONDS)
        # The last BYE and 480 still want their answers; they are not waited for long.
        await self._router.wait_idle(GOODBYE_SECONDS)
        await self._signalling.wait_idle(GOODBYE_SECONDS)

    async def close(self) -> None:
        """Close every socket and file; safe after a start that failed half-way."""
        if self._registrations is not None:
            # Before the connections: phones that came by them are to be there after a restart.
            await self._registrations.close()
        if self._presence is not None:
            await self._presence.close()
        self.transports.close()
        self._http.close()
        await self._control.close()
        self.roster.close()
        if self.callbacks is not None:
            self.callbacks.dialler.stop()
        if self._recovery is not None:
            self._recovery.close()
        await self.alarms.close()
        await self._tickets.close()
        await self.speech.close()
        self._engine.close()
        self._application.close()
        if self._has_started:
            self.journal.append(SwitchStopped(time.time(), switch=self._site.settings.switch))
        self.journal.close()
        if self.database is not None:
            await self.database.dispose()

    # --- what can be seen of it ---------------------------------------------------------------------------

    def gauges(self) -> dict[str, float]:
        """Figures of the moment, by the names of `metrics.py`."""
        return {
            "calls": self.calls,
            "dialogs": self._signalling.agent.dialogs,
            "transactions": self._signalling.agent.transactions,
            "registrations": len(self._admission.registrar),
            "tcp_connections": self.transports.connections,
            "banned_addresses": len(self._admission.guard.bans()),
            "journal_waiting": self.journal.pending,
            "journal_lost": self.journal.lost,
            "loop_lag_seconds": self._application.load.lag,
            "overloaded": float(self._application.load.machine.active),
        }

    def events(self) -> dict[str, int]:
        """Journal events since the start, by kind."""
        return dict(self.journal.counts)

    def refusals(self) -> dict[int, int]:
        """INVITEs refused before anything answered them, by status."""
        return dict(self._application.refusals)

    def guessing(self) -> dict[str, int]:
        """Failed proofs of identity since the start, by what became of them."""
        return self._application.guessing()

    def turned_away(self) -> dict[str, int]:
        """TCP connections that a limit closed since the start, by limit."""
        return self.transports.turned_away

    def outside_refusals(self) -> dict[tuple[str, str], int]:
        """Calls to the outside that the site does not allow, by way and reason."""
        return dict(self._outside.refusals)

    def overload(self) -> tuple[int, int]:
        """How many overloads there were, and how many requests were refused in them."""
        load = self._application.load
        return load.machine.episodes, load.refused

    def messages(self) -> dict[str, int]:
        """SIP messages received since the start, by method."""
        return dict(self._signalling.agent.counters)

    def media(self) -> EngineCounters:
        """The media engine's figures."""
        return self._engine.counters()

    def health(self) -> dict[str, Any]:
        """The facts of /healthz."""
        return {
            "status": "draining" if self._application.draining else "ok",
            "version": VERSION,
            "uptime_s": round(self._loop.time() - self._started, 1),
            "calls": self.calls,
        }

    @property
    def calls(self) -> int:
        """Calls in progress, those of callbacks included."""
        return len(self._router.legs) + len(self._callback_calls())

    def _contacts_of(self, agent: str) -> list[str]:
        return [str(binding.contact.uri) for binding in self._admission.phones_of(agent)]

    def _is_live(self, call: str) -> bool:
        return call in self._router.legs or call in self._callback_calls()

    def _request_callback(
        self, ticket: TicketOpened, when: CallWindow | None, arrival: float
    ) -> CallbackRequested | None:
        settings = self._site.settings
        rules = CallbackRules.of(settings.callbacks, self._site.timezone, settings.country)
        return request_callback(ticket, when, arrival, rules)

    def _callback_calls(self) -> Collection[str]:
        return self.callbacks.dialler.calls if self.callbacks is not None else ()

    async def _answer_reload(self, question: dict[str, Any]) -> dict[str, Any]:
        return await self.reload()

    async def _answer_overview(self, question: dict[str, Any]) -> dict[str, Any]:
        calls = [
            {"call": leg.call, "caller": leg.caller, "called": leg.called, "source": leg.source}
            for leg in self._router.legs.values()
        ]
        if self.callbacks is not None:
            calls += self.callbacks.dialler.snapshot()
        return {
            "queues": self.distributor.snapshot(),
            "agents": self.roster.snapshot(),
            "calls": calls,
            "alarms": self.alarms.active(),
        }

    async def _answer_hangup(self, question: dict[str, Any]) -> dict[str, Any]:
        """Hang up the call `call`; `by` is who wants it."""
        call, reason = str(question.get("call", "")), f"hung up by {question.get('by') or 'command'}"
        leg = self._router.legs.get(call)
        if leg is not None:
            leg.hang_up(reason)
        elif self.callbacks is None or not self.callbacks.dialler.hang_up(reason, call):
            return {"error": "there is no such call"}
        return {"call": call}

    async def _answer_callback(self, question: dict[str, Any]) -> dict[str, Any]:
        return NO_DATABASE if self.callbacks is None else await self.callbacks.commands.answer(question)

    async def _answer_status(self, question: dict[str, Any]) -> dict[str, Any]:
        journal = self._site.journal_folder
        # What the recorder has not taken in is counted on disk: what has just happened is to be there.
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(ON_DISK_SECONDS):
                await self.journal.durable()
        facts = self.status()
        if journal is not None and self._site.settings.database is not None:
            facts["recorder"] = await asyncio.to_thread(recorder_status, self._site.root, journal)
        return facts

    def status(self) -> dict[str, Any]:
        """The answer to `hotline status`."""
        media = self._engine.counters()
        listening = [f"{transport.lower()}:{_join(*at)}" for transport, at in self.transports.listening]
        return {
            **self.health(),
            "site": self._site.settings.name,
            "listening": [*listening, f"http:{_join(*self.http_address)}"],
            "registrations": len(self._admission.registrar),
            "dialogs": self._signalling.agent.dialogs,
            "transactions": self._signalling.agent.transactions,
            "flows": self._flows.version,
            "journal": {"waiting": self.journal.pending, "lost": self.journal.lost},
            "speech": self.speech.status(),
            "understanding": self.speech.understanding,
            "media": {
                "legs": media.legs,
                "ports_in_use": media.ports_in_use,
                "ports": media.ports_capacity,
                "recordings": media.recordings,
            },
        }


def _journal(site: Site) -> Journal:
    """The journal of a site; on disk unless its settings say otherwise."""
    settings = site.settings.journal
    if settings is None:
        return Journal(None)
    segment = settings.segment_mb * 1024 * 1024
    return Journal(site.journal_folder, switch=site.settings.switch, segment_bytes=segment)


def _port_pools(site: Site) -> list[PortPool]:
    """RTP ports of each address family in which we listen for SIP."""
    rtp = site.settings.rtp
    families = {":" in address.host for address in site.settings.sip.listen}
    return [PortPool("::" if six else "0.0.0.0", rtp.first_port, rtp.last_port) for six in sorted(families)]


def _join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
