"""A problem read back: all of a short one; of a long one its beginning and its end, word for word.

Nobody listens to a minute of their own words, and a summary would be somebody else's. Beginning and end are
faithful, show whether the recogniser heard right, and hold most: people begin with what is wrong and end in
what they want. The cuts fall where the caller paused, or at a mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from asr.results import Word
from asr.text import length, without_fillers

WHOLE = {"en": 25, "zh": 60, "ko": 20}
"""The longest problem that is read back whole: words, in Chinese characters. About ten seconds."""

_HEAD = {"en": (9, 15), "zh": (20, 36), "ko": (7, 12)}  # where the beginning may end
_TAIL = {"en": (5, 9), "zh": (12, 22), "ko": (4, 7)}  # the same for the end, counted from behind
_TOKEN = re.compile(r"[\u3400-\u9fff][^\w\s]*|[^\s\u3400-\u9fff]+")
_MARK = re.compile(r"[.,;:!?，。；：！？、]$")
_PAUSE = 0.25  # seconds between two words that count as a break in the sentence


def shortened(text: str, words: Sequence[Word], language: str) -> tuple[str, str]:
    """What to read back: the whole text and "", or the beginning and the end of a long one.

    Args:
        text: the problem.
        words: the same with times, where they are known; only the pauses between them are used.
        language: en, zh or ko.
    """
    clean = without_fillers(text, language)
    if length(clean, language) <= WHOLE[language]:
        return clean, ""
    tokens = [(found.start(), found.end()) for found in _TOKEN.finditer(clean)]
    pauses = _pauses(words) if len(words) == len(tokens) else [0.0] * len(tokens)
    breaks = [
        max(pause, 1.0 if _MARK.search(clean[start:end]) else 0.0)
        for (start, end), pause in zip(tokens, pauses, strict=True)
    ]
    head = _best(breaks, *_HEAD[language])
    low, high = _TAIL[language]
    tail = _best(breaks, len(tokens) - high, len(tokens) - low)
    return clean[: tokens[head - 1][1]].rstrip(",，、;"), clean[tokens[tail][0] :]


def _pauses(words: Sequence[Word]) -> list[float]:
    """The silence behind each word, seconds."""
    gaps = [later.start - word.end for word, later in pairwise(words)]
    return [gap if gap >= _PAUSE else 0.0 for gap in gaps] + [0.0]


def _best(breaks: Sequence[float], low: int, high: int) -> int:
    """After how many words to cut, from `low` to `high`: at the greatest break, else as late as possible."""
    return max(range(low, high + 1), key=lambda count: (breaks[count - 1], count))
