"""A caller with something behind them: it neither interrupts a prompt, nor keeps an answer from its end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.listening.end_of_turn import (
    FRAME,
    TIMINGS,
    Endpointer,
    Interrupted,
    SpeechStarted,
    TurnEnded,
    TurnEvent,
    TurnState,
)
from asr.listening.listener import PHASES
from asr.listening.voice_activity import FRAME_BYTES, VoiceActivity
from tests.support import sounds

_RATE = 8000
_PROMPT, _GAP, _AFTER = 4.0, 0.8, 3.0
_LEVEL, _LINE = -22.0, -68.0
_TIMING = TIMINGS["short"]
Sound = NDArray[np.float64]
Events = list[tuple[float, TurnEvent]]


def _people(name: str) -> Sound:
    return sounds.shared(f"speech/{name}").astype(np.float64)


def _levels(sound: Sound) -> Sound:
    power = (sound[: len(sound) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    return np.asarray(10 * np.log10(power / 32768**2 + 1e-12))


def _at(sound: Sound, level: float) -> Sound:
    """At a level in dBFS, by its frames within 20 dB of the loud ones (active speech level)."""
    levels = _levels(sound)
    active = levels[levels > np.percentile(levels, 95) - 20]
    return np.asarray(sound * 10 ** ((level - 10 * np.log10((10 ** (active / 10)).mean())) / 20))


def _trimmed(sound: Sound) -> Sound:
    levels = _levels(sound)
    loud = np.flatnonzero(levels > levels.max() - 30)
    return sound[loud[0] * 160 : (loud[-1] + 1) * 160]


def _readers(count: int, chance: np.random.Generator) -> Sound:
    said = _people("en/harvard_8k.wav")
    several = [_at(said[at * 50_000 : at * 50_000 + 70_000], -26) for at in range(count)]
    return np.sum([np.roll(one, chance.integers(len(one))) for one in several], axis=0)


def _office(chance: np.random.Generator) -> Sound:
    """Twelve voices at once."""
    return np.sum([np.roll(_readers(4, chance), chance.integers(70_000)) for _ in range(3)], axis=0)


def _few(chance: np.random.Generator) -> Sound:
    return _readers(4, chance)


def _television(chance: np.random.Generator) -> Sound:
    return np.concatenate([_people("en/harvard_8k.wav")[100_000:200_000], _people("zh/welcome_8k.wav")])


def _music(chance: np.random.Generator) -> Sound:
    sound = np.zeros(20 * _RATE)
    at = np.arange(round(0.7 * _RATE)) / _RATE
    for beat in range(38):
        for pitch in ((220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247))[beat % 4]:
            for harmonic in range(1, 9):
                ringing = np.sin(2 * np.pi * pitch * harmonic * at) * np.exp(-2 * at) / harmonic
                sound[beat * 4000 : beat * 4000 + len(at)] += ringing
    return sound


def _coughs(chance: np.random.Generator) -> Sound:
    """Two or three bursts of rough noise with a throat's resonances, again and again."""
    sound = np.zeros(20 * _RATE)
    position = 8000
    while position < len(sound) - 4 * _RATE:
        for _ in range(chance.integers(2, 4)):
            size = round(chance.uniform(0.18, 0.32) * _RATE)
            at = np.arange(size) / _RATE
            pitch = np.fft.rfftfreq(size, 1 / _RATE)
            throat = (
                np.exp(-(((pitch - 600) / 500) ** 2)) + 0.6 * np.exp(-(((pitch - 1600) / 600) ** 2)) + 0.1
            )
            burst = np.fft.irfft(np.fft.rfft(chance.standard_normal(size)) * throat, size)
            sound[position : position + size] += burst * np.exp(-at / 0.07)
            position += size + round(chance.uniform(0.15, 0.35) * _RATE)
        position += round(chance.uniform(1.5, 3) * _RATE)
    return sound


def _door(chance: np.random.Generator) -> Sound:
    sound = np.zeros(20 * _RATE)
    at = np.arange(2400) / _RATE
    for position in range(4000, len(sound) - 2400, 14_000):
        bang = 8 * chance.standard_normal(2400) * np.exp(-at / 0.05) + 3 * np.sin(2 * np.pi * 90 * at)
        sound[position : position + 2400] += bang * np.exp(-at / 0.1)
    return sound


Maker = Callable[[np.random.Generator], Sound]


def _call(behind: Maker | None, below: float, answer: Sound, level: float = _LEVEL) -> tuple[Events, float]:
    """A prompt, and an answer to it, with something behind all of it; events, and when the answer ends."""
    chance = np.random.default_rng(5)
    begin = round((_PROMPT + _GAP) * _RATE)
    sound = np.zeros(begin + len(answer) + round(_AFTER * _RATE))
    sound[begin : begin + len(answer)] = _at(answer, level)
    sound += chance.standard_normal(len(sound)) * 32768 * 10 ** (_LINE / 20)
    if behind is not None:
        sound += _at(np.resize(behind(chance), len(sound)), level - below)
    pcm = np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()
    machine, activity = Endpointer(_TIMING, 0.0, prompt=True), VoiceActivity()
    events: Events = []
    for number, at in enumerate(range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES), 1):
        now = number * FRAME
        if now > _PROMPT:
            events += [(now, event) for event in machine.prompt_ended(now)]
        probability = activity.probability(pcm[at : at + FRAME_BYTES], PHASES[machine.state])
        events += [(now, event) for event in machine.receive(probability, now)]
        if machine.state is TurnState.OVER and now < _PROMPT + _GAP:
            # A noise is found to have no words in it: the answer is waited for (`asr.listening.listener`).
            machine = Endpointer(_TIMING, now)
    return events, (begin + len(answer)) / _RATE


def _answers() -> list[Sound]:
    names = ("yes_1acc97de", "yes_44715c1c", "no_27c30960", "no_563aa4e6")
    return [_trimmed(_people(f"human/en/{name}.wav")) for name in names]


@pytest.mark.parametrize(
    ("behind", "below"),
    [
        *((_office, below) for below in (25, 20, 15)),
        *((_few, below) for below in (25, 20)),
        *((_television, below) for below in (25, 20)),
        *((_music, below) for below in (25, 20, 15)),
        *((_coughs, below) for below in (20, 10)),
        *((_door, below) for below in (20, 10)),
    ],
)
def test_what_is_behind_a_caller_changes_nothing(behind: Maker, below: float) -> None:
    answers = list(_answers())
    assert answers
    for answer in answers:
        events, end = _call(behind, below, answer)
        assert not any(isinstance(event, Interrupted) for _, event in events)
        ended = [at for at, event in events if isinstance(event, TurnEnded) and at > end - 0.1]
        assert ended, "the answer has an end"
        # A cough right behind the answer is waited out like a word of it.
        assert ended[0] - end < _TIMING.end_of_turn + (1.5 if behind is _coughs else 0.9)


@pytest.mark.parametrize("level", [-22.0, -42.0])
def test_soft_callers_are_heard_as_loud_ones_are(level: float) -> None:
    answers = list(_answers())
    assert answers
    for answer in answers:
        events, end = _call(None, 0, answer, level)
        assert [type(event) for _, event in events] == [SpeechStarted, TurnEnded]
        assert events[-1][0] - end < _TIMING.end_of_turn + 0.1
