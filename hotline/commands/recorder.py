"""`hotline recorder`: the process that `hotline serve` starts beside the switch; not for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline.commands.options import SiteOption
from hotline.server.recorder_process import record

EXAMPLE = "hotline recorder --site my-site"


def command(
    site: SiteOption = Path("."),
    supervised: Annotated[bool, typer.Option("--supervised", help="End when standard input closes.")] = False,
) -> None:
    """Take the journal into the database until it is stopped; `hotline serve` runs this by itself."""
    raise typer.Exit(record(site, supervised=supervised))
