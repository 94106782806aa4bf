"""Says what happened: one line per fact on standard output, as JSON or for reading."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import TextIO


class Facts:
    """Writes facts as they happen; safe to use from the phone's network threads.

    As JSON a line is `{"time": <seconds since 1970>, "fact": <name>, ...details}`.
    """

    __slots__ = ("_as_json", "_lock", "_out", "_started")

    def __init__(self, *, as_json: bool, out: TextIO | None = None) -> None:
        self._as_json = as_json
        self._out = out or sys.stdout
        self._started = time.time()
        self._lock = threading.Lock()

    def tell(self, fact: str, **details: object) -> None:
        now = time.time()
        if self._as_json:
            line = json.dumps({"time": round(now, 3), "fact": fact, **details})
        else:
            rest = ", ".join(
                str(value) if name == "why" else f"{name} {value}" for name, value in details.items()
            )
            line = f"{now - self._started:8.2f} s  {fact}" + (f": {rest}" if rest else "")
        with self._lock:
            print(line, file=self._out, flush=True)
