"""What a caller tells in one free sentence of the things that a site asks for: a number, a time, a name ...

A question's own answer is understood by `understand`; here nothing was asked for, so only what says what it
is counts ("my number is ...", 我姓..., "three of us"). What is done with it is left to the intake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from asr.patterns import Pattern
from asr.results import Word
from asr.slots.figures import NUMERALS
from asr.slots.names import name as name_of
from asr.slots.numbers import whole_number
from asr.slots.numerals import readings
from asr.slots.since import since
from asr.slots.understand import sureness, understand
from asr.slots.values import SlotContext, Understood
from asr.text import tidy

FactKind: TypeAlias = Literal[
    "phone_number", "callback_time", "name", "company", "order_number", "customer_number", "error_code",
    "version", "affected", "since",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was told.

    Args:
        kind: what it is.
        understood: its value: of `affected` an int, of `callback_time` a `CallWindow`, of `since` an ISO 8601
            date, or date and time, in a str; of the others a str.
        start, end: where its words stand in `asr.text.tidy(text, language)`.
    """

    kind: FactKind
    understood: Understood
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    language: str
    context: SlotContext
    confidence: float


_CLAUSE = Pattern(r"[^,;!?，、。；！？…]+?(?:[,;!?，、。；！？…]+|[.:](?=\s|$)|$)")
_SENTENCE_END = Pattern(r"[!?。！？；;]|\.(?=\s|$)")


def gather(
    text: str,
    language: str,
    context: SlotContext,
    wanted: Collection[FactKind],
    words: Sequence[Word] = (),
) -> list[Fact]:
    """The wanted facts of a sentence, or of a whole story, in the order of `wanted`; each kind at most once.

    Where the caller corrects himself within the text, the later fact counts.

    Args:
        text: as recognised.
        language: en, zh or ko.
        context: as `understand` needs it; `now` for `callback_time` and `since`, which are left out without.
        wanted: the kinds to look for.
        words: the same word by word with confidence; may be empty.
    """
    said = _Sentence(tidy(text, language), language, context, sureness(words, context.confidence))
    facts = []
    for kind in dict.fromkeys(wanted):
        if said.text and (fact := _FINDERS[kind](said, kind)):
            facts.append(fact)
    return facts


def _clauses(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _CLAUSE.finditer(text)]


# Numbers to call.

_PHONE_CUES = {
    "en": r"\b(?:(?:(?:phone|mobile|cell|telephone|callback|contact|office|home|work|direct) ?)*"
    r"(?:number|phone|mobile|cell|line)(?: is|'s|:| would be)"
    r"|(?:reach|call|ring|phone|contact|get)(?: me| us)?(?: back)? (?:at|on|under)"
    r"|(?:reach|call|ring|phone|contact)\b[^,.;]*? (?:on|at|under)"
    r"(?= (?:plus |\+|double |triple |zero|oh|one|two|three|four|five|six|seven|eight|nine|[0-9]))"
    r"|(?:number to (?:call|reach)[a-z ]*?(?: is|'s)))",
    "zh": (
        r"(?:电话号码|手机号码|联系方式|联系电话|手机号|电话|手机|号码|座机|打)(?:号码?)?(?:是|为|:|："
        r"|给我|到)?"
    ),
    "ko": (
        r"(?:전화 ?번호|휴대폰 ?번호|핸드폰 ?번호|연락처|휴대폰|핸드폰|제 ?번호|번호|전화)(?:는|은|가"
        r"|이|로)?"
    ),
}
_OTHER_NUMBERS = {
    "en": r"\b(?:order|booking|case|ticket|reference|contract|invoice|customer|client|account|member(?:ship)?"
    r"|serial|room|error|version)\b",
    "zh": r"订单|工单|客户号|客户编号|会员|合同|发票|序列号|房间|错误|版本",
    "ko": r"주문|접수|고객 ?번호|회원|계약|송장|시리얼|오류|버전",
}
_SHORTEST_PHONE = 7  # without a word that says that it is one


