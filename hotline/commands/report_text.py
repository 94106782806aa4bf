"""Figures as text for a terminal: tables with bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from rich.text import Text

from cdr.figures.counter import Row
from hotline.commands.reading import print_table
from hotline.terminal import say

BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉"
NOTE = "Each event is counted in the interval in which it happens: offered need not be handled + abandoned."
# What a level is shown in: good, fair, poor.
_GOOD, _FAIR = 0.8, 0.6

_LEVELS = {
    "service_level_asterisk": "Asterisk",
    "service_level_2_asterisk": "Asterisk 2",
    "service_level_connect": "Connect",
    "service_level_genesys": "Genesys",
    "service_level_genesys_without_short": "without short",
    "service_level_genesys_with_flow_outs": "with flow-outs",
}
_RATES = {
    "abandon_rate_connect": "Connect",
    "abandon_rate_genesys": "Genesys",
    "abandon_rate_google": "Google",
}


def bar(part: float, width: int = BAR) -> str:
    """A part of a whole (0..1) as a bar of characters."""
    eighths = round(min(1.0, max(0.0, part)) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def share(value: float | None, *, good: bool = True) -> Text:
    """A share with its bar, in colour; a dash for a share of nothing.

    Args:
        value: 0..1.
        good: whether more of it is better; else it is shown without judgement.
    """
    if value is None:
        return Text("-")
    style = "green" if value >= _GOOD else "yellow" if value >= _FAIR else "red"
    return Text(f"{bar(value)} {value:>4.0%}", style if good else "cyan")


def clock(seconds: float | None) -> str:
    """A duration as `4:05` or `1:04:05`; a dash for none."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def amount(value: float | None, most: float) -> Text:
    """A count with its bar beside the largest one."""
    number = value or 0
    return Text(f"{bar(number / most if most else 0)} {number:>4}", "cyan")


def score(figures: Mapping[str, Any]) -> str:
    """The mean of the customers' ratings, and of how many."""
    mean = figures["csat_mean"]
    return "-" if mean is None else f"{mean:.2f} ({figures['surveys_answered']})"


def when(row: Row, zone: tzinfo) -> str:
    """An interval."""
    start, end = (datetime.fromtimestamp(at, zone) for at in (row.start, row.end))
    days = "%Y-%m-%d" if (row.end - row.start) >= 82_800 else "%m-%d %H:%M"
    return f"{start:{days}}" if days == "%Y-%m-%d" else f"{start:{days}}-{end:%H:%M}"


def print_queues(rows: Sequence[Row], zone: tzinfo, *, by_interval: bool) -> None:
    """Queues, by interval or as a whole with a last row for all.

    Args:
        rows: as `FigureCounter` gives them.
        zone: for times.
        by_interval: whether a row is about an interval.
    """
    most = max((row.figures["offered"] for row in rows if row.name), default=0)
    first = ("time", "queue") if by_interval else ("queue",)
    columns = (
        *first,
        "offered",
        "handled",
        "abandoned",
        "service level",
        "ASA",
        "longest",
        "AHT",
        "callbacks",
        "CSAT",
    )
    table = []
    for row in rows:
        figures = row.figures
        short = f" ({figures['short_abandoned']} short)" if figures["short_abandoned"] else ""
        lead = (when(row, zone), row.name) if by_interval else (row.name or "all",)
        table.append(
            (
                *lead,
                amount(figures["offered"], most) if row.name else f"{'':{BAR}} {figures['offered']:>4}",
                str(figures["handled"]),
                f"{figures['abandoned']}{short}",
                share(figures["service_level_genesys_without_short"]),
                clock(figures["asa"]),
                clock(figures["longest_wait"]),
                clock(figures["aht"]),
                _callbacks(figures),
                score(figures),
            )
        )
    print_table(columns, table)


def _callbacks(figures: Mapping[str, Any]) -> str:
    asked, reached, done = (figures[f"callbacks_{name}"] for name in ("requested", "reached", "completed"))
    return f"{asked} asked, {reached} reached, {done} done" if asked or reached or done else "-"


def print_definitions(rows: Sequence[Row]) -> None:
    """Service level and abandon rate of each queue by every definition."""
    if not any(row.figures["offered"] for row in rows):
        return
    for title, names, good in (("Service level", _LEVELS, True), ("Abandon rate", _RATES, False)):
        say(f"{title}, by definition")
        table: list[Sequence[str | Text]] = [
            (row.name or "all", *(share(row.figures[name], good=good) for name in names)) for row in rows
        ]
        print_table(("queue", *names.values()), table)


def print_agents(rows: Sequence[Row], names: Mapping[str, str], zone: tzinfo, *, by_interval: bool) -> None:
    """Agents, by interval or as a whole with a last row for all; `names` by number."""
    first = ("time", "agent") if by_interval else ("agent",)
    columns = (
        *(*first, "name", "handled", "AHT", "talk", "hold", "wrap-up", "occupancy", "staffed", "break"),
        *("not answered", "transfers", "CSAT", "solved", "points"),
    )
    table = []
    for row in rows:
        figures = row.figures
        lead = (when(row, zone), row.name) if by_interval else (row.name or "all",)
        back = f" + {figures['callbacks']} back" if figures["callbacks"] else ""
        out = figures["transfers_out_internal"] + figures["transfers_out_external"]
        table.append(
            (
                *lead,
                names.get(row.name, ""),
                f"{figures['handled']}{back}",
                *(clock(figures[name]) for name in ("aht", "aht_talk", "aht_hold", "aht_wrap_up")),
                share(figures["occupancy"], good=False),
                clock(figures["staffed_time"]),
                clock(figures["non_productive_time"]),
                f"{figures['non_response_without_abandons']} of {figures['offers']}",
                f"{out} out, {figures['transfers_in']} in" if out or figures["transfers_in"] else "-",
                score(figures),
                str(figures["solved"]),
                str(figures["points"]),
            )
        )
    print_table(columns, table)


def print_calls(row: Row) -> None:
    """What all calls came to."""
    figures = row.figures
    say(f"{figures['calls']} calls came in, {figures['callbacks_made']} were made for callbacks.")
    if figures["flow_calls"]:
        say(
            f"Of {figures['flow_calls']} answered by a flow, {figures['contained']} ended there without an "
            f"agent and without a repeat call ({figures['containment']:.0%}), {figures['self_served']} of "
            f"them with nothing left to do ({figures['self_service']:.0%})."
        )
