"""`hotline init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.exit_codes import ExitCode
from config.new_site import FolderNotEmpty, write_starter_site
from hotline.terminal import complain, say

EXAMPLE = "hotline init my-site"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Write into a folder that is not empty, replacing files of the same name."
        ),
    ] = False,
) -> None:
    """Write a starter site with fresh random passwords."""
    try:
        written = write_starter_site(folder, force=force)
    except FolderNotEmpty:
        complain(f"{folder} is not empty. Name another folder, or add --force to write into it all the same.")
        raise typer.Exit(ExitCode.FAILED) from None
    except OSError as error:
        complain(f"{folder} cannot be written: {error.strerror}.")
        raise typer.Exit(ExitCode.FAILED) from None
    say(f"Wrote a starter site into {folder}:")
    for path in written:
        say(f"  {path}")
    say()
    say("Agents 1001 to 1003 have phones with random passwords (agents.yaml).")
    say("Dial 4900 to hear yourself, 4901 for a prompt, 4902 to record and listen.")
    say()
    say(f"Next: hotline serve --site {folder}")
