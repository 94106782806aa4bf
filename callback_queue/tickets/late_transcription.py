"""Late transcription: recordings that are transcribed after the call, in the background.

A voice message, an answer to a recogniser that was gone, the conversation that a crash cut off; and, where
the site names a model for that, what callers told of their problem, a second time and better. One after the
other, and only while no caller needs the recognisers. What the words mean for the ticket is decided in
`callback_queue.tickets.projection`.
"""

from __future__ import annotations

import asyncio
import logging
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.listening.hallucinations import believable
from asr.listening.voice_activity import FRAME_BYTES, VoiceActivity
from asr.results import Final
from asr.workers.client import RecogniserError, Recognisers
from callback_queue.tickets.events import TicketTranscribed
from callback_queue.tickets.opening import HEARD, TELLING
from callback_queue.tickets.tables import Ticket
from callback_queue.tickets.ticket import AT_WORK
from journal.event import Event

log = logging.getLogger(__name__)

EVERY = 10.0
OLDEST = 7 * 86400.0
AT_ONCE = 200
PATIENCE = 10.0

FRAME_SECONDS = 0.02
SPOKEN = 0.5
# Seconds: kept before and after what is said; a longer pause parts two pieces; no piece is longer.
MARGIN, PAUSE, LONGEST = 0.4, 0.8, 25.0

_WRONG = (OSError, EOFError, wave.Error)


@dataclass(frozen=True, slots=True)
class ToRead:
    """A recording to be read.

    Args:
        ticket: whose.
        language: en, zh or ko.
        slot: what it answers.
        file: inside the recordings folder.
        first: the words of the first reading, "" where there was none.
    """

    ticket: str
    language: str
    slot: str
    file: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said without a long pause: when it begins (seconds), its sound, how much of it is speech."""

    start: float
    pcm: bytes
    speech: float


class LateWords:
    """Looks for recordings that want to be read, and has them read.

    Args:
        engine: the database.
        recognisers: all languages.
        recordings: the recordings folder.
        tell: puts a fact into the journal.
        second: those of the second reading, by language; None where a site has none.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        recognisers: Recognisers,
        recordings: Path,
        tell: Callable[[Event], None],
        second: Recognisers | None = None,
    ) -> None:
        self._engine = engine
        self._recognisers = recognisers
        self._second = second
        self._recordings = recordings
        self._tell = tell
        self._done: set[tuple[str, str]] = set()
        """Told in this run, though perhaps not in the database yet; or impossible."""

    async def run(self) -> None:
        """Look again and again; ends by being cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError, TimeoutError):
                pass  # the database is away: nothing is lost, and there is time
            except Exception:
                log.exception("recordings can't be transcribed")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Have everything read that waits and can be read now.

        Raises:
            SQLAlchemyError, OSError, TimeoutError: the database is away.
        """
        async with asyncio.timeout(PATIENCE):
            found = await self._to_read()
        for one in found:
            if (one.ticket, one.file) not in self._done and self._is_idle(one.language):
                await self._transcribe(one)

    async def _to_read(self) -> list[ToRead]:
        columns = (Ticket.number, Ticket.language, Ticket.kind, Ticket.slots, Ticket.recording)
        at_work = (
            select(*columns)
            .where(Ticket.state.in_(AT_WORK), Ticket.opened_at >= time.time() - OLDEST)
            .order_by(Ticket.opened_at.desc())
            .limit(AT_ONCE)
        )
        without_words = at_work.where(or_(Ticket.title == "", Ticket.kind == "cut_off"))
        async with self._engine.connect() as connection:
            found = [one for row in await connection.execute(without_words) for one in unheard(*row)]
            if self._second is not None:
                told = at_work.where(Ticket.language.in_(self._second.languages))
                for ticket, language, _, slots, _ in await connection.execute(told):
                    found += told_once(ticket, language, slots)
        return found

    def _is_idle(self, language: str) -> bool:
        status = self._recognisers.status().get(language)
        return status is not None and bool(status["up"]) and not status["streams"] and not status["waiting"]

    async def _transcribe(self, one: ToRead) -> None:
        try:
            pieces = await asyncio.to_thread(read_pieces, self._recordings / one.file)
        except _WRONG as error:
            log.warning("a recording can't be read: %s", error, extra={"ticket": one.ticket})
            self._done.add((one.ticket, one.file))
            return
        texts: list[str] = []
        words: list[dict[str, Any]] = []
        sure: list[float] = []
        engine = ""
        for piece in pieces:
            final = await self._read(piece, one)
            if final is None:
                return  # somebody needs the recogniser, or it is gone: the next time
            engine = final.engine
            text = believable(final.text, one.language, speech=piece.speech, confidence=final.confidence)
            if text:
                texts.append(text)
                words += [
                    {**asdict(word), "start": word.start + piece.start, "end": word.end + piece.start}
                    for word in final.words
                ]
                if final.confidence is not None:
                    sure.append(final.confidence)
        self._done.add((one.ticket, one.file))
        confidence = min(sure, default=None)
        # Where the second reading finds nothing, the first one stays.
        joined = ("" if one.language == "zh" else " ").join(texts) or one.first
        self._tell(
            TicketTranscribed(
                time.time(),
                ticket=one.ticket,
                slot=one.slot,
                file=one.file,
                text=joined,
                words=words,
                confidence=confidence,
                engine=engine or "none",
                again=bool(one.first),
            )
        )

    async def _read(self, piece: Piece, one: ToRead) -> Final | None:
        if not self._is_idle(one.language):
            return None
        recognisers = self._second if one.first and self._second is not None else self._recognisers
        try:
            recognition = await recognisers.open(one.language)
        except RecogniserError:
            return None
        try:
            recognition.feed(piece.pcm)
            return await recognition.finish()
        except RecogniserError:
            return None
        finally:
            recognition.cancel()


