"""A call as a flow sees it, on a leg without a telephone and in virtual time: whatever happens at once."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from asr.listening.answer import KeysWanted, SpeechWanted, Wanted
from asr.slots.values import SlotKind
from asr.understanding.rules import Rules
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.runtime.flow_call import FlowCall, Speech, fetch
from ivr_flows.runtime.flow_runner import run_flow
from ivr_flows.steps.conversation import CallerGone, HttpAnswer, HttpRequest
from ivr_flows.steps.outcomes import Departure, HandOff, OpenTicket, Result
from telephony.call.errors import LegClosed
from telephony.call.events import CallerHeard, FlowEnded
from telephony.media.prompts import PromptStore
from tests.support.fake_leg import FakeJournal, fake_context
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.asr.listening.speaking import (
    SILENCE,
    FakeRecognisers,
    SpeakingLeg,
    listening,
    speaking_leg,
)
from tests.unit.ivr_flows.sites import make
from tts.parts import Spoken, Text
from tts.prompts import PromptRenderer

KEY = Wanted(KeysWanted(1))


class Speaker:
    """A voice: a second of sound for each sentence, made within `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.cancelled = 0

    async def render(self, text: str, language: str, *, keep: bool) -> NDArray[np.int16]:
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return np.zeros(8000, np.int16)


def flow_call(
    leg: SpeakingLeg, folder: Path, journal: FakeJournal, speaker: Speaker | None = None
) -> FlowCall:
    def now() -> datetime:
        return datetime.fromtimestamp(running().unix(), UTC)

    renderer = PromptRenderer(PromptStore(folder / "prompts", folder / "cache"), speaker or Speaker(), now)
    speech = Speech(
        prompts=renderer,
        recognisers=None,
        understander=Rules(),
        http=httpx.AsyncClient(),
        recordings=folder / "recordings",
        now=now,
    )
    return FlowCall(leg.real, speech, fake_context(journal), "en")


@virtual_time
async def test_keys_during_a_prompt_that_only_informs_are_forgotten(tmp_path: Path) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    running().call_later(0.5, leg.press, "9")
    await call.say([Text("Welcome.")])
    assert running().time() == 1
    running().call_later(0.5, leg.press, "1")
    assert (await call.ask([Text("Press a key.")], KEY)).digits == "1"


@virtual_time
async def test_a_key_stops_the_question_and_the_sentences_behind_it(tmp_path: Path) -> None:
    leg, journal, speaker = speaking_leg(), FakeJournal(), Speaker()
    call = flow_call(leg, tmp_path, journal, speaker)
    running().call_later(0.5, leg.press, "3")
    heard = await call.ask([Text("For sales press 1. For support press 3.")], KEY)
    assert (heard.digits, heard.barged_in) == ("3", True)
    assert running().time() == 0.5
    assert leg.audio.heard == ["flow"]
    assert [(event.kind, event.digits) for event in journal.told(CallerHeard)] == [("keys", 1)]


@virtual_time
async def test_a_key_while_the_voice_still_works_ends_the_question(tmp_path: Path) -> None:
    leg, speaker = speaking_leg(), Speaker(seconds=3)
    call = flow_call(leg, tmp_path, FakeJournal(), speaker)
    running().call_later(1, leg.press, "3")
    heard = await call.ask([Text("For support press 3.")], KEY)
    assert heard.digits == "3"
    assert running().time() == 1
    await settle()
    assert speaker.cancelled == 1
    assert leg.audio.heard == []


@virtual_time
async def test_a_question_without_barge_in_is_heard_to_its_end(tmp_path: Path) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    running().call_later(0.5, leg.press, "3")
    heard = await call.ask([Text("This is important.")], KEY, barge_in=False)
    assert (heard.digits, heard.barged_in) == ("3", False)
    assert running().time() == 1


@virtual_time
async def test_words_without_a_recogniser_are_unavailable_and_keys_still_count(tmp_path: Path) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    running().call_later(1, leg.press, "1")
    heard = await call.ask([], Wanted(KeysWanted(1), SpeechWanted("yes_no")))
    assert heard.digits == "1"


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0, 1.5, 2.999])
@virtual_time
async def test_a_hang_up_during_a_question_ends_the_flow(tmp_path: Path, at: float) -> None:
    """Before the sound is there, in the sentence, at its end, and while the answer is waited for."""
    leg, speaker = speaking_leg(), Speaker(seconds=0.5)
    call = flow_call(leg, tmp_path, FakeJournal(), speaker)
    running().call_later(at, leg.far_hang_up)
    with pytest.raises(CallerGone):
        await call.ask([Text("Are you there?")], KEY)
    assert running().time() == at
    assert leg.audio.on_digit is None
    for again in (call.say([Text("Hello?")]), call.pause(1), call.answer()):
        if again.__name__ == "answer":
            await again  # it was answered
            continue
        with pytest.raises(CallerGone):
            await again


@virtual_time
async def test_a_hang_up_at_the_very_end_of_a_pause(tmp_path: Path) -> None:
    """The loop must not find an error: both come in one round."""
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    pausing = asyncio.ensure_future(call.pause(1))
    running().call_at(1, leg.far_hang_up)
    await asyncio.wait([pausing])
    assert pausing.exception() is None or isinstance(pausing.exception(), CallerGone)
    with pytest.raises(CallerGone):
        await call.pause(0)


@virtual_time
async def test_a_message_that_a_hang_up_ends_is_kept(tmp_path: Path) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    running().call_later(2, leg.far_hang_up)
    recording = asyncio.ensure_future(
        call.record(max_seconds=60, silence_seconds=3, finish_key="#", beep=False)
    )
    await leg.send(2.5)
    await asyncio.wait([recording])
    gone = recording.exception()
    assert isinstance(gone, CallerGone)
    assert gone.heard is not None
    assert gone.heard.audio is not None
    assert gone.heard.seconds == pytest.approx(2, abs=0.05)


# --- the whole flow -----------------------------------------------------------------------------------------

QUEUE = """\
    steps:
      hello:
        say: Hello.
      wait:
        enqueue: {queue: support, max_wait: 30, if_timeout: sorry, otherwise: sorry}
      sorry:
        say: Nobody is free.
      end:
        hangup: {reason: nobody free}
"""


class Departures:
    """Carries departures out as told: each takes `seconds` and gives `word`."""

    def __init__(self, leg: SpeakingLeg, word: str = "timeout", seconds: float = 10) -> None:
        self._leg = leg
        self._result = Result(word)  # type: ignore[arg-type]
        self._seconds = seconds
        self.carried_out: list[Departure] = []
        self.recordings: list[bool] = []
        self.ended: list[tuple[Departure, LegClosed, OpenTicket | None]] = []

    async def carry_out(self, departure: Departure) -> Result:
        self.carried_out.append(departure)
        self.recordings += [recording.running for recording in self._leg.audio.recordings]
        over: asyncio.Future[None] = self._leg.future()
        try:
            async with asyncio.timeout(self._seconds):
                await over
        except TimeoutError:
            pass
        return self._result

    async def call_ended(self, departure: Departure, end: LegClosed, unwritten: OpenTicket | None) -> None:
        self.ended.append((departure, end, unwritten))


async def carried(leg: SpeakingLeg, flows: FlowSet, folder: Path, journal: FakeJournal) -> Departures:
    """Run the flow `main` to its end."""
    conversation = flow_call(leg, folder, journal)
    conversation.keep_recording()
    departures = Departures(leg)
    await run_flow(leg.real, FlowRun(flows, "main", conversation), conversation, departures)
    return departures


@virtual_time
async def test_a_flow_goes_on_with_the_result_of_a_departure(tmp_path: Path) -> None:
    leg, journal = speaking_leg(), FakeJournal()
    departures = await carried(leg, make(tmp_path, QUEUE), tmp_path, journal)
    assert departures.carried_out == [HandOff("support", "en", max_wait=30)]
    assert departures.recordings == [False], "the flow's recording ends before people speak"
    assert leg.said == ["Hello.", "Nobody is free."]
    assert leg.end is not None
    assert (leg.end.by, leg.end.reason) == ("local", "nobody free")
    assert [event.reason for event in journal.told(FlowEnded)] == ["nobody free"]


@pytest.mark.parametrize("at", [0.5, 1.0, 5.0, 11.0, 11.5])
@virtual_time
async def test_a_flow_ends_once_wherever_the_caller_hangs_up(tmp_path: Path, at: float) -> None:
    leg, journal = speaking_leg(), FakeJournal()
    running().call_later(at, leg.far_hang_up)
    departures = await carried(leg, make(tmp_path, QUEUE), tmp_path, journal)
    assert [event.reason for event in journal.told(FlowEnded)] == ["caller hung up"]
    assert leg.end is not None
    assert leg.end.by == "remote"
    waiting = 1.0 < at < 11.0
    assert [type(departure) for departure, _, _ in departures.ended] == [HandOff] * waiting


def _with_recognisers(call: FlowCall, leg: SpeakingLeg, text: str, folder: Path) -> None:
    """Let a call be understood: everything as `text`."""
    call._listening = listening(leg, FakeRecognisers(text, seconds=0), folder)
    call._line = call._listening.line


@pytest.mark.parametrize("said", ["Uh-huh.", "Okay, okay."])
@virtual_time
async def test_who_shows_that_they_follow_hears_the_rest_of_the_question(tmp_path: Path, said: str) -> None:
    leg, journal = speaking_leg(), FakeJournal()
    call = flow_call(leg, tmp_path, journal)
    _with_recognisers(call, leg, said, tmp_path)
    call.understands = lambda language: True  # type: ignore[method-assign]
    asking = asyncio.ensure_future(
        call.ask(
            [Text("First we need your number."), Text("Please say or key it in.")],
            Wanted(KeysWanted(1), SpeechWanted("phone_number")),
        )
    )
    await leg.send(1.2, SILENCE)
    await leg.send(0.6)  # into the second sentence
    await leg.send(2.0, SILENCE)
    assert not asking.done()
    await leg.send(1.0, SILENCE)
    leg.press("7")
    heard = await asking
    assert (heard.kind, heard.digits) == ("keys", "7")
    assert leg.audio.heard == ["flow", "flow", "flow"]  # the second sentence twice
    assert len(leg.said) == 1
    assert [event.kind for event in journal.told(CallerHeard)] == ["keys"]


@pytest.mark.parametrize(("slot", "said"), [("yes_no", "Okay."), ("phone_number", "five five two")])
@virtual_time
async def test_an_answer_stops_the_question(tmp_path: Path, slot: SlotKind, said: str) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    _with_recognisers(call, leg, said, tmp_path)
    asking = asyncio.ensure_future(
        call.ask([Text("This is a question."), Text("It is a long one.")], Wanted(speech=SpeechWanted(slot)))
    )
    await leg.send(0.2, SILENCE)
    await leg.send(0.6)
    await leg.send(3.0, SILENCE)
    heard = await asking
    assert (heard.text, heard.barged_in) == (said, True)
    assert leg.audio.heard == ["flow"]


@virtual_time
async def test_an_answer_over_the_end_of_a_question_without_barge_in_keeps_its_beginning(
    tmp_path: Path,
) -> None:
    leg = speaking_leg()
    call = flow_call(leg, tmp_path, FakeJournal())
    _with_recognisers(call, leg, "five five two", tmp_path)
    question = call.ask(
        [Text("This is important.")], Wanted(speech=SpeechWanted("phone_number")), barge_in=False
    )
    asking = asyncio.ensure_future(question)
    await leg.send(0.7, SILENCE)
    await leg.send(0.9)  # from 0.3 s before its end
    await leg.send(4.0, SILENCE)
    heard = await asking
    assert (heard.text, heard.barged_in) == ("five five two", False)
    assert heard.seconds > 0.5 + 0.9


@virtual_time
async def test_a_secret_leaves_no_word_no_key_and_no_sound(tmp_path: Path) -> None:
    leg, journal = speaking_leg(), FakeJournal()
    call = flow_call(leg, tmp_path, journal)
    call.keep_recording()
    call.keep_secret(True)
    assert leg.real.audio.hides_digits
    running().call_later(0.5, leg.press, "4")
    heard = await call.ask([Text("I have "), Spoken("digits", "4711")], KEY)
    assert heard.digits == "4"
    assert "4711" not in "".join(map(repr, journal.events))
    assert journal.told(CallerHeard)[-1].digits == 0
    assert await call._clips.write(b"\0\0" * 8000) is None
    [recording] = leg.audio.recordings
    assert recording.paused
    call.keep_secret(False)
    assert not recording.paused
    assert not leg.real.audio.hides_digits
    assert await call._clips.write(b"\0\0" * 8000) is not None
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "recordings").rglob("*.wav")] == [0o600]
    assert (tmp_path / "recordings" / "clips").stat().st_mode & 0o777 == 0o700


def look_up(answer: bytes) -> tuple[HttpAnswer | None, list[bytes], float]:
    """What a look-up makes of an answer on the wire, what was asked, and how many bytes were sent."""
    asked: list[bytes] = []
    sent = 0

    async def play() -> HttpAnswer | None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            with contextlib.suppress(ConnectionError):
                for at in range(0, len(answer), 65536):
                    writer.write(answer[at : at + 65536])
                    await writer.drain()
                    sent += 65536
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/customers/4711"
        async with httpx.AsyncClient(follow_redirects=True) as http:
            try:
                return await fetch(http, HttpRequest("GET", url, {"accept-encoding": "gzip"}, None, 5))
            except ValueError:
                return None
            finally:
                server.close()

    return asyncio.run(play()), asked, sent


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def test_a_look_up_asks_for_plain_bytes_and_takes_no_packed_ones() -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    answer, asked, _ = look_up(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb)
    assert answer is None
    assert asked[0].lower().count(b"accept-encoding: identity\r\n") == 1
    assert b"gzip" not in asked[0]
    plain, _, _ = look_up(OK + b"Content-Type: text/plain; charset=zip\r\n\r\n" + b'{"a": 1}')
    assert plain == HttpAnswer(200, '{"a": 1}')


def test_a_look_up_reads_so_much_and_no_more() -> None:
    answer, _, sent = look_up(OK + b"\r\n" + b"0" * 50_000_000)
    assert answer is None
    assert sent < 20_000_000


def test_a_look_up_follows_nobody_elsewhere() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/4711\r\nContent-Length: 0\r\n\r\n"
    answer, asked, _ = look_up(moved)
    assert answer is not None
    assert (answer.status, len(asked)) == (302, 1)
