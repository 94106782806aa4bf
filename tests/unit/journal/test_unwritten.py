"""What never came to disk is counted where a crash leaves it; the disk is a real one that is full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from journal.journal import Journal
from journal.unwritten import EVERY, NAME, left_unwritten
from telephony.call.events import CallEnded
from tests.support.full_disk import FullDisk

SCENE = """
import sys, time
from pathlib import Path
from journal.journal import Journal
from telephony.call.events import CallEnded

folder, before, after = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
journal = Journal(folder / "journal")
for number in range(before):
    journal.append(CallEnded(float(number), f"call-{number}", "", by="caller", reason="hung up"))
while journal.pending:
    time.sleep(0.01)
with (folder / "ballast").open("ab", buffering=0) as file:
    try:
        while file.write(b"x" * 4096):
            pass
    except OSError:
        pass
for number in range(after):
    journal.append(CallEnded(float(number), "y" * 9000, "", by="caller", reason="hung up"))
time.sleep(0.3)
print("full", journal.pending, flush=True)
time.sleep(60)
"""


def killed(folder: Path, before: int, after: int) -> str:
    """A process that fills its disk, appends and is killed; what it said of itself."""
    command = [sys.executable, "-c", SCENE, str(folder), str(before), str(after)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    said = process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    return said


def test_the_next_start_names_what_a_full_disk_and_a_kill_cost(full: FullDisk) -> None:
    said = killed(full.folder, 3, 7).split()
    assert said[0] == "full"
    assert int(said[1]) == 7
    full.free()
    journal = Journal(full.folder / "journal")
    assert journal.left_unwritten() == 7
    journal.append(CallEnded(1.0, "c", "", by="caller", reason="hung up"))
    journal.close()
    assert Journal(full.folder / "journal").left_unwritten() == 0


def test_what_waited_for_the_disk_is_written_in_its_order_once_there_is_room(full: FullDisk) -> None:
    journal = Journal(full.folder / "journal")
    journal.append(CallEnded(0.0, "first", "", by="caller", reason="hung up"))
    while journal.pending:
        time.sleep(EVERY)
    full.fill()
    for number in range(50):
        journal.append(CallEnded(float(number), f"{number}" + "y" * 5000, "", by="caller", reason="hung up"))
    deadline = time.monotonic() + 10
    while not journal.is_failing and time.monotonic() < deadline:
        time.sleep(EVERY)
    assert journal.is_failing
    full.free()
    journal.close()
    lines = (full.folder / "journal" / "000001.jsonl").read_text().splitlines()[2:]
    assert [line.split('"call":"')[1].split("y")[0] for line in lines] == [str(n) for n in range(50)]
    assert left_unwritten(full.folder / "journal") == 0


def test_an_end_in_good_order_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(300):
        journal.append(CallEnded(float(number), "c", "", by="caller", reason="hung up"))
    journal.close()
    assert left_unwritten(tmp_path) == 0


def test_a_file_that_is_gone_or_spoilt_tells_nothing(tmp_path: Path) -> None:
    assert left_unwritten(tmp_path) == 0
    (tmp_path / NAME).write_text("base x")
    assert left_unwritten(tmp_path) == 0
