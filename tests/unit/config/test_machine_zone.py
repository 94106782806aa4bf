"""The machine's time zone: the same clock as the C library's, however TZ names it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest

from config import machine_zone as module
from config.machine_zone import machine_zone

ZONES = next((Path(folder) for folder in TZPATH if (Path(folder) / "Asia/Kolkata").exists()), None)


@pytest.fixture(autouse=True)
def clock_of_the_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "CST-8",
        "JST-9",
        "<+0530>-5:30",
        "EST5EDT,M3.2.0,M11.1.0",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "EST5EDT",
        "UTC0",
        "",
        "Asia/Kolkata",
        ":Asia/Kolkata",
        ":/etc/localtime",
        "{zones}/Asia/Kolkata",
        ":{zones}/America/New_York",
    ],
)
def test_a_tz_is_read_as_the_c_library_reads_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if ZONES is None or not module.LOCALTIME.exists():
        pytest.skip("the system has no files of time zones")
    monkeypatch.setenv("TZ", text.format(zones=ZONES))
    time.tzset()
    zone = machine_zone()
    assert zone is not None
    for moment in range(1_767_225_600, 1_830_297_600, 4 * 3600 - 600):  # 2026 and 2027
        ours = datetime.fromtimestamp(moment, zone)
        assert ours.strftime("%F %T %z") == time.strftime("%F %T %z", time.localtime(moment))
        assert ours.astimezone(UTC).timestamp() == moment


@pytest.mark.parametrize(
    "text", ["Nowhere/Land", "/nowhere", "CST-8,never", "../../etc/passwd", "ä-8", __file__]
)
def test_a_tz_that_names_no_zone_is_not_known(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", text)
    assert machine_zone() is None


def test_summer_time_without_its_days_has_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST")
    names = [datetime(2026, month, 15, tzinfo=machine_zone()).tzname() for month in (1, 6, 12)]
    assert names == ["CET", "CEST", "CET"]


def test_without_tz_it_is_the_systems_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    localtime, name = tmp_path / "localtime", tmp_path / "timezone"
    monkeypatch.setattr(module, "LOCALTIME", localtime)
    monkeypatch.setattr(module, "NAME_FILE", name)
    assert machine_zone() is None
    name.write_text("Asia/Seoul\n")
    assert machine_zone() == ZoneInfo("Asia/Seoul")
    localtime.symlink_to("/usr/share/zoneinfo/Asia/Kolkata")
    assert machine_zone() == ZoneInfo("Asia/Kolkata")
    if ZONES is not None:
        localtime.unlink()
        localtime.write_bytes((ZONES / "Asia/Tokyo").read_bytes())  # a copy says no name
        zone = machine_zone()
        assert datetime(2026, 1, 1, tzinfo=zone).tzname() == "JST"
