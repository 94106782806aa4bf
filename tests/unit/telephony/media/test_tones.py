"""Tones and music made by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.media import tones
from tests.unit.telephony.media.far_end import level, strongest


@pytest.mark.parametrize(
    ("prompt", "hertz", "on", "total"),
    [
        (tones.ringback(), (425,), 1000, 5000),
        (tones.ringback("us"), (440, 480), 2000, 6000),
        (tones.busy(), (425,), 500, 1000),
        (tones.busy("us"), (480, 620), 500, 1000),
        (tones.beep(), (1000,), 200, 200),
    ],
)
def test_call_progress_tones_have_their_frequencies_and_cadence(
    prompt: tones.Prompt, hertz: tuple[float, ...], on: int, total: int
) -> None:
    assert prompt.duration_ms == total
    sounding = prompt.samples[: on * 8]
    for frequency in hertz:
        share = -18.0 - 10 * np.log10(len(hertz))
        assert abs(level(sounding, frequency) - share) < 0.5
    assert not prompt.samples[on * 8 :].any()


def test_keys_are_two_frequencies_and_a_pause() -> None:
    prompt = tones.dtmf("0", 100, 60)
    assert prompt.duration_ms == 160
    assert level(prompt.samples[:800], 941.0) > -16
    assert level(prompt.samples[:800], 1336.0) > -16
    assert not prompt.samples[800:].any()
    with pytest.raises(ValueError, match="substring"):
        tones.dtmf("x", 100, 60)


def test_a_sine_of_whole_periods_loops_without_a_click() -> None:
    samples = np.tile(tones.sine(400.0).samples, 3).astype(np.int32)
    inner = np.abs(np.diff(samples[:8000])).max()
    assert np.abs(np.diff(samples)).max() <= inner


def test_music_is_soft_long_and_loops_without_a_seam() -> None:
    music = tones.music()
    samples = music.samples.astype(np.float64)
    assert music.duration_ms >= 20000
    loudness = 20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768)
    assert abs(loudness - -24.0) < 0.5
    assert np.abs(samples).max() < 32767 * 0.6  # no clipping, far from it
    seconds = samples.reshape(-1, 8000)
    assert np.sqrt((seconds**2).mean(axis=1)).min() > 300  # never a hole
    seam = np.abs(np.diff(np.concatenate([samples[-80:], samples[:80]]))).max()
    assert seam <= np.abs(np.diff(samples)).max()
    assert strongest(music.samples[:16000]) < 1000
    assert tones.music() is music
