"""Chinese numerals: digit by digit with 幺, 两 and 洞, as numbers (十二, 一百零五), and 三个八 for 888."""

from __future__ import annotations

import re

from asr.patterns import Pattern
from asr.slots.numerals import Token, TokenKind
from asr.text import plain, without_fillers

_DIGITS = {
    "零": 0, "〇": 0, "洞": 0, "○": 0,
    "一": 1, "幺": 1, "妖": 1, "腰": 1, "吆": 1, "壹": 1,
    "二": 2, "两": 2, "俩": 2, "贰": 2,
    "三": 3, "叁": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6,
    "七": 7, "柒": 7, "拐": 7, "八": 8, "捌": 8, "九": 9, "玖": 9, "勾": 9,
}  # fmt: skip
_GUESSED = frozenset("妖腰吆洞拐勾俩")  # words of their own, or rarely meant as digits
_SCALES = {"十": 10, "百": 100, "千": 1000}
_ONES = "一二两三四五六七八九"
# Ten and more, said as one number. A lone 一百, 两千 included.
_NUMBER = Pattern(
    rf"(?:[{_ONES}]千零?)?(?:[{_ONES}]百零?)?(?:[{_ONES}]?十[{_ONES}]?|(?<=[千百零])[{_ONES}])?万?"
)
_REPEATED = Pattern(rf"([{_ONES}2-9])个([{''.join(_DIGITS)}0-9])")
# How many there are of something, "the last four digits": no digits themselves.
_COUNTED = Pattern(
    rf"(?<![0-9{''.join(_DIGITS)}])(?:[0-9]+|[{_ONES}十百几]+)(?:个|位|台|天|次|名|层|楼)(?![0-9{''.join(_DIGITS)}])|[{_ONES}2-9]个(?![0-9{''.join(_DIGITS)}])"
)
_NOT_NUMERALS = Pattern(
    r"记一下|一下|一会儿?|一共|一直|一样|一定|第一|万一|一般|统一|唯一|十分|两边|三方|七上八下"
)
_GAPS = Pattern(r"横杠|横线|减号?|杠|然后|空格|再|逗号|点")
_CORRECTIONS = Pattern(
    r"(?:我)?(?:说|讲|念|报)错了?|不对|错了|应该是|更正|纠正|改成|改为|对不起|抱歉|不好意思|不不"
    r"|哦不(?!是)|才对|(?:哦|啊|噢)?并?不是"
)
_HESITATIONS = Pattern(
    r"等等|等一下|等一等|等会儿?|稍等(?:一下)?|(?:让?我)?(?:看一?看|想一?想|查一?查|看一下|想一下|查一下)"
)
_DENIALS = Pattern(
    rf"(?:(?:千万)?(?:不要|别|不用|不能|不)再?(?:打|用|拨|联系)(?:我的?|到|给|那个|这个|电话|手机|号码)*|并?不是)"
    rf"(?=[0-9加+{''.join(_DIGITS)}])"
)
_PLACES = Pattern(
    r"(?P<last>最后(?=[一二两三四五六几0-9]?[位个]|的?(?:数字|号码)|是?[0-9])|末尾|尾号|后(?=[一二两三四五六几0-9]位))|(?P<first>前面|开头|区号|前(?=[一二两三四五六几0-9]位))"
)
_RESTARTS = Pattern(
    r"(?:让?我)?(?:重新|从头|从新)(?:再)?(?:来|说|讲|开始|报|念|给你)*(?:一[遍次下])?|重来(?:一[遍次下])?|重说(?:一[遍次下])?"
    r"|(?:让?我)?再(?:来|说|报|念|讲)一[遍次]"
)
# Syllables that sound like digits, between digits; those that belong there anyway (是, 就) are left out.
_SOUND_ALIKES = {
    "林": "0", "令": "0", "另": "0", "灵": "0", "铃": "0", "玲": "0", "领": "0", "要": "1", "药": "1", "摇": (
        "1"
    ),
    "夭": "1", "么": "1",
    "亿": "1", "意": "1", "衣": "1", "医": "1", "依": "1", "儿": "2", "而": "2", "耳": "2", "尔": (
        "2"
    ),
    "山": "3", "散": "3", "伞": "3", "思": "4", "死": "4", "司": "4", "寺": "4", "武": "5", "舞": "5", "午": (
        "5"
    ),
    "无": "5", "吴": "5", "溜": "6", "流": "6", "刘": "6", "留": "6", "其": "7", "期": "7", "气": "7", "奇": (
        "7"
    ),
    "起": "7", "妻": "7", "把": "8", "爸": "8", "吧": "8", "巴": "8", "酒": "9", "久": "9", "旧": "9",
}  # fmt: skip
# Common characters by the syllables of the digits, and by those that recognisers write for them (幺 "you", 三
# "shen" and "sheng", 七 "ti"): read so only in a row as long as a telephone number.
_BY_SYLLABLE = {
    letter: digit
    for digit, letters in (
        ("0", "棱楞冷琳林磷霖临邻鳞淋凛赁吝拎玲菱龄铃伶羚凌灵陵岭领另令"),
        ("1", "邀腰妖瑶摇尧遥窑谣姚咬舀药要耀壹医揖铱依伊衣颐夷遗移仪胰疑沂宜姨彝椅蚁倚已乙矣以艺抑易邑"),
        ("1", "屹亿役臆逸肄疫亦裔意毅忆义益溢诣议谊译异翼翌绎幽优悠忧尤由邮铀犹油游酉有友右佑釉诱又幼钥"),
        ("2", "而儿耳尔饵洱贰粮凉梁粱良辆量晾亮谅"),
        ("3", "叁伞散森珊苫杉山删煽衫闪陕擅赡膳善汕扇缮砷申呻伸身深娠绅神沈审婶甚肾慎渗什"),
        ("3", "生升声牲甥笙绳省圣盛剩胜"),
        ("4", "疵茨磁雌辞慈瓷词此刺赐次斯撕嘶思私司丝死肆寺嗣伺饲巳"),
        ("5", "巫呜钨乌污诬屋无芜梧吾吴毋武捂午舞伍侮坞戊雾晤物勿务悟误"),
        ("6", "溜琉榴硫馏留刘瘤流柳"),
        ("7", "期欺栖戚妻凄漆柒沏其棋奇歧畦崎脐齐旗祈祁骑起岂乞企启契砌器气迄弃汽泣讫梯剔踢锑提题蹄啼体"),
        ("7", "替嚏惕涕剃屉"),
        ("8", "芭捌扒叭吧笆疤巴拔跋靶把耙坝霸罢爸啪趴爬帕怕琶"),
        ("9", "揪究纠玖韭久灸酒厩救旧臼舅咎疚秋丘邱球求囚酋泅"),
    )
    for letter in letters
}
_SOUNDING_ROW = 7
_MARKS = Pattern(r"[,，、;；。.!！?？:：…\u2014\u2013]+(?![0-9])|\s[-]\s")
_SIGNS: tuple[tuple[Pattern, TokenKind], ...] = (
    (_RESTARTS, "restart"),
    (_HESITATIONS, "hesitation"),
    (_NOT_NUMERALS, "other"),
    (_DENIALS, "denial"),
    (_CORRECTIONS, "correction"),
    (_GAPS, "gap"),
)
# Keeps what parts the rows: all that is neither digit nor syllable nor stands between digits.
_ROW = Pattern(rf"([^0-9,，、.。\s\-{''.join(_DIGITS)}{''.join(_BY_SYLLABLE)}]+)")
_PIECE = Pattern(r"[0-9]+|[a-z]+|\S")


