"""The recordings and the music of one version of a site, loaded before the first caller needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from config import Site
from telephony.media import tones
from telephony.media.interface import AudioSource
from telephony.media.prompts import PromptStore

PROMPT_CACHE = "run/prompt-cache"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Sounds:
    """What can be heard.

    Args:
        prompts: sounds by name; those of numbers and the music are loaded.
        on_hold: the music on hold.
        queues: what waits are filled with, by the queue's name.
    """

    prompts: PromptStore
    on_hold: AudioSource
    queues: Mapping[str, AudioSource]


async def load_sounds(site: Site) -> Sounds:
    """Load what callers will hear, so that nothing is converted while one waits.

    Raises:
        telephony.media.convert.PromptError: a file can't be read.
    """
    settings = site.settings
    prompts = PromptStore(site.root / "prompts", site.path(PROMPT_CACHE))
    for name in {target.play for target in settings.numbers.values() if target.play is not None}:
        await asyncio.to_thread(prompts.load, name)
    if settings.music_on_hold == DEFAULT:
        on_hold: AudioSource = await asyncio.to_thread(tones.music)
    else:
        on_hold = await asyncio.to_thread(prompts.load, settings.music_on_hold)
    queues = {
        queue.name: on_hold if queue.music == DEFAULT else await asyncio.to_thread(prompts.load, queue.music)
        for queue in site.queues
    }
    return Sounds(prompts, on_hold, queues)
