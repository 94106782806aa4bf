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
    "no": Phrase("en", "jf_gongitsune", "No."),
    "对": Phrase("zh", "jf_alpha", "对。"),
    "不对": Phrase("zh", "jf_nezumi", "不对！"),
    "printer": Phrase("en", "jm_kumo", "My printer does not print any more since this morning."),
    "paper": Phrase("en", "jm_kumo", "There is paper in it, and the cable is connected."),
    "soon": Phrase("en", "jm_kumo", "As soon as possible."),
    "没错": Phrase("zh", "jm_kumo", "对，没错。"),
    "打印机": Phrase("zh", "jm_kumo", "我的打印机从今天早上开始不能打印了。"),
    "越快越好": Phrase("zh", "jm_kumo", "越快越好。"),
    "비밀번호": Phrase("ko", "jm_kumo", "비밀번호를 잊어버렸습니다."),
}
