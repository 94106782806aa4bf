"""Phrase lists for Whisper, which has none: it may write nothing but the phrases' own tokens.

That helps where Whisper is weakest, with single words: "five" alone is read as "Bye." (docs/decisions/010).
What comes out can still be anything that those tokens make, so it must be made of whole phrases to count.
"""

from __future__ import annotations

import re
from typing import Protocol

_MARKS = (",", ".", "-", " -", "?", "!", "，", "。")


class Tokenizer(Protocol):
    """What we need of faster-whisper's tokenizer."""

    eot: int

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""
        ...


class Phrases:
    """The few phrases that an utterance is expected to be made of.

    Args:
        phrases: as the caller of the recogniser gave them; at least one.
        tokenizer: the model's.
    """

    def __init__(self, phrases: tuple[str, ...], tokenizer: Tokenizer) -> None:
        spellings = {
            spelling for phrase in phrases for spelling in (phrase, phrase.lower(), phrase.capitalize())
        }
        spaced = [begin + spelling for spelling in spellings for begin in ("", " ")]
        allowed = {token for text in (*spaced, *_MARKS) for token in tokenizer.encode(text)}
        # Tokens from `eot` on are no text: end, language, times.
        self.suppressed = [token for token in range(tokenizer.eot) if token not in allowed]
        longest_first = sorted({_bare(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
        self._made_of = re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})+")

    def make(self, text: str) -> bool:
        """Whether a text is made of whole phrases, and of nothing else."""
        return bool(self._made_of.fullmatch(_bare(text)))


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text).lower()
