"""Digits, phone numbers, whole numbers and keys, said in three languages."""

from __future__ import annotations

import pytest

from asr.results import Word
from asr.slots.keys import key_of
from asr.slots.numbering_plan import Shortfall
from asr.slots.numbers import own_number, same_telephone
from asr.slots.understand import understand
from asr.slots.values import SlotContext, Understood
from asr.text import comparable

PHONE = [
    ("en", "five five five one two three four", "5551234"),
    ("en", "my number is five five five, one two three four please", "5551234"),
    ("en", "555-123-4567", "5551234567"),
    ("en", "(555) 123 4567", "5551234567"),
    ("en", "5 5 5 1 2 3 4", "5551234"),
    ("en", "It's 555 1234.", "5551234"),
    ("en", "plus four nine one seventy, double five, triple two", "+4917055222"),
    ("en", "+49 170 555 222", "+49170555222"),
    ("en", "one eight hundred five five five one two one two", "18005551212"),
    ("en", "zero one seven one twenty three forty five", "01712345"),
    ("en", "oh one seven one two three four five", "01712345"),
    ("en", "five five five oh oh one two", "5550012"),
    ("en", "twelve thirty-four fifty-six", "123456"),
    ("en", "five five five to three for one", "5552341"),
    ("en", "um five five five uh one two three four", "5551234"),
    ("en", "five five five one two three five sorry five five five one two three four", "5551234"),
    ("en", "you can reach me at 5551234 that's 5551234", "5551234"),
    ("en", "area code five five five, then one two three four", "5551234"),
    ("en", "five double oh one two three", "500123"),
    ("zh", "幺三八零零一三八零零零", "13800138000"),
    ("zh", "我的电话是幺三八零零一三八零零零", "13800138000"),
    ("zh", "一 三 八，一二三四，五六七八", "13812345678"),
    ("zh", "13800138000", "13800138000"),
    ("zh", "加八六一三八一二三四五六七八", "+8613812345678"),
    ("zh", "记一下一三八一二三四五六七八", "13812345678"),
    ("zh", "一三八不对一三九一二三四五六七八", "13912345678"),
    ("zh", "妖三八一二三四五六七八", "13812345678"),
    ("zh", "三个八一二三四", "8881234"),
    ("zh", "呃一三八嗯一二三四五六七八吧", "13812345678"),
    ("zh", "零二幺 六二三四 五六七八", "02162345678"),
    ("zh", "號碼是一三八一二三四五六七八", "13812345678"),
    ("zh", "幺三九幺二四八", "1391248"),
    ("zh", "幺三八，零零幺三，八零零零。", "13800138000"),
    ("zh", "零二一，四个五，一二三四。", "02155551234"),
    ("en", "552 1740", "5521740"),
    ("ko", "공일공 일이삼사 오육칠팔", "01012345678"),
    ("ko", "제 번호는 공일공에 일이삼사에 오육칠팔입니다", "01012345678"),
    ("ko", "010-1234-5678", "01012345678"),
    ("ko", "공일공일이삼사오육칠팔이에요", "01012345678"),
    ("ko", "제번호는공일공일이삼사오육칠팔입니다", "01012345678"),
    ("ko", "공일공 다시 이이삼삼 다시 사사오오", "01022334455"),
    ("ko", "음 공이 삼사오 육칠팔구요", "023456789"),
    ("ko", "오육칠팔 사이예요", "567842"),
]
NO_PHONE = [
    ("en", "I have two numbers"), ("en", "the first is 5551234 and the second is 5559999"),
    ("en", "five five"),
    ("en", "my printer is broken"), ("en", ""), ("en", "no"), ("en", "tomorrow at nine thirty"),
    ("en", "five five five sorry"), ("zh", "我有两台电脑"), ("zh", "一三八"), ("zh", "等一下"),
    ("zh", "明天九点"),
    ("ko", "이 번호로 해주세요"), ("ko", "노트북 두 대"), ("ko", "아니요"), ("ko", "일단 상담원이요"),
]  # fmt: skip
NUMBERS = [
    ("en", "twenty five", 25), ("en", "25", 25), ("en", "1,200", 1200), ("en", "a hundred and five", 105),
    ("en", "two thousand and twenty six", 2026), ("en", "zero", 0), ("en", "I have three laptops", 3),
    ("en", "three million two hundred thousand", 3_200_000), ("en", "ninety-nine", 99),
    ("zh", "二十五", 25), ("zh", "一百零五", 105), ("zh", "三千五", 3500), ("zh", "两万三", 23_000),
    ("zh", "一千零一", 1001), ("zh", "我有三台电脑", 3), ("zh", "3万", 30_000), ("zh", "十五台", 15),
    ("zh", "零", 0),
    ("ko", "스물다섯", 25), ("ko", "세 대요", 3), ("ko", "삼백오십", 350), ("ko", "만 이천", 12_000),
    ("ko", "25명", 25),
    ("ko", "노트북 두 대", 2), ("ko", "이만오천", 25_000), ("ko", "열두 개", 12),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "number"), PHONE)
