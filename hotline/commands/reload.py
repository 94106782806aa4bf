"""`hotline reload`."""

from __future__ import annotations

from pathlib import Path

import typer

from config.exit_codes import ExitCode
from control.client import BadAnswer, NotRunning, ask
from hotline.commands.options import JsonOption, SiteOption
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline reload --site my-site"
PATIENCE = 60.0


def command(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Take the site's changed files into the running server; calls going on keep the old ones."""
    try:
        answer = ask(site, "reload", timeout=PATIENCE)
    except NotRunning as error:
        complain(str(error))
        raise typer.Exit(ExitCode.UNREACHABLE) from None
    except BadAnswer as error:
        complain(str(error))
        raise typer.Exit(ExitCode.FAILED) from None
    problems = answer.get("problems", [])
    if json:
        say_json(answer)
    elif problems:
        for problem in problems:
            complain(problem)
        complain(f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}: nothing was changed.")
    else:
        say(f"reloaded: flows {answer.get('flows', '')}, for calls from now on")
        for setting in answer.get("restart", []):
            say(f"  {setting} changed: takes effect when the server is started anew")
    if problems:
        raise typer.Exit(ExitCode.SITE)
