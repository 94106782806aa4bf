"""A process that records a call until it is killed, and prints the seconds so far (for test_recorder)."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from telephony.media import tones
from tests.unit.telephony.media.far_end import a_rig


async def main(path: Path) -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        recording = leg.record(path)
        leg.play(tones.sine(440.0), loop=True)
        for count in range(1, 1000):
            await far.until(lambda count=count: len(far.received) > count)
            print(recording.recorded_ms / 1000, flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
