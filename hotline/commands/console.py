"""The process of `hotline console`: settings, logs, signals, its end; what it serves is `console.app`.

Under `hotline serve` it ends when its standard input closes. Signals that a terminal or a service manager
sends to the whole group are the server's to act on then.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from socket import socket

import uvloop
from sqlalchemy.engine import URL

from config import Site, load_site
from config.database import create_engine
from config.exit_codes import ExitCode
from console.app import create_app
from console.server import Server, listen
from console.services import House
from hotline.logs import set_up_logs
from hotline.terminal import complain
from hotline.version import VERSION
from supervision.parent import when_parent_ends

log = logging.getLogger(__name__)

NICENESS = 10
"""Pages can wait; the sound of the switch cannot, nor can records."""


def run_console(folder: Path, *, supervised: bool) -> ExitCode:
    """Serve the console of a site until told to stop.

    Args:
        folder: the site's.
        supervised: whether `hotline serve` started us.

    Raises:
        SiteError: the site has mistakes.
    """
    site = load_site(folder)
    set_up_logs(site.settings.log.level, site.settings.log.format)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if site.database is None or site.settings.console is None:
        complain("This site has no console: its settings have no database, or no console.")
        return ExitCode.FAILED
    address = site.settings.console.listen
    try:
        door = listen(address.host, address.port)
    except OSError as error:
        complain(f"Cannot listen on {address.host}:{address.port} (console.listen): {error.strerror}.")
        return ExitCode.BUSY
    if supervised:
        os.nice(NICENESS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(site, site.database, door, supervised))


async def _run(site: Site, database: URL, door: socket, supervised: bool) -> ExitCode:
    server = Server(create_app(House(site, create_engine(database), VERSION)))
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, _nothing if supervised else server.stop)
    if supervised:
        await when_parent_ends(server.stop)
    host, port = door.getsockname()[:2]
    log.info("console started", extra={"address": f"{host}:{port}"})
    await server.serve([door])
    log.info("console stopped")
    return ExitCode.OK


def _nothing() -> None:
    """Leave a signal to the server that started us."""
