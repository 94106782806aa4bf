"""Child processes for real: started, ended in good order or by force, and never left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from supervision import process
from supervision.process import child_process
from tests.support.paths import ROOT

PIPE = asyncio.subprocess.PIPE
SAYS_PID = "import os; print(os.getpid(), flush=True); "
WAITS = SAYS_PID + "import sys; sys.stdin.read(); print('bye', flush=True)"
DEAF = SAYS_PID + "import time; time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + DEAF
SUPERVISED = """
import asyncio, os
from supervision.child import run_child, watch_for_stop

async def main() -> None:
    stop = asyncio.Event()
    await watch_for_stop(stop.set, supervised=True)
    print(os.getpid(), flush=True)
    await stop.wait()

run_child(main(), niceness=0)
"""
NATIVE = "from supervision.child import end_with_parent; end_with_parent(); " + DEAF
PARENT = """
import asyncio, sys
from supervision.process import child_process

async def main() -> None:
    async with child_process("child", ("-c", sys.argv[1]), output=asyncio.subprocess.PIPE) as child:
        print((await child.stdout.readline()).decode().strip(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(scene(), 30))


def alive(pid: int) -> bool:
    """Whether a process lives; one that waits to be buried does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_with_patience_it_ends_by_itself_when_its_input_closes() -> None:
    async def scene() -> None:
        async with child_process("child", ("-c", WAITS), patience=20, output=PIPE) as child:
            assert child.stdout is not None
            assert await child.stdout.readline() == f"{child.pid}\n".encode()
        assert child.returncode == 0
        assert await child.stdout.read() == b"bye\n"

    run(scene)


@pytest.mark.parametrize(("program", "signal"), [(DEAF, 15), (STUBBORN, 9)])
def test_one_that_does_not_end_is_ended(
    program: str, signal: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "TERM_SECONDS", 2.0 if signal == 15 else 0.1)

    async def scene() -> None:
        async with child_process("child", ("-c", program), patience=0.1, output=PIPE) as child:
            assert child.stdout is not None
            await child.stdout.readline()
        assert child.returncode == -signal

    run(scene)
    assert "child does not end: SIGTERM" in caplog.text


def test_without_patience_it_is_killed() -> None:
    async def scene() -> None:
        async with child_process("child", ("-c", STUBBORN), output=PIPE) as child:
            assert child.stdout is not None
            await child.stdout.readline()
        assert child.returncode == -9

    run(scene)


def test_it_ends_also_when_the_block_is_cancelled() -> None:
    async def scene() -> None:
        started = asyncio.Event()
        pids: list[int] = []

        async def live() -> None:
            async with child_process("child", ("-c", DEAF)) as child:
                pids.append(child.pid)
                started.set()
                await child.wait()

        life = asyncio.create_task(live())
        await started.wait()
        life.cancel()
        await asyncio.wait({life})
        assert not alive(pids[0])

    run(scene)


def test_a_child_has_what_it_is_given() -> None:
    program = "import os, sys; print(os.environ['HOTLINE_TEST'], os.getsid(0) == os.getpid(), flush=True)"

    async def scene() -> None:
        given = {"HOTLINE_TEST": "yes"}
        async with child_process("child", ("-c", program), environment=given, output=PIPE) as child:
            assert child.stdout is not None
            assert await child.stdout.readline() == b"yes True\n"

    run(scene)


@pytest.mark.parametrize("program", [SUPERVISED, NATIVE])
def test_no_child_outlives_a_parent_that_is_killed(program: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(pid)
