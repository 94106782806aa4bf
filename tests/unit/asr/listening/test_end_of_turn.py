"""When answers begin, interrupt and end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asr.listening.end_of_turn import (
    APART,
    FRAME,
    LONGEST_PROMPT,
    TIMING_OF_SLOT,
    TIMINGS,
    CapReached,
    Endpointer,
    Interrupted,
    NoSpeech,
    Outlook,
    Resumed,
    SpeechStarted,
    TurnEnded,
    TurnEvent,
    TurnState,
    TurnTiming,
)

SHORT = TIMINGS["short"]
DIGITS = TIMINGS["digits"]
DESCRIPTION = TIMINGS["description"]


class Line:
    """A line whose time is made of frames."""

    def __init__(self, timing: TurnTiming, *, prompt: bool = False) -> None:
        self.now = 0.0
        self.machine = Endpointer(timing, 0.0, prompt=prompt)
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
    assert line.machine.state is TurnState.ENDED
    assert line.quiet(SHORT.hesitation - SHORT.end_of_turn) == []
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


def test_digits_that_interrupt_are_heard_from_the_first() -> None:
    line = Line(DIGITS, prompt=True)
    line.quiet(2)
    line.speech(0.2)
    line.quiet(0.4)
    for _ in range(4):
        line.speech(0.3)
        line.quiet(0.14)
    assert [type(event) for event in line.events] == [SpeechStarted, Interrupted]
    assert line.events[0].start == pytest.approx(2.0)  # type: ignore[union-attr]


@pytest.mark.parametrize("prompt", [True, False])
def test_an_answer_begins_with_its_first_word_however_short(prompt: bool) -> None:
    """ "No [a breath] it's ...": the bucket runs empty in between."""
    line = Line(replace(SHORT, minimum_speech=0.3), prompt=prompt)
    line.quiet(1)
    line.speech(0.14)
    line.quiet(APART - 0.1)
    line.speech(0.6)
    assert line.events[0].start == pytest.approx(1.0)  # type: ignore[union-attr]


def test_what_was_said_long_before_is_no_part_of_the_answer() -> None:
    line = Line(replace(SHORT, minimum_speech=0.3), prompt=True)
    line.speech(0.2)
    line.quiet(APART + 0.1)
    line.speech(0.6)
    assert line.events[0].start == pytest.approx(0.2 + APART + 0.1)  # type: ignore[union-attr]


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


def test_a_short_answer_in_a_pause_between_two_parts_of_a_prompt_is_kept_until_its_end() -> None:
    line = Line(SHORT, prompt=True)
    line.quiet(3)
    line.machine.prompt_paused(line.now)
    line.quiet(0.6)
    assert line.speech(0.3) == []
    line.quiet(0.4)
    line.machine.prompt_resumed()
    line.quiet(2)
    (started,) = line.machine.prompt_ended(line.now)
    assert started.start == pytest.approx(3.6)  # type: ignore[union-attr]
    assert [type(event) for event in line.quiet(0.1)] == [TurnEnded]


@pytest.mark.parametrize(("heard", "rest"), [(0.1, 2), (0.6, 6)])
def test_what_began_with_a_pause_or_was_said_long_before_the_end_is_no_answer(
    heard: float, rest: float
) -> None:
    line = Line(SHORT, prompt=True)
    line.quiet(3)
    line.machine.prompt_paused(line.now)
    line.quiet(heard)
    line.speech(0.3)
    line.machine.prompt_resumed()
    line.quiet(rest)
    assert line.machine.prompt_ended(line.now) == []


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
    assert line.machine.handle_timer(1.0 + SHORT.hesitation) == []
    assert line.machine.next_deadline() is None


def test_little_said_of_a_problem_gets_time_to_think() -> None:
    line = Line(DESCRIPTION)
    line.speech(0.5)  # "well"
    assert line.quiet(2.9) == []
    line.speech(2)
    assert [type(event) for event in line.quiet(1.7)] == [TurnEnded]


@pytest.mark.parametrize("timing", TIMINGS.values())
def test_the_silence_that_ends_an_answer_depends_on_what_it_promises(timing: TurnTiming) -> None:
    waits = {
        Outlook.COMPLETE: timing.complete,
        Outlook.UNKNOWN: timing.end_of_turn,
        Outlook.UNFINISHED: timing.hesitation,
    }
    for outlook, wait in waits.items():
        line = Line(timing)
        line.speech(2)
        line.machine.expect(outlook)
        assert line.quiet(wait - 0.04) == []
        assert [type(event) for event in line.quiet(0.06)] == [TurnEnded], outlook


def test_words_that_go_on_take_the_hesitation_back() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.machine.expect(Outlook.UNFINISHED)
    line.machine.expect(Outlook.UNKNOWN)
    assert [type(event) for event in line.quiet(0.8)] == [TurnEnded]


def test_a_number_that_turns_out_complete_late_in_the_pause_ends_at_once() -> None:
    line = Line(DIGITS)
    line.speech(2)
    assert line.quiet(1.0) == []
    line.machine.expect(Outlook.COMPLETE)
    assert [type(event) for event in line.quiet(FRAME)] == [TurnEnded]


def test_who_speaks_on_after_the_end_has_not_finished() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.quiet(0.8)
    assert [type(event) for event in line.speech(0.4)] == [Resumed]
    assert line.machine.state is TurnState.SPEAKING
    (ended,) = line.quiet(0.8)
    assert isinstance(ended, TurnEnded)
    assert (ended.start, ended.end, ended.speech) == pytest.approx((0.0, 2.2, 1.4))


def test_a_noise_after_the_end_changes_nothing() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.quiet(0.8)
    for _ in range(2):
        assert line.speech(0.16) == []
        assert line.quiet(0.2) == []


def test_who_speaks_long_after_the_end_says_something_else() -> None:
    line = Line(SHORT)
    line.speech(1)
    line.quiet(SHORT.hesitation + 0.1)
    assert line.speech(2) == []


def test_the_presets_keep_to_what_the_field_found() -> None:
    for timing in TIMINGS.values():
        assert (timing.no_speech, timing.interruption, timing.lead_in) == (5.0, 0.5, 0.5)
    assert 0.5 <= SHORT.end_of_turn <= 0.8
    assert 1.2 <= DESCRIPTION.end_of_turn <= 2.0
    assert DESCRIPTION.cap == 60.0
    assert set(TIMING_OF_SLOT.values()) <= set(TIMINGS)


@pytest.mark.parametrize(
    "wrong",
    [{"reading": 0.0}, {"hesitation": 0.1}, {"complete": 2.0}, {"minimum_speech": -1.0},
     {"lead_in": -0.1}, {"cap": 0.0}],
)  # fmt: skip
def test_impossible_timings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"positive|order"):
        TurnTiming(
            **{"reading": 0.2, "complete": 0.5, "end_of_turn": 0.7, "hesitation": 1.0, "minimum_speech": 0.1}
            | wrong
        )
