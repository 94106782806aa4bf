"""A call as a flow sees it: the real `ivr_flows.steps.conversation.Conversation`, over a leg.

Sound comes from `tts.prompts`, answers from `asr.listening`. What is said and asked is decided by the flow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import httpx

from asr.listening.answer import Heard, Wanted
from asr.listening.clips import ClipFolder
from asr.listening.line import Line
from asr.listening.listener import Listener, ListenerContext
from asr.listening.turn_detection import TurnDetector
from asr.text import is_backchannel
from asr.understanding.values import Understander
from asr.workers.client import Recognisers
from ivr_flows.steps.conversation import CallerGone, HttpAnswer, HttpRequest, RecordedMessage
from journal.event import Event
from telephony.applications.record import CallerMessage
from telephony.call.errors import LegClosed
from telephony.call.events import HIDDEN_DIGIT, CallerHeard
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.media import tones
from telephony.media.interface import AudioSource, EndReason, Recording
from tts.parts import Part, Spoken, Text, shown
from tts.prompts import PromptRenderer

log = logging.getLogger(__name__)

LONGEST_ANSWER = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What flows speak and listen with.

    Args:
        prompts: makes sound of what is said.
        recognisers: all languages; None when the site has none.
        understander: says what kind of thing an answer is.
        http: for lookups in other systems.
        recordings: the recordings folder.
        now: the time, with the site's zone.
        country: where the site is, as ISO 3166 has it, "" for not known.
        turns: tells from the sound whether a caller has finished; None where that is not installed.
        may_call_back: whether the site allows a number to be called back.
    """

    prompts: PromptRenderer
    recognisers: Recognisers | None
    understander: Understander
    http: httpx.AsyncClient
    recordings: Path
    now: Callable[[], datetime]
    country: str = ""
    turns: TurnDetector | None = None
    may_call_back: Callable[[str], bool] = lambda number: True


