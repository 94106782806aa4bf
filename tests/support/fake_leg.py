"""Call legs without telephones: what `telephony.call.leg` shows to the layers above, moved by a test's hand.

A `FakeSwitchboard` makes them for the code under test; the test rings, answers, presses keys and hangs up at
the far end. Sound takes the time that it lasts, and is not heard. Facts go into the journal as those of real
legs do. For `tests.support.virtual_time`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from journal.event import Event
from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg import CallLeg
from telephony.call.leg_audio import Collected, CollectEnd
from telephony.call.leg_lifetime import LegContext
from telephony.call.leg_transfer import TransferRequest
from telephony.call.switchboard import Caller, Switchboard, Target
from telephony.media.interface import AudioSource, EndReason, Frame, PlayEnd
from telephony.net.transports import Unreachable
from telephony.sip.uri import parse_uri
from tests.support.virtual_time import running

E = TypeVar("E", bound=Event)
_numbers = itertools.count(1)


class FakeJournal:
    """A journal to be read; every event is given to the listeners at once.

    Attributes:
        broken: why nothing becomes durable, None while all does.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.last_seq = 0
        self.broken: OSError | None = None

    def append(self, event: Event) -> None:
        self.events.append(event)
        self.last_seq += 1
        for listener in self.listeners:
            listener(event)

    def listen(self, listener: Callable[[Event], None]) -> None:
        self.listeners.append(listener)

    is_failing = False

    async def durable(self) -> None:
        await asyncio.sleep(0)
        if self.broken is not None:
            raise self.broken

    def told(self, *kinds: type[E]) -> list[E]:
        """The events of these kinds."""
        return [event for event in self.events if isinstance(event, kinds)]


def fake_context(journal: FakeJournal) -> LegContext:
    """Loop, journal and clock of the virtual loop that runs."""
    loop = running()
    return LegContext(loop, journal, loop.unix)