def test_a_phone_number(language: str, said: str, number: str) -> None:
    found = understand("phone_number", said, (), language)
    assert found is not None
    assert found.value == number


@pytest.mark.parametrize(("language", "said"), NO_PHONE)
def test_no_phone_number_rather_than_a_wrong_one(language: str, said: str) -> None:
    assert understand("phone_number", said, (), language) is None


def test_what_follows_an_extension_is_kept_apart() -> None:
    found = understand("phone_number", "555 123 4567 extension 12", (), "en")
    assert found is not None
    assert (found.value, found.remainder) == ("5551234567", "extension 12")


@pytest.mark.parametrize(
    "said", ["five five five to three for one", "five five five one two, sorry, 5551234"]
)
def test_guessed_digits_are_unsure(said: str) -> None:
    words = [Word(word, at, at + 0.3, 0.9) for at, word in enumerate(said.split())]
    found = understand("phone_number", said, words, "en")
    assert found is not None
    assert found.confidence == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("language", "said", "digits"),
    [
        ("en", "four seven one one", "4711"), ("en", "ticket number 4711", "4711"), ("en", "seven", "7"),
        ("en", "forty seven eleven", "4711"), ("en", "number four thousand", "4000"),
        ("en", "one hundred five", "105"),
        ("zh", "四七一一", "4711"), ("zh", "工单号是四七幺幺", "4711"), ("zh", "四千", "4000"),
        ("zh", "两个五", "55"),
        ("ko", "사칠일일", "4711"), ("ko", "접수 번호는 사칠일일이요", "4711"), ("ko", "하나 둘 셋", "123"),
        ("ko", "삼십사", "34"),
    ],
)  # fmt: skip
def test_digits(language: str, said: str, digits: str) -> None:
    found = understand("digits", said, (), language)
    assert found is not None
    assert found.value == digits


def test_digits_of_another_length_are_none() -> None:
    context = SlotContext(minimum=4, maximum=4)
    assert understand("digits", "four seven one", (), "en", context) is None
    assert understand("digits", "four seven one one one", (), "en", context) is None
    found = understand("digits", "I have one here: four seven one one", (), "en", context)
    assert found is not None
    assert found.value == "4711"


@pytest.mark.parametrize(("language", "said", "number"), NUMBERS)
def test_a_whole_number(language: str, said: str, number: int) -> None:
    found = understand("number", said, (), language)
    assert found is not None
    assert found.value == number


def test_several_numbers_or_one_out_of_range_are_none() -> None:
    assert understand("number", "two or three", (), "en") is None
    assert understand("number", "twelve", (), "en", SlotContext(minimum=1, maximum=10)) is None
    assert understand("number", "no idea", (), "en") is None


@pytest.mark.parametrize(
    ("language", "said", "key"),
    [
        ("en", "two", "2"), ("en", "Option two.", "2"), ("en", "press star", "*"),
        ("en", "the first one", "1"),
        ("en", "um number three please", "3"), ("en", "zero", "0"), ("en", "I have two laptops", None),
        ("en", "two three", None), ("zh", "按二", "2"), ("zh", "第一个", "1"), ("zh", "我选三", "3"),
        ("zh", "井号键", "#"),
        ("zh", "二楼", None), ("ko", "이번이요", "2"), ("ko", "일 번", "1"), ("ko", "첫 번째", "1"),
        ("ko", "삼번 눌러 주세요", "3"), ("ko", "이 프린터", None),
    ],
)  # fmt: skip
def test_a_key_said_as_a_word(language: str, said: str, key: str | None) -> None:
    assert key_of(comparable(said, language), language) == key


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "the number I'm calling from"),
        ("en", "this number please"),
        ("zh", "就这个号码"),
        ("ko", "이 번호로 해주세요"),
    ],
)
def test_the_callers_own_number_can_be_meant(language: str, said: str) -> None:
    assert own_number(said, language)
    assert not own_number("5551234", language)


def test_a_language_that_nobody_taught_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        understand("digits", "un deux", (), "fr")


# --- corrected in the same breath, begun anew ---------------------------------------------------------------

