"""Speaks ahead of the calls: the lines of the demo's people, and the prompts that its call will hear.

Without it the first caller of a fresh site would wait while the voice is loaded. Who says what is in
`lines.py`.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.models import models_folder
from config import Site
from hotline.demo.lines import Role, Story
from hotline.demo.players import ActorFailed
from hotline.server.speech import VOICE_CACHE
from tts.client import Voices
from tts.errors import VoiceError
from tts.installed import ANY, Wish, choose

RATE = 8000
AGENTS_LINES: Sequence[Role] = ("help",)
THREADS = 1
"""The customer's lines and the first prompts are synthesised at the same time, on a core each."""


async def speak_lines(story: Story, folder: Path) -> dict[Role, Path]:
    """Have the customer's lines spoken.

    Args:
        story: whose.
        folder: where the files go.

    Raises:
        ActorFailed: no voice is installed.
    """
    roles = [role for role in story.lines if role not in AGENTS_LINES]
    wish = Wish("kokoro", story.voice)
    texts = [story.lines[role] for role in roles]
    return _keep(folder, roles, await _render(texts, story.language, wish, folder / "voice"))


async def speak_prompts(site: Site, story: Story, texts: Sequence[str]) -> None:
    """Have prompts spoken into the site's own cache, in its own voice; arguments and errors as above."""
    await _render(texts, story.language, ANY, site.path(VOICE_CACHE))


async def speak_agents_lines(site: Site, story: Story, folder: Path) -> dict[Role, Path]:
    """Have the agent's lines spoken, in the site's own voice; arguments, result and errors as above."""
    texts = [story.lines[role] for role in AGENTS_LINES]
    sounds = await _render(texts, story.language, ANY, site.path(VOICE_CACHE))
    return _keep(folder, AGENTS_LINES, sounds)


def _keep(folder: Path, roles: Sequence[Role], sounds: Sequence[NDArray[np.int16]]) -> dict[Role, Path]:
    files = {role: folder / f"{role}.wav" for role in roles}
    for role, sound in zip(roles, sounds, strict=True):
        _write(files[role], sound)
    return files


async def _render(texts: Sequence[str], language: str, wish: Wish, cache: Path) -> list[NDArray[np.int16]]:
    choice = choose(language, models_folder(), wish)
    if choice.voice is None:
        raise ActorFailed(f"no voice is available: {choice.remark}")
    voices = Voices([choice.voice], cache, threads=THREADS)
    await voices.start()
    try:
        errors = await voices.prepare([(text, language) for text in texts])
        if errors:
            raise ActorFailed(f"a line can't be spoken: {errors[0]}")
        return [await voices.render(text, language) for text in texts]
    except VoiceError as error:
        raise ActorFailed(f"a line can't be spoken: {error}") from error
    finally:
        await voices.close()


def _write(path: Path, sound: NDArray[np.int16]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