def _phone_number(said: _Sentence, kind: FactKind) -> Fact | None:
    best: Fact | None = None
    clauses = _clauses(said.text)
    another = False  # whether the clause before was about some other number
    for index, (start, _) in enumerate(clauses):
        clause = said.text[start : clauses[index][1]]
        if another and _corrects(clause, said.language):
            continue
        others = list(re.finditer(_OTHER_NUMBERS[said.language], clause, re.IGNORECASE))
        cues = [
            cue
            for cue in re.finditer(_PHONE_CUES[said.language], clause, re.IGNORECASE)
            if not any(other.start() < cue.end() and cue.start() - other.end() < 2 for other in others)
        ]
        another = bool(others) and not cues
        begin = start + (cues[0].end() if cues else 0)
        if not cues and (others or not _mostly_digits(clause, said.language)):
            continue
        if best is not None and start < best.end:
            continue
        found = _number_from(said, clauses, index, begin)
        if found is None and cues and not others:
            found = _number_from(
                said, clauses, index, start
            )  # the word stands behind: 010-1234-5678로 전화 주세요
            if found is not None and len(str(found[0].value)) < _SHORTEST_PHONE:
                continue
        if found is None:
            continue
        understood, end = found
        if not cues and len(str(understood.value).lstrip("+")) < _SHORTEST_PHONE:
            continue
        best = Fact(kind=kind, understood=understood, start=start, end=end)
    return best


def _corrects(clause: str, language: str) -> bool:
    """Whether a clause puts right what the one before has said."""
    first = next((token for token in NUMERALS[language].lex(clause) if token.kind != "gap"), None)
    return first is not None and (
        first.kind in ("correction", "denial", "hesitation") or _mostly_digits(clause, language)
    )


def _number_from(
    said: _Sentence, clauses: list[tuple[int, int]], index: int, begin: int
) -> tuple[Understood, int] | None:
    """The number that begins in a clause, and goes on as long as clauses are made of digits."""
    last = index
    while last + 1 < len(clauses) and _mostly_digits(said.text[slice(*clauses[last + 1])], said.language):
        last += 1
    for until in range(last, index - 1, -1):
        end = clauses[until][1]
        context = replace(said.context, confidence=said.confidence, alternatives=(), meanings={})
        understood = understand("phone_number", said.text[begin:end], (), said.language, context)
        if understood is not None:
            return understood, end
    return None


def _mostly_digits(clause: str, language: str) -> bool:
    tokens = NUMERALS[language].lex(clause)
    digits = sum(token.kind in ("digits", "times", "plus", "correction", "restart") for token in tokens)
    others = sum(token.kind in ("other", "stop") for token in tokens)
    return digits > 0 and others <= digits


# When to call.

_CALL = {
    "en": r"\b(?:call(?:ed)?(?: me| us)?(?: back)?|ring (?:me|us)|phone (?:me|us)|reach (?:me|us)|callback"
    r"|call-?back|contact (?:me|us)|get back to (?:me|us)|i(?:'m| am) (?:free|available|in|here|back)"
    r"|best time|available)\b",
    "zh": r"打(?:给|过来|回来|电话|我|(?=[0-9一二三四五六七八九零幺加+]))|回(?:个)?电|"
    r"回我|联系我|给我(?:来|打|回)|来电|有空|有时间|方便|再打",
    "ko": (
        r"전화 ?(?:해|주|부탁|걸어)|전화(?:를)? ?(?:주|해)|연락|통화 ?(?:가능|돼|되|할 수)|시간 ?(?:돼"
        r"|되|괜찮|있)|가능해요|가능합니다"
    ),
}
_PAST_CALL = {
    "en": r"\b(?:called|tried|was|were|had|since|ago|yesterday)\b",
    "zh": r"昨|上次|之前|以前|打过|打了|已经|刚才",
    "ko": r"어제|지난|아까|이미|했는데|했었|했더니",
}


