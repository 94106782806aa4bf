"""`hotline console`: the process that `hotline serve` starts beside the switch; seldom needed by people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline.commands.options import SiteOption
from hotline.server.console_process import run_console

EXAMPLE = "hotline console --site my-site"


def command(
    site: SiteOption = Path("."),
    supervised: Annotated[bool, typer.Option("--supervised", help="End when standard input closes.")] = False,
) -> None:
    """Serve API and pages until stopped; `hotline serve` runs this by itself."""
    raise typer.Exit(run_console(site, supervised=supervised))
