"""One question and its answer on a leg: keys or words, whichever come first; barge-in stops the prompt.

Both stay possible until there is an answer. A key takes back words that were begun or are being read; words
that begin a while after the last key, when its number was not finished, take its place; noise takes nothing.

The prompt itself is played by `ivr_flows.runtime.flow_call`. When the answer begins and ends is decided by
`asr.listening.end_of_turn`, its words by the recognisers, their meaning by `asr.slots`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from asr.listening.answer import Heard, KeysWanted, SpeechWanted, Wanted
from asr.listening.clips import RATE, ClipFolder
from asr.listening.end_of_turn import (
    FRAME,
    TIMINGS,
    CapReached,
    Endpointer,
    Interrupted,
    NoSpeech,
    Outlook,
    Resumed,
    SpeechStarted,
    TurnEnded,
    TurnEvent,
    TurnState,
    TurnTiming,
)
from asr.listening.hallucinations import believable
from asr.listening.line import Line, LineFrame
from asr.listening.outlook import outlook
from asr.listening.transcription import Transcriber, transcriber
from asr.listening.turn_detection import LOOKS_AT, TurnDetector
from asr.listening.voice_activity import Phase
from asr.results import Final
from asr.slots.expected import meant
from asr.workers.client import Recognisers
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg

BYTES_PER_SECOND = 2 * RATE
# Seconds to wait for the words after the end of the turn. Nobody listens to silence for longer, and the
# recording has them anyway.
PATIENCE = 12.0
BLIP = 0.4
"""Seconds of speech without a word in them that are a noise, after which an answer is still waited for."""
AFTER_KEY = 1.0
"""Seconds after a key in which nothing counts as speech: its tone, or the digit said while it is pressed."""


@dataclass(frozen=True, slots=True)
class ListenerContext:
    """What every question of a call is listened to with.

    Args:
        leg: the caller's leg.
        recognisers: all languages; None when the site has none.
        line: this leg's line.
        clips: where answers are kept.
        loop: the event loop.
        country: whose numbering plan tells whether a telephone number is complete; "" for not known.
        turns: tells from the sound whether somebody has finished; None where that is not installed.
    """

    leg: CallLeg
    recognisers: Recognisers | None
    line: Line
    clips: ClipFolder
    loop: asyncio.AbstractEventLoop
    country: str = ""
    turns: TurnDetector | None = None


class Listener:
    """Listens for one answer.

    Args:
        context: the line.
        wanted: what answers.
        language: en, zh or ko.
        prompt: whether a prompt is being played that the answer may interrupt.
        interrupt: stops the prompt.

    Raises:
        LegClosed: the leg is over.
    """

    def __init__(
        self,
        context: ListenerContext,
        wanted: Wanted,
        language: str,
        *,
        prompt: bool,
        interrupt: Callable[[], None],
    ) -> None:
        self._context = context
        self._interrupt = interrupt
        self._prompt_over = not prompt
        self._over: asyncio.Future[Heard] = context.leg.future()
        self.interruption: asyncio.Future[None] = context.loop.create_future()
        """Done when an answer interrupts the prompt."""
        self._timer: asyncio.TimerHandle | None = None
        self._words: asyncio.Task[Heard] | None = None
        self._prompt_ended_at = context.loop.time()
        self._keys = _Keys(wanted.keys, self._keyed, context.loop) if wanted.keys is not None else None
        self._speech: _Speech | None = None
        if wanted.speech is not None:
            timing = TIMINGS[wanted.speech.timing]
            if wanted.keys is not None:
                # The time for words and the time for keys end together: nobody knows that they are two.
                timing = replace(timing, no_speech=max(timing.no_speech, wanted.keys.first_timeout))
            self._speech = _Speech(context, wanted.speech, language, timing, prompt=prompt)
            self._take(self._speech.attach(self._frame))
        context.leg.audio.on_digit = self._digit
        for digit in context.leg.audio.take_digits():
            if not self._digit(digit):
                context.leg.audio.keep_digit(digit)
        if not prompt:
            self._await_answer()

    @property
    def interrupted(self) -> bool:
        """Whether an answer has interrupted the prompt, so that no more of it need be played."""
        return self.interruption.done()

    def prompt_ended(self) -> None:
        """The prompt is over: the time for an answer begins."""
        if not self._prompt_over:
            self._prompt_over = True
            self._await_answer()

    def prompt_paused(self) -> None:
        """The next part of the prompt is not there yet: what is said now is kept for the prompt's end."""
        if self._speech is not None:
            self._speech.prompt_paused(self._context.loop.time())

    def prompt_resumed(self) -> None:
        """The prompt is heard again."""
        if self._speech is not None:
            self._speech.prompt_resumed()

    async def answer(self) -> Heard:
        """Wait for the answer.

        Raises:
            LegClosed: the caller hung up; `last_words` has what they had said.
        """
        try:
            heard = await self._over
        except LegClosed:
            self._stop()
            raise
        except BaseException:
            self.close()
            raise
        self.close()
        return self._finished(heard)

    def close(self) -> None:
        """Stop listening; the answer is there, or is not wanted any more."""
        self._stop()
        if self._words is not None:
            self._words.cancel()
        if self._speech is not None:
            self._speech.cancel()

    async def last_words(self) -> Heard | None:
        """What the caller had said when they hung up in mid-sentence; None for nothing."""
        if self._speech is None or not self._speech.began:
            return None
        if self._words is None:
            self._speech.hang_up()
            self._words = self._context.loop.create_task(self._speech.result())
        return self._finished(await self._words)

    def _stop(self) -> None:
        self._context.line.detach()
        if self._timer is not None:
            self._timer.cancel()
        if self._keys is not None:
            self._keys.stop()
        self._context.leg.audio.on_digit = None

    def _finished(self, heard: Heard) -> Heard:
        return replace(heard, barged_in=self.interrupted)

    def _answer(self, heard: Heard) -> None:
        if heard.kind == "speech":
            self._context.line.caller_spoke()
        if not self._over.done():
            self._over.set_result(heard)

    def _await_answer(self) -> None:
        self._prompt_ended_at = self._context.loop.time()
        if self._speech is not None:
            self._take(self._speech.prompt_ended(self._context.loop.time()))
        if self._keys is not None:
            self._keys.prompt_ended(self._quiet)
        self._arm()

    # --- keys -------------------------------------------------------------------------------------------

    def _digit(self, digit: str) -> bool:
        """Take a key; False for one that comes after the answer and is for the next question."""
        if self._keys is None or self._over.done():
            return False
        self._barge_in()
        self._take_back_end()
        if self._speech is not None:
            self._speech.start_again(self._context.loop.time())
            self._arm()
        self._keys.press(digit)
        return True

    def _keyed(self) -> None:
        assert self._keys is not None
        self._context.line.answered()
        self._answer(Heard("keys", digits=self._keys.digits))

    # --- words ------------------------------------------------------------------------------------------

    def _frame(self, frame: LineFrame) -> None:
        if self._speech is not None and not self._over.done():
            self._take(self._speech.receive(frame))
            self._arm()

    def _take(self, happened: list[TurnEvent]) -> None:
        assert self._speech is not None
        for event in happened:
            match event:
                case SpeechStarted():
                    self._speech.begin(event)
                    if self._keys is not None:
                        self._keys.hold()
                case Interrupted():
                    self._barge_in()
                case TurnEnded() | CapReached():
                    self._speech.end(event)
                    self._words = self._context.loop.create_task(self._speech.result())
                    self._words.add_done_callback(self._read)
                case Resumed():
                    self._take_back_end()
                    self._speech.go_on()
                case NoSpeech():
                    self._speech.timed_out = True
                    self._quiet()

    def _read(self, words: asyncio.Task[Heard]) -> None:
        """The words of an answer that has ended are there."""
        if words is not self._words or words.cancelled() or self._over.done():
            return
        error = words.exception()
        if error is not None:
            self._over.set_exception(error)
            return
        heard = words.result()
        if heard.kind != "speech" and self._keys is not None and self._keys.digits:
            self._keyed()
        elif self._speech is not None and self._speech.blip and _says_nothing(heard):
            self._words = None
            self._speech.wait_on(self._prompt_ended_at, self._context.loop.time())
            self._arm()
        else:
            self._answer(heard)

    def _take_back_end(self) -> None:
        if self._words is not None:
            self._words.cancel()
            self._words = None

    def _barge_in(self) -> None:
        if self._prompt_over:
            return
        if not self.interruption.done():
            self.interruption.set_result(None)
        self._interrupt()

    def _quiet(self) -> None:
        """The time for keys, or for words, ran out; the answer is silence when both have."""
        keys_over = self._keys is None or self._keys.timed_out
        words_over = self._speech is None or self._speech.timed_out
        if keys_over and words_over:
            self._answer(Heard("silence"))

    def _arm(self) -> None:
        """Set the endpointer's timer: a line without packets brings no frames."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._speech.next_deadline() if self._speech is not None else None
        if deadline is not None and not self._over.done():
            self._timer = self._context.loop.call_at(deadline + FRAME, self._timeout)

    def _timeout(self) -> None:
        self._timer = None
        if self._speech is not None and not self._over.done():
            self._take(self._speech.handle_timer(self._context.loop.time()))
            self._arm()


def _says_nothing(heard: Heard) -> bool:
    return heard.kind == "noise" and meant(heard.meanings) is None


PHASES = {
    TurnState.PROMPT: Phase.PROMPT,
    TurnState.WAITING: Phase.WAITING,
    TurnState.SPEAKING: Phase.SPEAKING,
    TurnState.ENDED: Phase.SPEAKING,
    TurnState.OVER: Phase.WAITING,
}
"""What the caller's speech would be."""


