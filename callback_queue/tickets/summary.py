"""Category, severity, title and summary of a ticket, from the caller's own words.

Extractive and deterministic: nothing stands in a title or a summary that the caller did not say, and the same
words always come to the same. Made for English, Chinese and Korean. Pure.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asr.text import sentences, without_fillers
from config.models.tickets import USUAL, WORST, Category

# Characters: Chinese and Korean say in one what English says in several letters.
TITLE = {"en": 60, "zh": 24, "ko": 32}
SUMMARY = {"en": 280, "zh": 120, "ko": 150}
_SHORTEST_TITLE = {"en": 8, "zh": 3, "ko": 4}
_MOST_SENTENCES = 3

_CLAUSE = re.compile(r"[^,，、;；:：]+")
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[가-힣]+|[\u3400-\u9fff]+")
_EDGE = " \t,，、;；:：.。!！?？…-"

# Said at the start by everybody, about nothing.
_OPENINGS = {
    "en": r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|yes|yeah|okay|ok|so|well|please|excuse me"
    r"|thank you|thanks|sorry)\b[\s,.!]*)+",
    "zh": r"(?:(?:你好|您好|喂|早上好|下午好|晚上好|那个|就是说?|请问(?:一下)?|麻烦(?:您|你)?|不好意思"
    r"|是这样的?|我想(?:问|说)一下)[\s，,。！!、]*)+",
    "ko": r"(?:(?:안녕하세요|안녕하십니까|여보세요|네|예|저기요?|저는요?|다름이 아니라|수고하십니다)"
    r"[\s,.!]*)+",
}
_OPENING = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _OPENINGS.items()}

# Words that raise the severity above that of the category.
_URGENT = {
    "en": r"\b(?:urgent(?:ly)?|emergency|immediately|right away|asap|critical|dangerous|fire|smoke|nobody can"
    r"|no one can|everyone|everybody|whole (?:company|office|site)|completely down)\b",
    "zh": r"紧急|急事|非常急|很急|马上|立刻|立即|尽快|危险|着火|冒烟|全公司|全部瘫痪|所有人|都用不了"
    r"|都不能用",
    "ko": r"긴급|급합니다|급해요|시급|당장|즉시|위험|화재|불이 났|연기|전체가|모두가|전부 안|아무도",
}
_URGENCY = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _URGENT.items()}
_NOT_URGENT = {
    "en": re.compile(
        r"(?:not|isn't|nothing)\s+(?:very\s+|that\s+|really\s+)?(?:urgent|an emergency)", re.IGNORECASE
    ),
    "zh": re.compile(r"不(?:是很|太|是)?(?:紧急|着急|急)"),
    "ko": re.compile(r"(?:급하지|긴급하지)\s*않"),
}

_COMMON_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have he her here him his how i"
    " if in is it its it's i'm just like me my no not of on or our out she so some that the their them then"
    " there they this to up us was we were what when which who will with would you your"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Matter:
    """What a ticket is about.

    Args:
        category: the name of one of the site's, "" for none of them.
        severity: 1 (the worst) to 4.
        title: the first thing said, short; "" when nothing was.
        summary: the sentences that say most, in their order; "" when nothing was said.
    """

    category: str
    severity: int
    title: str
    summary: str


def matter_of(text: str, language: str, categories: Sequence[Category]) -> Matter:
    """What a text is about.

    Args:
        text: what the caller said of the problem.
        language: en, zh or ko; words of categories in the other languages count too where they occur.
        categories: the site's, those that come first win a draw.
    """
    text = without_fillers(text, language if language in TITLE else "en")
    category = find_category(text, categories)
    severity = category.severity if category is not None else USUAL
    if text and _is_urgent(text, language):
        severity = max(WORST, severity - 1)
    name = category.name if category is not None else ""
    return Matter(name, severity, title(text, language), summary(text, language, categories))


def find_category(text: str, categories: Iterable[Category]) -> Category | None:
    """The category whose words occur most; each word counts once, and longer ones go before shorter ones."""
    folded = text.casefold()
    best, most = None, (0, 0)
    for category in categories:
        words = {word.casefold() for word in (*category.words.en, *category.words.zh, *category.words.ko)}
        hits = [word for word in words if _occurs(word, folded)]
        score = (len(hits), max(map(len, hits), default=0))
        if score > most:
            best, most = category, score
    return best


def title(text: str, language: str) -> str:
    """The first clause that says something, cut at a word."""
    longest, shortest = TITLE.get(language, TITLE["en"]), _SHORTEST_TITLE.get(language, 8)
    rest = _without_opening(text, language)
    found = ""
    for sentence in sentences(rest):
        for clause in _CLAUSE.findall(sentence):
            said = _without_opening(clause.strip(_EDGE), language).strip(_EDGE)
            if not said:
                continue
            found = f"{found}{_joint(language)}{said}" if found else said
            if len(found) >= shortest:
                return _cut(_capital(found), longest)
    return _cut(_capital(found), longest)


def summary(text: str, language: str, categories: Sequence[Category] = ()) -> str:
    """The sentences that say most, in the order in which they were said.

    A sentence counts for the words in it that are said often, for words of categories, for numbers and names,
    and for being early: callers begin with what hurts.
    """
    longest = SUMMARY.get(language, SUMMARY["en"])
    said = [s for s in map(str.strip, sentences(_without_opening(text, language))) if s.strip(_EDGE)]
    if sum(map(len, said)) + len(said) <= longest:
        return _cut(_joined(said, language), longest)
    counts = Counter(term for sentence in said for term in set(_terms(sentence)))
    words = {
        word.casefold()
        for category in categories
        for word in (*category.words.en, *category.words.zh, *category.words.ko)
    }
    scored = [
        (_score(sentence, counts, words) * (1.5 if index == 0 else 1.0), -index)
        for index, sentence in enumerate(said)
    ]
    chosen: list[int] = []
    room = longest
    for _, place in sorted(scored, reverse=True)[:_MOST_SENTENCES]:
        length = len(said[-place]) + 1
        if length <= room or not chosen:
            chosen.append(-place)
            room -= length
    return _cut(_joined([said[index] for index in sorted(chosen)], language), longest)


def _score(sentence: str, counts: Counter[str], words: set[str]) -> float:
    terms = set(_terms(sentence))
    if not terms:
        return 0.0
    folded = sentence.casefold()
    said_often = sum(counts[term] for term in terms) / math.sqrt(len(terms))
    known = 2.0 * sum(_occurs(word, folded) for word in words)
    facts = 1.0 * len(re.findall(r"[0-9]{2,}", sentence))
    return said_often + known + min(facts, 3.0)


def _terms(sentence: str) -> list[str]:
    """Words that mean something: English and Korean ones, and pairs of Chinese characters."""
    terms: list[str] = []
    for word in _WORD.findall(sentence.casefold()):
        if "\u3400" <= word[0] <= "\u9fff":
            terms += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif "가" <= word[0] <= "힣":
            terms.append(word[:2])  # the stem: endings and particles come behind it
        elif word not in _COMMON and len(word) > 1:
            terms.append(word)
    return terms


def _occurs(word: str, folded: str) -> bool:
    """Whether a word occurs; one of Latin letters as a whole word, with an ending that English may add."""
    if word and word[0].isascii() and word[-1].isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?:s|es|ed|d|ing)?(?![a-z0-9])", folded) is not None
    return word in folded


def _is_urgent(text: str, language: str) -> bool:
    pattern, denial = _URGENCY.get(language, _URGENCY["en"]), _NOT_URGENT.get(language, _NOT_URGENT["en"])
    return pattern.search(denial.sub("", text)) is not None


def _without_opening(text: str, language: str) -> str:
    pattern = _OPENING.get(language, _OPENING["en"])
    match = pattern.match(text.lstrip(_EDGE))
    rest = text.lstrip(_EDGE)
    return rest[match.end() :] if match is not None and rest[match.end() :].strip(_EDGE) else rest


def _joint(language: str) -> str:
    return "，" if language == "zh" else ", "


def _joined(sentences: Sequence[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(sentences)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str, longest: int) -> str:
    """A text of at most so many characters; where words have spaces between them, whole words."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    space = head.rfind(" ")
    if space > longest // 2:
        head = head[:space]
    return head.rstrip(_EDGE) + "…"
