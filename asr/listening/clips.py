"""What callers said, as sound files: one small WAV for each answer.

Kept whatever becomes of the words, because a recogniser may fail and a recording does not.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import wave
from pathlib import Path

log = logging.getLogger(__name__)

RATE = 8000


class ClipFolder:
    """Writes the clips of one call.

    Args:
        folder: the recordings folder.
        call: the call's id.
    """

    def __init__(self, folder: Path, call: str) -> None:
        self._folder = folder / "clips" / call
        self._numbers = itertools.count(1)
        self.keeps = True
        """Set to False while what callers say is a secret: nothing is written."""

    async def write(self, pcm: bytes) -> Path | None:
        """Write 8 kHz mono int16 to a new file; None when there is nothing, or the disk fails."""
        if not pcm or not self.keeps:
            return None
        path = self._folder / f"{next(self._numbers):02d}.wav"
        try:
            await asyncio.to_thread(_write, path, pcm)
        except OSError as error:
            log.error("a clip can't be written: %s", error)
            return None
        return path


def _write(path: Path, pcm: bytes) -> None:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
