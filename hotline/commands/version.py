"""`hotline version`."""

from __future__ import annotations

from hotline.commands.options import JsonOption
from hotline.terminal import say, say_json
from hotline.version import version_facts

EXAMPLE = "hotline version --json"


def command(json: JsonOption = False) -> None:
    """Show which version this is."""
    facts = version_facts()
    if json:
        say_json(facts)
        return
    platform = f"Python {facts['python']}, Twisted {facts['twisted']}, {facts['system']}"
    say(f"hotline {facts['hotline']} ({platform})")
