"""The intake bot's conversations, from greeting to ticket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from asr.intake import questions, texts
from asr.intake.bot import Intake
from asr.intake.questions import Step
from asr.intake.settings import IntakeSettings
from asr.intake.values import (
    Ask,
    File,
    Filed,
    Finished,
    HungUp,
    IntakeEffect,
    IntakeEvent,
    OpenTicket,
    Question,
    ReachHuman,
    Record,
    Recorded,
    Say,
    Slot,
    Started,
)
from asr.listening.answer import Heard
from asr.results import Word
from config.business_hours import OpeningHours
from tts.parts import Clip, Part, Spoken, Text

_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
CALLER = "+4930123456"


class Call:
    """A caller and the bot."""

    def __init__(
        self,
        language: str = "en",
        caller: str = CALLER,
        *,
        recogniser: bool = True,
        settings: IntakeSettings = IntakeSettings(),  # noqa: B008 - frozen
    ) -> None:
        self.bot = Intake(HOURS, settings)
        self.clips = 0
        self.effects: list[IntakeEffect] = []
        self.feed(Started(caller, language, recogniser))

    def feed(self, event: IntakeEvent) -> IntakeEffect:
        self.effects = self.bot.receive(event, NOW)
        return self.effects[-1]

    def says(self, text: str, confidence: float | None = 0.9) -> IntakeEffect:
        self.clips += 1
        words = tuple(
            Word(word, at * 0.4, at * 0.4 + 0.3, confidence) for at, word in enumerate(text.split())
        )
        seconds = max(1.0, len(text) / 6)
        return self.feed(Heard("speech", "", text, words, confidence, Path(f"/{self.clips}.wav"), seconds))

    def presses(self, digits: str) -> IntakeEffect:
        return self.feed(Heard("keys", digits=digits))

    def is_silent(self) -> IntakeEffect:
        return self.feed(Heard("silence"))

    @property
    def question(self) -> Question:
        last = self.effects[-1]
        assert isinstance(last, Ask)
        return last.question

    @property
    def ticket(self) -> OpenTicket:
        last = self.effects[-1]
        assert isinstance(last, File | ReachHuman)
        return last.ticket if isinstance(last, File) else last.so_far

    def slot(self, name: str) -> Slot:
        return {slot.name: slot for slot in self.ticket.slots}[name]


def _said(parts: Sequence[Part]) -> str:
    shown = []
    for part in parts:
        shown.append(
            part.text if isinstance(part, Text) else part.value if isinstance(part, Spoken) else "clip"
        )
        assert not isinstance(part, Clip)
    return " ".join(shown)


CONFIRMED = {
    "en": ["my printer prints only half of every page", "yes", "yes", "tomorrow at nine"],
    "zh": ["我的电脑从今天早上就打不开了", "对", "可以", "明天上午九点"],
    "ko": ["오늘 아침부터 노트북이 켜지지 않아요", "네 맞아요", "네", "내일 오전 아홉 시"],
}


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_smooth_call_ends_in_a_confirmed_ticket(language: str) -> None:
    call = Call(language)
    names = []
    for answer in CONFIRMED[language]:
        names.append(call.question.name)
        call.says(answer)
    assert names == ["problem", "confirm_problem", "offer_number", "time"]
    ticket = call.ticket
    assert (ticket.progress, ticket.caller, ticket.language) == ("confirmed", CALLER, language)
    assert ticket.callback_number == CALLER
    assert ticket.when is not None
    assert ticket.when.start == datetime(2026, 3, 12, 9, tzinfo=NOW.tzinfo)
    problem = call.slot("problem")
    assert (problem.value, problem.confirmed, problem.audio) == (
        CONFIRMED[language][0],
        True,
        (Path("/1.wav"),),
    )
    assert problem.words
    assert problem.confidence == 0.9
    assert [turn.meaning for turn in ticket.history] == ["text", "yes", "yes", "time"]


def test_the_last_words_say_what_happens_next() -> None:
    call = Call()
    for answer in CONFIRMED["en"]:
        call.says(answer)
    assert isinstance(call.feed(Filed("4711")), Finished)
    (goodbye, _) = call.effects
    assert isinstance(goodbye, Say)
    said = _said(goodbye.parts)
    for needed in ("4711", CALLER, "2026-03-12", "09:00", "Goodbye"):
        assert needed in said


def test_the_problem_is_read_back() -> None:
    call = Call()
    call.says("um, my printer is broken")
    assert "my printer is broken" in _said(call.question.parts)
    assert "um" not in _said(call.question.parts)


def test_all_of_it_works_by_keys_and_a_recording() -> None:
    call = Call(recogniser=False)
    last = call.effects[-1]
    assert isinstance(last, Record)
    assert last.finish_key == "#"
    call.feed(Recorded(Path("/long.wav"), 12.0))
    assert (call.question.name, call.question.speech) == ("offer_number", None)
    call.presses("2")
    assert call.question.name == "number"
    call.presses("5551234")
    assert (call.question.name, "5551234" in _said(call.question.parts)) == ("confirm_number", True)
    call.presses("1")
    call.presses("3")
    assert (call.ticket.progress, call.ticket.callback_number) == ("recogniser_gone", "5551234")
    assert call.slot("problem").audio == (Path("/long.wav"),)
    assert call.slot("callback_number").confirmed
    assert call.ticket.when is not None


def test_no_and_the_problem_is_told_anew() -> None:
    call = Call()
    call.says("my printer is open")
    call.says("no")
    assert (call.question.name, call.question.attempt) == ("problem", 2)
    call.says("my printer is broken")
    call.presses("1")
    call.feed(HungUp())
    assert call.slot("problem").value == "my printer is broken"
    # What was taken back is in the history, with its recording.
    first = call.ticket.history[0].heard
    assert first is not None
    assert first.audio == Path("/1.wav")


def test_what_was_taken_back_counts_when_nothing_new_is_said() -> None:
    call = Call()
    call.says("my printer is broken")
    call.presses("2")
    call.feed(HungUp())
    assert call.ticket.progress == "hung_up"
    assert call.slot("problem").value == "my printer is broken"


@pytest.mark.parametrize("answer", ["yes but it also happens at home", "Right, but also the screen is dark."])
def test_yes_with_something_more_adds_it(answer: str) -> None:
    call = Call()
    call.says("my printer is broken")
    call.says(answer)
    assert call.question.name == "offer_number"
    call.feed(HungUp())
    problem = call.slot("problem")
    assert problem.value == f"my printer is broken. {answer}"
    assert problem.confirmed
    assert len(problem.audio) == 2


@pytest.mark.parametrize(
    "answer",
    ["no, it is on the third floor", "well it stands on the third floor", "and also the screen flickers"],
)
def test_a_correction_is_added_and_read_back(answer: str) -> None:
    call = Call()
    call.says("my printer is broken")
    call.says(answer)
    assert call.question.name == "confirm_problem"
    assert answer in _said(call.question.parts)
    assert "my printer is broken" in _said(call.question.parts)


def test_something_can_be_added_by_key_or_word() -> None:
    for how in (lambda call: call.presses("3"), lambda call: call.says("I want to add something")):
        call = Call()
        call.says("my printer is broken")
        how(call)
        assert call.question.name == "addition"
        call.says("it smells of smoke")
        assert "my printer is broken. it smells of smoke" in _said(call.question.parts)


def test_the_caller_cannot_correct_for_ever() -> None:
    call = Call()
    call.says("my printer is broken")
    for _ in range(10):
        if call.bot.step is Step.OFFER_NUMBER:
            break
        call.says("no it is something else that is broken here")
    assert call.bot.step is Step.OFFER_NUMBER
    call.feed(HungUp())
    assert not call.slot("problem").confirmed


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "I want to talk to a person"), ("en", "agent"), ("zh", "转人工"), ("ko", "상담원 연결해 주세요")],
)
@pytest.mark.parametrize("after", range(4))
def test_a_person_can_be_reached_at_any_question(language: str, words: str, after: int) -> None:
    for how in (lambda call: call.says(words), lambda call: call.presses("0")):
        call = Call(language)
        for answer in CONFIRMED[language][:after]:
            call.says(answer)
        last = how(call)
        assert isinstance(last, ReachHuman)
        assert isinstance(call.effects[0], Say)
        assert last.why == "asked"
        assert len(last.so_far.history) == after + 1
        assert not after or call.slot("problem").value == CONFIRMED[language][0]


def test_where_there_is_no_person_the_bot_says_so_and_goes_on() -> None:
    call = Call(settings=IntakeSettings(human=False))
    assert "person" not in _said(call.question.parts[1:])
    assert isinstance(call.says("agent"), Ask)
    assert _said(call.question.parts).startswith("Nobody is free")
    assert call.question.attempt == 2


def test_a_problem_with_an_agent_is_a_problem() -> None:
    call = Call()
    call.says("the backup agent on my laptop crashed")
    assert call.question.name == "confirm_problem"


def test_a_greeting_is_answered_not_written_down() -> None:
    call = Call()
    call.says("Hello, can you hear me?")
    assert (call.question.name, call.question.attempt) == ("problem", 2)
    assert "I'm listening" in _said(call.question.parts)


def test_a_question_gets_shorter_and_then_asks_for_keys() -> None:
    call = Call()
    first = call.question
    call.is_silent()
    second = call.question
    call.is_silent()
    third = call.question
    assert len(_said(second.parts)) < len(_said(first.parts))
    assert first.speech is not None
    assert second.speech is not None
    assert third.speech is None
    assert "press 1" in _said(third.parts)


def test_who_says_nothing_at_all_is_recorded_and_filed_with_that() -> None:
    call = Call()
    for _ in range(3):
        last = call.is_silent()
    assert isinstance(last, Record)
    call.feed(Recorded(Path("/silence.wav"), 0.2))
    assert call.ticket.progress == "no_speech"
    assert call.slot("problem").audio == (Path("/silence.wav"),)
    call.feed(Filed())
    assert "couldn't hear you" in _said(call.effects[0].parts)  # type: ignore[union-attr]


def test_who_is_not_understood_gets_a_person_with_the_recordings() -> None:
    call = Call()
    for number in range(3):
        last = call.feed(Heard("noise", audio=Path(f"/{number}.wav"), seconds=3.0))
    assert isinstance(last, ReachHuman)
    assert last.why == "not_understood"
    assert len(call.slot("problem").audio) == 3


def test_or_a_recording_where_the_site_wants_that() -> None:
    call = Call(settings=IntakeSettings(give_up="recording"))
    for _ in range(3):
        last = call.feed(Heard("noise", audio=Path("/n.wav"), seconds=3.0))
    assert isinstance(last, Record)
    call.feed(Recorded(Path("/said.wav"), 20.0))
    assert call.question.name == "offer_number"
    call.feed(HungUp())
    assert call.slot("problem").audio == (Path("/said.wav"), Path("/n.wav"))


def test_a_caller_who_falls_silent_is_let_go_with_a_ticket() -> None:
    call = Call()
    call.says("my printer is broken")
    for _ in range(5):
        last = call.is_silent()
        if isinstance(last, File):
            break
    assert call.ticket.progress == "unconfirmed"
    assert call.slot("problem").value == "my printer is broken"
    assert call.ticket.callback_number == CALLER


def test_hanging_up_in_mid_sentence_keeps_the_half_sentence() -> None:
    call = Call()
    half = Heard("speech", "", "my printer has", (), 0.8, Path("/half.wav"), 1.4)
    call.feed(HungUp(half))
    assert call.ticket.progress == "hung_up"
    assert (call.slot("problem").value, call.slot("problem").audio) == (
        "my printer has",
        (Path("/half.wav"),),
    )
    assert call.feed(Filed("4711")) == Finished()
    assert call.feed(HungUp()) == Finished()


def test_hanging_up_while_saying_the_number_keeps_that() -> None:
    call = Call(caller="")
    call.says("my printer is broken")
    call.says("yes")
    assert call.question.name == "number"
    call.feed(HungUp(Heard("speech", "", "five five five", (), 0.8, Path("/half.wav"), 1.4)))
    assert call.slot("callback_number").audio == (Path("/half.wav"),)
    assert call.ticket.callback_number is None


def test_when_the_recogniser_goes_the_recording_is_the_problem() -> None:
    call = Call()
    call.feed(Heard("unavailable", audio=Path("/long.wav"), seconds=8.0))
    assert (call.question.name, call.question.speech) == ("offer_number", None)
    assert "recording" in _said(call.question.parts)
    call.presses("1")
    call.presses("1")
    assert call.ticket.progress == "recogniser_gone"
    assert call.slot("problem").audio == (Path("/long.wav"),)
    assert call.slot("callback_time").value == "asap"


def test_when_the_recogniser_goes_before_anything_was_said_it_is_recorded() -> None:
    call = Call()
    assert isinstance(call.feed(Heard("unavailable", seconds=0.2)), Record)


def test_when_the_recogniser_goes_later_keys_go_on() -> None:
    call = Call()
    call.says("my printer is broken")
    call.feed(Heard("unavailable", audio=Path("/yes.wav"), seconds=0.8))
    assert (call.question.name, call.question.speech) == ("confirm_problem", None)
    call.presses("1")
    call.presses("1")
    call.presses("1")
    assert call.ticket.progress == "confirmed"


@pytest.mark.parametrize(
    ("answer", "number"),
    [("no it's five five five one two three four", "5551234"), ("555 1234", "5551234")],
)
def test_another_number_can_be_given_at_once(answer: str, number: str) -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    call.says(answer)
    assert call.question.name == "confirm_number"
    assert Spoken("phone_number", number) in call.question.parts


def test_a_misheard_number_is_corrected_by_keys() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    call.says("no")
    assert (call.question.name, call.question.attempt) == ("number", 1)
    call.says("five five five one two three five")
    call.presses("5551234")
    assert Spoken("phone_number", "5551234") in call.question.parts
    call.presses("1")
    call.says("now")
    assert (call.ticket.callback_number, call.ticket.progress) == ("5551234", "confirmed")


def test_a_number_rejected_twice_is_asked_for_by_keys() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    call.says("no")
    call.says("five five five one two three four")
    call.says("no")
    assert (call.question.name, call.question.speech) == ("number", None)


@pytest.mark.parametrize("caller", ["", "anonymous"])
def test_a_withheld_number_is_asked_for(caller: str) -> None:
    call = Call(caller=caller)
    call.says("my printer is broken")
    call.says("yes")
    assert call.question.name == "number"


def test_without_any_number_a_person_is_the_way_out() -> None:
    call = Call(caller="")
    call.says("my printer is broken")
    call.says("yes")
    for _ in range(3):
        last = call.says("I do not have one")
    assert isinstance(last, ReachHuman)


def test_a_time_at_which_nobody_calls_is_moved_and_asked_about() -> None:
    call = Call()
    for answer in CONFIRMED["en"][:3]:
        call.says(answer)
    call.says("on saturday")
    assert call.question.name == "confirm_time"
    assert "2026-03-16" in _said(call.question.parts)
    call.says("no, on friday at ten")
    assert call.ticket.when is not None
    assert call.ticket.when.start.day == 13


def test_an_unsure_time_is_confirmed() -> None:
    call = Call()
    for answer in CONFIRMED["en"][:3]:
        call.says(answer)
    call.says("tomorrow at nine", confidence=0.4)
    assert call.question.name == "confirm_time"
    call.says("yes")
    assert call.slot("callback_time").confirmed


def test_an_unsure_yes_is_asked_for_again() -> None:
    call = Call()
    call.says("my printer is broken")
    call.feed(Heard("speech", text="yes", confidence=0.2, meanings={"yes": 0.7, "other": 0.3}))
    assert (call.question.name, call.question.attempt) == ("confirm_problem", 2)
    call.feed(Heard("speech", text="yes", confidence=0.2, meanings={"yes": 0.97, "other": 0.03}))
    assert call.question.name == "offer_number"


def test_no_understandable_time_means_as_soon_as_possible() -> None:
    call = Call()
    for answer in CONFIRMED["en"][:3]:
        call.says(answer)
    for _ in range(3):
        call.says("the blue one over there")
    assert call.ticket.when is None
    assert call.ticket.progress == "unconfirmed"


def test_star_and_pardon_repeat_the_question() -> None:
    call = Call()
    call.says("my printer is broken")
    before = call.question
    call.presses("*")
    assert call.question == before
    call.says("sorry?")
    assert call.question == before


@pytest.mark.parametrize("answer", ["*", "repeat"])
def test_who_only_ever_wants_the_question_again_is_let_go(answer: str) -> None:
    call = Call()
    for _ in range(IntakeSettings().questions):
        assert isinstance(call.effects[-1], Ask)
        last = call.presses("*") if answer == "*" else call.says("repeat")
    assert isinstance(last, File)


def test_only_what_the_site_wants_is_asked() -> None:
    settings = IntakeSettings(greet=False, ask_name=True, ask_number=False, ask_time=False)
    call = Call(settings=settings)
    assert call.question.parts == (Text(texts.TEXTS["problem_1"]["en"], "problem_1"),)
    call.says("my printer is broken")
    call.says("yes")
    assert call.question.name == "name"
    call.says("my name is john smith")
    assert call.ticket.progress == "confirmed"
    assert call.slot("name").value == "John Smith"


def test_a_sure_problem_need_not_be_read_back() -> None:
    settings = IntakeSettings(read_back="unsure")
    call = Call(settings=settings)
    call.says("my printer is broken", confidence=0.9)
    assert call.question.name == "offer_number"
    call = Call(settings=settings)
    call.says("my printer is broken", confidence=0.4)
    assert call.question.name == "confirm_problem"


def test_an_event_that_nobody_awaits_is_a_mistake_of_the_caller_of_the_bot() -> None:
    call = Call()
    with pytest.raises(ValueError, match="Filed is not awaited in problem"):
        call.feed(Filed())
    with pytest.raises(ValueError, match="'fr'"):
        Intake().receive(Started("", "fr"), NOW)


def test_every_text_is_there_in_every_language_and_used() -> None:
    source = "".join(
        Path(module.__file__ or "").read_text(encoding="utf-8")
        for module in (questions, __import__("asr.intake.bot", fromlist=["x"]))
    )
    stems = {re.sub(r"_[123](_no_human)?$", "", key) for key in texts.TEXTS}
    steps = {step.value for step in Step}
    for key, wordings in texts.TEXTS.items():
        assert set(wordings) == {"en", "zh", "ko"}, key
        assert all(wordings.values()), key
    for stem in stems - steps:
        assert stem in source, f"{stem} is never said"


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        IntakeSettings(attempts=0)
