"""The cache of synthesised speech, by text and voice.

A file's name is the hash of its text and its voice, so it is never out of date and can be shared by all
calls. What a caller alone will ever hear (telephone numbers, names) is kept apart in `passing/` and goes
soon: spoken numbers are personal data. Writing the files is left to the worker.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from contextlib import suppress
from pathlib import Path

from tts import spoken
from tts.voice import Voice

VERSION = "1"
"""To be raised when voices come to sound different for the same text: all is rendered anew then."""

KEPT_BYTES = 1 << 30
"""What the folder may hold (about 18 hours); beyond it what was not heard for longest goes."""
PASSING_SECONDS = 600.0


class Cache:
    """A folder of WAV files at 8 kHz.

    Args:
        folder: made if need be; of one switch alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._identities: dict[Voice, tuple[str, ...]] = {}

    def path(self, text: str, voice: Voice, *, keep: bool = True) -> Path:
        """Where the rendering of a text belongs."""
        identity = self._identities.get(voice)
        if identity is None:
            identity = self._identities[voice] = voice.identity
        # Spelling variants of one text, and space that nobody hears, make no second file.
        words = " ".join(unicodedata.normalize("NFC", text).split())
        content = json.dumps([VERSION, spoken.VERSION, *identity, words], ensure_ascii=True)
        key = hashlib.sha256(content.encode()).hexdigest()
        return self._folder / (key[:2] if keep else "passing") / f"{key}.wav"

    def find(self, text: str, voice: Voice) -> Path | None:
        """The rendering, if there is one; its place in the order of disposal is renewed."""
        for keep in (True, False):
            path = self.path(text, voice, keep=keep)
            with suppress(OSError):
                os.utime(path)
                return path
        return None

    def prune(self, *, kept_bytes: int = KEPT_BYTES, passing_seconds: float = PASSING_SECONDS) -> int:
        """Dispose of what is old; blocks, call it in a thread.

        Returns:
            How many files went.
        """
        files = []
        gone = 0
        since = time.time() - passing_seconds
        for path in self._folder.glob("*/*.wav"):
            with suppress(OSError):
                status = path.stat()
                if path.parent.name == "passing" and status.st_mtime <= since:
                    path.unlink()
                    gone += 1
                elif path.parent.name != "passing":
                    files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= kept_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size
            gone += 1
        return gone
