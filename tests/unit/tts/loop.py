"""Tests that wait: each runs on an event loop of its own, the one that the switch uses."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

import uvloop

P = ParamSpec("P")


def on_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Run a coroutine as a test; what goes wrong in a callback or is never looked at fails it, too."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        failures: list[dict[str, Any]] = []

        async def main() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
            await test(*args, **kwargs)

        uvloop.run(main())
        assert not failures, failures

    return run
