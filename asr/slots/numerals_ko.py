"""Korean numerals: Sino-Korean digit by digit with 공, native ones (하나, 다섯), numbers of both kinds."""

from __future__ import annotations

import re

from asr.patterns import Pattern
from asr.slots.numerals import Token, TokenKind
from asr.text import plain, without_fillers

_SINO = {
    "영": 0, "공": 0, "빵": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6, "유": 6,
    "칠": 7, "팔": 8, "구": 9,
}  # fmt: skip
_NATIVE = {
    "하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "여덜": 8, "아홉": 9,
}  # fmt: skip
_NATIVE_COUNT = {**_NATIVE, "한": 1, "두": 2, "세": 3, "네": 4, "석": 3, "넉": 4}
_NATIVE_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80,
    "아흔": 90,
}  # fmt: skip
_SCALES = {"십": 10, "백": 100, "천": 1000}

# What stands between groups: "공일공에 일이삼사의 오육칠팔", "다시" is the dash.
_GAPS = Pattern(r"다시|대시|하이픈|작대기|그리고|그다음에?|국에|국의|에|의|번에")
_CORRECTIONS = Pattern(
    r"아니(?:요|오|고|고요|라)?|말고요?|아뇨|아닙니다|아니다|아니에요|틀렸\S*|틀려요|잘못\S*|죄송\S*|미안\S*|정정\S*|아차"
)
_HESITATIONS = Pattern(r"잠깐만?요?|잠시만?요?")
# Behind what is denied: "8이 아니라 9", "이 번호 말고".
_DENIALS = Pattern(r"말고요?|아니라|아니고")
_PLACES = Pattern(
    r"(?P<last>끝|마지막|뒤|뒷)(?:자리|번호|숫자)?(?:가|이|는|은|만)?"
    r"|(?P<first>앞|지역 ?번호|국번)(?:자리|번호|숫자)?(?:가|이|는|은|만)?"
)
# Behind figures; 이 is no 2 there, for nobody writes both ways in one word.
_PARTICLE = Pattern(
    r"(?<=[0-9])(?:이나|나|이랑|랑|하고|이고|고|이며|며|이라|라|이|가|은|는|을|를|에서|까지|인데|이니까)(?=$|\s)"
)
_AND = frozenset({"이나", "나", "이랑", "랑", "하고", "이고", "고", "이며", "며", "인데", "이니까"})
_THIS_NUMBER = Pattern(r"(?:^|(?<=\s))이 ?(?=번호|전화|휴대폰|핸드폰)")
_RESTART = "처음부터"
_RESTARTS = Pattern(
    r"처음부터(?: ?다시)?(?: \S*(?:할게요|하겠습니다|드릴게요|부를게요))?"
    r"|다시 ?(?:말할게요|말씀 ?드릴게요|말씀드리겠습니다|할게요|말하겠습니다|하겠습니다|불러 ?드릴게요"
    r"|부를게요|해 ?볼게요)"
)
_MARKS = Pattern(r"[,;:.!?\u2026\u2014\u2013]+(?=\s|$)|\s-\s")
_STOPS = Pattern(r"내선|교환")
_SIGNS: tuple[tuple[Pattern, TokenKind], ...] = (
    (Pattern(_RESTART), "restart"),
    (_HESITATIONS, "hesitation"),
    (_CORRECTIONS, "correction"),
    (_STOPS, "stop"),
    (_GAPS, "gap"),
)
_ARABIC = Pattern(r"\+?\d+")
_NUMBER = Pattern(
    r"(?:[일이삼사오육칠팔구]?천)?(?:[일이삼사오육칠팔구]?백)?(?:[일이삼사오육칠팔구]?십)?[일이삼사오육륙칠팔구]?"
)
_ENDING = Pattern(r"(?:입니다|이에요|예요|에요|이고요|고요|이요|요|이야|번으로|번|으로|로|인데요?)+$")
_VOWEL_DIGITS = frozenset("이사오구유")
_WHOLE_NATIVE = Pattern(
    r"(열|스물|스무|서른|마흔|쉰|예순|일흔|여든|아흔)?"
    r"(하나|한|둘|두|셋|세|석|넷|네|넉|다섯|여섯|일곱|여덟|여덜|아홉)?"
)
_WHOLE_SINO = Pattern(r"[영공일이삼사오육륙칠팔구십백천만]+")
_COUNTERS = Pattern(
    r"(?:개|대|명|번|시간?|분|일|층|호|살|권|장|건|원|군데|가지)?(?:째)?(?:요|예요|이에요|입니다|정도)?$"
)


def lex(text: str) -> list[Token]:
    """Tokens of a spoken digit string."""
    tokens: list[Token] = []
    for clause in _MARKS.split(text):
        tokens += [Token("gap", ",")] * bool(tokens)
        said = _THIS_NUMBER.sub("그 ", plain(without_fillers(clause, "ko"), "ko"))
        said = re.sub(r"(?<=[0-9])(?=말고|이? ?아니)", " ", _PARTICLE.sub(_spaced, said))
        for word in _RESTARTS.sub(f" {_RESTART} ", said).split():
            # A word of several digits is a group of its own.
            made = _tokens(word)
            group = sum(token.kind == "digits" for token in made) > 1
            tokens += [Token("gap", " ")] * group + made + [Token("gap", " ")] * group
    return _with_denials_in_front(tokens)


