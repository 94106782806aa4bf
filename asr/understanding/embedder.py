"""Sentences to vectors: the embedding model in a process of its own, as the switch uses it.

What the vectors are compared with is left to `asr.understanding.meaning`.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from asr.understanding import kept_vectors
from asr.understanding.kept_vectors import identity
from asr.understanding.worker import WEIGHTS
from supervision.worker import WorkerDied, WorkerProcess

Vectors: TypeAlias = NDArray[np.float32]

MODULE = "asr.understanding.worker"
BATCH = 32
"""Texts in one request: a caller's sentence waits no longer than for those that are being read."""

BATCH_SECONDS = 20.0
"""What one request may take, with loading the model; a worker that takes longer hangs, and is replaced."""


class EmbedderUnavailable(Exception):
    """There is no answer to be had now; the text says why, and holds none of what was said."""


class Embedder:
    """The model of a site.

    Args:
        folder: the model's.
        kept: the file in which the examples' vectors outlive the process, None for none.
        threads: cores that it may use.
        module: what runs it; tests have one of their own.
    """

    def __init__(
        self, folder: Path, kept: Path | None = None, *, threads: int = 1, module: str = MODULE
    ) -> None:
        self._kept = kept
        self._model = identity(folder / WEIGHTS)
        self._worker = WorkerProcess(
            "embedding worker", module, (str(folder),), environment={"OMP_NUM_THREADS": str(threads)}
        )
        self._line = asyncio.Lock()
        self._examples: dict[str, Vectors] | None = None
        self._asked: set[asyncio.Task[Vectors]] = set()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._worker.pid

    @property
    def is_up(self) -> bool:
        """Whether the process is there."""
        return self._worker.is_up

    def start(self) -> None:
        """Start the process; needs a running loop."""
        self._worker.start()

    async def stop(self) -> None:
        """End it; who waits for an answer gets `EmbedderUnavailable`."""
        for task in self._asked:
            task.cancel()
        await asyncio.gather(*self._asked, return_exceptions=True)
        await self._worker.stop()

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text.

        Raises:
            EmbedderUnavailable: the process died, hangs, or cannot load the model.
        """
        # A caller who hangs up meanwhile must not cost the process its request, and then its life.
        task = asyncio.create_task(self._ask(list(texts)))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise EmbedderUnavailable("it is being stopped") from None
            task.add_done_callback(_look_at)
            raise

    async def examples(self, texts: Sequence[str]) -> Vectors:
        """The same for what is compared with again and again: those that are known are not read anew.

        Raises:
            EmbedderUnavailable: as `vectors`.
        """
        if self._examples is None:
            self._examples = await self._load()
        known = self._examples
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, await self.vectors(new), strict=True))
        # Of a site that has changed its examples, the old ones go.
        self._examples = found = {text: known[text] for text in dict.fromkeys(texts)}
        if new and self._kept is not None:
            await asyncio.to_thread(kept_vectors.save, self._kept, self._model, found)
        return np.stack([found[text] for text in texts])

    async def _load(self) -> dict[str, Vectors]:
        """What an earlier run kept, if this model says the same of one of them; it is loaded by that."""
        if self._kept is None:
            return {}
        kept = await asyncio.to_thread(kept_vectors.load, self._kept, self._model)
        for text, vector in kept.items():
            [again] = await self.vectors([text])
            return kept if again.shape == vector.shape and np.allclose(again, vector, atol=1e-3) else {}
        return {}

    async def _ask(self, texts: list[str]) -> Vectors:
        rows: list[Vectors] = []
        for begin in range(0, len(texts), BATCH):
            batch = texts[begin : begin + BATCH]
            async with self._line:
                try:
                    answer = await self._worker.ask({"texts": batch}, BATCH_SECONDS)
                except WorkerDied as error:
                    raise EmbedderUnavailable(str(error)) from None
            if "error" in answer:
                raise EmbedderUnavailable(str(answer["error"]))
            found = np.frombuffer(base64.b64decode(answer["vectors"]), dtype="<f4")
            rows.append(found.reshape(len(batch), -1))
        return np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)


def _look_at(task: asyncio.Task[Vectors]) -> None:
    """Nobody waits for it any more, and the loop would complain about an error that nobody saw."""
    if not task.cancelled():
        task.exception()
