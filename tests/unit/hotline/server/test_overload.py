"""Overload: who is admitted while the switch falls behind, on a server that is simulated call by call."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field

import pytest

from hotline.server.overload import CALM, FLOOR, PROBE_SECONDS, Change, LoadGuard, Overload
from tests.support.virtual_time import VirtualLoop

HIGH = 0.1
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
    lags: list[tuple[float, float]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    due: float = PROBE_SECONDS

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
                self.lags.append((self.clock, self.clock - self.due))
                self._tell(self.clock - self.due)
                self.due = self.clock + PROBE_SECONDS
            if waiting and waiting[-1] <= self.clock:
                # What arrived meanwhile is worked off before the loop looks at its timers again.
                batch = 0
                now = self.clock
                while waiting and waiting[-1] <= now and batch < 300:
                    self._call(waiting.pop())
                    batch += 1
            else:
                self.clock = min(self.due, waiting[-1] if waiting else self.due)

    def _call(self, arrival: float) -> None:
        self._tell(max(0.0, self.clock - self.due))
        if self.machine.refuses(self.clock):
            self.refused.append(arrival)
            self.clock += REFUSING
        else:
            self.machine.admitted()
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
    assert len(served) > 0.85 * 18.0 * possible
    assert max(served) < 0.8
    assert max(lag for at, lag in server.lags if at > 2.0) < 0.5


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
    assert probe(machine, 0.0, [0.0, 0.3, 0.0, 0.2, 0.2, 0.0, 0.09, 0.09, 0.09, 0.09]) == [None] * 10
    assert not machine.refuses(1.0)


@pytest.mark.parametrize("lags", [[0.11, 0.11, 0.11], [0.5]])
def test_what_lasts_or_is_very_late_is_one(lags: list[float]) -> None:
    machine = Overload(0.0, HIGH)
    assert probe(machine, 0.0, lags)[-1] is Change.BEGAN
    assert machine.active


def test_it_is_over_when_it_was_calm_for_a_while_and_not_before() -> None:
    machine = Overload(0.0, HIGH)
    machine.receive(1.0, 0.0)
    assert probe(machine, 0.0, [0.06] * 100) == [None] * 100  # neither much nor little
    calm = probe(machine, 10.0, [0.0] * 30)
    assert calm.index(Change.ENDED) == pytest.approx(10 * CALM, abs=1)


def test_a_quiet_evening_is_not_disturbed_by_a_machine_that_stalls() -> None:
    """A call every second while the loop is late again and again: all come in."""
    machine = Overload(0.0, HIGH)
    for second in range(1, 60):
        for tenth in range(10):
            machine.receive(0.7 if tenth == 0 else 0.0, second + tenth / 10)
        assert not machine.refuses(second + 0.95)
        machine.admitted()
    assert FLOOR >= 1.0


def test_a_stall_that_calls_did_not_cause_costs_few_of_them() -> None:
    """The machine is slow for a second while nobody calls; then calls come as ever."""
    server = Server(400.0)
    server.machine.receive(1.0, 0.0)
    server.run(65.0, 10.0)
    assert len(server.refused) < 0.1 * len(server.admitted)
    assert all(arrival < 3.0 for arrival in server.refused)


def test_the_guard_measures_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    loop = VirtualLoop()
    behind = [0.0]
    guard = LoadGuard(loop, lambda: loop.time() + behind[0], HIGH)
    caplog.set_level(logging.WARNING)

    async def live() -> None:
        guard.start()
        await pause(1.0)
        assert not guard.is_out_of_breath()
        behind[0] += 1.0  # the loop did not come round for a second
        assert guard.lag > 0.9
        refused = 0
        for _ in range(100):
            if guard.is_out_of_breath():
                refused += 1
            else:
                guard.admitted()
        assert refused >= 95
        assert guard.refused == refused
        await pause(10.0)
        assert not guard.machine.active
        guard.stop()
        assert guard.lag == 0.0

    async def pause(seconds: float) -> None:
        done = loop.create_future()
        loop.call_later(seconds, done.set_result, None)
        await done

    loop.run_until_complete(live())
    loop.close()
    begun, over = [record.getMessage() for record in caplog.records]
    assert "new calls are limited" in begun
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


def test_in_an_overload_a_call_that_waited_too_long_is_refused_whatever_the_rate() -> None:
    machine = Overload(0.0, HIGH)
    probe(machine, 0.0, [0.5])
    assert machine.active
    assert machine.refuses(0.2, HIGH)
    assert not machine.refuses(0.2, HIGH / 2)


def test_requests_that_queue_while_the_loop_is_in_time_are_an_overload() -> None:
    loop = VirtualLoop()
    guard = LoadGuard(loop, loop.time, HIGH, waited=lambda: 0.6)
    assert guard.is_out_of_breath()
    assert guard.machine.active
