"""Play: a prompt, once or over and over."""

from __future__ import annotations

from telephony.call.leg import CallLeg
from telephony.media.interface import AudioSource


async def play(leg: CallLeg, source: AudioSource, name: str, *, repeat: bool) -> None:
    """Answer, play, hang up.

    Args:
        leg: the caller's.
        source: what to play.
        name: its name for the journal.
        repeat: over and over until the caller hangs up.
    """
    leg.answer()
    await leg.audio.play(source, name=name, loop=repeat)
    leg.hang_up("prompt finished")
