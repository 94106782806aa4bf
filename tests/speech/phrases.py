"""What callers say where no recording of a person says it: spoken by other voices than the switch's own.

Kokoro's voices were made for Japanese; which of them says a word so that the recogniser knows it was found by
trying. Vosk's Korean model understands little of them, and little of people at 8 kHz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """Who says what: language, a voice of Kokoro, and the text."""

    language: str
    voice: str
    text: str


PHRASES: Mapping[str, Phrase] = {
    "yes": Phrase("en", "jf_alpha", "Yes."),
    "no": Phrase("en", "jm_kumo", "No."),
    "printer": Phrase("en", "jm_kumo", "My printer does not print any more since this morning."),
    "paper": Phrase("en", "jm_kumo", "There is paper in it, and the cable is connected."),
    "soon": Phrase("en", "jm_kumo", "As soon as possible."),
    "打印机": Phrase("zh", "jm_kumo+jf_gongitsune", "我的打印机坏了，打印不出来。"),
    "对": Phrase("zh", "jf_alpha", "对。"),
    "不对": Phrase("zh", "jf_nezumi", "不对！"),
    "没错": Phrase("zh", "jf_nezumi", "对，对，没错。"),
    "尽快": Phrase("zh", "jm_kumo+jf_gongitsune", "尽快给我打电话。"),
    "비밀번호": Phrase("ko", "jm_kumo", "비밀번호를 잊어버렸습니다."),
}
