"""Times as people write them on the command line: `--from yesterday --to 12:30`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, TypeAlias

import typer

FORMS = "today, yesterday, now, 12:30, 2026-11-22, 2026-11-22T12:30, -30m, -2h, -7d"

FromOption: TypeAlias = Annotated[
    str, typer.Option("--from", metavar="TIME", help=f"Since when: {FORMS}.", show_default=True)
]
ToOption: TypeAlias = Annotated[
    str, typer.Option("--to", metavar="TIME", help="Until when, in the same forms.", show_default=True)
]

_AGO = re.compile(r"-(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_time(text: str, now: float, zone: tzinfo) -> float:
    """A time in Unix seconds.

    Args:
        text: in one of the `FORMS`; a date alone is its midnight.
        now: Unix seconds.
        zone: the site's.

    Raises:
        typer.BadParameter: it is none.
    """
    here = datetime.fromtimestamp(now, zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    text = text.strip()
    match text:
        case "now":
            return now
        case "today":
            return midnight.timestamp()
        case "yesterday":
            return (midnight.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=zone).timestamp()
    if found := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()
    if found := _CLOCK.fullmatch(text):
        return midnight.replace(hour=int(found[1]), minute=int(found[2])).timestamp()
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; times are {FORMS}") from None
    return (written if written.tzinfo is not None else written.replace(tzinfo=zone)).timestamp()


def read_times(start: str, end: str, now: float, zone: tzinfo) -> tuple[float, float]:
    """A time from one moment to another.

    Raises:
        typer.BadParameter: one of them is no time, or the end is not after the beginning.
    """
    first, last = read_time(start, now, zone), read_time(end, now, zone)
    if first >= last:
        raise typer.BadParameter("--to has to be after --from")
    return first, last
