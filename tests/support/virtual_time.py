"""An event loop whose time jumps to the next timer: an hour on hold takes a millisecond.

Only for code that gets its time from the loop and does no input or output: nothing real can be waited for.
What would run in another thread runs at once.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import selectors
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from tests.support.garbage import own_garbage

EPOCH = 1_700_000_000.0
"""The Unix time at which a virtual loop begins."""

T = TypeVar("T")
P = ParamSpec("P")


class Stuck(AssertionError):
    """Everything waits, and no timer will ever wake it."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that begins at 0 seconds and moves on only when nothing is left to do."""

    def __init__(self) -> None:
        self._now = 0.0
        self._idle: list[asyncio.Future[None]] = []
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Virtual seconds since the loop began."""
        return self._now

    def unix(self) -> float:
        """Virtual Unix time, in seconds."""
        return EPOCH + self._now

    async def settle(self) -> None:
        """Let everything happen that needs no time to pass."""
        idle = self.create_future()
        self._idle.append(idle)
        await idle

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Run `func` now, in this thread."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def jump(self, seconds: float | None) -> None:
        """Nothing is ready: wake who waits for that, else move to the next timer, `seconds` from now."""
        idle, self._idle = [future for future in self._idle if not future.done()], []
        for future in idle:
            future.set_result(None)
        if not idle:
            if seconds is None:
                raise Stuck("everything waits, and no timer is set")
            self._now += seconds


class _Jumping(selectors.DefaultSelector):
    """A selector that never waits."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and (timeout is None or timeout > 0):
            self._loop.jump(timeout)
        return ready


def running() -> VirtualLoop:
    """The loop of the test that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


async def settle() -> None:
    """Let everything happen that needs no time to pass."""
    await running().settle()


def virtual_time(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Run an async test in virtual time; afterwards no task may be left, and no exception unseen."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        faults: list[Mapping[str, Any]] = []
        with own_garbage(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.get_loop().set_exception_handler(lambda _, fault: faults.append(fault))
            runner.run(_played(test(*args, **kwargs)))
        assert not faults, faults

    return run


async def _played(story: Awaitable[None]) -> None:
    await story
    await settle()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left
    del story
    gc.collect()  # an exception that nobody retrieved shows now
    await settle()
