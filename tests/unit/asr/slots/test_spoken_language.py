"""Which language a caller speaks, or asks for, by the words that a recogniser of another one wrote."""

from __future__ import annotations

import pytest

from asr.slots.spoken_language import wished_language, written_language


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("My printer does not work", "zh", "en"),
        ("我的打印机坏了", "en", "zh"),
        ("프린터가 고장났어요", "en", "ko"),
        ("프린터가 고장났어요", "zh", "ko"),
        ("My printer does not work", "en", ""),
        ("我的Outlook打不开", "zh", ""),
        ("Outlook Teams", "zh", ""),
        ("Outlook 창이 안 열려요", "ko", ""),
        ("", "zh", ""),
    ],
)
def test_another_script_is_another_language(text: str, language: str, other: str) -> None:
    assert written_language(text, language) == other


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("English, please.", "zh", "en"),
        ("Do you speak Chinese?", "en", "zh"),
        ("请说中文", "en", "zh"),
        ("能说英语吗？", "zh", "en"),
        ("영어로 해 주세요", "ko", "en"),
        ("한국어 돼요?", "en", "ko"),
        ("The Chinese version of the program crashes", "en", ""),
        ("我的英语软件打不开了", "zh", ""),
    ],
)
def test_a_language_can_be_asked_for(text: str, language: str, other: str) -> None:
    assert wished_language(text, language) == other
