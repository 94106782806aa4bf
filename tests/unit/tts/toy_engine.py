"""An engine for tests: speaks tones; a text that begins with "crash", "hang" or "refuse" makes it do so.

At "crash once" and "hang" the second try succeeds. The voice's name is a folder; each text that is begun is
written into its file `log`, with the process's id.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np

from tts.engines import Sound
from tts.voice import Voice

RATE = 16000
SECONDS_PER_SIGN = 0.05


class ToyEngine:
    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"

    def speak(self, text: str) -> Sound:
        first = text not in (self._log.read_text() if self._log.exists() else "")
        with self._log.open("a") as log:
            log.write(f"{os.getpid()} {text}\n")
        if text.startswith("refuse"):
            raise ValueError("nothing in it can be spoken")
        if text.startswith("crash") and (first or "once" not in text):
            os.kill(os.getpid(), signal.SIGKILL)
        if text.startswith("hang") and first:
            signal.pause()
        length = int(RATE * SECONDS_PER_SIGN * len(text))
        return Sound((0.3 * np.sin(np.arange(length) / 5)).astype(np.float32), RATE)


def load(voice: Voice, threads: int) -> ToyEngine:
    """See `tts.engines`."""
    return ToyEngine(Path(voice.name))