def _spaced(particle: re.Match[str]) -> str:
    """A particle as a word of its own; one that says "or", "and" parts two numbers."""
    return " 와" if particle[0] in _AND else ""


def _with_denials_in_front(tokens: list[Token]) -> list[Token]:
    """The tokens with each denial before what it denies: the last group, or the whole number at the end."""
    for at in range(len(tokens) - 1, -1, -1):
        if not (tokens[at].kind == "correction" and _DENIALS.fullmatch(tokens[at].text)):
            continue
        goes_on = any(token.kind == "digits" for token in tokens[at + 1 :])
        first = at
        while first and tokens[first - 1].kind == "gap":
            first -= 1
        last = first
        while first and (
            tokens[first - 1].kind == "digits" or (not goes_on and tokens[first - 1].kind == "gap")
        ):
            first -= 1
            if goes_on and len(tokens[first].text) > 1:
                break
        if first == last and not goes_on:
            tokens[at] = Token("other", tokens[at].text)  # 월요일 말고요
        if first < last:
            denial = Token("denial", tokens[at].text)
            tokens = [*tokens[:first], denial, *tokens[first:last], Token("gap", " "), *tokens[at + 1 :]]
    return tokens


def cardinals(text: str) -> list[int]:
    """The whole numbers in a text, in order; a number is a word of its own, with or without its counter."""
    said = plain(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text), "ko")
    found = []
    for word in re.sub(r"(?<=[만천백십])\s+(?=[일이삼사오육칠팔구])", "", said).split():
        number = value(word)
        if number is None:
            number = value(_COUNTERS.sub("", word))
        if number is not None:
            found.append(number)
    return found


def value(word: str) -> int | None:
    """A numeral as a number: 십이, 삼백오, 스물다섯, 세, 25; 일이삼 is 123. None when it is none."""
    arabic = re.fullmatch(r"(\d+)(만|천|백)?", word)
    if arabic:
        return int(arabic[1]) * {"만": 10_000, "천": 1000, "백": 100}.get(arabic[2] or "", 1)
    native = _WHOLE_NATIVE.fullmatch(word)
    if native and word:
        return _NATIVE_TENS.get(native[1], 0) + _NATIVE_COUNT.get(native[2], 0)
    if not word or not _WHOLE_SINO.fullmatch(word):
        return None
    if not any(letter in "십백천만" for letter in word):
        return int("".join(str(_SINO[letter]) for letter in word))
    high, ten_thousand, low = word.rpartition("만")
    return (_below_ten_thousand(high) or 1 if ten_thousand else 0) * 10_000 + _below_ten_thousand(low)


def _below_ten_thousand(numeral: str) -> int:
    total = current = 0
    for letter in numeral:
        if letter in _SCALES:
            total += (current or 1) * _SCALES[letter]
            current = 0
        else:
            current = _SINO.get(letter, 0)
    return total + current


def _tokens(word: str) -> list[Token]:
    """Tokens of one word: all of it when it is made of digits, else the digits of a long run within it."""
    whole = _digits_of(_without_ending(word))
    if whole is not None:
        return whole
    for pattern, kind in _SIGNS:
        if pattern.fullmatch(word):
            return [Token(kind, word)]
    place = _PLACES.fullmatch(word)
    if place:
        return [Token("place", place.lastgroup or "last")]
    if word in ("플러스", "+"):
        return [Token("plus", word)]
    # Written without spaces: "제번호는공일공일이삼사오육칠팔입니다". Short runs are syllables of other words.
    for start in range(1, len(word)):
        inner = _digits_of(_without_ending(word[start:]))
        if inner is not None and sum(len(token.text) for token in inner if token.kind == "digits") >= 4:
            return [Token("other", word[:start]), *inner]
    return [Token("other", word)]


def _without_ending(word: str) -> str:
    """The word without its particle: 이요, 이에요 after a consonant; after a vowel 이 is a digit, two."""
    found = _ENDING.search(word)
    if found is None:
        return word
    stem, ending = word[: found.start()], found[0]
    if ending.startswith("이") and stem and stem[-1] in _VOWEL_DIGITS:
        return stem + "이"
    return stem


def _digits_of(word: str) -> list[Token] | None:
    """Tokens of a word that holds nothing but digits and what stands between them; None for another."""
    tokens: list[Token] = []
    position = 0
    while position < len(word):
        found = _ARABIC.match(word, position)
        native = next((name for name in _NATIVE if word.startswith(name, position)), "")
        number = _NUMBER.match(word, position)
        gap = _GAPS.match(word, position)
        if found:
            if found[0].startswith("+"):
                tokens.append(Token("plus", "+"))
            tokens.append(Token("digits", found[0].lstrip("+")))
            position = found.end()
        elif native:
            tokens.append(Token("digits", str(_NATIVE[native])))
            position += len(native)
        elif number and any(letter in _SCALES for letter in number[0]):
            tokens.append(Token("digits", str(_below_ten_thousand(number[0]))))
            position = number.end()
        elif word[position] in _SINO:
            tokens.append(Token("digits", str(_SINO[word[position]]), sure=word[position] not in "빵유"))
            position += 1
        elif gap and tokens:
            tokens.append(Token("gap", gap[0]))
            position = gap.end()
        else:
            return None
    return tokens if any(token.kind == "digits" for token in tokens) else None
