"""Our own prompt that comes back is no caller, and a caller who speaks over it is one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.listening.echo import Echo
from tests.support import sounds

_FRAME = 160
Sound = NDArray[np.float64]


def _people(name: str) -> Sound:
    return sounds.shared(f"speech/{name}").astype(np.float64)


def _at(sound: Sound, level: float) -> Sound:
    """At a level in dBFS, by the mean power of its louder half."""
    power = (sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME) ** 2).mean(axis=1)
    loud = np.sort(power)[len(power) // 2 :].mean()
    return np.asarray(sound * 32768 * 10 ** (level / 20) / np.sqrt(loud))


def _echo_of(sound: Sound, delay: float, loss: float) -> Sound:
    """What a room sends back: later, softer, with a tail of its own."""
    chance = np.random.default_rng(3)
    room = chance.standard_normal(800) * np.exp(-np.arange(800) / 200) * 0.15
    room[0] = 1.0
    back = np.convolve(sound, room)[: len(sound)] * 10 ** (-loss / 20)
    shift = round(delay * 8000)
    return np.concatenate([np.zeros(shift), back])[: len(sound)]


def _share_of_echo(played: Sound, heard: Sound, spoken: Sound) -> float:
    """In what share of the frames in which `spoken` is to be heard it is taken for an echo."""
    heard = heard + np.random.default_rng(4).standard_normal(len(heard)) * 32768 * 10 ** (-66 / 20)
    power = (spoken[: len(spoken) // _FRAME * _FRAME].reshape(-1, _FRAME) ** 2).mean(axis=1)
    echo, found = Echo(), []
    for at in range(min(len(played), len(heard)) // _FRAME):
        frames = slice(at * _FRAME, (at + 1) * _FRAME)
        echo.played(np.round(played[frames]).astype(np.int16))
        echo.heard(np.round(heard[frames]).astype(np.int16))
        if power[at] > power.max() / 60:
            found.append(echo.is_echo)
    return float(np.mean(found))


@pytest.mark.parametrize("delay", [0.0, 0.06, 0.2, 0.41])
@pytest.mark.parametrize("loss", [3.0, 15.0, 28.0])
def test_an_echo_is_one(delay: float, loss: float) -> None:
    played = _at(_people("en/harvard_8k.wav")[: 12 * 8000], -20)
    back = _echo_of(played, delay, loss)
    assert _share_of_echo(played, back, back) > 0.9


def test_somebody_else_is_none() -> None:
    played = _at(_people("en/harvard_8k.wav"), -20)
    for name, begin in (("en/inaugural_8k.wav", 0), ("zh/welcome_8k.wav", 0), ("en/harvard_8k.wav", 17)):
        caller = _at(_people(name)[begin * 8000 : (begin + 5) * 8000], -24)
        assert _share_of_echo(played[: len(caller)], caller, caller) < 0.15, name


def test_who_speaks_over_an_echo_is_heard() -> None:
    played = _at(_people("en/harvard_8k.wav")[: 8 * 8000], -20)
    caller = _at(_people("zh/welcome_8k.wav")[: 5 * 8000], -24)
    over = _echo_of(played, 0.15, 16)[: len(caller)] + caller
    assert _share_of_echo(played[: len(caller)], over, caller) < 0.25


def test_nothing_is_an_echo_of_silence() -> None:
    caller = _at(_people("zh/welcome_8k.wav"), -24)
    assert _share_of_echo(np.zeros(len(caller)), caller, caller) == 0.0
