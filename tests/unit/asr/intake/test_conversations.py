"""Whole conversations: what callers say, which questions they hear, what the ticket says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from asr.intake.questions import PATIENCE
from asr.intake.settings import IntakeSettings
from asr.intake.slots import usual_slots
from asr.intake.values import Ask, File, Filed, HungUp, ReachHuman, Say
from asr.listening.answer import Heard
from asr.understanding.values import Reading, Understanding
from tests.unit.asr.intake.test_bot import CALLER, DESK, Call

HANGS_UP = "(hangs up)"
TOMORROW_10, TOMORROW_15, THURSDAY_9 = "2026-03-12T10:00", "2026-03-12T15:00", "2026-03-12T09:00"
FRIDAY_9, FRIDAY_10 = "2026-03-13T09:00", "2026-03-13T10:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A conversation.

    Args:
        id: what it is about.
        says: by the caller, in turn; of digits alone: keyed in.
        asked: the questions, in turn.
        number: where to call; None for the caller's own number, not yet taken or not known.
        when: the beginning of the time to call, "" for as soon as possible.
        problem: as noted.
        end: File's progress, or "person".
    """

    id: str
    says: tuple[str, ...]
    asked: str
    language: str = "en"
    number: str | None = CALLER
    when: str = ""
    problem: str = ""
    end: str = "confirmed"
    caller: str = CALLER
    human: bool = True


_EN, _ZH, _KO = "My badge does not open the door", "门禁卡刷不开门", "출입증이 안 찍혀요"
_TO_CONFIRM = "problem offer_number callback_time confirm"

