"""Figures of generated days: each equals the one computed by brute force from the definitions, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from callback_queue.callbacks.events import CallbackRequested
from cdr.figures.counter import FigureCounter, Row
from cdr.figures.interval_tallies import FigureRules, QueueThresholds
from cdr.figures.windows import Interval, Windows
from tests.unit.cdr.brute import agent_in, house_in, queue_in
from tests.unit.cdr.day import Day
from tests.unit.cdr.shift import HOUR, MIDNIGHT
from tests.unit.cdr.story import ME, Story
from tests.unit.cdr.truth import POINTS

ZONE = ZoneInfo("Asia/Shanghai")
LEVEL = {"sales": 20_000, "support": 45_000, "vip": 10_000, "overflow": 30_000}
SHORT = {"sales": 5_000, "support": 10_000, "vip": 0, "overflow": 30_000}
REPEAT = 2 * HOUR
RULES = FigureRules(
    {name: QueueThresholds(LEVEL[name], SHORT[name]) for name in LEVEL}, POINTS, repeat_ms=REPEAT
)
DAY = 24 * HOUR


@pytest.fixture(scope="module", params=[1, 2, 3])
def day(request: pytest.FixtureRequest) -> Day:
    """A day with some hundred calls."""
    return Day(request.param)


def fold(day: Day, start: int, end: int, interval: Interval, rules: FigureRules = RULES) -> FigureCounter:
    """All events of a day, counted between two moments."""
    made = FigureCounter(Windows.make(start / 1000, end / 1000, interval, ZONE), rules)
    for event in day.events:
        if event.at * 1000 < end or type(event).__name__ == "CallOffered":
            made.receive(event, "switch-1")
    made.finish((day.end + HOUR) / 1000)
    return made


def ms(row: Row) -> tuple[int, int]:
    """A row's interval in milliseconds."""
    return round(row.start * 1000), round(row.end * 1000)


