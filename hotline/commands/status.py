"""`hotline status`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.server import ask_server
from hotline.terminal import say, say_json

EXAMPLE = "hotline status --site my-site --json"


def command(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Show what the running server is doing."""
    answer = ask_server(site, "status")
    if json:
        say_json(answer)
        return
    for line in status_lines(answer):
        say(line)


def status_lines(answer: dict[str, Any]) -> Iterator[str]:
    """Write a status answer for people; facts that this version does not know are shown as they are."""
    rest = dict(answer)
    yield f"hotline {rest.pop('version', '?')}, up {duration(float(rest.pop('uptime_s', 0)))}"
    for name, value in rest.items():
        yield f"  {name.replace('_', ' '):<14} {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return (
            ", ".join(f"{name.replace('_', ' ')} {_value(inner)}" for name, inner in value.items()) or "none"
        )
    if isinstance(value, list):
        return ", ".join(_value(inner) for inner in value) or "none"
    return str(value)


def duration(seconds: float) -> str:
    """Write a span of time with its two largest units, as in `3 h 12 min`."""
    whole = int(seconds)
    units = [("d", whole // 86400), ("h", whole // 3600 % 24), ("min", whole // 60 % 60), ("s", whole % 60)]
    while len(units) > 1 and units[0][1] == 0:
        units.pop(0)
    return " ".join(f"{count} {unit}" for unit, count in units[:2])
