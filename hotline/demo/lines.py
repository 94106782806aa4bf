"""Who is in the demo's story and what they say, in English and in Chinese.

The customer speaks with a voice that is not the server's own, so that its recogniser hears a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
Role: TypeAlias = Literal["problem", "yes", "soon", "hello", "help", "thanks"]

AGENT = "1001"


@dataclass(frozen=True, slots=True)
class Story:
    """One language's story.

    Args:
        language: of everything that is said.
        number: the service desk's.
        caller: the customer's number.
        customer: the customer's name in the table of customers.
        voice: who speaks for the customer, a voice of Kokoro; the agent has the server's own.
        lines: what they say.
        menu_after: seconds into the call by which the menu has begun: the key that chooses interrupts it.
        keyword: what must be in the words that the server wrote down.
    """

    language: Language
    number: str
    caller: str
    customer: str
    voice: str
    lines: Mapping[Role, str]
    menu_after: float
    keyword: str


STORIES: Mapping[Language, Story] = {
    "en": Story(
        "en",
        "4000",
        # Numbers that are nobody's: kept for films by the German regulator.
        "+493023125042",
        "Anna Schmidt",
        "jm_kumo",
        {
            "problem": "My printer does not print any more since this morning. There is paper in it, and the "
            "cable is connected.",
            "yes": "Yes, that is right.",
            "soon": "As soon as possible.",
            "hello": "Hello, Anna Schmidt speaking.",
            "help": "Good morning, this is the service desk. Please switch your printer off and on again.",
            "thanks": "It prints again. Thank you very much, goodbye.",
        },
        6.0,
        "printer",
    ),
    "zh": Story(
        "zh",
        "4001",
        "+8613800138000",
        "王小明",
        "jm_kumo",
        {
            "problem": "你好，我的电脑不能上网了，网线已经插好，请帮我看一下。",
            "yes": "对，对，没错。",
            "soon": "请尽快给我回电话。",
            "hello": "喂，你好，我是王小明。",
            "help": "您好，这里是服务台，请把路由器关掉，再重新打开。",
            "thanks": "可以上网了，谢谢你，再见。",
        },
        6.5,
        "上网",
    ),
}
