"""Any audio file to 8 kHz mono samples at one loudness.

ffmpeg (the program inside the `imageio-ffmpeg` wheel) decodes and resamples: that wheel has no ffprobe, which
pydub's own loader wants, and pydub's resampler does not filter, so speech above 4 kHz would fold back as
hiss. pydub measures and sets the level. Finding and caching files is left to `prompts`.
"""

from __future__ import annotations

import subprocess
import warnings
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():
    # pydub looks for an ffmpeg in PATH when imported and warns; it is never asked to run one here.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

from telephony.rtp.codecs import SAMPLE_RATE

LOUDNESS_DBFS = -20.0
PEAK_DBFS = -1.0
CONVERT_TIMEOUT_SECONDS = 120.0


class PromptError(Exception):
    """An audio file is missing or unreadable; the text is one sentence that names it and says why."""


def read_audio(path: Path) -> NDArray[np.int16]:
    """Read an audio file of any format that ffmpeg knows, at its own loudness.

    Returns:
        int16 samples, one dimension, 8 kHz.

    Raises:
        PromptError: it is missing, empty, or not audio.
    """
    try:
        samples = _read_telephone_wav(path)
    except OSError as error:
        raise PromptError(f"{path}: cannot be read ({error.strerror})") from error
    if samples is None:
        samples = np.frombuffer(_run_ffmpeg(path), "<i2").astype(np.int16)
    if not len(samples):
        raise PromptError(f"{path}: there is no audio in it")
    return samples


def _read_telephone_wav(path: Path) -> NDArray[np.int16] | None:
    """The samples of a WAV that is 8 kHz, mono and 16 bit already; None for any other file."""
    try:
        with path.open("rb") as file, wave.open(file) as wav:
            if (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) != (SAMPLE_RATE, 1, 2):
                return None
            data = wav.readframes(wav.getnframes())
            return np.frombuffer(data[: len(data) & ~1], "<i2").astype(np.int16)
    except (wave.Error, EOFError):
        return None


def _run_ffmpeg(path: Path) -> bytes:
    """Decode the first audio stream to raw 8 kHz mono 16-bit little-endian samples."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error"]
    # A playlist put in the folder must not make us fetch from the network.
    command += ["-protocol_whitelist", "file,pipe", "-i", str(path.absolute())]
    command += ["-map", "0:a:0", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "-"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CONVERT_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise PromptError(f"{path}: converting it took over {CONVERT_TIMEOUT_SECONDS:.0f} s") from None
    except OSError as error:
        raise PromptError(f"{path}: ffmpeg cannot be run ({error.strerror})") from error
    if done.returncode != 0:
        raise PromptError(f"{path}: not audio that ffmpeg can read ({_reason(done.stderr)})")
    return done.stdout


def _reason(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return "no reason given"
    # "Error opening input file NAME." repeats the name; the clause before it is the reason.
    useful = [line for line in lines if "Error opening input file" not in line] or lines
    return useful[-1].rpartition(": ")[2].strip(" .")


def normalise(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Bring audio to about -20 dBFS (RMS), less where its peaks would pass -1 dBFS; silence stays silence."""
    segment = AudioSegment(data=samples.tobytes(), sample_width=2, frame_rate=SAMPLE_RATE, channels=1)
    if segment.rms == 0:
        return samples
    gain = min(LOUDNESS_DBFS - segment.dBFS, PEAK_DBFS - segment.max_dBFS)
    return np.frombuffer(segment.apply_gain(gain).raw_data, np.int16)
