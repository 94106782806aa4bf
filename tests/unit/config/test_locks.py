"""Files that only one process may have: refused while it lives, free once it is dead, however it died."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from config.locks import async_file_lock, file_lock, owner_of
from tests.support.paths import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from config.locks import file_lock

with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Another process that has the lock."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_lock_says_who_has_it_and_is_free_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold(path) as holder:
        for _ in range(2):  # a refusal changes nothing of what the file says
            with pytest.raises(Timeout):
                file_lock(path).acquire()
            assert owner_of(path) == f"process {holder.pid}"
        holder.kill()
    with file_lock(path):
        assert owner_of(path) == f"process {os.getpid()}"
    assert path.stat().st_mode & 0o077 == 0


def test_waiting_for_it_ends_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    async def wait(holder: subprocess.Popen[str]) -> None:
        lock = async_file_lock(path)
        waiting = asyncio.create_task(lock.acquire())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        holder.kill()
        await asyncio.wait_for(waiting, 10)
        await lock.release()

    with hold(path) as holder:
        asyncio.run(wait(holder))


def test_nobody_is_named_where_nothing_is_known(tmp_path: Path) -> None:
    assert owner_of(tmp_path / "none") == "another process"
    (tmp_path / "empty").touch()
    assert owner_of(tmp_path / "empty") == "another process"
