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


# What people say of their own, by kinds: what suits, what is right, what is let go, and the opposites.
KINDS = {
    ("en", True): (
        "that'll do nicely|sounds good to me|by all means|fine by me|works for me|you bet"
        "|hundred percent|dead right|I'm happy with that|no objections|couldn't be better"
        "|all good|nailed it|that's exactly it|certainly|let's do that|why not"
        "|I'd appreciate that|be my guest|too right|affirmative|yeah go ahead|suits me"
        "|that's perfect thanks|as you say|I reckon so|oh yes please do|nothing wrong with that"
        "|you've got it right|I can live with that|that's a fair summary|you read my mind"
        "|looks about right|I've no quarrel with that|that ticks all the boxes"
        "|couldn't have put it better myself|yes that was it|it does indeed|oh absolutely"
        "|sure why wouldn't I|I'm good with that|do go ahead|you may do so|that'd be lovely"
        "|all correct|right on the money|I second that|just the way I said it"
    ),
    ("en", False): (
        "not a chance|I'd rather not|no way|that's way off|you've got that wrong|hell no"
        "|not really|that isn't what I said|nah|absolutely not|don't do that|certainly not"
        "|far from it|not even close|forget it|I don't think so|that doesn't work for me|negative"
        "|please don't|not quite|I'm afraid not|that's not the one|you misheard me"
        "|nothing of the sort|no thank you|that won't do|wrong again|under no circumstances"
        "|not at all|couldn't be more wrong|that's rubbish|you must be joking"
        "|not as far as I'm concerned|I never said any such thing|wrong end of the stick"
        "|don't bother|leave it out|it most certainly isn't|not that one|I'd prefer you didn't"
        "|that's not how I put it|you're on the wrong track|no that's someone else's"
        "|rather not thanks|I wouldn't go that far|that can't be|oh no no no"
        "|there's been a mix-up|not in this form|that's news to me"
    ),
    ("zh", True): (
        "可以啊|妥了|中|成|没意见|就按你说的|您看着办吧|一点不错"
        "|完全正确|说得对|行吧|必须的|当然可以|好嘞|同意|正是|千真万确"
        "|确实如此|我没问题|那敢情好|没有问题|听你的|也行|可不是嘛"
        "|是这个意思|对头|准确无误|没什么不对|说到点子上了|分毫不错"
        "|就它了|行得通|挺好的|没啥问题|您记得真准|我认可|是我说的那样"
        "|好得很|依你说的|我赞成|是那么回事|嗯对的没错|可以可以"
        "|照这个来|没差|一字不漏|您说了算"
    ),
    ("zh", False): (
        "门儿都没有|不是这么回事|不要这样|算了吧|你听错了|不太对"
        "|我看不行|别|不用了|哪儿啊|没那回事|不同意|错得离谱"
        "|不是我说的|压根不对|免了|我不想这样|那可不行|不成|搞错了"
        "|记错了|差远了|千万别|我没这么说|不合适|不方便|怎么可能"
        "|还不对|不是那个|绝对不行|不像话|不是我的意思|我不认同|瞎扯"
        "|你搞混了|哪有的事|完全不是|我没要这个|别这么记|不妥|记岔了"
        "|这怎么行|绝无此事|我可没答应|不太合适吧|不能这样"
        "|跟我说的不一样|有点出入|没这个说法|我不要"
    ),
    ("ko", True): (
        "좋습니다|그럼요|당연하죠|문제없어요|그렇게 합시다"
        "|바로 그거예요|정확해요|저는 괜찮아요 그렇게 하세요"
        "|알겠어요 그렇게 해요|오케이|물론이에요|두말하면 잔소리죠"
        "|딱 맞아요|틀린 데 없어요|이의 없습니다|그대로 진행해 주세요"
        "|네 그러세요|그러죠 뭐|찬성이에요|완벽해요|말씀하신 대로예요"
        "|그게 좋겠어요|제가 말한 그대로예요|콜|확실해요|네 부탁드려요"
        "|그래요|아무렴요|옳습니다|그 번호로 하면 돼요"
        "|그게 바로 제 말이에요|아주 좋아요|네 그걸로 하죠"
        "|더 고칠 건 없어요|제대로 들으셨네요|맞는 말씀이에요"
        "|그렇게 하시면 됩니다|저야 좋죠|전혀 문제없습니다"
        "|그럼 그렇게 하는 걸로|네네 맞아요|이대로 좋습니다|동의해요"
        "|하나도 안 틀렸어요|그래 주시면 고맙겠습니다|안 될 게 없죠"
        "|그러시면 되겠네요|옳은 말씀|잘 적으셨어요|그쪽이 좋아요"
    ),
    ("ko", False): (
        "아니거든요|전혀 아니에요|그건 좀 곤란해요|싫어요|안 돼요"
        "|그렇지 않아요|그건 아닌데요|하지 마세요|잘못 들으셨어요"
        "|말도 안 돼요|다 틀렸어요|그렇게는 못 해요"
        "|제 말은 그게 아니에요|원하지 않아요|필요 없어요|별로예요"
        "|그러지 마세요|천만에요|절대 안 됩니다|잘못 적으셨네요"
        "|좀 다른데요|사양할게요|그건 제가 말한 게 아니에요"
        "|그건 싫은데요|아닌 것 같아요|맞지 않아요|어림없어요"
        "|동의 못 해요|반대예요|그럴 리가요|제가 언제 그랬어요"
        "|엉뚱한 소리예요|그 말이 아니잖아요|마음에 안 들어요"
        "|영 아니네요|안 그랬으면 좋겠어요|빼 주세요 그건"
        "|전 그런 말 안 했는데요|다 엉터리예요|그건 좀 아닌 것 같네요"
        "|다시 생각해 보니 싫어요|받아들이기 어렵네요|틀린 게 있어요"
        "|그건 빼고요|아뇨 그게 아니라요|하고 싶지 않아요"
        "|그건 원치 않습니다|거의 다 틀렸네요"
    ),
}
# What begins like a yes, or holds one, and is none.
NO_YES = {
    "en": (
        "that won't work for me|I'm not happy with that|I can't live with that"
        "|couldn't be more wrong|you got it wrong|you nailed the wrong one|that's not the one"
        "|go for the other one|do it differently|as you said it's wrong|not spot on"
        "|far from spot on|no objections but the number is wrong|that'd be good for Tuesday"
        "|perfect for tuesday|let's do tomorrow|do it tomorrow|go with the other number"
        "|that's the wrong one|that's the other one|I'd like that changed"
        "|I'd like that number removed|totally wrong|positively not|surely not|obviously not"
        "|naturally not|totally unacceptable|hardly right|check again please|check the number"
        "|deal with it later|sold it|you may be wrong|you can change it"
        "|it would be fine if it was the other number|that will be great if you use the other one"
        "|would that be fine|is that right|works for her but not me|nothing is right"
        "|nothing right|no good|no right|nobody said so|I would say so if it was true"
        "|that sounds wrong|sounds good to you but not to me|all wrong"
        "|I don't mind but the number is wrong|that's it wrong|you got that mixed up"
        "|you got it backwards|I wouldn't agree|we do not agree|I think so not|I hope not|not so"
        "|no sir not at all"
    ),
    "zh": (
        "不同意|我可不同意|说得不对|你说的不对|不能就这么办|那可不好"
        "|没说对|就是不对|的确不对|确实不是|当然不行|肯定不对|绝对不是"
        "|完全不对|也不行|都不对|很不好|成不了|好像不对|行不通"
        "|不见得对|是这个意思吗|听你的才怪|记对了吗|记得不对"
        "|没问题才怪|中午吧|成都的|正是错的|可不行|可不对|可不能"
        "|自然不行|没意见才怪|一点也不对|一点不对|接受不了|同意不了"
        "|满意不了|说的不是这个意思|不是这个意思|可不是这样"
        "|可不是这个号码|好不了|好个鬼|就这样不行|这样不好|那好什么"
        "|有什么好的|有毛病|有意见|没同意|没答应|没说行|没说可以"
        "|不怎么样|不太行|不是很对|对什么对|没对|不对不对|当然不"
        "|哪里对了|哪儿对了|怎么会对|那可没有|不好说|说不对|用别的号码"
        "|打别的电话吧|就别打这个了|可别这么办"
    ),
    "ko": (
        "그렇게 하지 마세요|그대로 하지 마세요|동의 안 해요"
        "|찬성 못 해요|정확하지 않아요|완벽하지 않네요|확실하지 않아요"
        "|맞는 것 같지 않아요|그게 좋지 않아요|말씀하신 대로가 아니에요"
        "|물론 아니죠|당연히 안 되죠|그래도 안 돼요|그럼 안 되죠"
        "|그렇게 하면 안 돼요|바로 그게 아니에요|딱 맞지는 않아요"
        "|이의 있어요|틀린 데 있어요|문제 있어요"
        "|맞는 줄 알았는데 아니네요|네 아니에요|그러죠 아니에요"
        "|좋을 리가 없죠|옳지 않아요|알겠는데 아니에요"
        "|그 번호로 하면 안 돼요|그렇게는 곤란해요|콜센터요"
        "|그게 좋을까요?|굿은 아니네요|인정 못 해요"
        "|그대로가 아니라 바꿔 주세요|말씀드린 것과 달라요"
        "|제가 말한 것과 다른데요|그렇게 하면 곤란하죠"
        "|정확한 번호가 아니에요|맞는 게 없어요|확실히 틀렸어요"
        "|분명히 아니라고 했어요|당연히 틀렸죠|다른 번호로 해 주세요"
        "|그 시간에는 못 받아요|그때는 안 돼요|그걸로는 부족해요"
        "|좋은 생각은 아니에요|완전 틀렸어요|정확히 반대예요"
        "|물론 틀렸죠|인정할 수 없어요|동의할 수 없습니다"
        "|받아들일 수 없어요|찬성할 수 없어요"
    ),
}


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [(language, value, said) for (language, value), texts in KINDS.items() for said in texts.split("|")],
)
def test_a_way_of_ones_own_to_agree_or_refuse(language: str, value: bool, said: str) -> None:
    found = understand("yes_no", said, (), language)
    assert found is not None
    assert found.value is value


@pytest.mark.parametrize(
    ("language", "said"),
    [(language, said) for language, texts in NO_YES.items() for said in texts.split("|")],
)
def test_what_begins_like_a_yes_and_is_none(language: str, said: str) -> None:
    found = understand("yes_no", said, (), language)
    assert found is None or found.value is False
