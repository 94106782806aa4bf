"""The waiting line: who is next, and how that looks from each queue."""

from __future__ import annotations

from dataclasses import replace

from callback_queue.line.waiting_line import Entry, WaitingLine
from tests.unit.callback_queue.people import waiting

HEAD_STARTS = {"vip": 300.0, "super_vip": 1800.0}


def _line(*entries: Entry) -> WaitingLine:
    line = WaitingLine(HEAD_STARTS, 60.0)  # type: ignore[arg-type]
    for entry in entries:
        line.add(entry)
    return line


def _ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.id for entry in entries]


def test_who_came_first_is_next() -> None:
    line = _line(waiting("b", 2), waiting("a", 1), waiting("c", 3))
    assert _ids(line.ordered()) == ["a", "b", "c"]
    assert [line.position(name) for name in "abcx"] == [1, 2, 3, 0]


def test_a_callback_keeps_its_callers_place_among_live_callers() -> None:
    line = _line(waiting("live", 1000), waiting("later", 1100))
    callback = replace(waiting("back", 1050), kind="callback", call="", entered_at=1200, callback="100001.1")
    assert line.add(callback) == 2
    assert _ids(line.ordered()) == ["live", "back", "later"]


def test_a_vip_passes_those_who_came_within_the_head_start_and_nobody_else() -> None:
    line = _line(waiting("early", 1000), waiting("late", 1200))
    assert line.add(waiting("vip", 1400, tier="vip")) == 2
    assert _ids(line.ordered()) == ["early", "vip", "late"]
    assert line.add(waiting("super", 2000, tier="super_vip")) == 1


def test_each_step_of_priority_is_a_minute() -> None:
    line = _line(waiting("a", 1000), waiting("b", 1100, priority=2), waiting("c", 990, priority=-1))
    assert _ids(line.ordered()) == ["b", "a", "c"]


def test_among_equals_the_longer_in_the_queue_goes_first_and_then_the_first_added() -> None:
    line = WaitingLine({}, 60.0)
    for name, entered in (("second", 20.0), ("first", 10.0), ("third", 20.0)):
        line.add(replace(waiting(name, 5.0), entered_at=entered))
    assert _ids(line.ordered()) == ["first", "second", "third"]


def test_positions_count_within_the_queue() -> None:
    line = _line(waiting("a", 1), waiting("b", 2, queue="sales"), waiting("c", 3))
    assert (line.position("a"), line.position("b"), line.position("c")) == (1, 1, 2)
    assert _ids(line.ordered("support")) == ["a", "c"]
    assert (line.waiting("support"), line.waiting("sales"), line.waiting("nobody")) == (2, 1, 0)
    assert line.ordered("nobody") == ()


def test_who_leaves_is_gone_and_may_leave_again() -> None:
    line = _line(waiting("a", 1), waiting("b", 2))
    entry = line.remove("a")
    assert entry is not None
    assert entry.id == "a"
    assert line.remove("a") is None
    assert (len(line), "a" in line, line.position("b")) == (1, False, 1)


def test_an_entry_that_is_added_again_is_replaced() -> None:
    line = _line(waiting("a", 1), waiting("b", 2))
    assert line.add(waiting("a", 1, queue="sales")) == 1
    assert (len(line), line.waiting("support"), line.waiting("sales")) == (2, 1, 1)


def test_an_entry_that_is_replaced_keeps_its_turn_among_equals() -> None:
    line = _line(*(waiting(name, 1) for name in "abc"))
    line.add(waiting("b", 1, language="zh"))
    assert _ids(line.ordered()) == ["a", "b", "c"]
    assert [entry.language for entry in line.ordered()] == ["en", "zh", "en"]
