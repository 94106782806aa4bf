"""The demo's measurements: they find what is there, and nothing where there is nothing."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hotline.demo.sound import likeness

RATE = 8000
RANDOM = np.random.default_rng(7)


def write(path: Path, samples: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes())
    return path


def test_the_same_voice_is_recognised_with_its_delay(tmp_path: Path) -> None:
    voice = RANDOM.normal(0, 0.1, RATE)
    spoken = write(tmp_path / "spoken.wav", voice)
    heard = write(tmp_path / "heard.wav", np.concatenate([np.zeros(800), voice * 0.5, np.zeros(400)]))
    same, delay = likeness(spoken, heard)
    assert same > 0.99
    assert delay == 0.1


def test_another_voice_is_not(tmp_path: Path) -> None:
    spoken = write(tmp_path / "spoken.wav", RANDOM.normal(0, 0.1, RATE))
    heard = write(tmp_path / "heard.wav", RANDOM.normal(0, 0.1, 2 * RATE))
    assert likeness(spoken, heard)[0] < 0.2
    assert likeness(spoken, write(tmp_path / "nothing.wav", np.zeros(2 * RATE)))[0] == 0.0
