"""Words for what nobody understood at its time: after a crash they are made of the recording."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cdr.store import StoredEvent
from tests.speech.conftest import prepare_site
from tests.speech.facts import share_of_words
from tests.support import sounds
from tests.support.callbacks import CallbackCentre
from tests.support.office import Office
from tests.support.ports import wait_for
from tests.support.talker import calling

SAID = "A gold ring will please most any girl."
SECONDS = 6.0


def test_the_sentence_that_a_crash_cut_off_becomes_words_in_the_ticket(
    models: Path, people: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("prompts")
    office = Office()
    centre = CallbackCentre(
        tmp_path / "centre", office, before=lambda made: prepare_site(made.site, cache), models=True
    )
    harvard = sounds.read(people / "en" / "harvard_8k.wav")

    async def call() -> None:
        async with calling(centre.switch.sip, "7040", "0955508001") as caller:
            await caller.prompt(1.0, seconds=60)
            speaking = asyncio.create_task(caller.say(harvard))
            await asyncio.sleep(SECONDS)
            await asyncio.to_thread(centre.switch.kill)
            caller.call.over.set()
            speaking.cancel()

    asyncio.run(call())
    centre.start_again()

    def transcribed() -> list[StoredEvent]:
        return centre.events("TicketTranscribed")

    (told,) = wait_for(transcribed, "words", 120, every=0.5)
    assert share_of_words(SAID, told.body["text"]) >= 0.7, told.body["text"]
    (due,) = centre.open_callbacks()
    assert due.why == "cut_off"
    assert due.ticket == told.body["ticket"]
    centre.close()
    office.close()


def test_what_was_told_is_read_once_more_after_the_call(
    models: Path, people: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("prompts")
    office = Office()
    centre = CallbackCentre(
        tmp_path / "centre",
        office,
        # No better model can be had here: what counts is that it is asked.
        settings={"speech": {"en": {"second_pass": "whisper-base"}}},
        before=lambda made: prepare_site(made.site, cache),
        models=True,
    )
    harvard = sounds.read(people / "en" / "harvard_8k.wav")[: int(SECONDS * sounds.RATE)]

    async def call() -> None:
        async with calling(centre.switch.sip, "7040", "0955508002") as caller:
            await caller.prompt(1.0, seconds=60)
            await caller.say(harvard)
            await caller.wait(3.0)
            caller.hang_up()

    asyncio.run(call())

    def read_again() -> list[StoredEvent]:
        return [told for told in centre.events("TicketTranscribed") if told.body["again"]]

    (told,) = wait_for(read_again, "a second reading", 120, every=0.5)
    assert told.body["slot"] == "problem"
    assert share_of_words(SAID, told.body["text"]) >= 0.7, told.body["text"]
    centre.close()
    office.close()
