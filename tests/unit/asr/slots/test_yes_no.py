"""Yes and no in many words, as people say them and as recognisers write them."""

from __future__ import annotations

import pytest

from asr.slots.understand import understand
from asr.slots.values import SlotContext, Understood


def _cases(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, said.strip()) for language, all_said in table.items() for said in all_said.split("|")]


YES = {
    "en": "yes|Yes.|YES!|yeah|yep that's right|yes please|yes yes|correct|that's right|thats right"
    "|That is correct."
    "|right|okay|ok|sure|uh huh|Uh-huh.|mhm|mm hmm|exactly|absolutely|of course|you got it|I think so|it is"
    "|yes it is|um yes|well yeah|that's fine|sounds good|perfect|yes that's my number|no problem"
    "|yes sir|one|1"
    "|definitely|affirmative|oh yes|yup|the number is correct|sure that's right|good|right, yes|I do"
    "|all correct"
    "|everything is correct|that's it|yes thank you|it's correct|alright|that looks good|go ahead"
    "|you are right"
    "|yes exactly|Yes, that is right.|yeah sure|okay yes|right right|yes indeed|fine|yes it's all correct"
    "|sure go ahead|i believe so|yea|aye|uh yeah|so yes|true",
    "zh": "对|对的|是|是的|是的。|没错|没有错|对啊|对对对|嗯|嗯嗯|好|好的|可以|行|正确|没问题|确认"
    "|不错|是这样|是这样的"
    "|呃，对|对，没错|是 的|对 的|一|1|當然|当然可以|对，谢谢|好的谢谢|嗯，对|那个，是的|完全正确|对呀"
    "|就是这样"
    "|号码是对的|好像是对的|OK|對|沒錯|对！|是，对的|嗯是的|对就是这个|可以可以|行的|没错没错|好啊|对哦",
    "ko": "네|예|네.|맞아요|맞습니다|네 맞아요|네, 맞습니다.|네네|응|그래요|그렇습니다|좋아요"
    "|네 그렇습니다|예 맞아요"
    "|정확해요|물론이죠|네맞아요|음 네|맞아|일번|1번|일|확인했습니다|틀림없어요|네 부탁드립니다|그럼요"
    "|오케이"
    "|번호가 맞아요|네 좋습니다|예 그래요|다 맞아요|넵|네 다 맞습니다|맞네요",
}
NO = {
    "en": "no|No.|nope|nah|wrong|that's wrong|that is not correct|that's not right|no that's not right"
    "|not really"
    "|not quite|incorrect|no no|no it isn't|no it's not|I don't think so|no thanks|no way|absolutely not"
    "|definitely not|negative|um no|oh no|well no|two|2|you got it wrong|uh uh|nuh-uh|that isn't right"
    "|it is wrong"
    "|never|no sir|no that's wrong|the number is wrong|please don't|it's not correct|that's incorrect|know"
    "|of course not|not at all|No, that's not it.|no not quite|not exactly|nope that's wrong|it isn't"
    "|that's not true"
    "|no no no|not correct|no sorry|you misheard me",
    "zh": "不|不对|不对。|不是|不是的|错了|错|有错|不正确|不用|不行|不要|说错了|你听错了|不太对"
    "|不完全对|呃，不对"
    "|对不起，不对|不 对|二|2|没有|不，不是|不好意思不对|不可以|好像不对|不對|不不不|错的|记错了"
    "|没有啊|不是这样|不准确",
    "ko": "아니요|아니오|아뇨|아니|아닙니다|아니에요|틀려요|틀렸어요|안 맞아요|안맞아요|맞지 않아요"
    "|잘못됐어요"
    "|그게 아니에요|음 아니요|이번|2번|이|달라요|아니요 틀렸습니다|번호가 틀렸어요|그건 아니에요"
    "|필요 없어요|아니 아니"
    "|아닌데요|틀렸습니다|그렇지 않아요|싫어요|물론 아니죠|당연히 아니에요|동의 못 해요|동의하지 않아요"
    "|확인 안 했어요",
}
# A word for yes is in each, and none of them is one.
NO_YES = {
    "en": "correct it please|correct the number|yes but not quite|yes but no|okay but it's wrong"
    "|sure except it's not right|that can't be right|I doubt that it's right",
    "zh": "正确吗|对吗|可以改吗|需要改一下|可以是可以但是不对|没错才怪|对个头|同意不了|确认不了|是的但是错了"
    "|好的，但不对|才不是|不能同意",
    "ko": "그럼 안 되죠|좋아 안 해요|부탁하지 마세요|동의 안 합니다|네 그런데 아니에요|확인 못 했어요",
}
NEITHER = {
    "en": "|um|maybe|I don't know|not sure|I'm not sure|yes and no|yes or no|what|pardon"
    "|right now my screen is black"
    "|my printer is broken|the right side is broken|okay my printer is broken|good morning|hello"
    "|five five five"
    "|is that right|yes no|no yes|no one answers|can you repeat that|I have no internet|there is no sound"
    "|the second floor|agent|tomorrow at nine|excuse me|nobody knows the password",
    "zh": "|不知道|不清楚|是不是|对不对|对不起|可能吧|什么|没听清|我的电脑坏了|对面的打印机坏了|是三楼"
    "|没人|好久了|是因为停电"
    "|你好|没关系|三楼的打印机|对了我还想问一下|明天上午|人工|一三八",
    "ko": "|모르겠어요|글쎄요|뭐라고요|예약하고 싶어요|아니면|네이버|그래서 안 켜져요"
    "|제 노트북이 안 켜져요|여보세요"
    "|네 아니요|괜찮아요|어제부터 그래요|네 개 있어요|내일 오전|상담원",
}
WITH_MORE = [
    ("en", "yes but it also happens at home", True, "but it also happens at home"),
    ("en", "Yes, and the monitor flickers too.", True, "and the monitor flickers too"),
    ("en", "okay but please hurry", True, "but please hurry"),
    ("en", "no, it's the second floor", False, "its the second floor"),
    ("en", "no the number is five five five", False, "the number is five five five"),
    ("en", "not the second floor", False, "the second floor"),
    ("zh", "对，但是家里也这样", True, "但是家里也这样"),
    ("zh", "对但是家里也这样", True, "但是家里也这样"),
    ("zh", "是的，还有打印机也坏了", True, "还有打印机也坏了"),
    ("zh", "不是，是三楼", False, "是三楼"),
    ("zh", "不是二楼是三楼", False, "二楼是三楼"),
    ("zh", "不，这个号码错了", False, "这个号码错了"),
    ("ko", "네, 그런데 집에서도 그래요", True, "그런데 집에서도 그래요"),
    ("ko", "아니요, 삼층이에요", False, "삼층이에요"),
]


