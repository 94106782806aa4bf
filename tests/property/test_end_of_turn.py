"""Whatever is heard and whatever stops coming, listening ends once, in time, and speech alone interrupts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.listening.end_of_turn import (
    FRAME,
    LONGEST_PROMPT,
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

_ENDINGS = (TurnEnded, NoSpeech, CapReached)
_timings = st.sampled_from(sorted(TIMINGS)).map(lambda name: TIMINGS[name])

# What happens next: so many frames of speech or of something else, no packets for a while, the prompt's end,
# what the words so far promise.
_happenings = st.lists(
    st.one_of(
        st.tuples(st.just("speech"), st.integers(1, 120)),
        st.tuples(st.just("other"), st.integers(1, 120)),
        st.tuples(st.just("nothing"), st.integers(1, 200)),
        st.tuples(st.just("prompt ended"), st.just(0)),
        st.tuples(st.just("words"), st.integers(0, 2)),
    ),
    max_size=60,
)


def _advance(machine: Endpointer, until: float) -> list[TurnEvent]:
    """What a driver does while no frames come: the timer, whenever it is due."""
    events: list[TurnEvent] = []
    while (due := machine.next_deadline()) is not None and due <= until:
        events += machine.handle_timer(due)
    return events


@given(_timings, st.booleans(), _happenings)
def test_listening_ends_once_unless_the_caller_speaks_on_and_always_has_a_deadline(
    timing: TurnTiming, prompt: bool, happenings: list[tuple[str, int]]
) -> None:
    machine = Endpointer(timing, 0.0, prompt=prompt)
    now = 0.0
    events: list[TurnEvent] = []
    for what, count in happenings:
        if what == "prompt ended":
            events += machine.prompt_ended(now)
        elif what == "words":
            machine.expect(list(Outlook)[count])
        elif what == "nothing":
            now += count * FRAME
            events += _advance(machine, now)
        else:
            for _ in range(count):
                now += FRAME
                events += machine.receive(0.9 if what == "speech" else 0.1, now)
        assert (machine.next_deadline() is None) == (machine.state is TurnState.OVER)
    longest = LONGEST_PROMPT + timing.no_speech + timing.cap + 2 * timing.hesitation + 1
    events += _advance(machine, now + longest)
    assert machine.state is TurnState.OVER
    endings = [event for event in events if isinstance(event, _ENDINGS)]
    assert len(endings) == 1 + sum(isinstance(event, Resumed) for event in events)
    assert events[-1] is endings[-1]
    started = [event for event in events if isinstance(event, SpeechStarted)]
    assert len(started) == (not isinstance(endings[-1], NoSpeech))
    interrupted = [event for event in events if isinstance(event, Interrupted)]
    assert len(interrupted) <= len(started)
    assert prompt or not interrupted
    assert machine.receive(0.9, now + longest) == []


@given(_timings, st.lists(st.tuples(st.integers(1, 22), st.integers(1, 40)), max_size=40))
def test_coughs_never_stop_a_prompt(timing: TurnTiming, coughs: list[tuple[int, int]]) -> None:
    machine = Endpointer(timing, 0.0, prompt=True)
    now = 0.0
    for loud, more_quiet in coughs:
        for probability, count in ((0.95, loud), (0.05, loud + more_quiet)):
            for _ in range(count):
                now += FRAME
                assert machine.receive(probability, now) == []


@given(
    _timings, st.floats(0.5, 3.0), st.lists(st.tuples(st.integers(8, 60), st.integers(1, 30)), max_size=10)
)
def test_a_pause_shorter_than_the_end_of_turn_never_ends_it(
    timing: TurnTiming, first: float, phrases: list[tuple[int, int]]
) -> None:
    machine = Endpointer(timing, 0.0)
    now = 0.0
    for loud, pause in [(round(first / FRAME), 1), *phrases]:
        quiet = min(pause, round(timing.end_of_turn / FRAME) - 5)
        for probability, count in ((0.9, loud), (0.1, quiet)):
            for _ in range(count):
                now += FRAME
                events = machine.receive(probability, now)
                assert not any(isinstance(event, TurnEnded | NoSpeech) for event in events)


@given(_timings, st.integers(0, 200))
def test_half_a_second_of_speech_stops_a_prompt_at_once(timing: TurnTiming, quiet: int) -> None:
    machine = Endpointer(timing, 0.0, prompt=True)
    now = 0.0
    for _ in range(quiet):
        now += FRAME
        assert machine.receive(0.1, now) == []
    begun = now
    events: list[TurnEvent] = []
    while not events:
        now += FRAME
        events = machine.receive(0.9, now)
    assert [type(event) for event in events] == [SpeechStarted, Interrupted]
    assert all(event.start == pytest.approx(begun) for event in events)  # type: ignore[union-attr]
    assert now - begun == pytest.approx(timing.interruption)
