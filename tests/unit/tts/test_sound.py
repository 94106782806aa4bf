"""Speech made ready for the telephone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tts.sound import PAUSE_SECONDS, SAMPLE_RATE, finish, read_wav, resample, trim, write_wav


def tone(hertz: float, seconds: float, rate: int, level: float = 0.3) -> NDArray[np.float32]:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def level_dbfs(samples: NDArray[np.float32]) -> float:
    return 20 * float(np.log10(np.sqrt(np.mean(samples**2))))


@pytest.mark.parametrize("rate", [22050, 24000, 16000, 44100])
def test_what_the_telephone_carries_stays_and_the_rest_goes(rate: int) -> None:
    low, high = resample(tone(1000, 1, rate), rate), resample(tone(5000, 1, rate), rate)
    assert abs(len(low) - SAMPLE_RATE) <= 1
    middle = slice(1000, 7000)
    assert level_dbfs(low[middle]) == pytest.approx(level_dbfs(tone(1000, 1, rate)), abs=0.1)
    assert level_dbfs(high[middle]) < -80
    crossings = np.count_nonzero(np.diff(np.signbit(low[middle])))
    assert crossings == pytest.approx(2 * 1000 * 6000 / SAMPLE_RATE, abs=2)


@pytest.mark.parametrize("level", [0.003, 0.05, 0.9])
def test_every_voice_gets_the_loudness_of_recorded_prompts(level: float) -> None:
    done = finish(tone(500, 1, 24000, level), 24000) / 32768
    speech = done[: -int(PAUSE_SECONDS * SAMPLE_RATE)]
    assert level_dbfs(speech[200:-200]) == pytest.approx(-20, abs=0.3)


def test_peaks_stay_below_full_scale() -> None:
    clicks = np.zeros(24000, np.float32)
    clicks[::2400] = 0.5
    assert np.abs(finish(clicks, 24000).astype(int)).max() <= 32767 * 10 ** (-0.9 / 20)


def test_silence_around_speech_goes_and_a_pause_follows_it() -> None:
    silence = np.zeros(24000, np.float32)
    done = finish(np.concatenate([silence, tone(500, 1, 24000), silence]), 24000)
    seconds = len(done) / SAMPLE_RATE
    assert 1.0 + PAUSE_SECONDS <= seconds <= 1.1 + PAUSE_SECONDS
    assert not done[-int(PAUSE_SECONDS * SAMPLE_RATE) :].any()


def test_sound_begins_and_ends_without_a_click() -> None:
    done = finish(tone(500, 0.5, 8000), 8000)
    speech = done[: -int(PAUSE_SECONDS * SAMPLE_RATE)].astype(int)
    assert np.abs(speech[:3]).max() < 200
    assert np.abs(speech[-3:]).max() < 200


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(8000, np.float32)])
def test_silence_is_nothing(samples: NDArray[np.float32]) -> None:
    assert len(finish(samples, 8000)) == 0
    assert len(trim(samples)) == 0


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    samples = np.arange(-500, 500, dtype=np.int16)
    write_wav(tmp_path / "new" / "a.wav", samples)
    assert np.array_equal(read_wav(tmp_path / "new" / "a.wav"), samples)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.wav"]
