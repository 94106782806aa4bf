"""How people say yes and no, as patterns over spoken text (lower case, marks as spaces, no apostrophes).

Each table is matched where the answer, or the rest of it, begins; the longest match wins, so that
"no problem" and 没错 are a yes. What to make of the matches is left to `yes_no`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YesNoWords:
    """One language.

    Args:
        lead: what may come before and says nothing: "well", "I think".
        unsure: neither, or a question of the caller's own; ends the search when an answer begins with it.
        yes, no: a plain answer.
        weak: a yes only when nothing, or something like "but", follows ("right", "okay", 好).
        after_weak: that something.
        but: what a contradiction follows: "yes, but not quite", "no, I mean yes".
        exception: behind a yes, what makes a no of it: "except the last digit".
        late_yes, late_no: found anywhere: "the number is correct".
        polite: what says nothing at the end.
        keys: words for the keys 1 and 2, as whole answers.
    """

    lead: re.Pattern[str]
    unsure: re.Pattern[str]
    yes: re.Pattern[str]
    no: re.Pattern[str]
    weak: re.Pattern[str]
    after_weak: re.Pattern[str]
    but: re.Pattern[str]
    exception: re.Pattern[str]
    late_yes: re.Pattern[str]
    late_no: re.Pattern[str]
    polite: re.Pattern[str]
    keys: dict[str, bool]


def _of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(alternatives) + ")")


_EN = YesNoWords(
    lead=_of(
        r"(?:u[hm]+|e+r+m*|oh|well|so|ah+|hm+|like|and|hi|hello|sorry|actually|i (?:think|guess"
        r"|believe|suppose)"
        r"(?! so)|i would say|id say)\b(?! huh| uh)"
    ),
    unsure=_of(
        r"(?:i )?(?:dont|do not) (?:know|understand|remember)\b",
        r"(?:im |i am )?not (?:so |really )?sure\b",
        r"yes (?:and|or) no\b",
        r"(?:maybe|perhaps|what|pardon|huh|excuse me|say (?:that|it) again|(?:can|could|would) you)\b",
        r"(?:is|was|did|do|does|are) (?:it|that|this|you|i)\b",
        r"right (?:now|here|there|away|after|before|hand|side|at)\b",
        r"no (?:one|body|sound|signal|picture|connection|internet|power|response|access)\b",
        r"nobody\b",
    ),
    yes=_of(
        r"(?:yes+|yeah|yea|yeh|yep|yup|yah|ya|yas|aye|yessir|uh huh|mhm|mm hm+|mmhm+|uhhuh)(?: (?:sir"
        r"|maam|please))?\b",
        r"(?:that|it|this|thats what|everything|all|the number|number|all of (?:that|it))(?:s| is| was"
        r"| looks| sounds| seems)?"
        r"(?: (?:all|exactly|quite|absolutely|totally|very much))? (?:right|correct|true|it|fine|good"
        r"|great|perfect|okay|ok)\b",
        r"thats (?:right|correct|true|it|fine|good|great|perfect|okay|what i said|the one|my number)\b",
        r"(?:quite|exactly|absolutely|totally|perfectly|completely)(?: (?:right|correct))?\b(?! not)",
        r"correct(?! (?:it|that|this|the|my|me|him|her|them|not|your)\b)\b",
        r"not bad\b",
        r"(?:affirmative|indeed|definitely|certainly|of course|absolutely|confirmed?"
        r"|i confirm)\b(?! not)",
        r"it (?:is|does|sure is)(?= |$)(?! not| wrong| the| a| my| an)",
        r"i (?:do|am|would|think so|guess so|believe so|suppose so|agree)(?= |$)(?! not)",
        r"you (?:got|have|ve got) (?:it|that|me)(?: (?:right|correct))?(?! wrong)\b",
        r"(?:please do|go ahead|sounds (?:good|right|great|fine|correct)|looks (?:good|right|fine)"
        r"|no problem|no worries"
        r"|not a problem|why not|all good|all right|alright|sure thing|by all means|one hundred percent)\b",
    ),
    no=_of(
        r"no+(?: (?:no|sir|maam|way|thanks|thank you|not (?:at all|really|quite)))*\b",
        r"(?:nope|nah|naw|nay|negative|never|nuh uh|uh uh|know(?=$))\b",
        r"not(?: (?:really|quite|exactly|at all|correct|right|true|that|this|entirely))*\b(?! a problem)",
        r"(?:that|it|this|thats|its)(?: is|s)?(?: (?:not|isnt)|nt)(?: (?:quite|really|entirely|at all"
        r"|exactly))?"
        r"(?: (?:right|correct|true|it|what i said|my number|the number))?\b",
        r"(?:that|it|this|he|she)(?: is)?nt (?:right|correct|true|it)\b",
        r"(?:that|it|this|thats|its|the number|number)(?: is|s| was)?(?: (?:all|completely|totally))? "
        r"(?:wrong|incorrect|false|a mistake)\b",
        r"(?:wrong|incorrect|false)\b",
        r"i (?:dont|do not) think (?:so|thats right|that is right)\b",
        r"i (?:dont|do not)(?=$| want| need| agree)",
        r"(?:please )?(?:dont|do not)\b(?! know| understand| remember)",
        r"(?:absolutely|definitely|certainly|of course|probably|i guess|i think|id rather) not\b",
        r"you (?:got|have|heard|understood) (?:it|that|me) (?:all )?wrong\b",
        r"you mis(?:heard|understood)(?: me| that)?\b",
    ),
    weak=_of(
        r"(?:right|okay|ok|okey|sure|fine|good|great|perfect|true|exactly|very good"
        r"|very well|cool|yo)\b"
    ),
    after_weak=_of(r"(?:but|and|though|only|except|also|just|please|thanks|thank you|thats|it|then)\b"),
    but=_of(r"(?:but|only|except|although|though|i (?:mean|meant)(?: to say)?)\b"),
    exception=_of(
        r"(?:but |only |everything |all of it |all )?"
        r"(?:except|apart from|aside from|other than|all but|but not)\b(?: \w+){0,4} "
        r"(?:digits?|numbers?|names?|time|date|day|hour|letters?|part|code|version|product|bit|end|one|[0-9]+)\b"
    ),
    late_yes=_of(
        r"\b(?:that|it|this|everything|all|number|you)(?:s| is| was| are)? (?:all |totally |exactly "
        r"|quite )?(?:right|correct)\b"
    ),
    late_no=_of(
        r"\b(?:not|isnt|wasnt|arent) (?:quite |really |entirely |at all )?(?:right|correct|true)\b",
        r"\b(?:doubt|(?:not|hardly|dont) (?:sure|think|believe))\b.*\b(?:right|correct|true)\b",
        r"\b(?:thats|that is|its|it is|number is|number was|got (?:it|that|me)) (?:wrong|incorrect)\b",
    ),
    polite=_of(r"(?:please|thanks?|thank you|very much|sir|maam|then|now|it is|bye|goodbye|\s)+"),
    keys={"one": True, "1": True, "number one": True, "press one": True}
    | {"two": False, "2": False, "number two": False, "press two": False},
)

_ZH_END = (
    r"(?=$| |的|啊|呀|哦|噢|呢|滴|嘛|哈|吧|了|嗯|对|是|没错|好|但|不过|可是|而且|还有|另外|就|我"
    r"|你|这|那|它|请|谢|行|可以)"
)

_ZH = YesNoWords(
    lead=_of(
        r"(?:呃|额|唔|啊|哦|噢|哎|诶|那个|这个|就是说|我觉得|我想|应该|好像|对不起|不好意思|你好"
        r"|您好|喂|[嗯恩]+(?= ?(?:不|没|错|别))| )"
    ),
    unsure=_of(
        r"(?:可以|行|对|方便|需要|要)的话",
        r"不是不|没有不",
        r"(?:对不对|是不是|好不好|行不行|是吗|对吗|是否)",
        r"(?:我)?(?:不知道|不清楚|不确定|不太清楚|不太确定|说不准|没听[清懂见]|听不清|听不懂|不明白)",
        r"(?:正确|对|可以|行|好|没错|没问题|确认|同意|需要)(?:了|的)?[吗么](?=$| )",
        r"(?:可以|确认|需要|要|正确|同意|行)\S{0,3}(?:[改换删]|不[了到来])",
        r"\S{1,3}(?:才怪|个[头鬼屁])",
        r"(?:可能|也许|不一定|什么|怎么|再说一[遍次]|啥|没关系|对了(?=.)|好久|好几|行李|没人|没有人"
        r"|没信号|没网|没声音)",
    ),
    yes=_of(
        r"(?:对对+|对的|对[啊呀哦滴哈嘛呢]|对(?!面|方|于|着|应|话|象|比|错)" + _ZH_END + r")",
        r"(?:是是+|是的|是[啊呀哦滴哈呢]|是(?=$| |嗯|对|没错|我的|这个|这样|吧))",
        r"(?:没错|没有错|一点没错|不错(?!误)|错不了|没问题|没有问题|正确|完全正确|准确|确认|同意"
        r"|完全对|非常对|就是这样|就这样"
        r"|是这样的?|就是(?=$| |的|这)|当然(?:可以|是|对)?|可以(?:的)?|需要|要的|中$|对头|嗯+|恩+|yes"
        r"|yeah|ok|okay)",
    ),
    no=_of(
        r"不(?:太|完全|大|怎么|是很)?(?:对|是|正确|准确|用|要|行|好|可以|需要|一样|同意)的?了?",
        r"不(?=$| |啊|呀|哦|了|呢|我|这|那|它|你|应该|不)",
        r"(?:错|全错|都错|有错|有误|有问题|(?:你|您)?(?:们)?(?:说|听|搞|弄|记|写|念|理解)错)了?(?!误)",
        r"(?:没有?|否|非也|别)(?=$| |啊|呀|哦|了|呢)",
        r"(?:no|nope)(?=$| )",
    ),
    weak=_of(r"(?:好[的啊呀嘞呗]?|行啊?|要|对了|可)"),
    after_weak=_of(r"(?:但|不过|可是|而且|还有|另外|就|的|了|吧|谢|请|那就|没问题| )"),
    but=_of(r"\S{0,4}(?:但是?|不过|可是|只是|我是说|我的意思是)"),
    exception=_of(r" ?(?:除了|但是?除了)\S*"),
    late_yes=_of(r"(?:是|都|完全|全部)?(?:对的|正确的?|没错|没有错)(?=$| |但|不过)"),
    late_no=_of(r"(?:不|没)(?:太|完全)?(?:对|正确|准确)(?:的|了)?(?=$| )|(?:是|都|说|听|记)错(?:的|了)"),
    polite=_of(r"(?:谢谢|多谢|你|您|请|麻烦|了|吧|哦|呢|啊|\s)+"),
    keys={"一": True, "1": True, "幺": True, "按一": True, "按1": True}
    | {"二": False, "2": False, "按二": False, "按2": False},
)

_KO_END = r"(?=$| )"
# In Korean the refusal stands at the end of what is refused: 동의 못 해요, 확인하지 않았어요.
_KO_NOT_DENIED = r"(?! ?(?:\S+ )?\S*(?:안 ?[하했돼되해]|못|아니|아닙|않|말아|마세요))"

_KO = YesNoWords(
    lead=_of(
        r"(?:음+|어(?= .)|아(?= )|저기|저(?= )|그(?= )|그러니까|아마|여보세요|잠깐만요?"
        r"|죄송하지만|(?:물론|당연히?|절대|전혀)(?= ?아[니닙])| )"
    ),
    unsure=_of(
        r"(?:잘 ?)?모르\S*",
        r"네 (?:개|대|명|번|시|분|가지|군데)\S*",
        r"됐(?:어요|습니다|네요)",  # "that will do", or "no, thank you"
        r"(?:글쎄\S*|뭐라고\S*|네 ?뭐|괜찮아요|괜찮습니다|아니면|못 ?들\S*|다시 ?말씀\S*|무슨 \S+)",
    ),
    yes=_of(
        r"(?:네|예|넵|넹|응|웅|오케이|오케|예스)+" + _KO_END,
        r"(?:네|예)*(?:그래|그럼|맞음|좋아|맞아|확인|물론|당연|당연히)+" + _KO_NOT_DENIED + _KO_END,
        r"(?:어|내)$",
        r"(?:네|예)?(?:다 |모두 |전부 )?맞(?:아요|습니다|네요|죠|지요|고요|구요|어요|다고|는데요?"
        r"|아 ?)(?! ?않)",
        r"(?:그렇습니다|그래요|그렇죠|그렇지요|그럼요|좋아요|좋습니다|좋네요|정확해요"
        r"|정확합니다"
        r"|확인이요|물론이[죠요]\S*|물론입니다|당연하죠|당연합니다|할게요|하겠습니다|해 ?주세요"
        r"|그렇게 ?해 ?주세요"
        r"|주세요|이상 ?없\S+|틀림 ?없\S+|문제 ?없\S+|옳아요|옳습니다)",
        r"(?:확인했|부탁|동의)" + _KO_NOT_DENIED + r"\S*",
    ),
    no=_of(
        r"(?:아니요|아니오|아뇨|아니에요|아니예요|아닙니다|아닌데요?|아니야|아니지|아니죠)",
        r"절대 안 ?[돼되]\S*",
        r"(?:동의|확인|인정)\S* ?(?:안|못)\S*(?: \S+)?$|(?:동의|확인|인정)하지 ?(?:않|못)\S*",
        r"(?:아니|노|싫어)" + _KO_END,
        r"(?:그게|그건|이건|그거)? ?아니(?:고요?|라요?|라고요?|에요)?" + _KO_END,
        r"안 ?맞\S*|맞지 ?않\S*|맞지가? ?않\S*|그렇지 ?않\S*",
        r"(?:다 |모두 |전부 )?(?:틀려요|틀렸\S*|틀립니다|틀린\S*|잘못\S*|다릅니다|달라요|다른데요?)",
        r"싫어요|싫습니다|안 ?돼요?|안 ?됩니다|하지 ?마세요|필요 ?없\S*",
    ),
    weak=_of(r"(?:좋은데요?|되는데요?|그런데요)"),
    after_weak=_of(r"(?:근데|그런데|하지만|그리고)"),
    but=_of(r"(?:근데|그런데|하지만|다만)"),
    exception=_of(r"(?!)"),
    late_yes=_of(r"(?:가|이|다|게|은|는) ?(?:맞아요|맞습니다|맞네요|정확\S+)(?=$| )"),
    late_no=_of(
        r"(?:가|이|다|게|은|는) ?(?:안 ?맞\S*|아니에요|아닙니다|아니예요|틀렸\S*|틀려요"
        r"|잘못\S*)|맞지 ?않\S*"
    ),
    polite=_of(r"(?:감사합니다|고맙습니다|요|네|\s)+"),
    keys={"일": True, "1": True, "일번": True, "1번": True, "일 번": True}
    | {"이": False, "2": False, "이번": False, "2번": False, "이 번": False},
)

WORDS = {"en": _EN, "zh": _ZH, "ko": _KO}
