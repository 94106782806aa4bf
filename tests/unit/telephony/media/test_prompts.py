"""Whatever audio an admin drops into the prompts folder."""

from __future__ import annotations

import os
import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.media import convert
from telephony.media.convert import PromptError
from telephony.media.prompts import PromptStore
from telephony.rtp.codecs import CODECS
from tests.unit.telephony.media.far_end import level, sine, strongest

ENCODERS = {
    "mp3": ["-c:a", "libmp3lame"],
    "ogg": ["-c:a", "libvorbis"],
    "opus": ["-c:a", "libopus"],
    "m4a": ["-c:a", "aac"],
    "flac": [],
    "wav": ["-c:a", "pcm_s24le"],
}


def write_wav(path: Path, samples: NDArray[np.int16], *, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return path


def write_any(path: Path, hertz: float, seconds: float) -> Path:
    """A tone at 44.1 kHz stereo, in the format that the name says."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"sine=frequency={hertz}:sample_rate=44100:duration={seconds}", "-ac", "2"]
    subprocess.run([*command, *ENCODERS[path.suffix[1:]], str(path)], check=True)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "prompts"
    made.mkdir()
    return made


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> PromptStore:
    return PromptStore(folder, tmp_path / "cache")


@pytest.mark.parametrize("extension", list(ENCODERS))
def test_every_format_becomes_8_khz_at_one_loudness(folder: Path, store: PromptStore, extension: str) -> None:
    write_any(folder / f"hello.{extension}", 600.0, 1.0)
    prompt = store.load("hello")
    assert 1000 <= prompt.duration_ms <= 1120
    for codec in ("PCMU", "PCMA"):
        frames = prompt.frames(codec)
        assert {len(frame) for frame in frames} == {160}
        samples = CODECS[codec].decode(b"".join(frames))
        assert abs(strongest(samples) - 600.0) < 2.0
        assert abs(level(samples[800:7200], 600.0) - -20.0) < 0.7
        assert prompt.frames(codec) is frames


def test_sounds_too_high_for_the_telephone_are_filtered_not_folded(folder: Path, store: PromptStore) -> None:
    time = np.arange(44100) / 44100
    both = np.sin(2 * np.pi * 700 * time) + np.sin(2 * np.pi * 6000 * time)
    write_wav(folder / "high.wav", (both * 12000).astype(np.int16), rate=44100)
    samples = store.load("high").samples
    assert level(samples, 700.0) > -21
    assert level(samples, 2000.0) < -60  # where 6 kHz would land at 8 kHz


def test_a_telephone_wav_is_read_without_ffmpeg(
    folder: Path, store: PromptStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert.imageio_ffmpeg, "get_ffmpeg_exe", lambda: "/nowhere/ffmpeg")
    write_wav(folder / "plain.wav", sine(600.0, 0.5, -30.0))
    assert abs(level(store.load("plain").samples, 600.0) - -20.0) < 0.1
    write_wav(folder / "stereo.wav", sine(600.0, 0.5), channels=2)
    with pytest.raises(PromptError, match="ffmpeg cannot be run"):
        store.load("stereo")


def test_peaks_are_not_clipped_for_the_sake_of_loudness(folder: Path, store: PromptStore) -> None:
    clicks = np.zeros(8000, np.int16)
    clicks[::800] = 8000
    write_wav(folder / "clicks.wav", clicks)
    peak = int(np.abs(store.load("clicks").samples).max())
    assert abs(20 * np.log10(peak / 32768) - -1.0) < 0.1


def test_silence_stays_silence(folder: Path, store: PromptStore) -> None:
    write_wav(folder / "quiet.wav", np.zeros(1000, np.int16))
    prompt = store.load("quiet")
    assert prompt.duration_ms == 140
    assert not prompt.samples.any()


def test_a_restart_converts_nothing_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_any(folder / "hello.mp3", 600.0, 0.5)
    before = PromptStore(folder, tmp_path / "cache").load("hello")
    monkeypatch.setattr(convert.imageio_ffmpeg, "get_ffmpeg_exe", lambda: "/nowhere/ffmpeg")
    (folder / "hello.mp3").rename(folder / "renamed.mp3")  # it goes by content, not by name
    after = PromptStore(folder, tmp_path / "cache").load("renamed")
    assert (before.samples == after.samples).all()


def test_a_replaced_file_is_noticed_and_an_unchanged_one_is_not_read_again(
    folder: Path, store: PromptStore
) -> None:
    path = write_wav(folder / "a.wav", sine(600.0, 0.5))
    assert store.loaded("a") is None
    first = store.load("a")
    assert store.load("a") is first
    assert store.loaded("a") is first
    write_wav(path, sine(900.0, 0.7))
    assert strongest(store.load("a").samples) == 900.0
    path.unlink()
    with pytest.raises(PromptError):
        store.load("a")


def test_names_find_files_by_extension_folder_and_preference(folder: Path, store: PromptStore) -> None:
    (folder / "zh").mkdir()
    write_wav(folder / "zh" / "welcome.wav", sine(500.0, 0.2))
    write_wav(folder / "two.wav", sine(600.0, 0.2))
    write_any(folder / "two.mp3", 900.0, 0.2)
    write_wav(folder / "v1.2.wav", sine(700.0, 0.2))
    (folder / ".hidden").write_text("no prompt")
    assert store.names() == ["two", "v1.2", "zh/welcome"]
    assert strongest(store.load("zh/welcome").samples) == 500.0
    assert strongest(store.load("two").samples) == 600.0
    assert abs(strongest(store.load("two.mp3").samples) - 900.0) < 8.0
    assert strongest(store.load("v1.2").samples) == 700.0


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "a/../../secret"])
def test_names_stay_within_the_folder(store: PromptStore, folder: Path, name: str) -> None:
    write_wav(folder.parent / "secret.wav", sine(600.0, 0.2))
    with pytest.raises(PromptError, match="within the prompts folder"):
        store.load(name)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"this is not music", "Invalid data"), (b"", "."), (b"RIFF\x24\x00\x00\x00WAVEjunk", ".")],
)
def test_a_file_that_is_no_audio_is_named_with_the_reason_in_one_sentence(
    folder: Path, store: PromptStore, content: bytes, why: str
) -> None:
    (folder / "broken.mp3").write_bytes(content)
    with pytest.raises(PromptError, match=why) as caught:
        store.load("broken")
    text = str(caught.value)
    assert str(folder / "broken.mp3") in text
    assert "\n" not in text
    assert len(text) < 300


def test_a_missing_prompt_is_named(store: PromptStore, folder: Path) -> None:
    with pytest.raises(PromptError, match="'nope': there is no such prompt in"):
        store.load("nope")


def test_an_empty_wav_has_no_audio(folder: Path, store: PromptStore) -> None:
    write_wav(folder / "empty.wav", np.zeros(0, np.int16))
    with pytest.raises(PromptError, match="there is no audio in it"):
        store.load("empty")


def test_a_cache_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    write_wav(folder / "a.wav", sine(600.0, 0.2))
    (tmp_path / "blocked").write_text("a file, not a folder")
    with pytest.raises(PromptError, match="cannot be kept"):
        PromptStore(folder, tmp_path / "blocked").load("a")


def test_no_half_written_file_is_left_in_the_cache(folder: Path, store: PromptStore, tmp_path: Path) -> None:
    write_wav(folder / "a.wav", sine(600.0, 0.2))
    store.load("a")
    assert [
        name.endswith(".wav") and not name.startswith(".") for name in os.listdir(tmp_path / "cache")
    ] == [True]