def lex(text: str) -> list[Token]:
    """Tokens of a spoken digit string."""
    tokens: list[Token] = []
    for clause in _MARKS.split(text):
        tokens += [Token("gap", ",")] * bool(tokens)
        said = plain(without_fillers(clause, "zh"), "zh")
        position = 0
        while position < len(said):
            if said[position] != " ":
                token, used = _token(said, position)
                tokens.append(token)
            position += 1 if said[position] == " " else used
    return tokens


def as_it_sounds(text: str) -> str:
    """The text with rows of syllables that sound like digits as digits (悠神霸凌凌 is 13800); "" for none."""
    rows: list[str] = []
    found = False
    for row in _ROW.split(text):
        digits = [_BY_SYLLABLE.get(letter, letter) for letter in row]
        said = [digit for digit in digits if _is_digit(digit)]
        if len(said) >= _SOUNDING_ROW and any(letter in _BY_SYLLABLE for letter in row):
            found = True
            rows.append("".join(digits))
        else:
            rows.append(row)
    return "".join(rows) if found else ""


def cardinals(text: str) -> list[int]:
    """The whole numbers in a text, in order; digits said one by one are one number each."""
    said = _NOT_NUMERALS.sub(" ", plain(text, "zh"))
    return [value(piece) for piece in re.findall(rf"[0-9]+[万千百]?|[{_ONES}零〇十百千万]+", said) if piece]


