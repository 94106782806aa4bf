"""A PostgreSQL server from Debian's packages, in a folder of its own, for the tests that need one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from secrets import token_hex

import psycopg
from sqlalchemy.engine import URL

from tests.support.ports import HOST, free_port, wait_for

INSTALL = "apt-get install postgresql"
_USER = "hotline"
# Nobody misses what a test wrote when the machine stops.
_OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=16MB")


@cache
def programs() -> Path | None:
    """The folder with initdb and postgres, of the newest version; None when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda folder: [int(part) for part in folder.parent.name.split(".")])
    on_path = shutil.which("initdb")
    if on_path is not None and shutil.which("postgres") is not None:
        found.append(Path(on_path).parent)
    return found[-1] if found else None


class Postgres:
    """One server, started when it is made, in a folder of its own; `close` takes both away."""

    def __init__(self) -> None:
        bin_folder = programs()
        assert bin_folder is not None
        self._bin = bin_folder
        # Not below pytest's own folder, which is closed to other users: it refuses to run as root.
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-postgres-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._data = folder / "data"
        self.port = free_port()
        self._data.mkdir()
        if os.getuid() == 0:
            folder.chmod(0o711)
            shutil.chown(self._data, "nobody")
        arguments = [
            "-D",
            self._data,
            "-A",
            "trust",
            "-U",
            _USER,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        done = subprocess.run(
            [*self._as_user(), self._bin / "initdb", *arguments],
            cwd=self._data,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self._log = (folder / "postgres.log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def close(self) -> None:
        """End it and delete everything."""
        self.stop()
        self._log.close()
        self._folder.cleanup()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = [part for option in _OPTIONS for part in ("-c", option)]
        listen = ["-h", HOST, "-p", str(self.port), "-k", str(self._data)]
        self._process = subprocess.Popen(
            # Ends with us, should the tests be killed.
            [
                *self._as_user("--pdeathsig", "INT"),
                self._bin / "postgres",
                "-D",
                self._data,
                *listen,
                *options,
            ],
            cwd=self._data,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        wait_for(self._is_up, "PostgreSQL to start", timeout=60)

    def stop(self) -> None:
        """End it and every connection at once; what was committed stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """End it as a crash would; it recovers at the next start."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def create(self, like: URL | None = None) -> URL:
        """A new database: empty, or a copy of one that nobody is connected to."""
        name = f"test_{token_hex(6)}"
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like.database}" if like is not None else ""))
        return URL.create("postgresql+psycopg", username=_USER, host=HOST, port=self.port, database=name)

    def drop(self, database: URL) -> None:
        """Drop a database, whoever is still connected."""
        self._execute(f"DROP DATABASE {database.database} WITH (FORCE)")

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A plain connection."""
        return psycopg.connect(
            host=HOST, port=self.port, user=_USER, dbname=database, autocommit=True, connect_timeout=5
        )

    def _execute(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement.encode())

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, Path(self._log.name).read_text(errors="replace")[-2000:]
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _as_user(*options: str) -> list[str]:
        """What runs a program with fewer rights, when we have too many."""
        other = ("--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.getuid() == 0 else ()
        return ["setpriv", *other, *options] if other or options else []
