"""How the words of one answer are had from the recognisers: while it is spoken, or read as a whole.

An engine that gives words while somebody speaks gets the sound as it comes. One that reads whole utterances
gets it all at once, and that a little before the turn is known to be over: most pauses that long are its end,
and then the words are there when it comes. When the caller goes on instead, that attempt is given up. When a
turn ends is left to `asr.listening.end_of_turn`, what the words mean to the layers above.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from asr.listening.answer import SpeechWanted
from asr.results import Final, Partial
from asr.slots.expected import expected
from asr.workers.client import RecogniserError, Recognisers, Recognition

Heard = Callable[[str], None]


class Transcriber(Protocol):
    """One answer on its way to words. Nothing here blocks but `final`."""

    def feed(self, pcm: bytes) -> None:
        """Take more of the answer: 8 kHz mono int16."""

    def pause(self) -> None:
        """The caller has said nothing for a while: the answer may be over."""

    def go_on(self) -> None:
        """The caller goes on speaking."""

    def end(self) -> None:
        """The answer is over; the words are being waited for."""

    async def final(self) -> Final | None:
        """The words, after `end`; None when no recogniser could be had."""

    def cancel(self) -> None:
        """Nobody wants the words."""


def transcriber(
    recognisers: Recognisers | None, language: str, wanted: SpeechWanted, heard: Heard
) -> Transcriber:
    """The way to words that fits the language's engine.

    Args:
        recognisers: all languages; None when the site has none.
        language: en, zh or ko.
        wanted: the answer.
        heard: told what is heard so far, each time it changes.
    """
    can = recognisers.capabilities(language) if recognisers is not None else None
    if recognisers is None or can is None:
        return _Deaf()
    if can.streaming:
        return _AsSpoken(recognisers, language, wanted.phrases, heard)
    # To an engine that streams a list of phrases is all that it hears; to others it is a hint.
    phrases = wanted.phrases or expected(wanted.slot, language)
    return _AsWhole(recognisers, language, phrases, heard)


class _Deaf:
    """No recogniser: no words."""

    def feed(self, pcm: bytes) -> None:
        """Nothing."""

    def pause(self) -> None:
        """Nothing."""

    def go_on(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""

    async def final(self) -> Final | None:
        """None."""
        return None

    def cancel(self) -> None:
        """Nothing."""


class _AsSpoken:
    """For engines that give words while somebody speaks.

    Args:
        recognisers, language, heard: as for `transcriber`.
        phrases: the phrases to expect, empty for anything.
    """

    def __init__(
        self, recognisers: Recognisers, language: str, phrases: tuple[str, ...], heard: Heard
    ) -> None:
        self._recognisers = recognisers
        self._language = language
        self._phrases = phrases
        self._heard = heard
        self._before = bytearray()  # what is said until a recogniser is there
        self._recognition: Recognition | None = None
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._recognise())

    def feed(self, pcm: bytes) -> None:
        """Hand it on, or keep it until somebody takes it."""
        if self._recognition is None:
            self._before += pcm
        else:
            self._recognition.feed(pcm)

    def pause(self) -> None:
        """Nothing: it has all words so far as it is."""

    def go_on(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Have the last words recognised."""
        self._over.set()

    async def final(self) -> Final | None:
        """The words."""
        return await self._task

    def cancel(self) -> None:
        """Free the recogniser."""
        self._task.cancel()

    async def _recognise(self) -> Final | None:
        try:
            self._recognition = recognition = await self._recognisers.open(
                self._language, phrases=self._phrases, on_partial=self._partial
            )
        except RecogniserError:
            return None
        try:
            recognition.feed(bytes(self._before))
            self._before.clear()
            await self._over.wait()
            return await recognition.finish()
        except RecogniserError:
            return None
        finally:
            recognition.cancel()

    def _partial(self, partial: Partial) -> None:
        self._heard(partial.text)


class _AsWhole:
    """For engines that read an utterance when it is complete. Arguments as for `_AsSpoken`."""

    def __init__(
        self, recognisers: Recognisers, language: str, phrases: tuple[str, ...], heard: Heard
    ) -> None:
        self._recognisers = recognisers
        self._language = language
        self._phrases = phrases
        self._heard = heard
        self._audio = bytearray()
        self._attempt: asyncio.Task[Final | None] | None = None

    def feed(self, pcm: bytes) -> None:
        """Keep it."""
        self._audio += pcm

    def pause(self) -> None:
        """Have all of it read, unless it is being read since the caller fell silent."""
        if self._attempt is None:
            self._attempt = asyncio.create_task(self._read(bytes(self._audio)))

    def go_on(self) -> None:
        """What was read lacks what comes now."""
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = None
            self._heard("")

    def end(self) -> None:
        """Have it read now at the latest; once more when an attempt found no recogniser."""
        if self._attempt is not None and self._attempt.done() and self._attempt.result() is None:
            self._attempt = None
        self.pause()

    async def final(self) -> Final | None:
        """The words."""
        assert self._attempt is not None, "end comes first"
        return await self._attempt

    def cancel(self) -> None:
        """Free the recogniser."""
        if self._attempt is not None:
            self._attempt.cancel()

    async def _read(self, audio: bytes) -> Final | None:
        recognition: Recognition | None = None
        try:
            recognition = await self._recognisers.open(self._language, phrases=self._phrases)
            recognition.feed(audio)
            final = await recognition.finish()
        except RecogniserError:
            return None
        finally:
            if recognition is not None:
                recognition.cancel()
        self._heard(final.text)
        return final
