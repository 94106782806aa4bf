"""One utterance on one connection to a worker: pieces of audio out, answers in, and a watch over both.

Every message that we send is owed one answer (`asr.protocol`), so a worker that hangs is one that
owes an answer for too long; no ping is needed, and a stock vosk-server is watched just as well. No more than
a few pieces are sent ahead of the answers: then an overdue answer says something about the worker, and
nothing about our haste. On an overloaded machine answers are late although nothing hangs, and killing a
worker would make it worse: one that was hardly given the processor meanwhile gets more time. A second try on
another worker is left to `asr.workers.utterance`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from asr.errors import WorkerFull, WorkerLost
from asr.protocol import END, TRY_AGAIN_LATER, Segment, StreamConfig, config_message, parse_answer
from asr.results import Partial
from asr.workers.places import RecogniserPlace, connect_to
from asr.workers.setup import Setup

RATE = 8000
BYTES_PER_SECOND = RATE * 2
PIECE = BYTES_PER_SECOND // 10
LARGEST_PIECE = BYTES_PER_SECOND // 2
"""Sent when there is something to catch up with, after a retry."""

AHEAD = 6
"""Pieces that may be on their way without an answer."""

READING = 3.0
"""Seconds that a worker may need for an utterance that it reads as a whole, beside the utterance's own."""

STARVED = 0.5
"""A worker that had less than this share of one core, but had some, is not hanging but waiting."""

IDLE = 0.03
"""A share of one core that is none."""

LOOK = 0.5
"""Seconds for which an overdue worker is watched; its share of the processor is known to 0.02."""

MERCY = 5
"""How many times a starved worker gets the same patience again."""

LONGEST = 300 * BYTES_PER_SECOND
"""Bytes that one utterance keeps; what comes after five minutes is dropped."""


class Audio:
    """All of an utterance's sound so far, 8 kHz mono int16."""

    __slots__ = ("_bytes", "_news", "complete")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._news = asyncio.Event()
        self.complete = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self._bytes) / BYTES_PER_SECOND

    def add(self, pcm: bytes) -> None:
        """Take more of it, unless it is complete or too long."""
        if not self.complete and len(self._bytes) < LONGEST:
            self._bytes += pcm
            self._news.set()

    def end(self) -> None:
        """Nothing is added any more."""
        self.complete = True
        self._news.set()

    def piece(self, begin: int) -> bytes:
        """What to send next from byte `begin` on; empty while there is too little."""
        there = len(self._bytes) - begin
        if there < PIECE and not self.complete:
            return b""
        size = min(there, LARGEST_PIECE)
        return bytes(self._bytes[begin : begin + (size & ~1)])

    def wake(self) -> None:
        """Let `news` return."""
        self._news.set()

    async def news(self) -> None:
        """Wait until something was added or ended, or `wake` was called."""
        self._news.clear()
        await self._news.wait()


class Exchange:
    """One try to recognise an utterance.

    Args:
        audio: the utterance, from its beginning.
        config: how to hear it.
        setup: how the language is recognised.
        place: where this try goes.
        heard: called with the text so far after each answer.
    """

    __slots__ = (
        "_alarm",
        "_audio",
        "_config",
        "_ended",
        "_heard",
        "_mercies",
        "_owed",
        "_place",
        "_reading",
        "_segments",
        "_setup",
        "_spent",
        "_watch",
    )

    def __init__(
        self,
        audio: Audio,
        config: StreamConfig,
        setup: Setup,
        place: RecogniserPlace,
        heard: Callable[[str], None],
    ) -> None:
        self._audio = audio
        self._config = config
        self._setup = setup
        self._place = place
        self._heard = heard
        self._segments: list[Segment] = []
        self._owed = 0
        self._ended = False
        self._reading = 0.0
        self._watch = asyncio.timeout(None)
        self._alarm: asyncio.TimerHandle | None = None
        self._mercies = 0
        self._spent: float | None = None

    async def run(self) -> list[Segment]:
        """Send all audio as it comes; returns what was heard once it is complete.

        Raises:
            WorkerFull: the worker takes no more utterances now.
            WorkerLost: it died, hangs, or makes no sense.
        """
        try:
            connection = await connect_to(self._place.address)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise WorkerLost(f"no connection: {error or type(error).__name__}", replace=True) from None
        try:
            async with self._watch:
                return await self._talk(connection)
        except TimeoutError:
            raise WorkerLost("it hangs: an answer is overdue", replace=True) from None
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == TRY_AGAIN_LATER:
                raise WorkerFull from None
            raise WorkerLost(f"connection lost: {error}", replace=error.rcvd is None) from None
        except ValueError as error:
            raise WorkerLost(f"invalid answer: {error}", replace=False) from None
        finally:
            self._rest()
            self._place.reading -= self._reading
            connection.transport.abort()

    async def _talk(self, connection: ClientConnection) -> list[Segment]:
        answers = asyncio.create_task(self._receive(connection))
        answers.add_done_callback(lambda _: self._audio.wake())
        try:
            await self._send(connection, answers)
            return await answers
        finally:
            answers.cancel()

    async def _send(self, connection: ClientConnection, answers: asyncio.Task[list[Segment]]) -> None:
        await connection.send(config_message(self._config))
        sent = 0
        while not answers.done():
            piece = self._audio.piece(sent)
            if piece and self._owed < AHEAD:
                self._owe()
                await connection.send(piece)
                sent += len(piece)
            elif self._audio.complete and not piece:
                self._ended = True
                self._reading = READING + self._audio.seconds
                self._place.reading += self._reading
                self._owe()
                await connection.send(END)
                return
            else:
                await self._audio.news()

    async def _receive(self, connection: ClientConnection) -> list[Segment]:
        """Read answers until the last one is there."""
        while True:
            answer = parse_answer(await connection.recv())
            self._owed -= 1
            if isinstance(answer, Segment):
                self._segments.append(answer)
                if self._ended and not self._owed:
                    return self._segments
            now = answer.text if isinstance(answer, Partial) else ""
            self._heard(" ".join(text for text in (*(part.text for part in self._segments), now) if text))
            self._expect()
            self._audio.wake()

    def _owe(self) -> None:
        self._owed += 1
        if self._owed == 1 or self._ended:
            self._expect()

    def _expect(self) -> None:
        """Set the time by which the next answer must be there."""
        self._rest()
        if self._owed:
            self._mercies = MERCY
            self._set_alarm()

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _set_alarm(self) -> None:
        patience = self._setup.stall_seconds
        if self._ended and not self._setup.streaming:
            patience += self._place.reading  # of all utterances that stand in that worker's line
        self._spent = None
        self._alarm = asyncio.get_running_loop().call_later(patience, self._overdue)

    def _overdue(self) -> None:
        """Watch the worker for a moment: does it nothing at all, is it busy without end, or is it starved?"""
        loop = asyncio.get_running_loop()
        before, self._spent = self._spent, self._place.recogniser.processor_seconds()
        if self._spent is not None and before is None:
            self._alarm = loop.call_later(LOOK, self._overdue)
            return
        share = 0.0 if self._spent is None or before is None else (self._spent - before) / LOOK
        if IDLE < share < STARVED and self._mercies:
            self._mercies -= 1
            self._set_alarm()
        else:
            self._watch.reschedule(loop.time())
