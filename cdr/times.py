"""Times in whole milliseconds; events have them in seconds, as floats.

Sums of whole numbers come out the same in whatever order they are added; sums of floats do not.
"""

from __future__ import annotations

from callback_queue.database import number


def to_ms(at: float) -> int:
    """Unix seconds as whole milliseconds; a time that no calendar has becomes the nearest one that it has."""
    return round(number(at) * 1000)


def to_seconds(ms: int) -> float:
    """Milliseconds as seconds."""
    return ms / 1000
