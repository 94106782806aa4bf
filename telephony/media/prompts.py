"""The prompts folder: whatever audio an admin drops into it, found by name and converted once.

Decoding is left to `convert`, encoding to `audio`. Converted audio is kept in a cache folder under the hash
of the file's content, so a restart converts nothing, and a file that was replaced is noticed at its next use.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import wave
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from telephony.media.audio import Prompt
from telephony.media.convert import PromptError, normalise, read_audio
from telephony.rtp.codecs import SAMPLE_RATE

# Of several files with one name the first of these is taken; other extensions come after, by alphabet.
PREFERRED = (".wav", ".flac", ".ogg", ".opus", ".m4a", ".mp3")
# Part of the cache's key: to be raised when conversion changes.
CONVERSION = "1"


@dataclass(frozen=True, slots=True)
class _Loaded:
    path: Path
    modified_ns: int
    size: int
    prompt: Prompt


class PromptStore:
    """Prompts by name.

    `load` reads and may convert, which takes from milliseconds to seconds: call it at start-up or in a thread
    (it is safe there). `loaded` never blocks.

    Args:
        folder: the admin's folder; names may go into its subfolders ("zh/welcome").
        cache: where converted audio is kept; made if need be.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._cache = cache
        self._loaded: dict[str, _Loaded] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """All prompt names, without extensions, sorted."""
        found = {
            path.relative_to(self._folder).with_suffix("").as_posix()
            for path in self._folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        return sorted(found)

    def loaded(self, name: str) -> Prompt | None:
        """The prompt if it is in memory; the file is not looked at."""
        entry = self._loaded.get(name)
        return entry.prompt if entry is not None else None

    def load(self, name: str) -> Prompt:
        """The prompt of a name, with or without extension; converted anew if its file has changed.

        Raises:
            PromptError: no such file, or it is not audio.
        """
        with self._lock:
            entry = self._loaded.get(name)
            if entry is not None and self._is_fresh(entry):
                return entry.prompt
            path = self._find(name)
            status = path.stat()
            prompt = Prompt(name, self._samples(path))
            self._loaded[name] = _Loaded(path, status.st_mtime_ns, status.st_size, prompt)
            return prompt

    @staticmethod
    def _is_fresh(entry: _Loaded) -> bool:
        try:
            status = entry.path.stat()
        except OSError:
            return False
        return (status.st_mtime_ns, status.st_size) == (entry.modified_ns, entry.size)

    def _find(self, name: str) -> Path:
        asked = PurePosixPath(name)
        if asked.is_absolute() or ".." in asked.parts or not asked.name:
            raise PromptError(f"{name!r}: a prompt's name must stay within the prompts folder")
        exact = self._folder / asked
        if exact.is_file():
            return exact
        same = [path for path in exact.parent.glob("*") if path.stem == asked.name and path.is_file()]
        if not same:
            raise PromptError(f"{name!r}: there is no such prompt in {self._folder}")
        return min(same, key=_preference)

    def _samples(self, path: Path) -> NDArray[np.int16]:
        try:
            content = hashlib.sha256(path.read_bytes(), usedforsecurity=False).hexdigest()
        except OSError as error:
            raise PromptError(f"{path}: cannot be read ({error.strerror})") from error
        cached = self._cache / f"{content}-{CONVERSION}.wav"
        if cached.is_file():
            return read_audio(cached)
        samples = normalise(read_audio(path))
        try:
            _write_whole(cached, samples)
        except OSError as error:
            raise PromptError(f"{path}: its converted form cannot be kept ({error})") from error
        return samples


def _preference(path: Path) -> tuple[int, str]:
    suffix = path.suffix.lower()
    return (PREFERRED.index(suffix) if suffix in PREFERRED else len(PREFERRED), path.name)


def _write_whole(path: Path, samples: NDArray[np.int16]) -> None:
    """Write a WAV so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(SAMPLE_RATE)
            wav.writeframes(samples.tobytes())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