def _callback_time(said: _Sentence, kind: FactKind) -> Fact | None:
    if said.context.now is None:
        return None
    found: Fact | None = None
    clauses = _clauses(said.text)
    for index, (start, end) in enumerate(clauses):
        clause = said.text[start:end]
        if not re.search(_CALL[said.language], clause, re.IGNORECASE):
            continue
        if re.search(_PAST_CALL[said.language], clause, re.IGNORECASE):
            continue
        # The time may stand in the clause before ("Tomorrow at nine, please call me") or behind it.
        for first, last in ((index, index), (index, index + 1), (index - 1, index)):
            if first < 0 or last >= len(clauses):
                continue
            span = clauses[first][0], clauses[last][1]
            if _SENTENCE_END.search(said.text[clauses[first][0] : clauses[last][1] - 1].rstrip()):
                continue
            context = replace(said.context, confidence=said.confidence, alternatives=(), meanings={})
            understood = understand("callback_time", said.text[slice(*span)], (), said.language, context)
            if understood is not None:
                found = Fact(kind=kind, understood=understood, start=span[0], end=span[1])
                break
    return found


# Who is calling.

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAMED = "(?P<name>[A-Z][\\w'’-]+(?: (?:de|van|von|da|al|[A-Z][\\w'’-]*\\.?)){0,3})"
_NAMES = {
    "en": (
        r"(?i:\b(?:my (?:full )?name(?: is|'s)|the name(?: is|'s)|you can call me|i am called|i'm called))"
        r" (?P<name>[\w'’-]+(?: (?!and\b|from\b|calling\b|i\b|here\b|with\b|at\b|but\b)[\w'’-]+){0,2})",
        rf"(?i:\b(?:this is|i'm|i am|it's|it is|here is)) {_NAMED}",
        rf"^(?i:(?:hello|hi|good morning|good afternoon)[,.! ]+)?{_NAMED}"
        r"(?i: (?:here|speaking|calling))\b",
        r"(?i:\b(?:this is|i'm|i am)) (?P<name>[a-z'’-]+(?: [a-z'’-]+)?)"
        r"(?i: (?:calling|speaking|here|from(?= [a-z]+[.,])))\b",
    ),
    "zh": (
        r"(?:我的名字(?:是|叫)|名字叫|我叫|叫我|免贵姓|我姓|本人姓)(?P<name>[\u4e00-\u9fff]{1,4}?)"
        r"(?=[,，。.!！;； ]|就行|就好|就可以|的?(?:电话|手机|号码)|我|是|$)",
        rf"(?:我是|这里是|我这边是)(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[,，。.!！;； ]|$)",
        rf"我是[\u4e00-\u9fff]{{2,10}}?(?:公司|部|科|中心|集团|学校|医院|银行)的(?P<name>(?:小|老)?[{_SURNAMES}]"
        r"[\u4e00-\u9fff]{0,2}?)(?=[,，。.!！;； ]|$)",
    ),
    "ko": (
        r"(?:제|저의|내) ?이름은 ?(?P<name>[가-힣]{2,4}?)(?=이?라고|입니다|이에요|예요|이고|고요|[,.]|$)",
        r"(?:저는|전) ?(?P<name>[가-힣]{2,4}?)(?:이?라고 ?(?:합니다|하는데|해요|하고)|입니다|이에요|예요)",
        r"(?:^|[,. ])(?P<name>[가-힣]{2,4}?)이?라고 ?(?:합니다|하는데요?|해요)",
    ),
}
_NO_NAMES = {
    "en": Pattern(
        r"(?i)^(?:i|it|this|that|the|a|an|my|not|no|so|very|really|just|calling|having|trying|urgent|about|sorry"
        r"|fine|ok|okay|good|here|available|free|from|in|at|on|to|with|still|also|monday|tuesday|wednesday"
        r"|thursday|friday|saturday|sunday|windows|outlook|teams|excel|word|microsoft|office)\b"
    ),
    "zh": Pattern(r"^(?:说|想|的|在|要|有|是|不|什么|怎么|人|经理|客服|老板|领导|同事)"),
    "ko": Pattern(r"^(?:지금|회사|직원|고객|문제|프린터|노트북|담당자|학생|여기|이거|그거)"),
}


def _name(said: _Sentence, kind: FactKind) -> Fact | None:
    for pattern in _NAMES[said.language]:
        for match in re.finditer(pattern, said.text):
            called = match["name"].strip(" .")
            if _NO_NAMES[said.language].match(called):
                continue
            understood = name_of(called, said.language, said.confidence)
            if understood is not None:
                return Fact(
                    kind=kind,
                    understood=replace(understood, spoken=match[0].strip()),
                    start=match.start(),
                    end=match.end("name"),
                )
    return None


