"""The journal: every event in the order in which it happened, in memory and in a spool on disk.

Appending costs microseconds and never blocks the switch: a thread of its own writes batches of a few
milliseconds (`spool.py` has the format). What is on disk counts. While the disk is full or fails, events wait
in memory, up to a bound, and how many they are is kept where a crash leaves it (`unwritten.py`). What they
mean is left to those who read them.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from journal import spool
from journal.event import Event
from journal.unwritten import Standing, UnwrittenCount, left_unwritten

log = logging.getLogger(__name__)

KEPT_EVENTS = 10_000
LONGEST_BACKLOG = 200_000
SEGMENT_BYTES = 8 * 1024 * 1024
BATCH = 1000
# Events come in bursts: so many seconds the writer waits for the rest of one, unless somebody waits for it.
GATHER = 0.02
# Pauses between tries while the disk fails, in seconds, and while a journal is being closed.
PAUSES = wait_exponential(multiplier=0.1, max=1.0)
SHORT_PAUSE = 0.05
# How long a journal that is being closed keeps trying.
LAST_TRIES = 2.0


@dataclass(frozen=True, slots=True)
class _Marker:
    """Stands in the queue behind what somebody wants to see on disk."""

    loop: asyncio.AbstractEventLoop
    reached: asyncio.Future[None]

    def resolve(self, error: OSError | None) -> None:
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._resolve, error)

    def _resolve(self, error: OSError | None) -> None:
        if self.reached.done():
            return
        if error is None:
            self.reached.set_result(None)
        else:
            self.reached.set_exception(error)


Kinds: TypeAlias = "type[Event] | tuple[type[Event], ...]"
_Item: TypeAlias = "Event | _Marker | None"


class Journal:
    """Keeps the last events, counts all of them, and writes them to a spool.

    Nothing is opened before the first event. All but the writing happens in the thread that appends.

    Args:
        folder: of the spool; None to write none.
        switch: whose events they are.
        listeners: called with each event, in the loop.
        segment_bytes: a segment of the spool of this size is followed by a new one.
        backlog: so many events wait in memory while the disk fails; further ones are lost.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        switch: str = "switch-1",
        listeners: tuple[Callable[[Event], None], ...] = (),
        segment_bytes: int = SEGMENT_BYTES,
        backlog: int = LONGEST_BACKLOG,
    ) -> None:
        self.recent: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self.counts: Counter[str] = Counter()
        self.lost = 0
        """Events that never came to disk: it failed for longer than memory reached."""
        self.last_seq = 0
        """The number of the last event on disk; 0 before the first one of this run."""
        self._listeners: list[tuple[Callable[[Event], None], Kinds]] = [(each, Event) for each in listeners]
        self._heard_by: dict[type[Event], tuple[Callable[[Event], None], ...]] = {}
        self._backlog = backlog
        self._accepted = 0
        self._on_disk = 0
        self._lost_at = -1
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._urgent = threading.Event()
        """Somebody waits for what is in the queue."""
        self._give_up_at = 0.0
        self._gave_up: OSError | None = None
        self._writer: threading.Thread | None = None
        self._folder = folder
        self._base = 0
        self._failing = False
        self._count: UnwrittenCount | None = None
        if folder is not None:
            self._spool = spool.SpoolWriter(folder, switch, segment_bytes)
            self._lines = b""
            self._tries = Retrying(
                retry=retry_if_exception_type(OSError),
                wait=PAUSES,
                stop=lambda state: self._is_last_try(),
                sleep=self._wait,
                before_sleep=self._complain,
                reraise=True,
            )
            self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
            self._writer.start()

    @property
    def pending(self) -> int:
        """Events not yet on disk."""
        return self._accepted - self._on_disk

    @property
    def is_failing(self) -> bool:
        """Whether the disk refuses what is written: events wait in memory."""
        return self._failing

    def left_unwritten(self) -> int:
        """How many events of the run before never came to disk; to be asked before the first `append`."""
        return 0 if self._folder is None else left_unwritten(self._folder)

    def append(self, event: Event) -> None:
        """Keep one event; never blocks, never raises."""
        self.recent.append(event)
        kind = type(event)
        self.counts[kind.__name__] += 1
        if self._writer is not None:
            if self._accepted - self._on_disk < self._backlog:
                self._accepted += 1
                self._queue.put(event)
            else:
                self.lost += 1
                self._lost_at = self._accepted
            if self._count is None and self._folder is not None:
                self._count = UnwrittenCount(self._folder, self._standing, lambda: self.pending > 0)
        listeners = self._heard_by.get(kind)
        if listeners is None:
            listeners = self._find_listeners(kind)
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                log.exception("a listener of the journal failed")

    def listen(self, listener: Callable[[Event], None], kinds: Kinds = Event) -> None:
        """Call `listener` with each event of these kinds from now on."""
        self._listeners.append((listener, kinds))
        self._heard_by.clear()

    def _find_listeners(self, kind: type[Event]) -> tuple[Callable[[Event], None], ...]:
        found = tuple(listener for listener, kinds in self._listeners if issubclass(kind, kinds))
        self._heard_by[kind] = found
        return found

    async def durable(self) -> None:
        """Wait until everything appended so far is on disk.

        While the disk fails it waits: callers that cannot wait for ever must set a timeout.

        Raises:
            OSError: something that was appended just now is lost, or the journal was closed before.
        """
        if self._lost_at > self._on_disk:
            raise OSError(errno.ENOSPC, "the journal's backlog is full")
        if self._on_disk == self._accepted:
            return
        if self._writer is None:
            raise OSError(errno.EBADF, "the journal is closed")
        loop = asyncio.get_running_loop()
        marker = _Marker(loop, loop.create_future())
        self._queue.put(marker)
        self._urgent.set()
        await marker.reached

    def close(self) -> None:
        """Write what still waits, and return when it is on disk, or the disk has failed for too long."""
        if self._writer is not None:
            self._closing.set()
            self._queue.put(None)
            self._urgent.set()
            self._writer.join()
            self._writer = None
            if self._count is not None:
                self._count.close()
                self._count = None

    def _standing(self) -> Standing:
        """For the thread of `UnwrittenCount`."""
        return Standing(self._base, self._accepted, self.lost)

    # --- in the writer's thread ---------------------------------------------------------------------------

    def _write(self) -> None:
        running = True
        while running:
            items = self._next_batch()
            running = items[-1] is not None
            events = [item for item in items if isinstance(item, Event)]
            error = self._keep(events) if events else None
            for item in items:
                if isinstance(item, _Marker):
                    item.resolve(error)
        self._spool.close()

    def _next_batch(self) -> list[_Item]:
        """What waits, up to a batch; the end of everything (None) is always the last one in it."""
        items = [self._queue.get()]
        if self._count is not None:
            self._count.changed()
        if self._queue.qsize() < BATCH and self._urgent.wait(GATHER):
            self._urgent.clear()
        while len(items) < BATCH and items[-1] is not None:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return items

    def _keep(self, events: list[Event]) -> OSError | None:
        """Bring a batch to disk, however long it takes; gives up only when the journal is being closed."""
        if self._gave_up is not None:
            self.lost += len(events)
            return self._gave_up
        try:
            self._tries(self._write_out, events)
        except OSError as error:
            self._gave_up = error
            self.lost += len(events)
            log.error("the journal was closed while its disk failed", extra={"lost": self.pending})
            return error
        self._lines = b""
        self._failing = False
        self._spool.next_seq += len(events)
        self.last_seq = self._spool.next_seq - 1
        self._on_disk += len(events)
        if self._count is not None:
            self._count.changed()  # the number of the first is known only now
        if self._tries.statistics["attempt_number"] > 1:
            log.warning("the journal can be written again", extra={"pending": self.pending})
        return None

    def _write_out(self, events: list[Event]) -> None:
        """Write a batch; after a failure the very same lines are written again."""
        if not self._spool.next_seq:
            self._spool.open()
            self._base = self._spool.next_seq
        if not self._lines:
            first = self._spool.next_seq
            self._lines = b"".join(spool.encode(first + index, event) for index, event in enumerate(events))
        self._spool.write(self._lines)

    def _complain(self, state: RetryCallState) -> None:
        self._failing = True
        if state.attempt_number == 1 and state.outcome is not None:
            log.error("the journal can't be written; events wait in memory: %s", state.outcome.exception())

    def _wait(self, pause: float) -> None:
        """Let a pause pass; being closed cuts it short."""
        if self._closing.wait(pause):
            time.sleep(SHORT_PAUSE)

    def _is_last_try(self) -> bool:
        if not self._closing.is_set():
            return False
        self._give_up_at = self._give_up_at or time.monotonic() + LAST_TRIES
        return time.monotonic() > self._give_up_at