SCRIPTS = [
    # What answers nothing is no part of the problem.
    Script(
        id="wait, thanks, then the problem",
        says=("Hold on a second.", "Thank you.", _EN, "yes", "asap", "yes"),
        asked="problem problem problem offer_number callback_time confirm",
        problem=_EN,
    ),
    Script(
        id="等一下",
        language="zh",
        says=("稍等，我找一下。", "没听清，再说一遍。", _ZH, "可以", "尽快", "对"),
        asked="problem problem problem offer_number callback_time confirm",
        problem=_ZH,
    ),
    Script(
        id="잠깐만요",
        language="ko",
        says=("잠시만 기다려 주세요.", "감사합니다.", _KO, "네", "최대한 빨리", "네"),
        asked="problem problem problem offer_number callback_time confirm",
        problem=_KO,
    ),
    Script(
        id="who does not know is asked once more",
        says=("I don't know.", _EN, "yes", "asap", "yes"),
        asked="problem problem offer_number callback_time confirm",
        problem=_EN,
    ),
    Script(
        id="please is no yes",
        says=(_EN, "Please.", "yes please", "asap", "yes"),
        asked="problem offer_number offer_number callback_time confirm",
        problem=_EN,
    ),
    # Goodbye.
    Script(
        id="goodbye at the number",
        says=(_EN, "That's all, thanks, bye."),
        asked="problem offer_number",
        problem=_EN,
        end="unconfirmed",
    ),
    Script(
        id="再见",
        language="zh",
        says=(_ZH, "就这样吧，谢谢，再见。"),
        asked="problem offer_number",
        problem=_ZH,
        end="unconfirmed",
    ),
    Script(
        id="끊을게요",
        language="ko",
        says=(_KO, "네", "이만 끊을게요."),
        asked="problem offer_number callback_time",
        problem=_KO,
        end="unconfirmed",
    ),
    Script(
        id="no more to say is no no",
        says=(_EN, "yes", "tomorrow at ten", "No, that's all, thank you."),
        asked=_TO_CONFIRM,
        when=TOMORROW_10,
        problem=_EN,
        end="unconfirmed",
    ),
    Script(
        id="goodbye before anything was said",
        says=("Bye.", _EN, "Thanks, bye."),
        asked="problem problem offer_number",
        problem=_EN,
        end="unconfirmed",
    ),
    # Questions of the caller's own.
    Script(
        id="how long",
        says=(_EN, "How long will it take?", "yes", "What does it cost?", "asap", "yes"),
        asked="problem offer_number offer_number callback_time callback_time confirm",
        problem=_EN,
    ),
    Script(
        id="要多久",
        language="zh",
        says=(_ZH, "要多久才能修好？", "可以", "尽快", "对"),
        asked="problem offer_number offer_number callback_time confirm",
        problem=_ZH,
    ),
    Script(id="a robot", says=("Is this a robot?",), asked="problem", end="person"),
    Script(
        id="기계",
        language="ko",
        says=(_KO, "로봇이에요?"),
        asked="problem offer_number",
        problem=_KO,
        end="person",
    ),
    # The number.
    Script(
        id="no and the number",
        says=(_EN, "no, call me on 040 361 982", "asap", "No, the number is wrong.", HANGS_UP),
        asked="problem offer_number callback_time confirm callback_number",
        number="",
        problem=_EN,
        end="hung_up",
    ),
    Script(
        id="no and half a number",
        says=(_EN, "No, 040 3", HANGS_UP),
        asked="problem offer_number callback_number",
        number="",
        problem=_EN,
        end="hung_up",
    ),
    Script(
        id="refused twice",
        says=(_EN, "No.", "I'd rather not say.", "I won't give you one.", "yes"),
        asked="problem offer_number callback_number callback_number confirm",
        number="",
        problem=_EN,
        end="unconfirmed",
    ),
    Script(
        id="不想留",
        language="zh",
        says=(_ZH, "不要打这个号码", "我不想留电话", "不方便说", "对"),
        asked="problem offer_number callback_number callback_number confirm",
        number="",
        problem=_ZH,
        end="unconfirmed",
    ),
    Script(
        id="싫어요",
        language="ko",
        says=(_KO, "아니요", "번호는 알려드리고 싶지 않아요", "말하기 싫어요", "네"),
        asked="problem offer_number callback_number callback_number confirm",
        number="",
        problem=_KO,
        end="unconfirmed",
    ),
    Script(
        id="withheld and refused",
        caller="",
        says=(_EN, "no number, sorry", "I'm not giving you one"),
        asked="problem callback_number callback_number",
        number=None,
        problem=_EN,
        end="person",
    ),
    Script(
        id="no other number is this one",
        says=(_EN, "I don't have another number.", "asap", "yes"),
        asked="problem offer_number callback_time confirm",
        problem=_EN,
    ),
    Script(
        id="没有别的号码",
        language="zh",
        says=(_ZH, "我没有别的号码", "尽快", "对"),
        asked="problem offer_number callback_time confirm",
        problem=_ZH,
    ),
    Script(
        id="denied, and then all the same",
        says=(_EN, "No.", "Oh, actually just use this number.", "asap", "yes"),
        asked="problem offer_number callback_number callback_time confirm",
        problem=_EN,
    ),
    # Another question is answered than the one that was asked.
    Script(
        id="the time at the number",
        says=(_EN, "tomorrow at ten", "yes", "yes"),
        asked="problem offer_number offer_number confirm",
        when=TOMORROW_10,
        problem=_EN,
    ),
    # What is right, and what is not; what is not said anew stays.
    Script(
        id="the number is right",
        says=(_EN, "040 361 982", "today at three", "No, the number is right but it's tomorrow.", "yes"),
        asked=_TO_CONFIRM + " confirm",
        number="040361982",
        when=TOMORROW_15,
        problem=_EN,
    ),
    Script(
        id="号码是对的",
        language="zh",
        says=(_ZH, "可以", "今天下午三点", "不对，问题是对的，时间是明天。", "对"),
        asked=_TO_CONFIRM + " confirm",
        when=TOMORROW_15,
        problem=_ZH,
    ),
    Script(
        id="다른 건 맞고",
        language="ko",
        says=(_KO, "네", "내일 아홉 시", "다른 건 다 맞고 시간만 열 시로 바꿔 주세요.", "네"),
        asked=_TO_CONFIRM + " confirm",
        when=TOMORROW_10,
        problem=_KO,
    ),
    Script(
        id="all but the time",
        says=(_EN, "yes", "tomorrow at nine", "everything is correct except the time", "at ten", "yes"),
        asked=_TO_CONFIRM + " callback_time confirm",
        when=TOMORROW_10,
        problem=_EN,
    ),
    Script(
        id="the hour, then the day",
        says=(_EN, "yes", "tomorrow at nine", "No, at ten.", "No, Friday.", "yes"),
        asked=_TO_CONFIRM + " confirm confirm",
        when=FRIDAY_10,
        problem=_EN,
    ),
    Script(
        id="不对，十点",
        language="zh",
        says=(_ZH, "可以", "后天上午九点", "不对，十点。", "对"),
        asked=_TO_CONFIRM + " confirm",
        when=FRIDAY_10,
        problem=_ZH,
    ),
    Script(
        id="열 시요",
        language="ko",
        says=(_KO, "네", "모레 오전 아홉 시", "아니요, 열 시요.", "네"),
        asked=_TO_CONFIRM + " confirm",
        when=FRIDAY_10,
        problem=_KO,
    ),
    Script(
        id="yes, but figures",
        says=(_EN, "yes", "tomorrow at nine", "Yes but 1100.", "time", "Friday at nine", "yes"),
        asked=_TO_CONFIRM + " correct callback_time confirm",
        when=FRIDAY_9,
        problem=_EN,
    ),
    Script(
        id="yes, the number is right and more",
        says=(_EN, "yes", "tomorrow at nine", "Yes, the time is right, thank you."),
        asked=_TO_CONFIRM,
        when=THURSDAY_9,
        problem=_EN,
    ),
    Script(
        id="a yes on a yes is no story",
        says=(_EN, "yes that's right, use this number", "asap", "yes"),
        asked=_TO_CONFIRM,
        problem=_EN,
    ),
    Script(
        id="another day, politely",
        says=(_EN, "yes", "tomorrow at nine", "Can we make it Friday instead?", "Okay, thank you, goodbye."),
        asked=_TO_CONFIRM + " confirm",
        when=FRIDAY_9,
        problem=_EN,
    ),
    Script(
        id="改成星期五",
        language="zh",
        says=(_ZH, "可以", "明天上午九点", "能不能改成星期五？", "好的，谢谢，再见"),
        asked=_TO_CONFIRM + " confirm",
        when=FRIDAY_9,
        problem=_ZH,
    ),
    Script(
        id="금요일로",
        language="ko",
        says=(_KO, "네", "내일 오전 아홉 시", "금요일로 바꿔 주세요", "네 감사합니다 수고하세요"),
        asked=_TO_CONFIRM + " confirm",
        when=FRIDAY_9,
        problem=_KO,
    ),
    Script(
        id="no and goodbye",
        says=(_EN, "No, thanks, bye.", HANGS_UP),
        asked="problem offer_number callback_number",
        number="",
        problem=_EN,
        end="hung_up",
    ),
    Script(
        id="nothing is wrong after all",
        says=(_EN, "yes", "tomorrow at nine", "No.", "Nothing.", "yes"),
        asked=_TO_CONFIRM + " correct confirm",
        when=THURSDAY_9,
        problem=_EN,
    ),
    Script(
        id="withheld and refused, and nobody is there",
        caller="",
        human=False,
        says=(_EN, "I'm not telling you that", "No.", "yes"),
        asked="problem callback_number callback_number confirm",
        number=None,
        problem=_EN,
        end="unconfirmed",
    ),
    # What is put right is replaced.
    Script(
        id="the scanner, not the printer",
        says=(
            "My printer shows a red light",
            "yes",
            "tomorrow at nine",
            "No, it's not the printer, it's the scanner.",
            "yes",
        ),
        asked=_TO_CONFIRM + " confirm",
        when=THURSDAY_9,
        problem="My scanner shows a red light",
    ),
    Script(
        id="the scanner, said at another question",
        says=(
            "My printer shows a red light",
            "Sorry, it isn't the printer, it's the scanner.",
            "yes",
            "tomorrow at nine",
            "yes",
        ),
        asked="problem offer_number offer_number callback_time confirm",
        when=THURSDAY_9,
        problem="My scanner shows a red light",
    ),
    Script(
        id="不是打印机，是扫描仪",
        language="zh",
        says=("打印机亮红灯", "可以", "明天上午九点", "不对，不是打印机，是扫描仪。", "对"),
        asked=_TO_CONFIRM + " confirm",
        when=THURSDAY_9,
        problem="扫描仪亮红灯",
    ),
    Script(
        id="프린터가 아니라",
        language="ko",
        says=(
            "프린터가 빨간 불이 켜져요",
            "네",
            "내일 오전 아홉 시",
            "아니요, 프린터가 아니라 스캐너예요.",
            "네",
        ),
        asked=_TO_CONFIRM + " confirm",
        when=THURSDAY_9,
        problem="스캐너가 빨간 불이 켜져요",
    ),
    Script(
        id="three noes",
        says=(_EN, "yes", "tomorrow at nine", "No.", "No.", "No.", "No."),
        asked=_TO_CONFIRM + " correct correct correct",
        problem=_EN,
        end="unconfirmed",
    ),
]