_COMPANIES = {
    "en": (
        r"(?i:\b(?:calling from|(?:i|we) work (?:for|at)|i'm with|i am with|on behalf of))"
        r" (?P<value>(?:the )?(?:[A-Z][\w&'’.-]*)(?: (?:&|and|of|[A-Z][\w&'’.-]*))*)",
        r"(?i:\b(?:my|our) company(?: is|'s)(?: called)?) (?P<value>[\w&'’-]+(?: [A-Z][\w&'’-]+)*)",
        rf"(?i:\b(?:this is|i'm|i am)) {_NAMED.replace('name', 'who')} (?i:from|with|of)"
        r" (?P<value>(?:[A-Z][\w&'’-]*)(?: (?:&|and|[A-Z][\w&'’-]*))*)",
    ),
    "zh": (
        r"(?:我是|我们是|这里是|我在)(?P<value>[\u4e00-\u9fffA-Za-z0-9]{2,14}?(?:公司|集团|学校|医院|银行|中心|大学))",
        r"(?:公司(?:名称?)?(?:叫|是))(?P<value>[\u4e00-\u9fffA-Za-z0-9]{2,16})",
    ),
    "ko": (
        r"(?:저는|여기는|여기)? ?(?P<value>[가-힣A-Za-z0-9]{2,12}(?:회사|전자|은행|병원|학교|그룹"
        r"|상사))(?:의|에서|인데|입니다)",
        r"회사 ?(?:이름은|는) ?(?P<value>[가-힣A-Za-z0-9]{2,12}?)(?=입니다|이에요|예요|이고|[,.]|$)",
    ),
}


def _by_patterns(said: _Sentence, kind: FactKind, patterns: tuple[str, ...]) -> Fact | None:
    for pattern in patterns:
        match = re.search(pattern, said.text)
        if match:
            value = match["value"].strip(" .,")
            understood = Understood(value, said.confidence, match[0].strip())
            return Fact(kind=kind, understood=understood, start=match.start(), end=match.end())
    return None


def _company(said: _Sentence, kind: FactKind) -> Fact | None:
    return _by_patterns(said, kind, _COMPANIES[said.language])


# Numbers on papers.

_CODE_CUES: dict[FactKind, dict[str, str]] = {
    "order_number": {
        "en": r"\b(?:order|booking|purchase|reservation)(?: (?:number|no\.?|id|code))?(?: is| was|'s|:)?",
        "zh": r"订单(?:编?号码?|号)?(?:是|为|:|：)?",
        "ko": r"(?:주문|예약) ?번호(?:는|은|가|이)?",
    },
    "customer_number": {
        "en": r"\b(?:customer|client|account|member(?:ship)?|contract)(?: (?:number|no\.?|id|code))"
        r"(?: is| was|'s|:)?",
        "zh": r"(?:客户|会员|账户|账号|合同)(?:编?号码?|号)(?:是|为|:|：)?",
        "ko": r"(?:고객|회원|계약) ?번호(?:는|은|가|이)?",
    },
    "error_code": {
        "en": r"\b(?:error|fault)(?: (?:code|number|message))?(?: is| was|'s|:| says)?",
        "zh": r"(?:错误|故障|报错|出错)(?:代码|码|号)?(?:是|为|:|：)?",
        "ko": r"(?:오류|에러) ?(?:코드|번호)?(?:는|은|가|이)?",
    },
    "version": {
        "en": r"\b(?:version|release|v)(?: number)?(?: is|'s|:)?",
        "zh": r"版本(?:号)?(?:是|为|:|：)?",
        "ko": r"(?:버전|판)(?:은|는|이)?",
    },
}
_CODE = Pattern(
    r"\s*(?:#\s*)?(?P<code>(?:[A-Za-z]{1,4}[- ]?)?[0-9][0-9A-Za-z]*(?:[-.][0-9A-Za-z]+)*)(?![0-9A-Za-z])"
)
_LEAST_DIGITS: dict[FactKind, int] = {
    "order_number": 3,
    "customer_number": 3,
    "error_code": 1,
    "version": 1,
}


