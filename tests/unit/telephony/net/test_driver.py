"""The driver: effects and events in order, one timer for the next deadline, faults that stop nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from telephony.net.driver import Driver
from telephony.sip.machine import Output


class Machine:
    """Wants to be woken at `deadlines`, one after the other, and says so."""

    def __init__(self, *deadlines: float) -> None:
        self.deadlines = list(deadlines)
        self.woken: list[float] = []

    def next_deadline(self) -> float | None:
        return self.deadlines[0] if self.deadlines else None

    def handle_timer(self, now: float) -> Output[str, str]:
        self.woken.append(now)
        due = [at for at in self.deadlines if at <= now]
        self.deadlines = self.deadlines[len(due) :]
        return Output(["due"] * len(due), [])


class Stage:
    """A driver with its machine, and what it has carried out."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.machine = Machine()
        self.done: list[str] = []
        self.faults: list[dict[str, Any]] = []
        self.on: dict[str, Callable[[], None]] = {}
        self.loop.set_exception_handler(lambda _, fault: self.faults.append(fault))
        self.driver: Driver[str, str] = Driver(
            self.machine, perform=self.perform, tell=self.perform, loop=self.loop
        )

    def perform(self, effect: str) -> None:
        self.done.append(effect)
        self.on.get(effect, lambda: None)()

    async def until_due(self, count: int = 1) -> None:
        """Wait until the machine has said that many times that something was due."""
        over: asyncio.Future[None] = self.loop.create_future()

        def note() -> None:
            if self.done.count("due") == count:
                over.set_result(None)

        self.on["due"] = note
        async with asyncio.timeout(5):
            await over


def on_stage(test: Callable[[Stage], Awaitable[None]]) -> Callable[[], None]:
    """Run an async test with a stage, on the loop that the switch has."""

    async def play() -> None:
        await test(Stage())

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play())

    return run


@on_stage
async def test_what_comes_of_an_effect_waits_for_the_effects_before_it(stage: Stage) -> None:
    stage.on["a"] = lambda: stage.driver.run(Output(["c", "d"], []))
    stage.driver.run(Output(["a", "b"], []))
    assert stage.done == ["a", "b", "c", "d"]


@on_stage
async def test_a_fault_in_one_effect_is_reported_and_stops_neither_the_others_nor_the_timer(
    stage: Stage,
) -> None:
    def fail() -> None:
        raise ValueError("our mistake")

    stage.on["a"] = fail
    stage.machine.deadlines = [stage.loop.time()]
    stage.driver.run(Output(["a", "b"], []))
    assert stage.done == ["a", "b"]
    assert [str(fault["exception"]) for fault in stage.faults] == ["our mistake"]
    await stage.until_due()


@on_stage
async def test_the_machine_is_woken_at_each_of_its_deadlines(stage: Stage) -> None:
    now = stage.loop.time()
    stage.machine.deadlines = [now + 0.02, now + 0.04]
    stage.driver.run(Output([], []))
    await stage.until_due(2)
    assert stage.loop.time() >= now + 0.04 - 0.002
    assert stage.driver._timer is None


@on_stage
async def test_a_deadline_that_comes_closer_is_kept(stage: Stage) -> None:
    stage.machine.deadlines = [stage.loop.time() + 3600]
    stage.driver.run(Output([], []))
    stage.machine.deadlines.insert(0, stage.loop.time() + 0.01)
    stage.driver.run(Output([], []))
    await stage.until_due()
    assert stage.driver._timer is not None, "armed for the other one"
    stage.driver.stop()


@on_stage
async def test_a_deadline_that_moves_away_is_not_served_early(stage: Stage) -> None:
    first = stage.loop.time() + 0.01
    stage.machine.deadlines = [first]
    stage.driver.run(Output([], []))
    stage.machine.deadlines = [first + 0.02]
    stage.driver.run(Output([], []))
    await stage.until_due()
    assert stage.done == ["due"], "it may have been woken once too early, which costs less than arming anew"
    assert stage.machine.woken[-1] >= first + 0.02


@on_stage
async def test_no_deadline_leaves_no_timer(stage: Stage) -> None:
    stage.machine.deadlines = [stage.loop.time() + 3600]
    stage.driver.run(Output([], []))
    stage.machine.deadlines = []
    stage.driver.run(Output([], []))
    assert stage.driver._timer is None


@on_stage
async def test_events_are_told_after_the_effects_of_their_step_and_before_those_of_the_next(
    stage: Stage,
) -> None:
    stage.on["told"] = lambda: stage.driver.run(Output(["c"], []))
    stage.driver.run(Output(["a", "b"], ["told", "told too"]))
    assert stage.done == ["a", "b", "told", "told too", "c"]


@on_stage
async def test_after_stop_the_machine_is_not_woken(stage: Stage) -> None:
    stage.machine.deadlines = [stage.loop.time() + 0.01]
    stage.driver.run(Output([], []))
    stage.driver.stop()
    await asyncio.sleep(0.03)
    assert stage.machine.woken == []
