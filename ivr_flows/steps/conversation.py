"""The one interface between flows and a call: what a verb may do with the caller.

The simulator (`ivr_flows.simulator`) and the switch (`ivr_flows/runtime/flow_call.py`) implement
`Conversation`. Prompts are made of `tts.parts`, questions and answers of `asr.listening.answer`, as in the
intake bot. What an answer means is left to `asr.slots`, what happens after the flow to
`ivr_flows.steps.outcomes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from asr.listening.answer import Heard, Wanted
from asr.understanding.values import Understander
from journal.event import Event
from tts.parts import Part


class CallerGone(Exception):
    """The caller hung up. Not a mistake: it ends the flow.

    Args:
        heard: the answer or recording under way, with what there is of its audio; None when there is none.
    """

    def __init__(self, heard: Heard | None = None) -> None:
        super().__init__("the caller hung up")
        self.heard = heard


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message left by the caller; `path` is None when it could not be kept, `seconds` 0 for silence."""

    path: Path | None
    seconds: float


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A lookup in another system.

    Args:
        method: GET or POST.
        url: absolute, http or https.
        headers: in addition to the client's own.
        body: a JSON text for POST, else None.
        timeout: seconds for everything together.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    timeout: float


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The other system's answer, whatever its status."""

    status: int
    body: str


class Conversation(Protocol):
    """A call as a flow sees it. Every coroutine raises `CallerGone` once the caller has hung up."""

    language: str
    """Language of everything that is said and heard from now on: en, zh or ko."""

    @property
    def understander(self) -> Understander:
        """Says what kind of thing an answer is."""

    @property
    def country(self) -> str:
        """Where the site is, as ISO 3166 has it ("CN"), "" for not known."""

    def may_call_back(self, number: str) -> bool:
        """Whether the site allows a number to be called back."""

    @property
    def caller(self) -> str:
        """The caller's number, "" when withheld."""

    @property
    def called(self) -> str:
        """The number that was dialled."""

    @property
    def original_called(self) -> str:
        """The number that was dialled before the call was diverted to `called`, "" for none."""

    @property
    def call(self) -> str:
        """The call's id."""

    @property
    def leg(self) -> str:
        """The id of the caller's leg."""

    def now(self) -> datetime:
        """The time, with a zone; the simulator's is virtual. Never raises."""

    def understands(self, language: str) -> bool:
        """Whether spoken answers in a language can be understood now. Never raises."""

    async def answer(self) -> None:
        """Answer the call; nothing when it is answered."""

    async def say(self, parts: Sequence[Part]) -> None:
        """Say everything to its end; keys pressed meanwhile are forgotten."""

    async def ask(self, parts: Sequence[Part], wanted: Wanted, *, barge_in: bool = True) -> Heard:
        """Say something and wait for an answer.

        A question for words and keys is put for keys alone while no recogniser is there; only one for
        words alone comes back "unavailable".

        Args:
            parts: what to say; may be empty.
            wanted: what answers it.
            barge_in: whether an answer may begin before the prompt is over, and ends it.
        """

    async def record(
        self, *, max_seconds: float, silence_seconds: float, finish_key: str, beep: bool
    ) -> RecordedMessage:
        """Record the caller.

        Args:
            max_seconds: the longest recording.
            silence_seconds: this much silence ends it; 0 never does.
            finish_key: the key that ends it, "" for none.
            beep: whether a tone says that it begins.
        """

    def keep_recording(self) -> None:
        """Record the whole conversation from here on, until it leaves the flow; never raises.

        What a crash cuts off is then there to be heard. A second time does nothing.
        """

    def keep_secret(self, secret: bool) -> None:
        """Whether the answers that follow are a secret; never raises.

        While they are, no journal, recording or clip holds what the caller says or which keys are pressed.
        """

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while."""

    def tell(self, event: Event) -> None:
        """Put a fact into the journal. Never raises."""

    async def lookup(self, request: HttpRequest) -> HttpAnswer | None:
        """Ask another system; None when no answer came in time, or none at all."""
