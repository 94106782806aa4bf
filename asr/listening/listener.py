"""One question and its answer on a leg: keys or words, whichever come first; barge-in stops the prompt.

The prompt itself is played by `ivr_flows.runtime.flow_call`. When the answer begins and ends is decided by
`asr.listening.end_of_turn`, its words by the recognisers, their meaning by `asr.slots`.
"""

from __future__ import annotations

import asyncio
from collections import deque
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
    SpeechStarted,
    TurnEnded,
    TurnEvent,
)
from asr.listening.hallucinations import believable
from asr.listening.transcription import Transcriber, transcriber
from asr.listening.voice_activity import VoiceActivity
from asr.results import Final
from asr.workers.client import Recognisers
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media.interface import Frame, Tap

# Audio kept from before an answer is known to have begun: lead-in, and the speech that it takes to be sure.
KEPT_FRAMES = int(2.0 / FRAME)
# Recognition of a whole utterance starts this long before its end is certain: a share of the silence that
# ends a turn, and a limit in seconds. Whisper takes about 0.4 s for a short answer.
HEAD_START, MOST_HEAD_START = 0.6, 0.6
BYTES_PER_SECOND = 2 * RATE
# Seconds to wait for the words after the end of the turn. Nobody listens to silence for longer, and the
# recording has them anyway.
PATIENCE = 12.0


@dataclass(frozen=True, slots=True)
class ListenerContext:
    """What every question of a call is listened to with.

    Args:
        leg: the caller's leg.
        recognisers: all languages; None when the site has none.
        activity: this line's voice activity.
        clips: where answers are kept.
        loop: the event loop.
    """

    leg: CallLeg
    recognisers: Recognisers | None
    activity: VoiceActivity
    clips: ClipFolder
    loop: asyncio.AbstractEventLoop


