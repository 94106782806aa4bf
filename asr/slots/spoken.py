"""Text in the form in which answers are compared with tables of words."""

from __future__ import annotations

import re

from asr.text import tidy

_MARKS = re.compile(r"[^\w\s*#+]|_")


def spoken(text: str, language: str) -> str:
    """Lower case, marks as spaces, no apostrophes; in Chinese a space stands for a mark and nothing else."""
    text = tidy(text, language).casefold().replace("'", "").replace("\u2019", "")
    return " ".join(_MARKS.sub(" ", text).split())