@dataclass(frozen=True, slots=True)
class FakeSound:
    """A sound of some length.

    Args:
        name: told apart by.
        duration_ms: of one round.
    """

    name: str = "sound"
    duration_ms: int = 1000

    def frames(self, codec: str) -> Sequence[bytes]:
        return [b"\xff" * 160] * (self.duration_ms // 20)


class FakePlayback:
    """What is being played to the far end."""

    def __init__(self, media: FakeMedia, source: AudioSource, loop: bool, done: Callable[[PlayEnd], None]):
        self.source = source
        self._media = media
        self._done: Callable[[PlayEnd], None] | None = done
        self._began = running().time()
        self._timer = None
        if not loop:
            self._timer = running().call_later(source.duration_ms / 1000, self.end, EndReason.FINISHED)

    @property
    def played_ms(self) -> int:
        return round((running().time() - self._began) * 1000)

    def stop(self) -> None:
        self.end(EndReason.STOPPED)

    def end(self, reason: EndReason) -> None:
        """It is over."""
        if self._timer is not None:
            self._timer.cancel()
        done, self._done = self._done, None
        if self._media.playing is self:
            self._media.playing = None
        if done is not None:
            done(PlayEnd(reason, self.played_ms))


class FakeMedia:
    """A leg's audio.

    Attributes:
        playing: what is being played to the far end, None for nothing.
        music: what fills the pauses.
        bridged: whether the leg is connected with another one.
    """

    def __init__(self) -> None:
        self.playing: FakePlayback | None = None
        self.music: AudioSource | None = None
        self.bridged = False
        self.on_digit: Callable[[str], None] | None = None
        self.on_dead: Callable[[], None] | None = None

    def play(
        self, source: AudioSource, *, loop: bool = False, on_done: Callable[[PlayEnd], None] | None = None
    ) -> FakePlayback:
        before = self.playing
        self.playing = playback = FakePlayback(self, source, loop, on_done or (lambda _: None))
        if before is not None:
            before.end(EndReason.REPLACED)
        return playback

    def close(self) -> None:
        if self.playing is not None:
            self.playing.end(EndReason.CLOSED)


@dataclass(slots=True)
class FakeBridge:
    """Two legs that hear each other until it is closed."""

    ends: tuple[FakeMedia, FakeMedia]
    closed: bool = False

    def close(self) -> None:
        self.closed = True
        for end in self.ends:
            end.bridged = False


class FakeEngine:
    """Connects fake legs. `bridges` are all that ever were."""

    def __init__(self) -> None:
        self.bridges: list[FakeBridge] = []

    def bridge(self, a: FakeMedia, b: FakeMedia) -> FakeBridge:
        assert not a.bridged, "a leg is connected already"
        assert not b.bridged, "a leg is connected already"
        a.bridged = b.bridged = True
        self.bridges.append(FakeBridge((a, b)))
        return self.bridges[-1]


@dataclass(slots=True)
class FakeRecording:
    """A recording; `running` until it is stopped."""

    path: Path
    running: bool = True
    recorded_ms: int = 0

    paused: bool = False

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def stop(self) -> None:
        self.running = False


class FakeAudio:
    """What a leg hears and says: the face of `LegAudio`.

    Attributes:
        heard: the names of all that was played.
        recordings: all that were begun.
    """

    def __init__(self, leg: FakeLeg) -> None:
        self.on_digit: Callable[[str], bool] | None = None
        self.hides_digits = False
        self.heard: list[str] = []
        self.recordings: list[FakeRecording] = []
        self._leg = leg
        self._digits = ""
        self._pressed = asyncio.Event()
        self._barge_in = False
        self._playback: FakePlayback | None = None

    async def play(
        self, source: AudioSource, *, name: str = "", loop: bool = False, barge_in: bool = False
    ) -> PlayEnd:
        if barge_in and self._digits:
            self._leg.check_open()
            return PlayEnd(EndReason.STOPPED, 0)
        over = self._leg.future()
        self.heard.append(name)

        def done(end: PlayEnd) -> None:
            if not over.done() and end.reason is not EndReason.CLOSED:
                over.set_result(end)

        self._playback = playback = self._leg.media.play(source, loop=loop, on_done=done)
        self._barge_in = barge_in
        try:
            return cast(PlayEnd, await over)
        except asyncio.CancelledError:
            playback.stop()
            raise
        finally:
            if self._playback is playback:
                self._playback = None

    def stop(self) -> None:
        if self._playback is not None:
            self._playback.stop()

    async def collect(
        self,
        maximum: int,
        *,
        terminators: str = "#",
        first_timeout: float = 5.0,
        between_timeout: float = 3.0,
    ) -> Collected:
        digits = ""
        while len(digits) < maximum:
            if not self._digits and not await self._key_within(between_timeout if digits else first_timeout):
                return Collected(digits, CollectEnd.TIMEOUT)
            digit, self._digits = self._digits[0], self._digits[1:]
            if digit in terminators:
                return Collected(digits, CollectEnd.TERMINATOR)
            digits += digit
        return Collected(digits, CollectEnd.COMPLETE)

    def take_digits(self) -> str:
        digits, self._digits = self._digits, ""
        return digits

    def keep_digit(self, digit: str) -> None:
        self._digits += digit

    def forget_digits(self) -> None:
        self._digits = ""

    def wait_with(self, music: AudioSource | None) -> None:
        self._leg.media.music = music

    def record(
        self, folder: Path, file: str, *, on_error: Callable[[OSError], None] | None = None
    ) -> FakeRecording:
        self._leg.check_open()
        self.recordings.append(FakeRecording(folder / file))
        return self.recordings[-1]

    def tap(self, consumer: Callable[[Frame], None], **_: Any) -> Any:
        raise NotImplementedError("nothing is heard on a fake leg")

    def press(self, digits: str) -> None:
        """Keys of the phone."""
        for digit in digits:
            if self._leg.is_over or (self.on_digit is not None and self.on_digit(digit)):
                continue
            self._digits += digit
            self._pressed.set()
            if self._barge_in:
                self.stop()

    async def _key_within(self, seconds: float) -> bool:
        self._pressed.clear()
        pressed = asyncio.ensure_future(self._pressed.wait())
        over = self._leg.future()
        try:
            await asyncio.wait((pressed, over), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if over.done():
                over.result()
            return bool(self._digits)
        finally:
            pressed.cancel()
            over.cancel()


class FakeTransfer:
    """A leg's transfers: the face of `LegTransfer`.

    Attributes:
        reported: the statuses that the far end heard of the transfer it asked for.
        referred: the targets that the far end was sent to; `status` is what it reports then.
    """

    def __init__(self) -> None:
        self.on_requested: Callable[[TransferRequest], bool] | None = None
        self.reported: list[int] = []
        self.referred: list[str] = []
        self.status = 200

    def report(self, status: int) -> None:
        self.reported.append(status)

    async def refer(self, target: str) -> int:
        self.referred.append(target)
        await asyncio.sleep(0)
        return self.status


class FakeLeg:
    """One leg: the face of `CallLeg` for the code under test, and under "the far end" the test's hand.

    Args:
        context: loop, journal, clock.
        call: the call's id.
        inbound: the far end calls us.
        caller, called: numbers.
        source: who brought an inbound call.
        codec: what was negotiated.
        target: of a leg that we dial.

    Attributes:
        said: what the far end was told in words.
        shown: number and name that the phone of a leg that we dial shows.
        header: the Reason header that the far end heard at our hang-up.
        bad_offer: why the offer cannot be used, None while it can.
    """

    def __init__(
        self,
        context: LegContext,
        call: str,
        *,
        inbound: bool = True,
        caller: str = "0955123456",
        called: str = "4010",
        source: str = "trunk:carrier",
        codec: str = "PCMU",
        target: Target | None = None,
    ) -> None:
        self._context = context
        self.call, self.leg = call, f"leg-{next(_numbers)}"
        self.inbound, self.caller, self.called, self.source = inbound, caller, called, source
        self.caller_name: str | None = None
        self.target = target
        self.codec = codec
        self.media = FakeMedia()
        self.audio = FakeAudio(self)
        self.transfer = FakeTransfer()
        self.answered = False
        self.end: LegClosed | None = None
        self.on_end: list[Callable[[], None]] = []
        self.on_progress: Callable[[int, bool], None] | None = None
        self.on_far_hold: Callable[[bool], None] | None = None
        self.far_holds = False
        self.said: list[str] = []
        self.shown: tuple[str, str | None] = ("", None)
        self.bad_offer: Exception | None = None
        self.header: str | None = None
        self._waiting: set[asyncio.Future[Any]] = set()
        self._accepted: asyncio.Future[None] | None = None

    @property
    def real(self) -> CallLeg:
        """The same, where a `CallLeg` is asked for."""
        return cast(CallLeg, self)

    # --- what the layers above do ---------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        return self.end is not None

    def check_open(self) -> None:
        if self.end is not None:
            raise LegClosed(self.end.by, self.end.status, self.end.reason)

    def future(self) -> asyncio.Future[Any]:
        self.check_open()
        future: asyncio.Future[Any] = self._context.loop.create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    async def wait_ended(self) -> LegClosed:
        if self.end is None:
            over: asyncio.Future[None] = self._context.loop.create_future()
            self.on_end.append(lambda: over.done() or over.set_result(None))
            await over
        assert self.end is not None
        return self.end

    @property
    def accepted(self) -> asyncio.Future[None]:
        if self._accepted is None:
            raise CallStateError("not dialled")
        return self._accepted

    def prepare(self, body: bytes) -> None:
        self.check_open()
        if self.bad_offer is not None:
            raise self.bad_offer

    def reject(self, status: int, reason: str | None = None) -> None:
        self.check_open()
        if not self.inbound or self.answered:
            raise CallStateError("only a call that was not answered yet")
        self._finish("local", status, reason or "")

    def answer(self) -> None:
        self.check_open()
        assert self.inbound
        assert not self.answered
        self.answered = True
        self._tell(events.CallAnswered(self._now(), self.call, self.leg, codec=self.codec))

    def start(self) -> None:
        assert not self.inbound
        assert self._accepted is None
        self._accepted = self.future()

    async def wait_answered(self, ring_seconds: float | None = None) -> None:
        timer = None
        if ring_seconds is not None:
            timer = self._context.loop.call_later(ring_seconds, self.give_up)
        try:
            await self.accepted
        except asyncio.CancelledError:
            self.hang_up("given up")
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def give_up(self) -> None:
        if not self.answered:
            self._finish("local", 408, "no answer")

    def hang_up(self, reason: str = "hung up", *, header: str | None = None) -> None:
        if not self.is_over:
            self.header = header
            self._finish("local", None if self.answered else (480 if self.inbound else 487), reason)

    def tell_said(self, text: str, language: str) -> None:
        self.said.append(text)
        self._tell(events.PromptSaid(self._now(), self.call, self.leg, text=text, language=language))

    # --- the far end ----------------------------------------------------------------------------------------

    def ring(self, status: int = 180, *, early: bool = False) -> None:
        """The phone rings, or something is heard already."""
        self._tell(events.LegRinging(self._now(), self.call, self.leg, status=status))
        if self.on_progress is not None:
            self.on_progress(status, early)

    def pick_up(self) -> None:
        """The phone is answered."""
        if self.end is not None:
            return
        self.answered = True
        self._tell(events.LegAnswered(self._now(), self.call, self.leg, codec=self.codec))
        if not self.accepted.done():
            self.accepted.set_result(None)

    def refuse(self, status: int, reason: str = "") -> None:
        """The phone ends it unanswered, with a final status."""
        self._finish("remote", status, reason or str(status))

    def far_hang_up(self) -> None:
        """The far end hangs up."""
        self._finish("remote", None if self.answered else 487, "BYE")

    def lose(self) -> None:
        """Nothing is heard of the far end any more."""
        self._finish("network", None, "media timeout")

    def press(self, digits: str) -> None:
        """Keys of the phone."""
        self.audio.press(digits)

    def far_hold(self, held: bool) -> None:
        """The far end holds the call, or takes it back."""
        self.far_holds = held
        if self.on_far_hold is not None:
            self.on_far_hold(held)

    def ask_for_transfer(self, number: str) -> bool:
        """A REFER; whether it was accepted."""
        request = TransferRequest(parse_uri(f"sip:{number}@phone"), None, None)
        return self.transfer.on_requested is not None and self.transfer.on_requested(request)

    # --- inside ---------------------------------------------------------------------------------------------

    def _finish(self, by: str, status: int | None, reason: str) -> None:
        if self.end is not None:
            return
        self.end = LegClosed(by, status, reason)
        self.media.close()
        self._tell(
            events.LegEnded(self._now(), self.call, self.leg, by=by, status=status, reason=reason, quality={})
        )
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(LegClosed(by, status, reason))
                future.exception()
        for callback in list(self.on_end):
            callback()
        self.on_end.clear()

    def _now(self) -> float:
        return self._context.clock()

    def _tell(self, event: Event) -> None:
        self._context.journal.append(event)


@dataclass(slots=True)
class FakeSwitchboard:
    """Makes fake legs.

    Args:
        context: loop, journal, clock.
        unreachable: URIs of targets to which no way leads.
        legs: all that were dialled, in order.
        on_dial: called with each leg that is dialled: makes its phone answer by itself, for example.
        dial_seconds: how long it takes to find the way to a target.
    """

    context: LegContext
    unreachable: set[str] = field(default_factory=set)
    legs: list[FakeLeg] = field(default_factory=list)
    engine: FakeEngine = field(default_factory=FakeEngine)
    on_dial: Callable[[FakeLeg], None] | None = None
    dial_seconds: float = 0.0

    @property
    def real(self) -> Switchboard:
        """The same, where a `Switchboard` is asked for."""
        return cast(Switchboard, self)

    async def dial(self, call: str, target: Target, caller: Caller, *, codecs: Sequence[str] = ()) -> CallLeg:
        await asyncio.sleep(self.dial_seconds)
        if str(target.uri) in self.unreachable:
            raise Unreachable(f"no way to {target.uri}")
        leg = FakeLeg(
            self.context, call, inbound=False, caller=caller.number, called=target.label, target=target
        )
        leg.shown = (caller.number, caller.name)
        self.legs.append(leg)
        self.context.journal.append(
            events.LegDialled(
                self.context.clock(), call, leg.leg, target=target.label, sip_call_id=f"id of {leg.leg}"
            )
        )
        if self.on_dial is not None:
            self.on_dial(leg)
        return leg.real

    def ringing(self, label: str = "") -> list[FakeLeg]:
        """The legs that are dialled, and neither answered nor over."""
        return [leg for leg in _of(self.legs, label) if not leg.answered and not leg.is_over]

    def live(self, label: str = "") -> list[FakeLeg]:
        """The legs that are not over."""
        return [leg for leg in _of(self.legs, label) if not leg.is_over]


def _of(legs: Iterable[FakeLeg], label: str) -> list[FakeLeg]:
    return [leg for leg in legs if label in ("", leg.called)]
