"""The numerals of all languages by the language's code, and whether an answer is nothing but digits.

How each language says them is in `numerals_en`, `numerals_zh` and `numerals_ko`.
"""

from __future__ import annotations

from asr.slots import numerals_en, numerals_ko, numerals_zh

NUMERALS = {"en": numerals_en, "zh": numerals_zh, "ko": numerals_ko}


def only_figures(text: str, language: str) -> bool:
    """Whether the words are digits, said or written, and nothing else.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    kinds = [token.kind for token in NUMERALS[language].lex(text)]
    return "digits" in kinds and not set(kinds) & {"other", "stop"}
