"""Digits, telephone numbers and whole numbers in an answer.

A telephone number is chosen among all that the answer can mean: what corrections in the same breath can have
taken back, what the recogniser heard besides, what was understood before. The country's numbering plan goes
first, then what is likeliest. What is asked next is left to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from asr.patterns import Pattern
from asr.results import Word
from asr.slots.figures import NUMERALS
from asr.slots.numbering_plan import Fit, Shortfall, fit, shortfall
from asr.slots.numerals import (
    DigitString,
    Token,
    concatenations,
    digit_string,
    readings,
    the_one,
)
from asr.slots.numerals_zh import as_it_sounds
from asr.slots.values import SlotContext, Understood
from asr.text import comparable, plain, tidy
from config.telephone_numbers import number_keys

_OWN_NUMBER = {
    "en": Pattern(
        r"\b(?:this|same|my|current|the) (?:number|one|phone|line)(?: i am| im|$| please| is fine| is"
        r" ok(?:ay)?)"
        r"|calling from\b"
    ),
    "zh": Pattern(r"这个号码?|本机|现在(?:这个|的号)|就这个|打(?:过来|进来|电话)的"),
    "ko": Pattern(r"이 ?(?:번호|전화|폰)|지금 ?(?:번호|거신|건|전화)|같은 ?번호"),
}
_NOT_OWN_BEFORE = {
    "en": Pattern(
        r"\b(?:not|dont|do not|isnt|never|other than|instead of|except|rather than|change)\b(?: \w+){0,4} $"
    ),
    "zh": Pattern(r"(?:不|别|换|除了|非|改)[^ ]{0,4}$"),
    "ko": Pattern(r"(?!)"),
}
_NOT_OWN_AFTER = {
    "en": Pattern(r" (?:is wrong|isnt|is not|doesnt|does not|wont|will not|no longer|anymore)"),
    "zh": Pattern(r"(?:码)?(?:不|没|打不通|停机|错|坏|以外|之外)"),
    "ko": Pattern(r"(?:로|는|가|은|이)? ?(?:말고|아니|안 |말구|못|빼고|외에)"),
}

_PHONE_MINIMUM, _PHONE_MAXIMUM = 5, 15  # ITU-T E.164 allows 15; shorter ones are extensions
_DIGITS_MAXIMUM = 32
_ALTERNATIVES = 8  # other readings that are looked at
_SECOND_CHOICE = 0.7  # how far a number is believed that was not what was heard first
_OUTSIDE_THE_PLAN = 0.5
_WHOLE = 7  # digits: as many are a number by themselves, not a part of one
_RANK: dict[Fit, int] = {"valid": 3, "local": 2, "unknown": 1, "none": 1}

_EN_NUMERAL = (
    r"(?:\d{1,4}(?:\.\d+)*|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|double|triple|point)"
)
_ZH_NUMERAL = "(?:[0-9]{1,4}(?:[.点][0-9]+)*|[零一二两三四五六七八九十百几]{1,5})"
# Numbers that are no telephone's, by the word beside them.
_OTHER_NUMBERS = {
    "en": Pattern(
        rf"\b(?:room|suite|floor|level|version|release|error|building|apartment|desk|windows|gate)"
        rf"(?: number)?"
        rf"(?: is)? {_EN_NUMERAL}(?:[ -]{_EN_NUMERAL}){{0,2}}\b(?![ -](?:{_EN_NUMERAL}|\d))"
        rf"|(?<![\d-] )\b{_EN_NUMERAL}(?:[ -]{_EN_NUMERAL})? "
        r"(?:minutes?|hours?|days?|weeks?|months?|years?|times|users?"
        r"|people|persons?|colleagues|employees|of us|computers|laptops|printers|phones|devices|a\.?m|p\.?m"
        r"|o'clock)\b",
        re.IGNORECASE,
    ),
    "zh": Pattern(
        rf"(?:版本|房间|错误|报错)(?:代码|号)?(?:是)?{_ZH_NUMERAL}(?![0-9零一二两三四五六七八九幺])"
        rf"|(?<![0-9零一二两三四五六七八九幺]){_ZH_NUMERAL}(?:号?(?:房|楼|室|层)|个?(?:天|小时|钟头|星期|月|人)|年|分钟|名|台|次"
        r"|点(?:[钟半多整]|[以之]|前|后|左右|到|$|[,，。吧打再]))"
    ),
    "ko": Pattern(
        r"버전 ?[0-9.]+|(?:^|(?<=\s))(?:열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉|[0-9]{1,2}) ?시"
        r"(?=[ 에이전후쯤반부까요,.]|$)"
    ),
}
_TRUNK_IN_BRACKETS = Pattern(r"((?:\+|plus|加|플러스)[^()]{1,20})\(0\)", re.IGNORECASE)  # +44 (0) 20
_LAST = {
    "en": Pattern(r"\b(?:last|end|ends|ending|final|at the back)\b"),
    "zh": Pattern(r"最后|后面|尾号|末尾|后[一二两三四五六几0-9]位"),
    "ko": Pattern(r"끝|뒷|뒤|마지막"),
}
_FIRST = {
    "en": Pattern(r"\b(?:first|beginning|begins|starts|starting|area code|prefix|at the front)\b"),
    "zh": Pattern(r"前面|开头|区号|开始|前[一二两三四五六几0-9]位"),
    "ko": Pattern(r"앞|처음|지역 ?번호|국번"),
}
_DOZEN = Pattern(r"\ba dozen\b", re.IGNORECASE)
# Two neighbouring digits before a counter, 十几, 두세: about so many.
_GUESS = {
    "en": Pattern(r"(?!)"),
    "zh": Pattern(
        "(?:一[两二]|[两二]三|三四|四五|五六|六七|七八|八九)(?=[十百千万个位名台人])|几[十百千个位名台人]?|[十百千]几"
    ),
    "ko": Pattern(r"한두|두세|서너|너댓|네다섯|대여섯|예닐곱|몇"),
}
_PAUSE = 0.35  # seconds between two words that part groups of digits
_UNFINISHED = Pattern(
    r"(?:double|triple|treble|quadruple|hundred|thousand|plus|[a-z]+ty|个|十|百|加)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A number that may be meant; `order` is its place among all, `stretched` wants the plan's consent."""

    string: DigitString
    order: int
    first_choice: bool
    stretched: bool = False

    @property
    def number(self) -> str:
        return "+" * self.string.plus + self.string.digits


