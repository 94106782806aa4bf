"""Has everything spoken that callers may say, once: what is in the cache is not spoken again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.evaluation import line
from bench.evaluation.caller import Behaviour, Phrase
from bench.evaluation.line import LINES
from bench.evaluation.phrases import others, path_of
from bench.evaluation.script import Caller
from bench.evaluation.synthesis import Synthesiser
from tests.support import sounds


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
            for other in others(caller):
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


def _missing(caller: Caller, phrase: Phrase, cache: Path) -> dict[Path, tuple[str, str, str]]:
    texts = [part for part in phrase.parts if isinstance(part, str)]
    wanted = {path_of(caller, text, cache): (caller.voice, caller.language, text) for text in texts}
    return {path: what for path, what in wanted.items() if not path.exists()}
