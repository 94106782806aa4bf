"""Phonemes for Kokoro: all of them signs that it knows."""

from __future__ import annotations

import pytest

pytest.importorskip("ko_pron", reason="not run: needs pip install 'hotline[speech]'")
pytest.importorskip("espeakng_loader", reason="not run: needs pip install 'hotline[speech]'")

from tts.engines import phonemes, pinyin

# Kokoro's vocabulary (vocab.json of the model).
KNOWN = set(
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌ'
    "ɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)


@pytest.mark.parametrize(
    ("syllable", "spoken"),
    [
        ("zhong1", "ꭧʊ→ŋ"),
        ("guo2", "kwo↗"),
        ("ren2", "ɻə↗n"),
        ("shi4", "ʂɨ↘"),
        ("zi5", "ʦɨ"),
        ("nv3", "ny↓"),
        ("lve4", "lɥe↘"),
        ("xue2", "ɕɥe↗"),
        ("yuan2", "ɥɛ↗n"),
        ("er4", "ɚ↘"),
        ("hao3", "xau↓"),
        ("jiu3", "ʨjou↓"),
        ("dui4", "twei↘"),
        ("yao1", "jau→"),
        ("?", ""),
        ("A", ""),
    ],
)
def test_pinyin_becomes_what_kokoro_was_taught(syllable: str, spoken: str) -> None:
    assert pinyin.phonemes(syllable) == spoken


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("zh", "您好，请按一。", "ni↗nxau↓, ʨʰi↓ŋ a↘n i→."),
        ("zh", "号码幺三八，零零零零。", "xau↘ma↓ jau→ sa→n pa→, li↗ŋ li↗ŋ li↗ŋ li↗ŋ."),
        ("zh", "VPN 连接？", "vˌipˌiˈɛn ljɛ↗nʨje→?"),
        ("ko", "안녕하세요.", "anɲjʌŋhasejo."),
        ("ko", "감사합니다!", "kamsahamnida!"),
        ("en", "Hello, world.", "həlˈO, wˈɜɹld."),
    ],
)
def test_text_becomes_phonemes_with_its_punctuation(language: str, text: str, spoken: str) -> None:
    assert phonemes.PHONEMES[language](text) == spoken


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "The quick brown fox measures church joy, thirty-three feathers; ouch! Whose bureau?",
        ),
        ("zh", "北京市朝阳区，女士的儿子绿色旅行；日语、四十七：“去吧”！吗？（嗯）《哦》VPN。"),
        ("ko", "닭이 꽃잎을 밟고, 값이 없는 옛날 의사 쌍둥이! 왜요? 웬일, 쥐 뭐 희망 VPN."),
    ],
)
def test_every_sign_is_one_that_kokoro_knows(language: str, text: str) -> None:
    assert set(phonemes.PHONEMES[language](text)) <= KNOWN