def steps(start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """Intervals of one length."""
    return ((at, min(end, at + length)) for at in range(start, end, length))


@pytest.mark.parametrize(
    ("interval", "length"),
    [("15min", HOUR // 4), ("30min", HOUR // 2), ("hour", HOUR), ("day", DAY), ("whole", DAY)],
)
def test_every_figure_of_queues_is_what_the_definitions_say(
    day: Day, interval: Interval, length: int
) -> None:
    rows = {
        (row.name, ms(row)): row.figures for row in fold(day, MIDNIGHT, MIDNIGHT + DAY, interval).queues()
    }
    nothing = queue_in(day.truth, "sales", 0, 1, LEVEL, SHORT)
    for queue in LEVEL:
        for start, end in steps(MIDNIGHT, MIDNIGHT + DAY, length):
            expected = queue_in(day.truth, queue, start, end, LEVEL, SHORT)
            assert rows.get((queue, (start, end)), nothing) == expected


@pytest.mark.parametrize(("interval", "length"), [("15min", HOUR // 4), ("hour", HOUR), ("whole", DAY)])
def test_every_figure_of_agents_is_what_the_definitions_say(
    day: Day, interval: Interval, length: int
) -> None:
    rows = {
        (row.name, ms(row)): row.figures for row in fold(day, MIDNIGHT, MIDNIGHT + DAY, interval).agents()
    }
    nothing = agent_in(day.truth, "1001", 0, 1)
    agents = {who for who, *_ in day.truth.states}
    assert agents
    for agent in agents:
        for start, end in steps(MIDNIGHT, MIDNIGHT + DAY, length):
            expected = agent_in(day.truth, agent, start, end)
            assert rows.get((agent, (start, end)), nothing) == expected


@pytest.mark.parametrize(("interval", "length"), [("hour", HOUR), ("whole", DAY)])
def test_every_figure_of_all_calls_is_what_the_definitions_say(
    day: Day, interval: Interval, length: int
) -> None:
    rows = {ms(row): row.figures for row in fold(day, MIDNIGHT, MIDNIGHT + DAY, interval).call_intervals()}
    for start, end in steps(MIDNIGHT, MIDNIGHT + DAY, length):
        expected = house_in(day.truth, start, end, REPEAT)
        if any(expected.values()):
            assert {name: rows[start, end][name] for name in expected} == expected


def test_a_part_of_a_day_counts_what_happens_in_it_and_nothing_else(day: Day) -> None:
    start, end = MIDNIGHT + 10 * HOUR + 1234, MIDNIGHT + 13 * HOUR + 4321
    made = fold(day, start, end, "whole")
    for row in made.queues():
        assert row.figures == queue_in(day.truth, row.name, start, end, LEVEL, SHORT, end)
    for row in made.agents():
        assert row.figures == agent_in(day.truth, row.name, start, end, end)
    assert {row.name for row in made.agents()} == {who for who, *_ in day.truth.states}


def test_intervals_add_up_to_the_whole(day: Day) -> None:
    by_hour = fold(day, MIDNIGHT, MIDNIGHT + DAY, "hour")
    whole = fold(day, MIDNIGHT, MIDNIGHT + DAY, "whole")
    assert [row.figures for row in by_hour.queue_totals()] == [row.figures for row in whole.queue_totals()]
    assert [row.figures for row in by_hour.agent_totals()] == [row.figures for row in whole.agent_totals()]
    assert by_hour.all_calls().figures == whole.all_calls().figures
    everything = whole.queue_totals()[-1].figures
    assert everything["offered"] == len(day.truth.stays)


def test_each_count_comes_with_the_calls_behind_it(day: Day) -> None:
    made = fold(day, MIDNIGHT, MIDNIGHT + DAY, "whole")
    assert list(made.queues())
    assert list(made.agents())
    for row in made.queues():
        mine = [stay for stay in day.truth.stays if stay.queue == row.name]
        for name, why in (("handled", "answered"), ("abandoned", "abandoned")):
            calls = [stay.call for stay in mine if stay.why == why]
            assert sorted(row.behind.get(name, [])) == sorted(calls)
        assert sorted(row.behind["offered"]) == sorted(stay.call for stay in mine)
    for row in made.agents():
        talks = [talk.call for talk in day.truth.talks if talk.agent == row.name]
        assert sorted(row.behind["conversations"]) == sorted(talks)
        assert len(row.behind.get("solved", [])) == row.figures["solved"]


def test_one_queue_alone_counts_its_contacts_for_agents(day: Day) -> None:
    rules = FigureRules(RULES.thresholds, POINTS, queue="sales", agent="1002", calls=False)
    made = fold(day, MIDNIGHT, MIDNIGHT + DAY, "whole", rules)
    assert {row.name for row in made.queues()} == {"sales"}
    [row] = made.agents()
    assert row.name == "1002"
    assert row.behind == {}
    mine = [stay for stay in day.truth.stays if (stay.queue, stay.agent) == ("sales", "1002")]
    assert row.figures["handled"] == len(mine)
    assert row.figures["occupancy"] == agent_in(day.truth, "1002", MIDNIGHT, MIDNIGHT + DAY)["occupancy"]


def test_the_days_have_something_for_every_figure() -> None:
    rows = []
    for seed in (1, 2, 3):
        made = fold(Day(seed), MIDNIGHT, MIDNIGHT + DAY, "whole")
        rows += [made.queue_totals()[-1], made.agent_totals()[-1], made.all_calls()]
    seen = {name for row in rows for name, value in row.figures.items() if value}
    # Nothing in these days joins or cancels a callback.
    assert {name for row in rows for name in row.figures} - seen == {"callbacks_closed_otherwise"}


def test_any_prefix_of_a_day_can_be_counted() -> None:
    day = Day(4, calls=40)
    for length in range(0, len(day.events), 7):
        made = FigureCounter(Windows.make(MIDNIGHT / 1000, (MIDNIGHT + DAY) / 1000, "hour", ZONE), RULES)
        for event in day.events[:length]:
            made.receive(event)
        made.finish(day.events[length].at)
        for row in (*made.queue_totals(), *made.agent_totals(), made.all_calls()):
            assert row.figures


# How somebody leaves the queue without an agent, why they are called back, and whether they asked for that.
EXITS = [
    ("key", "requested", True),
    ("key", "intake", True),
    ("key", "voicemail", True),
    ("timeout", "intake", True),
    ("no_agents", "requested", True),
    ("full", "voicemail", True),
    ("key", "abandoned", False),
    ("key", "cut_off", False),
    ("abandoned", "abandoned", False),
    ("cut_off", "cut_off", False),
]


@pytest.mark.parametrize("ticket_is_late", [False, True])
@pytest.mark.parametrize(("exit_", "why", "asked"), EXITS)
def test_a_caller_who_asks_for_a_callback_left_the_queue_for_it_by_any_exit(
    exit_: str, why: str, asked: bool, ticket_is_late: bool
) -> None:
    story = Story().offered().answered().at(1).enters("sales").at(11).leaves("sales", exit_, 10)
    if ticket_is_late:
        story.at(20).ends(ME, "remote").over("remote").at(22)
    story.on(
        ME,
        CallbackRequested,
        callback="100001.1",
        ticket="100001",
        number="13800138000",
        queue="sales",
        language="zh",
        tier="ordinary",
        priority=0,
        arrival=1.0,
        why=why,
    )
    made = FigureCounter(Windows.make(0, 3600, "whole", ZONE), RULES)
    for event in story.events:
        made.receive(event, "switch-1")
    figures = made.queue_totals()[0].figures
    assert figures["left_for_callback"] == asked
    in_time = asked or exit_ == "abandoned"
    assert (figures["offered"], figures["service_level_connect"]) == (1, float(in_time))


def test_who_comes_back_into_a_queue_has_not_left_it_for_a_callback() -> None:
    story = Story().offered().answered().at(1).enters("sales").at(11).leaves("sales", "key", 10)
    story.at(12).enters("support", "e2").at(15).takes("1001", "a1", "support", 3, "e2")
    story.on(
        ME,
        CallbackRequested,
        callback="100001.1",
        ticket="100001",
        number="13800138000",
        queue="support",
        language="zh",
        tier="ordinary",
        priority=0,
        arrival=1.0,
        why="requested",
    )
    made = FigureCounter(Windows.make(0, 3600, "whole", ZONE), RULES)
    for event in story.events:
        made.receive(event, "switch-1")
    assert [row.figures["left_for_callback"] for row in made.queue_totals()] == [0, 0, 0]


def test_a_request_after_the_hour_belongs_to_the_hour_in_which_the_caller_left() -> None:
    story = Story().at(3550).offered().answered().at(3560).enters("sales").at(3570).leaves("sales", "key", 10)
    story.at(3610).on(
        ME,
        CallbackRequested,
        callback="100001.1",
        ticket="100001",
        number="13800138000",
        queue="sales",
        language="zh",
        tier="ordinary",
        priority=0,
        arrival=1.0,
        why="requested",
    )
    story.at(3700).enters("sales", "e9").at(3701).leaves("sales", "abandoned", 1, entry="e9")
    made = FigureCounter(Windows.make(0, 7200, "hour", ZONE), RULES)
    for event in story.events:
        made.receive(event, "switch-1")
    names = ("offered", "left_for_callback", "service_level_connect", "callbacks_requested")
    hours = [[row.figures[name] for name in names] for row in made.queues()]
    assert hours == [[1, 1, 1.0, 0], [1, 0, 1.0, 1]]
