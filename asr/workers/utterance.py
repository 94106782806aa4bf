"""One utterance from open to words, over as many workers as it takes.

All of its audio is kept until the words are there; when a worker dies or hangs, the utterance goes from its
beginning to another one, or to the same when that is back. The caller notices a short pause.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from asr.errors import UtteranceLost, WorkerFull, WorkerLost
from asr.protocol import StreamConfig, join
from asr.results import Final, Partial
from asr.workers.exchange import Audio, Exchange
from asr.workers.pool import PlaceLease, Pool

log = logging.getLogger(__name__)

TRIES = 3
"""An utterance that three workers could not survive shall not kill a fourth. A worker that dies takes all of
its utterances with it, so the last try is made with a worker of its own: whose sound it was shows then, and
the others get their words."""

FULL_PAUSE = 0.2
"""Seconds before a worker that said it was full is asked again."""


class Utterance:
    """One utterance on its way to words; implements `asr.workers.client.Recognition`.

    Args:
        pool: where it can be recognised.
        lease: the place that it has for now.
        config: how to hear it.
        on_partial: called with what is heard so far, each time it changes.
    """

    __slots__ = ("_audio", "_config", "_lease", "_on_partial", "_pool", "_task", "_text")

    def __init__(
        self,
        pool: Pool,
        lease: PlaceLease,
        config: StreamConfig,
        on_partial: Callable[[Partial], None] | None,
    ) -> None:
        self._pool = pool
        self._lease = lease
        self._config = config
        self._on_partial = on_partial
        self._audio = Audio()
        self._text = ""
        self._task = asyncio.create_task(self._recognise())
        # Not a `finally` within: a task that is cancelled before it has begun never gets there.
        self._task.add_done_callback(self._over)

    def feed(self, pcm: bytes) -> None:
        """Take more of the utterance; never blocks."""
        self._audio.add(pcm)

    async def finish(self) -> Final:
        """Say that no more audio comes, and wait for the words.

        Raises:
            UtteranceLost: no worker survived it.
            RecogniserUnavailable: no worker could be had.
        """
        self._audio.end()
        return await self._task

    def cancel(self) -> None:
        """Give the utterance up."""
        self._task.cancel()

    async def _recognise(self) -> Final:
        tries = 0
        setup = self._pool.setup
        while True:
            place = self._lease.place
            try:
                segments = await Exchange(self._audio, self._config, setup, place, self._heard).run()
                return join(segments, setup.language, setup.engine)
            except WorkerFull:
                self._lease.release()
                await asyncio.sleep(FULL_PAUSE)
            except WorkerLost as error:
                tries += 1
                if error.replace:
                    place.keeper.replace(str(error))
                self._lease.release()
                log.warning("utterance tried again", extra={"place": place.name, "why": str(error)})
                if tries >= TRIES:
                    raise UtteranceLost(f"No words after {tries} tries: {error}.") from None
            self._lease = await self._pool.acquire(again=True, alone=tries == TRIES - 1)

    def _heard(self, text: str) -> None:
        if text != self._text:
            self._text = text
            if self._on_partial is not None:
                self._on_partial(Partial(text))

    def _over(self, task: asyncio.Task[Final]) -> None:
        self._lease.release()
        if not task.cancelled():
            task.exception()  # taken note of, for utterances that nobody finishes