class FlowCall:
    """One call in a flow.

    Args:
        leg: the caller's leg.
        speech: what it speaks and listens with.
        context: loop and journal.
        language: en, zh or ko, to begin with.
    """

    def __init__(self, leg: CallLeg, speech: Speech, context: LegContext, language: str) -> None:
        self.language = language
        self._leg = leg
        self._speech = speech
        self._context = context
        self._clips = ClipFolder(speech.recordings, leg.call)
        self._line = Line(leg, context.loop)
        self._listening = ListenerContext(
            leg, speech.recognisers, self._line, self._clips, context.loop, speech.country, speech.turns
        )
        self.recording = ""
        """The conversation's recording, inside the recordings folder; "" for none."""
        self._recordings = 0
        self._kept: Recording | None = None
        self._secret = False

    # --- facts ------------------------------------------------------------------------------------------

    @property
    def understander(self) -> Understander:
        """Says what kind of thing an answer is."""
        return self._speech.understander

    @property
    def country(self) -> str:
        """Where the site is, "" for not known."""
        return self._speech.country

    def may_call_back(self, number: str) -> bool:
        """Whether the site allows a number to be called back."""
        return self._speech.may_call_back(number)

    @property
    def caller(self) -> str:
        """The caller's number, "" when withheld."""
        return self._leg.caller

    @property
    def called(self) -> str:
        """The number that was dialled."""
        return self._leg.called

    @property
    def original_called(self) -> str:
        """The number that was dialled before the call was diverted to `called`, "" for none."""
        return self._leg.original_called

    @property
    def call(self) -> str:
        """The call's id."""
        return self._leg.call

    @property
    def leg(self) -> str:
        """The id of the caller's leg."""
        return self._leg.leg

    def now(self) -> datetime:
        """The time, with the site's zone."""
        return self._speech.now()

    def understands(self, language: str) -> bool:
        """Whether spoken answers in a language can be understood now."""
        recognisers = self._speech.recognisers
        return recognisers is not None and recognisers.capabilities(language) is not None

    def tell(self, event: Event) -> None:
        """Put a fact into the journal."""
        self._context.journal.append(event)

    # --- the call ---------------------------------------------------------------------------------------

    async def answer(self) -> None:
        """Answer the call; nothing when it is answered."""
        try:
            if not self._leg.answered:
                self._leg.answer()
        except LegClosed:
            raise CallerGone from None

    async def say(self, parts: Sequence[Part]) -> None:
        """Say everything to its end; keys pressed meanwhile are forgotten."""
        try:
            if parts:
                self._leg.tell_said(shown(parts), self.language)
            await self._play(self._pieces(parts), None)
        except LegClosed:
            raise CallerGone from None
        self._leg.audio.forget_digits()

    async def ask(self, parts: Sequence[Part], wanted: Wanted, *, barge_in: bool = True) -> Heard:
        """Say something and wait for an answer.

        Who only says "uh-huh" into it is listening: what is left of it is said, unless yes is an answer.
        """
        if wanted.keys is not None and wanted.speech is not None and not self.understands(self.language):
            wanted = replace(wanted, speech=None)
        try:
            if parts:
                self._leg.tell_said(_without_values(parts) if self._secret else shown(parts), self.language)
            pieces = self._pieces(parts)
            if wanted.speech is not None:
                self._line.open()
            if not barge_in:
                await self._play(pieces, None)
                pieces = []
        except LegClosed:
            raise CallerGone from None
        while True:
            heard, pieces = await self._listen(pieces, wanted)
            yes_answers = wanted.speech is None or wanted.speech.slot == "yes_no"
            if not pieces or yes_answers or not is_backchannel(heard.text, self.language):
                break
        told = replace(heard, text="", digits="") if self._secret else heard
        self.tell(_as_event(told, self._context.clock(), self.call, self.leg))
        return heard

    async def _listen(self, pieces: list[Part], wanted: Wanted) -> tuple[Heard, list[Part]]:
        """One answer to a question, and what of the question it was not let finish."""
        left: list[Part] = []
        try:
            listener = Listener(
                self._listening, wanted, self.language, prompt=bool(pieces), interrupt=self._leg.audio.stop
            )
        except LegClosed:
            raise CallerGone from None
        try:
            if pieces:
                left = pieces[await self._play(pieces, listener) :]
            listener.prompt_ended()
            self._keep_sending()
        except LegClosed:
            pass  # the answer below says so, with what was heard until then
        except BaseException:
            listener.close()
            raise
        try:
            return await listener.answer(), left
        except LegClosed:
            last = await listener.last_words()
            raise CallerGone(None if self._secret else last) from None

    async def record(
        self, *, max_seconds: float, silence_seconds: float, finish_key: str, beep: bool
    ) -> RecordedMessage:
        """Record the caller."""
        message = None
        try:
            if beep:
                await self._leg.audio.play(tones.beep(), name="beep")
            self._leg.audio.forget_digits()
            message = CallerMessage(
                self._leg,
                max_seconds=max_seconds,
                silence_seconds=silence_seconds,
                finish_key=finish_key,
            )
            await message.receive()
        except LegClosed:
            raise CallerGone(await self._left_behind(message)) from None
        self._leg.audio.forget_digits()
        path = await self._clips.write(message.samples.tobytes()) if message.seconds else None
        return RecordedMessage(path, message.seconds)

    def keep_recording(self) -> None:
        """Record both sides from here on; the file grows on disk while they speak."""
        if self._kept is None and not self._leg.is_over:
            self._recordings += 1
            suffix = "" if self._recordings == 1 else f"-{self._recordings}"
            self.recording = f"{self.call}-flow{suffix}.wav"
            self._kept = self._leg.audio.record(self._speech.recordings, self.recording)
            if self._secret:
                self._kept.pause()

    def keep_secret(self, secret: bool) -> None:
        """Whether the answers that follow are a secret."""
        self._secret = self._leg.audio.hides_digits = secret
        self._clips.keeps = not secret
        if self._kept is not None:
            (self._kept.pause if secret else self._kept.resume)()

    def end_recording(self) -> None:
        """Record no more; what was recorded stays."""
        if self._kept is not None:
            self._kept.stop()
            self._kept = None

    def stop_listening(self) -> None:
        """Leave the line alone until the next question: the call leaves the flow."""
        self._line.close()

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while."""
        try:
            over: asyncio.Future[None] = self._leg.future()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await over
        except LegClosed:
            raise CallerGone from None

    async def lookup(self, request: HttpRequest) -> HttpAnswer | None:
        """Ask another system; None when no answer came in time, or none at all."""
        try:
            async with asyncio.timeout(request.timeout):
                return await fetch(self._speech.http, request)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("lookup failed: %s", type(error).__name__)
            return None

    # --- parts of it --------------------------------------------------------------------------------------

    def _pieces(self, parts: Sequence[Part]) -> list[Part]:
        return [piece for part in parts for piece in self._speech.prompts.pieces(part, self.language)]

    async def _play(self, pieces: Sequence[Part], listener: Listener | None) -> int:
        """Play in order, making later ones while earlier ones are heard; how many were heard whole."""
        language = self.language
        sounds = [
            self._context.loop.create_task(self._speech.prompts.sound(piece, language)) for piece in pieces
        ]
        try:
            for number, sound in enumerate(sounds):
                # Before the first part nobody can have taken the question for over.
                if listener is not None and number:
                    listener.prompt_paused()
                source = await self._first_of(sound, listener)
                if listener is not None:
                    listener.prompt_resumed()
                if listener is not None and listener.interrupted:
                    return number
                if source is not None:
                    end = await self._leg.audio.play(source, name="flow")
                    if end.reason is EndReason.STOPPED:
                        return number
            return len(pieces)
        finally:
            for sound in sounds:
                sound.cancel()

    async def _first_of(
        self, sound: asyncio.Task[AudioSource | None], listener: Listener | None
    ) -> AudioSource | None:
        """Wait for a sound to be made, unless the caller goes or interrupts meanwhile."""
        gone: asyncio.Future[None] = self._leg.future()
        waiting: set[asyncio.Future[object]] = {sound, gone}  # type: ignore[arg-type]
        if listener is not None:
            waiting.add(listener.interruption)  # type: ignore[arg-type]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                gone.result()
            return sound.result() if sound.done() else None
        finally:
            gone.cancel()

    def _keep_sending(self) -> None:
        """Send silence while we listen: phones, firewalls and NATs take a stream that stops for dead."""
        if not self._leg.is_over:
            self._leg.media.play(tones.silence(), loop=True)

    async def _left_behind(self, message: CallerMessage | None) -> Heard | None:
        if message is None or not message.seconds:
            return None
        path = await self._clips.write(message.samples.tobytes())
        return Heard("noise", audio=path, seconds=message.seconds)


async def fetch(http: httpx.AsyncClient, request: HttpRequest) -> HttpAnswer:
    """Ask another system, and nobody whom it names; read no more than `LONGEST_ANSWER` bytes off the wire.

    Raises:
        httpx.HTTPError: no answer.
        ValueError: one that is too long or compressed.
    """
    content = request.body.encode() if request.body is not None else None
    headers = httpx.Headers(dict(request.headers))
    # What is compressed is not unpacked: a few bytes may be gigabytes.
    headers["Accept-Encoding"] = "identity"
    async with http.stream(
        request.method, request.url, headers=headers, content=content, follow_redirects=False
    ) as response:
        if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise ValueError("the answer is compressed, which was not asked for")
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > LONGEST_ANSWER:
                raise ValueError("the answer is too long")
        return HttpAnswer(response.status_code, _decoded(bytes(body), response.charset_encoding))


def _decoded(body: bytes, named: str | None) -> str:
    """An answer as text: as it says it is written, as UTF-8 where it says nothing that is of use."""
    try:
        return body.decode(named or "utf-8", "replace")
    except LookupError:  # no such encoding, or one that is none of text
        return body.decode("utf-8", "replace")


def _without_values(parts: Sequence[Part]) -> str:
    """A prompt to be read, without what was filled in."""
    return shown([Text(HIDDEN_DIGIT) if isinstance(part, Spoken) else part for part in parts])


def _as_event(heard: Heard, at: float, call: str, leg: str) -> CallerHeard:
    return CallerHeard(
        at,
        call,
        leg,
        kind=heard.kind,
        text=heard.text,
        digits=len(heard.digits),
        confidence=heard.confidence,
        seconds=heard.seconds,
        barged_in=heard.barged_in,
    )
