"""Results as tables in Markdown: by language, half of the voices, provider and engine; two runs side by side.

A figure counts what applies: a number only where a ticket with one was wanted, a wish only where there was
one. `-` stands where nothing applies.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.evaluation.caller import role_of
from bench.evaluation.score import Result

_REQUIRED = ("problem", "callback_number", "callback_time")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    def __str__(self) -> str:
        return f"{self.hits}/{self.of} ({self.hits / self.of:.0%})" if self.of else "-"


def read(path: Path) -> list[Result]:
    """The results of a run; a call that was played twice counts with its last result."""
    lines = path.read_text("utf-8").splitlines()
    results = [Result.from_plain(json.loads(line)) for line in lines if line.strip()]
    return list({(one.call, one.provider, one.engine): one for one in results}.values())


def table(results: Sequence[Result]) -> str:
    """One run: a row a figure, a column a group of calls."""
    groups = _groups(results)
    head = ["what", *(f"{group} ({len(calls)})" for group, calls in groups.items())]
    rows = [[name, *(figure(calls) for calls in groups.values())] for name, figure in FIGURES.items()]
    return _markdown(head, rows)


def compared(before: Sequence[Result], after: Sequence[Result]) -> str:
    """Two runs over the calls that both have, by language and half: before, then after."""
    both = {one.call for one in before} & {one.call for one in after}
    old = _groups([one for one in before if one.call in both], named=False)
    new = _groups([one for one in after if one.call in both], named=False)
    names = [name for name in old if name in new]
    head = ["what", *(f"{name} ({len(new[name])}): before → after" for name in names)]
    rows = [
        [what, *(f"{figure(old[name])} → {figure(new[name])}" for name in names)]
        for what, figure in FIGURES.items()
    ]
    return _markdown(head, rows)


def _groups(results: Sequence[Result], *, named: bool = True) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for one in results:
        by = f"{one.provider} {one.engine}".strip() if named else ""
        found.setdefault(" ".join(filter(None, (one.language, one.half, by))), []).append(one)
    return found


def _slot(name: str) -> Callable[[Sequence[Result]], str]:
    def figure(results: Sequence[Result]) -> str:
        filed = [one.slots[name] for one in results if name in one.slots]
        return str(Share(sum(slot.right for slot in filed), len(filed)))

    return figure


def _facts(results: Sequence[Result]) -> str:
    filed = [one.slots["problem"] for one in results if "problem" in one.slots]
    return str(Share(sum(slot.found for slot in filed), sum(slot.of for slot in filed)))


def _required(results: Sequence[Result]) -> str:
    slots = [one.slots[name] for one in results for name in _REQUIRED if name in one.slots]
    return str(Share(sum(slot.right for slot in slots), len(slots)))


def _number_when_confirmed(results: Sequence[Result]) -> str:
    filed = [one.slots["callback_number"] for one in results if "callback_number" in one.slots]
    sure = [slot for slot in filed if slot.confirmed]
    return str(Share(sum(slot.right for slot in sure), len(sure)))


def _number_said(results: Sequence[Result]) -> str:
    said = [
        one
        for one in results
        if "callback_number" in one.slots and any(role_of(turn[0]) == "number" for turn in one.talk)
    ]
    return str(Share(sum(one.slots["callback_number"].right for one in said), len(said)))


def _short_first(results: Sequence[Result]) -> str:
    first = [short for one in results for short in one.short if short.attempt == 1]
    return str(Share(sum(short.right for short in first), len(first)))


def _short_wrong(results: Sequence[Result]) -> str:
    short = [short for one in results for short in one.short]
    return str(Share(sum(one.wrong for one in short), len(short)))


def _category(results: Sequence[Result]) -> str:
    wanted = [one for one in results if one.category_wanted]
    return str(Share(sum(one.category == one.category_wanted for one in wanted), len(wanted)))


def _wishes(results: Sequence[Result]) -> str:
    wished = [one for one in results if one.wish]
    return str(Share(sum(one.honoured for one in wished), len(wished)))


def _taken(results: Sequence[Result]) -> str:
    return str(Share(sum(one.taken_for_wish for one in results), sum(one.others for one in results)))


def _seconds(results: Sequence[Result]) -> str:
    seconds = [one.seconds for one in results if one.seconds is not None]
    return f"{statistics.median(seconds):.0f} s" if seconds else "-"


def _mean(value: Callable[[Result], int]) -> Callable[[Sequence[Result]], str]:
    def figure(results: Sequence[Result]) -> str:
        whole = [value(one) for one in results if not one.wish]
        return f"{statistics.mean(whole):.1f}" if whole else "-"

    return figure


def _count(holds: Callable[[Result], bool]) -> Callable[[Sequence[Result]], str]:
    return lambda results: str(sum(map(holds, results)))


FIGURES: Mapping[str, Callable[[Sequence[Result]], str]] = {
    "required slots right in the ticket": _required,
    "callback number right": _slot("callback_number"),
    "callback number right where it was asked for": _number_said,
    "callback number right where it is confirmed": _number_when_confirmed,
    "problem with all its facts": _slot("problem"),
    "facts of the problem": _facts,
    "time right": _slot("callback_time"),
    "name right, where asked": _slot("name"),
    "product right, where asked": _slot("product"),
    "category right": _category,
    "yes and no right at the first try": _short_first,
    "yes and no taken for the opposite": _short_wrong,
    "wishes for a person honoured": _wishes,
    "other answers taken for a wish": _taken,
    "put through because nothing was understood": _count(lambda one: one.given_up),
    "questions a call": _mean(lambda one: one.turns),
    "re-asks a call": _mean(lambda one: one.reasks),
    "median from the answer to a confirmed ticket": _seconds,
    "tickets lost": _count(lambda one: not one.ticket),
    "calls that failed": _count(lambda one: bool(one.failure)),
}


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
