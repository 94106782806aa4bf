"""The measuring instrument measures what it is given."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from tests.support import audio


def write(path: Path, samples: np.ndarray, rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
    return path


def sine(frequency: float, seconds: float, dbov: float) -> np.ndarray:
    time = np.arange(int(seconds * 8000)) / 8000
    return 10 ** (dbov / 20) * np.sqrt(2) * np.sin(2 * np.pi * frequency * time)


@pytest.mark.parametrize("frequency", [440.0, 997.3, 3100.0])
@pytest.mark.parametrize("level", [-10.0, -30.0])
def test_finds_frequency_and_level_of_a_tone(tmp_path: Path, frequency: float, level: float) -> None:
    tone = audio.measure(audio.write_tone(tmp_path / "tone.wav", frequency, 3, level))
    assert tone.frequency == pytest.approx(frequency, abs=0.05)
    assert tone.level == pytest.approx(level, abs=0.05)
    assert tone.seconds == pytest.approx(3, abs=0.03)


@pytest.mark.parametrize("snr", [10.0, 25.0, 40.0])
def test_compares_tone_and_noise(tmp_path: Path, snr: float) -> None:
    noise = np.random.default_rng(1).normal(0, 10 ** ((-13 - snr) / 20), 24_000)
    tone = audio.measure(write(tmp_path / "noisy.wav", sine(700, 3, -13) + noise))
    assert tone.snr == pytest.approx(snr, abs=0.5)


def test_one_lost_packet_shows_in_the_snr(tmp_path: Path) -> None:
    samples = sine(703, 3, -13)
    samples[12_000:12_160] = 0
    assert audio.measure(write(tmp_path / "gap.wav", samples)).snr < 25


def test_one_lost_packet_costs_its_own_part_of_the_clean_share(tmp_path: Path) -> None:
    samples = sine(703, 3, -13)
    late = np.concatenate([samples[:12_050], np.zeros(160), samples[12_050:]])
    assert audio.clean_share(write(tmp_path / "late.wav", late), 703, 33) == pytest.approx(23 / 24)
    noise = np.random.default_rng(1).normal(0, 10 ** ((-13 - 25) / 20), 24_000)
    assert audio.clean_share(write(tmp_path / "noisy.wav", samples + noise), 703, 33) == 0


def test_silence_around_the_tone_is_not_counted(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(8000), sine(500, 2, -13), np.zeros(4000)])
    path = write(tmp_path / "framed.wav", samples)
    assert audio.seconds_of_sound(path) == pytest.approx(2, abs=0.05)


def test_shares_of_two_tones_add_up(tmp_path: Path) -> None:
    both = sine(600, 1, -13) + sine(1100, 1, -16)
    assert audio.share_of(both, 8000, 600) == pytest.approx(2 / 3, abs=0.01)
    assert audio.share_of(both, 8000, 1100) == pytest.approx(1 / 3, abs=0.01)
    assert audio.share_of(np.zeros(8000), 8000, 600) == 0.0
