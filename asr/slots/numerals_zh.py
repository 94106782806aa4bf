"""Chinese numerals: digit by digit with 幺, 两 and 洞, as numbers (十二, 一百零五), and 三个八 for 888."""

from __future__ import annotations

import re

from asr.slots.numerals import Token, TokenKind
from asr.text import plain, without_fillers

_DIGITS = {
    "零": 0, "〇": 0, "洞": 0,
    "一": 1, "幺": 1, "妖": 1, "腰": 1, "吆": 1, "壹": 1,
    "二": 2, "两": 2, "俩": 2, "贰": 2,
    "三": 3, "叁": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6,
    "七": 7, "柒": 7, "拐": 7, "八": 8, "捌": 8, "九": 9, "玖": 9, "勾": 9,
}  # fmt: skip
_GUESSED = frozenset("妖腰吆洞拐勾俩")  # words of their own, or rarely meant as digits
_SCALES = {"十": 10, "百": 100, "千": 1000}
_ONES = "一二两三四五六七八九"
# Ten and more, said as one number. A lone 一百, 两千 included.
_NUMBER = re.compile(
    rf"(?:[{_ONES}]千零?)?(?:[{_ONES}]百零?)?(?:[{_ONES}]?十[{_ONES}]?|(?<=[千百零])[{_ONES}])?万?"
)
_REPEATED = re.compile(rf"([{_ONES}2-6])个([{_ONES}零0-9])")
_NOT_NUMERALS = re.compile(
    r"记一下|一下|一会儿?|一共|一直|一样|一定|第一|万一|一般|统一|唯一|十分|两边|三方|七上八下"
)
_GAPS = re.compile(r"横杠|横线|减号?|杠|然后|空格|再|逗号|点")
_CORRECTIONS = re.compile(r"说错了|不对|不是|错了|应该是|等等|等一下|更正|重来")
_SIGNS: tuple[tuple[re.Pattern[str], TokenKind], ...] = (
    (_NOT_NUMERALS, "other"),
    (_CORRECTIONS, "correction"),
    (_GAPS, "gap"),
)
_PIECE = re.compile(r"[0-9]+|[a-z]+|\S")


def lex(text: str) -> list[Token]:
    """Tokens of a spoken digit string."""
    said = plain(without_fillers(text, "zh"), "zh").replace(" ", "")
    tokens: list[Token] = []
    position = 0
    while position < len(said):
        token, used = _token(said, position)
        tokens.append(token)
        position += used
    return tokens


def cardinals(text: str) -> list[int]:
    """The whole numbers in a text, in order; digits said one by one are one number each."""
    said = _NOT_NUMERALS.sub(" ", plain(text, "zh"))
    return [value(piece) for piece in re.findall(rf"[0-9]+[万千百]?|[{_ONES}零〇十百千万]+", said) if piece]


def value(numeral: str) -> int:
    """A numeral as a number: 十二, 一百零五, 三千五, 两万, 12, 3万; 一三八 is 138."""
    arabic = re.fullmatch(r"([0-9]+)([万千百]?)", numeral)
    if arabic:
        return int(arabic[1]) * {"万": 10_000, "千": 1000, "百": 100, "": 1}[arabic[2]]
    if "万" in numeral:
        high, _, low = numeral.partition("万")
        # 两万三 is 23000, 两万零三 is 20003.
        scale = 1000 if len(low) == 1 else 1
        return (value(high) if high else 1) * 10_000 + (value(low) * scale if low else 0)
    if not any(letter in _SCALES for letter in numeral):
        return int("".join(str(_DIGITS[letter]) for letter in numeral) or "0")
    total = current = 0
    scale = 1
    for letter in numeral:
        if letter in _SCALES:
            scale = _SCALES[letter]
            total += (current or 1) * scale
            current = 0
        else:
            current = _DIGITS[letter]
            scale = 1 if current == 0 else scale
    # 三千五 is 3500, 三千零五 is 3005, 十五 is 15.
    return total + current * (scale // 10 if scale > 10 else 1)


def _token(said: str, position: int) -> tuple[Token, int]:
    for pattern, kind in _SIGNS:
        found = pattern.match(said, position)
        if found:
            return Token(kind, found[0]), len(found[0])
    if said.startswith(("分机", "转"), position):
        return Token("stop", "分机"), 2 if said[position] == "分" else 1
    if said[position] in "加+" and position + 1 < len(said) and _is_digit(said[position + 1]):
        return Token("plus", "+"), 1
    repeated = _REPEATED.match(said, position)
    if repeated:
        return Token("digits", str(_one(repeated[2])) * _one(repeated[1])), 3
    number = _NUMBER.match(said, position)
    if (number and len(number[0]) > 1) or said[position] == "十":
        piece = number[0] if number and number[0] else "十"
        return Token("digits", str(value(piece))), len(piece)
    if said[position] in _DIGITS:
        return Token("digits", str(_DIGITS[said[position]]), sure=said[position] not in _GUESSED), 1
    piece_found = _PIECE.match(said, position)
    piece = piece_found[0] if piece_found else said[position]
    return Token("digits" if piece.isdigit() else "other", piece), len(piece)


def _is_digit(letter: str) -> bool:
    return letter.isdigit() or letter in _DIGITS


def _one(letter: str) -> int:
    return int(letter) if letter.isdigit() else _DIGITS[letter]
