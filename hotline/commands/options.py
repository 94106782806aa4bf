"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

SiteOption: TypeAlias = Annotated[
    Path, typer.Option("--site", envvar="HOTLINE_SITE", metavar="DIR", help="The site's folder.")
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
SupervisedOption: TypeAlias = Annotated[
    bool, typer.Option("--supervised", help="End when standard input closes.")
]
