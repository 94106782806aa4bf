"""The journal in memory: every event in the order in which it happened, and a file of JSON lines.

It never blocks the switch: lines go to the file in batches from a thread of its own. What the events mean
is left to those who read them.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

from telephony.call.events import Event, to_dict

log = logging.getLogger(__name__)

KEPT_EVENTS = 10_000
QUEUED_EVENTS = 200_000
BATCH = 1000


class Journal:
    """Keeps the last events, counts all of them, and writes them to a file.

    Args:
        path: the file of JSON lines, appended to; None to write none.
        listeners: called with each event, in the loop.
    """

    def __init__(self, path: Path | None, listeners: tuple[Callable[[Event], None], ...] = ()) -> None:
        self.recent: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self.counts: Counter[str] = Counter()
        self.lost = 0
        """Events that the file did not get because the disk was too slow or failed."""
        self._listeners = listeners
        self._queue: queue.Queue[Event | None] = queue.Queue(QUEUED_EVENTS)
        self._writer: threading.Thread | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._writer = threading.Thread(target=self._write, args=(path,), name="journal", daemon=True)
            self._writer.start()

    def append(self, event: Event) -> None:
        """Keep one event."""
        self.recent.append(event)
        self.counts[type(event).__name__] += 1
        if self._writer is not None:
            try:
                self._queue.put_nowait(event)
            except queue.Full:
                self.lost += 1
        for listener in self._listeners:
            listener(event)

    def close(self) -> None:
        """Write what is still queued, and return when it is on disk."""
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
            self._writer = None

    def _write(self, path: Path) -> None:
        running = True
        while running:
            batch = [self._queue.get()]
            while len(batch) < BATCH and batch[-1] is not None:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            running = batch[-1] is not None
            events = [event for event in batch if event is not None]
            text = "".join(json.dumps(to_dict(event), ensure_ascii=False) + "\n" for event in events)
            try:
                # Bytes that are not UTF-8 (in a number, say) are surrogates here: written as JSON escapes.
                with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(text)
            except OSError as error:
                self.lost += len(events)
                log.error("the journal can't be written: %s", error)
