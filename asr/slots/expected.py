"""The few words that most answers of a kind are made of, for recognisers that accept a phrase list.

Only for engines that take such a list as a hint, as Whisper does here: other answers must stay what they are.
What answers mean, in all the ways in which people say it, is left to the slot's own file.
"""

from __future__ import annotations

from collections.abc import Mapping

from asr.slots.values import SlotKind

_FIGURES = tuple("0123456789")
_DIGITS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        *("double", "triple", "plus", *_FIGURES),
    ),
    "zh": (*"零一二三四五六七八九幺", "加", *_FIGURES),
    "ko": (*"공영일이삼사오육칠팔구", "하나", "둘", *_FIGURES),
}
# Whisper writes traditional characters too.
_YES_NO: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("yes", "no", "yeah", "yep", "nope", "right", "correct", "wrong", "okay", "sure", "not"),
        *("that's right", "that's correct", "that's wrong", "yes please", "no thanks"),
    ),
    "zh": (
        *("对", "不对", "对的", "是", "是的", "不是", "没错", "错了", "不错", "可以", "不可以", "行", "不行"),
        *("好", "好的", "嗯", "對", "不對", "對的", "沒錯", "錯了", "不錯"),
    ),
    "ko": ("네", "예", "아니요", "아니오", "아뇨", "맞아요", "맞습니다", "아닙니다", "좋아요", "틀려요"),
}
_EXPECTED: Mapping[SlotKind, Mapping[str, tuple[str, ...]]] = {
    "yes_no": _YES_NO,
    "digits": _DIGITS,
    "phone_number": _DIGITS,
}


def expected(kind: SlotKind, language: str) -> tuple[str, ...]:
    """The words, none where anything may be said.

    Args:
        kind: what the answer is to be.
        language: en, zh or ko.
    """
    return _EXPECTED.get(kind, {}).get(language, ())
