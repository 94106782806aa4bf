"""Asks a model that looks at the sound whether a caller who pauses has finished; for answers of free length.

The model runs in a worker (`asr.engines.smart_turn`), which is kept and asked like a recogniser. What its
judgement is worth in seconds is left to `asr.listening.end_of_turn`; figures are in docs/decisions/009.
"""

from __future__ import annotations

import asyncio

from asr.listening.end_of_turn import Outlook
from asr.workers.client import RecogniserError, Recognisers

TURNS = "turns"
"""What stands in place of a language."""

DEADLINE = 0.6
"""Seconds after which a judgement is of no use: the silence has said it."""

LOOKS_AT = 8.0
"""Seconds of sound before the pause that the model takes into account."""

COMPLETE, UNFINISHED = 0.95, 0.05
"""From 0.95 on it is an end: half of all ends, a sixth of all breaks. Below 0.05 it is none: no end at all, a
quarter of all breaks, such as "um" and words that are drawn out."""


class TurnDetector:
    """A model behind a worker.

    Args:
        workers: what is kept under the name `TURNS`.
        deadline: seconds that a judgement may take.
    """

    def __init__(self, workers: Recognisers, deadline: float = DEADLINE) -> None:
        self._workers = workers
        self._deadline = deadline

    async def judge(self, pcm: bytes) -> Outlook:
        """What is to be expected after a pause; unknown when nobody can say in time.

        Args:
            pcm: 8 kHz mono int16: the answer until now, or its last `LOOKS_AT` seconds.
        """
        probability: float | None = None
        try:
            async with asyncio.timeout(self._deadline):
                recognition = await self._workers.open(TURNS)
                try:
                    recognition.feed(pcm)
                    probability = (await recognition.finish()).confidence
                finally:
                    recognition.cancel()
        except (TimeoutError, RecogniserError):
            return Outlook.UNKNOWN
        if probability is None:
            return Outlook.UNKNOWN
        if probability >= COMPLETE:
            return Outlook.COMPLETE
        return Outlook.UNFINISHED if probability < UNFINISHED else Outlook.UNKNOWN