CORRECTED = [
    ("en", "Zero four zero, three six one, no sorry, three six two, nine eight eight.", "040362988"),
    ("en", "040 361 no sorry 362 988", "040362988"),
    ("en", "zero four zero three six one no sorry three six two nine eight eight", "040362988"),
    ("en", "zero four zero, three six one, nine eight seven, no, eight", "040361988"),
    ("en", "zero one seven one, two three four, no wait, three four five, six seven eight", "0171345678"),
    (
        "en"
    , "zero four zero, wait, let me start again. zero four one three six two nine eight eight", "041362988"),
    ("en", "my number is 040 361, scratch that, 362, 988", "040362988"),
    ("en", "zero four zero, not three six one, three six two, nine eight eight", "040362988"),
    (
        "en"
    , "five five five one two three four, no, that is my old one, it is five five six nine eight seven six",
     "5569876"),
    ("en", "oh four oh, double three, no, double four, nine eight eight", "04044988"),
    ("en", "It's 555 123 4568, I mean 4567", "5551234567"),
    ("zh", "零四零，三六一，不对，三六二，九八八", "040362988"),
    ("zh", "零四零三六一哦不是三六二九八八", "040362988"),
    ("zh", "零四零，三六一，说错了，应该是三六二，九八八", "040362988"),
    ("zh", "一三八，零零幺三，错了，零零幺四，八零零零", "13800148000"),
    ("zh", "零四零，不是三六一，是三六二，九八八", "040362988"),
    ("zh", "一三八一二，等一下我重新说，一三九零零幺三八零零零", "13900138000"),
    ("ko", "공일공, 일이삼사, 아니, 일이삼오, 오육칠팔", "01012355678"),
    ("ko", "공일공 일이삼사 아니요 일이삼오 오육칠팔", "01012355678"),
    ("ko", "공일공 일이, 다시 말할게요, 공일공 이이삼삼 사사오오", "01022334455"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "number"), CORRECTED)
def test_a_correction_in_the_same_breath(language: str, said: str, number: str) -> None:
    found = understand("phone_number", said, (), language)
    assert found is not None
    assert found.value == number


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize(
    ("language", "comma", "sorry", "names"),
    [
        (
            "en",
            ", ",
            ", no sorry, ",
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ),
        (
            "en",
            " ",
            " no sorry ",
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ),
        ("zh", "，", "，不对，", list("零一二三四五六七八九")),
        ("ko", " ", " 아니 ", list("공일이삼사오육칠팔구")),
    ],
)
def test_whichever_group_is_corrected(
    position: int, language: str, comma: str, sorry: str, names: list[str]
) -> None:
    space = " " if language == "en" else ""
    groups = ["040", "361", "988"]
    for slip in range(10):
        wrong = groups[position][:2] + str(slip)
        if wrong == groups[position]:
            continue

        def spoken(group: str) -> str:
            return space.join(names[int(digit)] for digit in group)

        said = [spoken(group) for group in groups]
        said[position] = spoken(wrong) + sorry + said[position]
        found = understand("phone_number", comma.join(said), (), language)
        assert found is not None, said
        assert found.value == "040361988", said


# --- the country's numbering plan ---------------------------------------------------------------------------


def _number(said: str, language: str, **known: object) -> Understood | None:
    return understand("phone_number", said, (), language, SlotContext(**known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("幺三八，零零幺三，八零零零。", "13800138000"), ("零二一，四个五，一二三四。", "02155551234"),
        ("零二一，三个零，五六七八九", "02100056789"), ("四零零八零零一二三四", "4008001234"),
        ("要三八零零幺三八零零零", "13800138000"), ("一三八林零一三八零零零", "13800138000"),
    ],
)  # fmt: skip
def test_numbers_of_the_plan(said: str, number: str) -> None:
    found = _number(said, "zh", country="CN", confidence=0.9)
    assert found is not None
    assert found.value == number


def test_another_reading_that_is_a_number_goes_before_one_that_is_none() -> None:
    readings = ("一三八零零一三八零零", "一三八零零一三八零零零")
    found = _number(readings[0], "zh", country="CN", confidence=0.9, alternatives=readings[1:])
    assert found is not None
    assert (found.value, found.shortfall) == ("13800138000", None)
    assert found.confidence < 0.9
    first = _number(readings[1], "zh", country="CN", confidence=0.9, alternatives=readings[:1])
    assert first is not None
    assert (first.value, first.confidence) == ("13800138000", 0.9)


