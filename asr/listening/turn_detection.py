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

_COMPLETE = 0.8
"""Of people's pauses in sentences none was so likely an end, of their ends 8 in 10."""
_UNFINISHED = 0.03
"""Below it lie "um" and words that are drawn out, and no end."""


class TurnDetector:
    """A model behind a worker.

    Args:
        workers: what is kept under the name `TURNS`.
    """

    def __init__(self, workers: Recognisers) -> None:
        self._workers = workers

    async def judge(self, pcm: bytes) -> Outlook:
        """What is to be expected after a pause; unknown when nobody can say in time.

        Args:
            pcm: 8 kHz mono int16: the answer until now, or its last `LOOKS_AT` seconds.
        """
        probability: float | None = None
        try:
            async with asyncio.timeout(DEADLINE):
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
        if probability >= _COMPLETE:
            return Outlook.COMPLETE
        return Outlook.UNFINISHED if probability < _UNFINISHED else Outlook.UNKNOWN
