"""The journal's lines on disk: how they are written, in which files, and what a crash leaves of them.

    journal/000001.jsonl    {"spool":1,"switch":"switch-1"}
                            {"seq":1795300000000000,"event":"SwitchStarted","at":1795300000.0,...}

A folder of segments, numbered upwards; each belongs to one run of one switch and begins with a line that says
whose it is. `seq` rises from line to line and from run to run. A line counts once it ends with a line feed.
When lines are written is decided in `journal.py`; they are read by the recorder
(`cdr.recorder`).
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import math
import os
import time
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import orjson
from filelock import Timeout

from config.locks import file_lock, owner_of
from journal.event import Event, to_dict

log = logging.getLogger(__name__)

FORMAT = 1
LOCK = "lock"
_OPTIONS = orjson.OPT_NON_STR_KEYS
_TAIL = 64 * 1024
# JSON text can say it, but PostgreSQL keeps no zero character.
_ZERO = b"\\u0000"


class SpoolTaken(OSError):
    """Another process writes this spool."""


def segments(folder: Path) -> list[Path]:
    """The segments of a spool, oldest first; none when there is no folder.

    Raises:
        OSError: the folder can't be read.
    """
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".jsonl" and path.stem.isdecimal()]
    except FileNotFoundError:
        return []
    return sorted(found, key=number_of)


def number_of(segment: Path) -> int:
    """A segment's number."""
    return int(segment.stem)


def encode(seq: int, event: Event) -> bytes:
    """The line of one event; never raises.

    Bytes that were no UTF-8 on the wire are lone surrogates in Python's text. They become visible escapes
    (`\\xe9`), as zero characters do: databases take neither.
    """
    kind = type(event).__name__.encode()
    try:
        body = orjson.dumps(event, default=_plain, option=_OPTIONS)
    except TypeError:
        body = _encode_with_care(event)
    if _ZERO in body:
        body = _encode_with_care(event)
    return b'{"seq":%d,"event":"%b",%b\n' % (seq, kind, body[1:])


def header(switch: str) -> bytes:
    """The first line of a segment."""
    return orjson.dumps({"spool": FORMAT, "switch": switch}) + b"\n"


def decode(line: bytes) -> dict[str, Any] | None:
    """A line as plain data; None when it is damaged."""
    try:
        data = orjson.loads(line)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def owner(segment: Path) -> str | None:
    """Whose segment it is; None as long as its first line is not written.

    Raises:
        OSError: it can't be read.
    """
    with segment.open("rb") as file:
        line = file.readline()
    data = decode(line) if line.endswith(b"\n") else None
    name = data.get("switch") if data is not None else None
    return name if isinstance(name, str) else None


def first_seq(segment: Path) -> int | None:
    """The number of a segment's first event; None when it has none yet.

    Raises:
        OSError: it can't be read.
    """
    with segment.open("rb") as file:
        file.readline()
        line = file.readline()
    data = decode(line) if line.endswith(b"\n") else None
    return _seq(data)


def last_seq(folder: Path) -> int:
    """The number of the last event that a spool has; 0 for none.

    Raises:
        OSError: it can't be read.
    """
    for segment in reversed(segments(folder)):
        with segment.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            for line in reversed(file.read().split(b"\n")[:-1]):
                seq = _seq(decode(line))
                if seq is not None:
                    return seq
    return 0


def cut_torn(segment: Path) -> int:
    """Cut off the last line of a segment when a crash has left it unfinished; returns how many bytes went.

    Raises:
        OSError: it can't be read or written.
    """
    with segment.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        whole = size
        while whole > 0:
            start = max(0, whole - _TAIL)
            file.seek(start)
            found = file.read(whole - start).rfind(b"\n")
            if found >= 0:
                whole = start + found + 1
                break
            whole = start
        if whole < size:
            file.truncate(whole)
            os.fsync(file.fileno())
    return size - whole


class SpoolWriter:
    """Writes the segments of one run.

    Args:
        folder: of the spool; made when it is first written to.
        switch: whose events they are.
        segment_bytes: a segment of this size is followed by a new one.
    """

    def __init__(self, folder: Path, switch: str, segment_bytes: int) -> None:
        self._folder = folder
        self._header = header(switch)
        self._limit = segment_bytes
        self._lock = file_lock(folder / LOCK)
        self._file: int | None = None
        self._number = 0
        self._size = 0
        self.next_seq = 0
        """The number of the next event; 0 before `open`."""

    def open(self) -> None:
        """Take the spool over from the run before.

        Numbers go on from the last one, or from the time in microseconds, which is more: should the spool be
        lost or an old one be restored, none is given twice.

        Raises:
            SpoolTaken: another process writes here.
            OSError: the folder can't be made, read or written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if not self._lock.is_locked:
                self._lock.acquire()
        except Timeout:
            path = self._folder / LOCK
            raise SpoolTaken(errno.EAGAIN, f"{owner_of(path)} writes here", str(path)) from None
        existing = segments(self._folder)
        for segment in existing[-1:]:
            torn = cut_torn(segment)
            if torn:
                log.warning("an unfinished last line was cut off %s: %d bytes", segment.name, torn)
        self._number = number_of(existing[-1]) if existing else 0
        self.next_seq = max(last_seq(self._folder) + 1, time.time_ns() // 1000)

    def write(self, lines: bytes) -> None:
        """Write whole lines and return when they are on disk.

        After a failure the same lines must be given again, and nothing else: a reader may have seen some of
        them.

        Raises:
            OSError: the disk is full or fails.
        """
        file = self._file
        if file is not None and os.fstat(file).st_nlink == 0:
            log.error("segment %06d of the journal was deleted while it was written", self._number)
            self._end_segment()
            file = None
        if file is None:
            file = self._begin_segment()
        data = memoryview(lines if self._size else self._header + lines)
        at = self._size
        try:
            while data:
                written = os.pwrite(file, data, at)
                data = data[written:]
                at += written
            os.fdatasync(file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, self._size)
            raise
        self._size = at
        if at >= self._limit:
            self._end_segment()

    def close(self) -> None:
        """Let go of the spool."""
        self._end_segment()
        self._lock.release()

    def _begin_segment(self) -> int:
        path = self._folder / f"{self._number + 1:06d}.jsonl"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._number += 1
        self._size = 0
        self._file = file
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return file

    def _end_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _seq(data: Mapping[str, Any] | None) -> int | None:
    seq = data.get("seq") if data is not None else None
    return seq if isinstance(seq, int) else None


def _encode_with_care(event: Event) -> bytes:
    """What orjson refuses: text that is none, whole numbers of more than 64 bits, things that are no data."""
    try:
        data = _clean(to_dict(event))
        del data["event"]
        return json.dumps(data, default=_plain, allow_nan=False).encode()
    except Exception:
        log.exception("an event can't be written whole", extra={"event": type(event).__name__})
        return orjson.dumps({"at": event.at})


def _plain(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, set | frozenset):
        return list(value)
    return str(value)


def _clean(value: Any) -> Any:
    """The same without surrogates and zero characters in text."""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Mapping):
        return {_clean(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _clean(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _clean_text(text: str) -> str:
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair that never was a byte
        raw = text.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
