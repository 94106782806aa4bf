"""Whatever a caller does, the intake bot comes to an end, and nothing that they said is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from asr.intake.bot import MOST_LOSSES, Intake
from asr.intake.settings import Filing, IntakeSettings
from asr.intake.slots import WELL_KNOWN, ConfirmRule, IntakeSlot, Known, Option, usual_slots
from asr.intake.texts import SLOT_TEXTS, TEXTS
from asr.intake.values import (
    Ask,
    File,
    Filed,
    Finished,
    HungUp,
    IntakeEvent,
    OpenTicket,
    ReachHuman,
    Record,
    Recorded,
    Say,
    Speak,
    Started,
)
from asr.listening.answer import Heard
from asr.results import Word
from asr.slots.numbers import same_telephone
from asr.understanding.values import Reading, Understanding
from config.business_hours import OpeningHours
from tests.support.long import examples
from tts.parts import Text

_DAY = ((time(9), time(18)),)
_HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
_NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
_SAID = {
    "en": [
        "yes", "no", "um", "hello", "agent", "repeat", "start over", "add something", "", "the number",
        "and also the screen flickers", "my printer is broken", "yes but it is slow", "I don't know",
        "no it is the third floor", "No, please use another number.", "Please.", "no, error 7",
        "My router shows error 5, call me tomorrow at nine on 040 361 982", "version 2.1", "three of us",
        "five five five one two three four", "no it's 5551234", "040 361", "no, the number is 040 361 988",
        "the last two are 98", "tomorrow at nine", "tonight", "now", "no, on Friday", "since yesterday",
        "this number", "Thank you for watching.", "urgent", "not urgent", "Router X200", "no, the printer",
        "the agent on my laptop crashed and now the whole office is waiting " * 6,
        "hold on", "that's all, thanks, bye", "how long will it take?", "I'd rather not say",
        "the number is right but it's tomorrow", "yes but 1100", "no, at ten",
    ],
    "zh": [
        "对", "不对", "转人工", "我的电脑坏了", "对，但是很慢", "一三八一二三四五六七八", "明天上午九点",
        "晚上", "再说一遍", "重新说", "补充一下", "字幕by索兰娅", "嗯", "换一个号码",
        "不对，号码是一三九零零一三九零零零", "不知道", "路由器", "错误代码五", "时间不对", "从昨天开始",
        "稍等", "就这样，再见", "要多久", "我不想留电话", "号码是对的，时间是明天", "不对，十点",
    ],
    "ko": [
        "네", "아니요", "상담원", "노트북이 안 켜져요", "네 그런데 느려요", "공일공 일이삼사 오육칠팔",
        "내일 오전 아홉 시", "다시 말해 주세요", "처음부터", "추가할게요", "시청해주셔서 감사합니다",
        "다른 번호로 해 주세요", "모르겠어요", "라우터요", "아니요, 번호가 틀렸어요", "어제부터요",
        "잠깐만요", "이만 끊을게요", "얼마나 걸려요", "말하기 싫어요", "번호는 맞는데 내일이에요",
    ],
}  # fmt: skip
_PRODUCTS = (
    Option("X200", {"en": ("Router X200", "router"), "zh": ("路由器",), "ko": ("라우터",)}),
    Option("P50", {"en": ("Printer P50", "printer"), "zh": ("打印机",), "ko": ("프린터",)}),
)
_OWN = (
    IntakeSlot(name="room", kind="number", required=False),
    IntakeSlot(name="details", kind="free_text", required=False, confirm="never"),
    IntakeSlot(name="at_work", kind="yes_no"),
    IntakeSlot(name="second_number", kind="phone_number", required=False),
)


def _words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, at * 0.4, at * 0.4 + 0.3, 0.8) for at, word in enumerate(text.split()))


@st.composite
def _heard(draw: st.DrawFn, language: str) -> Heard:
    kind = draw(st.sampled_from(["speech", "speech", "speech", "keys", "silence", "noise", "unavailable"]))
    audio = Path(f"/clips/{draw(st.uuids())}.wav")
    seconds = draw(st.sampled_from([0.0, 0.4, 3.0, 60.0]))
    if kind == "keys":
        keys = st.sampled_from(["0", "1", "2", "3", "9", "*", "", "12", "5551234", "00491701234567", "1*2"])
        return Heard("keys", digits=draw(keys))
    if kind == "speech":
        text = draw(st.sampled_from(_SAID[language]))
        confidence = draw(st.sampled_from([None, 0.1, 0.5, 0.9]))
        meant = draw(
            st.sampled_from(
                [{}, {}, {"yes": 0.97, "other": 0.03}, {"no": 0.98}, {"human": 0.9}, {"other": 0.9}]
            )
        )
        act = draw(
            st.sampled_from([None, "human", "yes", "no", "correction", "another_number", "problem", "wait"])
        )
        margin = draw(st.sampled_from([0.3, 1.5]))
        understood = (
            None
            if act is None or draw(st.booleans())
            else Understanding(readings=(Reading(text=text, act=act, margin=margin),), provider="meaning")
        )
        return Heard(
            "speech",
            text=text,
            words=_words(text),
            confidence=confidence,
            meanings=meant,
            audio=audio,
            seconds=seconds,
            understood=understood,
        )
    return Heard(kind, audio=draw(st.sampled_from([None, audio])), seconds=seconds)


def _file(known: Known) -> Filing:
    return Filing(title=str(known["problem"])[:40] if "problem" in known else "", severity=2)


@st.composite
def _slots(draw: st.DrawFn) -> tuple[IntakeSlot, ...]:
    if draw(st.booleans()):
        flags = {name: draw(st.booleans()) for name in ("name", "number", "time")}
        return usual_slots(**flags, read_back=draw(st.sampled_from(["together", "unsure"])))
    everything = [
        replace(slot, options=slot.options or _PRODUCTS) if slot.kind == "list" else slot
        for slot in (*WELL_KNOWN.values(), *_OWN)
    ]
    chosen = draw(
        st.lists(st.sampled_from(everything), min_size=1, max_size=6, unique_by=lambda slot: slot.name)
    )
    return tuple(
        replace(
            slot,
            confirm=draw(st.sampled_from(get_args(ConfirmRule))),
            required=draw(st.booleans()),
            tries=draw(st.sampled_from([None, 1, 2])),
            when=draw(st.sampled_from([None, None, lambda known: known.get("product") == "X200"])),
        )
        for slot in chosen
    )


_settings = st.builds(
    IntakeSettings,
    slots=_slots(),
    filing=st.just(_file),
    country=st.sampled_from(["", "DE", "CN"]),
    greet=st.booleans(),
    attempts=st.integers(1, 4),
    retells=st.integers(0, 3),
    human=st.booleans(),
    give_up=st.sampled_from(["human", "recording"]),
    questions=st.integers(1, 30),
)


_PLAIN_NO = {"en": "no", "zh": "不对", "ko": "아니요"}


class _Denials:
    """The callback numbers that were read back on their own and got a plain no, until they are keyed in."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self._read: str | None = None

    def asked(self, bot: Intake) -> None:
        parts = bot.asking.parts if bot.asking.asked == "confirm" else ()
        number = parts[0].value if len(parts) == 1 and parts[0].slot.name == "callback_number" else None
        self._read = None if number is None else str(number)

    def heard(self, heard: Heard | None, language: str) -> None:
        if heard is None:
            return
        if heard.kind == "keys":
            self.numbers.discard(heard.digits)
        said = heard.text == _PLAIN_NO[language] and not heard.meanings and heard.understood is None
        sure = heard.confidence is None or heard.confidence >= 0.5
        if self._read is not None and (heard.digits == "2" or (said and sure)):
            self.numbers.add(self._read)


