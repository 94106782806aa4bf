"""What leaves the site has no digits and no names in it, and what comes back has them again."""

from __future__ import annotations

import pytest

from asr.understanding.masking import Mask

HIDDEN = [
    ("en", "Call 040 362-988 now.", "Call <NUMBER_1> now."),
    ("en", "It is five five five, one two three four.", "It is <NUMBER_1>."),
    ("en", "Error fifty one on floor two for you.", "Error fifty one on floor two for you."),
    ("en", "My name is Anna Berg and Mr. Lee knows.", "My name is <NAME_1> and Mr. <NAME_2> knows."),
    (
        "en",
        "Order 4711 is here, 4711 is late, 4712 too.",
        "Order <NUMBER_1> is here, <NUMBER_1> is late, <NUMBER_2> too.",
    ),
    ("zh", "请打幺三八零零幺三八零零零。", "请打<NUMBER_1>。"),
    ("zh", "我叫王小明，电话是13800138000。", "我叫<NAME_1>，电话是<NUMBER_1>。"),
    ("zh", "二楼的打印机坏了。", "二楼的打印机坏了。"),
    ("zh", "李先生说没问题。", "<NAME_1>先生说没问题。"),
    ("ko", "번호는 공일공 일이삼사 오육칠팔이에요.", None),
    ("ko", "제 이름은 김민수입니다.", "제 이름은 <NAME_1>입니다."),
    ("ko", "이 층 프린터가 안 돼요.", "이 층 프린터가 안 돼요."),
]


@pytest.mark.parametrize(("language", "text", "hidden"), HIDDEN)
def test_digits_and_names_are_placeholders_and_come_back(
    language: str, text: str, hidden: str | None
) -> None:
    mask = Mask(language)
    found = mask.hide(text)
    if hidden is not None:
        assert found == hidden
    else:
        assert "NUMBER_1" in found
        assert "일이삼사" not in found
    assert mask.show(found) == text


def test_equal_words_have_one_placeholder_in_all_texts_of_a_request() -> None:
    mask = Mask("en")
    assert mask.hide("It is 4711.") == "It is <NUMBER_1>."
    assert mask.hide("I said 4711, not 4712.") == "I said <NUMBER_1>, not <NUMBER_2>."
    assert mask.show("<number 2>, <NUMBER_1>, <NUMBER_3>.") == "4712, 4711, ."
