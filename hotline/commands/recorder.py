"""`hotline recorder`: the process that `hotline serve` starts beside the switch; not for people.

Settings, logs, its start and its end; what it does is `cdr.recorder`. It takes in what is in the spool before
it ends, and there is never more than one of a site.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import typer
from sqlalchemy.engine import URL

from cdr.recorder.projector import Projector
from cdr.recorder.recorder import Recorder
from cdr.recorder.site_projections import SiteProjections
from cdr.recorder.status import FILE, StatusFile
from cdr.store import EventStore
from config import Site, load_site
from config.database import create_engine, site_database
from config.exit_codes import ExitCode
from config.locks import async_file_lock
from hotline.commands.options import SiteOption, SupervisedOption
from hotline.logs import set_up_logs
from hotline.terminal import complain
from supervision.child import run_child, watch_for_stop

EXAMPLE = "hotline recorder --site my-site"

log = logging.getLogger(__name__)

LOCK = "run/recorder.lock"
NICENESS = 5
"""Records can wait; the sound of the switch cannot."""


def command(site: SiteOption = Path("."), supervised: SupervisedOption = False) -> None:
    """Load the journal into the database until stopped; `hotline serve` runs this for you."""
    loaded = load_site(site)
    set_up_logs(loaded.settings.log.level, loaded.settings.log.format)
    journal, database = loaded.journal_folder, site_database(loaded)
    if database is None or journal is None:
        complain("This site keeps no records: its settings have no database, or no journal.")
        raise typer.Exit(ExitCode.FAILED)
    run_child(_run(loaded, journal, database, supervised), niceness=NICENESS if supervised else 0)


async def _run(site: Site, journal: Path, database: URL, supervised: bool) -> None:
    engine = create_engine(database)
    projector = Projector(EventStore(engine), SiteProjections(site, engine))
    status = StatusFile(site.path(FILE))
    recorder = Recorder(engine, journal, site.settings.switch, projector, status)
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        recorder.stop()

    await watch_for_stop(stop, supervised=supervised)
    path = site.path(LOCK)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = async_file_lock(path)
    # The recorder of a server that was killed still takes in what that left: one that is stopped before its
    # turn has nothing to add.
    turn, end = asyncio.ensure_future(lock.acquire()), asyncio.ensure_future(stopped.wait())
    await asyncio.wait((turn, end), return_when=asyncio.FIRST_COMPLETED)
    end.cancel()
    if not turn.done():
        turn.cancel()
        return
    try:
        log.info("recorder started", extra={"database": engine.url.render_as_string(hide_password=True)})
        await recorder.run()
    finally:
        await lock.release()
    log.info("recorder stopped")
