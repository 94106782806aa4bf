"""Pinyin to the phonemes that Kokoro was taught Mandarin with.

The table is that of Kokoro's own converter (misaki 0.9, `misaki/transcription.py`, after `pinyin-to-ipa` by
Stefan Taubert, MIT), written for its signs; misaki itself does not install on Python 3.13. A tone stands
after its vowel: → first, ↗ second, ↓ third, ↘ fourth, nothing for the neutral one.
"""

from __future__ import annotations

from pypinyin.contrib.tone_convert import to_finals, to_initials, to_normal

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k",
    "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ",
    "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip

# 0 is where the tone goes.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n",
    "eng": "ə0ŋ", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0",
    "in": "i0n", "iou": "jou0", "ing": "i0ŋ", "iong": "jʊ0ŋ", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0",
    "uei": "wei0", "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ",
    "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0", "ü": "y0", "üe": "ɥe0", "üan": "ɥɛ0n", "ün": "y0n",
}  # fmt: skip

# Syllables of their own: 儿, and interjections such as 嗯, 哦, 哟.
_WHOLE = {
    "er": "ɚ0",
    "io": "jɔ0",
    "ê": "ɛ0",
    "o": "ɔ0",
    "hm": "hm0",
    "hng": "hŋ0",
    "m": "m0",
    "n": "n0",
    "ng": "ŋ0",
}
# zhi, chi, shi, ri, zi, ci, si: the vowel is the consonant, prolonged.
_BUZZING = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘"}


def phonemes(syllable: str) -> str:
    """The phonemes of one syllable; none for what is no pinyin.

    Args:
        syllable: pinyin with the tone's number behind it, 5 for the neutral one: "zhong1".
    """
    tone = _TONES.get(syllable[-1:], "")
    normal = to_normal(syllable)
    whole = _WHOLE.get(normal)
    if whole is None:
        initial = to_initials(normal, strict=True)
        final = to_finals(normal, strict=True, v_to_u=True)
        vowel = "ɨ0" if initial in _BUZZING and final == "i" else _FINALS.get(final)
        if vowel is None or (initial and initial not in _INITIALS):
            return ""
        whole = _INITIALS.get(initial, "") + vowel
    return whole.replace("0", tone)
