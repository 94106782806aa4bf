"""Fault points: named places where a test can kill this process, as a power cut would.

`HOTLINE_FAULT=customer_ringing hotline serve ...` dies by SIGKILL where the code says
`fault_point("customer_ringing")`; `customer_ringing:3` at the third time. Without that variable a point costs
one comparison. What must hold after such an end is for the tests to say.
"""

from __future__ import annotations

import os
import signal


class _Fault:
    """The requested point, and how often it may still be passed.

    Args:
        wanted: "name" or "name:3"; "" for none.
    """

    def __init__(self, wanted: str) -> None:
        self.name, _, times = wanted.partition(":")
        self.left = int(times) if times.isdecimal() else 1

    def is_now(self) -> bool:
        """Count one passing; True at the last one."""
        self.left -= 1
        return self.left == 0


_fault = _Fault(os.environ.get("HOTLINE_FAULT", ""))


def fault_point(name: str) -> None:
    """Kill this process when a test wants it to die here; nothing otherwise."""
    if _fault.name == name and _fault.is_now():
        os.kill(os.getpid(), signal.SIGKILL)
