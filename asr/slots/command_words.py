"""How people ask for a person, for a repetition, to say it anew or to add something.

Patterns over spoken text (see `spoken`).

What to make of the matches, and where each may stand, is left to `commands`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandWords:
    """One language.

    Args:
        wish: asking for a person, anywhere in the answer.
        person: the same in a word or two, as the whole answer.
        past: before a wish in free text: it is a story.
        hello, repeat, redo: as the whole answer.
        add: at the beginning of the answer; what is added may follow.
        lead, polite: what may come before and behind, and says nothing.
        edge: letters before or behind a wish in free text that still leave it at the beginning or the end.
    """

    wish: re.Pattern[str]
    person: re.Pattern[str]
    past: re.Pattern[str]
    hello: re.Pattern[str]
    repeat: re.Pattern[str]
    redo: re.Pattern[str]
    add: re.Pattern[str]
    lead: re.Pattern[str]
    polite: re.Pattern[str]
    edge: int


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


def _of(*alternatives: str) -> re.Pattern[str]:
    return re.compile(_any(*alternatives))


# English

_WHO = _any(
    "human(?: being)?|person|agent|operator|representative|rep|advis[eo]r|attendant|receptionist",
    "someone|somebody|anyone|anybody|customer (?:service|support|care)|colleague|employee|live support",
)
_STAFF = _any(
    "supervisor|manager|technician|engineer|consultant|support|staff|people|help ?desk|service desk|team"
)
_A = r"(?:(?:a|an|the|your|some|any) )?(?:(?:real|live|actual|other|another|different|human|physical) )*"
_WISH = _any(
    "i (?:just |really |only |still )?(?:want|need|wanna|would like|prefer|demand|wish)",
    "id (?:rather|like|prefer)",
    "can i|could i|may i|can you|could you|would you|let me|please|ill|just|i have",
)
_TALK = (
    _any(
        "speak|speaking|talk|talking|chat|be (?:connected|transferred|put through)|get through|connect",
        "transfer|switch|put|pass|bring|reach|get|give|have",
    )
    + "(?: me| us)?(?: through| over| on)?(?: to| with)?"
)

_EN = CommandWords(
    wish=_of(
        rf"\b{_WISH}(?: to)? {_TALK} {_A}{_any(_WHO, _STAFF)}\b",
        rf"\b(?:speak|talk)(?: to| with) {_A}{_WHO}\b",
        rf"\b(?:connect|transfer|switch|pass|put|give|get) (?:me|us)(?: through)?(?: to| with)? {_A}{_WHO}\b",
        rf"\b{_WISH} {_A}{_WHO}(?=$| please| now)",
        rf"\bis there {_A}{_WHO}\b",
        r"\bare you (?:a )?(?:human|real|robot|machine|bot)\b",
        r"\b(?:dont|do not) (?:want|like|wanna)(?: to)? (?:talk|speak)(?:ing)?(?: to| with)"
        r" (?:a |an |this |some )?(?:robot|machine|bot|computer|recording|ai)\b",
        r"\b(?:no|not (?:a|another)) (?:robots?|bots?|machines?)\b",
    ),
    person=_of(
        rf"{_A}{_any(_WHO, _STAFF)}(?: please| now)*",
        "(?:transfer|connect) me|(?:someone|somebody) (?:real|else)",
    ),
    past=re.compile(r"\b(?:tried|wanted|had|used|asked|already|yesterday|was|were|when|if|while|whenever)\b"),
    hello=re.compile(
        r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|yes|yeah|okay|there|um+|uh+|sir|maam"
        r"|can you hear me|are you there|is this (?:working|on)|i have a (?:problem|question|request)"
        r"|i need (?:some )?help|help me|i would like to report a problem)(?: |$))+"
    ),
    repeat=re.compile(
        "(?:please |can you |could you |would you )*"
        + _any(
            "repeat(?: (?:that|it|the question))?|say (?:that|it) again|come again|pardon(?: me)?",
            "once more|again",
            "what|huh|sorry|excuse me|what (?:did you say|was that|was the question)",
            "i (?:didnt|did not|couldnt|cant) (?:hear|catch|understand|get)"
            "(?: (?:you|that|it|the question))?",
        )
        + "(?: please| again)*"
    ),
    redo=re.compile(
        "(?:no |i want to |id like to |can i |could i |let me |please |ill |lets |i need to )*"
        + _any(
            "(?:redo|re record|rerecord|restart|rephrase|change|correct|fix|edit|delete|cancel|erase)"
            "(?: (?:it|that|this|everything))?",
            "start (?:over|again|from the beginning)|(?:tell|say to) you again|try again|scratch that",
            "(?:say|try|tell|do|explain|describe|record) (?:it |that |this )?(?:all )?"
            "(?:again|over|once more)",
            "from the (?:beginning|start|top)|all over again",
        )
        + "(?: please| again)*"
    ),
    add=re.compile(
        "(?:yes |yeah |right |okay |no )*"
        "(?:(?:i want to|id like to|i would like to|can i|could i|let me|please) )*"
        + _any(
            r"add(?: (?:something|more|one thing|to (?:it|that)|that|a detail|another thing))?\b",
            "(?:and )?(?:one more|another) thing|(?:theres|there is) (?:more|something else)|something else",
            r"i (?:also )?forgot(?: to (?:say|mention|tell you))?(?: that)?\b",
            r"and also\b|also\b|in addition\b|more$",
        )
    ),
    lead=_of(
        "(?:(?:um+|uh+|er+|oh|well|so|ah|hey|hello|hi|okay|ok|no|yes|yeah|please|actually|sorry|look) )+"
    ),
    polite=re.compile(r"(?: (?:please|thanks|thank you|now|then|okay|right away|immediately|bye))+$"),
    edge=16,
)

# Chinese

_ZH_PERSON = _any(
    "真人|活人|人工(?!智能|成本|费|审核|录入|导入)|客服|接线员|话务员|坐席|座席|专员",
    "工作人员|服务人员|客户代表",
)
_ZH_BOSS = "(?:人来|个人|领导|经理|主管|工程师|技术员)"
_ZH_PASS = "(?:转|接|找|叫|换|请|要|给我|帮我|来)"
_ZH_ONE = "(?:接|转|到|给|一下|一个|一位|个|位|你们的?|您们的?|真正的)*"

_ZH = CommandWords(
    wish=_of(
        rf"{_ZH_PASS}{_ZH_ONE}{_ZH_PERSON}(?!系统|软件|电话|页面|账号)",
        rf"(?:转|接|找|叫|换|请){_ZH_ONE}{_ZH_BOSS}(?:接|听|说|谈|$)",
        r"(?:跟|和|与|找)(?:一个|一位|个|位)?(?:真正的)?(?:人|真人|活人|工作人员|客服|工程师)(?:来)?(?:直接)?"
        r"(?:说|讲|聊|谈|通话|沟通|对话|交流)",
        r"(?:不要|不想|不愿意?|别)(?:再)?(?:跟|和|与|对着)?(?:机器人?|电脑|录音|ai)(?:说|讲|聊|谈|对话|$)",
        r"有(?:没有)?(?:真)?人(?:吗|在吗|接(?:电话)?吗|$)|人工(?:服务|客服|坐席|座席|台)",
    ),
    person=re.compile(
        r"(?:我要|要|请)?(?:人工|真人|活人|客服|接线员|话务员|坐席|工作人员|转接|转)(?:服务|客服)?(?:快点)?"
    ),
    past=_of("昨天|之前|以前|上次|上周|前天|已经|刚才|曾经|的时候|当我|如果"),
    hello=re.compile(
        r"(?:喂|你好|您好|早上好|下午好|嗯|呃|在吗|听得[到见]吗|能听[到见]吗|请问|哈喽|啊|我有(?:一个|个)?问题"
        r"|我想报(?:告|一个|个)?(?:问题|故障)|我需要帮助| )+"
    ),
    repeat=re.compile(
        r"(?:你|您|请|麻烦|能不能|可以)*"
        r"(?:再说一[遍次]|重复(?:一[遍下次])?|再讲一[遍次]|说什么|什么|啥|没听清楚?|没听懂|听不清楚?|没听见)"
    ),
    redo=re.compile(
        r"(?:不|我|想|要|请|让我|可以|那|需要)*"
        r"(?:重新(?:说|讲|来|录|开始|录音|描述|报)?|重来|重说|重讲|重录|从头|改一下|修改|删掉|再说|再来|再讲)"
        r"(?:一[遍次下]|再来|开始|过|说|讲)*"
    ),
    add=re.compile(
        r"(?:对|是的|好|嗯|不|没有?|我|想|要|可以|再|需要)*"
        r"(?:补充(?:一[下点])?|还有(?:一点|一个|个|件事)?|再加(?:一点|一句|上)?|添加|加一[点句]|还想说|还要说"
        r"|再说一点|另外|忘了说|忘记说)"
    ),
    lead=_of("(?:呃|嗯|啊|哦|喂|你好|您好|那个|不是|不对|不|好|算了| )+"),
    polite=re.compile(r"(?:吧|啊|呀|了|吗|谢谢|好吗|可以吗|行吗|快点| )+$"),
    edge=4,
)

# Korean

_KO_PERSON = "(?:상담원|상담사|상담 ?직원|사람|직원|담당자|교환원|안내원|매니저|책임자|기사님?)(?:분)?"
_KO_TO = "(?:이랑|랑|하고|과|와|한테|에게|을|를|으로|로|께)?"

_KO = CommandWords(
    wish=_of(
        rf"{_KO_PERSON} ?{_KO_TO} ?(?:좀 |직접 |바로 |빨리 )?"
        r"(?:연결|바꿔|통화|얘기|이야기|말하|말씀|대화|불러|돌려|넘겨)(?!했|하다|됐|되었|이 안|안)",
        r"(?:기계|로봇|자동 ?응답|ai) ?(?:이랑|랑|하고|과|와|한테)? ?\S* ?(?:싫|말고|말하기 싫)",
        r"(?:거기 )?(?:누구|사람) ?(?:없어요|없나요|있어요|있나요|계세요)",
    ),
    person=re.compile(
        r"(?:진짜 )?(?:상담원|상담사|사람|직원|담당자|교환원|교환)(?:분)?(?:이요|요)?"
        r"(?: ?(?:연결|부탁\S*|주세요|연결이요|바꿔\S*))?"
    ),
    past=_of("어제|지난|예전|아까|이미|전에|만약"),
    hello=re.compile(
        r"(?:(?:여보세요|안녕하세요|안녕하십니까|네|예|음|저기요|들리세요|들리나요|제 말 들리세요"
        r"|문제가 있어요|문제가 있는데요|도와주세요)(?: |$))+"
    ),
    repeat=_of(
        r"다시 ?(?:한 ?번)? ?(?:만 )?(?:말씀|말해|들려|얘기|이야기)\S*(?: ?주\S+)?",
        r"뭐라고\S*|뭐라구\S*|못 ?들었\S*|잘 ?안 ?들\S*|한 ?번 ?더 ?(?:말\S+|요)?\S*",
    ),
    redo=_of(
        r"(?:아니요? ?|제가 ?)?(?:다시|처음부터(?: 다시)?|새로)"
        r"(?: ?(?:말할게요|말하겠습니다|말씀드릴게요|말씀드리겠습니다|할게요|하겠습니다|하고 싶어요|할래요"
        r"|할 게요|녹음\S*|시작\S*))?",
        r"(?:수정|정정|취소)\S*|고칠게요|바꿀게요",
    ),
    add=re.compile(
        r"(?:네 |예 |아니요 )?"
        r"(?:추가(?:할게요|하고 싶\S+|로|해 ?주세요|할 ?게 ?있어요|요)?"
        r"|더 ?(?:있어요|말할게요|말씀드릴게요|할 ?말\S*)"
        r"|덧붙\S+|하나 ?더\S*|한 ?가지 ?더\S*|그리고 ?또|빠뜨렸\S+|그리고(?= ))"
    ),
    lead=_of("(?:(?:음|어|아|저기|저기요|여보세요|네|예|아니요|아니|그냥) )+"),
    polite=re.compile(r"(?: ?(?:요|부탁드립니다|부탁해요|주세요|감사합니다|빨리))+$"),
    edge=8,
)

WORDS = {"en": _EN, "zh": _ZH, "ko": _KO}
