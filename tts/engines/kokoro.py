"""Kokoro-82M (ONNX): one model and a handful of voices for Mandarin, Korean and English.

The model turns phonemes into speech; `tts.engines.phonemes` makes the phonemes. Beside the model lie
`vocab.json` (phoneme to token) and the voices' style vectors (`voices*.npz`). The voices of the freely
packaged set were made for Japanese: what they lend is a timbre, the language is in the phonemes.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tts.engines import Sound
from tts.engines.onnx import open_session
from tts.engines.phonemes import PHONEMES
from tts.voice import Voice

RATE = 24000
LONGEST = 509
"""Phonemes in one run of the model, without the two marks at its ends."""


class Kokoro:
    """One voice in one language.

    Args:
        model: the .onnx file.
        name: a voice, or several joined with + to be mixed in equal parts.
        language: "en", "zh" or "ko".
        threads: number of cores.
        speed: 1.0 is the voice's own.
    """

    def __init__(self, model: Path, name: str, language: str, threads: int, speed: float) -> None:
        self._tokens = read_vocabulary(model.parent)
        self._style = _read_style(model.parent, name)
        self._phonemes = PHONEMES[language]
        self._speed = speed
        self._session = open_session(model, threads)

    def speak(self, text: str) -> Sound:
        """See `tts.engines.Engine`."""
        tokens = [self._tokens[sign] for sign in self._phonemes(text) if sign in self._tokens]
        if not tokens:
            raise ValueError("nothing in it can be spoken")
        runs = [tokens[start : start + LONGEST] for start in range(0, len(tokens), LONGEST)]
        return Sound(np.concatenate([self._run(run) for run in runs]), RATE)

    def _run(self, tokens: list[int]) -> NDArray[np.float32]:
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            # The style depends on how long the utterance is: row n is for n phonemes.
            "style": self._style[min(len(tokens), len(self._style)) - 1].reshape(1, -1),
            "speed": np.array([self._speed], np.float32),
        }
        (audio,) = self._session.run(None, inputs)
        return np.asarray(audio, np.float32).ravel()


def read_vocabulary(folder: Path) -> dict[str, int]:
    """The token of each phoneme."""
    content = json.loads((folder / "vocab.json").read_bytes())
    return dict(content.get("vocab", content))


def _read_style(folder: Path, name: str) -> NDArray[np.float32]:
    """The style vectors of a voice, shape (phonemes, 256); a mixture's are the means of its voices'."""
    with np.load(next(folder.glob("voices*.npz"))) as voices:
        styles = [voices[one] for one in name.split("+")]
    mean = np.mean(styles, axis=0)
    return np.asarray(mean.reshape(len(mean), -1), np.float32)


def load(voice: Voice, threads: int) -> Kokoro:
    """Load the model for one voice."""
    assert voice.model is not None
    return Kokoro(voice.model, voice.name, voice.language, threads, voice.speed)