@settings(max_examples=examples(600), deadline=None)
@given(data=st.data(), chosen=_settings, hours=st.sampled_from([_HOURS, None]))
def test_any_caller_is_put_through_or_filed_exactly_once_with_every_recording(
    data: st.DataObject, chosen: IntakeSettings, hours: OpeningHours | None
) -> None:
    language = data.draw(st.sampled_from(sorted(_SAID)))
    caller = data.draw(st.sampled_from(["", "1001", "+4930123456", "anonymous"]))
    others = frozenset(data.draw(st.sets(st.sampled_from(sorted(_SAID)))))
    understood = data.draw(st.booleans())
    event: IntakeEvent = Started(caller, language, understood, others)
    bot = Intake(hours, chosen)
    losses = 0
    kept: list[Path] = []
    said: list[str] = []
    denied = _Denials()
    filed: list[OpenTicket] = []
    put_through: list[OpenTicket] = []
    for step in range(2 * chosen.questions + 12):
        effects = bot.receive(event, _NOW + timedelta(seconds=20 * step))
        assert effects, "nothing would ever happen again"
        assert all(isinstance(effect, Say | Speak) for effect in effects[:-1])
        last = effects[-1]
        language = next((one.language for one in effects if isinstance(one, Speak)), language)
        if isinstance(last, Finished):
            break
        hangs_up = data.draw(st.integers(0, 9)) == 0
        if isinstance(last, File):
            filed.append(last.ticket)
            event = HungUp() if hangs_up else Filed("4711")
        elif isinstance(last, ReachHuman):
            put_through.append(last.so_far)
            event = HungUp()
        elif isinstance(last, Ask):
            assert last.question.parts
            assert last.question.keys is not None, "no question is deaf to keys"
            assert (last.question.speech is not None) == understood, "nor to words"
            denied.asked(bot)
            spoken = data.draw(st.sampled_from([language, language, *sorted(others)]))
            heard: Heard | None = data.draw(_heard(spoken))
            if hangs_up:
                heard = data.draw(st.sampled_from([None, heard]))
            denied.heard(heard, language)
            if heard is not None and not hangs_up:
                if understood and heard.kind == "unavailable":
                    understood, losses = False, losses + 1
                understood = understood or (heard.kind == "keys" and 0 < losses < MOST_LOSSES)
            event = heard if heard is not None and not hangs_up else HungUp(heard)
            kept += _recordings(heard)
            said += [] if heard is None else [heard.text, heard.digits]
        elif isinstance(last, Record):
            audio = Path(f"/clips/{data.draw(st.uuids())}.wav")
            taken = Recorded(audio, data.draw(st.sampled_from([0.0, 20.0])))
            cut_short = Heard("noise", audio=audio, seconds=2.0)
            event = HungUp(cut_short) if hangs_up else taken
            understood = understood or 0 < losses < MOST_LOSSES
            kept.append(audio)
    else:
        raise AssertionError("it never ended")
    assert len(filed) + len(put_through) == 1
    assert not put_through or chosen.human
    ticket = (filed or put_through)[0]
    remembered = {turn.heard.audio for turn in ticket.history if turn.heard is not None}
    assert remembered >= set(kept)
    assert len(ticket.history) <= chosen.questions + 2
    denied_own = any(turn.question == "offer_number" for turn in ticket.history)
    assert ticket.callback_number != "" or (denied_own and ticket.caller)
    everything = _letters(" ".join(said))
    for slot in ticket.slots:
        assert all(_letters(word) in everything for word in slot.text.split())
        if slot.name in ("problem", "details"):
            assert all(_letters(sentence) in everything for sentence in re.split(r"[.。!?]", slot.value))
    for number in denied.numbers:
        assert not same_telephone(ticket.callback_number or "", number, chosen.country)
    if any(turn.meaning == "hung_up" for turn in ticket.history):
        assert ticket.progress == "hung_up"


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _recordings(heard: Heard | None) -> list[Path]:
    return [] if heard is None or heard.audio is None else [heard.audio]


