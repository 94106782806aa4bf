"""What the applications work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from telephony.call.leg_lifetime import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media.interface import AudioSource
from telephony.media.prompts import PromptStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationServices:
    """What the applications work with.

    Args:
        context: clock, loop, journal.
        switchboard: makes legs.
        prompts: sounds by name.
        music: what a caller on hold hears.
        recordings: the recordings folder.
        record_calls: whether bridged calls are recorded.
    """

    context: LegContext
    switchboard: Switchboard
    prompts: PromptStore
    music: AudioSource
    recordings: Path
    record_calls: bool
