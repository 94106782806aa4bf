"""Renders prompts: texts by a voice, values in words, sound files and clips as they are.

What is said, and when, is decided by flows and queues; playing it is left to the leg.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from telephony.media.audio import Prompt
from telephony.media.convert import PromptError, read_audio
from telephony.media.interface import AudioSource
from telephony.media.prompts import PromptStore
from tts.errors import VoiceError
from tts.parts import Clip, Part, SoundFile, Spoken, Text
from tts.sentences import render_parts
from tts.spoken import say

log = logging.getLogger(__name__)


class Speaker(Protocol):
    """Speaks texts (`tts.client.Voices`)."""

    async def render(self, text: str, language: str, *, keep: bool) -> NDArray[np.int16]:
        """Speak a text: int16 at 8 kHz; `keep` it for next time. Raises `tts.errors.VoiceError`."""


class PromptRenderer:
    """Makes sound of the parts of prompts.

    Args:
        prompts: the site's recordings.
        speaker: the voices; None when none is installed.
        now: the time, for "today" and "tomorrow".
    """

    def __init__(self, prompts: PromptStore, speaker: Speaker | None, now: Callable[[], datetime]) -> None:
        self._prompts = prompts
        self._speaker = speaker
        self._now = now

    def pieces(self, part: Part, language: str) -> list[Part]:
        """Cut a long text into sentences, so that the first can be heard while the rest is spoken."""
        if isinstance(part, Text):
            return [Text(sentence) for sentence in render_parts(part.text)]
        return [part]

    async def sound(self, part: Part, language: str) -> AudioSource | None:
        """The sound of one part; None when it can't be made, which is logged: the call continues."""
        try:
            if isinstance(part, SoundFile):
                return self._prompts.loaded(part.name) or await asyncio.to_thread(
                    self._prompts.load, part.name
                )
            if isinstance(part, Clip):
                return await asyncio.to_thread(_clip, part.path)
            return await self._speak(part, language)
        except PromptError as error:
            log.error("a prompt can't be played: %s", error)
            return None

    async def _speak(self, part: Text | Spoken, language: str) -> AudioSource | None:
        if isinstance(part, Spoken):
            text = say(part.kind, part.value, language, today=self._now().date())
        else:
            text = part.text
        if self._speaker is None or not text.strip():
            return None
        try:
            # What is said in every call was spoken ahead; what is new may be private, and is not kept.
            samples = await self._speaker.render(text, language, keep=False)
        except VoiceError as error:
            log.error("nothing speaks %s: %s", language, error)
            return None
        return Prompt("speech", samples)


def _clip(path: Path) -> Prompt:
    return Prompt(path.name, read_audio(path))
