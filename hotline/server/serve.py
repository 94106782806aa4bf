"""The process of `hotline serve`: loop and reactor, start-up lines, signals, exit code.

What it runs is the `Switch`; here is only what a process has around it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.error import CannotListenError
from twisted.internet.main import installReactor

from config import Override, Problem, Site, SiteError, load_site
from config.exit_codes import ExitCode
from config.machine_zone import machine_zone
from config.overrides import variable
from control.server import AlreadyRunning
from hotline.logs import set_up_logs
from hotline.server.garbage_collection import QuietCollector
from hotline.server.switch import Switch
from hotline.terminal import complain, say
from hotline.version import VERSION
from ivr_flows.flow_set import FlowSet
from ivr_flows.loader import read_flows
from supervision.keeper import Keeper, Lost
from supervision.process import child_process
from telephony.media.convert import PromptError

log = logging.getLogger(__name__)

# Longer than the recorder tries on when the database stays away (cdr.recorder.recorder.Limits).
RECORDER_PATIENCE = 12.0
# Pages that somebody looks at are cut off sooner.
CONSOLE_PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `hotline serve`.

    Args:
        site: the site's folder.
        sip: address to listen on instead of the site's (HOST:PORT), None for the site's.
        http: the same for /healthz and /metrics.
        verbose: log at debug.
    """

    site: Path
    sip: str | None = None
    http: str | None = None
    verbose: bool = False

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The options as settings, for `config.load_site`; mistakes in them name the option."""
        given = [
            (("sip", "listen"), self.sip, "--sip"),
            (("http", "listen"), self.http, "--http"),
            (("log", "level"), "debug" if self.verbose else None, "--verbose"),
        ]
        return tuple(Override(path, value, origin) for path, value, origin in given if value is not None)

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables, for processes that load the site by themselves."""
        return {variable(override.path): str(override.value) for override in self.overrides}


def serve(options: ServeOptions) -> ExitCode:
    """Run the switch of a site until a signal stops it.

    Args:
        options: the site and what overrides its settings.

    Raises:
        SiteError: the site has mistakes.
    """
    site, flows = _load(options)
    set_up_logs(site.settings.log.level, site.settings.log.format)
    warn_of_unknown_zone(site)
    _raise_file_limit()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    reactor = AsyncioSelectorReactor(loop)
    installReactor(reactor)
    switch = Switch(site, flows, lambda: _load(options), loop=loop, reactor=reactor)
    task = loop.create_task(_run(site, switch, _processes(site, options.environment), loop))
    task.add_done_callback(lambda _: reactor.stop())
    reactor.run(installSignalHandlers=False)
    return task.result()


def warn_of_unknown_zone(site: Site) -> None:
    """Log it when neither the site nor the machine names a time zone, so that times are UTC."""
    if site.settings.timezone is None and machine_zone() is None:
        log.warning("the machine's time zone is not known, times are UTC: set timezone in hotline.yaml")


def _load(options: ServeOptions) -> tuple[Site, FlowSet]:
    """The site and its flows; the mistakes in both are listed together."""
    problems: list[Problem] = []
    site = None
    try:
        site = load_site(options.site, overrides=options.overrides)
    except SiteError as error:
        problems += error.problems
    loaded = read_flows(options.site, site, shown=options.site)
    problems += loaded.problems
    if site is None or loaded.flows is None or problems:
        raise SiteError(problems)
    return site, loaded.flows


def _processes(site: Site, environment: Mapping[str, str]) -> list[Keeper]:
    """The processes to be kept alive with the switch; without a database there are none."""
    if site.settings.database is None or site.settings.journal is None:
        return []
    processes = [_kept(site, "recorder", RECORDER_PATIENCE, environment)]
    if site.settings.console is not None:
        processes.append(_kept(site, "console", CONSOLE_PATIENCE, environment))
    return processes


def _kept(site: Site, command: str, patience: float, environment: Mapping[str, str]) -> Keeper:
    """The process of a command of `hotline`."""
    arguments = ("-m", "hotline", command, "--site", str(site.root), "--supervised")

    async def live(keeper: Keeper) -> None:
        process = child_process(command, arguments, environment=environment, patience=patience)
        async with process as running:
            keeper.up()
            raise Lost(f"it ended with {await running.wait()}")

    return Keeper(command, live)


async def _run(
    site: Site, switch: Switch, processes: list[Keeper], loop: asyncio.AbstractEventLoop
) -> ExitCode:
    collector = QuietCollector(loop, lambda: switch.calls)
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    try:
        try:
            await switch.start()
        except (CannotListenError, OSError, AlreadyRunning, PromptError) as error:
            complain(_sentence(error))
            return ExitCode.SITE if isinstance(error, PromptError) else ExitCode.BUSY
        for process in processes:
            process.start()
        _announce(site, switch)
        collector.start()
        await stop.wait()
        stop.clear()
        draining = asyncio.ensure_future(switch.drain(site.settings.shutdown_grace))
        impatient = asyncio.ensure_future(stop.wait())
        # A second signal means now.
        await asyncio.wait({draining, impatient}, return_when=asyncio.FIRST_COMPLETED)
        impatient.cancel()
        if not draining.done():
            draining.cancel()
            await switch.drain(0)
    finally:
        collector.stop()
        await switch.close()
        # After the journal: the recorder takes in what the switch said last.
        await asyncio.gather(*(process.stop() for process in processes))
    log.info("stopped")
    return ExitCode.OK


def _raise_file_limit() -> None:
    """Let the process open as many sockets as the system allows: a call between phones takes four."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _announce(site: Site, switch: Switch) -> None:
    """Say what listens where, once everything does."""
    settings = site.settings
    say(f"hotline {VERSION}: {settings.name}, site {site.root}")
    for line in switch.status()["listening"]:
        transport, _, address = line.partition(":")
        name = "HTTP" if transport == "http" else f"SIP/{transport.upper()}"
        say(f"  {name:<8} {address}" + ("  /healthz /metrics" if name == "HTTP" else ""))
    say(f"  {'RTP':<8} udp ports {settings.rtp.first_port}-{settings.rtp.last_port}")
    numbers = ", ".join(f"{number} {target.kind}" for number, target in settings.numbers.items())
    say(f"  {'numbers':<8} {numbers or 'none'}")
    for line in switch.speech.lines:
        kind, _, rest = line.partition(" ")
        say(f"  {kind:<8} {rest}")
    agents = ", ".join(agent.number for agent in site.agents)
    say(f"  {'agents':<8} {agents or 'none'}")
    if settings.database is not None and settings.console is not None:
        say(f"  {'console':<8} http://{settings.console.listen}/")
    say("ready")


def _sentence(error: Exception) -> str:
    """What went wrong at start-up, for the person who started it."""
    if isinstance(error, AlreadyRunning):
        return f"Another server is already running for this site: {error}."
    if isinstance(error, CannotListenError):
        host = error.interface or "0.0.0.0"
        why = error.socketError
        number = why.errno if isinstance(why, OSError) else None
        if number == errno.EADDRINUSE:
            return f"Cannot listen on {host}:{error.port}: the port is in use by another program."
        if number == errno.EADDRNOTAVAIL:
            return f"Cannot listen on {host}:{error.port}: this machine does not have that address."
        if number == errno.EACCES:
            return f"Cannot listen on {host}:{error.port}: ports below 1024 need root privileges."
        return f"Cannot listen on {host}:{error.port}: {why}."
    return f"Cannot start: {error}."
