"""`hotline demo`."""

from __future__ import annotations

import typer

from hotline.demo import run

EXAMPLE = "hotline demo"


def command() -> None:
    """Start a server and hold a few calls with it."""
    raise typer.Exit(run())
