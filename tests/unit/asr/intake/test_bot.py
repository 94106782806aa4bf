"""The intake bot's conversations, from greeting to ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from asr.intake import questions, texts
from asr.intake.bot import Intake
from asr.intake.settings import Filing, IntakeSettings
from asr.intake.slots import PROBLEM, WELL_KNOWN, IntakeSlot, Known, Option, usual_slots
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
    Speak,
    Started,
)
from asr.listening.answer import Heard
from asr.results import Word
from asr.understanding.values import Act, Reading, Understanding
from config.business_hours import OpeningHours
from tts.parts import Clip, Part, Spoken, Text

_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
CALLER = "+4930123456"
ROUTER = Option("X200", {"en": ("Router X200", "router"), "zh": ("路由器",), "ko": ("라우터",)})
PRINTER = Option("P50", {"en": ("Printer P50", "printer"), "zh": ("打印机",), "ko": ("프린터",)})
PRODUCT = replace(WELL_KNOWN["product"], options=(ROUTER, PRINTER))
DESK = IntakeSettings(
    slots=(
        PROBLEM,
        PRODUCT,
        WELL_KNOWN["error_code"],
        WELL_KNOWN["callback_number"],
        WELL_KNOWN["callback_time"],
    )
)


class Call:
    """A caller and the bot."""

    def __init__(
        self,
        language: str = "en",
        caller: str = CALLER,
        *,
        recogniser: bool = True,
        settings: IntakeSettings = IntakeSettings(),  # noqa: B008 - frozen
        others: Iterable[str] = (),
    ) -> None:
        self.bot = Intake(HOURS, settings)
        self.clips = 0
        self.effects: list[IntakeEffect] = []
        self.feed(Started(caller, language, recogniser, frozenset(others)))

    def feed(self, event: IntakeEvent) -> IntakeEffect:
        self.effects = self.bot.receive(event, NOW)
        return self.effects[-1]

    def says(self, text: str, confidence: float | None = 0.9, **more: object) -> IntakeEffect:
        self.clips += 1
        words = tuple(
            Word(word, at * 0.4, at * 0.4 + 0.3, confidence) for at, word in enumerate(text.split())
        )
        seconds = max(1.0, len(text) / 6)
        audio = Path(f"/{self.clips}.wav")
        return self.feed(
            Heard(
                "speech",
                text=text,
                words=words,
                confidence=confidence,
                audio=audio,
                seconds=seconds,
                **more,  # type: ignore[arg-type]
            )
        )

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

    @property
    def asked(self) -> str:
        return _said(self.question.parts)

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
    "en": ["my printer prints only half of every page", "yes", "tomorrow at nine", "yes"],
    "zh": ["我的电脑从今天早上就打不开了", "可以", "明天上午九点", "对"],
    "ko": ["오늘 아침부터 노트북이 켜지지 않아요", "네", "내일 오전 아홉 시", "네 맞아요"],
}


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_smooth_call_ends_in_a_confirmed_ticket(language: str) -> None:
    call = Call(language)
    names = []
    for answer in CONFIRMED[language]:
        names.append(call.question.name)
        call.says(answer)
    assert names == ["problem", "offer_number", "callback_time", "confirm"]
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
    meanings = [turn.meaning for turn in ticket.history]
    assert meanings == ["told", "yes", "told callback_time", "yes"]


def test_the_caller_said_yes_to_where_and_when_so_the_last_words_are_short() -> None:
    call = Call()
    for answer in CONFIRMED["en"][:3]:
        call.says(answer)
    assert Spoken("moment", "2026-03-12T09:00") in call.question.parts
    call.says("yes")
    assert isinstance(call.feed(Filed("4711")), Finished)
    (goodbye, _) = call.effects
    assert isinstance(goodbye, Say)
    assert _said(goodbye.parts) == "Thank you. Your ticket number is 4711 Goodbye."


def test_what_nobody_said_yes_to_is_in_the_last_words() -> None:
    call = Call()
    call.says("my printer is broken")
    for _ in range(6):
        if isinstance(call.is_silent(), File):
            break
    call.feed(Filed("4711"))
    (goodbye, _) = call.effects
    assert isinstance(goodbye, Say)
    said = _said(goodbye.parts)
    for needed in ("4711", CALLER, "as soon as possible", "Goodbye"):
        assert needed in said


@pytest.mark.parametrize(
    ("language", "said", "noted"),
    [
        ("en", "um, my printer is broken", "my printer is broken"),
        ("en", "Hello? Hi there, my printer is broken", "my printer is broken"),
        ("zh", "喂，你好，嗯，我的打印机坏了", "我的打印机坏了"),
        ("ko", "여보세요, 음 프린터가 고장났어요", "프린터가 고장났어요"),
    ],
)
def test_hesitations_and_greetings_are_no_part_of_a_problem(language: str, said: str, noted: str) -> None:
    call = Call(language)
    call.says(said)
    call.feed(HungUp())
    assert call.slot("problem").value == noted
    assert call.slot("problem").text == said


def test_all_of_it_works_by_keys_and_a_recording() -> None:
    call = Call(recogniser=False)
    last = call.effects[-1]
    assert isinstance(last, Record)
    assert last.finish_key == "#"
    call.feed(Recorded(Path("/long.wav"), 12.0))
    assert (call.question.name, call.question.speech) == ("offer_number", None)
    call.presses("2")
    assert call.question.name == "callback_number"
    call.presses("5551234")
    call.presses("3")
    assert (call.ticket.progress, call.ticket.callback_number) == ("recogniser_gone", "5551234")
    assert call.slot("problem").audio == (Path("/long.wav"),)
    assert call.slot("callback_number").confirmed
    assert call.ticket.when is not None


# What is said already is not asked, and what is wrong is put right.


@pytest.mark.parametrize(
    ("language", "story", "product", "code"),
    [
        ("en", "Hello. My router shows error 5, please call me tomorrow at nine.", "X200", "5"),
        ("zh", "你好，我的路由器显示错误代码5，请明天上午九点给我回电话。", "X200", "5"),
        ("ko", "라우터에 오류 코드 5가 떠요. 내일 오전 아홉 시에 전화해 주세요.", "X200", "5"),
    ],
)
def test_one_sentence_fills_several_slots(language: str, story: str, product: str, code: str) -> None:
    call = Call(language, settings=DESK)
    call.says(story)
    assert call.question.name == "offer_number"
    call.presses("1")
    assert call.question.name == "confirm"
    call.presses("1")
    assert call.ticket.progress == "confirmed"
    assert (call.slot("product").value, call.slot("error_code").value) == (product, code)
    assert call.slot("callback_time").value == "2026-03-12T09:00:00+01:00"


def test_what_is_confirmed_is_confirmed_together_and_briefly() -> None:
    call = Call(settings=DESK)
    call.says("My router shows error 5, please call me tomorrow at nine. My number is 040 361 982.")
    assert call.question.name == "confirm"
    assert (
        call.asked == "I have: Router X200 error 5 We call you on 040361982 2026-03-12T09:00 Is that right?"
    )


@pytest.mark.parametrize(
    ("answer", "slot", "value"),
    [
        ("no, error 7", "error_code", "7"),
        ("No, it's error seven.", "error_code", "7"),
        ("no, the printer", "product", "P50"),
        ("no, on Friday at ten", "callback_time", "2026-03-13T10:00:00+01:00"),
        ("No, call me at ten.", "callback_time", "2026-03-12T10:00:00+01:00"),
        ("no, the number is 040 361 988", "callback_number", "040361988"),
        ("040 361 988", "callback_number", "040361988"),
    ],
)
def test_one_part_is_corrected_and_only_that_is_read_back(answer: str, slot: str, value: str) -> None:
    call = Call(settings=DESK)
    call.says("My router shows error 5, please call me tomorrow at nine. My number is 040 361 982.")
    call.says(answer)
    assert call.question.name == "confirm"
    assert len(call.bot.asking.parts) == 1
    call.says("yes")
    assert call.ticket.progress == "confirmed"
    if slot != "callback_time" or "at ten" not in answer or "Friday" in answer:
        assert call.slot(slot).value == value
    others = {"product": "X200", "error_code": "5", "callback_number": "040361982"}
    assert all(call.slot(name).value == kept for name, kept in others.items() if name != slot)


def test_a_later_answer_corrects_an_earlier_one_at_any_question() -> None:
    call = Call(settings=DESK)
    call.says("my router is broken")
    assert call.question.name == "error_code"
    call.says("error 5")
    call.says("No, please use another number. And it was error 7.")
    assert call.question.name == "callback_number"
    call.feed(HungUp())
    assert call.slot("error_code").value == "7"


def test_a_plain_no_asks_what_is_wrong() -> None:
    call = Call()
    call.says("my printer is broken, call me on 040 361 982")
    call.says("now")
    call.says("no")
    assert call.question.name == "correct"
    call.says("the number")
    assert (call.question.name, call.question.attempt) == ("callback_number", 2)
    call.presses("040361988")
    assert (call.ticket.callback_number, call.ticket.progress) == ("040361988", "confirmed")
    assert call.slot("problem").confirmed


def test_no_and_the_problem_is_told_anew() -> None:
    call = Call(settings=IntakeSettings(slots=usual_slots(number=False, time=False)))
    call.says("my printer is open")
    call.says("no")
    assert (call.question.name, call.question.attempt) == ("problem", 2)
    call.says("my printer is broken")
    call.presses("1")
    assert call.slot("problem").value == "my printer is broken"
    # What was taken back is in the history, with its recording.
    first = call.ticket.history[0].heard
    assert first is not None
    assert first.audio == Path("/1.wav")


def test_what_was_taken_back_counts_when_nothing_new_is_said() -> None:
    call = Call(settings=IntakeSettings(slots=usual_slots(number=False, time=False)))
    call.says("my printer is broken")
    call.presses("2")
    call.feed(HungUp())
    assert call.ticket.progress == "hung_up"
    assert call.slot("problem").value == "my printer is broken"


def _at_the_reading_back() -> Call:
    call = Call()
    for answer in ("my printer is broken", "yes", "now"):
        call.says(answer)
    assert call.question.name == "confirm"
    return call


@pytest.mark.parametrize("answer", ["yes but it also happens at home", "Right, but also the screen is dark."])
def test_yes_with_something_more_adds_it(answer: str) -> None:
    call = _at_the_reading_back()
    call.says(answer)
    problem = call.slot("problem")
    assert problem.value.startswith("my printer is broken. ")
    assert problem.value.endswith(answer.split(" ", 1)[1])
    assert problem.confirmed
    assert len(problem.audio) == 2


@pytest.mark.parametrize(
    "answer",
    ["no, it is on the third floor", "well it stands on the third floor", "and also the screen flickers"],
)
def test_a_correction_of_the_problem_is_added_and_read_back(answer: str) -> None:
    call = _at_the_reading_back()
    call.says(answer)
    assert call.question.name == "confirm"
    assert "my printer is broken" in call.asked
    assert answer.split(" ", 1)[1] in call.asked


def test_something_can_be_added_by_key_or_word() -> None:
    for how in (lambda call: call.presses("3"), lambda call: call.says("I want to add something")):
        call = _at_the_reading_back()
        how(call)
        assert call.question.name == "addition"
        call.says("it smells of smoke")
        assert "my printer is broken. it smells of smoke" in call.asked


def test_the_caller_cannot_correct_for_ever() -> None:
    call = _at_the_reading_back()
    for _ in range(10):
        if isinstance(call.says("no it is something else that is broken here"), File):
            break
    assert call.ticket.progress == "unconfirmed"
    assert not call.slot("problem").confirmed


# A person.


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


def test_a_wish_that_is_heard_in_the_sound_alone_is_one() -> None:
    call = Call()
    call.says("my printer is broken")
    assert isinstance(call.says("", 0.1, meanings={"human": 0.93}), ReachHuman)


def _understood(text: str, act: Act, margin: float = 2.0) -> Understanding:
    return Understanding(readings=(Reading(text=text, act=act, margin=margin),), provider="meaning")


def test_what_may_be_a_wish_for_a_person_is_asked() -> None:
    for answer, goes_on in (("yes", False), ("no", True)):
        call = Call()
        story = "your boss should hear how my printer looks"
        call.says(story, understood=_understood(story, "human", 0.4))
        assert call.question.name == "offer_human"
        last = call.says(answer)
        if goes_on:
            # What was said counts as what it is then.
            assert call.question.name == "offer_number"
            call.feed(HungUp())
            assert call.slot("problem").value == story
        else:
            assert isinstance(last, ReachHuman)


def test_what_answers_the_question_is_no_wish_for_a_person_that_nobody_is_sure_of() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes", understood=_understood("yes", "human", 0.4))
    assert call.question.name == "callback_time"


def test_who_hangs_up_when_asked_for_a_person_has_told_the_problem_all_the_same() -> None:
    call = Call()
    story = "your boss should hear how my printer looks"
    call.says(story, understood=_understood(story, "human", 0.4))
    call.feed(HungUp())
    assert call.slot("problem").value == story


def test_where_there_is_no_person_the_bot_says_so_and_goes_on() -> None:
    call = Call(settings=IntakeSettings(human=False))
    assert "person" not in call.asked
    assert isinstance(call.says("agent"), Ask)
    assert call.asked.startswith("Nobody is free")
    assert call.question.attempt == 2


def test_a_problem_with_an_agent_is_a_problem() -> None:
    call = Call()
    call.says("the backup agent on my laptop crashed")
    assert call.question.name == "offer_number"


def test_a_greeting_is_answered_not_written_down() -> None:
    call = Call()
    call.says("Hello, can you hear me?")
    assert (call.question.name, call.question.attempt) == ("problem", 2)
    assert "I'm listening" in call.asked


# Nothing is understood.


def test_a_question_gets_shorter_and_then_tells_the_keys_and_takes_words_all_the_same() -> None:
    call = Call()
    call.is_silent()
    call.is_silent()
    third = call.question
    assert third.speech is not None
    assert third.keys is not None
    assert "press 1" in _said(third.parts)
    call.says("my printer is broken")
    assert call.question.name == "offer_number"


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
    half = Heard("speech", text="my printer has", confidence=0.8, audio=Path("/half.wav"), seconds=1.4)
    call.feed(HungUp(half))
    assert call.ticket.progress == "hung_up"
    assert (call.slot("problem").value, call.slot("problem").audio) == (
        "my printer has",
        (Path("/half.wav"),),
    )
    assert call.feed(Filed("4711")) == Finished()
    assert call.feed(HungUp()) == Finished()


def test_hanging_up_while_saying_the_number_keeps_the_sound_but_files_no_half_number() -> None:
    call = Call(caller="")
    call.says("my printer is broken")
    assert call.question.name == "callback_number"
    cut = Heard("speech", text="five five five one two", confidence=0.8, audio=Path("/half.wav"), seconds=1.4)
    call.feed(HungUp(cut))
    number = call.slot("callback_number")
    assert (number.value, number.text, number.audio) == ("", "five five five one two", (Path("/half.wav"),))
    assert call.ticket.callback_number is None


def test_hanging_up_after_the_time_keeps_the_time() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    call.feed(
        HungUp(Heard("speech", text="tomorrow at nine", confidence=0.8, audio=Path("/t.wav"), seconds=1.0))
    )
    assert call.slot("callback_time").value == "2026-03-12T09:00:00+01:00"
    assert not call.slot("callback_time").confirmed


def test_when_the_recogniser_goes_the_recording_is_the_problem() -> None:
    call = Call()
    call.feed(Heard("unavailable", audio=Path("/long.wav"), seconds=8.0))
    assert (call.question.name, call.question.speech) == ("offer_number", None)
    assert "recording" in call.asked
    call.presses("1")
    assert call.question.speech is not None, "it is mostly back by now"
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
    assert (call.question.name, call.question.speech) == ("offer_number", None)
    call.presses("1")
    assert call.question.name == "callback_time"
    assert call.question.speech is not None, "it is mostly back by now"
    call.feed(Heard("unavailable", seconds=0.8))
    assert (call.question.name, call.question.speech) == ("callback_time", None)
    call.presses("1")
    assert (call.question.name, call.question.speech) == ("confirm", None), "it is lost for good"
    call.presses("1")
    assert call.ticket.progress == "confirmed"


def test_a_recogniser_that_is_back_after_a_moment_hears_the_rest_of_the_call() -> None:
    call = Call()
    call.says("my printer is broken")
    call.feed(Heard("unavailable", audio=Path("/yes.wav"), seconds=0.8))
    call.presses("1")
    call.says("tomorrow at nine")
    assert call.question.name == "confirm"
    call.says("yes")
    assert call.ticket.progress == "confirmed"
    assert call.slot("callback_time").value == "2026-03-12T09:00:00+01:00"


def test_what_was_hardly_heard_or_was_said_before_is_no_part_of_the_problem() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    call.says("tomorrow")
    call.says("beauty halls lemon for the seventeen of them", 0.6)
    assert call.question.name == "confirm"
    call.says("the paper always jams in the second tray")
    call.says("yes")
    assert call.slot("problem").value == "my printer is broken. the paper always jams in the second tray"


def test_an_answer_that_is_misheard_twice_is_no_part_of_the_problem() -> None:
    call = Call(language="zh")
    call.says("我的打印机坏了")
    call.says("对")
    call.says("银铁商务酒店")
    assert (call.question.name, call.question.attempt) == ("callback_time", 2)
    call.says("银铁商物酒店", understood=_understood("银铁商物酒店", "problem"))
    assert (call.question.name, call.question.attempt) == ("callback_time", 3)
    call.presses("1")
    call.presses("1")
    assert call.slot("problem").value == "我的打印机坏了"


def test_an_agreement_called_correct_takes_the_number() -> None:
    for said in ("Yes correct", "yes, correct.", "Correct", "yes that is correct"):
        call = Call()
        call.says("my printer is broken")
        call.says(said)
        assert call.question.name == "callback_time", said


def test_the_army_at_a_closed_question_is_a_no() -> None:
    call = Call(language="zh")
    call.says("我的打印机坏了")
    call.says("部队")
    assert call.question.name == "callback_number"


def test_as_soon_as_possible_is_heard_by_its_sound() -> None:
    call = Call(language="zh")
    call.says("我的打印机坏了")
    call.says("对")
    call.says("月款月号", meanings={"asap": 0.97, "other": 0.03})
    assert call.question.name == "confirm"
    call.says("对")
    assert call.slot("callback_time").value == "asap"


# Numbers.


@pytest.mark.parametrize(
    ("answer", "number"),
    [("no it's five five five one two three four", "5551234"), ("555 1234", "5551234")],
)
def test_another_number_can_be_given_at_once(answer: str, number: str) -> None:
    call = Call()
    call.says("my printer is broken")
    call.says(answer)
    assert call.question.name == "callback_time"
    call.says("now")
    assert Spoken("phone_number", number) in call.question.parts


def test_another_language_is_listened_for_until_something_is_told() -> None:
    call = Call()
    assert call.question.speech is not None
    assert not call.question.speech.languages
    call = Call(others=("zh", "ko"))
    assert call.question.speech is not None
    assert set(call.question.speech.languages) == {"zh", "ko"}
    call.says("Hello.")
    assert call.question.speech is not None
    assert set(call.question.speech.languages) == {"zh", "ko"}
    call.says("my printer is broken")
    assert call.question.speech is not None
    assert not call.question.speech.languages


@pytest.mark.parametrize(
    ("language", "problem", "answer"),
    [
        ("en", "my printer is broken", "No, please use another number."),
        ("en", "my printer is broken", "no"),
        ("zh", "我的打印机坏了", "换一个号码。"),
        ("ko", "프린터가 고장났어요", "다른 번호로 해 주세요."),
    ],
)
def test_another_number_is_asked_for(language: str, problem: str, answer: str) -> None:
    call = Call(language)
    call.says(problem)
    assert call.question.name == "offer_number"
    call.says(answer)
    assert (call.question.name, call.question.attempt) == ("callback_number", 1)


def test_please_is_no_yes() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("Please.")
    assert (call.question.name, call.question.attempt) == ("offer_number", 2)


def test_a_condition_behind_a_yes_is_heard() -> None:
    call = Call()
    call.says("my printer is broken")
    call.says("yes, but not before three")
    assert call.question.name == "confirm"
    call.feed(HungUp())
    assert call.slot("callback_time").value == "2026-03-11T15:00:00+01:00"


def test_keys_are_offered_after_one_failure_and_one_keyed_number_ends_it() -> None:
    call = Call(caller="")
    call.says("my printer is broken")
    call.says("the blue one")
    assert "key it in" in call.asked
    assert call.question.speech is not None
    call.presses("5551234")
    assert call.question.name == "callback_time"
    call.presses("1")
    assert call.question.name == "confirm"
    assert not any(isinstance(part, Spoken) for part in call.question.parts)
    call.presses("1")
    assert (call.ticket.callback_number, call.ticket.progress) == ("5551234", "confirmed")
    assert call.slot("callback_number").confirmed


def test_only_the_part_that_fails_is_asked_again() -> None:
    call = Call("zh", caller="", settings=IntakeSettings(country="CN"))
    call.says("我的打印机坏了")
    call.says("一三八，零零一三，八零零")
    assert call.question.name == "callback_number"
    assert Spoken("digits", "1380013") in call.question.parts
    call.says("八零零零")
    call.says("尽快")
    assert Spoken("phone_number", "13800138000") in call.question.parts


def test_a_number_that_the_site_does_not_call_is_refused_and_another_asked_for() -> None:
    settings = IntakeSettings(may_call_back=lambda number: number not in (CALLER, "0900123456"))
    call = Call(settings=settings)
    call.says("my printer is broken")
    assert Text("Sorry, we can't call that number.", "not_called") in call.question.parts
    assert (call.question.name, Spoken("phone_number", CALLER) in call.question.parts) == (
        "callback_number",
        False,
    )
    call.presses("0900123456")
    assert Text("Sorry, we can't call that number.", "not_called") in call.question.parts
    assert call.question.name == "callback_number"
    call.presses("040361982")
    call.feed(HungUp())
    assert (call.ticket.callback_number, call.ticket.caller) == ("040361982", CALLER)


def test_without_another_number_nobody_is_called_back_where_the_site_does_not_call() -> None:
    call = Call(settings=IntakeSettings(may_call_back=lambda number: False))
    call.says("my printer is broken")
    for _ in range(9):
        if call.question.name != "callback_number":
            break
        call.presses("0900123456")
    call.feed(HungUp())
    assert (call.ticket.callback_number, call.ticket.caller) == ("", CALLER)


def test_a_denied_number_is_never_filed() -> None:
    call = Call()
    call.says("my printer is broken, my number is 040 361 982")
    call.says("now")
    call.says("no")
    call.feed(HungUp())
    # Nobody knows what the no was for, so it may have been for the number.
    assert (call.ticket.callback_number, call.ticket.caller) == (CALLER, CALLER)
    assert call.slot("callback_number").value == ""
    assert call.slot("callback_number").text


def test_the_same_number_is_not_taken_again_by_word() -> None:
    call = Call()
    call.says("my printer is broken, my number is 040 361 982")
    call.says("now")
    call.says("no, the number is wrong")
    call.says("040 361 982")
    assert call.question.name == "callback_number"
    call.feed(HungUp())
    assert call.ticket.callback_number == CALLER


def test_who_denies_their_own_number_and_gives_no_other_is_not_called_on_it() -> None:
    call = Call(settings=IntakeSettings(human=False))
    call.says("my printer is broken")
    call.says("no")
    for _ in range(3):
        call.says("I do not have one here")
    call.feed(HungUp())
    assert (call.ticket.callback_number, call.ticket.caller) == ("", CALLER)


@pytest.mark.parametrize("caller", ["", "anonymous"])
def test_a_withheld_number_is_asked_for(caller: str) -> None:
    call = Call(caller=caller)
    call.says("my printer is broken")
    assert call.question.name == "callback_number"


def test_without_any_number_a_person_is_the_way_out() -> None:
    call = Call(caller="")
    call.says("my printer is broken")
    for _ in range(2):
        last = call.says("I do not have one")
    assert isinstance(last, ReachHuman)


# Times.


def _at_the_time() -> Call:
    call = Call()
    call.says("my printer is broken")
    call.says("yes")
    assert call.question.name == "callback_time"
    return call


def test_a_time_at_which_nobody_calls_is_moved_and_asked_about() -> None:
    call = _at_the_time()
    call.says("on saturday")
    assert call.question.name == "confirm"
    assert "Nobody can call then" in call.asked
    assert "2026-03-16" in call.asked
    call.says("no, on friday at ten")
    call.says("yes")
    assert call.ticket.when is not None
    assert call.ticket.when.start.day == 13


def test_no_understandable_time_means_as_soon_as_possible() -> None:
    call = _at_the_time()
    for _ in range(3):
        call.says("the blue one over there")
    call.says("yes")
    assert call.ticket.when is None
    assert call.ticket.progress == "confirmed"


# The list of slots.


def test_a_slot_is_asked_for_only_when_its_condition_holds() -> None:
    code = replace(WELL_KNOWN["error_code"], when=lambda known: known["product"] == "X200")
    for answer, asked in (("the router", "error_code"), ("the printer", "confirm")):
        call = Call(settings=IntakeSettings(slots=(PRODUCT, code)))
        call.says(answer)
        assert call.question.name == asked


def test_a_list_is_chosen_from_by_word_or_key() -> None:
    for how in (lambda call: call.says("it's the printer"), lambda call: call.presses("2")):
        call = Call(settings=IntakeSettings(slots=(PRODUCT, PROBLEM)))
        assert call.question.name == "product"
        how(call)
        assert call.question.name == "problem"
        call.feed(HungUp())
        assert call.slot("product").value == "P50"


def test_a_list_says_its_keys_when_words_did_not_help() -> None:
    call = Call(settings=IntakeSettings(slots=(PRODUCT,)))
    call.says("the blue one")
    assert "For Router X200, press 1. For Printer P50, press 2." in call.asked


@pytest.mark.parametrize(
    ("language", "answer"), [("en", "I don't know"), ("en", "no"), ("zh", "没有"), ("ko", "모르겠어요")]
)
def test_what_is_not_required_can_be_passed_over(language: str, answer: str) -> None:
    call = Call(language, settings=IntakeSettings(slots=(WELL_KNOWN["error_code"], PROBLEM)))
    call.says(answer)
    assert call.question.name == "problem"
    call.feed(HungUp())
    assert "error_code" not in {slot.name for slot in call.ticket.slots if slot.value}


def test_values_of_every_kind() -> None:
    slots = (
        WELL_KNOWN["name"],
        WELL_KNOWN["company"],
        WELL_KNOWN["version"],
        WELL_KNOWN["since"],
        WELL_KNOWN["affected"],
        WELL_KNOWN["urgency"],
        WELL_KNOWN["order_number"],
        IntakeSlot(name="at_work", kind="yes_no", confirm="never"),
        IntakeSlot(name="details", kind="free_text", confirm="never"),
    )
    call = Call(settings=IntakeSettings(slots=slots))
    answers = [
        "my name is john smith", "Acme", "two point one", "yesterday", "about twelve people", "very urgent",
        "four seven one one", "yes", "the cable is blue",
    ]  # fmt: skip
    for answer in answers:
        call.says(answer)
    assert call.question.name == "confirm"
    call.says("yes")
    values = {slot.name: slot.value for slot in call.ticket.slots}
    assert values == {
        "name": "John Smith",
        "company": "Acme",
        "version": "2.1",
        "since": "2026-03-10",
        "affected": "12",
        "urgency": "high",
        "order_number": "4711",
        "at_work": "yes",
        "details": "the cable is blue",
    }


def test_the_rule_of_confirmation() -> None:
    for rule, sure, asked in (
        ("always", 0.9, "confirm"),
        ("together", 0.9, "callback_time"),
        ("unsure", 0.9, "callback_time"),
        ("never", 0.3, "callback_time"),
    ):
        number = replace(WELL_KNOWN["callback_number"], confirm=rule)
        slots = (number, replace(WELL_KNOWN["callback_time"], confirm="never"))
        call = Call(caller="", settings=IntakeSettings(slots=slots))
        call.says("555 1234", sure)
        assert call.question.name == asked, rule
        if rule != "always":
            call.says("now")
            assert isinstance(call.effects[-1], Ask if rule == "together" else File), rule


def test_an_unsure_value_is_read_back() -> None:
    settings = IntakeSettings(slots=usual_slots(number=False, time=False, read_back="unsure"))
    call = Call(settings=settings)
    call.says("my printer is broken", confidence=0.9)
    assert call.ticket.progress == "confirmed"
    call = Call(settings=settings)
    call.says("my printer is broken", confidence=0.4)
    assert call.question.name == "confirm"


def test_the_ticket_is_filed_by_what_is_known() -> None:
    def file(known: Known) -> Filing:
        return Filing(
            title=f"{known['product']} {known['zone']}", severity=2, category="network", queue="net"
        )

    bot = Intake(HOURS, IntakeSettings(slots=(PRODUCT,), filing=file), {"zone": "north"})
    bot.receive(Started(CALLER, "en"), NOW)
    effects = bot.receive(HungUp(Heard("speech", text="the router", confidence=0.9)), NOW)
    assert isinstance(effects[0], File)
    ticket = effects[0].ticket
    assert (ticket.title, ticket.severity, ticket.category, ticket.queue) == (
        "X200 north", 2, "network", "net",
    )  # fmt: skip


# Around it.


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
    slots = usual_slots(name=True, number=False, time=False)
    call = Call(settings=IntakeSettings(greet=False, slots=slots))
    assert call.question.parts == (Text(texts.SLOT_TEXTS["problem"]["problem_1"]["en"], "problem_1"),)
    call.says("my printer is broken")
    assert call.question.name == "name"
    call.says("my name is john smith")
    call.says("yes")
    assert call.ticket.progress == "confirmed"
    assert call.slot("name").value == "John Smith"


def test_an_event_that_nobody_awaits_is_a_mistake_of_the_caller_of_the_bot() -> None:
    call = Call()
    with pytest.raises(ValueError, match="Filed is not awaited in asking"):
        call.feed(Filed())
    with pytest.raises(ValueError, match="'fr'"):
        Intake().receive(Started("", "fr"), NOW)


def test_every_text_is_there_in_every_language_and_used() -> None:
    source = "".join(
        Path(module.__file__ or "").read_text(encoding="utf-8")
        for module in (questions, __import__("asr.intake.bot", fromlist=["x"]))
    )
    tables = {
        **texts.TEXTS,
        **{key: one for table in texts.SLOT_TEXTS.values() for key, one in table.items()},
    }
    for key, wordings in tables.items():
        assert set(wordings) == {"en", "zh", "ko"}, key
        assert all(wordings.values()), key
    for stem in {re.sub(r"_[123]$", "", key) for key in texts.TEXTS}:
        assert stem in source, f"{stem} is never said"
    for name in WELL_KNOWN:
        assert {f"{name}_1", f"{name}_2", f"{name}_is"} <= texts.SLOT_TEXTS[name].keys()
        assert set(texts.NAMED[name]) == {"en", "zh", "ko"}


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        IntakeSettings(attempts=0)
    with pytest.raises(ValueError, match="a name of its own"):
        IntakeSettings(slots=(PROBLEM, PROBLEM))


def _bilingual() -> tuple[Intake, list[IntakeEffect]]:
    bot = Intake(HOURS)
    return bot, bot.receive(Started(CALLER, "zh", others=frozenset({"en"})), NOW)


def test_the_bot_follows_the_caller_into_their_language() -> None:
    bot, _ = _bilingual()
    effects = bot.receive(Heard("speech", text="My printer prints only half of it.", confidence=0.8), NOW)
    assert effects[0] == Speak("en")
    assert isinstance(effects[1], Ask)
    assert effects[1].question.parts == (Text(texts.TEXTS["offer_number_1"]["en"], "offer_number_1"),)
    effects = bot.receive(HungUp(), NOW)
    assert isinstance(effects[0], File)
    assert (effects[0].ticket.language, effects[0].ticket.slots[0].value) == (
        "en",
        "My printer prints only half of it.",
    )


def test_the_bot_speaks_the_language_that_it_is_asked_for() -> None:
    bot, _ = _bilingual()
    effects = bot.receive(Heard("speech", text="English please", confidence=0.8), NOW)
    assert effects[0] == Speak("en")
    assert isinstance(effects[1], Ask)
    assert effects[1].question.name == "problem"
    assert effects[1].question.parts == (Text(texts.SLOT_TEXTS["problem"]["problem_1"]["en"], "problem_1"),)


def test_a_language_that_the_flow_does_not_speak_is_not_followed() -> None:
    call = Call("zh")
    call.says("My printer prints only half of it.")
    assert call.asked == texts.TEXTS["offer_number_1"]["zh"]


def test_a_yes_in_the_sound_alone_is_one_and_noise_is_noise() -> None:
    call = Call()
    call.says("my printer is broken")
    call.feed(Heard("noise", meanings={"other": 0.9, "yes": 0.1}, audio=Path("/n.wav"), seconds=1.0))
    assert call.asked.startswith("I couldn't make that out.")
    call.feed(Heard("noise", meanings={"yes": 0.97, "other": 0.03}, audio=Path("/y.wav"), seconds=1.0))
    assert call.question.name == "callback_time"


@pytest.mark.parametrize(
    ("answer", "act"), [("As soon as possible.", "wait"), ("In two days.", "wait"), ("now", "hello")]
)
def test_the_grammar_of_the_question_goes_before_the_kind_of_sentence(answer: str, act: Act) -> None:
    call = _at_the_time()
    call.says(answer, understood=_understood(answer, act))
    assert call.question.name == "confirm"


def test_what_no_table_has_is_what_it_is_said_to_be() -> None:
    call = _at_the_reading_back()
    call.says("that is all perfectly in order like this", understood=_understood("...", "yes"))
    assert call.ticket.progress == "confirmed"
    call = Call()
    call.says("Hang on.", understood=_understood("Hang on.", "wait"))
    assert (call.question.name, call.asked) == ("problem", "Take your time.")
    call.says("my printer is broken")
    call.says("rather on the one of my wife", understood=_understood("...", "another_number"))
    assert call.question.name == "callback_number"


@pytest.mark.parametrize(
    ("language", "country", "half", "rest", "whole"),
    [
        ("en", "US", "202-555", "0158.", "2025550158"),
        ("en", "US", "202 555 01", "fifty eight", "2025550158"),
        ("zh", "CN", "零二一，五五五五，一二三", "四", "02155551234"),
        ("zh", "CN", "一三八零零一三八", "零零零", "13800138000"),
        ("ko", "KR", "공일공 일이삼사 오육", "칠팔", "01012345678"),
    ],
)
def test_digits_behind_a_pause_that_ended_the_number_complete_it(
    language: str, country: str, half: str, rest: str, whole: str
) -> None:
    call = Call(language, caller="", settings=IntakeSettings(country=country))
    call.says(CONFIRMED[language][0])
    call.says(half)
    while call.question.name == "callback_number":
        call.says(half)
    assert call.question.name == "callback_time"
    call.says(rest)
    call.says({"en": "as soon as possible", "zh": "尽快", "ko": "최대한 빨리"}[language])
    call.feed(HungUp())
    assert call.slot("callback_number").value == whole


@pytest.mark.parametrize(
    ("language", "misheard"),
    [
        ("zh", "银铁商物酒店"),
        ("en", "the moral of the wine is far away"),
        ("ko", "대문이 오래된 집에 많아요"),
    ],
)
def test_misheard_answers_come_to_the_keys_and_fill_no_problem(language: str, misheard: str) -> None:
    call = Call(language)
    call.says(CONFIRMED[language][0])
    call.presses("1")
    attempts = []
    while call.question.name == "callback_time":
        attempts.append(call.question.attempt)
        call.says(misheard)
    assert attempts == [1, 2, 3]
    assert call.question.name == "confirm"
    call.presses("1")
    assert call.slot("problem").text.count(misheard) <= 1
