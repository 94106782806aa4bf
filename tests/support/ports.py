"""Free ports that no other test run on this machine is given, and waiting with a limit."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

HOST = "127.0.0.1"
T = TypeVar("T")
_given: set[int] = set()
# One byte for each port. Whoever was given a port keeps its byte locked until the process ends; the kernel
# lets go of the locks by itself. Without this, two runs side by side (pytest -n) would be given the same port
# in the moment between asking for it and binding it.
_register = os.open(
    Path(tempfile.gettempdir(), f"hotline-test-ports-{os.getuid()}"), os.O_RDWR | os.O_CREAT, 0o600
)


def free_port(count: int = 1, host: str = HOST) -> int:
    """First of `count` neighbouring ports, even, that nobody uses with UDP or TCP, and nobody was given.

    They lie below the range the system hands out by itself (32768 on Linux): nobody gets them meanwhile.
    """
    # Long ranges have a region of their own, where single ports don't break them up. Each stays with the
    # process that was given it, which over all tests adds up: they lie side by side.
    low, high, step = (2_000, 22_000, count) if count > 20 else (22_000, 32_000 - count, 2)
    for _ in range(1000):
        first = random.randrange(low, high - step, step) & ~1
        wanted = range(first, first + count)
        if _given.isdisjoint(wanted) and _reserve(wanted):
            if all(_is_free(port, host) for port in wanted):
                _given.update(wanted)
                return first
            # Somebody who asked nobody has one of them; the others may serve in another range.
            fcntl.lockf(_register, fcntl.LOCK_UN, len(wanted), wanted[0])
    raise OSError(f"no {count} free ports found")


def _reserve(ports: range) -> bool:
    """Lock these ports against other processes, until this one ends."""
    try:
        fcntl.lockf(_register, fcntl.LOCK_EX | fcntl.LOCK_NB, len(ports), ports[0])
    except OSError:
        return False
    return True


def _is_free(port: int, host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def is_bound(port: int, table: str = "udp") -> bool:
    """Whether some process of this machine has bound the UDP port (or listens on TCP with `table="tcp"`)."""
    rows = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") for row in rows)


def join_host_port(host: str, port: int) -> str:
    """Both as a URI spells them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def wait_for(condition: Callable[[], T], what: str, timeout: float = 10.0, every: float = 0.02) -> T:
    """The first true result of `condition`; AssertionError naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        assert time.monotonic() < deadline, f"waited {timeout:g} s in vain for {what}"
        time.sleep(every)