@pytest.mark.parametrize(
    ("said", "shortfall"),
    [
        ("幺三八，零零幺三，八零零", Shortfall("1380013", "800", "", 1)),
        ("幺三八，零零三，八零零零", Shortfall("138", "003", "8000", 1)),
        ("幺三八，零零幺三", Shortfall("1380013", "", "", 4)),
        ("一三八零零一三八零零", Shortfall("", "1380013800", "", 1)),
        ("零二一四五一二三四", Shortfall("", "021451234", "", 2)),
        ("一三八零零一三八零零零五", Shortfall("", "138001380005", "", -1)),
    ],
)
def test_a_number_outside_the_plan_says_what_it_lacks(said: str, shortfall: Shortfall) -> None:
    found = _number(said, "zh", country="CN", confidence=0.9)
    assert found is not None
    assert found.shortfall == shortfall
    assert found.value == shortfall.heard
    assert found.confidence < 0.5


@pytest.mark.parametrize(
    ("so_far", "said", "number"),
    [
        (Shortfall("138", "003", "8000", 1), "零零幺三", "13800138000"),
        (Shortfall("1380013", "800", "", 1), "八零零零", "13800138000"),
        (Shortfall("1380013", "800", "", 1), "零", "13800138000"),
        (Shortfall("1380013", "", "", 4), "八零零零", "13800138000"),
        (Shortfall("1380013", "", "", 4), "零零幺三八零零零", "13800138000"),
        (Shortfall("", "1380013800", "", 1), "一三八零零一三八零零零", "13800138000"),
        (Shortfall("138"), "一三八零零一三八零零零", "13800138000"),
    ],
)
def test_a_group_said_again_is_put_in_its_place(so_far: Shortfall, said: str, number: str) -> None:
    found = _number(said, "zh", country="CN", so_far=so_far)
    assert found is not None
    assert (found.value, found.shortfall) == (number, None)


def test_a_number_in_two_answers_without_a_plan() -> None:
    first = _number("5, 5, 2", "en", partial=True)
    assert first is not None
    assert first.shortfall == Shortfall("552")
    rest = _number("1, 7, 4, 0", "en", so_far=first.shortfall)
    assert rest is not None
    assert rest.value == "5521740"


def test_too_few_digits_are_a_part_only_where_that_is_asked() -> None:
    assert _number("five five", "en") is None
    for said in ("tomorrow at nine thirty", "I have two numbers", "no"):
        assert _number(said, "en", partial=True) is None


def test_a_local_number_is_believed() -> None:
    for said, language, country in (("555 1234", "en", "US"), ("六二三四五六七八", "zh", "CN")):
        found = _number(said, language, country=country)
        assert found is not None
        assert found.shortfall is None


def test_pauses_part_the_groups() -> None:
    words, at = [], 0.0
    for group in ("138", "001", "8000"):
        for digit in group:
            words.append(Word(digit, at, at + 0.2, 0.9))
            at += 0.25
        at += 0.8
    text = "".join(word.text for word in words)
    found = understand("phone_number", text, words, "zh", SlotContext(country="CN"))
    assert found is not None
    assert found.shortfall == Shortfall("138", "001", "8000", 1)


# --- numbers that were denied -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "country", "same"),
    [
        ("040362988", "+4940362988", "DE", True), ("040 36 29 88", "040-362988", "", True),
        ("13800138000", "008613800138000", "CN", True), ("040362988", "040361988", "DE", False),
        ("1001", "1002", "", False), ("1001", "1001", "CN", True),
    ],
)  # fmt: skip
def test_the_same_telephone_in_two_spellings(one: str, other: str, country: str, same: bool) -> None:
    assert same_telephone(one, other, country) is same


def test_a_denied_number_is_not_understood_again() -> None:
    denied = ("13800138000",)
    assert _number("一三八零零一三八零零零", "zh", country="CN", denied=denied) is None
    assert _number("加八六一三八零零一三八零零零", "zh", country="CN", denied=denied) is None
    found = _number(
        "一三八零零一三八零零零", "zh", country="CN", denied=denied, alternatives=("一三八零零一三九零零零",)
    )
    assert found is not None
    assert found.value == "13800139000"


@pytest.mark.parametrize(
    ("language", "said", "number"),
    [
        ("en", "no, the last two are nine nine", "040361999"), (
            "en"
        , "it ends in nine eight nine", "040361989"),
        ("en", "No, it is three six two, not three six one.", "040362988"),
        ("en", "no, three six two", "040362988"), ("en", "the area code is zero four one", "041361988"),
        ("en", "no, it is zero four zero three six two nine eight eight", "040362988"),
        ("zh", "不对，最后三位是九八九", "040361989"), ("zh", "不是三六一，是三六二", "040362988"),
        ("zh", "前三位是零四一", "041361988"), ("ko", "아니요, 끝자리는 구팔구예요", "040361989"),
    ],
)  # fmt: skip
def test_a_part_of_a_denied_number_is_corrected(language: str, said: str, number: str) -> None:
    found = _number(said, language, denied=("040361988",))
    assert found is not None
    assert found.value == number


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "not this number"), ("en", "No, please use another number."), ("en", "don't call this number"),
        ("en", "this number is wrong"), ("zh", "不要打这个号码"), ("zh", "换掉这个号码"), (
            "zh"
        , "这个号码打不通"),
        ("ko", "이 번호 말고요"), ("ko", "이 번호는 안 돼요"),
    ],
)  # fmt: skip
def test_the_callers_own_number_can_be_refused(language: str, said: str) -> None:
    assert not own_number(said, language)


