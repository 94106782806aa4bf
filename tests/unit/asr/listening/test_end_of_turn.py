"""When answers begin, interrupt and end."""

from __future__ import annotations

import pytest

from asr.listening.end_of_turn import (
    FRAME,
    LONGEST_PROMPT,
    TIMING_OF_SLOT,
    TIMINGS,
    CapReached,
    Endpointer,
    Interrupted,
    NoSpeech,
    SpeechStarted,
    TurnEnded,
    TurnEvent,
    TurnState,
    TurnTiming,
)

SHORT = TIMINGS["short"]
DESCRIPTION = TIMINGS["description"]


class Line:
    """A line whose time is made of frames."""

    def __init__(self, timing: TurnTiming, *, prompt: bool = False, language: str = "en") -> None:
        self.now = 0.0
        self.machine = Endpointer(timing, 0.0, prompt=prompt, language=language)
        self.events: list[TurnEvent] = []

    def hear(self, probability: float, seconds: float) -> list[TurnEvent]:
        """So many seconds of frames; what they brought."""
        before = len(self.events)
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.events += self.machine.receive(probability, self.now)
        return self.events[before:]

    def speech(self, seconds: float) -> list[TurnEvent]:
        return self.hear(0.9, seconds)

    def quiet(self, seconds: float) -> list[TurnEvent]:
        return self.hear(0.1, seconds)


def test_an_answer_begins_where_its_first_frame_began() -> None:
    line = Line(SHORT)
    line.quiet(1)
    events = line.speech(0.5)
    assert [type(event) for event in events] == [SpeechStarted]
    assert events[0].start == pytest.approx(1.0)  # type: ignore[union-attr]


def test_an_answer_ends_after_its_silence() -> None:
    line = Line(SHORT)
    line.speech(1)
    assert line.quiet(0.66) == []
    (ended,) = line.quiet(0.06)
    assert isinstance(ended, TurnEnded)
    assert (ended.start, ended.end, ended.speech) == pytest.approx((0.0, 1.0, 1.0))
    assert line.machine.state is TurnState.OVER


def test_a_click_is_no_answer() -> None:
    line = Line(SHORT)
    assert line.speech(0.06) == []
    assert line.quiet(4.9) == []
    assert line.quiet(0.1) == [NoSpeech()]


def test_clicks_in_a_pause_do_not_keep_a_turn_open() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.quiet(0.3)
    line.speech(0.04)
    line.quiet(0.3)
    assert [type(event) for event in line.quiet(0.1)] == [TurnEnded]


def test_no_answer_in_time() -> None:
    line = Line(SHORT)
    assert line.quiet(4.98) == []
    assert line.quiet(0.04) == [NoSpeech()]


def test_an_answer_that_is_just_beginning_is_waited_for_a_little() -> None:
    line = Line(DESCRIPTION)
    line.quiet(4.94)
    assert [type(event) for event in line.speech(0.4)] == [SpeechStarted]


def test_the_time_for_an_answer_counts_from_the_end_of_the_prompt() -> None:
    line = Line(SHORT, prompt=True)
    line.quiet(20)
    assert line.machine.prompt_ended(line.now) == []
    assert line.machine.next_deadline() == pytest.approx(25.0)


def test_an_endless_answer_is_cut_at_the_cap() -> None:
    line = Line(SHORT)
    (started, *_) = line.speech(1)
    assert isinstance(started, SpeechStarted)
    events = line.speech(20)
    assert [type(event) for event in events] == [CapReached]
    assert events[0].end - events[0].start == pytest.approx(SHORT.cap, abs=0.05)  # type: ignore[union-attr]


def test_speech_interrupts_a_prompt_after_half_a_second() -> None:
    line = Line(SHORT, prompt=True)
    assert line.speech(0.48) == []
    events = line.speech(0.04)
    assert [type(event) for event in events] == [SpeechStarted, Interrupted]
    assert all(event.start == pytest.approx(0.0) for event in events)  # type: ignore[union-attr]