def _run(script: Script, settings: IntakeSettings) -> tuple[Call, list[str]]:
    call = Call(script.language, script.caller, settings=settings)
    asked = []
    for said in script.says:
        assert isinstance(call.effects[-1], Ask), f"it was over before {said!r}"
        asked.append(call.question.name)
        if said == HANGS_UP:
            call.feed(HungUp())
        elif said.isdecimal():
            call.presses(said)
        else:
            call.says(said)
    return call, asked


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_a_conversation(script: Script) -> None:
    call, asked = _run(script, IntakeSettings(human=script.human))
    last = call.effects[-1]
    assert isinstance(last, File | ReachHuman), f"it goes on with {last}"
    assert " ".join(asked) == script.asked
    ticket = call.ticket
    assert ("person" if isinstance(last, ReachHuman) else ticket.progress) == script.end
    assert ticket.callback_number == script.number
    assert ticket.caller == script.caller
    assert ("" if ticket.when is None else f"{ticket.when.start:%Y-%m-%dT%H:%M}") == script.when
    values = {slot.name: slot.value for slot in ticket.slots}
    assert values.get("problem", "").rstrip(".。") == script.problem


def test_without_a_number_nobody_promises_to_call() -> None:
    call, _ = _run(
        Script(id="", says=(_EN, "No.", "I'd rather not say.", "I won't give you one.", "yes"), asked=""),
        IntakeSettings(),
    )
    call.feed(Filed("4711"))
    (goodbye, _) = call.effects
    assert isinstance(goodbye, Say)
    assert [getattr(part, "prompt", "") for part in goodbye.parts] == ["thanks", "ticket_is", "", "goodbye"]