class _Keys:
    """The keys of one answer.

    Args:
        wanted: which.
        complete: called when they are an answer.
        loop: the event loop.
    """

    def __init__(
        self, wanted: KeysWanted, complete: Callable[[], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._wanted = wanted
        self._complete = complete
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self.digits = ""
        self.timed_out = False

    def press(self, digit: str) -> None:
        """One key."""
        ended = digit in self._wanted.terminators
        if not ended:
            self.digits += digit
        if ended or len(self.digits) >= self._wanted.maximum:
            self.stop()
            self._complete()
        else:
            self._wait(self._wanted.between_timeout, self._complete)

    def prompt_ended(self, quiet: Callable[[], None]) -> None:
        """The first key's time begins."""
        if not self.digits:

            def expire() -> None:
                self.timed_out = True
                quiet()

            self._wait(self._wanted.first_timeout, expire)

    def hold(self) -> None:
        """The caller speaks: what was pressed is no answer by running out of time."""
        if self.digits:
            self.stop()

    def stop(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self.stop()
        self._timer = self._loop.call_later(seconds, then)


class _Speech:
    """The spoken part of one answer: its audio, where it ends, and its way to the recogniser."""

    def __init__(
        self,
        context: ListenerContext,
        wanted: SpeechWanted,
        language: str,
        timing: TurnTiming,
        *,
        prompt: bool,
    ) -> None:
        self._context = context
        self._wanted = wanted
        self._language = language
        self._timing = timing
        self._known = replace(wanted.context, country=wanted.context.country or context.country)
        self._endpointer = Endpointer(timing, context.loop.time(), prompt=prompt)
        self._audio = bytearray()
        self._after = bytearray()  # heard since the turn ended, in case it did not
        self._spoken: float | None = None
        self._words: Transcriber | None = None
        self._ended = False
        self._deaf_until = 0.0
        self._by_words = self._by_sound = Outlook.UNKNOWN
        self._judging: asyncio.Task[Outlook] | None = None  # of this pause
        self.timed_out = False
        """No words came in time."""

    @property
    def began(self) -> bool:
        """Whether an answer has begun."""
        return self._words is not None

    @property
    def blip(self) -> bool:
        """Whether what has ended was too short for an answer of which nothing is understood."""
        return self._spoken is not None and self._spoken < BLIP

    def attach(self, take: Callable[[LineFrame], None]) -> list[TurnEvent]:
        """Hear the line from now on, and first what the caller is saying already."""
        before = self._context.line.attach(take)
        if not before:
            return []
        self._endpointer = Endpointer(self._timing, before[0].at - FRAME, prompt=True)
        return [event for frame in before for event in self._endpointer.receive(frame.probability, frame.at)]

    def receive(self, frame: LineFrame) -> list[TurnEvent]:
        """One frame of the line."""
        if self._ended:
            self._after += frame.pcm
        elif self._words is not None:
            self._audio += frame.pcm
            self._words.feed(frame.pcm)
        deaf = frame.at <= self._deaf_until
        events = self._endpointer.receive(0.0 if deaf else frame.probability, frame.at)
        self._tell_phase()
        if self._words is not None and not self._ended:
            self._look_ahead(self._words, frame.at)
        return events

    def prompt_ended(self, now: float) -> list[TurnEvent]:
        """The prompt is over."""
        events = self._endpointer.prompt_ended(now)
        self._tell_phase()
        return events

    def prompt_paused(self, now: float) -> None:
        """Nothing of the prompt is heard for a while."""
        self._endpointer.prompt_paused(now)

    def prompt_resumed(self) -> None:
        """It is heard again."""
        self._endpointer.prompt_resumed()

    def next_deadline(self) -> float | None:
        """The endpointer's deadline."""
        return self._endpointer.next_deadline()

    def handle_timer(self, now: float) -> list[TurnEvent]:
        """The endpointer's timer."""
        return self._endpointer.handle_timer(now)

    def begin(self, event: SpeechStarted) -> None:
        """The answer began: keep its audio from a little before, and find a recogniser."""
        self._audio[:] = self._context.line.since(event.start - self._timing.lead_in)
        self._open()

    def end(self, event: TurnEnded | CapReached) -> None:
        """The answer is over."""
        assert self._words is not None, "there is an answer"
        self._spoken = event.speech
        self._ended = True
        self._forget_judgement()
        self._context.line.answered()
        if isinstance(event, CapReached):
            self._words.go_on()  # an attempt at its last pause, if any, lacks its end
        self._words.end()

    def go_on(self) -> None:
        """The answer is not over: what was heard since its end is part of it."""
        self.cancel()
        self._ended = False
        self._audio += self._after
        self._after.clear()
        self._open()

    def start_again(self, now: float) -> None:
        """Forget what was said: a key was pressed. Its own time decides when the answer is over."""
        self.cancel()
        self._words = None
        self._ended = False
        self._after.clear()
        self._deaf_until = now + AFTER_KEY
        self._endpointer = Endpointer(replace(self._timing, no_speech=self._timing.cap), now)
        self._tell_phase()

    def wait_on(self, since: float, now: float) -> None:
        """It was a noise: an answer may still come, in the time that there is since the prompt ended."""
        self.cancel()
        self._words = None
        self._ended = False
        self._after.clear()
        left = max(FRAME, since + self._timing.no_speech - now)
        self._endpointer = Endpointer(replace(self._timing, no_speech=left), now)
        self._tell_phase()

    def hang_up(self) -> None:
        """The caller is gone, perhaps in mid-sentence."""
        if self._words is not None and not self._ended:
            self._ended = True
            self._words.go_on()
            self._words.end()

    def cancel(self) -> None:
        """The words are not needed."""
        self._forget_judgement()
        if self._words is not None:
            self._words.cancel()

    async def result(self) -> Heard:
        """The words and their recording."""
        assert self._words is not None, "there is an answer"
        try:
            async with asyncio.timeout(PATIENCE):
                final = await self._words.final()
        except TimeoutError:
            self.cancel()
            final = None
        heard = Heard("unavailable") if final is None else self._believed(final)
        path = await self._context.clips.write(bytes(self._audio))
        return replace(heard, audio=path, seconds=len(self._audio) / BYTES_PER_SECOND)

    def _open(self) -> None:
        self._words = transcriber(self._context.recognisers, self._language, self._wanted, self._heard)
        self._words.feed(bytes(self._audio))

    def _heard(self, text: str) -> None:
        self._by_words = outlook(self._wanted.slot, text, self._language, self._known)
        self._expect()

    def _expect(self) -> None:
        """Tell what is to be expected: by the words where they say anything, else by the sound."""
        by_words = self._by_words is not Outlook.UNKNOWN
        self._endpointer.expect(self._by_words if by_words else self._by_sound)

    def _tell_phase(self) -> None:
        self._context.line.phase = PHASES[self._endpointer.state]

    def _look_ahead(self, words: Transcriber, now: float) -> None:
        """See whether the caller speaks on, or pauses for so long that it may be the end."""
        silence = now - self._endpointer.last_speech
        if silence < FRAME:
            self._forget_judgement()
            words.go_on()
            return
        if silence >= self._timing.reading or self._by_sound is Outlook.COMPLETE:
            words.pause()
        detector = self._context.turns
        if detector is not None and self._judging is None and 0 < self._timing.judging <= silence:
            last = bytes(self._audio[-round(LOOKS_AT * BYTES_PER_SECOND) :])
            self._judging = self._context.loop.create_task(detector.judge(last))
            self._judging.add_done_callback(self._judged)

    def _judged(self, judging: asyncio.Task[Outlook]) -> None:
        if judging is self._judging and not judging.cancelled() and judging.exception() is None:
            self._by_sound = judging.result()
            self._expect()

    def _forget_judgement(self) -> None:
        if self._judging is not None:
            self._judging.cancel()
            self._judging = None
            self._by_sound = Outlook.UNKNOWN
            self._expect()

    def _believed(self, final: Final) -> Heard:
        text = believable(final.text, self._language, speech=self._spoken, confidence=final.confidence)
        heard = Heard("noise", meanings=final.meanings, alternatives=final.alternatives)
        if not text:
            return heard
        return replace(heard, kind="speech", text=text, words=final.words, confidence=final.confidence)
