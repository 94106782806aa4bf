"""Speech, noise, tones and music on a telephone line, frame by frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from asr.listening.voice_activity import FRAME_BYTES, Phase, VoiceActivity
from tests.support import sounds
from tests.support.paths import SHARED

_SPEECH = SHARED / "speech"
_RATE = 8000
Sound = npt.NDArray[np.float64]


def _frames(sound: Sound) -> list[bytes]:
    data = np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()
    return [data[at : at + FRAME_BYTES] for at in range(0, len(data) - FRAME_BYTES + 1, FRAME_BYTES)]


def _heard(
    sound: Sound, line: VoiceActivity | None = None, phase: Phase = Phase.WAITING
) -> npt.NDArray[np.bool_]:
    """Which frames count as speech."""
    line = line or VoiceActivity()
    return np.array([line.probability(frame, phase) >= 0.5 for frame in _frames(sound)])


def _noise(seconds: float, level: float, *, colour: str = "white", seed: int = 1) -> Sound:
    """Noise at a level in dBFS: white, pink (a room), or the hum of mains and its harmonics."""
    count = round(seconds * _RATE)
    chance = np.random.default_rng(seed)
    sound: Sound = chance.standard_normal(count)
    if colour == "pink":
        spectrum = np.fft.rfft(sound) / np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / _RATE), 20))
        sound = np.fft.irfft(spectrum, count)
    elif colour == "hum":
        at = np.arange(count) / _RATE
        hum = sum(np.sin(2 * np.pi * 50 * times * at + times) / times for times in range(1, 8))
        sound = np.asarray(hum) + 0.3 * sound
    return sound / np.sqrt(np.mean(sound**2)) * 32768 * 10 ** (level / 20)


def _tone(seconds: float, *pitches: float, level: float = -15.0) -> Sound:
    at = np.arange(round(seconds * _RATE)) / _RATE
    sound = np.asarray(sum(np.sin(2 * np.pi * pitch * at) for pitch in pitches))
    return sound / np.sqrt(np.mean(sound**2)) * 32768 * 10 ** (level / 20)


def _music(seconds: float) -> Sound:
    """Chords of plucked strings, a new one every half second: harmonics that stand still while they ring."""
    chords = ((220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247))
    sound = np.zeros(round(seconds * _RATE))
    at = np.arange(round(0.7 * _RATE)) / _RATE
    for beat in range(int(seconds / 0.5) - 1):
        start = round(beat * 0.5 * _RATE)
        for pitch in chords[beat % 4]:
            for harmonic in range(1, 9):
                ringing = np.sin(2 * np.pi * pitch * harmonic * at) * np.exp(-2 * at) / harmonic
                sound[start : start + len(at)] += ringing
    return sound / np.sqrt(np.mean(sound**2)) * 32768 * 10 ** (-20 / 20)


def _speech(name: str) -> Sound:
    return sounds.shared(f"speech/{name}").astype(np.float64)


def _spoken_frames(sound: Sound, below: float = 25.0) -> npt.NDArray[np.bool_]:
    """Frames within so many dB of the loud ones: what there is of speech in a clean recording."""
    count = len(sound) // 160
    level = 10 * np.log10(np.mean(sound[: count * 160].reshape(count, 160) ** 2, axis=1) + 1)
    return np.asarray(level > np.percentile(level, 95) - below)


@pytest.mark.parametrize("colour", ["white", "pink", "hum"])
@pytest.mark.parametrize("level", [-70, -60, -50, -40, -30, -20])
def test_line_noise_is_no_speech_at_any_level(colour: str, level: float) -> None:
    # The first third of a second is spent on learning the line. Loud pink noise has something of a voice.
    heard = _heard(_noise(10, level, colour=colour))[20:]
    assert heard.mean() < (0.08 if colour == "pink" and level > -40 else 0.02)
    # Never for so long that it would stop a prompt (half a second), or be a word.
    assert not (np.convolve(heard, np.ones(5), "valid") == 5).any()


def test_silence_is_no_speech() -> None:
    line = VoiceActivity()
    assert max(line.probability(bytes(FRAME_BYTES)) for _ in range(100)) < 0.01


@pytest.mark.parametrize("pitches", [(440,), (350, 440), (425,), (2100,), (697, 1209)])
def test_a_tone_is_no_speech_after_its_beginning(pitches: tuple[float, ...]) -> None:
    heard = _heard(np.concatenate([_noise(1, -60), _tone(5, *pitches)]))
    assert heard[100:].mean() < 0.02


def test_music_is_no_speech_after_its_first_second() -> None:
    line = VoiceActivity()
    heard = _heard(_music(20), line)
    assert heard[60:].mean() < 0.1
    assert line.music > 0.5


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("en/harvard_8k.wav", 0.97),
        ("en/inaugural_8k.wav", 0.95),
        ("zh/welcome_8k.wav", 0.97),
        ("ko/speech_0007.wav", 0.8),  # a fragment of less than a second
    ],
)
def test_real_speech_is_heard(name: str, least: float) -> None:
    sound = _speech(name)
    spoken = _spoken_frames(sound)
    assert _heard(sound)[: len(spoken)][spoken].mean() > least


@pytest.mark.parametrize(("level", "least"), [(-60, 0.97), (-50, 0.97), (-40, 0.9)])
@pytest.mark.parametrize("colour", ["white", "pink", "hum"])
def test_real_speech_is_heard_through_noise(colour: str, level: float, least: float) -> None:
    sound = _speech("en/harvard_8k.wav")
    spoken = _spoken_frames(sound, 14)
    line = VoiceActivity()
    _heard(_noise(3, level, colour=colour, seed=2), line, Phase.PROMPT)
    noisy = sound + _noise(len(sound) / _RATE, level, colour=colour)
    heard = _heard(noisy, line, Phase.SPEAKING)[: len(spoken)]
    assert heard[spoken].mean() > least
    assert heard[~_spoken_frames(sound)].mean() < 0.25


def test_quiet_and_loud_speakers_are_heard() -> None:
    # Three people, 20 dB apart.
    paths = sorted((_SPEECH / "digits").glob("*_0.wav"))
    if not paths:
        pytest.skip(f"not run: needs recordings of people in {_SPEECH}")
    assert len(paths) >= 3
    for path in paths:
        sound = np.concatenate([_noise(1, -72), _speech(f"digits/{path.name}"), _noise(1, -72)])
        assert _heard(sound).sum() * 0.02 >= 0.1, path.name


def test_speech_after_music_is_heard_again() -> None:
    line = VoiceActivity()
    _heard(_music(10), line)
    assert _heard(_noise(3, -60), line)[25:].mean() < 0.02
    sound = _speech("en/harvard_8k.wav")[: 10 * _RATE]
    spoken = _spoken_frames(sound)
    assert _heard(sound, line)[: len(spoken)][spoken].mean() > 0.9


def test_voices_far_behind_the_caller_are_none_of_the_callers() -> None:
    line = VoiceActivity()
    sound = _speech("en/inaugural_8k.wav")
    _heard(sound, line)
    behind = _speech("en/harvard_8k.wav")[: 3 * _RATE]
    assert _heard(behind * 10 ** (-35 / 20), line).mean() < 0.05


def test_the_floor_follows_the_line_up_and_down() -> None:
    line = VoiceActivity()
    _heard(_noise(6, -40), line)
    assert line.noise_floor == pytest.approx(-40, abs=3)
    _heard(_noise(6, -55), line)
    assert line.noise_floor == pytest.approx(-55, abs=3)


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="320 bytes, not 160"):
        VoiceActivity().probability(bytes(160))