def value(numeral: str) -> int:
    """A numeral as a number: 十二, 一百零五, 三千五, 两万, 12, 3万, 十5; 一三八 is 138."""
    arabic = re.fullmatch(r"([0-9]+)([万千百]?)", numeral)
    if arabic:
        return int(arabic[1]) * {"万": 10_000, "千": 1000, "百": 100, "": 1}[arabic[2]]
    if "万" in numeral:
        high, _, low = numeral.partition("万")
        # 两万三 is 23000, 两万零三 is 20003.
        scale = 1000 if len(low) == 1 else 1
        return (value(high) if high else 1) * 10_000 + (value(low) * scale if low else 0)
    if not any(letter in _SCALES for letter in numeral):
        return int("".join(str(_one(letter)) for letter in numeral) or "0")
    total = current = 0
    scale = 1
    for letter in numeral:
        if letter in _SCALES:
            scale = _SCALES[letter]
            total += (current or 1) * scale
            current = 0
        else:
            current = _one(letter)
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
    place = _PLACES.match(said, position)
    if place:
        return Token("place", place.lastgroup or "last"), len(place[0])
    repeated = _REPEATED.match(said, position)
    if repeated:
        return Token("digits", str(_one(repeated[2])) * _one(repeated[1]), repeated=True), 3
    counted = _COUNTED.match(said, position)
    if counted:
        return Token("other", counted[0]), len(counted[0])
    number = _NUMBER.match(said, position)
    if (number and len(number[0]) > 1) or said[position] == "十":
        piece = number[0] if number and number[0] else "十"
        return Token("digits", str(value(piece))), len(piece)
    if said[position] in _DIGITS:
        return Token("digits", str(_DIGITS[said[position]]), sure=said[position] not in _GUESSED), 1
    if said[position] in _SOUND_ALIKES and _between_digits(said, position):
        return Token("digits", _SOUND_ALIKES[said[position]], sure=False), 1
    piece_found = _PIECE.match(said, position)
    piece = piece_found[0] if piece_found else said[position]
    return Token("digits" if piece.isdecimal() else "other", piece), len(piece)


def _between_digits(said: str, position: int) -> bool:
    """Whether a letter stands between digits, or begins a row of them (要三八 for 幺三八)."""
    behind = said[position + 1 : position + 3]
    if not behind or not _is_digit(behind[0]):
        return False
    if position and _is_digit(said[position - 1]):
        return True
    first_one = _SOUND_ALIKES[said[position]] == "1" and len(behind) == 2 and _is_digit(behind[1])
    return first_one and (position == 0 or said[position - 1] in "是码号")


def _is_digit(letter: str) -> bool:
    return letter.isdecimal() or letter in _DIGITS


def _one(letter: str) -> int:
    return _DIGITS[letter] if letter in _DIGITS else int(letter)
