"""Saying something on a leg outside a flow: to a waiting caller, to an agent who is rung.

Sound is made by `tts.prompts`; what is said comes from `texts.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from callback_queue.prompts import TextKey, text
from ivr_flows.runtime.conversation import Part
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import AudioSource, EndReason
from tts.prompts import Sayings


async def sounds_of(sayings: Sayings, parts: Sequence[Part], language: str) -> list[AudioSource]:
    """Make the sound of parts; what can't be had is left out.

    Args:
        sayings: makes them.
        parts: what to say, in order.
        language: en, zh or ko.
    """
    found = []
    for part in parts:
        for piece in sayings.pieces(part, language):
            sound = await sayings.sound(piece, language)
            if sound is not None:
                found.append(sound)
    return found


async def play_all(leg: CallLeg, sounds: Sequence[AudioSource], name: str) -> bool:
    """Play sounds one after the other; False when somebody stopped them.

    Args:
        leg: who hears them.
        sounds: what.
        name: what the journal calls it.

    Raises:
        CallEnded: the leg is over.
    """
    for sound in sounds:
        end = await leg.audio.play(sound, name=name)
        if end.reason is not EndReason.FINISHED:
            return False
    return True


async def say_goodbye(leg: CallLeg, sayings: Sayings, language: str, told: TextKey) -> None:
    """Tell a caller what happens next, and hang up.

    Args:
        leg: the caller's.
        sayings: makes the sound of it.
        language: the caller's.
        told: what to say.
    """
    try:
        sounds = await sounds_of(sayings, [text(told, language)], language)
        await play_all(leg, sounds or [tones.beep()], "goodbye")
    except CallEnded:
        return
    leg.hang_up(told.replace("_", " "))
