"""Answers that do not answer: no number is given, or a question comes back."""

from __future__ import annotations

import pytest

from asr.slots.no_answer import asks_back, no_number

NO_NUMBER = {
    (
        "en",
        "no_other",
    ): "I don't have another number|there is no other phone|I have no other number|this is my only phone",
    (
        "en",
        "refused",
    ): "I'd rather not say|I don't want to give you my number|I won't tell you|I'm not giving it to you"
    "|that's private|no number, sorry|I prefer to remain anonymous",
    ("en", None): "040 361 982|the same one|tomorrow at nine|my number is not in the list|no",
    ("zh", "no_other"): "我没有别的号码|没有其他电话|就一个号码",
    ("zh", "refused"): "我不想留电话|不方便说|不告诉你们|匿名",
    ("zh", None): "13800138000|就这个号码|明天上午九点|不对",
    ("ko", "no_other"): "다른 번호는 없어요|번호가 이거밖에 없어요|전화가 따로 없는데요",
    ("ko", "refused"): "번호는 알려드리고 싶지 않아요|말하기 싫어요|안 알려 드릴래요|익명으로 할게요",
    ("ko", None): "공일공 일이삼사 오육칠팔|이 번호요|내일 아홉 시|아니요",
}
BACK = {
    "en": "How long will it take?|what does it cost|And who will call me?|When are you open?|is it free"
    "|can you tell me how much that is|why do you need that",
    "zh": "要多久才能修好？|收费吗？|谁给我打电话？|什么时候能修好|为什么要留电话",
    "ko": "얼마나 걸려요?|비용이 드나요?|누가 전화해요?|왜 필요한가요",
}
NOT_BACK = {
    "en": "tomorrow at nine|the one on the second floor"
    "|what a mess, nothing works here since the update and I have a deadline",
    "zh": "明天上午九点|三个人|打印机",
    "ko": "내일 아홉 시요|세 명이요|프린터요",
}


@pytest.mark.parametrize(
    ("language", "meant", "said"),
    [(language, meant, said) for (language, meant), texts in NO_NUMBER.items() for said in texts.split("|")],
)
def test_who_has_no_other_number_is_told_from_who_keeps_it(
    language: str, meant: str | None, said: str
) -> None:
    assert no_number(said, language) == meant


@pytest.mark.parametrize(
    ("language", "said", "is_question"),
    [
        (language, said, is_question)
        for table, is_question in ((BACK, True), (NOT_BACK, False))
        for language, texts in table.items()
        for said in texts.split("|")
    ],
)
def test_a_question_of_the_callers_own(language: str, said: str, *, is_question: bool) -> None:
    assert asks_back(said, language) is is_question