_NUMBERS = ["040 361 982", "five five five one two three four", "no, it's 040 361 988", "the last two are 98"]


@settings(max_examples=examples(300), deadline=None)
@given(
    answers=st.lists(
        st.sampled_from([*_NUMBERS, *_NUMBERS, "no", "no", "yes", "*", "2", "040361982"]), max_size=12
    ),
    beside=st.sampled_from([(), (WELL_KNOWN["callback_time"],)]),
    country=st.sampled_from(["", "DE"]),
)
def test_a_number_that_was_denied_is_never_filed(
    answers: list[str], beside: tuple[IntakeSlot, ...], country: str
) -> None:
    slots = (WELL_KNOWN["callback_number"], *beside)
    bot = Intake(_HOURS, IntakeSettings(slots=slots, country=country, human=False, retells=4))
    effects = bot.receive(Started("", "en"), _NOW)
    denied = _Denials()
    for answer in answers:
        if not isinstance(effects[-1], Ask):
            break
        denied.asked(bot)
        keys = answer == "*" or answer.isdecimal()
        heard = Heard("keys", digits=answer) if keys else Heard("speech", text=answer, confidence=0.9)
        denied.heard(heard, "en")
        effects = bot.receive(heard, _NOW)
    if isinstance(effects[-1], Ask | Record):
        effects = bot.receive(HungUp(), _NOW)
    assert isinstance(effects[-1], File)
    filed = effects[-1].ticket.callback_number or ""
    assert not any(same_telephone(filed, number, country) for number in denied.numbers)


