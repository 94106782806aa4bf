"""Shows what only a garbage collection shows, such as an exception of a task that nobody retrieved.

A collection looks at every object there is, and a process that runs thousands of tests holds millions:
seconds each time. What was there before the test is set aside, so that only what the test made is looked at.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_garbage() -> Iterator[None]:
    """Within it, `gc.collect` looks at objects made within it alone."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
