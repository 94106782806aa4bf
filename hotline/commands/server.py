"""Shared by commands that ask the running server: its answer, or one sentence and an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import typer

from config import control_socket
from config.exit_codes import ExitCode
from control.client import BadAnswer, NoAnswer, NotRunning, Refused, ask
from hotline.terminal import complain


def fail(text: str, code: ExitCode = ExitCode.FAILED) -> NoReturn:
    """End the command with one sentence."""
    complain(text)
    raise typer.Exit(code)


def ask_server(
    site: Path, command: str, *, timeout: float = 5.0, hint: str = "", **arguments: Any
) -> dict[str, Any]:
    """Ask the running server of the site in `site`.

    Args:
        site: the site's folder.
        command: what to ask for, such as "status".
        timeout: seconds for the request and its answer.
        hint: a further sentence for the user when no server runs.
        arguments: what the command takes.

    Raises:
        typer.Exit: no server runs, or it refuses; it was said why.
    """
    try:
        return ask(site, command, timeout=timeout, **arguments)
    except NotRunning as error:
        if isinstance(error, NoAnswer):
            complain(f"The server of {site} did not answer within ({timeout:g} s).")
        else:
            complain(f"No server runs for {site}: nothing listens on {control_socket(site)}.")
        if hint:
            complain(hint)
        raise typer.Exit(ExitCode.UNREACHABLE) from None
    except BadAnswer as error:
        fail(str(error))
    except Refused as error:
        fail(f"Not done: {error}.")
