"""When to call, in Chinese: 明天上午九点, 半个小时后, 周五下午三点以后, 尽快."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from asr.patterns import Pattern
from asr.slots.numerals_zh import value
from asr.slots.wish import (
    AHEAD,
    Clock,
    DayEdge,
    DayPart,
    JoiningWords,
    Mention,
    Relation,
    Taken,
    Wish,
    composed,
    day_of_month,
    day_range,
    weekday,
    weekend,
    with_edge,
    working_days,
)
from asr.text import plain

_N = "[0-9零〇一二两三四五六七八九十]+"
_JOINING = JoiningWords(
    denied_before=Pattern(
        r"(?:(?<!要)不要|(?<!能)不能|(?<!在)不在|不想|不用|(?<!是)不是|不会在|不愿意?|不(?=早于|晚于)|除了|除去|除开|除|别|避开|千万别|非)"
        r"(?:在|给我|打给我|打电话|打|回电|安排|是|选|约|来电|联系我?|了|到|的|我|接电话|接|就|这个?)*$"
    ),
    excepting=Pattern(r"除[了去开]?[^天]{0,3}$"),
    denied_behind=Pattern(
        r"^(?:那天|这天|的时候|的话|的|是(?!不)|都|也|就|可(?!不)|在(?=开会|忙|上课|出差|休假|飞机|路上)|我们?|可能|恐怕|肯定|一定|全天|整天|一天|因为|真的|已经)*(?:"
        r"(?:不行|不可以|不方便|不在|不能|没法|没办法|不太方便|不太行|没空|没时间|没有时间|没有空|有事|很忙|太忙|在忙|忙|要?开会|有会|出差|休息|放假|不合适"
        r"|不好(?!意思)|不成|除外|以外|之外|来不及|不上班|接不了|不接|请假|要?出去|要?出门|在外面?|外出|上不了班|走不开|抽不出)"
        r"|(?:不要|不用|别|不(?![要用错妨介成]))(?:打|找|来|给我|联系|回|接)?(?!太早|太晚|早|晚|超过|迟)"
        r")"
    ),
    listed=Pattern(r"(?:和|或者?是?|跟|与|还是|以及|及|还有|要么|也可以|都可以|也行|或)(?:是|在)?"),
    taken_back=Pattern(
        r"(?:不不|不对|不是|错了|说错了|哦不是?|应该是|等等|更正|对不起|抱歉|不好意思|改成|改为|改到|算了|还是|那个|啊)+(?:是|在)?"
    ),
    at_once=Pattern(
        r"现在|马上|立刻|立即|尽快|尽早|赶紧|越快越好|越早越好|随时|都可以|都行|都好|都成|什么时候都|任何时(?:间|候)|无所谓|随便|最快"
        r"|其他时间|其它时间|别的时间|别的都|其他都|其余|哪天都"
    ),
    later=Pattern(r"(?:过|待|等|一)会儿?|晚点|晚一点|晚些|稍后|回头|以后再"),
    not_at_once=Pattern(
        r"(?:现在|马上)(?:我)?(?:就)?(?:不|没|在忙|很忙|太忙|忙|有事|别)|(?:不要|不是|别)(?:现在|马上)"
    ),
    doubtful=Pattern(r"点(?:半|钟)?(?:就|才|左右)?(?:下班|上班|要走|结束|到家|走)|看情况|不确定|说不准|再说"),
    vague=Pattern(r"太[早晚]|晚一?[点些]|早一?[点些]"),
)
_DAYS = {
    "大后天": 3, "后天": 2, "明天": 1, "明儿": 1, "明日": 1, "明": 1,
    "第二天": 1, "次日": 1,
    "今天": 0, "今日": 0, "今儿": 0, "今": 0, "当天": 0,
}  # fmt: skip
_EDGE_BEHIND = r"(?P<edge>以后|之后|过后|后(?!天)|起|开始|以前|之前|前(?!天)|为止)?"
_DAY = Pattern(
    r"(?P<name>今明两?天|明后(?:两)?天|大后天|后天|后日|明天|明儿|明日|次日|第二天|明(?=早|晚|上午|下午|中午)|今天|今日|今儿|当天|今(?=早|晚|上午|下午))"
    rf"{_EDGE_BEHIND}"
)
_EDGES: dict[str, DayEdge] = {
    "以后": "after", "之后": "after", "过后": "after", "后": "after", "起": "from", "开始": "from", "以前": (
        "before"
    ),
    "之前": "before", "前": "before", "为止": "until",
}  # fmt: skip
_W = "(?:周|星期|礼拜)"
_WEEKDAY = Pattern(
    rf"(?:(?P<from>从)|(?P<until>到|截至|最晚|不晚于))?(?P<which>下+个?|这个?|本)?{_W}(?P<name>[一二三四五六日天1-6]){_EDGE_BEHIND}"
)
_RANGE = Pattern(
    rf"(?:从)?(?P<which>下个?|这个?|本)?{_W}(?P<first>[一二三四五六日天])(?:到|至|-){_W}?(?P<last>[一二三四五六日天])"
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_NEXT_WEEK = Pattern(rf"(?P<which>下+)个?{_W}(?P<part>初|末|底|中)?")
_THIS_WEEK = Pattern(rf"(?:这个?|本){_W}(?P<part>内|末|底|中|之内)?")
_WEEKEND = Pattern(rf"(?P<which>下个?)?{_W}末|(?P<both>双休日|礼拜六日|周六日|六日)")
_WORKING_DAYS = Pattern(r"工作日|上班(?:时间|的时候|日)|平时|平日")
_ANOTHER_DAY = Pattern(r"改天|改日|过几天|另外?一天|换一天|别的日子")
_AFTER_WORK = Pattern("下班(?:以后|之后|后)")
_DATE = Pattern(rf"(?:(下个?月|{_N}月))?({_N})[号日](?!楼|线|机|门|分机)")
_DAYS_AHEAD = Pattern(
    rf"(?P<verb>再?过|等)?(?P<count>{_N}|几)(?P<unit>天|个?(?:星期|礼拜)|周)(?P<end>以后|之后|后|以内|之内|内)?"
)
_PARTS: dict[str, DayPart] = {
    "清早": "early", "早晨": "early", "一早": "early", "大早": "early", "早上": "morning", "上午": "morning",
    "早": "morning", "中午": "noon", "午饭": "noon", "正午": "noon", "下午": "afternoon", "午后": "afternoon",
    "下班前": "late_afternoon", "下班之前": "late_afternoon", "傍晚": "evening", "晚上": "evening", "晚": (
        "evening"
    ), "夜里": (
        "night"
    ),
    "半夜": "night",
}  # fmt: skip
_PART = Pattern(
    "(?P<before>不早于|不要早于|最早|从|到|不晚于|最晚|截至)?(?P<name>"
    + "|".join(sorted((name for name in _PARTS if len(name) > 1), key=len, reverse=True))
    + "|(?<![太最尽更])早(?!点|一点|些|于)|(?<![太最尽更])晚(?!点|一点|些|于|饭))"
    "(?P<edge>以后|之后|过后|后(?!天|面)|以前|之前|前(?!天|面)|为止)?"
)
# 半 and 钟 as recognisers write them when they hear something near.
_HALF = "半|办|班|版|板|伴|拌|般|搬"
_MINUTES = {"一刻": 15, "三刻": 45, "1刻": 15, "3刻": 45}
_TIME = (
    rf"(?:(?P<{{0}}short>差{_N}刻?分?))?(?P<{{0}}hour>{_N})(?:点[钟种中]?|时|:)过?"
    rf"(?:(?P<{{0}}half>{_HALF})|(?P<{{0}}quarter>[一三13]刻)|整|(?P<{{0}}minute>{_N})分?|差(?P<{{0}}before>{_N}分|[一三13]刻)|(?P<{{0}}doubt>[吧把爸巴罢](?=$|[^0-9])))?"
    rf"(?P<{{0}}about>多|来钟)?"
)
_LATER_PART = "(?:(?P<part>下午|中午|晚上|上午|早上)?)"
_BETWEEN = Pattern(
    rf"(?:从)?{_TIME.format('a')}(?:到|至|和|跟|-|~){_LATER_PART}{_TIME.format('b')}(?:之间|中间)?"
)
_AT = Pattern(
    rf"(?P<before>不要?早于|别早于|最早|从|不要?晚于|别晚于|最晚|最迟|不超过|到|截至)?{_TIME.format('a')}(?:左右|前后(?!天))?"
    r"(?P<edge>以后|之后|过后|后(?!天|面)|起|开始|以前|之前|前(?!天|面)|为止)?"
)
_ABOUT = Pattern(
    "(?<!十)(一(?=[两二])|[两二](?=三)|三(?=四)|四(?=五)|五(?=六)|六(?=七)|七(?=八)|八(?=九)|九(?=十))"
    "[两二三四五六七八九十]点"
)
_DELAY = Pattern(
    rf"(?:过|再过|等)?(?:(半)个?(?:小时|钟头)|({_N})个?半(?:小时|钟头)|({_N})个?(?:小时|钟头)(半)?|({_N})分钟|[一三]刻钟)"
    r"(以后|之后|后|以内|之内|内)?"
)
_A_BIT = Pattern(r"(?<![今明昨])[早晚快慢]一点|有一点|差一点")
# How recognisers write words of time that sound alike.
_SOUND_ALIKES = (
    (Pattern(rf"[明名鸣铭零凌][早照找造噪燥枣躁](?=[上晨]|{_N})"), "明早"),
    (Pattern(rf"[今金][晚完](?=[上]|{_N})"), "今晚"),
    (Pattern("[名鸣]天"), "明天"),
    (Pattern("[后候]田"), "后天"),
    (Pattern(r"点([13一三])[克颗客课棵]"), r"点\1刻"),
)
_LATE_WORDS = ("早于", "最早", "从", "后", "起", "开始")


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = re.sub(r"(\d)[.点]([13一三])[克颗客课棵]", r"\1点\2刻", text)
    said = re.sub(r"(\d)[:：](\d\d)", r"\1点\2分", said)
    said = re.sub(rf"(?<=[点半分時时0-9])\s*[-~～－—–]+\s*(?={_N})", "到", said)
    said = _ABOUT.sub(r"\1点多", plain(said, "zh").replace(" ", ""))
    for alike, word in _SOUND_ALIKES:
        said = alike.sub(word, said)
    taken = Taken(said)
    for found in taken.find(_A_BIT):
        taken.keep(found)
    delay = _delay(taken)
    if delay is not None:
        return delay
    mentions = [*_days(taken, today), *_clocks(taken), *_parts(taken)]
    return composed(said, [_noon_is_afternoon(one, mentions) for one in mentions], _JOINING)


def _noon_is_afternoon(mention: Mention, all_of_them: Sequence[Mention]) -> Mention:
    """中午一点 is one in the afternoon, 中午十一点半 still in the morning."""
    behind = next((one.clock for one in all_of_them if one.clock and one.start == mention.end), None)
    if mention.part != "noon" or behind is None:
        return mention
    return replace(mention, part="morning" if behind.hour in (10, 11) else "afternoon")


def _days(taken: Taken, today: date) -> Iterator[Mention]:
    for found in taken.find(_DATE):
        month = found[1] or ""
        number = today.month % 12 + 1 if month.startswith("下") else value(month[:-1]) if month else None
        dated = day_of_month(value(found[2]), today, number)
        start, end = taken.keep(found)
        if dated:
            yield Mention(start=start, end=end, days=dated)
    for found in taken.find(_ANOTHER_DAY):
        start, end = taken.keep(found)
        others = day_range(today + timedelta(days=1), today + timedelta(days=7))
        yield Mention(start=start, end=end, days=others, unsure=True)
    for found in taken.find(_DAYS_AHEAD):
        ahead = _days_ahead(found, today)
        if ahead is not None:
            start, end = taken.keep(found)
            yield replace(ahead, start=start, end=end)
    for found in taken.find(_RANGE):
        first = weekday(_WEEKDAYS[found["first"]], today, next_week=(found["which"] or "").startswith("下"))[
            0
        ]
        last = first + timedelta(days=(_WEEKDAYS[found["last"]] - first.weekday()) % 7)
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=day_range(first, last))
    for found in taken.find(_WEEKDAY):
        number = _WEEKDAYS.get(found["name"], int(found["name"]) - 1 if found["name"].isdigit() else 0)
        which = found["which"] or ""
        named = weekday(
            number,
            today,
            next_week=which.startswith("下"),
            this_week=which[:1] in ("这", "本"),
            weeks=which.count("下"),
        )
        edge = _EDGES.get(
            found["edge"] or "", "from" if found["from"] else "until" if found["until"] else "on"
        )
        start, end = taken.keep(found)
        yield Mention(
            start=start, end=end, days=with_edge(named, edge, today), every=not which and edge == "on"
        )
    for found in taken.find(_WEEKEND):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=weekend(today, next_week=bool(found["which"])))
    monday = today - timedelta(days=today.weekday())
    for found in taken.find(_NEXT_WEEK):
        start, end = taken.keep(found)
        monday_then = monday + timedelta(days=7 * found["which"].count("下"))
        offsets = {"初": (0, 1), "末": (5, 6), "底": (3, 4), "中": (2, 3)}.get(found["part"] or "")
        if offsets is None:
            yield Mention(start=start, end=end, days=(monday_then,), week=True)
        else:
            days = tuple(monday_then + timedelta(days=offset) for offset in offsets)
            yield Mention(start=start, end=end, days=days, unsure=True)
    for found in taken.find(_THIS_WEEK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=day_range(today, monday + timedelta(days=6)), unsure=True)
    for found in taken.find(_WORKING_DAYS):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=working_days(today))
    for found in taken.find(_DAY):
        start, end = taken.keep(found)
        both = found["name"].startswith(("明后", "今明"))
        name = found["name"][0] if both else found["name"].replace("后日", "后天")
        first = today + timedelta(days=_DAYS[name])
        edge = _EDGES.get(found["edge"] or "", "on")
        days = (first, first + timedelta(days=1)) if both else with_edge((first,), edge, today)
        yield Mention(start=start, end=end, days=days, unsure=edge in ("before", "until"), relative=True)


def _days_ahead(found: re.Match[str], today: date) -> Mention | None:
    """过两天, 三天后, 两周以后; None where it is just a number of days."""
    edge = found["end"] or ""
    if not found["verb"] and not edge:
        return None
    number = 3 if found["count"] == "几" else value(found["count"])
    days = number if found["unit"] == "天" else 7 * number
    if not 0 < days <= AHEAD:
        return None
    within = edge.endswith("内")
    wished = day_range(today, today + timedelta(days=days)) if within else (today + timedelta(days=days),)
    # 过两天 is some day soon.
    vague = found["count"] == "几" or (found["verb"] is not None and not edge) or found["unit"] != "天"
    return Mention(start=0, end=0, days=wished, unsure=vague)


def _delay(taken: Taken) -> Wish | None:
    for found in taken.find(_DELAY):
        if not (found[6] or found[0][0] in "过再等"):
            continue
        taken.keep(found)
        if found[1]:
            minutes = 30
        elif found[2]:
            minutes = 60 * min(value(found[2]), 1000) + 30
        elif found[3]:
            minutes = 60 * min(value(found[3]), 1000) + (30 if found[4] else 0)
        else:
            minutes = min(value(found[5]), 10_000) if found[5] else 45 if "三刻" in found[0] else 15
        return Wish(delay=timedelta(minutes=minutes), within=(found[6] or "").endswith("内"))
    return None


def _parts(taken: Taken) -> Iterator[Mention]:
    for found in taken.find(_AFTER_WORK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, relation="after", clock=Clock(18))
    for found in taken.find(_PART):
        start, end = taken.keep(found)
        part = _PARTS[found["name"]]
        edge = found["edge"] or found["before"] or ""
        if edge and edge != "从" and part in ("noon", "morning", "afternoon"):
            late = edge.endswith(_LATE_WORDS)
            hour = {"noon": 12, "morning": 12 if late else 9, "afternoon": 18 if late else 12}[part]
            if edge in ("到", "为止", "截至", "最晚", "不晚于"):
                hour = {"noon": 12, "morning": 12, "afternoon": 18}[part]
            half: Literal["pm"] | None = "pm" if hour == 12 else None
            yield Mention(
                start=start, end=end, relation="after" if late else "before", clock=Clock(hour, 0, half)
            )
        else:
            yield Mention(start=start, end=end, part=part)


def _clocks(taken: Taken) -> Iterator[Mention]:
    for found in taken.find(_BETWEEN):
        first, second = _clock(found, "a"), _clock(found, "b")
        if first is None or second is None:
            continue
        if found["part"]:
            second = replace(second, half="am" if found["part"] in ("上午", "早上") else "pm")
        start, end = taken.keep(found)
        yield Mention(
            start=start, end=end, relation="between", clock=first, until=second, unsure=bool(found["bdoubt"])
        )
    for found in taken.find(_AT):
        clock = _clock(found, "a")
        if clock is None:
            continue
        start, end = taken.keep(found)
        edge = found["edge"] or found["before"] or ""
        relation: Relation = "after" if edge.endswith(_LATE_WORDS) else "before" if edge else "at"
        # 九点吧 may be 九点八, or 九点半.
        doubt = bool(found["adoubt"] or found["aabout"])
        yield Mention(start=start, end=end, relation=relation, clock=clock, unsure=doubt)


def _clock(found: re.Match[str], name: str) -> Clock | None:
    hours, minutes = value(found[f"{name}hour"]), 0
    if found[f"{name}half"]:
        minutes = 30
    elif found[f"{name}quarter"]:
        minutes = _MINUTES[found[f"{name}quarter"]]
    elif found[f"{name}minute"]:
        minutes = value(found[f"{name}minute"])
    short = found[f"{name}short"] or found[f"{name}before"]
    if short:
        before = value(re.sub("[差刻分]", "", short)) * (15 if "刻" in short else 1)
        minutes, hours = 60 - before, (hours - 1) or 12
    return Clock(hours, minutes) if 0 <= hours <= 24 and 0 <= minutes < 60 else None
