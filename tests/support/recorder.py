"""Runs `hotline recorder` on a starter site with any database, and reads what it made of a spool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError

from config.new_site import write_starter_site
from tests.support.ports import wait_for


class RecorderProcess:
    """The recorder of a site that has no server: whoever tests writes the spool.

    Args:
        folder: where the site is made.
        database: for `database` in its settings; None for none.
    """

    def __init__(self, folder: Path, database: URL | None) -> None:
        self.site = folder / "site"
        write_starter_site(self.site)
        yaml = YAML(typ="rt")
        data = yaml.load(self.site / "hotline.yaml")
        data["database"] = None if database is None else database.render_as_string(hide_password=False)
        yaml.dump(data, self.site / "hotline.yaml")
        self.journal = self.site / "journal"
        self._database = database
        self._log_path = folder / "recorder.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hotline", "recorder", "--site", self.site],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)

    def stop(self) -> None:
        """SIGTERM: it takes in the rest and ends well."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(20) == 0, self.log()

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        assert self._process is not None
        return self._process.wait(20)

    def log(self) -> str:
        """What it printed."""
        return self._log_path.read_text(errors="replace")

    def database(self) -> Engine:
        """An engine of this process on the same database, without asyncio."""
        assert self._database is not None
        sqlite = self._database.get_backend_name() == "sqlite"
        driver = "sqlite" if sqlite else "postgresql+psycopg"
        return create_engine(self._database.set(drivername=driver))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        engine = self.database()
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(statement))]
        finally:
            engine.dispose()

    def wait_for_seq(self, seq: int, timeout: float = 90.0) -> None:
        """Wait until an event of the switch is in the database."""

        def is_there() -> bool:
            try:
                return bool(self.rows(f"SELECT 1 FROM events WHERE switch = 'switch-1' AND seq >= {seq}"))
            except DBAPIError:  # it has no tables yet
                return False

        wait_for(is_there, f"event {seq} in the database; {self.log()[-2000:]}", timeout, every=0.05)
