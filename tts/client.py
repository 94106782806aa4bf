"""Speech for the switch: ask for a text, get files of 8 kHz sound; synthesis runs in the worker's process.

What was rendered once is found on disk (`tts.cache`). One part is rendered at a time: those that calls wait
for first, in the order of their requests, then those being prepared. Equal requests share one rendering.
A part whose worker died is tried once more with a new one. Playing is left to the caller.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supervision.worker import WorkerDied, WorkerProcess
from tts.cache import Cache
from tts.errors import VoiceError, VoiceUnavailable
from tts.sentences import render_parts
from tts.sound import read_wav
from tts.voice import Voice, voice_to

LOADING_SECONDS = 60.0
"""Time that the first part of a voice gets on top: its model is loaded."""
PART_SECONDS = 15.0
SECONDS_PER_SIGN = 0.5
"""Time for a part of so many signs; a worker that takes longer hangs, and is replaced."""
TRIES = 2
TIDY_SECONDS = 300.0
"""Between two looks at what the cache holds."""

CALL, AHEAD, LOADING = 0, 1, 2


@dataclass(slots=True, eq=False)
class _Job:
    """One part to be rendered, for all who wait for it."""

    text: str
    voice: Voice
    path: Path
    done: asyncio.Future[Path]
    urgency: int
    waiting: int = 0
    started: bool = False


@dataclass(slots=True)
class Counts:
    """What has been done since the start."""

    found: int = 0
    rendered: int = 0
    failed: int = 0
    seconds: float = 0.0
    """Speech rendered."""
    crashes: int = 0


@dataclass(slots=True)
class _Line:
    """The jobs that wait, most urgent first, then oldest first."""

    heap: list[tuple[int, int, _Job]] = field(default_factory=list)
    number: int = 0
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, job: _Job) -> None:
        self.number += 1
        heapq.heappush(self.heap, (job.urgency, self.number, job))
        self.filled.set()

    async def next(self) -> _Job:
        while True:
            while self.heap:
                job = heapq.heappop(self.heap)[2]
                # A job that became urgent stands in the line twice; one that nobody waits for has gone.
                if not job.started and not job.done.done():
                    return job
            self.filled.clear()
            await self.filled.wait()


class Voices:
    """The voices of a site.

    Args:
        voices: at most one for each language (`tts.installed.choose`).
        folder: where rendered speech is kept.
        threads: cores that synthesis may use.
    """

    def __init__(self, voices: Iterable[Voice], folder: Path, *, threads: int = 2) -> None:
        self._voices = {voice.language: voice for voice in voices}
        self._cache = Cache(folder)
        self._worker = WorkerProcess("voice worker", "tts.worker", (str(threads),))
        self._line = _Line()
        self._jobs: dict[Path, _Job] = {}
        self._loaded: set[Voice] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.counts = Counts()

    @property
    def languages(self) -> frozenset[str]:
        """The languages that can be spoken."""
        return frozenset(self._voices)

    @property
    def worker_pid(self) -> int | None:
        """The worker's process, while there is one."""
        return self._worker.pid

    async def start(self) -> None:
        """Begin to take requests; tidies the cache, and loads the voices as soon as nothing else is asked."""
        await asyncio.to_thread(self._cache.prune, passing_seconds=0.0)
        self._worker.start()
        for voice in self._voices.values():
            self._new_job("", voice, self._cache.path("", voice), LOADING).waiting = 1
        self._tasks = [asyncio.create_task(work, name="voices") for work in (self._run(), self._tidy())]

    async def close(self) -> None:
        """End the worker; renders under way raise VoiceUnavailable."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._worker.stop()
        for job in list(self._jobs.values()):
            self._settle(job, VoiceUnavailable("synthesis has been shut down"))

    def cached(self, text: str, language: str) -> tuple[Path, ...] | None:
        """The parts of a text in order, if all are on disk already; never blocks for long.

        Raises:
            VoiceUnavailable: there is no voice for the language.
        """
        voice = self._voice(language)
        paths = []
        for part in render_parts(text):
            path = self._cache.find(part, voice)
            if path is None:
                return None
            paths.append(path)
        return tuple(paths)

    async def speak(self, text: str, language: str, *, keep: bool = True) -> AsyncIterator[Path]:
        """Render a text; yields its parts in order, each as soon as it is there.

        All parts are requested at once, so the next is being rendered while one plays. Whoever stops half-way
        should close the iterator (`aclose`), so that nothing is rendered for nobody.

        Args:
            keep: False for what only this caller will ever hear, such as a telephone number: it is personal,
                and stays on disk for minutes only.

        Raises:
            VoiceUnavailable: there is no voice for the language.
            VoiceError: a part could not be spoken.
        """
        voice = self._voice(language)
        jobs = [self._request(part, voice, CALL, keep) for part in render_parts(text)]
        try:
            for job in jobs:
                yield job if isinstance(job, Path) else await asyncio.shield(job.done)
        finally:
            for job in jobs:
                self._leave(job)

    async def render(self, text: str, language: str, *, keep: bool = True) -> NDArray[np.int16]:
        """Render the whole text; like `speak`, but returns all parts as one sound.

        Returns:
            int16 samples at 8 kHz; none for a text without a letter or figure.
        """
        paths = [path async for path in self.speak(text, language, keep=keep)]
        return await asyncio.to_thread(_read_all, paths)

    async def prepare(self, texts: Iterable[tuple[str, str]]) -> list[VoiceError]:
        """Render (text, language) pairs ahead of calls, which go before them.

        Returns:
            What could not be spoken; empty when all is on disk.
        """
        jobs: list[_Job | Path] = []
        errors: list[VoiceError] = []
        for text, language in texts:
            try:
                voice = self._voice(language)
            except VoiceUnavailable as error:
                errors.append(error)
                continue
            jobs += [self._request(part, voice, AHEAD, True) for part in render_parts(text)]
        try:
            for job in jobs:
                if not isinstance(job, Path):
                    try:
                        await asyncio.shield(job.done)
                    except VoiceError as error:
                        errors.append(error)
        finally:
            for job in jobs:
                self._leave(job)
        return errors

    def _voice(self, language: str) -> Voice:
        voice = self._voices.get(language)
        if voice is None:
            raise VoiceUnavailable(f"no voice for {language!r} is installed")
        return voice

    def _request(self, part: str, voice: Voice, urgency: int, keep: bool) -> _Job | Path:
        found = self._cache.find(part, voice)
        if found is not None:
            self.counts.found += 1
            return found
        if not self._tasks:
            raise VoiceUnavailable("synthesis has been shut down")
        path = self._cache.path(part, voice, keep=keep)
        job = self._jobs.get(path)
        if job is None:
            job = self._new_job(part, voice, path, urgency)
        elif urgency < job.urgency and not job.started:
            job.urgency = urgency
            self._line.add(job)
        job.waiting += 1
        return job

    def _new_job(self, part: str, voice: Voice, path: Path, urgency: int) -> _Job:
        done: asyncio.Future[Path] = asyncio.get_running_loop().create_future()
        job = self._jobs[path] = _Job(part, voice, path, done, urgency)
        self._line.add(job)
        return job

    def _leave(self, job: _Job | Path) -> None:
        """One who waited for a job waits no more."""
        if isinstance(job, Path):
            return
        job.waiting -= 1
        if job.waiting == 0 and not job.started and not job.done.done():
            job.done.cancel()
            del self._jobs[job.path]

    async def _run(self) -> None:
        while True:
            job = await self._line.next()
            job.started = True
            try:
                self._settle(job, await self._render(job))
            except VoiceError as error:
                self._settle(job, error)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            await asyncio.to_thread(self._cache.prune)

    async def _render(self, job: _Job) -> Path:
        request: dict[str, Any] = {
            "id": self.counts.rendered + self.counts.failed,
            "text": job.text,
            "path": str(job.path),
            "voice": voice_to(job.voice),
        }
        for _ in range(TRIES):
            seconds = PART_SECONDS + SECONDS_PER_SIGN * len(job.text)
            if job.voice not in self._loaded:
                seconds += LOADING_SECONDS
            try:
                answer = await self._worker.ask(request, seconds)
            except WorkerDied:
                self.counts.crashes += 1
                self._loaded.clear()
                continue
            self._loaded.add(job.voice)
            if "error" in answer:
                raise VoiceError(f"{job.voice} cannot synthesise this: {answer['error']}")
            self.counts.rendered += bool(job.text)
            self.counts.seconds += answer["seconds"]
            return job.path
        raise VoiceError(f"{job.voice} has crashed or hung {TRIES} times on one sentence")

    def _settle(self, job: _Job, result: Path | VoiceError) -> None:
        self._jobs.pop(job.path, None)
        if isinstance(result, VoiceError):
            self.counts.failed += 1
        if job.done.done():
            return
        if isinstance(result, Path):
            job.done.set_result(result)
        else:
            job.done.set_exception(result)
            # Nobody may be waiting any more, and then the loop would complain.
            job.done.exception()


def _read_all(paths: list[Path]) -> NDArray[np.int16]:
    return np.concatenate([np.zeros(0, np.int16), *(read_wav(path) for path in paths)])
