"""Piper voices (package `piper-tts`): one file a voice, quick and clear.

piper-tts is under the GPLv3, so it runs in the worker's process only (docs/decisions/001 and 007).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig

from tts.engines import Sound
from tts.engines.onnx import open_session
from tts.voice import Voice


class Piper:
    """One Piper voice.

    Args:
        model: the .onnx file; its settings are beside it in .onnx.json.
        threads: number of cores.
        speed: 1.0 is the voice's own.
    """

    def __init__(self, model: Path, threads: int, speed: float) -> None:
        config = PiperConfig.from_dict(json.loads(model.with_name(model.name + ".json").read_bytes()))
        # Not PiperVoice.load: it takes every core of the machine.
        self._voice = PiperVoice(session=open_session(model, threads), config=config)
        self._synthesis = SynthesisConfig(length_scale=config.length_scale / speed)

    def speak(self, text: str) -> Sound:
        """See `tts.engines.Engine`."""
        chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(text, self._synthesis)]
        if not chunks:
            raise ValueError("nothing in it can be spoken")
        return Sound(np.concatenate(chunks).astype(np.float32), self._voice.config.sample_rate)


def load(voice: Voice, threads: int) -> Piper:
    """Load a voice's model."""
    assert voice.model is not None
    return Piper(voice.model, threads, voice.speed)
