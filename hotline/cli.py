"""The command `hotline`: finds the requested command, and turns errors into exit codes.

Only that command's file is imported, with what it needs; the others are known by name and one line of help,
so that `hotline version` does not wait for a media engine.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from config import SiteError
from config.exit_codes import ExitCode
from hotline.terminal import complain_about_site

# Name and first line of help; tests/unit/hotline/commands/test_cli.py holds the lines to the files.
COMMANDS = {
    "init": "Write a starter site with fresh random passwords.",
    "serve": "Run the server until it is stopped (Ctrl-C or SIGTERM).",
    "status": "Show what the running server is doing.",
    "reload": "Load the site's changed files into the running server; calls in progress keep the old ones.",
    "phone": "Call, answer, speak and press keys like a telephone.",
    "demo": "Play a whole call: a customer leaves a problem with the bot, an agent calls back.",
    "flows": "Check, try and draw the voice flows of a site.",
    "models": "List, download and check speech models.",
    "tickets": "Show tickets, and work on them.",
    "callbacks": "List callbacks, and work on them.",
    "customers": "Import and list customers.",
    "calls": "Show calls, and export them as CSV.",
    "trace": "Draw a call's SIP messages and sum up its sound, or write them as pcap.",
    "queues": "Queues: who is waiting now, and today's figures.",
    "agents": "Agents: current states, and today's figures.",
    "outbound": "Say whether a number outside may be dialled, and by which rule.",
    "alarms": "What is wrong, and whether telling it works.",
    "bans": "Addresses that are banned for guessing passwords.",
    "report": "Figures of queues and agents.",
    "records": "Verify call records against the events, or rebuild them.",
    "token": "Create, list and revoke tokens for the console and its API.",
    "version": "Show which version this is.",
}
# Processes that `hotline serve` starts.
HIDDEN = frozenset({"console", "recorder"})
_HELP = "A telephony and IVR call-centre server."
_EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 mistakes in the site, "
    "4 no server answers, 5 address taken. Example: hotline init my-site"
)


def build(wanted: str | None) -> typer.Typer:
    """Make the application, with the command `wanted` in full and the others by name."""
    app = typer.Typer(
        name="hotline",
        help=_HELP,
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_accept_no_options)
    for name, line in COMMANDS.items():
        if name == wanted:
            module = import_module(f"hotline.commands.{name}")
            example = f"Example: {module.EXAMPLE}"
            if hasattr(module, "app"):
                app.add_typer(module.app, name=name, epilog=example)
            else:
                app.command(name, epilog=example)(module.command)
        else:
            app.command(name, help=line)(_named_only)
    if wanted in HIDDEN:
        app.command(wanted, hidden=True)(import_module(f"hotline.commands.{wanted}").command)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; leaves with an `ExitCode`."""
    # Whatever is written is private: numbers, words and voices of callers, passwords of phones.
    os.umask(0o077)
    given = sys.argv[1:] if arguments is None else list(arguments)
    wanted = next((word for word in given if not word.startswith("-")), None)
    if arguments is None:
        # What is imported stays until the end: looking through it for garbage, again and again while it comes
        # and once more at the end, takes a quarter of the start.
        gc.disable()
    application = build(wanted)
    if arguments is None:
        gc.freeze()
        gc.enable()
    try:
        application(args=given, prog_name="hotline")
    except SiteError as error:
        complain_about_site(error)
        sys.exit(ExitCode.SITE)


def _accept_no_options() -> None:
    """Stand above the commands, so that there are commands even when only one is built in full."""


def _named_only() -> None:
    """Stand for a command that was not requested; its help line is given when it is added."""
