"""The clock of flows and prompts shows the site's time, whatever the machine's time zone is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import load_site
from config.exit_codes import ExitCode
from hotline.cli import main
from hotline.server.serve import warn_of_unknown_zone
from hotline.server.speech import SpeechService
from telephony.media.prompts import PromptStore
from tests.unit.ivr_flows.sites import write_site

SAYS_WHEN = """\
    steps:
      hours:
        hours: {open: {daily: "09:00-17:00"}, if_open: open}
      closed:
        say: "Closed at {now}, back at {hours.opens}."
      wait:
        voicemail: {say: Speak., otherwise: later}
      later:
        say: "Now it is {now}."
      end:
        hangup:
      open:
        say: "Open at {now}."
      over:
        hangup:
"""


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in each of three zones."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_zone")
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_calls_are_given_the_sites_clock(tmp_path: Path, zone: str) -> None:
    async def clock() -> datetime:
        site = load_site(write_site(tmp_path / "site", {}, f"timezone: {zone}\n"), {})
        service = SpeechService(site, ())
        speech = service.for_plan(site, PromptStore(site.root / "prompts", tmp_path / "cache"))
        await service.close()
        return speech.now()

    before = datetime.now(UTC)
    now = asyncio.run(clock())
    assert now.tzinfo == ZoneInfo(zone)
    assert before <= now <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("zone", "settings", "warned"),
    [("Nowhere/Land", "", True), ("Nowhere/Land", "timezone: Asia/Seoul\n", False), ("CST-8", "", False)],
)
def test_a_machine_whose_zone_is_not_known_is_warned_of_at_the_start(
    zone: str,
    settings: str,
    warned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("TZ", zone)
    warn_of_unknown_zone(load_site(write_site(tmp_path / "site", {}, settings), {}))
    assert ("times are UTC" in caplog.text) is warned


def tried(tmp_path: Path, capsys: pytest.CaptureFixture[str], at: str, *inputs: str, zone: str) -> list[str]:
    """What a caller at that time is told."""
    site = write_site(tmp_path / "site", {"main": SAYS_WHEN}, f"timezone: {zone}\n")
    with pytest.raises(SystemExit) as left:
        main(["flows", "try", "main", *inputs, "--at", at, "--site", str(site)])
    assert left.value.code == ExitCode.OK
    lines = (line.strip() for line in capsys.readouterr().out.splitlines())
    return [line.strip('"') for line in lines if line.startswith('"') and line != '"Speak."']


@pytest.mark.usefixtures("machine_zone")
@pytest.mark.parametrize(
    ("zone", "at", "told"),
    [
        ("Asia/Shanghai", "2026-12-01 09:00", "Open at 2026-12-01T09:00:00+08:00."),
        ("Asia/Shanghai", "2026-12-01T01:00+00:00", "Open at 2026-12-01T09:00:00+08:00."),
        ("Asia/Shanghai", "2026-12-01T09:00Z", "Closed at 2026-12-01T17:00:00+08:00"),
        ("America/New_York", "2026-03-07 12:00", "Open at 2026-03-07T12:00:00-05:00."),
        ("America/New_York", "2026-03-08 09:00", "Open at 2026-03-08T09:00:00-04:00."),
        ("America/New_York", "2026-03-08T13:00Z", "Open at 2026-03-08T09:00:00-04:00."),
        ("America/New_York", "2026-11-01T13:59Z", "Closed at 2026-11-01T08:59:00-05:00"),
        ("America/New_York", "2026-11-01T14:00Z", "Open at 2026-11-01T09:00:00-05:00."),
    ],
)
def test_a_trial_call_comes_at_the_sites_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], zone: str, at: str, told: str
) -> None:
    assert tried(tmp_path, capsys, at, zone=zone)[0].startswith(told)


@pytest.mark.usefixtures("machine_zone")
@pytest.mark.parametrize(
    ("at", "told", "later"),
    [
        (
            "2026-03-08 01:59:55",
            "Closed at 2026-03-08T01:59:55-05:00, back at 2026-03-08T09:00-04:00.",
            "2026-03-08T03:00:",
        ),
        (
            "2026-11-01 01:59:55",
            "Closed at 2026-11-01T01:59:55-04:00, back at 2026-11-01T09:00-05:00.",
            "2026-11-01T01:00:",
        ),
    ],
)
def test_the_clocks_change_during_a_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: str, told: str, later: str
) -> None:
    lines = tried(tmp_path, capsys, at, '"my line is dead again"', zone="America/New_York")
    assert lines[0] == told
    assert lines[-1].startswith(f"Now it is {later}")