_POINT = {
    "en": Pattern(r"(?<=\w) (?:point|dot) (?=\w)", re.IGNORECASE),
    "zh": Pattern(r"(?<=[0-9零一二两三四五六七八九十])点(?=[0-9零一二两三四五六七八九十])"),
    "ko": Pattern(r" ?(?:점|쩜) ?(?=[0-9영공일이삼사오육칠팔구십])"),
}
"""Between the parts of a version."""


def _code(said: _Sentence, kind: FactKind) -> Fact | None:
    found: Fact | None = None
    for cue in re.finditer(_CODE_CUES[kind][said.language], said.text, re.IGNORECASE):
        rest = said.text[cue.end() :]
        written = _CODE.match(rest)
        if written and not re.match(r"[\s-]*[0-9]", rest[written.end() :]):
            code, end, sure = written["code"].upper().replace(" ", ""), cue.end() + written.end(), 1.0
        else:
            clauses = [(start + cue.end(), stop + cue.end()) for start, stop in _clauses(rest)]
            if not clauses or not _begins_with_digits(rest, said.language):
                continue
            end = clauses[0][1]
            for start, stop in clauses[1:]:
                if not _mostly_digits(said.text[start:stop], said.language):
                    break
                end = stop
            parts = _POINT[said.language].split(said.text[cue.end() : end]) if kind == "version" else ()
            spelt = _spelt_out(parts if len(parts) > 1 else (said.text[cue.end() : end],), said.language)
            if spelt is None:
                continue
            code, sure = spelt
        instead = _corrected(code, said.text[end:], said.language)
        if instead is not None:
            code, end = instead[0], end + instead[1]
            sure *= 0.5
        if sum(letter.isdecimal() for letter in code) >= _LEAST_DIGITS[kind]:
            spoken = said.text[cue.start() : end].strip()
            found = Fact(
                kind=kind,
                understood=Understood(code, said.confidence * sure, spoken),
                start=cue.start(),
                end=end,
            )
    return found


def _spelt_out(parts: Sequence[str], language: str) -> tuple[str, float] | None:
    """The digits of each part, with points between, and how sure they are; None where a part has none."""
    found = []
    for part in parts:
        heard = readings(NUMERALS[language].lex(part))
        if not heard or not heard[0]:
            return None
        found.append(heard[0][0])
    return ".".join(string.digits for string in found), min(string.sureness for string in found)


def _corrected(code: str, rest: str, language: str) -> tuple[str, int] | None:
    """What takes a code's place that was just said, and where it ends: "88231745, no sorry, 88231746"."""
    tokens = NUMERALS[language].lex(rest)
    first = next((token for token in tokens if token.kind != "gap"), None)
    if not code.isdecimal() or first is None or first.kind not in ("correction", "denial"):
        return None
    end = 0
    for start, stop in _clauses(rest):
        if end and not _mostly_digits(rest[start:stop], language):
            break
        end = stop
    heard = readings(NUMERALS[language].lex(f"{code}, {rest[:end]}"))
    if not heard or not heard[0] or heard[0][0].digits == code:
        return None
    return heard[0][0].digits, end


def _begins_with_digits(text: str, language: str) -> bool:
    tokens = NUMERALS[language].lex(text)[:2]
    return any(token.kind in ("digits", "times") for token in tokens)


# How many are affected.

