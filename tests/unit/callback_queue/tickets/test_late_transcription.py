"""Which recordings still want words, and how they are cut before they are read."""

from __future__ import annotations

import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.workers.client import Recognisers
from asr.workers.setup import Setup
from callback_queue.tickets.events import TicketChanged
from callback_queue.tickets.late_transcription import (
    LONGEST,
    LateWords,
    ToRead,
    read_pieces,
    told_once,
    unheard,
)
from callback_queue.tickets.opening import HEARD
from callback_queue.tickets.tables import Ticket
from config.database import database_url
from journal.event import Event
from telephony.media.recorder import complete, wav_header
from tests.support.sounds import gap
from tests.unit.callback_queue.records import Records, records, ticket
from tests.unit.tts.loop import on_loop

RATE = 8000
ENGINE = "tests.unit.callback_queue.tickets.sentence_engine"


def _voice(seconds: float) -> np.ndarray:
    """Something that voice activity takes for speech: a buzz whose colour changes all the time."""
    chance = np.random.default_rng(4711)
    time = np.arange(int(RATE * seconds)) / RATE
    buzz = np.sign(np.sin(2 * np.pi * 120 * time + 3 * np.sin(2 * np.pi * 2.3 * time)))
    colour = np.repeat(chance.uniform(0.1, 1.0, len(time) // 640 + 1), 640)[: len(time)]
    kernel = np.exp(-np.arange(64) / 12)
    return (np.convolve(buzz * colour, kernel, "same") * 900).astype(np.int16)


def _write(path: Path, caller: np.ndarray) -> Path:
    stereo = np.zeros((len(caller), 2), "<i2")
    stereo[:, 0] = caller
    stereo[:, 1] = 5000  # what the caller hears must not count
    path.write_bytes(wav_header(stereo.nbytes) + stereo.tobytes())
    return path


def test_a_voice_message_wants_words() -> None:
    slots = [{"name": "message", "text": "", "audio": ["clips/c1/01.wav"]}]
    assert list(unheard("7", "en", "voicemail", slots, "c1-flow.wav")) == [
        ToRead("7", "en", "message", "clips/c1/01.wav")
    ]


def test_an_answer_that_was_understood_wants_none() -> None:
    slots = [{"name": "problem", "text": "it broke", "audio": ["clips/c1/01.wav"]}]
    assert list(unheard("7", "en", "problem", slots, "")) == []


def test_what_was_read_once_is_not_read_again_though_nothing_was_found_in_it() -> None:
    slots = [{"name": "message", "text": "", "audio": ["clips/c1/01.wav"], "engine": "whisper"}]
    assert list(unheard("7", "en", "voicemail", slots, "")) == []


def test_a_conversation_that_was_cut_off_is_read_whole() -> None:
    told = [{"name": HEARD, "text": "my printer", "value": ""}]
    assert list(unheard("7", "zh", "cut_off", told, "c1-flow.wav")) == [
        ToRead("7", "zh", HEARD, "c1-flow.wav")
    ]
    told[0]["engine"] = "whisper"
    assert list(unheard("7", "zh", "cut_off", told, "c1-flow.wav")) == []


@pytest.mark.parametrize(
    ("slot", "language", "is_read"),
    [
        ({"name": "problem", "text": "it broke", "audio": ["1.wav"]}, "en", True),
        ({"name": "message", "text": "it broke", "audio": ["1.wav"]}, "en", True),
        ({"name": "problem", "text": "it broke", "audio": ["1.wav"], "engine": "whisper"}, "en", False),
        # A later answer may have put the first one right.
        ({"name": "problem", "text": "it broke", "audio": ["1.wav", "2.wav"]}, "en", False),
        ({"name": "problem", "text": "", "audio": ["1.wav"]}, "en", False),
        ({"name": "problem", "text": "it broke", "audio": []}, "en", False),
        ({"name": "callback_number", "text": "five", "audio": ["1.wav"]}, "en", False),
    ],
)
def test_what_was_told_in_one_go_is_read_a_second_time(
    slot: dict[str, Any], language: str, is_read: bool
) -> None:
    found = list(told_once("7", language, [slot]))
    assert found == ([ToRead("7", language, slot["name"], "1.wav", "it broke")] if is_read else [])


@asynccontextmanager
async def _two_readings(folder: Path, again: str) -> AsyncIterator[tuple[Records, LateWords, list[Event]]]:
    """A ticket of one answer, and recognisers of which the second hears `again`."""
    _write(folder / "1.wav", np.concatenate([gap(0.5), _voice(2.0), gap(0.5)]))
    readers = []
    for name, sentence in (("first", "never asked"), ("second", again)):
        (folder / name).mkdir()
        (folder / name / "sentence").write_text(sentence, encoding="utf-8")
        readers.append(Recognisers([Setup("en", ENGINE, folder / name)]))
    told: list[Event] = []
    slots = [{"name": "problem", "text": "the printed jams", "value": "the printed jams", "audio": ["1.wav"]}]
    try:
        for reader in readers:
            await reader.start()
            await reader.ready()
        async with records(database_url("r.db", folder)) as kept:
            words = LateWords(kept.engine, readers[0], folder, told.append, readers[1])
            opened = {"language": "en", "title": "The printed jams", "summary": "the printed jams"}
            await kept.tell(ticket("7", time.time(), slots=slots, **opened))
            yield kept, words, told
    finally:
        for reader in readers:
            await reader.close()


@on_loop
async def test_the_second_reading_takes_the_place_of_the_first_and_of_what_was_made_of_it(
    tmp_path: Path,
) -> None:
    async with _two_readings(tmp_path, "the printer jams") as (kept, words, told):
        await words.look()
        await kept.tell(*told)
        [row] = await kept.rows(Ticket.__table__)
        [slot] = row["slots"]
        assert (slot["text"], slot["first_text"], slot["engine"]) == (
            *("the printer jams", "the printed jams"),
            ENGINE,
        )
        assert (slot["value"], row["title"], row["summary"]) == (
            *("the printer jams", "The printer jams", "the printer jams"),
        )
        await words.look()
        later = LateWords(kept.engine, words._recognisers, tmp_path, told.append, words._second)
        await later.look()
        assert len(told) == 1, "nothing is read a third time, by a later run neither"


@on_loop
async def test_what_an_agent_has_written_stays_and_so_do_words_that_are_not_found_again(
    tmp_path: Path,
) -> None:
    async with _two_readings(tmp_path, "") as (kept, words, told):
        changes = {"title": "Jam in tray 2"}
        await kept.tell(TicketChanged(time.time(), ticket="7", by="agent:1001", changes=changes))
        await words.look()
        await kept.tell(*told)
        [row] = await kept.rows(Ticket.__table__)
        assert (row["title"], row["slots"][0]["text"]) == ("Jam in tray 2", "the printed jams")


def test_a_recording_is_cut_at_its_pauses(tmp_path: Path) -> None:
    said = np.concatenate([gap(1.0), _voice(2.0), gap(2.5), _voice(1.5), gap(1.0)])
    pieces = read_pieces(_write(tmp_path / "call.wav", said))
    assert len(pieces) == 2, [(piece.start, len(piece.pcm) / 2 / RATE) for piece in pieces]
    assert 0.3 < pieces[0].start < 1.2
    assert 4.5 < pieces[1].start < 6.0
    assert all(piece.speech > 0.5 for piece in pieces)


def test_no_piece_is_longer_than_a_recogniser_takes(tmp_path: Path) -> None:
    pieces = read_pieces(_write(tmp_path / "call.wav", _voice(2.2 * LONGEST)))
    assert len(pieces) >= 2
    assert max(len(piece.pcm) for piece in pieces) <= (LONGEST + 2) * 2 * RATE


def test_silence_has_no_pieces(tmp_path: Path) -> None:
    assert read_pieces(_write(tmp_path / "call.wav", gap(3.0))) == []


def test_a_header_that_a_power_cut_left_behind_is_put_right(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    sound = np.zeros((RATE, 2), "<i2").tobytes()
    for header in (wav_header(10 * len(sound)), bytes(44), wav_header(0)):
        path.write_bytes(header + sound)
        assert complete(path) == 1000
        with wave.open(str(path)) as file:
            assert file.getnframes() == RATE


def test_a_recording_that_never_came_to_be_is_of_no_length(tmp_path: Path) -> None:
    assert complete(tmp_path / "none.wav") == 0
    (tmp_path / "empty.wav").touch()
    assert complete(tmp_path / "empty.wav") == 0
