"""Which recordings still want words, and how they are cut before they are read."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from callback_queue.tickets.late_transcription import LONGEST, Unheard, read_pieces, unheard
from callback_queue.tickets.opening import HEARD
from telephony.media.recorder import complete, wav_header
from tests.support.sounds import gap

RATE = 8000


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
        Unheard("7", "en", "message", "clips/c1/01.wav")
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
        Unheard("7", "zh", HEARD, "c1-flow.wav")
    ]
    told[0]["engine"] = "whisper"
    assert list(unheard("7", "zh", "cut_off", told, "c1-flow.wav")) == []


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
