"""Ending a task that nobody waits for any more."""

from __future__ import annotations

import asyncio
from typing import Any


def drop(task: asyncio.Future[Any] | None) -> None:
    """Cancel a task; when it is done already, what it raised is nobody's business."""
    if task is not None and not task.cancel() and not task.cancelled():
        task.exception()
