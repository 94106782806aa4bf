"""Overload: who is admitted while the switch falls behind, on a server that is simulated call by call."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field

import pytest

from hotline.server.overload import CALM, FLOOR, PROBE_SECONDS, STANDING, Change, LoadGuard, Overload
from tests.support.virtual_time import VirtualLoop

HIGH = 0.05
SLICE = 0.004
"""Seconds of work after which the server looks at its timers again."""
REFUSING = 0.0003
"""Seconds of work that a refusal costs."""


@dataclass
class Server:
    """Works off what arrives, one thing after the other, and is late when there is too much of it.

    Args:
        capacity: calls a second.
    """

    capacity: float
    machine: Overload = field(default_factory=lambda: Overload(0.0, HIGH))
    clock: float = 0.0
    admitted: list[tuple[float, float]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    due: float = PROBE_SECONDS
    was_asked: bool = False

    def run(self, offered: float, seconds: float, seed: int = 1) -> None:
        """Take so many calls a second, at random times."""
        chance = random.Random(seed)
        end = self.clock + seconds
        waiting: list[float] = []
        arrival = self.clock
        while (arrival := arrival + chance.expovariate(offered)) < end:
            waiting.append(arrival)
        waiting.reverse()
        while self.clock < end or waiting:
            if self.clock >= self.due:
                if not self.was_asked:
                    self._tell(self.clock - self.due)
                self.was_asked = False
                self.due = self.clock + PROBE_SECONDS
            if waiting and waiting[-1] <= self.clock:
                now = self.clock
                while waiting and waiting[-1] <= now and self.clock < now + SLICE:
                    self._call(waiting.pop())
            else:
                self.clock = min(self.due, waiting[-1] if waiting else self.due)

    def _call(self, arrival: float) -> None:
        waited = max(0.0, self.clock - self.due, self.clock - arrival)
        self.was_asked = True
        self._tell(waited)
        if self.machine.refuses(waited, self.clock):
            self.refused.append(arrival)
            self.clock += REFUSING
        else:
            self.admitted.append((arrival, self.clock - arrival))
            self.clock += 1 / self.capacity

    def _tell(self, lag: float) -> None:
        change = self.machine.receive(lag, self.clock)
        if change is not None:
            self.changes.append(change)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.8])
def test_what_the_server_can_do_is_never_refused(load: float) -> None:
    server = Server(400.0)
    server.run(400.0 * load, 30.0)
    assert (server.refused, server.changes) == ([], [])


@pytest.mark.parametrize("capacity", [150.0, 400.0, 1000.0])
@pytest.mark.parametrize("load", [1.2, 2.0])
def test_with_too_many_calls_as_many_as_can_be_are_served_without_delay(capacity: float, load: float) -> None:
    server = Server(capacity)
    server.run(capacity * load, 20.0)
    served = [delay for arrival, delay in server.admitted if arrival > 2.0]
    # All its time goes into serving and refusing: x / capacity + (offered - x) * REFUSING = 1.
    possible = min(capacity, (1 - load * capacity * REFUSING) / (1 / capacity - REFUSING))
    assert len(served) > 0.95 * 18.0 * possible
    assert max(served) < 1.5 * HIGH


def test_without_a_limit_they_would_wait_for_seconds() -> None:
    server = Server(400.0, Overload(0.0, float("inf")))
    server.run(800.0, 10.0)
    assert (server.refused, server.changes) == ([], [])
    assert max(delay for _, delay in server.admitted) > 5.0


def test_five_seconds_after_the_rush_all_is_as_before() -> None:
    server = Server(400.0)
    server.run(800.0, 5.0)
    assert server.machine.active
    before = len(server.refused)
    server.run(100.0, 10.0, seed=2)
    assert server.changes == [Change.BEGAN, Change.ENDED]
    late = [arrival for arrival in server.refused[before:] if arrival > 10.0]
    assert late == []
    assert not server.machine.active
    assert server.machine.episodes == 1


def test_an_overload_is_one_however_long_it_lasts() -> None:
    server = Server(200.0)
    for seed in range(6):
        server.run(500.0, 5.0, seed)
    assert server.changes == [Change.BEGAN]


def probe(machine: Overload, start: float, lags: list[float]) -> list[Change | None]:
    return [machine.receive(lag, start + 0.1 * (index + 1)) for index, lag in enumerate(lags)]


def test_a_hiccup_is_no_overload() -> None:
    machine = Overload(0.0, HIGH)
    assert probe(machine, 0.0, [0.0, 0.3, 0.0, 0.2, 0.2, 0.0, 0.09, 0.09, 0.0, 0.5]) == [None] * 10
    assert not machine.refuses(0.5, 1.0)


def test_what_lasts_is_one_and_then_each_is_judged_by_its_own_wait() -> None:
    machine = Overload(0.0, HIGH)
    assert probe(machine, 0.0, [HIGH] * 4).index(Change.BEGAN) == pytest.approx(10 * STANDING, abs=1)
    assert not machine.refuses(0.9 * HIGH, 0.5)
    assert [machine.refuses(HIGH, 0.5) for _ in range(10)].count(True) >= 7


def test_it_is_over_when_nothing_waited_long_for_a_while_and_not_before() -> None:
    machine = Overload(0.0, HIGH)
    probe(machine, 0.0, [HIGH] * 5)
    assert probe(machine, 0.5, [0.0, HIGH] * 50) == [None] * 100
    calm = probe(machine, 10.5, [0.9 * HIGH] * 30)
    assert calm.index(Change.ENDED) == pytest.approx(10 * CALM, abs=1)


def test_a_quiet_evening_is_not_disturbed_by_a_machine_that_stalls() -> None:
    """A call every second while the loop is late again and again: all come in."""
    machine = Overload(0.0, HIGH)
    for second in range(1, 60):
        for tenth in range(10):
            machine.receive(0.7 if tenth == 0 else 0.0, second + tenth / 10)
        assert not machine.refuses(0.7, second + 0.95)
    assert FLOOR >= 1.0


def test_a_machine_that_is_always_late_goes_on_taking_some_calls() -> None:
    machine = Overload(0.0, HIGH)
    probe(machine, 0.0, [0.4] * 5)
    assert machine.active
    taken = sum(not machine.refuses(0.4, 0.5 + call / 100) for call in range(1000))
    assert taken == pytest.approx(10 * FLOOR, abs=5)


def test_a_stall_that_calls_did_not_cause_costs_none_of_them() -> None:
    """The machine stands still for a second; then the calls come in that waited meanwhile, and all others."""
    server = Server(400.0)
    server.run(65.0, 5.0)
    server.clock += 1.0
    server.run(65.0, 5.0)
    assert server.refused == []


def test_the_guard_measures_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    loop = VirtualLoop()
    waiting = [0.0]
    guard = LoadGuard(loop, loop.time, HIGH, waited=lambda: waiting[0])
    caplog.set_level(logging.WARNING)

    async def live() -> None:
        guard.start()
        await pause(1.0)
        assert not guard.is_out_of_breath()
        waiting[0] = 0.3  # and not only for a moment
        assert not guard.is_out_of_breath()
        for _ in range(5):
            await pause(STANDING / 4)
            guard.is_out_of_breath()
        before = guard.refused
        refused = sum(guard.is_out_of_breath() for _ in range(100))
        assert refused >= 95
        assert guard.refused == before + refused
        waiting[0] = 0.0
        assert not guard.is_out_of_breath()
        await pause(10.0)
        assert not guard.machine.active
        guard.stop()

    async def pause(seconds: float) -> None:
        done = loop.create_future()
        loop.call_later(seconds, done.set_result, None)
        await done

    loop.run_until_complete(live())
    loop.close()
    begun, over = [record.getMessage() for record in caplog.records]
    assert begun == "overload: calls wait for 300 ms, some are refused"
    assert over == f"overload is over: {guard.refused} requests were refused"


def test_without_a_limit_the_guard_admits_everything() -> None:
    loop = VirtualLoop()
    now = [0.0]
    guard = LoadGuard(loop, lambda: now[0], 0)
    guard.start()
    refused = []
    for step in range(100):
        now[0] = float(step)
        refused.append(guard.is_out_of_breath())
    guard.stop()
    loop.close()
    assert not any(refused)


def test_a_loop_that_is_late_is_an_overload_though_nothing_else_is_known() -> None:
    """Of what comes by TCP nobody knows how long it waited."""
    loop = VirtualLoop()
    behind = [0.0]
    guard = LoadGuard(loop, lambda: loop.time() + behind[0], HIGH)
    guard.start()
    refused = []
    for _ in range(20):
        behind[0] += 0.05
        refused += [guard.is_out_of_breath() for _ in range(10)]
    guard.stop()
    loop.close()
    assert guard.lag == 0.0
    assert not any(refused[:30])
    assert refused[100:].count(True) > 80
