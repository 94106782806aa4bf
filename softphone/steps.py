"""The steps of a conversation, one after the other: what `--do` takes.

    listen [QUIET]   until something was heard and then QUIET seconds of silence (0.8)
    press KEYS       press keys
    say FILE         speak a WAV file
    wait SECONDS     say nothing for so long
    hang-up          hang up

A step is a line of text, so that it can be typed, and travels to the phone's process as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from softphone.script import KEYS

QUIET = 0.8
Verb: TypeAlias = Literal["listen", "press", "say", "wait", "hang-up"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `seconds` is the time of listen and wait, `what` the keys or the file of press and say."""

    verb: Verb
    seconds: float = 0.0
    what: str = ""


def parse_steps(lines: Sequence[str]) -> list[Step]:
    """Read steps.

    Raises:
        ValueError: with what is wrong, for people.
    """
    return [_step(line) for line in lines]


def _step(line: str) -> Step:
    verb, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    match verb:
        case "listen":
            return Step("listen", _seconds(line, rest) if rest else QUIET)
        case "wait":
            return Step("wait", _seconds(line, rest))
        case "press" if rest and set(rest.upper()) <= {*KEYS, ","}:
            return Step("press", what=rest.upper())
        case "say" if rest:
            return Step("say", what=rest)
        case "hang-up" if not rest:
            return Step("hang-up")
    raise ValueError(f'"{line}": expected listen [QUIET], press KEYS, say FILE, wait SECONDS or hang-up')


def _seconds(line: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 3600:
        raise ValueError(f'"{line}": expected seconds, such as 1.5')
    return seconds
