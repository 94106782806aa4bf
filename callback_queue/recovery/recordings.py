"""Repairs recordings that a crash left open on this machine.

That the calls are over, and that their callers are called back, is concluded by the recorder
(`callback_queue.consequences`) from the journal. Here the files are looked at: they lack nothing up to the
crash (`telephony.media.recorder`), but nobody has said how long they are.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time

from sqlalchemy.ext.asyncio import AsyncEngine

from asr.workers.client import Recognisers
from callback_queue.database import DATABASE_ERRORS, in_time
from callback_queue.recovery.events import RECORDER
from callback_queue.recovery.gate import RecoveryGate, StoredEvents
from callback_queue.tickets.late_transcription import LateWords
from config import Site
from journal.journal import Journal
from telephony.call.events import CallEnded, RecordingEnded, RecordingStarted
from telephony.media.recorder import complete

log = logging.getLogger(__name__)

EVERY, LONGEST_PAUSE = 0.5, 5.0


class Recovery:
    """What is done once after a start, and words for recordings from then on.

    Args:
        site: its settings; switch, database and recordings folder stay those to the end.
        engine: the database.
        events: the journal's events in it.
        journal: where facts go.
        recognisers: for recordings without words; None where nothing recognises speech.
        second_readers: for a second, better reading of what was told; None where the site has none.

    Attributes:
        gate: open once the recorder has concluded what the run before left.
    """

    def __init__(
        self,
        site: Site,
        engine: AsyncEngine,
        events: StoredEvents,
        journal: Journal,
        recognisers: Recognisers | None,
        second_readers: Recognisers | None,
    ) -> None:
        self._events = events
        self._switch = site.settings.switch
        self._recordings = site.recordings_folder
        self._journal = journal
        self._words: LateWords | None = None
        if recognisers is not None:
            self._words = LateWords(engine, recognisers, self._recordings, journal.append, second_readers)
        self.gate = RecoveryGate(engine, events, self._switch)
        self._started = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self, started: float) -> None:
        """Begin, in the background, once `SwitchStarted` was told, at `started` (Unix seconds)."""
        self._started = started
        self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._journal.durable()
        except OSError as error:
            log.error("no callbacks: the journal can't be written: %s", error)
            return
        self.gate.wait_for(self._journal.last_seq)
        pause = 0.0
        while not await self._is_done():
            pause = min(pause + EVERY, LONGEST_PAUSE)
            await asyncio.sleep(pause)
        if self._words is not None:
            await self._words.run()

    async def _is_done(self) -> bool:
        try:
            if not await self.gate.look():
                return False
            left = await in_time(self._left_open())
        except DATABASE_ERRORS:
            return False
        for started in left:
            milliseconds = await asyncio.to_thread(complete, self._recordings / started.file)
            self._journal.append(
                RecordingEnded(
                    time.time(), started.call, started.leg, file=started.file, recorded_ms=milliseconds
                )
            )
        if left:
            log.info("recordings that a crash left open", extra={"completed": len(left)})
        return True

    async def _left_open(self) -> list[RecordingStarted]:
        """The recordings of calls that were cut off, which nobody has ended."""
        recorder = self._switch + RECORDER
        at_start = self._events.between(self._started, math.nextafter(self._started, math.inf), (CallEnded,))
        left: list[RecordingStarted] = []
        async for ended in at_start:
            if ended.switch != recorder:
                continue
            told = [stored.event for stored in await self._events.events_of(ended.call)]
            closed = {(e.leg, e.file) for e in told if isinstance(e, RecordingEnded)}
            left += [e for e in told if isinstance(e, RecordingStarted) and (e.leg, e.file) not in closed]
        return left
