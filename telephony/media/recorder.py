"""Stereo recordings, written to disk during the call.

The file is a plain WAV whose header is brought up to date with every piece written (half a second), so what a
killed process leaves behind can be played to that point. The disk is touched by one thread of its own: a slow
one costs pieces of recordings, which stay silent at their place, and never the calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from telephony.media.interface import FRAME_MS, FRAME_SAMPLES, Frame
from telephony.media.tap import SILENCE
from telephony.rtp.codecs import SAMPLE_RATE

CHANNELS = 2
BYTES_PER_FRAME = FRAME_SAMPLES * CHANNELS * 2
CHUNK_FRAMES = 25
# 2,000 pieces of 16 kB: 10 s of a stalled disk with 100 recordings.
MAX_PENDING_CHUNKS = 2000
# Recordings are private: no access for others.
FILE_MODE = 0o600

# RIFF chunk, format chunk (PCM), head of the data chunk; Multimedia Programming Interface 1.0, "WAVE".
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_HEADER_SIZE = _HEADER.size


def wav_header(data_bytes: int) -> bytes:
    """The 44 bytes before 8 kHz stereo 16-bit samples."""
    rate, align = SAMPLE_RATE, CHANNELS * 2
    return _HEADER.pack(
        *(b"RIFF", _HEADER_SIZE - 8 + data_bytes, b"WAVE", b"fmt ", 16),
        *(1, CHANNELS, rate, rate * align, align, 16, b"data", data_bytes),
    )


def complete(path: Path) -> int:
    """Bring the header of a recording into line with what is there; returns its length in milliseconds.

    What a killed process leaves is right already. After a power cut the disk may hold less than the header
    says, or no header at all; 0 when there is nothing to be heard.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return 0
    try:
        align = CHANNELS * 2
        size = max(0, os.fstat(descriptor).st_size - _HEADER_SIZE) // align * align
        header = wav_header(size)
        if os.pread(descriptor, _HEADER_SIZE, 0) != header:
            os.pwrite(descriptor, header, 0)
        return size * 1000 // (SAMPLE_RATE * align)
    except OSError:
        return 0
    finally:
        os.close(descriptor)


class _WavFile:
    """One file, used by the writer's thread alone."""

    __slots__ = ("_descriptor", "_end", "failed", "on_closed", "on_error", "path")

    def __init__(
        self, path: Path, on_error: Callable[[OSError], None], on_closed: Callable[[], None]
    ) -> None:
        self.path = path
        self.on_error = on_error
        self.on_closed = on_closed
        self.failed = False
        self._descriptor = -1
        self._end = 0

    def write(self, offset: int, data: bytes) -> None:
        """Put samples at a byte offset; what is left out between reads as silence."""
        if self._descriptor < 0:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
            self._write_all(wav_header(0), 0)
        self._write_all(data, _HEADER_SIZE + offset)
        self._end = max(self._end, offset + len(data))
        # The header last: it never promises what is not there.
        self._write_all(wav_header(self._end), 0)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write_all(self, data: bytes, at: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, at)
            view = view[written:]
            at += written


class RecordingWriter:
    """The thread that writes all recordings of an engine; started by the first one.

    Args:
        loop: where the callbacks of recordings are called.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.open_files = 0
        self.dropped_chunks = 0
        self._loop = loop
        # Bounded by hand: pieces are dropped beyond the limit, the end of a file never is.
        self._jobs: SimpleQueue[tuple[_WavFile, int, bytes | None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def open(
        self, path: Path, on_error: Callable[[OSError], None], on_closed: Callable[[], None]
    ) -> _WavFile:
        """A new file; the disk is touched with its first piece."""
        self.open_files += 1
        return _WavFile(path, on_error, on_closed)

    def write(self, file: _WavFile, offset: int, data: bytes) -> None:
        """Queue samples for a file; dropped and counted when the disk is too far behind."""
        if self._jobs.qsize() >= MAX_PENDING_CHUNKS:
            self.dropped_chunks += 1
            return
        self._put((file, offset, data))

    def finish(self, file: _WavFile) -> None:
        """Queue the end of a file."""
        self.open_files -= 1
        self._put((file, 0, None))

    def close(self) -> None:
        """Write what is queued and end the thread."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _put(self, job: tuple[_WavFile, int, bytes | None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            file, offset, data = job
            if not file.failed:
                try:
                    if data is None:
                        file.close()
                    else:
                        file.write(offset, data)
                except OSError as error:
                    file.failed = True
                    file.close()
                    self._call(file.on_error, error)
            if data is None:
                self._call(file.on_closed)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        # A loop that is closed before its engine: the process ends, and nobody is left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)


class LegRecording:
    """`interface.Recording`: collects both directions of one leg and hands pieces to the writer.

    Args:
        writer: of the engine.
        path: of the new file.
        detach: takes this recording off its leg.
        on_error, on_closed: as for `interface.MediaLeg.record`.
    """

    __slots__ = (
        "_chunk",
        "_detach",
        "_file",
        "_fill",
        "_flushed",
        "_left",
        "_on_error",
        "_paused",
        "_stopped",
        "_writer",
        "path",
    )

    def __init__(
        self,
        writer: RecordingWriter,
        path: Path,
        detach: Callable[[LegRecording], None],
        on_error: Callable[[OSError], None] | None,
        on_closed: Callable[[], None] | None,
    ) -> None:
        self.path = path
        self._writer = writer
        self._detach = detach
        self._on_error = on_error
        self._file = writer.open(path, self._failed, on_closed or _ignore)
        self._chunk = np.zeros((CHUNK_FRAMES, FRAME_SAMPLES, CHANNELS), "<i2")
        self._left: deque[Frame] = deque()
        self._fill = 0  # frames in the chunk
        self._flushed = 0  # frames handed to the writer
        self._paused = False
        self._stopped = False

    @property
    def recorded_ms(self) -> int:
        """Time covered so far, pauses included."""
        return (self._flushed + self._fill) * FRAME_MS

    def pause(self) -> None:
        """Write silence from now on."""
        self._paused = True

    def resume(self) -> None:
        """Write audio again."""
        self._paused = False

    def receive_left(self, frame: Frame) -> None:
        """The next 20 ms of what the leg says; `receive_right` completes them."""
        self._left.append(frame)

    def receive_right(self, frame: Frame) -> None:
        """The same 20 ms of what the leg hears."""
        left = self._left.popleft() if self._left else SILENCE
        if not self._paused:
            row = self._chunk[self._fill]
            row[:, 0] = left
            row[:, 1] = frame
        self._fill += 1
        if self._fill == CHUNK_FRAMES:
            self._flush()

    def stop(self) -> None:
        """Finish the file; a second time does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._detach(self)
        # Also when there is nothing left: a recording of no length is a file of no length, not no file.
        self._flush()
        self._writer.finish(self._file)
        del self._file  # breaks the reference cycle of recording and file

    def _flush(self) -> None:
        data = self._chunk[: self._fill].tobytes()
        self._writer.write(self._file, self._flushed * BYTES_PER_FRAME, data)
        self._flushed += self._fill
        self._fill = 0
        self._chunk[:] = 0

    def _failed(self, error: OSError) -> None:
        self.stop()
        if self._on_error is not None:
            self._on_error(error)


def _ignore() -> None:
    """Nobody wants to know."""
