"""Has everything spoken that callers may say: one WAV file a phrase, kept in a cache folder by what it holds.

What is there already is not spoken again. The files are the speech alone, in the telephone's band; level and
noise come with the line (`line.py`).
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bench.evaluation import line
from bench.evaluation.caller import Behaviour, Phrase
from bench.evaluation.line import LINES
from bench.evaluation.script import Caller, load
from bench.evaluation.voices import Synthesiser, recorded, recorded_digits
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


def make(callers: Sequence[Caller], cache: Path) -> int:
    """Make what is missing; returns how many phrases were spoken.

    Raises:
        RuntimeError: a model or the voices cannot be had.
    """
    missing: dict[Path, tuple[str, str, str]] = {}
    for caller in callers:
        for phrase in Behaviour(caller).phrases():
            missing |= _missing(caller, phrase, cache)
        if LINES[caller.line].noise in ("babble", "television"):
            for other in _others(caller):
                missing |= _missing(other, Phrase(other.problem), cache)
    if not missing:
        return 0
    cache.mkdir(parents=True, exist_ok=True)
    speaker = Synthesiser(cache)
    for count, (path, (voice, language, text)) in enumerate(
        sorted(missing.items(), key=lambda one: one[1]), 1
    ):
        spoken = speaker.speak(voice, language, text)
        made = line.telephone(spoken.samples, spoken.rate)
        unfinished = path.with_suffix(".part")
        sounds.write(unfinished, made)
        unfinished.replace(path)
        if count % 20 == 0 or count == len(missing):
            print(f"{count} of {len(missing)} phrases", file=sys.stderr, flush=True)
    return len(missing)


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
        sounds.gap(part) if isinstance(part, float) else sounds.read_whole(_path(caller, part, cache))
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
    others = [sound_of(other, Phrase(other.problem), cache) for other in _others(caller)]
    return line.background(kind, seed, others if kind.noise == "babble" else others[:1])


def _others(caller: Caller) -> Iterable[Caller]:
    others = load(_OTHERS[caller.language])
    return [other.model_copy(update={"line": "clean"}) for other in others if other.id != caller.id]


def _missing(caller: Caller, phrase: Phrase, cache: Path) -> dict[Path, tuple[str, str, str]]:
    texts = [part for part in phrase.parts if isinstance(part, str)]
    wanted = {_path(caller, text, cache): (caller.voice, caller.language, text) for text in texts}
    return {path: what for path, what in wanted.items() if not path.exists()}


def _path(caller: Caller, text: str, cache: Path) -> Path:
    key = "\n".join((_MADE, caller.voice, caller.language, text))
    return cache / f"{caller.language}-{caller.voice}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wav"
