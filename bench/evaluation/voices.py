"""Who the callers are: synthetic voices of several makes and people's recordings, in two halves.

What is tuned may be tuned on the tuned half alone; the other one is there to be reported. Synthetic voices
speak through the product's own engines: Kokoro with the styles of `kokoro-js` (npm, Apache-2.0, fetched once
with npm) and those that come with its model, Piper, espeak-ng. Recordings of people: `../shared/speech`.
The engines are imported when something is spoken, so that reading the data needs none.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from asr.models.store import find
from tests.support import sounds
from tests.support.paths import SHARED
from tests.support.sounds import Sound

if TYPE_CHECKING:
    from tts.engines import Engine
    from tts.engines import Sound as Speech

Half = Literal["tuned", "unseen"]

_TUNED = (
    "af_alloy af_bella af_jessica af_nicole af_river af_sky am_echo am_fenrir am_michael am_puck "
    "bf_alice bf_isabella bm_daniel bm_george "
    "zf_xiaobei zf_xiaoxiao zm_yunjian zm_yunxia "
    "jf_alpha jm_kumo jm_kumo+jf_gongitsune joe espeak"
)
_UNSEEN = (
    "af_aoede af_heart af_kore af_nova af_sarah am_adam am_eric am_liam am_onyx am_santa "
    "bf_emma bf_lily bm_fable bm_lewis "
    "zf_xiaoni zf_xiaoyi zm_yunxi zm_yunyang "
    "jf_tebukuro jf_nezumi jf_gongitsune"
)
HALF_OF_VOICE: Mapping[str, Half] = {
    **dict.fromkeys(_TUNED.split(), "tuned"),
    **dict.fromkeys(_UNSEEN.split(), "unseen"),
}
"""Styles of Kokoro by their names (several with + are mixed), `joe` (Piper), `espeak` (espeak-ng)."""

PEOPLE = SHARED / "speech" / "human"
_HALF_OF_SPEAKER: Mapping[str, Half] = {
    "jackson": "tuned",
    "theo": "tuned",
    "nicolas": "unseen",
    "wang": "tuned",
}
_CHINESE_DIGITS = (
    "0_ling2",
    "1_yao1",
    "2_er4",
    "3_san1",
    "4_si4",
    "5_wu3",
    "6_liu4",
    "7_qi1",
    "8_ba1",
    "9_jiu3",
)
_DIGIT_GAP = 0.2  # seconds between digits of one person
_GROUP_GAP = 0.5

KOKORO_JS = "kokoro-js@1.2.1"
_THREADS = 2


def half_of_recording(recording: str) -> Half:
    """The half of a person: speakers of Speech Commands by their number, others by name."""
    if recording in _HALF_OF_SPEAKER:
        return _HALF_OF_SPEAKER[recording]
    language, _, name = recording.partition("/")
    if language == "zh":
        return "tuned"  # there is one speaker
    return "tuned" if int(name.rpartition("_")[2], 16) % 2 == 0 else "unseen"


def recorded(recording: str) -> Sound | None:
    """A word of somebody; None where the recordings are not there. Its quiet edges stay."""
    path = PEOPLE / f"{recording}.wav"
    return sounds.read_whole(path) if path.is_file() else None


def recorded_digits(speaker: str, groups: tuple[str, ...]) -> Sound | None:
    """A number, put together of one person's digits; None where the recordings are not there."""
    said: list[Sound] = []
    for group in groups:
        names = [
            f"zh/{_CHINESE_DIGITS[int(digit)]}" if speaker == "wang" else f"digits/{digit}_{speaker}_{at % 2}"
            for at, digit in enumerate(group)
        ]
        digits = [recorded(name) for name in names]
        there = [digit for digit in digits if digit is not None]
        if len(there) < len(digits):
            return None
        said.append(sounds.joined(there, _DIGIT_GAP))
    return sounds.joined(said, _GROUP_GAP)


class Synthesiser:
    """Speaks with the voices, one at a time.

    Args:
        cache: where the styles are kept.
    """

    def __init__(self, cache: Path) -> None:
        self._styles = cache / "kokoro"
        self._loaded: tuple[tuple[str, str], Engine] | None = None

    def speak(self, voice: str, language: str, text: str) -> Speech:
        """Speak, always in the same way.

        Raises:
            RuntimeError: a model or the styles cannot be had.
        """
        if voice == "joe":
            return _joe(text).speak(text)
        if self._loaded is None or self._loaded[0] != (voice, language):
            self._loaded = (voice, language), self._load(voice, language)
        return self._loaded[1].speak(text)

    def _load(self, voice: str, language: str) -> Engine:
        from tts.engines.espeak import LANGUAGES, Espeak  # noqa: PLC0415
        from tts.engines.kokoro import Kokoro  # noqa: PLC0415
        from tts.installed import SPEEDS  # noqa: PLC0415

        if voice == "espeak":
            return Espeak(LANGUAGES[language], 1.0)
        model = _kokoro_with_styles(self._styles)
        return Kokoro(model, voice, language, _THREADS, SPEEDS.get(("kokoro", language), 1.0))


def _joe(text: str) -> Engine:
    import onnxruntime  # noqa: PLC0415

    from tts.engines.piper import Piper  # noqa: PLC0415

    # Piper's model makes noise of its own: seeded, and loaded anew, it makes the same for the same words.
    onnxruntime.set_seed(zlib.crc32(text.encode()) % 2**31)
    return Piper(_model("piper-en_US-joe-medium") / "en_US-joe-medium.onnx", _THREADS, 1.0)


def _kokoro_with_styles(folder: Path) -> Path:
    """The model's file in a folder where all styles lie beside it; made when it is not there."""
    original = _model("kokoro-82m")
    model = next(original.glob("*.onnx"))
    place = folder / model.name
    if place.exists():
        return place
    styles = _fetched_styles()
    for file in original.glob("voices*.npz"):
        with np.load(file) as known:
            styles |= {name: known[name] for name in known.files}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "voices_all.npz", **styles)  # type: ignore[arg-type]
    (folder / "vocab.json").write_bytes((original / "vocab.json").read_bytes())
    place.symlink_to(model)
    return place


def _fetched_styles() -> dict[str, np.ndarray]:
    """The style vectors of kokoro-js, by name."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                ["npm", "pack", KOKORO_JS], cwd=folder, check=True, capture_output=True, timeout=300
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise RuntimeError(f"{KOKORO_JS} cannot be had: {error}") from None
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            files = [member for member in package if member.name.startswith("package/voices/")]
            return {
                Path(file.name).stem: np.frombuffer(package.extractfile(file).read(), "<f4").reshape(
                    -1, 1, 256
                )  # type: ignore[union-attr]
                for file in files
            }


def _model(name: str) -> Path:
    folder = find(name)
    if folder is None:
        raise RuntimeError(f"{name} is not here: hotline models get {name}")
    return folder
