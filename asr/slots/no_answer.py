"""Answers that say there is none: "I don't know", "there is none", 没有, 모르겠어요."""

from __future__ import annotations

import re

from asr.text import comparable, without_fillers

_NO_ANSWER = {
    "en": re.compile(
        r"(?:(?:well|so|oh|sorry|no|um+|uh+|actually|i think|im afraid|honestly) )*"
        r"(?:(?:i )?(?:really )?(?:dont|do not|cant|cannot) (?:really )?"
        r"(?:know|remember|tell|say|see (?:it|one|any)|have (?:one|it|any|that|a \w+(?: \w+)?))"
        r"|(?:i have )?no (?:idea|clue)|none|nothing|not? (?:applicable|that i (?:know|can see)(?: of)?)"
        r"|there (?:is|was|isnt|wasnt|are|arent)(?: not?)?(?: (?:any|none|one|error|code|number))*"
        r"|no(?: error)? (?:code|number)"
        r"|(?:skip|pass)(?: (?:it|that|this))?|im not sure|not sure|i have none|never mind|it doesnt matter"
        r"|doesnt matter|any|unknown)"
        r"(?: (?:it|that|one|at the moment|right now|now|sorry|by heart|exactly|at all|yet|here|about that"
        r"|please))*"
    ),
    "zh": re.compile(
        r"(?:呃|嗯|那个|我|这个|对不起|不好意思|好像|应该|还|也|真的|其实| )*"
        r"(?:不知道|不清楚|不记得|记不(?:得|清|住)|不确定|不晓得|忘了|忘记|没有?|没(?:显示|看到|注意|留意)|无|跳过|算了"
        r"|随便|都(?:可以|行)|说不(?:清|好|准)|不太清楚|不太确定)"
        r"(?:了|的|啊|呀|吧|呢|这个|错误代码|错误码|代码|号码|显示|版本号?|订单号?|客户号?|哦| )*"
    ),
    "ko": re.compile(
        r"(?:음|어|저|글쎄요|죄송(?:한데요|합니다|하지만)|아니요|그건|그거|지금|잘|기억이| )*"
        r"(?:모르\S*|몰라\S*|기억 ?(?:이 ?)?(?:안|나지)\S*(?: ?\S*)?|안 ?나\S*|"
        r"없(?:어요|습니다|는데요|어|음|다)\S*"
        r"|건너뛰\S*|넘어\S*|상관없\S*|아무거나\S*|확실하지 ?않\S*)"
        r"(?: ?(?:요|그런 ?거|코드|번호|버전|죄송합니다))*"
    ),
}


def no_answer(text: str, language: str) -> bool:
    """Whether the whole answer says that there is nothing to say.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    return _NO_ANSWER[language].fullmatch(comparable(without_fillers(text, language), language)) is not None
