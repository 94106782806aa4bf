"""Who the callers are: synthetic voices of several makes and people's recordings, in two halves.

What is tuned may be tuned on the tuned half alone; the other one is there to be reported. How the synthetic
ones speak is in `synthesis.py`; recordings of people are read from `../shared/speech`, where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tests.support import sounds
from tests.support.paths import SHARED
from tests.support.sounds import Sound

Half = Literal["tuned", "unseen"]

_TUNED = (
    "af_alloy af_bella af_jessica af_nicole af_river af_sky am_echo am_fenrir am_michael am_puck "
    "bf_alice bf_isabella bm_daniel bm_george "
    "zf_xiaobei zf_xiaoxiao zm_yunjian zm_yunxia "
    "jf_alpha jm_kumo jm_kumo+jf_gongitsune joe espeak"
)
_UNSEEN = (
    "af_aoede af_heart af_kore af_nova af_sarah am_adam am_eric am_liam am_onyx am_santa "
    "bf_emma bf_lily bm_fable bm_lewis "
    "zf_xiaoni zf_xiaoyi zm_yunxi zm_yunyang "
    "jf_tebukuro jf_nezumi jf_gongitsune"
)
HALF_OF_VOICE: Mapping[str, Half] = {
    **dict.fromkeys(_TUNED.split(), "tuned"),
    **dict.fromkeys(_UNSEEN.split(), "unseen"),
}
"""Styles of Kokoro by their names (several with + are mixed), `joe` (Piper), `espeak` (espeak-ng)."""

PEOPLE = SHARED / "speech" / "human"
_HALF_OF_SPEAKER: Mapping[str, Half] = {
    "jackson": "tuned",
    "theo": "tuned",
    "nicolas": "unseen",
    "wang": "tuned",
}
_CHINESE_DIGITS = (
    "0_ling2",
    "1_yao1",
    "2_er4",
    "3_san1",
    "4_si4",
    "5_wu3",
    "6_liu4",
    "7_qi1",
    "8_ba1",
    "9_jiu3",
)
_DIGIT_GAP = 0.2  # seconds between digits of one person
_GROUP_GAP = 0.5


def half_of_recording(recording: str) -> Half:
    """The half of a person: speakers of Speech Commands by their number, others by name."""
    if recording in _HALF_OF_SPEAKER:
        return _HALF_OF_SPEAKER[recording]
    language, _, name = recording.partition("/")
    if language == "zh":
        return "tuned"  # there is one speaker
    return "tuned" if int(name.rpartition("_")[2], 16) % 2 == 0 else "unseen"


def recorded(recording: str) -> Sound | None:
    """A word of somebody; None where the recordings are not there. Its quiet edges stay."""
    path = PEOPLE / f"{recording}.wav"
    return sounds.read_whole(path) if path.is_file() else None


def recorded_digits(speaker: str, groups: tuple[str, ...]) -> Sound | None:
    """A number, put together of one person's digits; None where the recordings are not there."""
    said: list[Sound] = []
    for group in groups:
        names = [
            f"zh/{_CHINESE_DIGITS[int(digit)]}" if speaker == "wang" else f"digits/{digit}_{speaker}_{at % 2}"
            for at, digit in enumerate(group)
        ]
        digits = [recorded(name) for name in names]
        there = [digit for digit in digits if digit is not None]
        if len(there) < len(digits):
            return None
        said.append(sounds.joined(there, _DIGIT_GAP))
    return sounds.joined(said, _GROUP_GAP)
