"""Sound of any rate becomes what models want."""

from __future__ import annotations

import numpy as np
import pytest

resampling = pytest.importorskip(
    "asr.engines.resampling", reason="not run: needs pip install 'hotline[speech]'"
)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_any_rate_becomes_sixteen_kilohertz(rate: int) -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype("<i2")
    samples = resampling.resampled(tone.tobytes(), rate)
    assert abs(samples.size - 16000) < 50
    spectrum = np.abs(np.fft.rfft(samples[:15000]))
    assert abs(spectrum.argmax() * 16000 / 15000 - 440) < 2
    assert abs(np.abs(samples[1000:15000]).max() - 8000 / 32768) < 0.01


def test_no_audio_at_all_becomes_none() -> None:
    assert resampling.resampled(b"", 8000).size == 0