class Listener:
    """Listens for one answer.

    Args:
        context: the line.
        wanted: what answers.
        language: en, zh or ko.
        prompt: whether a prompt is being played that the answer may interrupt.
        interrupt: stops the prompt.
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
        self._language = language
        self._interrupt = interrupt
        self._prompt_over = not prompt
        self._over: asyncio.Future[str] = context.leg.future()
        """What ended it: "keys", "speech" or "silence"."""
        self.interruption: asyncio.Future[None] = context.loop.create_future()
        """Done when an answer interrupts the prompt."""
        self._keys = _Keys(wanted.keys, self._over, context.loop) if wanted.keys is not None else None
        self._speech = (
            _Speech(context, wanted.speech, language, prompt) if wanted.speech is not None else None
        )
        self._timer: asyncio.TimerHandle | None = None
        self._tap: Tap | None = None
        if self._speech is not None:
            self._tap = context.leg.audio.tap(self._frame)
        context.leg.audio.on_digit = self._digit
        for digit in context.leg.audio.take_digits():
            if not self._digit(digit):
                context.leg.audio.keep_digit(digit)
        if not prompt:
            self.prompt_ended()

    @property
    def interrupted(self) -> bool:
        """Whether an answer has interrupted the prompt, so that no more of it need be played."""
        return self.interruption.done()

    def prompt_ended(self) -> None:
        """The prompt is over: the time for an answer begins."""
        if self._prompt_over and self._timer is not None:
            return
        self._prompt_over = True
        if self._speech is not None:
            self._take(self._speech.prompt_ended(self._context.loop.time()))
        if self._keys is not None:
            self._keys.prompt_ended(self._quiet)
        self._arm()

    async def answer(self) -> Heard:
        """Wait for the answer.

        Raises:
            LegClosed: the caller hung up; `last_words` has what they had said.
        """
        try:
            kind = await self._over
        except LegClosed:
            self._stop()
            raise
        except BaseException:
            self.close()
            raise
        self._stop()
        if kind == "keys" and self._keys is not None:
            return self._heard("keys", digits=self._keys.digits)
        if kind == "speech" and self._speech is not None:
            return self._finished(await self._speech.result())
        return self._heard("silence")

    def close(self) -> None:
        """Stop listening; the answer is not wanted any more."""
        self._stop()
        if self._speech is not None:
            self._speech.cancel()

    def _stop(self) -> None:
        if self._tap is not None:
            self._tap.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._keys is not None:
            self._keys.close()
        self._context.leg.audio.on_digit = None

    async def last_words(self) -> Heard | None:
        """What the caller had said when they hung up in mid-sentence; None for nothing."""
        if self._speech is None or not self._speech.began:
            return None
        self._speech.hang_up()
        return self._finished(await self._speech.result())

    def _finished(self, heard: Heard) -> Heard:
        return replace(heard, barged_in=self.interrupted)

    def _heard(self, kind: str, digits: str = "") -> Heard:
        heard = Heard("keys", digits=digits) if kind == "keys" else Heard("silence")
        if self._speech is not None:
            self._speech.cancel()
        return self._finished(heard)

    # --- keys -------------------------------------------------------------------------------------------

    def _digit(self, digit: str) -> bool:
        """Take a key; False for one that comes after the answer and is for the next question."""
        if self._keys is None or self._over.done():
            return False
        if not self._prompt_over:
            self._barge_in()
        self._keys.press(digit)
        if self._speech is not None and not self._speech.began:
            self._speech.closed = True  # a caller who presses keys answers by keys
        return True

    # --- words ------------------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> None:
        if self._speech is not None and not self._over.done():
            self._take(self._speech.receive(frame, self._context.loop.time()))
            self._arm()

    def _take(self, happened: list[TurnEvent]) -> None:
        assert self._speech is not None
        for event in happened:
            if isinstance(event, SpeechStarted):
                self._speech.begin(event)
            elif isinstance(event, Interrupted):
                self._barge_in()
            elif isinstance(event, TurnEnded | CapReached):
                self._speech.end(event)
                if not self._over.done() and (self._keys is None or not self._keys.digits):
                    self._over.set_result("speech")
            else:
                self._speech.closed = True
                self._quiet()

    def _barge_in(self) -> None:
        if not self.interruption.done():
            self.interruption.set_result(None)
        self._interrupt()

    def _quiet(self) -> None:
        """The time for keys, or for words, ran out; the answer is silence when both have."""
        keys_over = self._keys is None or self._keys.timed_out
        words_over = self._speech is None or self._speech.closed
        if keys_over and words_over and not self._over.done():
            self._over.set_result("silence")

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


class _Keys:
    """The keys of one answer."""

    def __init__(
        self, wanted: KeysWanted, over: asyncio.Future[str], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._wanted = wanted
        self._over = over
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
            self._complete()
        else:
            self._wait(self._wanted.between_timeout, self._complete)

    def prompt_ended(self, quiet: Callable[[], None]) -> None:
        """The first key's time begins."""
        if not self.digits and not self._over.done():

            def expire() -> None:
                self.timed_out = True
                quiet()

            self._wait(self._wanted.first_timeout, expire)

    def close(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self.close()
        self._timer = self._loop.call_later(seconds, then)

    def _complete(self) -> None:
        if not self._over.done():
            self._over.set_result("keys")


class _Speech:
    """The spoken part of one answer: its audio, where it ends, and its way to the recogniser."""

    def __init__(self, context: ListenerContext, wanted: SpeechWanted, language: str, prompt: bool) -> None:
        self._context = context
        self._wanted = wanted
        self._language = language
        self._timing = TIMINGS[wanted.timing]
        self._head_start = min(MOST_HEAD_START, HEAD_START * self._timing.end_of_turn)
        self._endpointer = Endpointer(self._timing, context.loop.time(), prompt=prompt, language=language)
        self._before: deque[tuple[float, bytes]] = deque(maxlen=KEPT_FRAMES)
        self._audio = bytearray()
        self._spoken: float | None = None
        self._words: Transcriber | None = None
        self.closed = False
        """No words are expected any more."""

    @property
    def began(self) -> bool:
        """Whether an answer has begun."""
        return self._words is not None

    def receive(self, frame: Frame, now: float) -> list[TurnEvent]:
        """One frame of the line."""
        pcm = frame.tobytes()
        probability = self._context.activity.probability(pcm)
        if self.closed:
            return []
        if self._words is None:
            self._before.append((now, pcm))
            return self._endpointer.receive(probability, now)
        self._audio += pcm
        self._words.feed(pcm)
        expected = self._endpointer.next_deadline()
        events = self._endpointer.receive(probability, now)
        self._look_ahead(self._words, expected, now)
        return events

    def prompt_ended(self, now: float) -> list[TurnEvent]:
        """The prompt is over."""
        return self._endpointer.prompt_ended(now)

    def next_deadline(self) -> float | None:
        """The endpointer's deadline."""
        return None if self.closed else self._endpointer.next_deadline()

    def handle_timer(self, now: float) -> list[TurnEvent]:
        """The endpointer's timer."""
        return [] if self.closed else self._endpointer.handle_timer(now)

    def begin(self, event: SpeechStarted) -> None:
        """The answer began: keep its audio from a little before, and find a recogniser."""
        first = event.start - self._timing.lead_in
        self._audio += b"".join(pcm for at, pcm in self._before if at >= first)
        self._before.clear()
        self._words = transcriber(
            self._context.recognisers, self._language, self._wanted, self._endpointer.heard
        )
        self._words.feed(bytes(self._audio))

    def end(self, event: TurnEnded | CapReached) -> None:
        """The answer is over."""
        self._spoken = event.speech
        self.closed = True
        if self._words is not None:
            if isinstance(event, CapReached):
                self._words.go_on()  # an attempt at its last pause, if any, lacks its end
            self._words.end()

    def hang_up(self) -> None:
        """The caller is gone, perhaps in mid-sentence."""
        if self._words is not None and not self.closed:
            self.closed = True
            self._words.go_on()
            self._words.end()

    def cancel(self) -> None:
        """The words are not needed."""
        if self._words is not None:
            self._words.cancel()

    async def result(self) -> Heard:
        """The words and their recording."""
        assert self._words is not None, "there is an answer"
        writing = asyncio.ensure_future(self._context.clips.write(bytes(self._audio)))
        try:
            async with asyncio.timeout(PATIENCE):
                final = await self._words.final()
        except TimeoutError:
            self.cancel()
            final = None
        heard = Heard("unavailable") if final is None else self._believed(final)
        return replace(heard, audio=await writing, seconds=len(self._audio) / BYTES_PER_SECOND)

    def _look_ahead(self, words: Transcriber, expected: float | None, now: float) -> None:
        """See whether the caller speaks on, or the turn is about to end (`expected`: before this frame)."""
        deadline = self._endpointer.next_deadline()
        if deadline is None or expected is None:
            return
        if deadline > expected:
            words.go_on()
        elif deadline - now <= self._head_start:
            words.pause()

    def _believed(self, final: Final) -> Heard:
        text = believable(final.text, self._language, speech=self._spoken, confidence=final.confidence)
        heard = Heard("noise", meanings=final.meanings, alternatives=final.alternatives)
        if not text:
            return heard
        return replace(heard, kind="speech", text=text, words=final.words, confidence=final.confidence)