def test_a_question_that_is_answered_in_place_of_yes_or_no_to_a_person_goes_on() -> None:
    """The wish was not sure, and the caller simply goes on."""
    call = Call(caller="")
    call.says(_EN)
    unsure = Understanding(readings=(Reading(text="well", act="human", margin=0.5),), provider="meaning")
    call.says("well let us see then", understood=unsure)
    assert call.question.name == "offer_human"
    call.presses("040361982")
    assert call.question.name == "callback_time"
    call.says("well let us see then", understood=unsure)
    call.says("tomorrow at ten")
    assert call.question.name == "confirm"
    call.presses("1")
    assert call.ticket.callback_number == "040361982"
    heard = [turn.heard.audio for turn in call.ticket.history if turn.heard is not None]
    assert len(heard) == 6


@pytest.mark.parametrize("text", ["040 361 982", "040 36"])
def test_digits_are_no_wish_for_a_person(text: str) -> None:
    call = Call(caller="")
    call.says(_EN)
    near = Reading(text=text, act="another_number", margin=0.5, rival="human")
    call.says(text, understood=Understanding(readings=(near,), provider="meaning"))
    assert call.question.name in ("callback_number", "callback_time")


@pytest.mark.parametrize("said", ["who is this?", "I'd rather stay anonymous."])
def test_a_name_is_neither_a_question_nor_a_refusal(said: str) -> None:
    call = Call(settings=IntakeSettings(slots=usual_slots(name=True)))
    call.says(_EN)
    assert call.question.name == "name"
    near = Reading(text=said, act="human", rival="other")
    call.says(
        said, understood=Understanding(readings=(near,), provider="meaning") if "stay" in said else None
    )
    assert not isinstance(call.effects[-1], ReachHuman)
    call.feed(HungUp())
    assert {slot.name: slot.value for slot in call.ticket.slots}.get("name", "") == ""


