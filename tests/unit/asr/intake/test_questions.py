"""A problem read back: a short one whole, a long one by its beginning and end."""

from __future__ import annotations

import pytest

from asr.intake.questions import WHOLE, shortened
from asr.results import Word
from asr.text import length

LONG = {
    "en": "My laptop does not start any more since this morning, and when I press the power button the fan "
    "spins for a moment and then it stops, I have tried another charger, so please send somebody to the "
    "third floor today.",
    "zh": "我的电脑从今天早上开始就打不开了，屏幕是黑的，按电源键风扇转一下就停，我已经换过一个充电器，"
    "还是不行，昨天还是好好的，所以请你们今天派人到三楼来看一下，谢谢。",
    "ko": "오늘 아침부터 제 노트북이 켜지지 않습니다. 화면이 검고 전원 버튼을 누르면 팬이 잠깐 돌다가 "
    "멈춥니다. 다른 충전기도 써 봤지만 그대로이니 오늘 삼층으로 사람을 보내 주세요.",
}


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "my printer is broken"), ("zh", "我的打印机坏了"), ("ko", "프린터가 고장났어요")],
)
def test_a_short_problem_is_read_back_whole(language: str, text: str) -> None:
    assert shortened(text, (), language) == (text, "")


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_long_problem_is_read_back_word_for_word_at_both_ends(language: str) -> None:
    text = LONG[language]
    head, tail = shortened(text, (), language)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert head
    assert tail
    assert length(head, language) + length(tail, language) <= WHOLE[language]


def test_the_cuts_fall_at_marks() -> None:
    head, tail = shortened(LONG["en"], (), "en")
    assert head == "My laptop does not start any more since this morning"
    assert tail == "so please send somebody to the third floor today."
    head, tail = shortened(LONG["zh"], (), "zh")
    assert head.endswith("屏幕是黑的")
    assert tail.startswith("所以请你们今天派人到三楼来看一下")


def test_or_where_the_caller_paused() -> None:
    text = " ".join(f"word{number}" for number in range(40))
    words, now = [], 0.0
    for number, word in enumerate(text.split()):
        words.append(Word(word, now, now + 0.3, 0.9))
        now += 0.3 + (0.8 if number in (10, 33) else 0.05)
    head, tail = shortened(text, words, "en")
    assert head.endswith("word10")
    assert tail.startswith("word34")


def test_fillers_are_not_read_back() -> None:
    assert shortened("um my printer uh is broken", (), "en")[0] == "my printer is broken"
