"""How an answer is cut before its meaning is looked for."""

from __future__ import annotations

import pytest

from asr.understanding.sentences import MOST_WINDOWS, pieces, windows

STORIES = {
    "en": (
        "My screen went black this morning and nothing helps, I have called you three times already, let me "
        "speak to your manager.",
        "let me speak to your manager.",
    ),
    "zh": (
        "我的屏幕今天早上突然黑了怎么弄都没有用，我已经打了三次电话了，请让你们经理来听。",
        "请让你们经理来听。",
    ),
    "ko": (
        "아침부터 화면이 까맣게 나와서 아무것도 할 수가 없어요 벌써 세 번이나 전화했어요 책임자 바꿔 주세요",
        "책임자 바꿔 주세요",
    ),
}


@pytest.mark.parametrize("language", STORIES)
def test_the_end_of_a_long_sentence_is_a_piece_of_its_own(language: str) -> None:
    story, wish = STORIES[language]
    found = pieces(story, language)
    assert "".join(found) == story
    assert found[-1].strip() == wish


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("When I talk to an agent, it crashes.", "en"),
        ("我一跟客服说话，就断线。", "zh"),
        ("상담원하고 통화하면, 끊겨요.", "ko"),
    ],
)
def test_a_short_sentence_stays_whole(text: str, language: str) -> None:
    assert pieces(text, language) == [text]
    assert windows(text, language) == []


def test_sentences_are_pieces() -> None:
    assert [piece.strip() for piece in pieces("It broke. Why? Help me!", "en")] == [
        "It broke.",
        "Why?",
        "Help me!",
    ]


@pytest.mark.parametrize(
    ("unit", "language", "glue"), [("word", "en", " "), ("字", "zh", ""), ("말", "ko", " ")]
)
def test_what_has_no_borders_is_read_in_windows_that_leave_nothing_out(
    unit: str, language: str, glue: str
) -> None:
    text = (
        glue.join([unit] * 40) if language == "zh" else glue.join(f"{unit}{number}" for number in range(40))
    )
    found = windows(text, language)
    assert set("".join(found).replace(" ", "")) == set(text.replace(" ", ""))
    assert len(windows(glue.join([text] * 50), language)) == MOST_WINDOWS