def test_what_one_clause_denies_is_not_denied_in_the_next() -> None:
    call = Call(settings=DESK)
    call.says("I can't print, it's the printer.")
    assert call.question.name == "error_code"


def test_a_code_of_one_digit_can_be_keyed_in() -> None:
    call = Call(settings=DESK)
    call.says("The router is broken.")
    assert call.question.name == "error_code"
    call.presses("7")
    call.feed(HungUp())
    assert call.slot("error_code").value == "7"


def test_waiting_in_many_words_is_no_problem() -> None:
    text = "Could you hang on, my dog!"
    call = Call()
    call.feed(
        Heard("speech", text=text, confidence=0.9,
              understood=Understanding(readings=(Reading(text=text, act="wait"),), provider="meaning"))
    )  # fmt: skip
    assert (call.question.name, call.question.attempt, call.asked) == ("problem", 1, "Take your time.")


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("en", "Could you hang on, someone's at the door?", "My badge does not open the door"),
        ("en", "Would you mind waiting a moment, I have to find my glasses.", "The screen stays black"),
        ("zh", "不好意思，稍等一下，有人敲门。", "门禁卡刷不开门"),
        ("ko", "죄송한데 잠깐만요, 누가 왔어요.", "출입증이 안 찍혀요"),
    ],
)
def test_a_caller_who_asks_for_a_moment_is_waited_for(language: str, said: str, answer: str) -> None:
    call = Call(language)
    asked = call.asked
    call.says(said)
    assert call.question.keys is not None
    assert call.question.keys.first_timeout == PATIENCE
    assert call.asked not in asked
    call.is_silent()
    assert (call.question.name, call.question.attempt) == ("problem", 1)
    assert call.asked in asked
    call.says(said)
    call.says(answer)
    assert call.question.name == "offer_number"
    call.feed(HungUp())
    assert call.slot("problem").value == answer


@pytest.mark.parametrize(
    ("language", "told", "name", "correction", "right"),
    [
        ("en", _EN, "My name is Anna Miller", "No, it's not Miller, it's Mueller.", "Mueller"),
        ("zh", _ZH, "我叫张伟", "我不叫张伟，叫章伟。", "章伟"),
        ("zh", _ZH, "我叫张伟", "不是张伟，是章伟。", "章伟"),
        ("ko", _KO, "정민수입니다", "아니요, 정민수가 아니라 전민수예요.", "전민수"),
    ],
)
def test_a_name_that_is_put_right_is_replaced(
    language: str, told: str, name: str, correction: str, right: str
) -> None:
    call = Call(language, settings=IntakeSettings(slots=usual_slots(name=True)))
    call.says(told)
    assert call.question.name == "name"
    call.says(name)
    call.says(correction)
    call.feed(HungUp())
    assert call.slot("name").value == right
    assert call.slot("problem").value == told


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("DE", ("040 36", "one nine eight two")),
        ("DE", ("040 36", "361 982")),
        ("", ("040 36", "one nine eight two")),
        ("DE", ("040 361", "982")),
    ],
)
def test_digits_at_the_end_of_half_a_number_are_kept(country: str, said: tuple[str, ...]) -> None:
    call = Call(caller="", settings=IntakeSettings(country=country))
    call.says(_EN)
    for answer in said:
        call.says(answer)
    assert call.question.name == "callback_time"
    call.feed(HungUp())
    assert call.ticket.callback_number == "040361982"


