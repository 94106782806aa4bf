"""A call's record as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from cdr.calls.record import OUTCOMES
from hotline.commands.report_text import bar, clock

WIDTH = 40
# Seconds; shorter ones are only how things are switched.
SHORTEST = 0.1


def call_lines(row: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    """The whole record: who, how long, what happened when, legs with their quality, path, what came of it.

    Args:
        row: of `cdr.tables.CallRow`.
        zone: for times.
    """
    body = row["body"]
    yield f"Call {row['call']}: {OUTCOMES.get(row['outcome'], row['outcome'])}"
    facts = {
        "direction": row["direction"] + (f" ({row['source']})" if row["source"] else ""),
        "caller": row["caller"] or ("withheld" if row["direction"] != "callback" else ""),
        "dialled": row["dialled"],
        "diverted": f"from {body['original_called']}" if body.get("original_called") else "",
        "called": row["called"] if row["called"] != row["dialled"] else "",
        "customer": " ".join(part for part in (row["customer"], row["tier"].replace("_", " ")) if part),
        "language": row["language"],
        "began": _moment(row["started"], zone),
        "answered": _moment(row["answered"], zone),
        "ended": _ended(row, zone),
        "times": _times(row),
        "queues": row["queues"].strip("|").replace("|", ", "),
        "agents": row["agents"].strip("|").replace("|", ", "),
        "keys": body["digits"],
        "ticket": ", ".join(body["tickets"]) or row["ticket"],
        "callback": row["callback"] + (f", attempt {row['attempt']}" if row["attempt"] else ""),
        "rating": _rating(row),
    }
    for name, value in facts.items():
        if value:
            yield f"  {name:<10} {value}"
    yield from _section("What happened", _segments(body["segments"]))
    yield from _section("Agents", _contacts(body["contacts"]))
    yield from _section("Offers", _offers(body["offers"]))
    yield from _section("Transfers", _transfers(body["transfers"]))
    yield from _section("Path", _steps(body["steps"], row["started"]))
    yield from _section("Legs", _legs(body["legs"]))
    yield from _section("Recordings", _recordings(body["recordings"]))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, *(f"  {line}" for line in found))


def _moment(at: float | None, zone: tzinfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _ended(row: Mapping[str, Any], zone: tzinfo) -> str:
    if row["ended"] is None:
        return "in progress"
    by = f", by the {row['ended_by']}" if row["ended_by"] else ""
    return f"{_moment(row['ended'], zone)}{by}" + (f" ({row['reason']})" if row["reason"] else "")


def _times(row: Mapping[str, Any]) -> str:
    names = {"ring": "ring", "wait": "wait", "talk": "talk", "hold": "hold", "wrap_up": "wrap-up"}
    spent = {text: row[f"{name}_ms"] for name, text in names.items()}
    return ", ".join(f"{text} {clock(ms / 1000)}" for text, ms in spent.items() if ms)


def _rating(row: Mapping[str, Any]) -> str:
    if row["score"] is not None:
        return f"{row['score']} of {row['scale']}"
    return "asked, no answer" if row["body"]["survey_offered"] else ""


def _segments(segments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line each, with a bar that stands where the segment lies in the call."""
    if not segments:
        return
    start, whole = segments[0]["start"], segments[-1]["end"] - segments[0]["start"]
    for segment in (each for each in segments if each["end"] - each["start"] >= SHORTEST):
        length = segment["end"] - segment["start"]
        before = round((segment["start"] - start) / whole * WIDTH) if whole else 0
        piece = bar(length / whole if whole else 0.0, WIDTH).strip() or "▏"
        who = segment["agent"] or segment["queue"]
        what = f"{segment['kind']} {who}".strip()
        shown = (" " * before + piece)[:WIDTH].ljust(WIDTH)
        yield f"{clock(segment['start'] - start):>7}  {shown}  {what:<20} {clock(length):>7}"


def _contacts(contacts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in contacts:
        parts = [
            f"talk {clock(each['talk_ms'] / 1000)}",
            f"hold {clock(each['hold_ms'] / 1000)} ({each['holds']}x)" if each["holds"] else "",
            f"wrap-up {clock(each['wrap_up_ms'] / 1000)}" if each["wrap_up_ms"] else "",
            f"from {each['queue']}" if each["queue"] else "",
        ]
        yield f"{each['agent']}: " + ", ".join(part for part in parts if part)


def _offers(offers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for offer in offers:
        outcome = (offer["outcome"] or "rings").replace("_", " ")
        yield f"{offer['agent']}: {outcome} after {clock(offer['ring_ms'] / 1000)}"


def _transfers(transfers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in transfers:
        to = each["to_agent"] or each["queue"] or each["target"]
        yield f"{each['agent']} to {to}: " + (
            "done" if each["status"] < 300 else f"failed ({each['status']})"
        )


def _steps(steps: Sequence[Mapping[str, Any]], start: float) -> Iterator[str]:
    for step in steps:
        keys = f"  keys {step['digits']}" if step["digits"] else ""
        yield f"{clock(step['at'] - start):>7}  {step['flow']}/{step['step']} ({step['verb']}){keys}"


def _legs(legs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for leg in legs:
        who = " ".join(part for part in (leg["role"], leg["agent"] or leg["target"]) if part)
        end = leg["reason"] or leg["by"]
        status = f" {leg['status']}" if leg["status"] else ""
        sound = f"{leg['codec'] or 'no sound':<9} {_quality(leg['quality'])}"
        yield f"{who:<22} {sound}  ended{status}: {end or '-'}"


def _quality(quality: Mapping[str, Any]) -> str:
    """The figures that people ask for first."""
    parts = []
    if isinstance(quality.get("mos"), int | float):
        parts.append(f"MOS {quality['mos']:.1f}")
    received, lost = quality.get("packets_received"), quality.get("lost")
    if isinstance(received, int) and isinstance(lost, int) and received + lost > 0:
        parts.append(f"lost {max(0, lost) / (received + lost):.1%}")
    for name, text in (("jitter_ms", "jitter"), ("rtt_ms", "round trip")):
        if isinstance(quality.get(name), int | float):
            parts.append(f"{text} {quality[name]:.0f} ms")
    return ", ".join(parts) or "-"


def _recordings(recordings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in recordings:
        length = f"  {clock(each['recorded_ms'] / 1000)}" if each["recorded_ms"] else ""
        yield f"{each['file']}{length}"
