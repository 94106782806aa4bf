"""Gets the words of one answer from the recognisers: while it is spoken, or read as a whole.

A streaming engine gets the sound as it comes. One that reads whole utterances gets all of it at once, a
little before the turn is known to be over: most pauses that long are its end, and the words are ready when it
comes. When the caller speaks on instead, that attempt is dropped. When a turn ends is left to
`asr.listening.end_of_turn`, what the words mean to the layers above.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from asr.errors import UtteranceLost
from asr.listening.answer import SpeechWanted
from asr.protocol import StreamConfig
from asr.results import Capabilities, Final, Partial
from asr.slots.expected import alternatives_of, example_of, expected, meanings_of
from asr.workers.client import RecogniserError, Recognisers, Recognition

OnText = Callable[[str], None]


class Transcriber(Protocol):
    """One answer on its way to words. Nothing here blocks but `final`."""

    def feed(self, pcm: bytes) -> None:
        """Take more of the answer: 8 kHz mono int16."""

    def pause(self) -> None:
        """The caller has been silent for a while: the answer may be over."""

    def go_on(self) -> None:
        """The caller speaks on."""

    def end(self) -> None:
        """The answer is over; the words are being waited for."""

    async def final(self) -> Final | None:
        """The words, after `end`; None when no recogniser could be had."""

    def cancel(self) -> None:
        """The words are not needed: free the recogniser."""


def transcriber(
    recognisers: Recognisers | None, language: str, wanted: SpeechWanted, heard: OnText
) -> Transcriber:
    """The transcriber that fits the language's engine.

    Args:
        recognisers: all languages; None when the site has none.
        language: en, zh or ko.
        wanted: the answer.
        heard: called with the words so far, each time they change.
    """
    can = recognisers.capabilities(language) if recognisers is not None else None
    if recognisers is None or can is None:
        return _NoRecogniser()
    if can.streaming:
        return _Streaming(recognisers, language, _config(wanted, language, can, wanted.phrases), heard)
    # A streaming engine hears nothing but the phrases of its list; to others they are a hint.
    phrases = wanted.phrases or expected(wanted.slot, language)
    return _WholeUtterance(recognisers, language, _config(wanted, language, can, phrases), heard)


def _config(wanted: SpeechWanted, language: str, can: Capabilities, phrases: tuple[str, ...]) -> StreamConfig:
    """How the answer is to be heard by an engine that can do this much."""
    if not can.extended:
        return StreamConfig(phrases=phrases)
    return StreamConfig(
        phrases=phrases,
        meanings=meanings_of(wanted.slot, language, wanted.meanings),
        vocabulary=wanted.vocabulary,
        alternatives=alternatives_of(wanted.slot),
        example=example_of(wanted.slot, language),
        languages=wanted.languages,
    )


class _NoRecogniser:
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


class _Streaming:
    """For streaming engines.

    Args:
        recognisers, language, heard: as for `transcriber`.
        config: how to hear it.
    """

    def __init__(self, recognisers: Recognisers, language: str, config: StreamConfig, heard: OnText) -> None:
        self._recognisers = recognisers
        self._language = language
        self._config = config
        self._heard = heard
        self._before = bytearray()  # what is said until there is a recogniser
        self._recognition: Recognition | None = None
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._recognise())

    def feed(self, pcm: bytes) -> None:
        """Pass it on, or keep it until there is a recogniser."""
        if self._recognition is None:
            self._before += pcm
        else:
            self._recognition.feed(pcm)

    def pause(self) -> None:
        """Nothing."""

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
                self._language, config=self._config, on_partial=self._partial
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


class _WholeUtterance:
    """For engines that read an utterance when it is complete. Arguments as for `_Streaming`."""

    def __init__(self, recognisers: Recognisers, language: str, config: StreamConfig, heard: OnText) -> None:
        self._recognisers = recognisers
        self._language = language
        self._config = config
        self._heard = heard
        self._audio = bytearray()
        self._attempt: asyncio.Task[Final | None] | None = None

    def feed(self, pcm: bytes) -> None:
        """Keep it."""
        self._audio += pcm

    def pause(self) -> None:
        """Have all of it read, unless that is under way."""
        if self._attempt is None:
            self._attempt = asyncio.create_task(self._read(bytes(self._audio)))

    def go_on(self) -> None:
        """Drop the attempt: it lacks what comes now."""
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = None
            self._heard("")

    def end(self) -> None:
        """Have it read now at the latest; again when an attempt found no recogniser."""
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
            recognition = await self._recognisers.open(self._language, config=self._config)
            recognition.feed(audio)
            final = await recognition.finish()
        except UtteranceLost:
            return Final("", (), None, self._language, "")  # another try would end another worker
        except RecogniserError:
            return None
        finally:
            if recognition is not None:
                recognition.cancel()
        self._heard(final.text)
        return final
