"""Tones and music made by arithmetic, so that nothing has to be shipped and no call is ever without sound.

Frequencies and cadences: ITU-T E.180 (ringing 425 Hz 1 s on, 4 s off in Europe and China) and the precise
tone plan of North America (440+480 Hz 2 s on, 4 s off); DTMF: ITU-T Q.23. Levels are below full scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from telephony.media.audio import Prompt
from telephony.rtp.codecs import SAMPLE_RATE
from telephony.rtp.tone_keys import COLUMNS, KEYS, ROWS

TONE_DBFS = -18.0
# Short fades keep a tone from clicking at its ends.
FADE_MS = 5

# Roots are MIDI note numbers (60 is middle C): Cmaj7, Am7, Fmaj7, G6, once more with another ending.
_CHORDS = (
    (48, 55, 59, 64, 67),
    (45, 52, 55, 60, 64),
    (41, 53, 57, 60, 64),
    (43, 50, 55, 59, 64),
    (48, 55, 59, 64, 67),
    (40, 52, 55, 59, 62),
    (41, 53, 57, 60, 64),
    (43, 53, 57, 59, 62),
)
_CHORD_SECONDS = 3.0
_MUSIC_DBFS = -24.0


def tone(hertz: Sequence[float], milliseconds: int, dbfs: float = TONE_DBFS) -> NDArray[np.int16]:
    """Sines of equal strength, together at `dbfs` (RMS); no sines give silence."""
    time = np.arange(SAMPLE_RATE * milliseconds // 1000) / SAMPLE_RATE
    mixed = np.zeros(len(time))
    for frequency in hertz:
        mixed += np.sin(2 * np.pi * frequency * time)
    if not hertz:
        return mixed.astype(np.int16)
    amplitude = 32767 * 10 ** (dbfs / 20) * np.sqrt(2 / len(hertz))
    return np.asarray(mixed * amplitude * _fades(len(time)), np.int16)


def _fades(length: int) -> NDArray[np.float64]:
    edge = min(SAMPLE_RATE * FADE_MS // 1000, length // 2)
    envelope = np.ones(length)
    if edge:
        envelope[:edge] = np.linspace(0, 1, edge)
        envelope[-edge:] = envelope[:edge][::-1]
    return envelope


def _cadence(name: str, hertz: Sequence[float], on_ms: int, off_ms: int) -> Prompt:
    return Prompt(name, np.concatenate([tone(hertz, on_ms), tone((), off_ms)]))


@cache
def ringback(plan: str = "eu") -> Prompt:
    """One round of the ringing tone, plan "eu" (425 Hz) or "us" (440+480 Hz); to be looped."""
    if plan == "us":
        return _cadence("ringback", (440, 480), 2000, 4000)
    return _cadence("ringback", (425,), 1000, 4000)


@cache
def busy(plan: str = "eu") -> Prompt:
    """One round of the busy tone, plan "eu" (425 Hz) or "us" (480+620 Hz); to be looped."""
    return _cadence("busy", (480, 620) if plan == "us" else (425,), 500, 500)


@cache
def beep() -> Prompt:
    """The short tone before a recording."""
    return Prompt("beep", tone((1000,), 200))


@cache
def silence(milliseconds: int = 1000) -> Prompt:
    """Nothing, for as long as asked."""
    return Prompt("silence", tone((), milliseconds))


@cache
def sine(hertz: float, milliseconds: int = 1000, dbfs: float = TONE_DBFS) -> Prompt:
    """One sine, for tests and line checks; loops without a click when the time holds whole periods."""
    time = np.arange(SAMPLE_RATE * milliseconds // 1000) / SAMPLE_RATE
    amplitude = 32767 * 10 ** (dbfs / 20) * np.sqrt(2)
    return Prompt(f"{hertz} Hz", (np.sin(2 * np.pi * hertz * time) * amplitude).astype(np.int16))


@cache
def dtmf(digit: str, milliseconds: int, gap_milliseconds: int) -> Prompt:
    """A key as sound, for far ends that did not negotiate telephone events, and the pause after it.

    Raises:
        ValueError: no such key.
    """
    row, column = divmod(KEYS.index(digit), 4)
    pair = (ROWS[row], COLUMNS[column])
    return Prompt("key", np.concatenate([tone(pair, milliseconds, -10.0), tone((), gap_milliseconds)]))


@cache
def music() -> Prompt:
    """The default music on hold: 24 s of soft chords with a slow arpeggio, made to be looped."""
    chord_samples = int(_CHORD_SECONDS * SAMPLE_RATE)
    total = np.zeros(chord_samples * len(_CHORDS))
    for number, chord in enumerate(_CHORDS):
        start = number * chord_samples
        for voice, note in enumerate(chord):
            # Each chord rings on into the next one, and the last into the first: the loop has no seam.
            _add(total, start, _pad(_hertz(note), chord_samples * 3 // 2))
            step = chord_samples // 6
            _add(total, start + voice * step, 0.8 * _pluck(_hertz(note + 12), 2 * SAMPLE_RATE))
    level = 32767 * 10 ** (_MUSIC_DBFS / 20) / np.sqrt(np.mean(total**2))
    return Prompt("music on hold", np.clip(total * level, -32767, 32767).astype(np.int16))


def _hertz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _add(total: NDArray[np.float64], start: int, sound: NDArray[np.float64]) -> None:
    at = (start + np.arange(len(sound))) % len(total)
    np.add.at(total, at, sound)


def _pad(hertz: float, length: int) -> NDArray[np.float64]:
    """A soft sustained voice: two overtones, slow rise and fall, a trace of tremolo."""
    time = np.arange(length) / SAMPLE_RATE
    envelope = np.sin(np.pi * np.arange(length) / length) ** 1.5
    wave = sum(np.sin(2 * np.pi * hertz * n * time) / n**2 for n in (1, 2, 3))
    return np.asarray(wave * envelope * (1 + 0.1 * np.sin(2 * np.pi * 4.5 * time)), np.float64)


def _pluck(hertz: float, length: int) -> NDArray[np.float64]:
    """A note that is struck and dies away."""
    time = np.arange(length) / SAMPLE_RATE
    attack = np.minimum(1.0, time / 0.01)
    release = np.minimum(1.0, (time[-1] - time) / 0.05)
    wave = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
    return np.asarray(wave * attack * release * np.exp(-2.5 * time), np.float64)
