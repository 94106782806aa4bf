"""`hotline reload`."""

from __future__ import annotations

from pathlib import Path

import typer

from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.server import ask_server
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline reload --site my-site"
PATIENCE = 60.0


def command(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Load the site's changed files into the running server; calls in progress keep the old ones."""
    answer = ask_server(site, "reload", timeout=PATIENCE)
    problems = answer.get("problems", [])
    if json:
        say_json(answer)
    elif problems:
        for problem in problems:
            complain(problem)
        complain(f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}: nothing was changed.")
    else:
        say(f"reloaded: flows {answer.get('flows', '')}, for calls from now on")
        if answer.get("changed"):
            say(f"  changed: {', '.join(answer['changed'])}")
        for setting in answer.get("restart", []):
            say(f"  {setting} changed: takes effect when the server is restarted")
    if problems:
        raise typer.Exit(ExitCode.SITE)
