"""Recognition as the switch uses it: one object for all languages of a site, asyncio only.

    recognisers = Recognisers(setups)
    await recognisers.start()
    recognition = await recognisers.open("en", on_partial=show)
    recognition.feed(pcm)                    # 20 ms frames, from the moment the caller speaks
    final = await recognition.finish()

No native library is loaded here; see `asr.workers.worker`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from asr.errors import RecogniserBusy, RecogniserError, RecogniserUnavailable
from asr.protocol import StreamConfig
from asr.results import Capabilities, Final, Partial
from asr.workers.pool import Pool
from asr.workers.setup import Setup
from asr.workers.utterance import Utterance

__all__ = ["RecogniserBusy", "RecogniserError", "RecogniserUnavailable", "Recognisers", "Recognition"]

AS_IT_COMES = StreamConfig()
"""Any words, 8 kHz."""


class Recognition(Protocol):
    """One utterance on its way to words."""

    def feed(self, pcm: bytes) -> None:
        """Take more of the utterance: 8 kHz mono int16 little-endian, any length; never blocks."""

    async def finish(self) -> Final:
        """Say that no more audio comes, and wait for the words.

        Raises:
            RecogniserUnavailable: no worker could recognise it, after retries.
        """
        ...

    def cancel(self) -> None:
        """Give the utterance up; nothing more comes of it."""


class Recognisers:
    """All languages of a site.

    Args:
        setups: how each language is recognised; one each.
    """

    def __init__(self, setups: Iterable[Setup]) -> None:
        # Sockets lie where only we can reach them; short paths, for a Unix socket's may have 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="hotline-asr-"))
        self._pools = {setup.language: Pool(setup, self._folder) for setup in setups}

    @property
    def languages(self) -> frozenset[str]:
        """Those that there is a setup for."""
        return frozenset(self._pools)

    async def start(self) -> None:
        """Start every worker; returns before they have loaded their models."""
        for pool in self._pools.values():
            pool.start()

    async def ready(self) -> frozenset[str]:
        """Wait until every language has a worker or will have none; returns those that can be used."""
        up = await asyncio.gather(*(pool.ready() for pool in self._pools.values()))
        return frozenset(language for language, is_up in zip(self._pools, up, strict=True) if is_up)

    async def close(self) -> None:
        """End every worker, and with them what they recognise."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def capabilities(self, language: str) -> Capabilities | None:
        """What can be expected of a language, None when nothing recognises it."""
        pool = self._pools.get(language)
        return None if pool is None else pool.setup.capabilities

    async def open(
        self,
        language: str,
        *,
        config: StreamConfig = AS_IT_COMES,
        on_partial: Callable[[Partial], None] | None = None,
    ) -> Recognition:
        """Begin an utterance; waits in a bounded line while all workers are busy.

        Args:
            language: "en", "zh", "ko".
            config: how to hear it, 8 kHz; what the capabilities don't name is not used.
            on_partial: called with what is heard so far, each time it changes; not for every engine.

        Raises:
            RecogniserBusy: the line is full, or nothing became free in time.
            RecogniserUnavailable: nothing recognises this language, or all that does has failed.
        """
        pool = self._pools.get(language)
        if pool is None:
            raise RecogniserUnavailable(f'There is no recogniser for the language "{language}".')
        return Utterance(pool, await pool.acquire(), config, on_partial)

    def status(self) -> dict[str, Any]:
        """The figures of the moment by language, for `hotline status`."""
        return {language: pool.status() for language, pool in self._pools.items()}
