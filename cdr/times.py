"""Times in whole milliseconds; events have them in seconds, as floats.

Sums of whole numbers come out the same in whatever order they are added; sums of floats do not.
"""

from __future__ import annotations


def to_ms(at: float) -> int:
    """Unix seconds as whole milliseconds."""
    return round(at * 1000)


def to_seconds(ms: int) -> float:
    """Milliseconds as seconds."""
    return ms / 1000
