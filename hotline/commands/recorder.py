"""The process of `hotline recorder`: settings, logs, signals, its end; what it does is `recorder.py`.

Under `hotline serve` it ends when its standard input closes, which happens however the server ends, and takes
in what is in the spool first. Signals that a terminal or a service manager sends to the whole group are the
server's to act on then.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
from pathlib import Path
from typing import IO

import uvloop
from sqlalchemy.engine import URL

from cdr.recorder.projector import Projector
from cdr.recorder.recorder import Recorder
from cdr.recorder.registered import consequences, projections
from cdr.recorder.status import FILE, StatusFile
from cdr.store import EventStore
from config import Site, load_site
from config.database import create_engine
from config.exit_codes import ExitCode
from hotline.logs import set_up_logs
from hotline.terminal import complain
from supervision.parent import when_parent_ends

log = logging.getLogger(__name__)

LOCK = "run/recorder.lock"
NICENESS = 5
"""Records can wait; the sound of the switch cannot."""

_LOOK_AT_LOCK = 0.1


def record(folder: Path, *, supervised: bool) -> ExitCode:
    """Run the recorder of a site until it is told to stop.

    Args:
        folder: the site's.
        supervised: whether `hotline serve` started us.

    Raises:
        SiteError: the site has mistakes.
    """
    site = load_site(folder)
    set_up_logs(site.settings.log.level, site.settings.log.format)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    journal = site.journal_folder
    database = site.database
    if database is None or journal is None:
        complain("This site keeps no records: its settings have no database, or no journal.")
        return ExitCode.FAILED
    if supervised:
        os.nice(NICENESS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(site, journal, database, supervised))


async def _run(site: Site, journal: Path, database: URL, supervised: bool) -> ExitCode:
    engine = create_engine(database)
    projector = Projector(EventStore(engine), projections(site, engine), consequences(site))
    status = StatusFile(site.path(FILE))
    recorder = Recorder(engine, journal, site.settings.switch, projector, status)
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, _nothing if supervised else recorder.stop)
    if supervised:
        await when_parent_ends(recorder.stop)
    path = site.path(LOCK)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as file:
        path.chmod(0o600)
        await _be_the_only_one(file)
        log.info("recorder started", extra={"database": engine.url.render_as_string(hide_password=True)})
        await recorder.run()
    log.info("recorder stopped")
    return ExitCode.OK


async def _be_the_only_one(file: IO[str]) -> None:
    """Wait for the recorder of a server that was killed: it still takes in what it left."""
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        await asyncio.sleep(_LOOK_AT_LOCK)


def _nothing() -> None:
    """Leave a signal to the server that started us."""
