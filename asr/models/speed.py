"""How fast each model recognises on this machine: measured once, kept beside the models.

A models folder may be copied or shared, so every figure belongs to a kind of processor. Measuring is left to
`asr.models.check`, what follows from it to `asr.models.plan`.
"""

from __future__ import annotations

import json
import os
import platform
from functools import cache
from pathlib import Path

from config.locks import file_lock

FILE = "speed.json"

REAL_TIME = 1.0
"""Seconds per second of speech above which a recogniser does not keep up with a single caller."""


@cache
def machine() -> str:
    """The processor and the number of its cores that we may use."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    return f"{name}, {os.cpu_count()} cores"


def known(model: Path, folder: Path) -> float | None:
    """Seconds that a second of speech takes here; None where that was not measured on such a machine.

    Args:
        model: its folder.
        folder: the models folder.
    """
    value = _read(folder).get(machine(), {}).get(model.name) if model.parent == folder else None
    return float(value) if isinstance(value, int | float) else None


def remember(model: Path, seconds: float, folder: Path) -> None:
    """Keep a figure; a folder that cannot be written to keeps none.

    Args:
        model: its folder, in the models folder.
        seconds: that a second of speech takes.
        folder: the models folder.
    """
    path = folder / FILE
    try:
        with file_lock(folder / f".{FILE}.lock", wait=True):
            figures = _read(folder)
            figures.setdefault(machine(), {})[model.name] = round(seconds, 3)
            written = path.with_name(f".{FILE}.part")
            written.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
            written.replace(path)
    except OSError:
        pass


def _read(folder: Path) -> dict[str, dict[str, float]]:
    try:
        figures = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return figures if isinstance(figures, dict) and all(isinstance(f, dict) for f in figures.values()) else {}
