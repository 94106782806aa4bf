"""Answers that answer nothing: there is nothing to say, no number is given, or a question comes back.

"I don't know", 没有, 모르겠어요; "I'd rather not say", 没有别的号码; "How long will it take?", 收费吗.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from asr.patterns import Pattern
from asr.text import comparable, length, without_fillers

_NO_ANSWER = {
    "en": Pattern(
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
    "zh": Pattern(
        r"(?:呃|嗯|那个|我|这个|对不起|不好意思|好像|应该|还|也|真的|其实| )*"
        r"(?:不知道|不清楚|不记得|记不(?:得|清|住)|不确定|不晓得|忘了|忘记|没有?|没(?:显示|看到|注意"
        r"|留意)|无|跳过|算了"
        r"|随便|都(?:可以|行)|说不(?:清|好|准)|不太清楚|不太确定)"
        r"(?:了|的|啊|呀|吧|呢|这个|错误代码|错误码|代码|号码|显示|版本号?|订单号?|客户号?|哦| )*"
    ),
    "ko": Pattern(
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


NoNumber: TypeAlias = Literal["no_other", "refused"]

_NOT_ANY = {
    "en": Pattern(
        r"(?:(?:sorry|well|um|oh|no|im afraid) )*(?:no|none|without|not|(?:i|we) (?:have|havent"
        r"|dont have|do not have|got|havent got)"
        r"(?: no| got no| any)?|there (?:is|was|are|isnt|wasnt)(?: no| not)?|it (?:has|shows"
        r"|doesnt have|doesnt show)(?: no)?|no there isnt)"
        r"(?: (?:here|yet|at hand|sorry|at all|now))*"
    ),
    "zh": Pattern(
        r"(?:我|我们|这边|这里|好像|暂时|现在|也|还|并| )*(?:没有?|无|没)(?:什么|显示|收到|拿到)?(?:的"
        r"|啊|呀|呢|哦| )*"
    ),
    "ko": Pattern(r"(?:저는|저희는|지금|아직|따로|네|아니요| )*(?:없|모르|안 ?(?:나|떠|보))\S*(?: \S+)?"),
}


def not_any(rest: str, language: str) -> bool:
    """Whether words beside a thing's name say that there is none of it: "no ...", 没有, 없어요.

    Args:
        rest: the words without the name, as `comparable`.
        language: en, zh or ko.
    """
    return _NOT_ANY[language].fullmatch(rest) is not None


_TELEPHONE = {
    "en": r"(?:(?:phone|telephone|mobile|cell|other|different) )*(?:number|phone|telephone|mobile"
    "|cell|one|line)",
    "zh": r"(?:电话|号码?|手机|座机|联系方式)",
    "ko": r"(?:전화 ?번호|번호|전화|휴대폰|핸드폰|연락처)",
}
_NO_OTHER = {
    "en": Pattern(
        rf"\b(?:(?:dont|do not|havent|have not) (?:have |got |really have )?(?:an ?other|any other"
        rf"|any|a|another)"
        rf"|have no(?: other)?|theres no other|there is no other|no other|(?:its|this is"
        rf"|thats) (?:my|the) only)"
        rf" {_TELEPHONE['en']}\b"
    ),
    "zh": Pattern(
        rf"没有?(?:别的|其他的?|其它的?|另外的?|第二个)*{_TELEPHONE['zh']}|(?:只有(?:这|那)?一?|就(?:这"
        rf"|那)?一)个{_TELEPHONE['zh']}"
    ),
    "ko": Pattern(
        rf"{_TELEPHONE['ko']}(?:는|은|가|이|도)? ?(?:따로 |더 |지금 )?없|{_TELEPHONE['ko']}(?:는|은|가|이"
        rf"|도)? ?(?:이거|이것|하나|한 ?개)?(?:밖에|뿐)"
    ),
}
_REFUSED = {
    "en": Pattern(
        r"\b(?:rather not|prefer not to|(?:dont|do not|didnt|wont|will not|cant|cannot|not going to"
        r"|not willing to"
        r"|refuse to|no need to|not) (?:really )?(?:want to |wish to |like to |feel like )?"
        r"(?:giv(?:e|ing)|tell(?:ing)?|say(?:ing)?|leav(?:e|ing)|shar(?:e|ing)|hand(?:ing)? out"
        r"|disclos(?:e|ing)))\b"
        r"|\bnone of your business\b|\b(?:is|its|thats) private\b|\bno number\b|\banonymous(?:ly)?\b"
    ),
    "zh": Pattern(
        r"(?:不想|不愿意?|不方便|不太?方便|不能|不会|不|没法)(?:再)?(?:留|给|提供|告诉|透露|说)(?:你们?|您)?"
        rf"{_TELEPHONE['zh']}?|保密|匿名"
    ),
    "ko": Pattern(
        r"(?:알려|말씀|말|가르쳐|남기|드리|주|공개)\S*(?: ?\S{1,4})? ?(?:싶지 ?않|싫|않을|수 ?없|곤란|못)"
        r"|익명|(?:안|못) ?(?:알려|가르쳐|말할|말해|남길|드릴|줄)"
    ),
}


def no_number(text: str, language: str) -> NoNumber | None:
    """Whether there is no other number, or the caller keeps theirs; None for neither.

    Args:
        text: as recognised: an answer to a question for a number.
        language: en, zh or ko.
    """
    said = comparable(text, language)
    if language == "zh":
        said = said.replace(" ", "")
    if _NO_OTHER[language].search(said):
        return "no_other"
    return "refused" if _REFUSED[language].search(said) else None


_LONGEST_QUESTION = {"en": 12, "zh": 20, "ko": 8}
"""Words (Chinese: characters): what is longer tells something."""

_ASKS = {
    "en": Pattern(
        r"(?:(?:and|but|so|okay|ok|well|um+|uh+|hey|sorry|please|tell me|i wonder|can you tell me"
        r"|do you know) )*"
        r"(?:how (?:long|much|soon|many|often|come|does|do|is|are|will|would)"
        r"|when (?:will|would|can|could|are|is|do|does|should)"
        r"|what (?:does|do|will|would|is|are|happens|about|kind|if|for|number|time)"
        r"|whats|wheres|whos|who (?:is|are|will|am|would)|why|where|which (?:number|one)|is (?:it"
        r"|this|that|there)"
        r"|are (?:you|there|they|we)|am i|will (?:it|that|this|you|they|somebody|someone|i)"
        r"|do (?:i|you|they|we)|does (?:it|that|this)|did (?:you|it)|have (?:you|i)"
        r"|(?:can|could|would|should) (?:i|you|it|this|that|we|they|somebody|someone))\b.*"
    ),
    "zh": Pattern(
        r".*(?:多久|多长时间|多少钱|多少天|几天|什么时候|为什么|怎么|什么意思|哪位|谁|哪里|哪儿|收费"
        r"|费用|免费).*"
        r"|.*(?:吗|么|嘛|呢)(?:啊|呀)?"
    ),
    "ko": Pattern(
        r".*(?:얼마|언제|누구|누가|왜|어떻게|무엇|뭐|어디|무료|비용|걸리)\S*.*|.*(?:나요|까요|니까"
        r"|는지요|ㄴ가요|인가요|은가요|을까요)"
    ),
}


def asks_back(text: str, language: str) -> bool:
    """Whether an answer that was not understood is a question of the caller's own.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    said = comparable(text, language)
    return (
        length(text, language) <= _LONGEST_QUESTION[language] and _ASKS[language].fullmatch(said) is not None
    )
