"""Removes text that a recogniser made up.

Whisper was trained on subtitles: on silence, noise and music it writes what subtitles end in, or says one
thing over and over. Three signs are used: phrases that only subtitles hold; phrases that people do say, but
not within so little speech or with so little certainty; loops, and more words than the time allows. Whether
there was speech at all is `asr.listening.voice_activity`'s to say; its seconds come in here.
"""

from __future__ import annotations

import re

from asr.text import length, plain, sentences, tidy

# Nobody says these to a service desk. In English a whole sentence; in Chinese and Korean, where marks are
# often missing, from there to the end of the sentence.
_SUBTITLES: dict[str, str] = {
    "en": r"""^\W*(?:
        thank(?:s|\ you)(?:\ (?:so|very)\ much)?,?\ for\ (?:watching|viewing)(?:\ (?:this|my|our|the)\ video)?
        | (?:please\ |don'?t\ forget\ to\ )?(?:like\ and\ )?subscribe(?:\ to\ (?:my|our|the|this)\ channel)?
        | (?:i'?ll\ )?see\ you\ (?:guys\ )?in\ the\ next\ (?:video|one)
        | (?:(?:sub)?titles?|captions?|transcri\w+)\ by\ .* | .*amara\.org.* | www\.\S+
        | copyright\ ?(?:©|\(c\)|\d{4}).* | .*all\ rights\ reserved
        )\W*$""",
    "zh": r"""
        (?:中文)?字幕(?:\s*by|由|志愿者|组|制作|提供|:|：).* | 请不吝点赞.* | 打赏支持.* | 明镜(?:与|需要).*
        | (?:请|欢迎)?(?:点赞|订阅)[、，\s]*(?:订阅|点赞|转发).* | 优优独播.* | 未经作者授权.*
        | (?:谢谢|感谢)(?:您的|大家|大家的|各位)?(?:观看|收看|收听).* | (?:我们)?下期(?:再见|节目).*
        | (?:词曲|作词|作曲|词|曲)[\s:：]*李宗盛.*""",
    "ko": r"""
        (?:오늘도\ ?|끝까지\ ?)?시청해\ ?주(?:셔서|신).* | (?:좋아요와?\ ?구독|구독과?\ ?좋아요).*
        | 다음\ ?(?:영상|시간)에(?:서)?\ ?(?:또\ ?)?(?:만나요|뵙겠습니다).*
        | (?:한글)?자막\ ?(?:by|제공|제작|:).* | (?:MBC|KBS|SBS|YTN|JTBC)\ ?뉴스.*""",
}
_SUBTITLE = {name: re.compile(text, re.IGNORECASE | re.VERBOSE) for name, text in _SUBTITLES.items()}

# People say these too: only when hardly anything was said, or the engine is not sure.
_DOUBTFUL: dict[str, frozenset[str]] = {
    "en": frozenset(
        {"you", "thank you", "thanks", "bye", "bye bye", "so", "oh", "the", "i", "hmm", "okay bye", "the end"}
    ),
    "zh": frozenset({"谢谢", "谢谢大家", "好", "再见", "拜拜", "我", "你", "啊", "哦", "的"}),
    "ko": frozenset({"감사합니다", "고맙습니다", "안녕", "안녕히 계세요", "아", "오", "그", "이"}),
}
_LITTLE = 0.25  # seconds of speech: shorter than most of the doubtful phrases
_UNSURE = 0.35

_SOUNDS = re.compile(r"[\[(（【♪*][^\])）】♪*]{0,40}[\])）】♪*]|♪+")

_FASTEST = {"en": 6.5, "zh": 11.0, "ko": 5.5}
"""Words (Chinese: characters) a second; a fast speaker has two thirds of it."""
_ALLOWANCE = 4.0  # words more than that, for the edges of what is called speech

_WORD = re.compile(r"[\u3400-\u9fff]|\w+")
_LONGEST_LOOP = 16  # words
_FEWEST_ROUNDS = 4  # of several words
_FEWEST_ROUNDS_OF_A_WORD = 8  # of one, or of two characters: people do say 好的好的好的好的
_NUMERAL = re.compile(
    r"\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine"
    r"|[零〇一二三四五六七八九幺两]|[공영일이삼사오육칠팔구]+"
)


def believable(
    text: str, language: str, *, speech: float | None = None, confidence: float | None = None
) -> str:
    """The text without what was made up; "" when nothing is left.

    Args:
        text: as the recogniser gave it.
        language: en, zh or ko.
        speech: seconds of speech in the utterance (`TurnEnded.speech`), None when not measured.
        confidence: the recogniser's, 0..1 or None.
    """
    text = tidy(_SOUNDS.sub(" ", text), language)
    text = tidy("".join(_SUBTITLE[language].sub("", part) for part in sentences(text)), language)
    said = plain(text, language)
    if not said:
        return ""
    weak = (speech is not None and speech < _LITTLE) or (confidence is not None and confidence < _UNSURE)
    if said in _DOUBTFUL[language] and weak:
        return ""
    text = _unlooped(text)
    if speech is not None and length(text, language) > speech * _FASTEST[language] + _ALLOWANCE:
        return ""
    return text


def _unlooped(text: str) -> str:
    """One round of each loop; "" when the text is one loop of several words and nothing else."""
    spans = [found.span() for found in _WORD.finditer(text)]
    words = [text[start:end].casefold() for start, end in spans]
    kept: list[str] = []
    copied = position = 0
    while position < len(words):
        size, rounds = _loop_at(words, position)
        if not rounds:
            position += 1
            continue
        if size > 1 and size * rounds == len(words):
            return ""
        kept.append(text[copied : spans[position + size - 1][1]])
        position += size * rounds
        copied = spans[position - 1][1]
    return "".join((*kept, text[copied:]))


def _loop_at(words: list[str], position: int) -> tuple[int, int]:
    """The loop that begins here: words in a round, and how many rounds (0: none). Digits may repeat."""
    for size in range(1, min(_LONGEST_LOOP, (len(words) - position) // _FEWEST_ROUNDS) + 1):
        if words[position] != words[position + size]:
            continue
        unit = words[position : position + size]
        rounds = 1
        while words[position + size * rounds : position + size * (rounds + 1)] == unit:
            rounds += 1
        short = len(set(unit)) == 1 or sum(map(len, unit)) <= 2
        needed = _FEWEST_ROUNDS_OF_A_WORD if short else _FEWEST_ROUNDS
        if rounds >= needed and not all(_NUMERAL.fullmatch(word) for word in unit):
            return size, rounds
    return 0, 0
