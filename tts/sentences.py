"""Long text in parts that can be spoken one after the other: pure.

The first sentence plays while the next is still being made. A sentence that is too long for that is cut at a
comma, then between words. What figures mean is left to `tts.spoken`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST_PART = 160
"""Weight of a part: Latin letters count one, Chinese characters and Korean syllables three."""

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
# A sentence ends at a mark, with its closing quotes. A Western mark also needs a space after it (3.5,
# hotline.yaml).
_SENTENCE_END = re.compile(r"""(?:[.!?…]+["'”’)\]]*(?=\s) | [。！？]+["'”’」』）】]*)\s* | \n+""", re.VERBOSE)
_CLAUSE_END = re.compile(r"(?:[,;:](?=\s)|[，、；：])\s*")
_SPACE = re.compile(r"\s+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|ca|approx|etc|Inc|Ltd|Co|ext)\.$",
    re.IGNORECASE,
)


def render_parts(text: str) -> list[str]:
    """Split text into parts to be rendered and played in order.

    Nothing is lost or changed but the space between parts; parts without a letter or figure are left out.
    """
    parts = [piece for sentence in _sentences(text) for piece in _short_enough(sentence)]
    return [part for part in parts if any(sign.isalnum() for sign in part)]


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        sentence = text[start : end.end()].strip()
        if _ABBREVIATION.search(sentence) and "\n" not in end[0]:
            continue
        start = end.end()
        yield sentence
    yield text[start:].strip()


def _short_enough(sentence: str) -> Iterable[str]:
    if _weight(sentence) <= LONGEST_PART:
        return [sentence]
    clauses = _joined(_cut_after(_CLAUSE_END, sentence))
    words = [piece for clause in clauses for piece in _joined(_cut_after(_SPACE, clause))]
    return [piece for word in words for piece in _joined(list(word))]


def _cut_after(mark: re.Pattern[str], text: str) -> list[str]:
    if _weight(text) <= LONGEST_PART:
        return [text]
    ends = [found.end() for found in mark.finditer(text)]
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if a < b]


def _joined(pieces: list[str]) -> list[str]:
    """Join neighbours as long as they fit into one part."""
    parts = [""]
    for piece in pieces:
        if parts[-1] and _weight(parts[-1] + piece) > LONGEST_PART:
            parts.append("")
        parts[-1] += piece
    return [part.strip() for part in parts]


def _weight(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))
