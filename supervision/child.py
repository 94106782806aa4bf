"""How a process that `hotline serve` started notices the server's end, however that came about."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


async def when_parent_ends(ended: Callable[[], None]) -> None:
    """Call `ended` when standard input closes: the server holds its other end, and so does nobody else."""

    class Ended(asyncio.Protocol):
        def connection_lost(self, error: Exception | None) -> None:
            ended()

    await asyncio.get_running_loop().connect_read_pipe(Ended, sys.stdin)


def end_with_parent(signal_number: int = signal.SIGTERM) -> None:
    """Have the kernel send us a signal when the process that started us dies (Linux; nothing elsewhere)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
    # It may have died before we asked; then somebody else has adopted us, and nobody will tell.
    if os.getppid() != parent or parent == 1:
        os.kill(os.getpid(), signal_number)
