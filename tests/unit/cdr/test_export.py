"""CSV: every field comes back, and no spreadsheet finds a formula in what a caller sent."""

from __future__ import annotations

import csv
from datetime import UTC
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.calls.rows import to_row
from cdr.export import CALL_COLUMNS, call_cells, figure_lines, line
from cdr.figures.counter import Row
from tests.unit.cdr.story import ME, through_a_queue


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_text_comes_back_and_never_begins_a_formula(cells: list[str]) -> None:
    written = line(cells)
    assert written.endswith("\r\n")
    [read] = csv.reader(StringIO(written, newline=""), strict=True)
    for cell, found in zip(cells, read, strict=True):
        assert found.removeprefix("'") == cell.removeprefix("'")
        assert not found.startswith(("=", "@", "\t", "\r", "＝"))
        assert not found.startswith(("+", "-")) or found[1:].replace(".", "", 1).isdigit()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t=1"),
        ("+8613800138000", "+8613800138000"),
        (-5, "-5"),
        (None, ""),
        ("您好", "您好"),
    ],
)
def test_what_looks_like_a_formula_is_text(cell: object, written: str) -> None:
    assert line([cell, "x"]) == f"{written},x\r\n"


def test_quotes_commas_and_lines_are_quoted() -> None:
    assert line(['say "hi"', "a,b", "two\nlines"]) == '"say ""hi""","a,b","two\nlines"\r\n'


def test_a_call_is_one_row_with_a_cell_for_each_column() -> None:
    row = to_row(through_a_queue().at(60).ends(ME, "remote").over("remote").record())
    cells = dict(zip(CALL_COLUMNS, call_cells(row, ZoneInfo("Asia/Shanghai")), strict=True))
    assert cells["started"] == "1970-01-01T08:00:00.000+08:00"
    assert (cells["wait_s"], cells["talk_s"], cells["path"]) == (10.0, 45.0, "welcome/menu")
    assert (cells["queues"], cells["agents"], cells["digits"]) == ("support", "1001", "•")


def test_figures_that_are_several_in_one_get_a_column_each() -> None:
    rows = [
        Row("1001", 0.0, 3600.0, {"breaks": {"lunch": 5.0}, "points": 2}, {}),
        Row("1002", 0.0, 3600.0, {"breaks": {"coffee": 1.5, "lunch": 2.0}, "points": None}, {}),
    ]
    table = [row.split(",") for row in "".join(figure_lines("agent", rows, UTC)).splitlines()]
    assert table[0] == ["agent", "start", "end", "breaks.coffee", "breaks.lunch", "points"]
    assert table[1][0] == "1001"
    assert [row[3:] for row in table[1:]] == [["", "5.0", "2"], ["1.5", "2.0", ""]]
