"""`hotline console`: the process that `hotline serve` starts beside the switch; seldom needed by people.

Settings, logs, its start and its end; what it serves is `console.app`.
"""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import typer
from sqlalchemy.engine import URL

from config import Site, load_site
from config.database import create_engine, site_database
from config.exit_codes import ExitCode
from console.app import create_app
from console.server import Server, listen
from console.services import Services
from control.connection_limits import ConnectionLimits, within_files
from hotline.commands.options import SiteOption, SupervisedOption
from hotline.logs import set_up_logs
from hotline.terminal import complain
from hotline.version import VERSION
from supervision.child import run_child, watch_for_stop

EXAMPLE = "hotline console --site my-site"

log = logging.getLogger(__name__)

NICENESS = 10
"""Pages can wait; the sound of the switch cannot, nor can records."""


def command(site: SiteOption = Path("."), supervised: SupervisedOption = False) -> None:
    """Serve the API and the pages until stopped; `hotline serve` runs this for you."""
    loaded = load_site(site)
    set_up_logs(loaded.settings.log.level, loaded.settings.log.format)
    database = site_database(loaded)
    if database is None or loaded.settings.console is None:
        complain("This site has no console: its settings have no database, or no console.")
        raise typer.Exit(ExitCode.FAILED)
    address = loaded.settings.console.listen
    try:
        listener = listen(address.host, address.port)
    except OSError as error:
        complain(f"Cannot listen on {address.host}:{address.port} (console.listen): {error.strerror}.")
        raise typer.Exit(ExitCode.BUSY) from None
    run_child(_run(loaded, database, listener, supervised), niceness=NICENESS if supervised else 0)


async def _run(site: Site, database: URL, listener: socket.socket, supervised: bool) -> None:
    settings = site.settings.console
    assert settings is not None
    limits = ConnectionLimits(
        in_all=within_files(settings.connections),
        per_host=settings.connections_per_host,
        first_message=settings.request_seconds,
    )
    server = Server(create_app(Services(site, create_engine(database), VERSION)), limits)
    await watch_for_stop(server.stop, supervised=supervised)
    host, port = listener.getsockname()[:2]
    log.info("console started", extra={"address": f"{host}:{port}"})
    await server.serve([listener])
    log.info("console stopped")
