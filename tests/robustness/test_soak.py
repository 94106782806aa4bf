"""2,000 short calls with failures at random points, and nothing is left of them: no port, dialog, file, task.

`bench/soak.py` runs the same crowd for as long as one likes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.robustness import rig
from tests.robustness.crowd import Crowd, numbers
from tests.support.ports import free_port

CALLS = 2000
AT_ONCE = 50
# Timer D of refused INVITEs over UDP (RFC 3261 17.1.1.2) is 32 s whatever T1 is, and lasts longest.
SETTLED = 45.0


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nothing_is_left_of_2000_calls_that_went_wrong(tmp_path: Path) -> None:
    port = free_port()
    switch = rig.start(tmp_path, {"numbers": numbers(port), "recordings": {"record_calls": True}})
    try:
        tidy = rig.Tidy(switch)
        crowd = Crowd(switch.sip, port, seed=2000)
        assert asyncio.run(crowd.run(CALLS, AT_ONCE)) == CALLS
        assert not crowd.faults, f"{len(crowd.faults)} faults, such as {crowd.faults[:5]}"
        assert crowd.outcomes["200"] > CALLS // 3, crowd.outcomes
        tidy.check(SETTLED)
        events = [event["event"] for event in switch.journal()]
        for begin, end in (("CallOffered", "CallEnded"), ("RecordingStarted", "RecordingEnded")):
            assert events.count(begin) == events.count(end), f"{begin} and {end}"
    finally:
        switch.stop()
