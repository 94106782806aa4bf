"""The journal: every event in order, in memory and as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

from hotline.journal import KEPT_EVENTS, Journal
from telephony.call.events import CallEnded, DigitReceived


def test_events_are_on_disk_in_order_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "run" / "journal.jsonl"
    journal = Journal(path)
    for number in range(5000):
        journal.append(DigitReceived(float(number), "call", "leg", str(number % 10)))
    journal.append(CallEnded(5000.0, "call", "", "remote", "再见"))
    journal.close()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["at"] for line in lines] == [float(number) for number in range(5001)]
    assert lines[-1] == {
        "event": "CallEnded",
        "at": 5000.0,
        "call": "call",
        "leg": "",
        "by": "remote",
        "reason": "再见",
    }
    assert journal.counts == {"DigitReceived": 5000, "CallEnded": 1}
    assert journal.lost == 0


def test_only_the_last_events_stay_in_memory() -> None:
    journal = Journal(None)
    for number in range(KEPT_EVENTS + 10):
        journal.append(CallEnded(float(number), "call", "", "local", ""))
    assert len(journal.recent) == KEPT_EVENTS
    assert journal.recent[0].at == 10.0
    journal.close()


def test_the_file_is_private_and_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for number in range(2):
        journal = Journal(path)
        journal.append(CallEnded(float(number), "call", "", "local", ""))
        journal.close()
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_a_disk_that_fails_loses_lines_but_no_call(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    path.unlink()
    path.mkdir()
    journal.append(CallEnded(1.0, "call", "", "local", ""))
    journal.close()
    assert journal.lost == 1
    assert len(journal.recent) == 1


def test_listeners_hear_every_event() -> None:
    heard: list[object] = []
    journal = Journal(None, (heard.append,))
    event = CallEnded(1.0, "call", "", "local", "")
    journal.append(event)
    assert heard == [event]
