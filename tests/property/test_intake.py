"""Whatever a caller does, the intake bot comes to an end, and nothing that they said is lost."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from asr.intake.bot import Intake
from asr.intake.settings import IntakeSettings
from asr.intake.texts import TEXTS
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
    Started,
)
from asr.listening.answer import Heard
from asr.results import Word
from config.business_hours import OpeningHours
from tests.support.long import examples
from tts.parts import Text

_DAY = ((time(9), time(18)),)
_HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))
_NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
_SAID = {
    "en": [
        "yes", "no", "um", "hello", "agent", "repeat", "start over", "add something", "",
        "and also the screen flickers", "my printer is broken", "yes but it is slow",
        "no it is the third floor",
        "five five five one two three four", "no it's 5551234", "tomorrow at nine", "tonight", "now",
        "this number", "Thank you for watching.",
        "the agent on my laptop crashed and now the whole office is waiting " * 6,
    ],
    "zh": [
        "对", "不对", "转人工", "我的电脑坏了", "对，但是很慢", "一三八一二三四五六七八", "明天上午九点",
        "晚上", "再说一遍", "重新说", "补充一下", "字幕by索兰娅", "嗯",
    ],
    "ko": [
        "네", "아니요", "상담원", "노트북이 안 켜져요", "네 그런데 느려요", "공일공 일이삼사 오육칠팔",
        "내일 오전 아홉 시", "다시 말해 주세요", "처음부터", "추가할게요", "시청해주셔서 감사합니다",
    ],
}  # fmt: skip


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
        return Heard("speech", "", text, _words(text), confidence, audio, seconds)
    return Heard(kind, audio=draw(st.sampled_from([None, audio])), seconds=seconds)


_settings = st.builds(
    IntakeSettings,
    greet=st.booleans(),
    ask_name=st.booleans(),
    ask_number=st.booleans(),
    ask_time=st.booleans(),
    read_back=st.sampled_from(["always", "unsure"]),
    attempts=st.integers(1, 4),
    retells=st.integers(0, 3),
    human=st.booleans(),
    give_up=st.sampled_from(["human", "recording"]),
    questions=st.integers(1, 30),
)


@settings(max_examples=examples(400), deadline=None)
@given(data=st.data(), chosen=_settings, hours=st.sampled_from([_HOURS, None]))
def test_any_caller_is_put_through_or_filed_exactly_once_with_every_recording(
    data: st.DataObject, chosen: IntakeSettings, hours: OpeningHours | None
) -> None:
    language = data.draw(st.sampled_from(sorted(_SAID)))
    caller = data.draw(st.sampled_from(["", "1001", "+4930123456", "anonymous"]))
    event: IntakeEvent = Started(caller, language, data.draw(st.booleans()))
    bot = Intake(hours, chosen)
    kept: list[Path] = []
    filed: list[OpenTicket] = []
    put_through: list[OpenTicket] = []
    for step in range(chosen.questions + 12):
        effects = bot.receive(event, _NOW + timedelta(seconds=20 * step))
        assert effects, "nothing would ever happen again"
        assert all(isinstance(effect, Say) for effect in effects[:-1])
        last = effects[-1]
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
            assert last.question.keys is not None or last.question.speech is not None
            heard: Heard | None = data.draw(_heard(language))
            if hangs_up:
                heard = data.draw(st.sampled_from([None, heard]))
            event = heard if heard is not None and not hangs_up else HungUp(heard)
            kept += _recordings(heard)
        elif isinstance(last, Record):
            audio = Path(f"/clips/{data.draw(st.uuids())}.wav")
            taken = Recorded(audio, data.draw(st.sampled_from([0.0, 20.0])))
            cut_short = Heard("noise", audio=audio, seconds=2.0)
            event = HungUp(cut_short) if hangs_up else taken
            kept.append(audio)
    else:
        raise AssertionError("it never ended")
    assert len(filed) + len(put_through) == 1
    assert not put_through or chosen.human
    ticket = (filed or put_through)[0]
    remembered = {turn.heard.audio for turn in ticket.history if turn.heard is not None}
    assert remembered >= set(kept)
    assert ticket.callback_number != ""
    if any(turn.meaning == "hung_up" for turn in ticket.history):
        assert ticket.progress == "hung_up"


def _recordings(heard: Heard | None) -> list[Path]:
    return [] if heard is None or heard.audio is None else [heard.audio]


@given(data=st.data())
def test_what_is_said_of_the_problem_is_in_its_slot_with_its_recording(data: st.DataObject) -> None:
    bot = Intake(_HOURS)
    bot.receive(Started("1001", "en"), _NOW)
    first = Heard("speech", "", "my printer is broken", (), 0.9, Path("/clips/1.wav"), 3.0)
    bot.receive(first, _NOW)
    cut_short = data.draw(
        st.sampled_from([None, Heard("speech", "", "ye", (), 0.4, Path("/clips/2.wav"), 0.3)])
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


@given(st.sampled_from(sorted(TEXTS)), st.sampled_from(["en", "zh", "ko"]))
def test_a_site_can_put_its_own_words_in_place_of_any_text(key: str, language: str) -> None:
    bot = Intake(
        settings=IntakeSettings(texts={"problem_1": {language: "Own words?"}, key: {language: "Own"}})
    )
    effects = bot.receive(Started("1001", language), _NOW)
    assert isinstance(effects[0], Ask)
    assert effects[0].question.parts[-1] in (Text("Own words?", "problem_1"), Text("Own", "problem_1"))
