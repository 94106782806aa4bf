"""What callers say where no recording of a person says it: spoken by other voices than the switch's own."""

from __future__ import annotations

from collections.abc import Mapping

VOICES: Mapping[str, tuple[str, str | None]] = {
    "en": ("kokoro", "jm_kumo"),
    "zh": ("kokoro", "jm_kumo"),
    "ko": ("kokoro", None),
}
"""Engine and voice by language."""

PHRASES: Mapping[str, tuple[str, str]] = {
    "yes": ("en", "Yes."),
    "no": ("en", "No."),
    "对": ("zh", "对。"),
    "不对": ("zh", "不对。"),
    "printer": ("en", "My printer does not print any more since this morning."),
    "paper": ("en", "There is paper in it, and the cable is connected."),
    "as soon as possible": ("en", "As soon as possible."),
    "打印机": ("zh", "我的打印机从今天早上开始不能打印了。"),
    "尽快": ("zh", "越快越好。"),
    "인터넷": ("ko", "인터넷이 안 됩니다."),
}
