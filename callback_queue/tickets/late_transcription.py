"""Late transcription: recordings that were not recognised during the call, transcribed in the background.

A voice message, an answer to a recogniser that was gone, the conversation that a crash cut off: one after the
other, and only while no caller needs the recognisers. What the words mean for the ticket is
decided in `callback_queue.tickets.projection`.
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
from callback_queue.tickets.opening import HEARD
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
class Unheard:
    """A recording without words: of which ticket, in which language, for which slot."""

    ticket: str
    language: str
    slot: str
    file: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said without a long pause: when it begins (seconds), its sound, how much of it is speech."""

    start: float
    pcm: bytes
    speech: float


class LateWords:
    """Looks for recordings without words, and has them read.

    Args:
        engine: the database.
        recognisers: all languages.
        recordings: the recordings folder.
        tell: puts a fact into the journal.
    """

    def __init__(
        self, engine: AsyncEngine, recognisers: Recognisers, recordings: Path, tell: Callable[[Event], None]
    ) -> None:
        self._engine = engine
        self._recognisers = recognisers
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
            found = await self._unheard()
        for one in found:
            if (one.ticket, one.file) not in self._done and self._is_idle(one.language):
                await self._transcribe(one)

    async def _unheard(self) -> list[Unheard]:
        columns = (Ticket.number, Ticket.language, Ticket.kind, Ticket.slots, Ticket.recording)
        query = (
            select(*columns)
            .where(Ticket.state.in_(AT_WORK), Ticket.opened_at >= time.time() - OLDEST)
            .where(or_(Ticket.title == "", Ticket.kind == "cut_off"))
            .order_by(Ticket.opened_at.desc())
            .limit(AT_ONCE)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [one for row in rows for one in unheard(*row)]

    def _is_idle(self, language: str) -> bool:
        status = self._recognisers.status().get(language)
        return status is not None and bool(status["up"]) and not status["streams"] and not status["waiting"]

    async def _transcribe(self, one: Unheard) -> None:
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
            final = await self._read(piece, one.language)
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
        joined = ("" if one.language == "zh" else " ").join(texts)
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
            )
        )

    async def _read(self, piece: Piece, language: str) -> Final | None:
        if not self._is_idle(language):
            return None
        try:
            recognition = await self._recognisers.open(language)
        except RecogniserError:
            return None
        try:
            recognition.feed(piece.pcm)
            return await recognition.finish()
        except RecogniserError:
            return None
        finally:
            recognition.cancel()


def unheard(
    ticket: str, language: str, kind: str, slots: list[dict[str, Any]], recording: str
) -> Iterator[Unheard]:
    """The recordings of a ticket that nobody has made words of: its answers', else the whole call's."""
    answers = [slot for slot in slots if slot.get("audio") and not slot.get("text")]
    for slot in answers:
        if "engine" not in slot and slot.get("name") != "recording":
            yield Unheard(ticket, language, str(slot.get("name")), str(slot["audio"][-1]))
    was_read = any(slot.get("name") == HEARD and "engine" in slot for slot in slots)
    if recording and not was_read and (kind == "cut_off" or not answers):
        yield Unheard(ticket, language, HEARD, recording)


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
