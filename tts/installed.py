"""Chooses the voice of each language, from the site's settings and what is installed.

Models are known by their files, wherever in the models folder they lie: `NAME.onnx` with `NAME.onnx.json`
beside it is a Piper voice; `vocab.json` and `voices*.npz` beside an .onnx file are Kokoro. Getting models
is left to `hotline models`. Nothing here loads an engine: whether its package is there is looked up without
importing it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from tts.voice import Voice

# Best first. Piper's English is clearer on the telephone and takes a fifth of Kokoro's time; espeak-ng is
# understood in English, hardly in Korean, and not at all in Mandarin.
ENGINES = {
    "en": ("piper", "kokoro", "espeak"),
    "zh": ("kokoro", "piper", "espeak"),
    "ko": ("kokoro", "piper", "espeak"),
}
PACKAGES = {
    "piper": ("piper",),
    "kokoro": ("onnxruntime", "pypinyin", "jieba", "ko_pron", "espeakng_loader"),
    "espeak": ("espeakng_loader",),
}
# Of the voices that can be had without a model hub, the ones that recognisers understood best
# (bench/voices.py).
KOKORO_VOICES = {
    "en": ("af_heart", "jm_kumo+jf_gongitsune"),
    "zh": ("zf_xiaoxiao", "jm_kumo+jf_gongitsune"),
    "ko": ("jm_kumo+jf_gongitsune",),
}
ESPEAK_VOICES = {"en": "en-us", "zh": "cmn", "ko": "ko"}
# Korean is foreign to Kokoro: a little slower than its own pace.
SPEEDS = {("kokoro", "ko"): 0.9}
GET = {
    "en": "hotline models get piper-en_US-joe-medium",
    "zh": "hotline models get kokoro-82m",
    "ko": "hotline models get kokoro-82m",
}
DEPTH = 3
"""How far below the models folder a model may lie."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site asks for; None leaves it to us.

    Args:
        engine: "piper", "kokoro" or "espeak".
        voice: the voice's name within the engine.
        speed: 1.0 is the voice's own pace.
    """

    engine: str | None = None
    voice: str | None = None
    speed: float | None = None


ANY = Wish()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who speaks a language: a voice or None, and what there is to say about that."""

    language: str
    voice: Voice | None
    remark: str = ""

    def __str__(self) -> str:
        who = str(self.voice) if self.voice else "none"
        return f"voice {self.language}: {who}" + (f" ({self.remark})" if self.remark else "")


def choose(language: str, models: Path, wish: Wish = ANY) -> Choice:
    """Choose the voice of a language.

    Args:
        language: "en", "zh" or "ko".
        models: the models folder; it may be missing.
        wish: what the site asks for. What is not there is replaced by what is, and the remark says so.
    """
    voices = list(available(language, models))
    wanted = [voice for voice in voices if _matches(voice, wish)] or _mixture(voices, wish)
    if not voices:
        return Choice(language, None, f"pip install 'hotline[speech]', then {GET[language]}")
    chosen = _at_speed((wanted or voices)[0], wish.speed)
    if not wanted:
        asked = " ".join(part for part in (wish.engine, wish.voice) if part)
        return Choice(language, chosen, f"{asked} is not installed")
    if chosen.engine == "espeak" and wish.engine != "espeak":
        return Choice(language, chosen, f"hard to understand; better: {GET[language]}")
    return Choice(language, chosen)


def available(language: str, models: Path) -> Iterator[Voice]:
    """All voices of a language that could speak now, best first."""
    for engine in ENGINES[language]:
        if not all(find_spec(package) for package in PACKAGES[engine]):
            continue
        if engine == "piper":
            yield from _piper_voices(language, models)
        elif engine == "kokoro":
            yield from _kokoro_voices(language, models)
        else:
            yield Voice(language, engine, ESPEAK_VOICES[language])


def _matches(voice: Voice, wish: Wish) -> bool:
    if wish.engine is not None and voice.engine != wish.engine:
        return False
    return wish.voice is None or voice.name == wish.voice


def _mixture(voices: list[Voice], wish: Wish) -> list[Voice]:
    """The requested mixture of Kokoro's voices, if all of them are there."""
    wanted = (wish.voice or "").split("+")
    first = {voice.name: voice for voice in voices if voice.engine == "kokoro" and "+" not in voice.name}
    if len(wanted) < 2 or wish.engine not in (None, "kokoro") or not first.keys() >= set(wanted):
        return []
    return [replace(first[wanted[0]], name="+".join(wanted))]


def _at_speed(voice: Voice, speed: float | None) -> Voice:
    pace = SPEEDS.get((voice.engine, voice.language), 1.0) * (1.0 if speed is None else speed)
    return replace(voice, speed=round(pace, 3))


def _onnx_files(models: Path) -> list[Path]:
    patterns = ["/".join(["*"] * depth + ["*.onnx"]) for depth in range(DEPTH)]
    return sorted(path for pattern in patterns for path in models.glob(pattern))


def _piper_voices(language: str, models: Path) -> Iterator[Voice]:
    for path in _onnx_files(models):
        settings = path.with_name(path.name + ".json")
        try:
            content = json.loads(settings.read_bytes())
            code = str(content.get("language", {}).get("code") or content["espeak"]["voice"])
            kind = content.get("phoneme_type", "espeak")
        except (OSError, ValueError, KeyError):
            continue
        # Other phonemes than espeak-ng's need packages of their own.
        if code.replace("cmn", "zh").partition("_")[0].partition("-")[0] == language and kind == "espeak":
            yield Voice(language, "piper", path.stem, path)


def _kokoro_voices(language: str, models: Path) -> Iterator[Voice]:
    for path in _onnx_files(models):
        styles = next(iter(sorted(path.parent.glob("voices*.npz"))), None)
        if styles is None or not (path.parent / "vocab.json").is_file():
            continue
        names = _names(styles)
        mixtures = [name for name in KOKORO_VOICES[language] if names.issuperset(name.split("+"))]
        for name in dict.fromkeys([*mixtures, *sorted(names)]):
            yield Voice(language, "kokoro", name, path)


def _names(styles: Path) -> set[str]:
    """The voices in a file of numpy arrays, without reading them."""
    try:
        with zipfile.ZipFile(styles) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return set()