def _understood(said: str, language: str) -> Understood | None:
    return understand("yes_no", said, (), language)


@pytest.mark.parametrize(("language", "said"), _cases(YES))
def test_yes(language: str, said: str) -> None:
    found = _understood(said, language)
    assert found is not None
    assert found.value is True


@pytest.mark.parametrize(("language", "said"), _cases(NO))
def test_no(language: str, said: str) -> None:
    found = _understood(said, language)
    assert found is not None
    assert found.value is False


@pytest.mark.parametrize(("language", "said"), _cases(NO_YES))
def test_a_yes_that_is_turned_round_is_none(language: str, said: str) -> None:
    found = _understood(said, language)
    assert found is None or found.value is False


@pytest.mark.parametrize(("language", "said"), _cases(NEITHER))
def test_neither(language: str, said: str) -> None:
    assert _understood(said, language) is None


@pytest.mark.parametrize(("language", "said", "value", "remainder"), WITH_MORE)
def test_what_comes_with_a_yes_or_no_is_kept(language: str, said: str, value: bool, remainder: str) -> None:
    found = _understood(said, language)
    assert found is not None
    assert (found.value, found.remainder) == (value, remainder)


def test_thanks_behind_an_answer_say_nothing() -> None:
    found = _understood("yes please, thank you", "en")
    assert found is not None
    assert found.remainder == ""


def test_an_answer_in_passing_is_less_certain_than_a_plain_one() -> None:
    plain, in_passing = _understood("yes", "en"), _understood("the first number is correct", "en")
    assert plain is not None
    assert in_passing is not None
    assert in_passing.confidence < plain.confidence


def _heard(text: str, meanings: dict[str, float], language: str = "en") -> object:
    found = understand("yes_no", text, (), language, SlotContext(meanings=meanings))
    return None if found is None else found.value


def test_a_short_answer_is_the_scores_affair() -> None:
    assert _heard("Yes.", {"yes": 0.97, "other": 0.03}) is True
    assert _heard("Yes.", {"yes": 0.6, "no": 0.1, "other": 0.3}) is None
    assert _heard("Yes.", {"yes": 0.85, "other": 0.15}) is True
    assert _heard("Bye.", {"yes": 0.85, "other": 0.15}) is None
    assert _heard("Bye.", {"yes": 0.97, "other": 0.03}) is True
    assert _heard("", {"no": 0.97, "other": 0.03}) is False
    assert _heard("", {"other": 1.0}) is None
    assert _heard("对。", {"yes": 0.5, "other": 0.5}, "zh") is None


def test_words_and_score_that_contradict_each_other_are_asked_about() -> None:
    assert _heard("No.", {"yes": 0.97, "no": 0.03}) is None
    assert _heard("No, that is not my number.", {"yes": 0.97, "no": 0.03}) is None


def test_a_key_said_as_a_word_is_its_answer() -> None:
    assert _heard("One.", {"1": 0.6, "yes": 0.35, "other": 0.05}) is True
    assert _heard("Two.", {"2": 0.95, "other": 0.05}) is False


def test_what_is_longer_than_a_phrase_is_the_words_affair() -> None:
    assert _heard("Yes, but it also happens at home.", {"other": 0.99, "yes": 0.01}) is True
    assert _heard("My printer is broken.", {"other": 0.99, "yes": 0.01}) is None
    assert _heard("不是二楼是三楼", {"other": 0.99}, "zh") is False
