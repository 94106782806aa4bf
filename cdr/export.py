"""Call records and figures as CSV (RFC 4180), safe to open in a spreadsheet.

Rows come in and lines go out one at a time, so that an export may be as long as the history is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any

from cdr.figures.counter import Row

# What a spreadsheet takes for the beginning of a formula; full-width signs too, since some fold them.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# These are what they look like: numbers of telephones, amounts.
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")

CALL_COLUMNS = (
    *("call", "direction", "outcome", "started", "answered", "ended", "caller", "dialled", "called"),
    *("number", "customer", "tier", "language", "queues", "agents", "flow", "path", "digits"),
    *("ring_s", "wait_s", "talk_s", "hold_s", "wrap_up_s", "ended_by", "reason", "ticket", "callback"),
    *("attempt", "score", "scale", "recordings"),
)
"""One row a call. Times with their zone, durations in seconds, several names with blanks between."""


def line(cells: Iterable[object]) -> str:
    """One line of CSV with its line end (RFC 4180: CRLF, quotes where they are needed).

    A text that a spreadsheet would take for a formula gets an apostrophe before it, by which people tell it
    that text is meant. None is an empty cell.
    """
    made = StringIO()
    csv.writer(made, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return made.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    if _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def call_cells(row: Mapping[str, Any], zone: tzinfo) -> list[object]:
    """The cells of one call, in the order of `CALL_COLUMNS`.

    Args:
        row: of `cdr.tables.CallRow`.
        zone: for its times.
    """
    body = row["body"]
    made: dict[str, object] = {
        "queues": _names(row["queues"]),
        "agents": _names(row["agents"]),
        "path": " ".join(f"{step['flow']}/{step['step']}" for step in body["steps"]),
        "digits": body["digits"],
        "recordings": " ".join(recording["file"] for recording in body["recordings"]),
        **{f"{name}_s": row[f"{name}_ms"] / 1000 for name in ("ring", "wait", "talk", "hold", "wrap_up")},
        **{name: _time(row[name], zone) for name in ("started", "answered", "ended")},
    }
    return [made[name] if name in made else row[name] for name in CALL_COLUMNS]


def figure_lines(kind: str, rows: Sequence[Row], zone: tzinfo) -> Iterator[str]:
    """A report as lines of CSV: one row for each queue or agent and interval, every figure a column.

    Args:
        kind: what a row is about, "queue" or "agent".
        rows: as `FigureCounter` gives them.
        zone: for the times.
    """
    flat = [_flat(row.figures) for row in rows]
    # Those that are several in one stay together, whichever row is the first to have one.
    parts: dict[str, set[str]] = {}
    for figures in flat:
        for name in figures:
            parts.setdefault(name.partition(".")[0], set()).add(name)
    names = [name for group in parts.values() for name in sorted(group)]
    yield line([kind, "start", "end", *names])
    for row, figures in zip(rows, flat, strict=True):
        times = (_time(row.start, zone), _time(row.end, zone))
        yield line([row.name, *times, *(figures.get(name) for name in names)])


def _flat(figures: Mapping[str, Any]) -> dict[str, object]:
    """Figures that are several in one get a column each, `breaks.lunch`."""
    flat: dict[str, object] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{part}": amount for part, amount in value.items()}
        else:
            flat[name] = value
    return flat


def _names(between_bars: str) -> str:
    return between_bars.strip("|").replace("|", " ")


def _time(at: float | None, zone: tzinfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat(timespec="milliseconds")
