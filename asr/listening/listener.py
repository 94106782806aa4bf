"""One question and its answer on a leg: keys or words, whichever come first.

The prompt is played by whoever asks (`flow_call.py`); here is what is heard meanwhile and after. Where the
answer begins and ends is decided by `asr.listening.endpointing`, what was said by the recognisers, what it
means above.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from asr.intake.values import Heard, KeysWanted, SpeechWanted
from asr.listening.clips import RATE, ClipFolder
from asr.listening.endpointing import (
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
from ivr_flows.runtime.conversation import CallerGone, Wanted
from telephony.call.leg import CallLeg
from telephony.media.interface import Frame, Tap

# Audio from before the answer is known to have begun: lead-in, and the speech that it takes to be sure.
KEPT_FRAMES = int(2.0 / FRAME)
# A whole utterance is read so long before its end is certain: this share of the silence that makes it so, and
# no more than so many seconds. Whisper takes about 0.4 s for a short answer.
HEAD_START, MOST_HEAD_START = 0.6, 0.6
BYTES_PER_SECOND = 2 * RATE
# Seconds that words are waited for; nobody listens to silence for longer, and the recording has them anyway.
PATIENCE = 12.0


@dataclass(frozen=True, slots=True)
class Ears:
    """What listening on a leg needs, the same for the whole call.

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
        ears: the line.
        wanted: what answers.
        language: en, zh or ko.
        prompt: whether a prompt is being played that the answer may interrupt.
        interrupt: stops the prompt.
    """

    def __init__(
        self,
        ears: Ears,
        wanted: Wanted,
        language: str,
        *,
        prompt: bool,
        interrupt: Callable[[], None],
    ) -> None:
        self._ears = ears
        self._language = language
        self._interrupt = interrupt
        self._prompt_over = not prompt
        self._over: asyncio.Future[str] = ears.leg.future()
        """What ended it: "keys", "speech" or "silence"."""
        self.interruption: asyncio.Future[None] = ears.loop.create_future()
        """Done when an answer interrupts the prompt."""
        self._keys = _Keys(wanted.keys, self._over, ears.loop) if wanted.keys is not None else None
        self._speech = _Speech(ears, wanted.speech, language, prompt) if wanted.speech is not None else None
        self._timer: asyncio.TimerHandle | None = None
        self._tap: Tap | None = None
        if self._speech is not None:
            self._tap = ears.leg.audio.tap(self._frame)
        ears.leg.audio.on_digit = self._digit
        for digit in ears.leg.audio.take_digits():
            if not self._digit(digit):
                ears.leg.audio.keep_digit(digit)
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
            self._take(self._speech.prompt_ended(self._ears.loop.time()))
        if self._keys is not None:
            self._keys.prompt_ended(self._quiet)
        self._arm()

    async def answer(self) -> Heard:
        """Wait for the answer.

        Raises:
            CallerGone: with what was heard of the answer under way.
        """
        try:
            kind = await self._over
        except BaseException as error:
            self.close()
            if self._ears.leg.is_over and not isinstance(error, asyncio.CancelledError):
                raise CallerGone(await self._last_words()) from None
            raise
        self.close()
        if kind == "keys" and self._keys is not None:
            return self._heard("keys", digits=self._keys.digits)
        if kind == "speech" and self._speech is not None:
            return self._finished(await self._speech.result())
        return self._heard("silence")

    def close(self) -> None:
        """Stop listening."""
        if self._tap is not None:
            self._tap.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._keys is not None:
            self._keys.close()
        self._ears.leg.audio.on_digit = None

    async def _last_words(self) -> Heard | None:
        """What had been said when the caller hung up in mid-sentence."""
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
        """Take a key; one that comes after the answer stays for the next question."""
        if self._keys is None or self._over.done():
            return False
        if not self._prompt_over:
            self._barge_in()
        self._keys.press(digit)
        if self._speech is not None and not self._speech.began:
            self._speech.deaf = True  # whoever presses keys answers by keys
        return True

    # --- words ------------------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> None:
        if self._speech is not None and not self._over.done():
            self._take(self._speech.receive(frame, self._ears.loop.time()))
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
                self._speech.deaf = True
                self._quiet()

    def _barge_in(self) -> None:
        if not self.interruption.done():
            self.interruption.set_result(None)
        self._interrupt()

    def _quiet(self) -> None:
        """The time for keys, or for words, is over without any; it is silence when both are."""
        keys_over = self._keys is None or self._keys.expired
        words_over = self._speech is None or self._speech.deaf
        if keys_over and words_over and not self._over.done():
            self._over.set_result("silence")

    def _arm(self) -> None:
        """A line without packets gives no frames, so the endpointer's deadline has a timer of its own."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._speech.next_deadline() if self._speech is not None else None
        if deadline is not None and not self._over.done():
            self._timer = self._ears.loop.call_at(deadline + FRAME, self._timeout)

    def _timeout(self) -> None:
        self._timer = None
        if self._speech is not None and not self._over.done():
            self._take(self._speech.handle_timer(self._ears.loop.time()))
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
        self.expired = False

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
                self.expired = True
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
    """The words of one answer: endpointing, the kept audio, and its way to words."""

    def __init__(self, ears: Ears, wanted: SpeechWanted, language: str, prompt: bool) -> None:
        self._ears = ears
        self._wanted = wanted
        self._language = language
        self._timing = TIMINGS[wanted.timing]
        self._head_start = min(MOST_HEAD_START, HEAD_START * self._timing.end_of_turn)
        self._endpointer = Endpointer(self._timing, ears.loop.time(), prompt=prompt, language=language)
        self._before: deque[tuple[float, bytes]] = deque(maxlen=KEPT_FRAMES)
        self._audio = bytearray()
        self._spoken: float | None = None
        self._words: Transcriber | None = None
        self.deaf = False
        """No words are expected any more."""

    @property
    def began(self) -> bool:
        """Whether an answer has begun."""
        return self._words is not None

    def receive(self, frame: Frame, now: float) -> list[TurnEvent]:
        """One frame of the line."""
        pcm = frame.tobytes()
        probability = self._ears.activity.probability(pcm)
        if self.deaf:
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
        return None if self.deaf else self._endpointer.next_deadline()

    def handle_timer(self, now: float) -> list[TurnEvent]:
        """The endpointer's timer."""
        return [] if self.deaf else self._endpointer.handle_timer(now)

    def begin(self, event: SpeechStarted) -> None:
        """The answer began: keep its audio from a little before, and find a recogniser."""
        first = event.start - self._timing.lead_in
        self._audio += b"".join(pcm for at, pcm in self._before if at >= first)
        self._before.clear()
        self._words = transcriber(
            self._ears.recognisers, self._language, self._wanted, self._endpointer.heard
        )
        self._words.feed(bytes(self._audio))

    def end(self, event: TurnEnded | CapReached) -> None:
        """The answer is over."""
        self._spoken = event.speech
        self.deaf = True
        if self._words is not None:
            if isinstance(event, CapReached):
                self._words.go_on()  # an attempt at its last pause, if any, lacks its end
            self._words.end()

    def hang_up(self) -> None:
        """The caller is gone, perhaps in mid-sentence."""
        if self._words is not None and not self.deaf:
            self.deaf = True
            self._words.go_on()
            self._words.end()

    def cancel(self) -> None:
        """Nobody wants the words."""
        if self._words is not None:
            self._words.cancel()

    async def result(self) -> Heard:
        """The words and their recording."""
        assert self._words is not None, "there is an answer"
        writing = asyncio.ensure_future(self._ears.clips.write(bytes(self._audio)))
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
        if not text:
            return Heard("noise")
        return Heard("speech", text=text, words=final.words, confidence=final.confidence)
