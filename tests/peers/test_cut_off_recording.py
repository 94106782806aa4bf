"""A crash in mid-sentence: what was said until then is on disk, and the caller's ticket names it."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.support.callbacks import CallbackCentre
from tests.support.office import Office
from tests.support.ports import wait_for
from tests.support.sounds import RATE
from tests.support.talker import calling

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

NOBODY_LISTENS = {"en": {"engine": "off"}}
CHEAP = {"en": {"engine": "espeak"}}
FLOW = """
languages: [en]
start: message
steps:
  message:
    voicemail:
      say: Leave a message.
      silence_seconds: 2
      otherwise: end
  end:
    hangup:
"""
TONE = (8000 * np.sin(2 * np.pi * 700 * np.arange(3 * RATE) / RATE)).astype(np.int16)


def _with_flow(centre: CallbackCentre) -> None:
    (centre.site / "flows" / "message.yaml").write_text(FLOW)
    yaml = YAML(typ="rt")
    data = yaml.load(centre.site / "hotline.yaml")
    data["numbers"][4700] = {"flow": "message"}
    yaml.dump(data, centre.site / "hotline.yaml")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CallbackCentre]:
    office = Office()
    running = CallbackCentre(
        tmp_path / "centre",
        office,
        settings={"speech": NOBODY_LISTENS, "voices": CHEAP},
        before=_with_flow,
    )
    yield running
    running.close()
    office.close()


def _loud_seconds(path: Path) -> float:
    """How long the caller's side of a recording sounds."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, 0]
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(float)
    return float((np.sqrt(np.mean(frames**2, axis=1)) > 2000).sum() * 0.02)


def test_what_was_said_before_the_crash_can_be_heard(centre: CallbackCentre) -> None:
    async def call() -> None:
        async with calling(centre.switch.sip, "4700", "0955507001") as caller:
            await caller.prompt()  # the tone
            speaking = asyncio.create_task(caller.say(TONE))
            await asyncio.sleep(2.0)
            await asyncio.to_thread(centre.switch.kill)
            caller.call.over.set()
            await speaking

    asyncio.run(call())
    centre.start_again()
    (due,) = wait_for(centre.open_callbacks, "a callback", 20, every=0.2)
    assert due.why == "cut_off"
    (ticket,) = [e.body for e in centre.events("TicketOpened") if e.body["ticket"] == due.ticket]
    assert _loud_seconds(centre.site / "recordings" / ticket["recording"]) > 1.0
    (ended,) = wait_for(lambda: centre.events("RecordingEnded"), "the recording to be closed", every=0.2)
    assert ended.body["file"] == ticket["recording"]
    assert ended.body["recorded_ms"] > 1500


def test_a_message_that_was_left_in_peace_names_its_recording(centre: CallbackCentre) -> None:
    async def call() -> None:
        async with calling(centre.switch.sip, "4700", "0955507002") as caller:
            await caller.prompt()
            await caller.say(TONE)
            await caller.ended()

    asyncio.run(call())
    (due,) = wait_for(centre.open_callbacks, "a callback", 20, every=0.2)
    (ticket,) = [e.body for e in centre.events("TicketOpened") if e.body["ticket"] == due.ticket]
    assert due.why == "voicemail"
    assert _loud_seconds(centre.site / "recordings" / ticket["recording"]) > 2.5
