"""When to call, in English: "tomorrow at nine", "in half an hour", "Friday afternoon after three"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from asr.patterns import Pattern
from asr.slots.numerals_en import lex
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
    next_monday,
    weekday,
    weekend,
    with_edge,
    working_days,
)
from asr.text import plain

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JOINING = JoiningWords(
    denied_before=Pattern(
        r"(?:^|(?<=\s))(?:(?<!why )not|except|excepting|excluding|other than|apart from|aside from"
        r"|besides|without|never|dont|do not"
        r"|cant|cannot|couldnt|wont|will not|isnt|arent|instead of|than|rather than|avoid|skip|unless its"
        r"|(?:any ?(?:time|day|hour)|anything|every ?(?:day|thing|time)|all|always|whenever)(?: \w+){0,2} but"
        r"|busy|away|unavailable|not available|not free|travell?ing|in (?:a )?meetings?|(?:a|my"
        r"|another|the|team|staff) (?:meeting|appointment|class|flight|lesson)|no time|(?:am"
        r"|im|be|was) (?:out|off)"
        r"|on (?:holiday|vacation|leave)|not (?:here|in|around|possible))"
        r"(?: (?:on|at|in|the|during|for|do|make|it|me|call|called|be|been|any|you|reach|anyone|work"
        r"|talk|speak|answer|too|so|very"
        r"|around|please|a|have|time|here|ring|phone|take|calls?|available|free|early|late|all|day|of"
        r"|office|until then"
        r"|possible|come|back|and|us|to|pick up|somebody|anybody|accept|receive))* ?$"
    ),
    excepting=Pattern(
        r"\b(?:except|excepting|excluding|other than|apart from|aside from|besides|but)(?: \w+){0,3} ?$"
    ),
    denied_behind=Pattern(
        r"^ ?(?:morning |afternoon |all day )?(?:(?:i|we) )?(?:really |just |definitely |also |both )*(?:"
        r"(?:is|are|s|would be|will be|was|am|m) (?:(?:really|so|too|very|a|an|also|both)"
        r" )*(?:not\b(?! too)(?! later)|no good"
        r"|bad|impossible|difficult|out\b|full|holidays?|busy|terrible|booked|away|off|travell?ing|in"
        r" meetings?"
        r"|in a meeting|unavailable|closed|on (?:holiday|vacation|leave))"
        r"|not (?:good|possible|ok|okay|great|ideal|convenient|available|free|an option|suitable|me"
        r"|here|in)\b"
        r"|not? ?\Z|no good|no way"
        r"|(?:isnt|arent|doesnt|does not|dont|do not|wont|will not|cannot|cant|can not|am not|im not"
        r"|havent|have no"
        r"|have (?:a )?meetings?|im (?:away|busy|off|out|travell?ing|in meetings?|in a meeting))\b)"
    ),
    listed=Pattern(
        r"\s*(?:or|nor|and|or else|or maybe|or perhaps|and also|and then|alternatively|or even|if not"
        r"|or if not)"
        r"(?: (?:on|at|in the|the|around|about|maybe|even|else|rather))* ?"
    ),
    taken_back=Pattern(
        r"\s*(?:(?:no|nope|sorry|wait|i mean|i meant|or rather|rather|actually|make that|make it|oh"
        r"|better|let us say|lets say"
        r"|scratch that|correction|thats wrong|hang on) ?)+(?:(?:on|at|in the|the|its|it is) ?)*"
    ),
    at_once=Pattern(
        r"\b(?:(?:right )?now|right away|straight away|straightaway|immediately|at once|as soon as"
        r"|as possible|asap|a s a p"
        r"|soon|any ?time|any ?day|any (?:other|hour)|whenever|sooner the better|earliest|first"
        r" available|doesnt matter|dont care"
        r"|all day|as early as|all (?:other )?(?:days|times)|every ?(?:day|thing)|anything)\b"
    ),
    later=Pattern(
        r"\b(?:later|in a (?:bit|while|moment|minute|second|sec)|after a while|some other time|another"
        r" time)\b"
    ),
    not_at_once=Pattern(
        r"\b(?:not|cant(?: \w+)?|cannot(?: \w+)?|busy|dont(?: \w+){0,2}|bad time) (?:right )?(?:now"
        r"|immediately|at once|at the moment)\b"
    ),
    doubtful=Pattern(
        r"\b(?:shortly|just|right) before\b|\b(?:same|this) time\b|\bat (?:to|too|for|ate)$"
        rf"|\b(?:{'|'.join(_WEEKDAYS)}) week\b"
        r"|\b(?:after|before|until|till) (?:that|then)\b|\b(?:get off|getting off|finish|leave|leaving"
        r"|my (?:shift|break|lunch)"
        r"|depends)\b"
    ),
    vague=Pattern(r"\btoo (?:early|late|soon)\b|\b(?:a bit|a little|somewhat) (?:later|earlier)\b"),
)
_EDGE = (
    r"(?:(?P<edge>not before|no earlier than|not earlier than|not until|not till|not after|not later"
    r" than|no later than"
    r"|before|after|by|until|till|up to|(?<!apart )(?<!aside )from|starting|starting on|starting from"
    r"|later than|as of)"
    r"(?: on)?(?: the)? )?"
)
_ANOTHER_DAY = Pattern(r"\b(?:another|some other|a different) day\b")
_AFTER_WORK = Pattern(r"\bafter (?:work|office hours|business hours|hours)\b")
_IN_BARE = Pattern(r"^(?:call me |please |um )*in (?P<count>\d+)(?: please)?$")
_DAYS = {
    "today": 0,
    "tonight": 0,
    "this": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "tomorrows": 1,
    "tmrw": 1,
}
_DAY = Pattern(
    rf"\b{_EDGE}(?:the )?(?P<name>day after tomorrow|tomorrow|tomorrows|tmrw|today|tonight"
    r"|this(?= (?:morning|afternoon|evening|noon)))\b"
)
_EDGES: dict[str, DayEdge] = {
    "not before": "from", "no earlier than": "from", "not earlier than": "from", "not until": "from",
    "not till": "from", "from": "from", "starting": "from", "starting on": "from", "starting from": "from",
    "as of": "from", "before": "before", "by": "until", "until": "until", "till": "until", "up to": "until",
    "not after": "until", "not later than": "until", "no later than": "until", "after": "after",
    "later than": "after",
}  # fmt: skip
_WEEKDAY_NAME = "|".join(_WEEKDAYS)
_WEEKDAY = Pattern(
    rf"\b{_EDGE}(?:(?P<which>next|this|coming)(?: week)?(?: on)? )?(?P<name>{_WEEKDAY_NAME})s?\b"
    r"(?: (?P<late>next) week)?"
)
_RANGE = Pattern(
    rf"\b(?:(?:from|between) )?(?:next )?(?P<first>{_WEEKDAY_NAME}) (?:to|through|till|until|thru"
    rf"|and(?= \w+ ?$)) "
    rf"(?P<last>{_WEEKDAY_NAME})\b"
)
_NEXT_WEEK = Pattern(r"\bnext week\b|\bin (?:a|1) week\b|\ba week from (?:now|today)\b")
_WEEK_PARTS = (
    (Pattern(r"\b(?:early|beginning of|start of|at the start of) (?:the )?next week\b"), (7, 8)),
    (Pattern(r"\b(?:late|end of) (?:the )?next week\b"), (10, 11)),
    (Pattern(r"\b(?:(?:by )?the )?end of (?:the|this) week\b|\blater this week\b"), (3, 4)),
    (Pattern(r"\b(?:middle of the week|mid week|midweek)\b"), (2, 3)),
    (Pattern(r"\bthis week\b"), (0, 1, 2, 3, 4)),
)
_WEEKEND = Pattern(r"\b(?:(?:on|at|over) )?(?:the |this )?(next )?weekends?\b")
_WORKING_DAYS = Pattern(
    r"\b(?:(?:on|during) )?(?:a |any |the )?(?:weekdays?|working days?|work days?|business days?)\b"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_DATE = Pattern(
    rf"\b(?:(?P<month1>{_MONTH}) (?:the )?(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month2>{_MONTH})\b"
    r"|(?:the|on) (?P<day3>\d{1,2})(?:st|nd|rd|th)\b(?! (?:floor|thing|time|one|half)))"
)
_PARTS: dict[str, DayPart] = {
    "early": "early", "1th thing": "early", "morning": "morning", "noon": "noon", "midday": "noon",
    "lunch": "noon", "lunchtime": "noon", "afternoon": "afternoon", "early afternoon": "afternoon",
    "late afternoon": "late_afternoon", "late in the afternoon": "late_afternoon", "late morning": "morning",
    "mid morning": "morning", "early evening": "evening", "end of the day": "late_afternoon",
    "end of day": "late_afternoon", "close of business": "late_afternoon", "evening": "evening",
    "tonight": "evening", "night": "night",
}  # fmt: skip
_PART = Pattern(
    rf"\b(?:(?P<edge>before|after|until|till|by|from|not before|not after|not until|up to) (?:the )?)?"
    rf"(?P<name>{'|'.join(sorted(_PARTS, key=len, reverse=True))})s?\b"
)
_PART_EDGES: dict[str, tuple[Relation, dict[str, Clock]]] = {
    "before": ("before", {"noon": Clock(12, 0, "pm"), "afternoon": Clock(12, 0, "pm"), "evening": Clock(18)}),
    "after": ("after", {"noon": Clock(12, 0, "pm"), "morning": Clock(12, 0, "pm"), "afternoon": Clock(18)}),
}
_DELAY = Pattern(
    r"\b(?:in|after|within|about|give me|make it|need)? ?(?:about |around |another )*"
    r"(?P<named>half (?:an )?hour|3 quarters of an hour|(?:a )?quarter of an hour"
    r"|(?P<whole>\d+) and a half hours|(?:an |1 )?hour and a half|(?:a )?couple of hours"
    r"|(?:a )?few minutes|(?:an|1) hour|(?P<count>\d+) (?P<unit>minutes?|mins?|hours?|hrs?))"
    r"(?P<end>(?: from now| later)?)"
)
_COUNT = r"(?P<count>\d+|an?|a couple of|a few|several)"
_DAYS_AHEAD = Pattern(
    rf"\b(?:(?:in|after|within) (?:about |around )?{_COUNT} (?P<unit>(?:working |business )?days?"
    rf"|weeks?)(?: time)?"
    rf"(?: from (?:now|today))?|{_COUNT.replace('count', 'count2')} (?P<unit2>(?:working |business"
    rf" )?days?|weeks?)"
    r" (?:from (?:now|today)|later|time))\b"
)
_VAGUE = {"a couple of": 2, "a few": 3, "several": 3, "a": 1, "an": 1}
_NAMED_DELAYS = (("half", 90), ("quarter", 15), ("couple", 120), ("few", 10))
_TIME = (
    r"(?P<{0}past>(?:half|quarter|\d{{1,2}}) (?:past|after|to|before|till) )?(?<!\d )(?P<{0}hour>\d{{1,2}})"
    r"(?:[ :](?P<{0}minute>[0-5]\d))?(?: ?oclock)?(?: ?(?P<{0}half>[ap] ?m)\b)?"
    r"(?![\d:]| \d|st\b|nd\b|rd\b|th\b)"
)
_BETWEEN = Pattern(
    rf"\b(?:between|from)? ?{_TIME.format('a')} (?:and|to|till|until|through) {_TIME.format('b')}"
)
_AT = Pattern(
    rf"\b(?:(?P<relation>not before|not earlier than|no earlier than|not until|not till|not after|not"
    rf" later than|no later than|not past|after|from|past|later than|before|by|until|till|up to|as of"
    rf"|earliest|latest|at the earliest|at the latest) )?"
    rf"(?:at |around |about |say |like |close to |nearly |almost )*{_TIME.format('a')}"
)
_BARE = 2  # words of an answer in which a number by itself ("nine, please") is a time
_AFTER = frozenset(
    {"after", "from", "past", "later than", "not before", "not earlier than", "no earlier than", "not until",
     "not till", "as of", "earliest", "at the earliest"}
)  # fmt: skip
_BARE_BEHIND = Pattern(
    r" ?(?:$|(?:please|or|and|sharp|is|works?|would|if|thanks|in the|on|not|no|sorry|then|maybe|should"
    r"|will|today|tomorrow|" + _WEEKDAY_NAME + r")\b)"
)
_BARE_BEFORE = Pattern(
    r"(?:^|(?:^| )(?:at|about|around|say|like|maybe|or|and|perhaps|be|lets|s|think|no|sorry|for|is|not"
    r"|make that|it))? ?$"
)


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = _with_figures(text)
    taken = Taken(said)
    mentions = list(_days(taken, today))
    delay = _delay(taken)
    if delay is not None:
        return delay
    mentions += _parts(taken)
    mentions += _clocks(taken, mentions)
    return composed(said, mentions, _JOINING)


def _with_figures(text: str) -> str:
    """Plain text with figures for numerals: "half past nine" is "half past 9", "nine oh five" "9 05"."""
    text = re.sub(r"(\d)[:.](\d\d)\b", r"\1 \2", text.casefold())
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text)
    text = re.sub(r"\b(\d{1,2})(?=[ap]m\b)", r"\1 ", text)
    text = re.sub(
        rf"\b({_WEEKDAY_NAME}|today|tomorrow|that)['\u2019]s\b(?! (?:morning|afternoon|evening))",
        r"\1 is",
        text,
    )
    text = re.sub(
        r"\bhalf (?=(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})\b(?!"
        r" (?:hour|day)))",
        "half past ",
        text,
    )
    said = plain(text.replace("o'clock", "oclock").replace("o clock", "oclock"), "en")
    for alike, meant in _SOUND_ALIKES:
        said = alike.sub(meant, said)
    said = re.sub(r"\b(?:oh|o) (?=\w)", "zero ", said)
    words = []
    for word in said.split():
        ordinal = _ORDINALS.get(word)
        token = lex(word)
        if ordinal is not None:
            words.append(f"{ordinal}th")
        elif len(token) == 1 and token[0].kind == "digits" and not word.isdigit():
            words.append(token[0].text)
        else:
            words.append(word)
    said = re.sub(rf"\bno (?=(?:{_WEEKDAY_NAME}|morning|afternoon|evening)s\b)", "not ", " ".join(words))
    said = re.sub(r"\b([2-5])0 ([1-9])\b(?! ?(?:am|pm|oclock))", r"\1\2", said)
    return re.sub(r"\b0 ([1-9])\b", r"0\1", said)


# How recognisers write words of time that sound alike; the short ones only where an hour must stand.
_HOUR_BEFORE = r"\b(past|at|around|about|by|until|till|before|after|make it|or)"
_HOUR_BEHIND = r"(?= (?:oclock|in the|pm|am|this|tomorrow|today|tonight|on|please)\b| ?$)"
_SOUND_ALIKES = (
    (
        Pattern(r"\b(?:house|half|have|hoff|huff|hall|calf) (?:past|pass|passed|path|parts?)\b"),
        "half past",
    ),
    (
        Pattern(r"\b(quarter|five|ten|twenty|\d{1,2}) (?:pass|passed|path|parts?|paused|paste)\b"),
        r"\1 past",
    ),
    (Pattern(rf"{_HOUR_BEFORE} (?:too|to(?! ?$)){_HOUR_BEHIND}"), r"\1 two"),
    (Pattern(rf"{_HOUR_BEFORE} (?:for|fore){_HOUR_BEHIND}"), r"\1 four"),
    (Pattern(rf"{_HOUR_BEFORE} (?:ate|aid|aight){_HOUR_BEHIND}"), r"\1 eight"),
    (Pattern(rf"{_HOUR_BEFORE} (?:won|wan){_HOUR_BEHIND}"), r"\1 one"),
    (Pattern(rf"{_HOUR_BEFORE} (?:tree|free){_HOUR_BEHIND}"), r"\1 three"),
    (Pattern(rf"{_HOUR_BEFORE} (?:sex|sicks){_HOUR_BEHIND}"), r"\1 six"),
    (Pattern(r"\b(?:in|into|and) (?:to|too) (?=(?:and a half )?(?:hours?|days?|weeks?)\b)"), "in two "),
    (Pattern(r"\binto (?=(?:hours|days|weeks)\b)"), "in two "),
    (Pattern(r"\bin (?:our|ours)\b"), "in an hour"),
)

_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
            "eighteenth", "nineteenth", "twentieth",
        ],
        start=1,
    )
}  # fmt: skip


def _days(taken: Taken, today: date) -> Iterator[Mention]:
    for found in taken.find(_DAYS_AHEAD):
        count, unit = found["count"] or found["count2"], found["unit"] or found["unit2"]
        number = _VAGUE.get(count) or int(count)
        if unit.startswith("week") and number == 1:
            continue
        days = number * (7 if unit.startswith("week") else 1)
        if days > AHEAD:
            continue
        wished: tuple[date, ...] = (today + timedelta(days=days),)
        if found[0].startswith("within"):
            wished = day_range(today, wished[0])
        start, end = taken.keep(found)
        vague = count not in ("a", "an") and not count.isdigit()
        unsure = vague or not unit.startswith("day") or found[0].startswith("after")
        yield Mention(start=start, end=end, days=wished, unsure=unsure)
    for found in taken.find(_ANOTHER_DAY):
        start, end = taken.keep(found)
        others = day_range(today + timedelta(days=1), today + timedelta(days=7))
        yield Mention(start=start, end=end, days=others, unsure=True)
    for found in taken.find(_DATE):
        month = found["month1"] or found["month2"]
        number = int(found["day1"] or found["day2"] or found["day3"])
        dated = day_of_month(number, today, _MONTHS.index(month) + 1 if month else None)
        start, end = taken.keep(found)
        if dated:
            yield Mention(start=start, end=end, days=dated)
    for found in taken.find(_RANGE):
        first = weekday(_WEEKDAYS.index(found["first"]), today, next_week="next" in found[0])[0]
        last = first + timedelta(days=(_WEEKDAYS.index(found["last"]) - first.weekday()) % 7)
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=day_range(first, last))
    for found in taken.find(_WEEKDAY):
        number = _WEEKDAYS.index(found["name"])
        next_week = found["which"] == "next" or found["late"] == "next"
        days_named = weekday(number, today, next_week=next_week, this_week=found["which"] == "this")
        edge = _EDGES.get(found["edge"] or "", "on")
        start, end = taken.keep(found)
        # "Next Friday" may be this week's where that is still to come.
        doubt = found["which"] == "next" and "next week" not in found[0] and number > today.weekday()
        yield Mention(
            start=start,
            end=end,
            days=with_edge(days_named, edge, today),
            every=not found["which"] and not found["late"] and edge == "on",
            unsure=doubt or edge == "until",
        )
    monday = today - timedelta(days=today.weekday())
    for pattern, offsets in _WEEK_PARTS:
        for found in taken.find(pattern):
            left = tuple(day for offset in offsets if (day := monday + timedelta(days=offset)) >= today)
            start, end = taken.keep(found)
            if left:
                yield Mention(start=start, end=end, days=left, unsure=True)
    for found in taken.find(_NEXT_WEEK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=(next_monday(today),), week=True)
    for found in taken.find(_WEEKEND):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=weekend(today, next_week=bool(found[1])))
    for found in taken.find(_WORKING_DAYS):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=working_days(today))
    for found in taken.find(_DAY):
        start, end = taken.keep(found)
        part: DayPart | None = "evening" if found["name"] == "tonight" else None
        edge = _EDGES.get(found["edge"] or "", "on")
        days_meant = with_edge((today + timedelta(days=_DAYS[found["name"]]),), edge, today)
        yield Mention(
            start=start,
            end=end,
            days=days_meant,
            part=part,
            unsure=edge in ("before", "until"),
            relative=True,
        )


def _parts(taken: Taken) -> Iterator[Mention]:
    for found in taken.find(_AFTER_WORK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, relation="after", clock=Clock(18))
    for found in taken.find(_PART):
        start, end = taken.keep(found)
        part = _PARTS[found["name"]]
        edge = (found["edge"] or "").removeprefix("not ").replace("up to", "until")
        forbidden = (found["edge"] or "").startswith("not ")
        relation: Relation | None = None
        if edge in ("before", "until", "till", "by", "from", "after"):
            late = edge in ("after", "from") or (forbidden and edge in ("before", "until"))
            relation = "after" if late else "before"
        clock = _PART_EDGES[relation][1].get(part) if relation in ("before", "after") else None
        if relation is not None and clock is not None:
            yield Mention(start=start, end=end, relation=relation, clock=clock)
        else:
            yield Mention(start=start, end=end, part=part)


def _delay(taken: Taken) -> Wish | None:
    for found in taken.find(_DELAY):
        if not (re.match(r"(?:in|after|within|about|give me|make it|need) ", found[0]) or found["end"]):
            continue
        taken.keep(found)
        unsure = bool(re.match(r" or (?:so|\d)", taken.text[found.end() :]))
        within = found[0].startswith("within")
        if found["count"] is None:
            named = found["named"]
            minutes = next((minutes for word, minutes in _NAMED_DELAYS if word in named), 60)
            if named.startswith("half"):
                minutes = 30
            elif found["whole"]:
                minutes = 60 * min(int(found["whole"]), 1000) + 30
            elif named.startswith("3 quarters"):
                minutes = 45
            return Wish(
                delay=timedelta(minutes=minutes),
                within=within,
                unsure=unsure or "few" in named or "couple" in named,
            )
        scale = 60 if found["unit"].startswith("h") else 1
        return Wish(
            delay=timedelta(minutes=min(int(found["count"]), 10_000) * scale), within=within, unsure=unsure
        )
    bare = _IN_BARE.match(taken.text)
    if bare:
        return Wish(delay=timedelta(minutes=min(int(bare["count"]), 600)), unsure=True)
    return None


def _clocks(taken: Taken, others: Sequence[Mention]) -> Iterator[Mention]:
    """What is said of the clock; a number and nothing else is a time only beside a day, or all by itself."""
    for found in taken.find(_BETWEEN):
        first, second = _clock(found, "a"), _clock(found, "b")
        if (
            first
            and second
            and (re.match("between|from", found[0].strip()) or _is_time(taken.text, found, others))
        ):
            start, end = taken.keep(found)
            if first.half is None and second.half is not None and first.hour <= second.hour:
                first = Clock(first.hour, first.minute, second.half)
            # "Ten to three" is ten minutes before it, or a span.
            doubt = bool(re.fullmatch(r"(?:5|10|20|25) to .*", found[0].strip()))
            yield Mention(start=start, end=end, relation="between", clock=first, until=second, unsure=doubt)
    for found in taken.find(_AT):
        clock = _clock(found, "a")
        if clock is None or not _is_time(taken.text, found, others):
            continue
        start, end = taken.keep(found)
        word = found["relation"]
        relation: Relation = "at" if word is None else "after" if word in _AFTER else "before"
        yield Mention(start=start, end=end, relation=relation, clock=clock)


def _is_time(said: str, found: re.Match[str], others: Sequence[Mention]) -> bool:
    if not re.fullmatch(r"\d+(?: (?:to|and|till|until|through) \d+)?", found[0].strip()):
        return True
    if len(said.split()) <= _BARE + found[0].strip().count(" "):
        return True
    if not others or not _BARE_BEHIND.match(said[found.end() :]):
        return False
    before = max((other.end for other in others if other.end <= found.start()), default=0)
    return bool(_BARE_BEFORE.search(said[before : found.start()]))


def _clock(found: re.Match[str], name: str) -> Clock | None:
    hour, minute = int(found[f"{name}hour"]), int(found[f"{name}minute"] or 0)
    half: Literal["am", "pm"] | None = None
    if found[f"{name}half"]:
        half = "am" if found[f"{name}half"].startswith("a") else "pm"
    past = (found[f"{name}past"] or "").split()
    if past:
        amount = {"half": 30, "quarter": 15}.get(past[0]) or int(past[0])
        minute = amount if past[1] in ("past", "after") else 60 - amount
        hour -= past[1] not in ("past", "after")
        hour = hour or 12
    return Clock(hour, minute, half) if 0 <= hour <= 24 and minute < 60 else None
