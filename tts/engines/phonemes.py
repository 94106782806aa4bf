"""Text to the phonemes that Kokoro knows, by language.

Mandarin: words by jieba, pinyin by pypinyin, as Kokoro was taught. English: espeak-ng, its phonemes
rewritten into Kokoro's. Korean: Kokoro was never taught any, but the phonemes of its other languages cover
it; ko-pron knows how Korean spelling sounds (assimilation, linking), and recognisers understand the result,
which they do not when espeak-ng speaks. Latin letters in Chinese and Korean text are spoken as English.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import jieba
import ko_pron
from pypinyin import Style, lazy_pinyin

from tts.engines import pinyin
from tts.engines.espeak import library

# jieba reports on its dictionary for every start.
jieba.setLogLevel(logging.WARNING)

# From espeak-ng's phonemes (with ^ as the tie) to Kokoro's, longest first: misaki.espeak.EspeakFallback.E2M
# and what its American branch adds. That module itself needs `phonemizer`, which is under the GPL and asks
# for more.
_ENGLISH = sorted(
    {
        "ʔˌn\u0329": "ʔn", "ʔn\u0329": "ʔn", "a^ɪ": "I", "a^ʊ": "W", "d^ʒ": "ʤ", "e^ɪ": "A", "t^ʃ": "ʧ",
        "ɔ^ɪ": "Y", "o^ʊ": "O", "ə^l": "ᵊl", "ʲo": "jo", "ʲə": "jə", "ʲ": "", "ɚ": "əɹ", "r": "ɹ", "x": "k",
        "ç": "k", "ɐ": "ə", "ɬ": "l", "ɜː^ɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪ^ə": "iə", "ː": "", "^": "", "ɾ": "T",
        "ʔ": "t",
    }.items(),
    key=lambda pair: -len(pair[0]),
)  # fmt: skip

# From ko-pron's narrow IPA to Kokoro's signs, in this order. Tense consonants are Mandarin's plain ones,
# aspirated ones Mandarin's aspirated; voiced h, which Kokoro has no sign for, is h.
_KOREAN = (
    ("t͡ɕ͈", "ʨ"), ("t͡ɕʰ", "ʨʰ"), ("d͡ʑ", "ʥ"), ("t͡ɕ", "ʨ"), ("ɕ͈", "ɕ"), ("s͈", "s"), ("sʰ", "s"),
    ("ɕʰ", "ɕ"), ("k͈", "k"), ("t͈", "t"), ("p͈", "p"), ("k̚", "k"), ("t̚", "t"), ("p̚", "p"), ("a̠", "a"),
    ("ʌ̹", "ʌ"), ("e̞", "e"), ("o̞", "o"), ("ɭʎ", "l"), ("ɭɭ", "l"), ("ɭ", "l"), ("ɸʷ", "h"), ("ɸ", "h"),
    ("ɦ", "h"), ("ʃ", "ɕ"), ("ç", "h"), ("ʝ", "h"), ("β", "h"), ("g", "ɡ"),
)  # fmt: skip

_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_CHINESE_DIGITS = re.compile(r"([零幺一二三四五六七八九]{3,})")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z'’ -]*")
_HANGUL_RUN = re.compile(r"[가-힣]+")
# Marks that carry intonation, as Kokoro knows them: with a space behind.
_WESTERN = (
    ("，", ", "), ("、", ", "), ("。", ". "), ("．", ". "), ("！", "! "), ("？", "? "), ("：", ": "),
    ("；", "; "), ("「", " “"), ("」", "” "), ("《", " “"), ("》", "” "), ("（", " ("), ("）", ") "),
)  # fmt: skip


def english(text: str) -> str:
    """American English; its punctuation is kept, since it carries the intonation."""
    return "".join(
        _english_words(piece) if index % 2 == 0 else piece + " "
        for index, piece in enumerate(re.split(r"\s*([,.;:!?]+)(?:\s+|$)", _western(text)))
    ).strip()


def _western(text: str) -> str:
    for chinese_mark, western_mark in _WESTERN:
        text = text.replace(chinese_mark, western_mark)
    return text


def _english_words(text: str) -> str:
    phonemes = library().phonemes(text, "en-us") if text else ""
    for espeak, kokoro in _ENGLISH:
        phonemes = phonemes.replace(espeak, kokoro)
    return re.sub(r"(\S)\u0329", r"ᵊ\1", phonemes).replace("\u0329", "")


def chinese(text: str) -> str:
    """Mandarin, with words in Latin letters spoken as English."""
    text = _LATIN_RUN.sub(lambda found: f" {_english_words(found[0])} ", _western(text))
    return re.sub(r"\s+", " ", _CHINESE_RUN.sub(lambda found: _chinese_words(found[0]), text)).strip()


def _chinese_words(run: str) -> str:
    # Digits said one by one are a word each; jieba makes words of them (三八, 零零) that swallow one.
    words = [
        word
        for piece in _CHINESE_DIGITS.split(run)
        for word in (piece if _CHINESE_DIGITS.fullmatch(piece) else jieba.lcut(piece))
    ]
    return " ".join(_chinese_word(word) for word in words)


def _chinese_word(word: str) -> str:
    syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return "".join(pinyin.phonemes(syllable) for syllable in syllables)


def korean(text: str) -> str:
    """Korean, with words in Latin letters spoken as English."""
    text = _LATIN_RUN.sub(lambda found: f" {_english_words(found[0])} ", _western(text))
    return re.sub(r"\s+", " ", _HANGUL_RUN.sub(lambda found: _korean_word(found[0]), text)).strip()


def _korean_word(word: str) -> str:
    if word == "이":
        return "iː"  # two, alone: long, or it is not heard beside 일
    # Several pronunciations may be right ("[...] ~ [...]"); any of them is understood.
    phonemes = str(ko_pron.romanise(word, "ipa")).partition("] ~ [")[0]
    for ipa, kokoro in _KOREAN:
        phonemes = phonemes.replace(ipa, kokoro)
    return phonemes


PHONEMES: dict[str, Callable[[str], str]] = {"en": english, "zh": chinese, "ko": korean}
