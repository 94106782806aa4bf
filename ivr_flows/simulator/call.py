"""A call that nobody makes: the conversation of `hotline flows try`, on a clock of its own.

What the caller hears and does is printed; time passes as long as it would take. The router's part is in
`ivr_flows.simulator.run`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asr.listening.answer import Heard, Wanted
from asr.listening.end_of_turn import TIMINGS
from asr.understanding.rules import Rules
from ivr_flows.simulator.inputs import HANG_UP, NOISE, SILENCE, Inputs, as_answer, as_keys, as_words
from ivr_flows.steps.conversation import CallerGone, HttpAnswer, HttpRequest, RecordedMessage
from journal.event import Event
from telephony.call.events import FlowStarted, StepEntered
from tts.parts import Part, SoundFile, Spoken, Text

_SECONDS_A_LETTER = 0.07
_SECONDS_A_CHARACTER = 0.22  # of Chinese and Korean
_SECONDS_A_DIGIT = 0.5
_SECONDS_A_SOUND = 3.0
_SECONDS_A_KEY = 0.5
_SECONDS_OF_NOISE = 3.0
_CLIP = Path("what-the-caller-said.wav")


class SimulatedConversation:
    """One simulated call; see `ivr_flows.steps.conversation.Conversation`.

    Args:
        inputs: what the caller does.
        show: prints one line.
        caller, called: the numbers.
        now: when the call begins, with a zone.
        country: where the site is, "" for not known.
        may_call_back: whether the site allows a number to be called back.
    """

    def __init__(
        self,
        inputs: Inputs,
        show: Callable[[str], None],
        *,
        caller: str,
        called: str,
        now: datetime,
        country: str = "",
        may_call_back: Callable[[str], bool] = lambda number: True,
    ) -> None:
        self.language = "en"
        self.country = country
        self.may_call_back = may_call_back
        self.understander = Rules()
        self.caller = caller
        self.called = called
        self.original_called = ""
        self.call = "simulated"
        self.leg = "1"
        self._inputs = inputs
        self._show = show
        self._now = now
        self._answered = False
        self._gone = False

    def now(self) -> datetime:
        """The virtual time."""
        return self._now

    def understands(self, language: str) -> bool:
        """Always: what is typed needs no recogniser."""
        return True

    async def answer(self) -> None:
        """Answer."""
        self._check()
        if not self._answered:
            self._answered = True
            self.line("(answered)")

    async def say(self, parts: Sequence[Part]) -> None:
        """Print it."""
        self._check()
        self._say(parts)

    async def ask(self, parts: Sequence[Part], wanted: Wanted, *, barge_in: bool = True) -> Heard:
        """Print the question, and take an input for the answer."""
        self._check()
        self._say(parts)
        hint = " or ".join(word for word, kind in (("keys", wanted.keys), ("words", wanted.speech)) if kind)
        text = self._take(f"{hint}, silence, noise, hangup")
        if text == SILENCE:
            return self._silence(wanted)
        if text == NOISE:
            self.pass_time(_SECONDS_OF_NOISE)
            return Heard("noise", seconds=_SECONDS_OF_NOISE)
        keys = as_keys(text)
        if keys is not None:
            return self._silence(wanted) if wanted.keys is None else self._keys(keys, wanted)
        if wanted.speech is None:
            return self._silence(wanted)
        words = as_words(text)
        seconds = self._spoken_seconds(words)
        self.pass_time(seconds)
        return Heard("speech", text=words, audio=_CLIP, seconds=seconds)

    async def record(
        self, *, max_seconds: float, silence_seconds: float, finish_key: str, beep: bool
    ) -> RecordedMessage:
        """Take an input for what is said after the tone."""
        self._check()
        self.line("(tone)" if beep else "(recording)")
        text = self._take("words, silence, hangup")
        if text in (SILENCE, NOISE) or as_keys(text) is not None:
            self.pass_time(min(silence_seconds or max_seconds, max_seconds))
            return RecordedMessage(None, 0.0)
        seconds = min(max(self._spoken_seconds(as_words(text)), 1.0), max_seconds)
        self.pass_time(seconds)
        return RecordedMessage(_CLIP, seconds)

    def keep_secret(self, secret: bool) -> None:
        """Nothing is kept here."""

    def keep_recording(self) -> None:
        """Nothing: what is typed makes no sound."""

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        self._check()
        self.pass_time(seconds)

    def tell(self, event: Event) -> None:
        """Show where the call is."""
        if isinstance(event, FlowStarted):
            called = f" to {self.called}" if self.called else ""
            self._stamped(f"call from {self.caller or 'a withheld number'}{called}, flow {event.flow}")
        elif isinstance(event, StepEntered):
            self._stamped(f"{event.flow}/{event.step}: {event.verb}")

    async def lookup(self, request: HttpRequest) -> HttpAnswer | None:
        """Take an input for the other system's answer; none stands for no answer."""
        self._check()
        self.line(f"? {request.method} {request.url}" + (f" {request.body}" if request.body else ""))
        found = self._inputs.take("http STATUS JSON, or http none", as_answer, needed=False)
        answer = found[0] if found is not None else None
        self.line("< no answer" if answer is None else f"< {answer.status} {answer.body}".rstrip())
        self.pass_time(request.timeout if answer is None else 0.2)
        return answer

    def hang_up(self) -> None:
        """The caller is gone from here on."""
        self._gone = True

    def pass_time(self, seconds: float) -> None:
        """Move the clock; through UTC, since Python's sums of local times ignore changes of the clock."""
        self._now = (self._now.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(self._now.tzinfo)

    def line(self, text: str) -> None:
        """Show a line below the last step."""
        self._show(f"            {text}")

    def _stamped(self, text: str) -> None:
        self._show(f"{self._now:%H:%M:%S}    {text}")

    def _check(self) -> None:
        if self._gone:
            raise CallerGone

    def _take(self, hint: str) -> str:
        text = self._inputs.take(hint, lambda line: line, needed=True)
        if text is None or text == HANG_UP:
            self._gone = True
            self.line("< (hangs up)")
            raise CallerGone
        self.line(f"< {text}")
        return text

    def _silence(self, wanted: Wanted) -> Heard:
        waits = [wanted.keys.first_timeout] if wanted.keys is not None else []
        if wanted.speech is not None:
            waits.append(TIMINGS[wanted.speech.timing].no_speech)
        self.pass_time(max(waits, default=0.0))
        return Heard("silence")

    def _keys(self, keys: str, wanted: Wanted) -> Heard:
        """Take as many keys as are wanted; the rest answers the next question."""
        assert wanted.keys is not None
        taken = ""
        while keys:
            key, keys = keys[0], keys[1:]
            if key in wanted.keys.terminators:
                break
            taken += key
            if len(taken) == wanted.keys.maximum:
                keys = keys[1:] if keys[:1] and keys[0] in wanted.keys.terminators else keys
                break
        else:
            self.pass_time(wanted.keys.between_timeout)
        if keys:
            self._inputs.put_back(keys)
        self.pass_time(len(taken) * _SECONDS_A_KEY)
        return Heard("keys", digits=taken) if taken else Heard("silence")

    def _say(self, parts: Sequence[Part]) -> None:
        if parts:
            self.line('"' + " ".join(_shown(part) for part in parts) + '"')
        for part in parts:
            if isinstance(part, Text):
                self.pass_time(self._spoken_seconds(part.text))
            elif isinstance(part, Spoken):
                self.pass_time(len(part.value) * _SECONDS_A_DIGIT)
            else:
                self.pass_time(_SECONDS_A_SOUND)

    def _spoken_seconds(self, text: str) -> float:
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
        return wide * _SECONDS_A_CHARACTER + (len(text) - wide) * _SECONDS_A_LETTER


def _shown(part: Part) -> str:
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Spoken):
        return f"<{part.kind} {part.value}>"
    return f"<sound {part.name}>" if isinstance(part, SoundFile) else f"<recording {part.path}>"