def told_once(ticket: str, language: str, slots: list[dict[str, Any]]) -> Iterator[ToRead]:
    """What was told of the problem, and read during the call alone.

    What was put together from several answers is left as it is: a later one may have corrected the first.
    """
    for slot in slots:
        audio, words = slot.get("audio") or [], str(slot.get("text") or "")
        if slot.get("name") in TELLING and words and len(audio) == 1 and "engine" not in slot:
            yield ToRead(ticket, language, str(slot["name"]), str(audio[0]), words)


def unheard(
    ticket: str, language: str, kind: str, slots: list[dict[str, Any]], recording: str
) -> Iterator[ToRead]:
    """The recordings of a ticket that nobody has made words of: its answers', else the whole call's."""
    answers = [slot for slot in slots if slot.get("audio") and not slot.get("text")]
    for slot in answers:
        if "engine" not in slot and slot.get("name") != "recording":
            yield ToRead(ticket, language, str(slot.get("name")), str(slot["audio"][-1]))
    was_read = any(slot.get("name") == HEARD and "engine" in slot for slot in slots)
    if recording and not was_read and (kind == "cut_off" or not answers):
        yield ToRead(ticket, language, HEARD, recording)


def read_pieces(path: Path) -> list[Piece]:
    """What somebody says in a recording, cut at the pauses.

    Args:
        path: 8 kHz, 16 bit; of two channels the first one counts, which is the caller's.

    Raises:
        OSError, EOFError, wave.Error: no such recording.
    """
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getsampwidth()) != (8000, 2):
            raise wave.Error("not 8 kHz, 16 bit")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        samples = samples[: len(samples) // file.getnchannels() * file.getnchannels()]
        return list(pieces(samples.reshape(-1, file.getnchannels())[:, 0]))


def pieces(samples: NDArray[np.int16]) -> Iterator[Piece]:
    """Cut sound at its pauses: 8 kHz int16."""
    pcm = np.ascontiguousarray(samples).tobytes()
    frames = [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]
    activity = VoiceActivity()
    spoken = [index for index, frame in enumerate(frames) if activity.probability(frame) >= SPOKEN]
    begin = 0
    for at, index in enumerate(spoken):
        following = spoken[at + 1] if at + 1 < len(spoken) else None
        pause = following is None or (following - index) * FRAME_SECONDS > PAUSE
        if pause or (index - spoken[begin]) * FRAME_SECONDS > LONGEST:
            margin = round(MARGIN / FRAME_SECONDS)
            first, last = max(0, spoken[begin] - margin), min(len(frames), index + 1 + margin)
            speech = (at - begin + 1) * FRAME_SECONDS
            yield Piece(first * FRAME_SECONDS, b"".join(frames[first:last]), speech)
            begin = at + 1
