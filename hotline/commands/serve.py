"""`hotline serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline.commands.options import SiteOption
from hotline.server.serve import ServeOptions, serve

EXAMPLE = "hotline serve --site my-site --sip 127.0.0.1:5070"


def command(
    site: SiteOption = Path("."),
    sip: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen here for SIP, instead of sip.listen.")
    ] = None,
    http: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen here for HTTP, instead of http.listen.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Log at debug; shows numbers and keys that callers press.")
    ] = False,
) -> None:
    """Run the server until it is stopped (Ctrl-C or SIGTERM)."""
    raise typer.Exit(serve(ServeOptions(site, sip, http, verbose)))