@pytest.mark.parametrize(
    ("language", "country", "said", "number"),
    [
        ("zh", "CN", "请明天上午十点打13800138000给我", "13800138000"),
        ("zh", "CN", "明天上午十点请打我的手机，幺三八零零幺三八零零零", "13800138000"),
        ("ko", "KR", "내일 오전 열 시에 공일공 일이삼사 오육칠팔로 전화 주세요", "01012345678"),
        ("ko", "KR", "010-1234-5678로 내일 오전 열 시에 전화해 주세요", "01012345678"),
        ("en", "US", "Please call me tomorrow at ten on 415 555 0132", "4155550132"),
    ],
)
@pytest.mark.parametrize("question", ["problem", "offer_number", "callback_number"])
def test_a_number_and_a_time_in_one_sentence(
    question: str, language: str, country: str, said: str, number: str
) -> None:
    call = Call(
        language, CALLER if question == "offer_number" else "", settings=IntakeSettings(country=country)
    )
    told = {"en": _EN, "zh": _ZH, "ko": _KO}[language]
    if question == "problem":
        call.says(f"{told}{'。' if language == 'zh' else '. '}{said}")
    else:
        call.says(told)
        assert call.question.name == question
        call.says(said)
    assert call.question.name == "confirm"
    call.feed(HungUp())
    assert call.ticket.callback_number == number
    assert call.ticket.when is not None
    assert f"{call.ticket.when.start:%Y-%m-%dT%H:%M}" == TOMORROW_10


MOVED = """
en | make it ten | Thu 10:00
en | could we say eleven | Thu 11:00
en | ten would be better | Thu 10:00
en | can you shift it to two | Thu 14:00
en | put it off until Friday | Fri 09:00
en | push it back to Friday | Fri 09:00
en | postpone it to Friday at ten | Fri 10:00
en | same time on Friday | Fri 09:00
en | one hour later | Thu 10:00
en | push it back by two hours | Thu 11:00
en | a day later | Fri 09:00
en | not nine, ten | Thu 10:00
zh | 改到星期五 | Fri 09:00
zh | 推迟到星期五 | Fri 09:00
zh | 换到周五上午十点 | Fri 10:00
zh | 调到下午三点 | Thu 15:00
zh | 往后推一个小时 | Thu 10:00
zh | 晚一天 | Fri 09:00
zh | 不要九点，十点 | Thu 10:00
zh | 同样的时间，周五 | Fri 09:00
ko | 금요일로 미뤄 주세요 | Fri 09:00
ko | 금요일까지 미뤄 주세요 | Fri 09:00
ko | 열 시로 해 주세요 | Thu 10:00
ko | 한 시간 늦게요 | Thu 10:00
ko | 하루 뒤로 미뤄 주세요 | Fri 09:00
ko | 같은 시간에 금요일이요 | Fri 09:00
ko | 아홉 시 말고 열 시요 | Thu 10:00
"""
"""Said at a reading back of Thursday at nine."""


@pytest.mark.parametrize("line", MOVED.strip().split("\n"))
def test_a_time_is_moved(line: str) -> None:
    language, said, when = line.split(" | ")
    call = Call(language)
    before = {"en": (_EN, "tomorrow at nine"), "zh": (_ZH, "明天上午九点"), "ko": (_KO, "내일 오전 아홉 시")}
    told, time = before[language]
    call.says(told)
    call.presses("1")
    call.says(time)
    call.says(said)
    assert call.question.name == "confirm"
    call.feed(HungUp())
    assert call.ticket.when is not None
    assert f"{call.ticket.when.start:%a %H:%M}" == when
    assert call.slot("problem").value == told


def test_nobody_is_waited_for_without_an_end() -> None:
    call = Call()
    for _ in range(30):
        if not isinstance(call.effects[-1], Ask):
            break
        call.says("Hold on.")
    assert not isinstance(call.effects[-1], Ask)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I have been waiting for two weeks"),
        ("en", "Hang on, my screen is frozen"),
        ("zh", "我已经等了两个星期了"),
        ("zh", "等一下，我的电脑死机了"),
        ("ko", "이 주 동안 기다렸어요"),
        ("ko", "잠깐만요, 컴퓨터가 멈췄어요"),
    ],
)
def test_who_only_speaks_of_waiting_tells_a_problem(language: str, said: str) -> None:
    call = Call(language)
    call.says(said)
    assert call.question.name == "offer_number"


def test_required_slots_are_asked_for_once_more_and_then_a_person_is_the_way_out() -> None:
    product = replace(DESK.slots[1], required=True)
    call = Call(settings=replace(DESK, slots=(DESK.slots[0], product)))
    call.says(_EN)
    call.says("I don't know")
    assert (call.question.name, call.question.attempt) == ("product", 2)
    assert isinstance(call.says("no idea"), ReachHuman)
