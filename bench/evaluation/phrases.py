"""What is heard of a phrase on a caller's line: where its sounds are kept, and how they are put together.

Sounds lie in a cache folder, one WAV file for each text and voice, in the telephone's band; `make.py` puts
them there. Level and noise come with the line (`line.py`).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import numpy as np

from bench.evaluation import line
from bench.evaluation.caller import Phrase
from bench.evaluation.line import LINES
from bench.evaluation.script import Caller, load
from bench.evaluation.voices import recorded, recorded_digits
from bench.evaluation.wording import groups
from tests.support import sounds
from tests.support.sounds import Sound

_MADE = "1"
"""Changed when speech is made in another way, so that nothing made before is taken for it."""

_OTHERS = {"en": ("en-01", "en-05", "en-09", "en-13", "en-21", "en-27"),
           "zh": ("zh-01", "zh-03", "zh-05", "zh-09", "zh-15", "zh-21"),
           "ko": ("ko-01", "ko-03", "ko-05", "ko-09", "ko-13", "ko-15")}  # fmt: skip
"""Whose problems are heard behind a caller with babble or a television: all of the tuned half."""


def cache_folder() -> Path:
    """Where the sounds are kept: outside the checkout."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "hotline" / "evaluation"


def sound_of(caller: Caller, phrase: Phrase, cache: Path) -> Sound:
    """What is heard of a phrase on the caller's line, without the noise.

    Raises:
        FileNotFoundError: it has not been made.
    """
    person: Sound | None = None
    if phrase.recording:
        person = recorded(phrase.recording)
    elif phrase.speaker:
        person = recorded_digits(phrase.speaker, groups(phrase.number))
    if person is not None:
        return line.spoken(line.at_usual_level(person), LINES[caller.line])
    parts = [
        sounds.gap(part) if isinstance(part, float) else sounds.read_whole(path_of(caller, part, cache))
        for part in phrase.parts
    ]
    return line.spoken(np.concatenate(parts), LINES[caller.line])


def background_of(caller: Caller, cache: Path) -> Sound:
    """The noise of a caller's line.

    Raises:
        FileNotFoundError: the voices in it have not been made.
    """
    kind = LINES[caller.line]
    seed = zlib.crc32(caller.id.encode())
    if kind.noise not in ("babble", "television"):
        return line.background(kind, seed)
    voices = [sound_of(other, Phrase(other.problem), cache) for other in others(caller)]
    return line.background(kind, seed, voices if kind.noise == "babble" else voices[:1])


def others(caller: Caller) -> list[Caller]:
    """Whose voices are heard behind a caller with babble or a television."""
    found = load(_OTHERS[caller.language])
    return [other.model_copy(update={"line": "clean"}) for other in found if other.id != caller.id]


def path_of(caller: Caller, text: str, cache: Path) -> Path:
    """The file of a text in the caller's voice."""
    key = "\n".join((_MADE, caller.voice, caller.language, text))
    return cache / f"{caller.language}-{caller.voice}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wav"
