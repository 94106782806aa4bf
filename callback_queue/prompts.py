"""Prompts of the queue in every language, and playing them to callers and agents outside a flow.

What a site says is in its flows. Figures are put into words by the voice. When a prompt is played is left to
`line/announcements.py`, `acd/answer_confirmation.py`, `acd/survey.py` and `agents/feature_codes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import AudioSource, EndReason
from tts.parts import Part, Text
from tts.prompts import PromptRenderer

TextKey: TypeAlias = Literal[
    "next",
    "position",
    "wait_minute",
    "wait_minutes",
    "exit",
    "called_back",
    "nobody_free",
    "screen",
    "press_to_take",
    "survey",
    "thanks",
    "log_in",
    "log_out",
    "break",
    "ready",
]

TEXTS: dict[TextKey, dict[str, str]] = {
    "next": {
        "en": "You are next in line.",
        "zh": "下一位就轮到您。",
        "ko": "다음 순서입니다.",
    },
    "position": {
        "en": "You are number {number} in line.",
        "zh": "您排在第 {number} 位。",
        "ko": "대기 순서는 {number}번째입니다.",
    },
    "wait_minute": {
        "en": "The estimated wait is about one minute.",
        "zh": "预计等待时间约一分钟。",
        "ko": "예상 대기 시간은 약 1분입니다.",
    },
    "wait_minutes": {
        "en": "The estimated wait is about {number} minutes.",
        "zh": "预计等待时间约 {number} 分钟。",
        "ko": "예상 대기 시간은 약 {number}분입니다.",
    },
    "exit": {
        "en": "To leave the line, press {key}.",
        "zh": "如不想继续等待，请按{key}。",
        "ko": "대기를 그만두시려면 {key}를 눌러 주세요.",
    },
    "called_back": {
        "en": "You keep your place in line. We will call you back. Goodbye.",
        "zh": "您的排队位置将为您保留，我们会尽快给您回电。再见。",
        "ko": "대기 순서를 유지해 드리며 다시 전화드리겠습니다. 감사합니다.",
    },
    "nobody_free": {
        "en": "Nobody is free at the moment. We will call you back. Goodbye.",
        "zh": "目前没有空闲的客服人员，我们会给您回电。再见。",
        "ko": "지금은 통화 가능한 상담원이 없습니다. 다시 전화드리겠습니다. 감사합니다.",
    },
    "screen": {
        "en": "A call from the hotline.",
        "zh": "热线来电。",
        "ko": "상담 전화입니다.",
    },
    "press_to_take": {
        "en": "Press {key} to take the call.",
        "zh": "接听请按{key}。",
        "ko": "받으시려면 {key}를 눌러 주세요.",
    },
    "survey": {
        "en": "Were you satisfied with this call? Press a key from 1, not at all, to 5, very much.",
        "zh": "请为本次通话打分，按 1 到 5 键。1 是很不满意，5 是非常满意。",
        "ko": "이번 통화에 만족하셨습니까? 1번 매우 불만족부터 5번 매우 만족까지 눌러 주세요.",
    },
    "thanks": {
        "en": "Thank you.",
        "zh": "谢谢您。",
        "ko": "감사합니다.",
    },
    "log_in": {
        "en": "You are logged in.",
        "zh": "您已签入。",
        "ko": "로그인되었습니다.",
    },
    "log_out": {
        "en": "You are logged out.",
        "zh": "您已签出。",
        "ko": "로그아웃되었습니다.",
    },
    "break": {
        "en": "You are on a break.",
        "zh": "您已进入小休。",
        "ko": "휴식 상태입니다.",
    },
    "ready": {
        "en": "You are ready for calls.",
        "zh": "您已就绪，可以接听来电。",
        "ko": "통화 대기 상태입니다.",
    },
}

_KEYS = {
    "*": {"en": "star", "zh": "星号键", "ko": "별표"},
    "#": {"en": "pound", "zh": "井号键", "ko": "우물정자"},
}
_DIGIT = {"en": "{key}", "zh": " {key} ", "ko": "{key}번"}

# Positions and minutes up to this one are rendered before the first call; higher ones when they are needed.
AHEAD = 5


def text(name: TextKey, language: str, **values: str) -> Part:
    """One text, its fields filled in.

    Args:
        name: which.
        language: en, zh or ko.
        values: `number` as digits, `key` as a key of the phone.
    """
    if "key" in values:
        values["key"] = key_name(values["key"], language)
    return Text(TEXTS[name][language].format(**values))


def key_name(key: str, language: str) -> str:
    """The name of a key of the phone."""
    return _KEYS[key][language] if key in _KEYS else _DIGIT[language].format(key=key)


def ahead(keys: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The texts to render before the first call: (language, text) pairs.

    Args:
        keys: keys of the phone that texts name: exit keys, the key that takes a call.
    """
    for name, texts in TEXTS.items():
        for language, wording in texts.items():
            if "{key}" in wording:
                fillings = [{"key": each} for each in sorted(keys)]
            elif "{number}" in wording:
                fillings = [{"number": str(number)} for number in range(2, AHEAD + 1)]
            else:
                fillings = [{}]
            for values in fillings:
                part = text(name, language, **values)
                assert isinstance(part, Text)
                yield language, part.text


async def sounds_of(prompts: PromptRenderer, parts: Sequence[Part], language: str) -> list[AudioSource]:
    """Render parts; those that cannot be rendered are left out.

    Args:
        prompts: renders them.
        parts: in order.
        language: en, zh or ko.
    """
    pieces = [piece for part in parts for piece in prompts.pieces(part, language)]
    sounds = [await prompts.sound(piece, language) for piece in pieces]
    return [sound for sound in sounds if sound is not None]


async def play_all(leg: CallLeg, sounds: Sequence[AudioSource], name: str) -> bool:
    """Play sounds one after the other; False when one was stopped.

    Args:
        leg: who hears them.
        sounds: in order.
        name: for the journal.

    Raises:
        LegClosed: the leg is over.
    """
    for sound in sounds:
        end = await leg.audio.play(sound, name=name)
        if end.reason is not EndReason.FINISHED:
            return False
    return True


async def play_text(leg: CallLeg, prompts: PromptRenderer, language: str, key: TextKey, name: str) -> None:
    """Play one text, or a beep where there is no voice.

    Args:
        leg: who hears it.
        prompts: renders it.
        language: en, zh or ko.
        key: which text.
        name: for the journal.

    Raises:
        LegClosed: the leg is over.
    """
    sounds = await sounds_of(prompts, [text(key, language)], language)
    await play_all(leg, sounds or [tones.beep()], name)


async def say_goodbye(leg: CallLeg, prompts: PromptRenderer, language: str, key: TextKey) -> None:
    """Tell a caller what happens next, and hang up.

    Args:
        leg: the caller's.
        prompts: renders the text.
        language: the caller's.
        key: which text.
    """
    try:
        await play_text(leg, prompts, language, key, "goodbye")
    except LegClosed:
        return
    leg.hang_up(key.replace("_", " "))