_AFFECTED = {
    "en": (
        r"\b(?P<count>(?:\d+(?:,\d{3})*|a dozen|[a-z]+"
        r"(?:[ -](?:and|hundred|one|two|three|four|five|six|seven|eight|nine))*))"
        r" (?:of us|people|persons|users|colleagues|employees|co-?workers|of my colleagues|staff|seats"
        r"|team members|team mates|teammates|workplaces)\b",
    ),
    "zh": (
        r"(?P<count>[0-9]+|[一二两三四五六七八九十百几]+)(?:多|来)?(?:个|位|名)(?:人|同事|员工|用户|职员|工位)",
    ),
    "ko": (
        r"(?P<count>[0-9]+|[가-힣]{1,3}) ?(?:명|사람|분(?! ?(?:전|째|동안|뒤|후|넘|이상|정도)))"
        r"(?=이|의|은|도|모두|정도|[,. ]|$)",
        r"(?:직원|동료|사용자) ?(?P<count>[0-9]+|[가-힣]{1,3}) ?(?:명|사람|분)",
    ),
}
_ONLY_ME = {
    "en": r"\b(?:(?:just|only) (?:me|myself)|i(?:'m| am) the only one|nobody else|no one else)\b",
    "zh": r"(?:就|只有?|仅|止)(?:是)?我(?:自己)?(?:一个)?(?:人)?|只影响我",
    "ko": r"저만|저 ?혼자|나만|저 ?하나",
}


_AND_I = {
    "en": Pattern(r"\b(?:me|i|myself) and (?:\w+[ -]?){1,4}$", re.IGNORECASE),
    "zh": Pattern(r"我(?:和|跟|还有|以及)(?:另外)?\S{1,7}$"),
    "ko": Pattern(r"(?:저|나)(?:랑|하고|와|까지) ?(?:동료|직원)? ?\S{1,4} ?\S?$"),
}
_NOT_ALONE = {
    "en": (Pattern(r"\bnot (?:just |only )?$", re.IGNORECASE), Pattern(r"(?!)")),
    "zh": (Pattern(r"(?:不|不是|并不|并非)$"), Pattern(r"(?!)")),
    "ko": (Pattern(r"(?!)"), Pattern(r" ?(?:그런 ?(?:게|건|것이)? ?)?(?:아니|아닙|아닌)")),
}


def _affected(said: _Sentence, kind: FactKind) -> Fact | None:
    """How many are affected: the last number that was said, where the ones before were taken back."""
    counted: list[Fact] = []
    for pattern in _AFFECTED[said.language]:
        for match in re.finditer(pattern, said.text, re.IGNORECASE):
            count = whole_number(match[0], said.language)
            if not count:
                continue
            fact = _count(said, kind, count, match)
            # "Me and two colleagues" are three.
            if not _AND_I[said.language].search(said.text[: match.end()]):
                counted.append(fact)
    before, behind = _NOT_ALONE[said.language]
    alone = re.search(_ONLY_ME[said.language], said.text, re.IGNORECASE)
    if alone and (before.search(said.text[: alone.start()]) or behind.match(said.text, alone.end())):
        counted, alone = [fact for fact in counted if fact.understood.value != 1], None
    for at, fact in enumerate(counted):
        if at + 1 == len(counted) or not _taken_back(said, fact.end, counted[at + 1].start):
            return fact
    return _count(said, kind, 1, alone) if alone else None


def _taken_back(said: _Sentence, start: int, end: int) -> bool:
    """Whether all that is said between two places takes back what was said before."""
    tokens = NUMERALS[said.language].lex(said.text[start:end])
    kinds = {token.kind for token in tokens}
    return "correction" in kinds and kinds <= {"correction", "hesitation", "gap"}


def _count(said: _Sentence, kind: FactKind, count: int, match: re.Match[str]) -> Fact:
    understood = Understood(count, said.confidence, match[0].strip())
    return Fact(kind=kind, understood=understood, start=match.start(), end=match.end())


def _since(said: _Sentence, kind: FactKind) -> Fact | None:
    if said.context.now is None:
        return None
    now = said.context.now if said.context.hours is None else said.context.hours.here(said.context.now)
    found = since(said.text, said.language, now)
    if found is None:
        return None
    certainty = said.confidence * (1.0 if found.sure else 0.6)
    understood = Understood(found.value, certainty, said.text[found.start : found.end])
    return Fact(kind=kind, understood=understood, start=found.start, end=found.end)


_FINDERS: dict[FactKind, Callable[[_Sentence, FactKind], Fact | None]] = {
    "phone_number": _phone_number,
    "callback_time": _callback_time,
    "name": _name,
    "company": _company,
    "order_number": _code,
    "customer_number": _code,
    "error_code": _code,
    "version": _code,
    "affected": _affected,
    "since": _since,
}
