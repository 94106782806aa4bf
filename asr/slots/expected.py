"""What an answer of a kind is likely to be, for recognisers that can be told beforehand.

Two things are told. A phrase list, for answers made of few words (digits): only engines get it that take
it as a hint, as Whisper does here, for other answers must stay what they are. And for closed questions
the meanings, each with many phrases: agreement, refusal, the options of a menu, and beside them what
callers say instead of an answer, so that these compete and nothing is pressed into a yes. An engine that
can score says how likely each meaning is, whatever words it would have written
(`asr.results.Final.meanings`).

Words in all their forms and with more in them are understood by the slot's own file; the phrases here are
short answers as they are said alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from asr.slots.values import SlotKind

SURE = 0.9
"""A meaning of this share is what the caller meant; `bench/short_answers.py` shows what others would do."""

_FIGURES = tuple("0123456789")
_DIGITS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        *("double", "triple", "plus", *_FIGURES),
    ),
    "zh": (*"零一二三四五六七八九幺", "加", *_FIGURES),
    "ko": (*"공영일이삼사오육칠팔구", "하나", "둘", *_FIGURES),
}
_PHRASES: Mapping[SlotKind, Mapping[str, tuple[str, ...]]] = {"digits": _DIGITS, "phone_number": _DIGITS}

_ALTERNATIVES: Mapping[SlotKind, int] = {
    "digits": 8,
    "phone_number": 8,
    "number": 4,
}
_EXAMPLES: Mapping[SlotKind, Mapping[str, str]] = {
    "digits": {"en": "4 0 7 2 9 1", "zh": "407291", "ko": "407291"},
    "phone_number": {"en": "555 0142 367", "zh": "13912345678", "ko": "010-2345-6789"},
}


_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        key: (name, f"press {name}", f"number {name}", f"option {name}", key)
        for key, name in zip("0123456789", _DIGITS["en"][:1] + _DIGITS["en"][2:11], strict=True)
    }
    | {"*": ("star", "press star", "asterisk"), "#": ("pound", "hash", "press pound", "press hash")},
    "zh": {
        key: (name, f"按{name}", f"选{name}", f"第{name}", key)
        for key, name in zip("0123456789", "零一二三四五六七八九", strict=True)
    }
    | {"1": ("一", "幺", "按一", "按幺", "选一", "第一", "1"), "2": ("二", "两", "按二", "选二", "第二", "2")}
    | {"*": ("星号", "按星号"), "#": ("井号", "按井号")},
    "ko": {
        key: (name, f"{name}번", f"{name} 번", f"{key}번", key)
        for key, name in zip("0123456789", "영일이삼사오육칠팔구", strict=True)
    }
    | {"*": ("별표",), "#": ("우물정", "샵")},
}
"""Keys said as words; which keys a question has is the question's to say."""


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split("|"))


