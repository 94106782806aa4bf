"""A caller who does what a list says: the conversation of the tests, where every answer can be anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from asr.listening.answer import Heard, Wanted
from asr.understanding.rules import Rules
from ivr_flows.steps.conversation import CallerGone, HttpAnswer, HttpRequest, RecordedMessage
from journal.event import Event
from telephony.call.events import StepEntered
from tts.parts import Part, SoundFile, Spoken, Text


class Caller:
    """One caller.

    Args:
        answers: one for each question, recording and lookup: a str of keys, words in `say("...")`, a `Heard`,
            `RecordedMessage`, `HttpAnswer`, None for silence (or no answer), or an exception to raise.
        caller, called, original_called: the numbers.
        now: when the call comes.
        no_recogniser: whether words cannot be understood.
        country: where the site is.
        hangs_up_at: hangs up when this text is said.
        not_called: numbers that the site does not call back.
    """

    def __init__(
        self,
        answers: Iterable[object],
        *,
        now: datetime,
        caller: str = "+4930123456",
        called: str = "4000",
        original_called: str = "",
        no_recogniser: bool = False,
        country: str = "",
        hangs_up_at: str = "",
        not_called: Collection[str] = (),
    ) -> None:
        self.language = ""
        self.country = country
        self._not_called = not_called
        self.understander = Rules()
        self.caller = caller
        self.called = called
        self.original_called = original_called
        self.call = "c1"
        self.leg = "1"
        self.answered = 0
        self.events: list[Event] = []
        self.said: list[str] = []
        self.wanted: list[Wanted] = []
        self.barge_in: list[bool] = []
        self.requests: list[HttpRequest] = []
        self.paused = 0.0
        self.gone = False
        self.kept = False
        self.secret: list[bool] = []
        self._answers = deque(answers)
        self._now = now
        self._no_recogniser = no_recogniser
        self._hangs_up_at = hangs_up_at

    @property
    def steps(self) -> list[str]:
        """The names of the steps entered."""
        return [event.step for event in self.events if isinstance(event, StepEntered)]

    def may_call_back(self, number: str) -> bool:
        return number not in self._not_called

    def now(self) -> datetime:
        return self._now + timedelta(seconds=len(self.said))

    def understands(self, language: str) -> bool:
        return not self._no_recogniser

    async def answer(self) -> None:
        self._check()
        self.answered += 1

    async def say(self, parts: Sequence[Part]) -> None:
        self._check()
        self._hear(parts)

    async def ask(self, parts: Sequence[Part], wanted: Wanted, *, barge_in: bool = True) -> Heard:
        self._check()
        self._hear(parts)
        self.wanted.append(wanted)
        self.barge_in.append(barge_in)
        answer = self._next()
        if isinstance(answer, str):
            return Heard("keys", digits=answer)
        if wanted.speech is not None and self._no_recogniser and wanted.keys is None:
            return Heard("unavailable")
        assert isinstance(answer, Heard | None), answer
        return answer or Heard("silence")

    async def record(
        self, *, max_seconds: float, silence_seconds: float, finish_key: str, beep: bool
    ) -> RecordedMessage:
        self._check()
        answer = self._next()
        assert isinstance(answer, RecordedMessage | None), answer
        return answer or RecordedMessage(None, 0.0)

    def keep_secret(self, secret: bool) -> None:
        self.secret.append(secret)

    def keep_recording(self) -> None:
        self.kept = True

    async def pause(self, seconds: float) -> None:
        self._check()
        self.paused += seconds

    def tell(self, event: Event) -> None:
        self.events.append(event)

    async def lookup(self, request: HttpRequest) -> HttpAnswer | None:
        self._check()
        self.requests.append(request)
        answer = self._next()
        assert isinstance(answer, HttpAnswer | None), answer
        return answer

    def _check(self) -> None:
        if self.gone:
            raise CallerGone

    def _next(self) -> object:
        if not self._answers:
            self.gone = True
            raise CallerGone
        answer = self._answers.popleft()
        if isinstance(answer, CallerGone):
            self.gone = True
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _hear(self, parts: Sequence[Part]) -> None:
        self.said.append(" ".join(shown(part) for part in parts))
        if self._hangs_up_at and self._hangs_up_at in self.said[-1]:
            self.gone = True
            raise CallerGone


def shown(part: Part) -> str:
    """A part as the tests write it."""
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Spoken):
        return f"<{part.kind} {part.value}>"
    return f"<{part.name}>" if isinstance(part, SoundFile) else f"<{part.path.name}>"


def say(text: str, confidence: float | None = None) -> Heard:
    """Spoken words, with a recording of them."""
    return Heard(
        "speech", text=text, confidence=confidence, audio=Path(f"{text.split(' ')[0]}.wav"), seconds=1.0
    )


NOISE = Heard("noise", seconds=2.0)
