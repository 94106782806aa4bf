"""Digits and names out of a text before it leaves the site, and back into what comes home.

Digits are what the grammars of `asr.slots` read as digits, in figures or in words, from three in a row on.
Names are those that people introduce themselves with ("my name is ...", 我叫..., 제 이름은 ...) or are
addressed by (Mrs ..., ...先生, ...씨): what else may be a name, nobody can tell from a text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from asr.slots import numerals_en, numerals_ko, numerals_zh

FEWEST_DIGITS = 3
"""Fewer in a row say how many, or which floor, and nothing of anybody."""

_LEX = {"en": numerals_en.lex, "zh": numerals_zh.lex, "ko": numerals_ko.lex}
# What a text is made of: words, but Han characters one by one; and the marks between them.
_PIECE = re.compile(r"[\u3400-\u9fff]|[0-9]+|[^\W\d_\u3400-\u9fff]+(?:['\u2019-][^\W\d_]+)*")
_GAP = re.compile(r"[\s,，、.\-–/()+]*")
_PLACEHOLDER = re.compile(r"<\s*(NUMBER|NAME)[ _]?(\d+)\s*>", re.IGNORECASE)

_NAMES = {
    # Where the recogniser writes no capitals, the word behind the first may be a surname as well.
    "en": re.compile(
        r"\b(?:(?i:(?:my|the|her|his) (?:full |last |first )?name(?: is|'s|\u2019s))"
        r"|(?i:this is|i am|i'm|i\u2019m)(?= [A-Z])|(?i:Mr|Mrs|Ms|Miss|Mister|Dr)\b\.?)"
        r"\s+(?P<name>[A-Z][\w'\u2019-]*(?:\s+(?!Mrs?\b|Ms\b)[A-Z][\w'\u2019-]*){0,3}|[a-z][\w'-]*(?:\s+[a-z][\w'-]*)?)"
    ),
    "zh": re.compile(
        r"(?:我叫|我姓|免贵姓|名字(?:是|叫)|我是(?=[\u4e00-\u9fff]{2,3}(?:[，,。]|$)))(?P<name>[\u4e00-\u9fff]{1,3})"
        r"|(?P<called>[\u4e00-\u9fff])(?=先生|女士|小姐|太太)"
    ),
    "ko": re.compile(
        r"(?:이름은|성함은|저는|전)\s*(?P<name>[가-힣]{2,4}?)(?=이라고|라고|입니다|이에요|예요|인데|[\s,.]|$)"
        r"|(?P<called>[가-힣]{2,4}) ?(?=씨)"
    ),
}


class Mask:
    """The placeholders of one request: equal words get equal ones, in all its texts.

    Args:
        language: en, zh or ko.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._placeholders: dict[tuple[str, str], str] = {}

    def hide(self, text: str) -> str:
        """The text with placeholders: "call <NUMBER_1>"."""
        found = sorted({*self._names(text), *self._numbers(text)})
        hidden: list[str] = []
        end = 0
        for begin, until, kind in found:
            if begin < end:
                continue
            hidden += [text[end:begin], self._placeholder(kind, text[begin:until])]
            end = until
        return "".join(hidden) + text[end:]

    def show(self, text: str) -> str:
        """The text with the words again; a placeholder that nobody gave out vanishes."""
        words = {placeholder: said for (_, said), placeholder in self._placeholders.items()}
        return _PLACEHOLDER.sub(lambda found: words.get(f"<{found[1].upper()}_{found[2]}>", ""), text)

    def _placeholder(self, kind: str, said: str) -> str:
        count = sum(known == kind for known, _ in self._placeholders) + 1
        return self._placeholders.setdefault((kind, said), f"<{kind}_{count}>")

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        for found in _NAMES[self._language].finditer(text):
            group = found.lastgroup or "name"
            yield found.start(group), found.end(group), "NAME"

    def _numbers(self, text: str) -> Iterator[tuple[int, int, str]]:
        begin, end = 0, -1
        for piece in (*_PIECE.finditer(text), None):
            says = 0 if piece is None else self._digits(piece.group())
            goes_on = end >= 0 and piece is not None and _GAP.fullmatch(text, end, piece.start())
            if end >= 0 and not (says and goes_on):
                if self._count(text[begin:end]) >= FEWEST_DIGITS:
                    yield begin, end, "NUMBER"
                end = -1
            # "to" and "for" are digits only among others.
            if piece is not None and (says > 1 or (says and end >= 0)):
                begin = begin if end >= 0 else piece.start()
                end = piece.end()

    def _digits(self, piece: str) -> int:
        """Whether a word says digits: 0 no, 1 perhaps ("to", "for"), 2 nothing else."""
        tokens = _LEX[self._language](piece)
        if not tokens or any(token.kind not in ("digits", "times") for token in tokens):
            return 0
        return 2 if all(token.sure for token in tokens) else 1

    def _count(self, run: str) -> int:
        """How many digits are said in a row of words ("fifty one" two, "double five" two)."""
        count, times = 0, 1
        for token in _LEX[self._language](run):
            if token.kind == "times":
                times = int(token.text)
                continue
            count += len(token.text) + times - 1 if token.kind == "digits" else 0
            times = 1
        return count


def is_taken_back(behind: str, language: str) -> bool:
    """Whether what stands behind a number begins to take it back: "no, sorry", 不对, 아니."""
    return any(token.kind == "correction" for token in _LEX[language](behind)[:1])


def is_digits(piece: str, language: str) -> bool:
    """Whether a word or character surely says digits."""
    tokens = _LEX[language](piece)
    return bool(tokens) and all(token.kind in ("digits", "times") and token.sure for token in tokens)