_YES_NO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "yes": _phrases(
            "yes|yeah|yep|yup|yea|ya|yah|aye|yes yes|yes, yes|yeah yeah|yeah, yeah|yes please|yes, please"
            "|yes sir|yes ma'am|yes it is|yes, it is|yes that's right|yes, that's right"
            "|yes that's correct|yes, that's correct|yes that's fine|yes, that's fine|yes, correct"
            "|yes, right|yeah, that's right|yeah, that's fine|yeah, sure|oh yes|oh yeah|um yes|um, yes"
            "|uh, yes|well, yes|right|that's right|that is right|all right|alright|correct|that's correct"
            "|that is correct|absolutely|absolutely right|exactly|definitely|certainly|of course|indeed"
            "|affirmative|true|that's true|okay|ok|okay, yes|okay, fine|sure|sure thing|sure, go ahead"
            "|fine|that's fine|that's good|that's okay|good|very good|great|perfect|go ahead|please do"
            "|it is|sounds good|sounds right|looks good|that's it|no problem|confirmed|agreed|uh-huh"
            "|uh huh|mm-hmm|mhm|by all means|why not"
        ),
        "no": _phrases(
            "no|nope|nah|no no|no, no|no no no|no, no, no|no thanks|no, thanks|no thank you|no, thank you"
            "|no sir|no ma'am|no it isn't|no, it isn't|no, it's not|no it's not|no, that's not right"
            "|no, that's wrong|no that's wrong|no, not that|no, wrong|no, sorry|no, don't|oh no|um no"
            "|um, no|uh, no|well, no|know|wrong|that's wrong|that is wrong|not right|that's not right"
            "|that's not correct|not correct|incorrect|that's incorrect|not that|not that one|not really"
            "|not quite|not at all|not exactly|that's not it|it isn't|it is not|don't|please don't"
            "|absolutely not|definitely not|of course not|certainly not|never|no way|negative|false"
            "|nothing of the kind"
        ),
        "1": _KEYS["en"]["1"],
        "2": _KEYS["en"]["2"],
    },
    "zh": {
        "yes": _phrases(
            "对|对对|对对对|对的|对啊|对呀|对，对|对，没错|对，是的|是|是的|是啊|是呀|是的是的|是的，没错"
            "|是这样|是这样的|没错|没有错|不错|正确|完全正确|准确|确认|确定|肯定|肯定的|当然|当然可以"
            "|可以|可以的|可以啊|行|行的|行啊|行吧|好|好的|好啊|好吧|好呀|好的好的|没问题|没有问题|同意"
            "|愿意|我愿意|要|要的|需要|中|嗯|嗯嗯|嗯，对|嗯，是的|嗯，好|恩|ok|OK|就是这样|就这样|就是"
            "|就是这个|对了|对头|yes"
        ),
        "no": _phrases(
            "不|不不|不不不|不是|不是的|不是这样|不，不是|不对|不对不对|不，不对|不对的|不行|不可以|不好"
            "|不用|不用了|不要|不要了|不需要|不必|不同意|不愿意|不正确|不太对|不准确|错|错了|错的|错误"
            "|有错|搞错了|弄错了|听错了|说错了|你错了|全错|没有|没|否|否定|别|别的|哪里|不，谢谢|不用谢谢"
            "|不用，谢谢|有误|有问题"
        ),
        "1": _KEYS["zh"]["1"],
        "2": _KEYS["zh"]["2"],
    },
    "ko": {
        "yes": _phrases(
            "네|예|네네|네, 네|예예|넵|응|네, 맞아요|네 맞아요|네, 맞습니다|네 맞습니다|예, 맞습니다"
            "|맞아요|맞습니다|맞네요|맞아|네, 그래요|그래요|그렇습니다|그렇죠|그래|그럼요|물론이죠"
            "|물론입니다|당연하죠|좋아요|좋습니다|네, 좋아요|정확해요|정확합니다|확인했습니다|오케이"
            "|네, 부탁합니다|부탁해요|부탁드립니다|해 주세요|네, 해 주세요|동의합니다|문제없어요"
            "|틀림없어요|괜찮습니다, 맞아요"
        ),
        "no": _phrases(
            "아니요|아니오|아뇨|아니|아니, 아니|아니요, 아니요|아닙니다|아니에요|아니예요|아닌데요"
            "|그게 아니에요|그건 아니에요|아니요, 아닙니다|아니요, 틀렸어요|틀려요|틀렸어요|틀렸습니다"
            "|틀립니다|안 맞아요|맞지 않아요|안 맞습니다|잘못됐어요|잘못됐습니다|잘못 들었어요|달라요"
            "|다릅니다|싫어요|싫습니다|안 돼요|안 됩니다|필요 없어요|필요 없습니다|그렇지 않아요"
            "|하지 마세요"
        ),
        "1": _KEYS["ko"]["1"],
        "2": _KEYS["ko"]["2"],
    },
}

_AT_ONCE: Mapping[str, tuple[str, ...]] = {
    "en": _phrases(
        "as soon as possible|as soon as you can|as soon as possible please|as soon as you can, please|asap"
        "|a.s.a.p.|right away|right now|now please|immediately|straight away|at once|whenever you can"
        "|the sooner the better|as fast as you can|as quickly as possible|as early as possible"
        "|urgently|first available"
    ),
    "zh": _phrases(
        "尽快|尽快吧|尽快打给我|尽快给我打电话|请尽快|越快越好|马上|马上吧|现在就打|立刻|立即|尽早"
        "|越早越好|快点|快一点|赶快|赶紧|最快的时间|马上打给我|今天尽快"
    ),
    "ko": _phrases(
        "최대한 빨리|최대한 빨리요|가능한 한 빨리|가능한 빨리|가능한 빨리요|빨리요|빨리|지금 바로"
        "|바로요|당장|즉시|빠를수록 좋아요|되도록 빨리|되는대로|급해요"
    ),
}
"""To be called as soon as possible; "any time" is not among them, for an exception may follow."""

