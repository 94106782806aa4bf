"""A question and its answer on a leg, in virtual time: words, keys, barge-in, hang-ups, dead recognisers."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import pytest

from asr.listening.answer import Heard, KeysWanted, SpeechWanted, Wanted
from asr.listening.end_of_turn import TIMINGS, Outlook
from asr.listening.listener import PATIENCE, Listener
from telephony.call.errors import LegClosed
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.asr.listening.speaking import (
    SILENCE,
    FakeRecognisers,
    FakeTurnDetector,
    SpeakingLeg,
    listening,
    speaking_leg,
)

YES_NO = SpeechWanted("yes_no")
BOTH = Wanted(KeysWanted(1), YES_NO)
SHORT = TIMINGS["short"]


def listen(
    leg: SpeakingLeg,
    folder: Path,
    recognisers: FakeRecognisers | None,
    wanted: Wanted = BOTH,
    *,
    prompt: bool = False,
) -> Listener:
    return Listener(
        listening(leg, recognisers, folder), wanted, "en", prompt=prompt, interrupt=leg.audio.stop
    )


async def answer_to(leg: SpeakingLeg, listener: Listener, *frames: tuple[float, bool]) -> Heard:
    """The answer while the caller speaks (True) and is silent (False), each for so many seconds."""

    async def send() -> None:
        for seconds, voiced in frames:
            await (leg.send(seconds) if voiced else leg.send(seconds, SILENCE))

    sending = asyncio.ensure_future(send())
    try:
        return await listener.answer()
    finally:
        sending.cancel()
        await asyncio.wait([sending])


@pytest.mark.parametrize("streaming", [True, False])
@virtual_time
async def test_words_end_with_a_silence(tmp_path: Path, streaming: bool) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers(streaming=streaming, seconds=0)
    heard = await answer_to(leg, listen(leg, tmp_path, recognisers), (1.0, False), (0.6, True), (5, False))
    assert (heard.kind, heard.text, heard.barged_in) == ("speech", "yes", False)
    # Read as a whole, "yes" is known before the turn would end, and nothing more is to be expected.
    wait = SHORT.end_of_turn if streaming else SHORT.complete
    assert running().time() == pytest.approx(1.0 + 0.6 + wait, abs=0.05)
    assert heard.audio is not None
    with wave.open(str(heard.audio)) as file:
        assert file.getnframes() / 8000 == pytest.approx(heard.seconds)
    assert heard.seconds == pytest.approx(SHORT.lead_in + 0.6 + wait, abs=0.1)
    assert recognisers.in_use == 0
    assert leg.audio.on_digit is None


@virtual_time
async def test_nothing_in_time_is_silence(tmp_path: Path) -> None:
    leg = speaking_leg()
    heard = await answer_to(leg, listen(leg, tmp_path, FakeRecognisers()), (20, False))
    assert heard.kind == "silence"
    assert running().time() == pytest.approx(max(SHORT.no_speech, KeysWanted().first_timeout), abs=0.05)


@virtual_time
async def test_a_turn_ends_on_a_line_without_packets(tmp_path: Path) -> None:
    leg = speaking_leg()
    heard = await answer_to(leg, listen(leg, tmp_path, FakeRecognisers()), (0.5, True))
    assert heard.kind == "speech"
    assert running().time() < 0.5 + SHORT.end_of_turn + 0.3


@virtual_time
async def test_a_key_ends_the_answer_and_frees_the_recogniser(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers()
    listener = listen(leg, tmp_path, recognisers)
    await leg.send(0.5)
    assert recognisers.in_use == 1
    leg.press("1")
    heard = await listener.answer()
    assert (heard.kind, heard.digits) == ("keys", "1")
    await settle()
    assert recognisers.in_use == 0


@pytest.mark.parametrize(
    ("after", "kind", "left"), [(-1e-6, "keys", ""), (0.05, "keys", ""), (0.15, "speech", "1")]
)
@virtual_time
async def test_a_key_counts_until_the_words_are_there(
    tmp_path: Path, after: float, kind: str, left: str
) -> None:
    """Before the end of the turn, while the words are being read, and when they are there."""

    leg, loop = speaking_leg(), running()
    recognisers = FakeRecognisers(seconds=0.1)
    listener = listen(leg, tmp_path, recognisers)
    await leg.send(0.5)
    ended = (
        loop.time() + SHORT.end_of_turn + 0.02
    )  # the listener's timer of its own: no packets come any more
    loop.call_at(ended + after, leg.press, "1")
    heard = await listener.answer()
    assert heard.kind == kind
    await asyncio.sleep(1)
    assert leg.audio.take_digits() == left
    assert recognisers.in_use == 0


NUMBER = Wanted(KeysWanted(15, "#", first_timeout=8.0, between_timeout=2.5), SpeechWanted("phone_number"))


@virtual_time
async def test_who_speaks_and_then_presses_keys_answers_by_keys(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers("five five two")
    listener = listen(leg, tmp_path, recognisers, NUMBER)
    await leg.send(0.6)
    for digit in "0955#":
        await leg.send(0.3)  # saying each one while it is pressed
        leg.press(digit)
    heard = await listener.answer()
    assert (heard.kind, heard.digits) == ("keys", "0955")
    await settle()
    assert recognisers.in_use == 0


@virtual_time
async def test_who_presses_one_key_and_then_speaks_answers_by_words(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers("five five two one")
    listener = listen(leg, tmp_path, recognisers, NUMBER)
    running().call_later(0.5, leg.press, "5")
    heard = await answer_to(leg, listener, (2.0, False), (3.0, True), (5, False))
    assert (heard.kind, heard.text, heard.digits) == ("speech", "five five two one", "")
    assert running().time() > 5.0


@virtual_time
async def test_noise_after_keys_leaves_the_keys(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers(""), NUMBER)
    running().call_later(0.5, leg.press, "5")
    running().call_later(0.8, leg.press, "6")
    heard = await answer_to(leg, listener, (2.5, False), (0.4, True), (5, False))
    assert (heard.kind, heard.digits) == ("keys", "56")


@virtual_time
async def test_a_cough_is_no_answer_and_an_answer_after_it_is(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers("")
    listener = listen(leg, tmp_path, recognisers)
    running().call_later(2.0, setattr, recognisers, "text", "yes")
    heard = await answer_to(leg, listener, (0.5, False), (0.3, True), (2.5, False), (0.6, True), (5, False))
    assert (heard.kind, heard.text) == ("speech", "yes")


@virtual_time
async def test_coughs_alone_are_silence_in_the_time_that_silence_takes(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers(""))
    heard = await answer_to(leg, listener, *[(0.3, True), (1.5, False)] * 10)
    assert heard.kind == "silence"
    assert running().time() == pytest.approx(SHORT.no_speech, abs=1.5)


@virtual_time
async def test_speech_that_nobody_understands_is_noise_at_once(tmp_path: Path) -> None:
    leg = speaking_leg()
    heard = await answer_to(leg, listen(leg, tmp_path, FakeRecognisers("")), (1.0, True), (5, False))
    assert heard.kind == "noise"
    assert running().time() < 1.0 + SHORT.end_of_turn + 0.3


@virtual_time
async def test_words_are_heard_for_as_long_as_keys_are(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers("five"), NUMBER)
    heard = await answer_to(leg, listener, (SHORT.no_speech + 1.5, False), (1, True), (5, False))
    assert (heard.kind, heard.text) == ("speech", "five")


@pytest.mark.parametrize("streaming", [True, False])
@virtual_time
async def test_who_speaks_on_while_the_words_are_being_read_has_not_finished(
    tmp_path: Path, streaming: bool
) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers(streaming=streaming, seconds=2.0)
    pause = SHORT.end_of_turn + 0.3
    heard = await answer_to(
        leg, listen(leg, tmp_path, recognisers), (0.5, True), (pause, False), (0.6, True), (4, False)
    )
    assert heard.kind == "speech"
    assert heard.seconds == pytest.approx(SHORT.lead_in + 0.5 + pause + 0.6 + SHORT.end_of_turn, abs=0.55)
    assert heard.seconds > 0.5 + pause + 0.6
    assert len(recognisers.heard) == 1
    assert recognisers.heard[0] > 0.5 + pause + 0.6
    assert heard.audio is not None
    assert heard.audio.name == "01.wav"
    assert recognisers.in_use == 0


@virtual_time
async def test_who_speaks_between_two_questions_is_heard_from_the_first_word(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers()
    context = listening(leg, recognisers, tmp_path)

    def question(*, prompt: bool) -> Listener:
        return Listener(context, BOTH, "en", prompt=prompt, interrupt=leg.audio.stop)

    await answer_to(leg, question(prompt=False), (0.5, True), (1, False))
    await leg.send(1.0, SILENCE)
    await leg.send(0.4)  # the next question is being made, or said without being heard
    listener = question(prompt=False)
    heard = await answer_to(leg, listener, (0.6, True), (2, False))
    assert heard.kind == "speech"
    assert not heard.barged_in
    assert heard.seconds == pytest.approx(SHORT.lead_in + 1.0 + SHORT.end_of_turn, abs=0.1)

    await leg.send(1.0, SILENCE)
    await leg.send(0.4)
    listener = question(prompt=True)
    assert not listener.interrupted
    heard = await answer_to(leg, listener, (0.6, True), (2, False))
    assert heard.barged_in
    assert heard.seconds == pytest.approx(SHORT.lead_in + 1.0 + SHORT.end_of_turn, abs=0.1)


@virtual_time
async def test_what_was_said_before_a_question_and_is_over_does_not_answer_it(tmp_path: Path) -> None:
    leg = speaking_leg()
    context = listening(leg, FakeRecognisers(), tmp_path)
    Listener(context, BOTH, "en", prompt=True, interrupt=leg.audio.stop).close()
    await leg.send(2.0)
    await leg.send(1.0, SILENCE)
    listener = Listener(context, BOTH, "en", prompt=False, interrupt=leg.audio.stop)
    assert (await answer_to(leg, listener, (20, False))).kind == "silence"


@pytest.mark.parametrize("spoken", [0.3, 1.2, 3.0])
@virtual_time
async def test_an_answer_over_the_end_of_the_prompt_keeps_its_beginning(
    tmp_path: Path, spoken: float
) -> None:
    """Words with breaths between them, which never fill the bucket at once."""
    leg, recognisers = speaking_leg(), FakeRecognisers()
    listener = listen(leg, tmp_path, recognisers, prompt=True)
    await leg.send(5.0, SILENCE)
    before = running().time()
    for _ in range(round(spoken / 0.6) or 1):
        await leg.send(0.3)
        await leg.send(0.3, SILENCE)
    listener.prompt_ended()
    heard = await answer_to(leg, listener, (0.5, True), (2, False))
    said = running().time() - before - SHORT.end_of_turn
    assert heard.kind == "speech"
    assert heard.seconds == pytest.approx(SHORT.lead_in + said + SHORT.end_of_turn, abs=0.15)


@virtual_time
async def test_keys_typed_ahead_answer_at_once_and_the_rest_is_kept(tmp_path: Path) -> None:
    leg = speaking_leg()
    leg.press("12")
    listener = listen(leg, tmp_path, None, Wanted(KeysWanted(1)), prompt=True)
    assert listener.interrupted
    assert (await listener.answer()).digits == "1"
    assert leg.audio.take_digits() == "2"


@virtual_time
async def test_a_key_during_the_prompt_stops_it(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers(), prompt=True)
    leg.press("5")
    heard = await listener.answer()
    assert (heard.digits, heard.barged_in) == ("5", True)
    assert running().time() == 0


@virtual_time
async def test_a_sentence_interrupts_the_prompt_and_a_cough_does_not(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers(), prompt=True)
    await leg.send(0.2)
    await leg.send(1.0, SILENCE)
    assert not listener.interrupted
    await leg.send(SHORT.interruption)
    assert listener.interrupted
    heard = await answer_to(leg, listener, (0.5, True), (2, False))
    assert (heard.kind, heard.barged_in) == ("speech", True)


@pytest.mark.parametrize("streaming", [True, False])
@virtual_time
async def test_a_hang_up_in_mid_sentence_keeps_what_was_said(tmp_path: Path, streaming: bool) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers("my line is", streaming=streaming)
    listener = listen(
        leg, tmp_path, recognisers, Wanted(speech=SpeechWanted("free_text", timing="description"))
    )
    running().call_later(1.5, leg.far_hang_up)
    with pytest.raises(LegClosed):
        await answer_to(leg, listener, (3, True))
    heard = await listener.last_words()
    assert heard is not None
    assert (heard.kind, heard.text) == ("speech", "my line is")
    assert heard.seconds == pytest.approx(1.5, abs=0.1)
    assert heard.audio is not None
    await leg.send(1)
    assert recognisers.in_use == 0


@virtual_time
async def test_a_hang_up_before_a_word_leaves_nothing(tmp_path: Path) -> None:
    leg = speaking_leg()
    listener = listen(leg, tmp_path, FakeRecognisers())
    running().call_later(1, leg.far_hang_up)
    with pytest.raises(LegClosed):
        await listener.answer()
    assert await listener.last_words() is None


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("dies_after", [0.0, 0.5])
@virtual_time
async def test_a_recogniser_that_dies_leaves_the_recording(
    tmp_path: Path, streaming: bool, dies_after: float
) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers(streaming=streaming)
    listener = listen(leg, tmp_path, recognisers)
    running().call_later(dies_after, setattr, recognisers, "dead", True)
    heard = await answer_to(leg, listener, (0.8, True), (3, False))
    assert heard.kind == "unavailable"
    assert heard.audio is not None
    assert heard.audio.exists()
    assert recognisers.in_use == 0


@pytest.mark.parametrize("streaming", [True, False])
@virtual_time
async def test_words_that_do_not_come_are_not_waited_for_for_ever(tmp_path: Path, streaming: bool) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers(streaming=streaming, seconds=3600)
    heard = await answer_to(leg, listen(leg, tmp_path, recognisers), (0.5, True), (2, False))
    assert heard.kind == "unavailable"
    assert running().time() == pytest.approx(0.5 + SHORT.end_of_turn + PATIENCE, abs=0.2)
    await settle()
    assert recognisers.in_use == 0


@virtual_time
async def test_an_answer_that_is_not_wanted_any_more_frees_the_recogniser(tmp_path: Path) -> None:
    leg, recognisers = speaking_leg(), FakeRecognisers()
    listener = listen(leg, tmp_path, recognisers)
    waiting = asyncio.ensure_future(listener.answer())
    await leg.send(0.5)
    assert recognisers.in_use == 1
    waiting.cancel()
    await settle()
    assert recognisers.in_use == 0


@virtual_time
async def test_a_caller_who_speaks_on_has_the_whole_utterance_read(tmp_path: Path) -> None:
    """The first attempt began in the pause; it lacks what came after it."""

    leg, recognisers = speaking_leg(), FakeRecognisers(streaming=False, seconds=0.5)
    heard = await answer_to(
        leg, listen(leg, tmp_path, recognisers), (0.5, True), (0.5, False), (0.5, True), (2, False)
    )
    assert heard.kind == "speech"
    assert len(recognisers.heard) == 1
    assert recognisers.heard[0] > 1.5
    assert recognisers.in_use == 0


STORY = Wanted(speech=SpeechWanted("free_text", timing="description"))
DESCRIPTION = TIMINGS["description"]


@pytest.mark.parametrize(
    ("outlook", "wait"),
    [
        (Outlook.COMPLETE, DESCRIPTION.complete),
        (Outlook.UNKNOWN, DESCRIPTION.end_of_turn),
        (Outlook.UNFINISHED, DESCRIPTION.hesitation),
    ],
)
@virtual_time
async def test_the_sound_says_how_long_a_pause_may_be(tmp_path: Path, outlook: Outlook, wait: float) -> None:
    leg, turns = speaking_leg(), FakeTurnDetector(outlook)
    recognisers = FakeRecognisers("my printer is broken", streaming=False)
    context = listening(leg, recognisers, tmp_path, turns)
    listener = Listener(context, STORY, "en", prompt=False, interrupt=leg.audio.stop)
    heard = await answer_to(leg, listener, (2, True), (0.2, False), (2, True), (5, False))
    assert heard.kind == "speech"
    assert running().time() == pytest.approx(4.2 + wait, abs=0.1)
    assert len(turns.asked) == 1  # a pause of 0.2 s is none
    assert turns.asked[0] == pytest.approx(4.5, abs=0.1)


@virtual_time
async def test_words_that_break_off_count_for_more_than_their_sound(tmp_path: Path) -> None:
    leg = speaking_leg()
    recognisers = FakeRecognisers("it stopped because", streaming=False)
    context = listening(leg, recognisers, tmp_path, FakeTurnDetector(Outlook.COMPLETE))
    listener = Listener(context, STORY, "en", prompt=False, interrupt=leg.audio.stop)
    await answer_to(leg, listener, (2, True), (5, False))
    assert running().time() == pytest.approx(2 + DESCRIPTION.hesitation, abs=0.1)


@virtual_time
async def test_what_the_sound_promised_is_forgotten_when_the_caller_speaks_on(tmp_path: Path) -> None:
    leg, turns = speaking_leg(), FakeTurnDetector(Outlook.COMPLETE)
    context = listening(leg, FakeRecognisers(streaming=False), tmp_path, turns)
    listener = Listener(context, STORY, "en", prompt=False, interrupt=leg.audio.stop)

    def turn_slow() -> None:
        turns.seconds = 60.0

    running().call_later(2.6, turn_slow)
    await answer_to(leg, listener, (2, True), (0.6, False), (1, True), (5, False))
    assert running().time() == pytest.approx(3.6 + DESCRIPTION.end_of_turn, abs=0.1)
    assert len(turns.asked) == 2