def test_coughs_do_not_interrupt() -> None:
    line = Line(SHORT, prompt=True)
    for _ in range(20):
        assert line.speech(0.4) == []
        assert line.quiet(0.4) == []


def test_words_with_short_gaps_interrupt() -> None:
    line = Line(SHORT, prompt=True)
    for _ in range(3):
        line.speech(0.3)
        line.quiet(0.1)
    assert [type(event) for event in line.events] == [SpeechStarted, Interrupted]


def test_a_short_answer_to_the_end_of_a_prompt_counts() -> None:
    line = Line(SHORT, prompt=True)
    line.quiet(3)
    assert line.speech(0.3) == []  # "yes": too short to interrupt
    assert line.quiet(0.4) == []
    (started,) = line.machine.prompt_ended(line.now)
    assert isinstance(started, SpeechStarted)
    assert started.start == pytest.approx(3.0)
    assert [type(event) for event in line.quiet(0.5)] == [TurnEnded]


def test_a_short_sound_in_the_middle_of_a_prompt_does_not() -> None:
    line = Line(SHORT, prompt=True)
    line.speech(0.3)
    line.quiet(3)
    assert line.machine.prompt_ended(line.now) == []
    assert line.machine.state is TurnState.WAITING


def test_a_prompt_that_never_ends_is_over_after_a_while() -> None:
    line = Line(SHORT, prompt=True)
    assert line.machine.next_deadline() == LONGEST_PROMPT
    assert line.machine.handle_timer(LONGEST_PROMPT) == []
    assert line.machine.state is TurnState.WAITING


def test_a_line_without_packets_ends_by_its_deadlines() -> None:
    line = Line(SHORT)
    line.speech(1)
    due = line.machine.next_deadline()
    assert due == pytest.approx(1.7)
    assert line.machine.handle_timer(due - 0.01) == []
    assert [type(event) for event in line.machine.handle_timer(due)] == [TurnEnded]
    assert line.machine.next_deadline() is None


def test_little_said_of_a_problem_gets_time_to_think() -> None:
    line = Line(DESCRIPTION)
    line.speech(0.5)  # "well"
    assert line.quiet(2.9) == []
    line.speech(2)
    assert [type(event) for event in line.quiet(1.7)] == [TurnEnded]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "My printer is, um"), ("en", "it stopped because"), ("zh", "我的电脑，呃"),
     ("zh", "打不开，因为"), ("ko", "노트북이 음"), ("ko", "프린터가 고장났는데")],
)  # fmt: skip
def test_after_a_hesitation_the_pause_may_be_longer(language: str, text: str) -> None:
    line = Line(DESCRIPTION, language=language)
    line.speech(2)
    line.machine.heard(text)
    assert line.quiet(2.9) == []
    assert [type(event) for event in line.quiet(0.2)] == [TurnEnded]


def test_a_partial_result_that_goes_on_takes_the_hesitation_back() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.machine.heard("um")
    line.machine.heard("um tomorrow at nine")
    assert [type(event) for event in line.quiet(0.8)] == [TurnEnded]


def test_the_presets_keep_to_what_the_field_found() -> None:
    for timing in TIMINGS.values():
        assert (timing.no_speech, timing.interruption, timing.lead_in) == (5.0, 0.5, 0.5)
    assert 0.5 <= SHORT.end_of_turn <= 0.8
    assert 1.2 <= DESCRIPTION.end_of_turn <= 2.0
    assert DESCRIPTION.cap == 60.0
    assert set(TIMING_OF_SLOT.values()) <= set(TIMINGS)


@pytest.mark.parametrize(
    "wrong",
    [{"end_of_turn": 0.0}, {"hesitation": 0.1}, {"minimum_speech": -1.0}, {"lead_in": -0.1}, {"cap": 0.0}],
)
def test_impossible_timings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"positive|at least"):
        TurnTiming(**{"end_of_turn": 0.7, "hesitation": 1.0, "minimum_speech": 0.1, **wrong})
