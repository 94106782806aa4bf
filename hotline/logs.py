"""Logs for people or machines, on standard error: structlog over the standard library's logging.

A record of a call carries the call's id (`call`): the task that runs a call binds it once
(`structlog.contextvars.bind_contextvars`), and the tasks that it starts inherit it. Numbers, digits and audio
appear at debug level only, credentials never: the code that logs sees to it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

import structlog
from twisted.python.log import PythonLoggingObserver

from hotline.terminal import harmless

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

# Libraries that report every socket, statement (with its values) or request.
_TALKATIVE = ("twisted", "asyncio", "aiosqlite", "alembic", "uvicorn", "sqlalchemy", "httpx", "httpcore")


def set_up_logs(level: str, style: str) -> None:
    """Configure all logging of the process.

    Args:
        level: debug, info, warning or error.
        style: "console" or "json".
    """
    shared: list[Processor] = [
        _add_call,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if style == "json":
        rendering += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        rendering.append(_make_harmless)
        # Not the pretty one: it takes a tenth of a second, in which nobody is heard, and shows variables.
        plain = structlog.dev.plain_traceback
        rendering.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=rendering))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(max(logging.WARNING, root.level))
    PythonLoggingObserver().start()


def _add_call(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Add what the task has bound. A timer or a thread that a call's task set going works for others, too."""
    try:
        in_task = asyncio.current_task() is not None
    except RuntimeError:
        in_task = False
    return structlog.contextvars.merge_contextvars(logger, method, event) if in_task else event


def _make_harmless(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Let nothing that a stranger wrote move the cursor, or begin a line of its own."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable() and name not in ("exception", "stack"):
            event[name] = harmless(value)
    return event
