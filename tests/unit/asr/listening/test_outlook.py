"""What the words so far promise."""

from __future__ import annotations

import pytest

from asr.listening.end_of_turn import Outlook
from asr.listening.outlook import outlook
from asr.slots.values import SlotContext, SlotKind

NOWHERE = SlotContext()
COMPLETE, UNKNOWN, UNFINISHED = Outlook.COMPLETE, Outlook.UNKNOWN, Outlook.UNFINISHED


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "My printer is, um"), ("en", "it stopped because"), ("zh", "我的电脑，呃"),
     ("zh", "打不开，因为"), ("ko", "노트북이 음"), ("ko", "프린터가 고장났는데")],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["free_text", "callback_time", "name", "phone_number"])
def test_after_a_hesitation_more_is_to_be_expected(kind: SlotKind, language: str, text: str) -> None:
    assert outlook(kind, text, language, NOWHERE) is UNFINISHED


def test_nothing_known_promises_nothing() -> None:
    assert outlook("free_text", "", "en", NOWHERE) is UNKNOWN
    assert outlook("phone_number", " ", "en", NOWHERE) is UNKNOWN
    assert outlook("free_text", "My printer does not print.", "en", NOWHERE) is UNKNOWN


@pytest.mark.parametrize(
    ("country", "text", "language", "wanted"),
    [
        ("US", "five five two", "en", UNFINISHED),
        ("US", "two one two five five five", "en", UNFINISHED),
        ("US", "two zero two, five five five five", "en", UNFINISHED),  # hardly a local one
        ("US", "two one two seven three six five thousand", "en", COMPLETE),
        ("US", "two one two, seven three six, five oh double one", "en", COMPLETE),
        ("CN", "一三八", "zh", UNFINISHED),
        ("CN", "幺三八零零幺三八零零零", "zh", COMPLETE),
        ("CN", "幺三八零零幺三", "zh", UNKNOWN),  # a subscriber's number in some town, or more to come
        ("KR", "공일공 일이삼사 오육칠팔", "ko", COMPLETE),
        ("KR", "공일공", "ko", UNFINISHED),
        ("DE", "zero three zero, one two three four five six", "en", UNKNOWN),  # as long as one likes
        ("US", "plus eight six, one three eight, zero zero one three, eight zero zero zero", "en", COMPLETE),
        ("", "five five two", "en", UNFINISHED),
        ("", "five five two one seven four oh", "en", UNKNOWN),
        ("US", "My number is", "en", UNFINISHED),
        ("US", "I do not know it", "en", UNKNOWN),
    ],
)
def test_a_telephone_number_is_measured_by_its_country_s_plan(
    country: str, text: str, language: str, wanted: Outlook
) -> None:
    assert outlook("phone_number", text, language, SlotContext(country=country)) is wanted


def test_digits_are_counted() -> None:
    six = SlotContext(minimum=6, maximum=6)
    assert outlook("digits", "one two three", "en", six) is UNFINISHED
    assert outlook("digits", "one two three four five six", "en", six) is COMPLETE
    assert outlook("digits", "one two three", "en", NOWHERE) is UNKNOWN


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [("en", "Yes.", COMPLETE), ("en", "No, I don't think so, because", UNFINISHED), ("en", "Hello?", UNKNOWN),
     ("zh", "对", COMPLETE), ("ko", "네", COMPLETE)],
)  # fmt: skip
def test_a_yes_is_a_yes(language: str, text: str, wanted: Outlook) -> None:
    assert outlook("yes_no", text, language, NOWHERE) is wanted
