"""What callers say where no recording of a person says it: spoken by other voices than the switch's own.

Kokoro's voices were made for Japanese; which of them says a short Mandarin word so that Whisper base knows it
was found by trying.
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
    "yes": Phrase("en", "jm_kumo", "Yes."),
    "no": Phrase("en", "jm_kumo", "No."),
    "对": Phrase("zh", "jf_alpha", "对。"),
    "不对": Phrase("zh", "jf_nezumi", "不对，错了。"),
    "printer": Phrase("en", "jm_kumo", "My printer does not print any more since this morning."),
    "paper": Phrase("en", "jm_kumo", "There is paper in it, and the cable is connected."),
    "soon": Phrase("en", "jm_kumo", "As soon as possible."),
    "打印机": Phrase("zh", "jm_kumo", "我的打印机从今天早上开始不能打印了。"),
    "越快越好": Phrase("zh", "jm_kumo", "越快越好。"),
    "인터넷": Phrase("ko", "jm_kumo+jf_gongitsune", "인터넷이 안 됩니다."),
}