def digits(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """A string of digits: a ticket number, a code."""
    maximum = context.maximum if context.maximum is not None else _DIGITS_MAXIMUM
    found = digit_string(NUMERALS[language].lex(text), context.minimum or 1, maximum)
    if found is None or found.plus:
        return None
    return _understood(found.digits, found, text, language, confidence)


def phone_number(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """A telephone number: its digits without spaces and marks, with "+" in front when it was said.

    Where `context.country` is known, a number of its plan is preferred to one that is none, and one that is
    none is given with its `shortfall` and less confidence. What follows "extension" is left in the remainder.
    Numbers are not made international: which country's they are, the site knows.
    """
    found = [
        candidate
        for candidate in _candidates(text, language, context)
        if not any(same_telephone(candidate.number, denied, context.country) for denied in context.denied)
    ]
    fits = [fit(candidate.number, context.country) for candidate in found]
    chosen = [
        (candidate, how)
        for candidate, how in zip(found, fits, strict=True)
        # A piece of a number can look like a local one: any but the likeliest reading must fit as a whole.
        if how == "valid" or not (candidate.stretched or (how == "local" and not candidate.first_choice))
    ]
    if not chosen:
        return _too_short(text, language, context, confidence) if context.partial else None
    candidate, how = min(chosen, key=lambda pair: (-_RANK[pair[1]], pair[0].order))
    if not candidate.first_choice:
        confidence *= _SECOND_CHOICE
    lacking = None
    if how == "none":
        confidence *= _OUTSIDE_THE_PLAN
        lacking = shortfall(candidate.string.groups, candidate.string.plus, context.country)
    understood = _understood(candidate.number, candidate.string, text, language, confidence)
    return replace(understood, shortfall=lacking)


def still_lacking(text: str, words: Sequence[Word], language: str, context: SlotContext) -> Shortfall | None:
    """What a number that is being said in several answers lacks and is worth asking for.

    That is the rest of a number, once; then it is taken as it is, unless it is too short for any.

    Args:
        text: the answer, as recognised.
        words: the same word by word; may be empty.
        language: en, zh or ko.
        context: as for a `phone_number`; its `so_far` is what was lacking before.
    """
    found = phone_number(with_pauses(text, words), language, replace(context, partial=True), 1.0)
    lacking = None if found is None else found.shortfall
    if lacking is None:
        return None
    asked = context.so_far is not None
    return lacking if len(lacking.heard) < _PHONE_MINIMUM or (lacking.missing and not asked) else None


def same_telephone(one: str, other: str, country: str = "") -> bool:
    """Whether two spellings of a number are the same telephone: "040 36" and "+49 40 36" in Germany.

    Args:
        one, other: digits, in any spelling.
        country: whose national numbers are meant, "" where nobody said.
    """
    return number_keys(one, country).same_as(number_keys(other, country))


def own_number(text: str, language: str) -> bool:
    """Whether the caller means the number they are calling from: "this number", 这个号码, 이 번호."""
    said = comparable(text, language)
    return any(
        not _NOT_OWN_BEFORE[language].search(said[: found.start()])
        and not _NOT_OWN_AFTER[language].match(said, found.end())
        for found in _OWN_NUMBER[language].finditer(said)
    )


def number(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """One whole number; None when there is none, when there are several, or when it is out of range."""
    value = whole_number(text, language)
    if value is None:
        return None
    if context.minimum is not None and value < context.minimum:
        return None
    if context.maximum is not None and value > context.maximum:
        return None
    return Understood(value, confidence, tidy(text, language))


def whole_number(text: str, language: str) -> int | None:
    """The one whole number of a text; None for none, for several, and for a guess (两三个)."""
    if _GUESS[language].search(plain(text, language)):
        return None
    found = set(NUMERALS[language].cardinals(_DOZEN.sub("12", text) if language == "en" else text))
    return found.pop() if len(found) == 1 else None


def with_pauses(text: str, words: Sequence[Word]) -> str:
    """The text with a comma wherever the speaker paused: groups of digits are said with pauses between.

    Args:
        text: as recognised.
        words: the same word by word; may be empty, or not fit the text, which then stays as it is.
    """
    gaps = [
        later.start - earlier.end for earlier, later in pairwise(words)
    ]  # somebody who dictates word by word pauses everywhere: that is no grouping
    if not gaps:
        return text
    pause = max(_PAUSE, 2 * median(gaps))
    parts: list[str] = []
    at = 0
    for word, gap in zip(words, (*gaps, 0.0), strict=True):
        spelled = word.text.strip()
        start = text.find(spelled, at)
        if not spelled or start < 0:
            return text
        parts.append(text[at : start + len(spelled)])
        at = start + len(spelled)
        if gap > pause and not _UNFINISHED.search(spelled) and not text[at : at + 1].startswith((",", "，")):
            parts.append(", ")
    return "".join((*parts, text[at:]))


def _candidates(text: str, language: str, context: SlotContext) -> Iterator[_Candidate]:
    """All numbers that an answer can mean, in the order in which they are likely."""
    minimum = context.minimum if context.minimum is not None else _PHONE_MINIMUM
    maximum = context.maximum if context.maximum is not None else _PHONE_MAXIMUM
    order = 0
    sources = [text, *context.alternatives[:_ALTERNATIVES]]
    if language == "zh":
        sources += filter(None, map(as_it_sounds, tuple(sources)))
    for source, said in enumerate(sources):
        said = _OTHER_NUMBERS[language].sub("…", _TRUNK_IN_BRACKETS.sub(r"\1 ", said))
        for strings in readings(NUMERALS[language].lex(said)):
            for string, stretched in _of_reading(said, strings, minimum, maximum, language, context):
                if minimum <= len(string.digits) <= maximum:
                    yield _Candidate(string, order, source == 0 and order == 0, stretched)
                    order += 1
        order = max(order, 1)  # nothing in the words themselves: what follows is no first choice


def _of_reading(
    said: str,
    strings: Sequence[DigitString],
    minimum: int,
    maximum: int,
    language: str,
    context: SlotContext,
) -> Iterator[tuple[DigitString, bool]]:
    """The numbers of one reading, and whether each is far-fetched."""
    whole = the_one(strings, minimum, maximum)
    if whole is not None and len(whole.digits) >= _WHOLE:
        yield whole, False
    if context.so_far is not None and strings:
        yield from _continued(context.so_far, strings[-1])
    if context.denied and strings:
        yield from _amended(context.denied[-1], said, strings[-1], language)
    if whole is not None:
        if len(whole.digits) < _WHOLE:
            yield whole, False
    elif len({string.digits for string in strings}) > 1:
        yield from ((string, True) for string in concatenations(strings))
        known = [string for string in strings if fit(string.digits, context.country) == "valid"]
        if len({string.digits for string in known}) == 1:
            yield known[0], True


def _continued(so_far: Shortfall, string: DigitString) -> Iterator[tuple[DigitString, bool]]:
    """A group that was asked for again, put in its place, or the rest of what was understood before."""
    said, heard = string.digits, so_far.heard
    asked = so_far.before + said + so_far.after
    rest = heard + said
    overlaps = [
        heard + said[size:]
        for size in range(min(len(heard), len(said)), 1, -1)
        if heard.endswith(said[:size]) and size < len(said)
    ]
    ways = [asked, rest, *overlaps] if so_far.part else [*overlaps, rest]
    if so_far.tail:
        # Who begins with the short group again says it whole.
        begins = said.startswith(so_far.tail) and said != so_far.tail
        ways.insert(0 if begins else len(ways), heard.removesuffix(so_far.tail) + said)
    if said.startswith(heard):
        ways.insert(0, said)  # said again from the beginning
    for at, joined in enumerate(dict.fromkeys(ways)):
        yield replace(string, groups=(joined,)), at > 0


def _amended(
    denied: str, said: str, string: DigitString, language: str
) -> Iterator[tuple[DigitString, bool]]:
    """A number that was read back, with the digits that are said now in the place of wrong ones."""
    old, new = denied.lstrip("+"), string.digits
    size = len(new)
    if not 0 < size < len(old):
        return
    words = comparable(said, language)
    places: list[int] = []
    if _LAST[language].search(words):
        places = [len(old) - size]
    elif _FIRST[language].search(words):
        places = [0]
    elif size > 2:
        alike = {
            at: sum(mine == yours for mine, yours in zip(old[at:], new, strict=False))
            for at in range(len(old) - size + 1)
        }
        best = max(alike.values())
        places = [at for at, same in alike.items() if same == best and same >= size - 1]
    if len(places) == 1:
        amended = old[: places[0]] + new + old[places[0] + size :]
        plus = denied.startswith("+") or string.plus
        yield DigitString((amended,), plus, string.sureness * 0.8, string.remainder), False


def _too_short(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """Digits that are too few for a number, where hardly anything else was said."""
    minimum = context.minimum if context.minimum is not None else _PHONE_MINIMUM
    tokens: list[Token] = NUMERALS[language].lex(text)
    others = sum(token.kind == "other" for token in tokens)
    for strings in readings(tokens):
        found = the_one(strings, 2, minimum - 1)
        if found is not None and 2 * others <= len(found.digits):
            lacking = Shortfall(found.digits)
            if fit(found.digits, context.country) == "none":
                lacking = shortfall(found.groups, found.plus, context.country)
            understood = _understood(found.digits, found, text, language, confidence * _OUTSIDE_THE_PLAN)
            return replace(understood, shortfall=lacking)
    return None


def _understood(value: str, found: DigitString, text: str, language: str, confidence: float) -> Understood:
    remainder = tidy(found.remainder, language)
    return Understood(value, confidence * found.sureness, tidy(text, language), remainder)