IN_A_COUNTRY = """
en | GB | oh two oh, seven nine four six, oh nine five eight | 02079460958
en | US | area code two one two, five five five, oh one nine eight | 2125550198
en | US | eight hundred, five five five, one two one two | 8005551212
en | US | one, eight hundred, two two five, five two eight eight | 18002255288
en | US | my number's 212 555 0198, extension 4 | 2125550198
en | - | plus one two one two five five five oh one nine eight | +12125550198
en | US | two one two five five five oh one nine nine, no, nine eight | 2125550198
en | US | two one two, five five six, sorry, five five five, oh one nine eight | 2125550198
en | US | two one three... no wait... two one two, five five five, oh one nine eight | 2125550198
en | US | the number is two one two, uh, five five five, um, oh one nine eight, thank you | 2125550198
en | US | two one two then triple five then zero one ninety eight | 2125550198
en | US | It is two hundred twelve five five five zero one nine eight | 2125550198
en | - | twelve fifty five | -
en | - | nineteen eighty, four four one | 1980441
en | US | two one two five five five zero one nine eight or two one two five five five zero one nine seven | -
en | US | I have three laptops and my number is two one two five five five zero one nine eight | 2125550198
en | US | 2125550198 that's 212 555 0198 | 2125550198
en | US | 2 1 2 5 5 5 0 1 9 8, I repeat, 2 1 2 5 5 5 0 1 9 8 | 2125550198
en | US | two one two five five five zero one nine eight, not nine seven | 2125550198
zh | CN | 我的手机是幺三九，幺二三四，五六七八 | 13912345678
zh | CN | 幺三九，幺二三四，五六七九，不对，五六七八 | 13912345678
zh | CN | 幺三九幺二三四五六七九，啊不是，是五六七八 | 13912345678
zh | CN | 一三九一二三四五六七八，我再说一遍，一三九一二三四五六七八 | 13912345678
zh | CN | 零一零，八个八 | 01088888888
zh | CN | 零幺零，六二，三个五，七八九 | 01062555789
zh | CN | 幺三九，三个零，一二三四五 | 13900012345
zh | CN | 一百三十九一二三四五六七八 | 13912345678
zh | CN | 加八六，一三九，一二三四，五六七八 | +8613912345678
zh | CN | 零幺零六二三四五六七八转八零一 | 01062345678
zh | CN | 號碼係一三九一二三四五六七八 | 13912345678
zh | CN | 一三九一二三四，五六，七八 | 13912345678
zh | CN | 区号零二一，电话五五五五一二三四 | 02155551234
ko | KR | 제 번호는 공일공 구팔칠육 오사삼이입니다 | 01098765432
ko | KR | 공일공, 구팔칠육, 오사삼일, 아니 오사삼이 | 01098765432
ko | KR | 영일영에 구팔칠육에 오사삼이 | 01098765432
ko | KR | 공이 삼사오육 칠팔구공 | 0234567890
ko | KR | 010-9876-5432요 | 01098765432
"""
"""Language, the site's country, what is said, and the number; "-" for none."""


@pytest.mark.parametrize("line", IN_A_COUNTRY.strip().split("\n"))
def test_a_number_in_a_country(line: str) -> None:
    language, country, said, number = line.split(" | ")
    found = _number(said, language, country=country.strip("-"))
    assert (found.value if found is not None else "-") == number
    assert found is None or found.shortfall is None


@pytest.mark.parametrize("text", ["202 555", "Two, oh two"])
def test_a_piece_of_a_number_is_no_local_number_in_another_reading(text: str) -> None:
    found = _number(text, "en", country="US", confidence=0.9, alternatives=("202-5555", "202 555"))
    assert found is not None
    assert found.value == "202555"
    assert found.shortfall is not None
    whole = _number(text, "en", country="US", confidence=0.9, alternatives=("202-5555", "202 555 0158"))
    assert whole is not None
    assert whole.value == "2025550158"
