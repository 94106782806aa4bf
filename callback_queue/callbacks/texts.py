"""The prompts of callbacks for agents and customers, in every language.

The agent is told what it is about and then asked for the key (`callback_queue/acd/answer_confirmation.py`);
the customer hears something when an agent is still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from callback_queue.callbacks.events import AttemptOutcome
from tts.parts import Text

TextKey: TypeAlias = Literal[
    "callback",
    "callback_for",
    "vip",
    "super_vip",
    "just_now",
    "minutes_ago",
    "hours_ago",
    "days_ago",
    "speaks_en",
    "speaks_zh",
    "speaks_ko",
    "dialled_then",
    "calling_back",
    "nobody_free",
    "was_busy",
    "did_not_answer",
    "declined",
    "wrong_number",
    "not_permitted",
    "failed",
]

NOT_REACHED: Mapping[AttemptOutcome, TextKey] = {
    "busy": "was_busy",
    "no_answer": "did_not_answer",
    "refused": "declined",
    "wrong_number": "wrong_number",
    "not_permitted": "not_permitted",
    "failed": "failed",
}
"""What the agent is told of a customer who was not reached."""

TEXTS: dict[TextKey, dict[str, str]] = {
    "callback": {
        "en": "A callback.",
        "zh": "有一个回拨任务。",
        "ko": "콜백 요청입니다.",
    },
    "callback_for": {
        "en": "A callback for {name}.",
        "zh": "有一个回拨任务，客户是{name}。",
        "ko": "{name} 고객님 콜백 요청입니다.",
    },
    "vip": {
        "en": "A V I P customer.",
        "zh": "该客户是贵宾。",
        "ko": "우수 고객입니다.",
    },
    "super_vip": {
        "en": "A super V I P customer.",
        "zh": "该客户是超级贵宾。",
        "ko": "최우수 고객입니다.",
    },
    "just_now": {
        "en": "Requested just now.",
        "zh": "刚刚提出的请求。",
        "ko": "방금 요청하셨습니다.",
    },
    "minutes_ago": {
        "en": "Waiting for {number} minutes.",
        "zh": "客户已等待 {number} 分钟。",
        "ko": "{number}분 전에 요청하셨습니다.",
    },
    "hours_ago": {
        "en": "Waiting for {number} hours.",
        "zh": "客户已等待 {number} 小时。",
        "ko": "{number}시간 전에 요청하셨습니다.",
    },
    "days_ago": {
        "en": "Waiting for {number} days.",
        "zh": "客户已等待 {number} 天。",
        "ko": "{number}일 전에 요청하셨습니다.",
    },
    "speaks_en": {
        "en": "The customer speaks English.",
        "zh": "客户说英语。",
        "ko": "고객님은 영어를 사용하십니다.",
    },
    "speaks_zh": {
        "en": "The customer speaks Chinese.",
        "zh": "客户说中文。",
        "ko": "고객님은 중국어를 사용하십니다.",
    },
    "speaks_ko": {
        "en": "The customer speaks Korean.",
        "zh": "客户说韩语。",
        "ko": "고객님은 한국어를 사용하십니다.",
    },
    "dialled_then": {
        "en": "The customer is dialled when you accept.",
        "zh": "您接听后，系统将立即拨打客户电话。",
        "ko": "받으시면 고객님께 바로 전화합니다.",
    },
    "calling_back": {
        "en": "Hello, this is {name} calling you back. One moment, please.",
        "zh": "您好，这里是{name}，现在给您回电。请稍候。",
        "ko": "안녕하세요, {name}에서 다시 전화드렸습니다. 잠시만 기다려 주세요.",
    },
    "nobody_free": {
        "en": "I am sorry, nobody is free right now. We will call you again soon.",
        "zh": "很抱歉，现在座席全忙。我们会尽快再次给您回电。",
        "ko": "죄송합니다. 지금 통화 가능한 상담원이 없습니다. 곧 다시 전화드리겠습니다.",
    },
    "was_busy": {
        "en": "The customer's line is busy.",
        "zh": "客户电话占线。",
        "ko": "고객님이 통화 중입니다.",
    },
    "did_not_answer": {
        "en": "The customer does not answer.",
        "zh": "客户无人接听。",
        "ko": "고객님이 받지 않습니다.",
    },
    "declined": {
        "en": "The customer declined the call.",
        "zh": "客户拒接了电话。",
        "ko": "고객님이 전화를 거절하셨습니다.",
    },
    "wrong_number": {
        "en": "The number does not exist.",
        "zh": "客户号码是空号。",
        "ko": "없는 번호입니다.",
    },
    "not_permitted": {
        "en": "This number may not be called.",
        "zh": "该号码不允许呼出。",
        "ko": "발신이 허용되지 않는 번호입니다.",
    },
    "failed": {
        "en": "The call could not be put through.",
        "zh": "电话无法接通。",
        "ko": "전화가 연결되지 않았습니다.",
    },
}

_SPEAKS: dict[str, TextKey] = {"en": "speaks_en", "zh": "speaks_zh", "ko": "speaks_ko"}
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
# From so much of a unit on it is spoken in it: "100 minutes", but "3 hours".
_ENOUGH = 2


def text(key: TextKey, language: str, **values: str) -> Text:
    """One text, its fields filled in: `name`, or `number` as digits."""
    return Text(TEXTS[key][language].format(**values))


def ago(seconds: float, language: str) -> Text:
    """How long somebody has waited, in whole units that nobody has to think about."""
    units: tuple[tuple[float, TextKey], ...] = (
        (_DAY, "days_ago"),
        (_HOUR, "hours_ago"),
        (_MINUTE, "minutes_ago"),
    )
    for unit, key in units:
        if seconds >= _ENOUGH * unit:
            return text(key, language, number=str(int(seconds // unit)))
    return text("just_now", language)


def speaks(spoken: str, language: str) -> list[Text]:
    """What the customer speaks, where that is not the agent's language anyway."""
    return [text(_SPEAKS[spoken], language)] if spoken in _SPEAKS and spoken != language else []


def ahead(name: str) -> Iterator[tuple[str, str]]:
    """What is worth speaking before the first callback: (language, text) pairs.

    Args:
        name: the site's, as customers hear it.
    """
    for key, texts in TEXTS.items():
        for language, wording in texts.items():
            if "{" not in wording or key == "calling_back":
                yield language, wording.format(name=name)
