"""Alarms are raised once and ended once, by their rules; a restart in between changes nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alarms.events import AlarmEnded, AlarmRaised
from alarms.machine import Active, AlarmMachine, AlarmOutput, Reading, Readings
from config.models.alarms import ALARMS, DEFAULT_ALARMS, AlarmName, AlarmRule, AlarmSettings

RULE = AlarmRule(above=90, ends_below=80, lasting=10, calm=20, repeat=0)


def machine(rule: AlarmRule = RULE) -> AlarmMachine:
    return AlarmMachine(lambda name: rule)


def full(percent: float, subject: str = "/") -> Readings:
    return Readings("disk_low", (Reading(subject, percent, f"{percent} %"),))


def kinds(output: AlarmOutput) -> list[type]:
    return [type(event) for event in output.events]


def test_what_lasts_is_raised_once_and_what_is_over_ends_once() -> None:
    alarms = machine()
    assert kinds(alarms.receive(full(95), 0)) == []
    assert alarms.next_deadline() == 10
    assert kinds(alarms.handle_timer(9.9)) == []
    assert kinds(alarms.handle_timer(10)) == [AlarmRaised]
    assert kinds(alarms.receive(full(99), 11)) == []
    assert kinds(alarms.receive(full(85), 12)) == [], "between the two values nothing changes"
    assert kinds(alarms.receive(full(70), 20)) == []
    assert alarms.next_deadline() == 40
    (ended,) = alarms.handle_timer(40).events
    assert isinstance(ended, AlarmEnded)
    assert (ended.raised_at, ended.subject) == (10, "/")
    assert alarms.next_deadline() is None
    assert alarms.active() == []


def test_what_is_bad_for_a_moment_raises_nothing_and_what_is_well_for_a_moment_ends_nothing() -> None:
    alarms = machine()
    alarms.receive(full(95), 0)
    alarms.receive(full(70), 5)
    alarms.receive(full(95), 9)
    assert kinds(alarms.handle_timer(15)) == []
    assert kinds(alarms.handle_timer(19)) == [AlarmRaised]
    alarms.receive(full(70), 30)
    alarms.receive(full(95), 40)
    assert kinds(alarms.receive(full(70), 55)) == []
    assert kinds(alarms.handle_timer(75)) == [AlarmEnded]


def test_subjects_are_apart_and_one_that_is_gone_is_well() -> None:
    alarms = machine(AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0))
    both = Readings("trunk_down", (Reading("a", 1, ""), Reading("b", 2, "")))
    assert [event.subject for event in alarms.receive(both, 0).events] == ["a", "b"]
    assert [event.subject for event in alarms.receive(Readings("trunk_down", both.found[1:]), 5).events] == [
        "a"
    ]
    assert kinds(alarms.receive(full(0), 6)) == [], "another alarm's readings say nothing of this one"
    assert kinds(alarms.receive(Readings("trunk_down", ()), 7)) == [AlarmEnded]


def test_what_goes_on_is_told_again_where_the_rule_says_so() -> None:
    alarms = machine(AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=100))
    alarms.receive(full(5), 0)
    assert alarms.next_deadline() == 100
    assert [one.subject for one in alarms.handle_timer(100).again] == ["/"]
    assert alarms.handle_timer(150).again == []
    assert len(alarms.handle_timer(200).again) == 1


def test_days_left_are_the_worse_the_fewer() -> None:
    alarms = AlarmMachine(AlarmSettings().rule)
    days = lambda left: Readings("certificate_ends", (Reading("cert.pem", left, ""),))  # noqa: E731
    assert kinds(alarms.receive(days(20), 0)) == []
    assert kinds(alarms.receive(days(13.9), 1)) == [AlarmRaised]
    assert kinds(alarms.receive(days(14.5), 2)) == []
    assert kinds(alarms.receive(days(90), 3)) == [AlarmEnded]


def test_a_restart_neither_raises_again_nor_forgets_the_end() -> None:
    alarms = machine(AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0))
    alarms.receive(full(5), 0)
    kept = alarms.active()
    again = machine(AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0))
    strange = Active(alarm="of_another_version", subject="", value=1, text="", raised_at=0)
    again.restore([*kept, strange], ALARMS)
    assert kinds(again.receive(full(5), 100)) == []
    (ended,) = again.receive(full(0), 200).events
    assert isinstance(ended, AlarmEnded)
    assert ended.raised_at == 0


def test_an_alarm_that_is_switched_off_ends() -> None:
    rules = [AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0)]
    alarms = AlarmMachine(lambda name: rules[-1])
    alarms.receive(full(5), 0)
    rules.append(rules[0].model_copy(update={"off": True}))
    assert kinds(alarms.receive(full(5), 1)) == [AlarmEnded]
    assert kinds(alarms.receive(full(5), 2)) == []


def test_every_alarm_has_a_rule_and_another_value_keeps_the_gap() -> None:
    settings = AlarmSettings.model_validate({"rules": {"disk_low": {"above": 50}}})
    for name in ALARMS:
        rule = settings.rule(name)
        assert None not in (rule.above, rule.ends_below, rule.lasting, rule.calm, rule.repeat)
    assert settings.rule("disk_low").ends_below == 50 * (93 / 95)
    assert settings.rule("recorder_behind") == DEFAULT_ALARMS["recorder_behind"]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 60)), max_size=60))
def test_raised_and_ended_take_turns_whatever_comes(steps: list[tuple[float, float]]) -> None:
    alarms, now = machine(), 0.0
    told: list[type] = []
    name: AlarmName = "disk_low"
    for percent, seconds in steps:
        told += kinds(alarms.receive(Readings(name, (Reading("/", percent, ""),)), now))
        until = now + seconds
        while (due := alarms.next_deadline()) is not None and due <= until:
            before = due
            told += kinds(alarms.handle_timer(due))
            now = before
            following = alarms.next_deadline()
            assert following is None or following > due, "a timer that fires for nothing would spin"
        now = until
    assert told == [AlarmRaised, AlarmEnded] * (len(told) // 2) + [AlarmRaised] * (len(told) % 2)
