"""Has the synthetic voices speak, always in the same way, through the product's own engines.

Kokoro with the styles of `kokoro-js` (npm, Apache-2.0, fetched once with npm) and those that come with its
model, Piper, espeak-ng. The engines run in this process: nothing is answered by telephone from it.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
import zlib
from pathlib import Path

import numpy as np
import onnxruntime

from asr.models.store import find
from tts.engines import Engine
from tts.engines import Sound as Speech
from tts.engines.espeak import LANGUAGES, Espeak
from tts.engines.kokoro import Kokoro
from tts.engines.piper import Piper
from tts.installed import SPEEDS

KOKORO_JS = "kokoro-js@1.2.1"
_THREADS = 2


class Synthesiser:
    """Speaks with the voices, one at a time.

    Args:
        cache: where the styles are kept.
    """

    def __init__(self, cache: Path) -> None:
        self._styles = cache / "kokoro"
        self._loaded: tuple[tuple[str, str], Engine] | None = None

    def speak(self, voice: str, language: str, text: str) -> Speech:
        """Speak, always in the same way.

        Raises:
            RuntimeError: a model or the styles cannot be had.
        """
        if voice == "joe":
            return _joe(text).speak(text)
        if self._loaded is None or self._loaded[0] != (voice, language):
            self._loaded = (voice, language), self._load(voice, language)
        return self._loaded[1].speak(text)

    def _load(self, voice: str, language: str) -> Engine:
        if voice == "espeak":
            return Espeak(LANGUAGES[language], 1.0)
        model = _kokoro_with_styles(self._styles)
        return Kokoro(model, voice, language, _THREADS, SPEEDS.get(("kokoro", language), 1.0))


def _joe(text: str) -> Engine:
    # Piper's model makes noise of its own: seeded, and loaded anew, it makes the same for the same words.
    onnxruntime.set_seed(zlib.crc32(text.encode()) % 2**31)
    return Piper(_model("piper-en_US-joe-medium") / "en_US-joe-medium.onnx", _THREADS, 1.0)


def _kokoro_with_styles(folder: Path) -> Path:
    """The model's file in a folder where all styles lie beside it; made when it is not there."""
    original = _model("kokoro-82m")
    model = next(original.glob("*.onnx"))
    place = folder / model.name
    if place.exists():
        return place
    styles = _fetched_styles()
    for file in original.glob("voices*.npz"):
        with np.load(file) as known:
            styles |= {name: known[name] for name in known.files}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "voices_all.npz", **styles)  # type: ignore[arg-type]
    (folder / "vocab.json").write_bytes((original / "vocab.json").read_bytes())
    place.symlink_to(model)
    return place


def _fetched_styles() -> dict[str, np.ndarray]:
    """The style vectors of kokoro-js, by name."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                ["npm", "pack", KOKORO_JS], cwd=folder, check=True, capture_output=True, timeout=300
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise RuntimeError(f"{KOKORO_JS} cannot be had: {error}") from None
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            files = [member for member in package if member.name.startswith("package/voices/")]
            return {
                Path(file.name).stem: np.frombuffer(package.extractfile(file).read(), "<f4").reshape(
                    -1, 1, 256
                )  # type: ignore[union-attr]
                for file in files
            }


def _model(name: str) -> Path:
    folder = find(name)
    if folder is None:
        raise RuntimeError(f"{name} is not here: hotline models get {name}")
    return folder