_IDLE = {
    "en": ["hold on", "thank you", "please", "what?", "hello", "just a second, please", "um"],
    "zh": ["等一下", "谢谢", "请", "什么", "你好", "麻烦了", "没听清"],
    "ko": ["잠깐만요", "감사합니다", "제발요", "뭐라고요", "여보세요", "잘 못 들었어요"],
}
_REFUSALS = {
    "en": ["no", "I'd rather not say", "I won't tell you", "I don't have one"],
    "zh": ["不对", "不想留电话", "不方便说", "没有别的号码"],
    "ko": ["아니요", "말하기 싫어요", "다른 번호는 없어요"],
}


@settings(max_examples=examples(200), deadline=None)
@given(data=st.data(), human=st.booleans())
def test_what_answers_nothing_is_in_no_slot(data: st.DataObject, human: bool) -> None:
    language = data.draw(st.sampled_from(sorted(_IDLE)))
    bot = Intake(_HOURS, IntakeSettings(slots=usual_slots(name=True), human=human))
    effects = bot.receive(Started("+4930123456", language), _NOW)
    for said in data.draw(st.lists(st.sampled_from(_IDLE[language]), max_size=12)):
        if not isinstance(effects[-1], Ask):
            break
        effects = bot.receive(Heard("speech", text=said, words=_words(said), confidence=0.9), _NOW)
        assert isinstance(effects[-1], Ask | Record), "nothing was said yet, and it is over"
    effects = bot.receive(HungUp(), _NOW)
    assert isinstance(effects[-1], File)
    assert [slot for slot in effects[-1].ticket.slots if slot.value] == []


@settings(max_examples=examples(200), deadline=None)
@given(data=st.data(), human=st.booleans(), again=st.booleans())
def test_an_own_number_that_was_denied_is_called_only_if_it_is_named_again(
    data: st.DataObject, human: bool, again: bool
) -> None:
    language = data.draw(st.sampled_from(sorted(_REFUSALS)))
    own = {"en": "just use this number", "zh": "就打这个号码", "ko": "이 번호로 해 주세요"}[language]
    bot = Intake(_HOURS, IntakeSettings(slots=(WELL_KNOWN["callback_number"],), human=human))
    bot.receive(Started("+4930123456", language), _NOW)
    effects = bot.receive(Heard("speech", text=_PLAIN_NO[language], confidence=0.9), _NOW)
    said = st.sampled_from([*_REFUSALS[language], *_IDLE[language]])
    answers = (
        [*data.draw(st.lists(said, max_size=1)), own] if again else data.draw(st.lists(said, max_size=5))
    )
    for answer in answers:
        if isinstance(effects[-1], Ask):
            effects = bot.receive(Heard("speech", text=answer, confidence=0.9), _NOW)
    if isinstance(effects[-1], Ask | Record):
        effects = bot.receive(HungUp(), _NOW)
    last = effects[-1]
    assert isinstance(last, File | ReachHuman)
    ticket = last.ticket if isinstance(last, File) else last.so_far
    assert ticket.callback_number == ("+4930123456" if again else "")
    assert ticket.caller == "+4930123456"


@given(data=st.data())
def test_what_is_said_of_the_problem_is_in_its_slot_with_its_recording(data: st.DataObject) -> None:
    bot = Intake(_HOURS)
    bot.receive(Started("1001", "en"), _NOW)
    first = Heard(
        "speech", text="my printer is broken", confidence=0.9, audio=Path("/clips/1.wav"), seconds=3.0
    )
    bot.receive(first, _NOW)
    cut_short = data.draw(
        st.sampled_from(
            [None, Heard("speech", text="ye", confidence=0.4, audio=Path("/clips/2.wav"), seconds=0.3)]
        )
    )
    effects = bot.receive(HungUp(cut_short), _NOW)
    assert isinstance(effects[0], File)
    ticket = effects[0].ticket
    problem = ticket.slots[0]
    assert (problem.name, problem.value, problem.audio) == (
        "problem",
        "my printer is broken",
        (Path("/clips/1.wav"),),
    )
    assert ticket.progress == "hung_up"


_KEYS = sorted({*TEXTS, *(key for texts in SLOT_TEXTS.values() for key in texts)})


@given(st.sampled_from(_KEYS), st.sampled_from(["en", "zh", "ko"]))
def test_a_site_can_put_its_own_words_in_place_of_any_text(key: str, language: str) -> None:
    bot = Intake(
        settings=IntakeSettings(texts={"problem_1": {language: "Own words?"}, key: {language: "Own"}})
    )
    effects = bot.receive(Started("1001", language), _NOW)
    assert isinstance(effects[0], Ask)
    assert effects[0].question.parts[-1] in (Text("Own words?", "problem_1"), Text("Own", "problem_1"))