_BESIDE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "human": _phrases(
            "agent|an agent|agent please|operator|the operator|operator please|representative"
            "|a representative|human|a human|a human being|person|a person|a real person|real person"
            "|somebody|someone|customer service|customer support|help desk|receptionist|supervisor"
            "|manager|your manager|speak to a person|speak to an agent|speak to someone|speak to a human"
            "|speak to your manager|talk to a person|talk to an agent|talk to someone|talk to a human"
            "|let me talk to someone|let me speak to someone|can I talk to someone|can I speak to someone"
            "|can I speak to a person|put me through|transfer me|connect me|get me a person"
            "|give me a person|get me your manager|put me through to a person|put me through to someone"
            "|transfer me to an agent|a person please|human please"
        ),
        "repeat": _phrases(
            "what|what?|pardon|pardon me|sorry|sorry?|excuse me|huh|again|again please|repeat|repeat that"
            "|repeat please|please repeat|please repeat that|say again|say that again|say it again"
            "|come again|once more|one more time|can you repeat that|could you repeat that"
            "|can you say that again|could you say that again|what did you say|what was that|sorry, what"
        ),
        "other": _phrases(
            "hello|hello?|hi|hey|hello hello|thank you|thanks|thank you very much|bye|bye bye|goodbye"
            "|see you|you|oh|um|uh|hmm|ah|er|so|well|and|but|wait|wait a minute|hold on|just a moment"
            "|one moment|just a second|let me see|let me think|not sure|maybe|perhaps|help|stop|zero"
            "|three|four|five|six|seven|eight|nine|ten|0|3|4|5|6|7|8|9|10|yesterday|today|tomorrow"
            "|morning|Monday|Friday|good morning|good afternoon|who|who?|where|when|why|how|how much"
        ),
    },
    "zh": {
        "human": _phrases(
            "人工|转人工|人工服务|人工客服|转人工服务|我要人工|我要转人工|请转人工|要人工|找人工|真人"
            "|我要真人|找真人|客服|转客服|找客服|接客服|接线员|话务员|工作人员|找工作人员|找个人|找人"
            "|让人来接|叫人来|叫你们经理|叫你们经理来|找你们经理|找经理|经理|我要跟人说话|我想跟人说话"
            "|我要和人说话|让真人来接|换人|有人吗"
        ),
        "repeat": _phrases(
            "什么|什么？|你说什么|说什么|啥|啊？|再说一遍|再说一次|请再说一遍|再讲一遍|重复一遍|重复"
            "|请重复|重复一下|没听清|没听清楚|我没听清|听不清|听不见|没听懂|没听见|不好意思|对不起"
        ),
        "other": _phrases(
            "喂|喂喂|你好|您好|哈喽|啊|哦|噢|呃|唉|诶|哎|那个|这个|等一下|等等|稍等|我想想|不知道"
            "|我不知道|不清楚|不确定|可能|也许|没关系|零|三|四|五|六|七|八|九|十|0|3|4|5|6|7|8|9|10|今天"
            "|明天|昨天|后天|上午|下午|中午|晚上|早上|立刻|马上|随时|现在|问题|电话|公司|救命|取消"
        ),
    },
    "ko": {
        "human": _phrases(
            "상담원|상담원이요|상담원 연결|상담원 연결해 주세요|상담원 바꿔 주세요|상담사|상담사 연결"
            "|사람|사람이요|사람이랑 얘기하고 싶어요|사람 바꿔 주세요|직원|직원 연결|직원 바꿔 주세요"
            "|담당자|담당자 바꿔 주세요|담당자 연결해 주세요|교환원|책임자 바꿔 주세요"
        ),
        "repeat": _phrases(
            "뭐라고요|뭐라고요?|뭐요|다시요|다시 말해 주세요|다시 말씀해 주세요|다시 한번"
            "|다시 한번 말씀해 주세요|한 번 더|한번 더 말해 주세요|못 들었어요|못 들었습니다|잘 안 들려요"
            "|안 들려요|죄송한데요"
        ),
        "other": _phrases(
            "여보세요|안녕하세요|감사합니다|고맙습니다|안녕히 계세요|안녕|음|아|오|저기|저기요|잠깐만"
            "|잠깐만요|잠시만요|모르겠어요|모르겠습니다|글쎄요|아마|공|영|삼|사|육|칠|팔|구|오늘|내일"
            "|어제|오전|오후|그"
        ),
    },
}


def expected(kind: SlotKind, language: str) -> tuple[str, ...]:
    """The few words that such answers are made of, none where anything may be said.

    Args:
        kind: what the answer is to be.
        language: en, zh or ko.
    """
    return _PHRASES.get(kind, {}).get(language, ())


def meanings_of(
    kind: SlotKind, language: str, own: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """What an answer to a closed question can mean, with the phrases that mean it; empty for an open one.

    Beside the answers ("yes", "no", "1" and "2" said instead of the keys; the names of options; "asap" for a
    time, which is otherwise open) these are
    "human" (a person is wanted), "repeat" (the question again) and "other" (none of these).

    Args:
        kind: what the answer is to be.
        language: en, zh or ko.
        own: a menu's options, or what else the question can be answered with; its phrases go before ours.
    """
    answers = _YES_NO[language] if kind == "yes_no" else {}
    if kind == "callback_time":
        answers = {"asap": _AT_ONCE[language]}
    if not answers and not own:
        return {}
    keys = {name: _KEYS[language][name] for name in own if name in _KEYS[language]}
    merged: dict[str, tuple[str, ...]] = {}
    for table in (own, keys, answers, _BESIDE[language]):
        for name, phrases in table.items():
            known = {phrase for others in merged.values() for phrase in others}
            merged[name] = merged.get(name, ()) + tuple(phrase for phrase in phrases if phrase not in known)
    return {name: phrases for name, phrases in merged.items() if phrases}


def alternatives_of(kind: SlotKind) -> int:
    """How many other readings of an answer of a kind are worth having."""
    return _ALTERNATIVES.get(kind, 0)


def example_of(kind: SlotKind, language: str) -> str:
    """An answer of a kind as it is written, "" where there are many ways."""
    return _EXAMPLES.get(kind, {}).get(language, "")


def meant(meanings: Mapping[str, float]) -> str | None:
    """The meaning that is sure, None for none or when nothing was scored; "other" is none."""
    best = max(meanings, key=lambda name: meanings[name], default="other")
    return best if best != "other" and meanings[best] >= SURE else None
