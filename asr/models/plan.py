"""Chooses the recogniser of each language, and who understands, from settings and installed models.

The one way in for the switch:

    plan = plan_speech(site.settings.speech)
    recognisers = Recognisers(plan.setups)      # asr.workers.client
    for line in plan.lines: say(line)

Nothing here loads a model or an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from asr.models.catalogue import CATALOGUE
from asr.models.speed import REAL_TIME, known
from asr.models.store import find, models_folder
from asr.workers.setup import Setup
from config import RecogniserSettings, SpeechSettings, UnderstandingSettings

LocalEngine: TypeAlias = Literal["whisper", "vosk", "sherpa"]

LANGUAGES = ("en", "zh", "ko")
SMART_TURN = "smart-turn-v3.2"
TURNS_AT_ONCE = 8
"""Pauses that are judged at one time; more wait out their silence."""
SECOND_STALL = 300.0
"""Seconds that a second reading may take: nobody waits for it."""
PACKAGES: dict[LocalEngine, str] = {
    "whisper": "faster_whisper",
    "vosk": "vosk",
    "sherpa": "sherpa_onnx",
}
EXTRAS: dict[LocalEngine, str] = {"whisper": "speech", "vosk": "speech", "sherpa": "sherpa"}
# What a folder must hold for an engine to load it; so a model of one's own needs no name in the catalogue.
# `auto` takes the first that is installed and keeps up: Whisper weighs what a question expects against the
# sound itself, and of the models that were measured hears callers best.
MARKS: dict[LocalEngine, tuple[str, ...]] = {
    "whisper": ("model.bin",),
    "vosk": ("am/final.mdl",),
    "sherpa": ("tokens.txt", "tokenizer.bin"),
}


@dataclass(frozen=True, slots=True)
class SpeechPlan:
    """Who recognises what.

    Args:
        setups: one for each language that is recognised.
        lines: one sentence for each language, for people, at start-up.
        second: who reads what was told once more after the call, of languages that have such a one.
        turns: what tells from the sound whether a turn is over; None when it is not installed.
        turns_line: one sentence about that.
    """

    setups: tuple[Setup, ...]
    lines: tuple[str, ...]
    second: tuple[Setup, ...]
    turns: Setup | None
    turns_line: str


def plan_speech(settings: SpeechSettings, folder: Path | None = None) -> SpeechPlan:
    """Decide who recognises each language.

    Args:
        settings: `speech:` of the site.
        folder: the models folder; `models_folder()` when None.
    """
    folder = models_folder() if folder is None else folder
    setups: list[Setup] = []
    lines: list[str] = []
    second: list[Setup] = []
    for language in LANGUAGES:
        mine: RecogniserSettings = getattr(settings, language)
        answer = _choose(language, mine, folder)
        if isinstance(answer, str):
            lines.append(f"speech {language}: {answer}")
            continue
        engine, model = answer
        setups.append(
            Setup(
                language,
                engine,
                model,
                urls=mine.url,
                workers=mine.workers,
                streams=mine.streams,
                threads=mine.threads,
                queue_limit=mine.queue_limit,
                queue_seconds=settings.queue_timeout,
                stall_seconds=settings.stall_timeout,
            )
        )
        lines.append(f"speech {language}: {_describe(setups[-1], folder)}")
        if mine.second_pass is None:
            continue
        better = _choose(language, RecogniserSettings(model=mine.second_pass), folder)
        if not isinstance(better, str):
            engine, model = better
            second.append(
                Setup(
                    language,
                    engine,
                    model,
                    streams=1,
                    threads=mine.threads,
                    queue_limit=0,
                    stall_seconds=SECOND_STALL,
                )
            )
            better = model.name if model is not None else engine
        lines.append(f"speech {language} after the call: {better}")
    turns = _turns(folder)
    name = turns.model.name if turns is not None and turns.model is not None else ""
    turns_line = (
        f"turns: {name}" if name else f"turns: by silence, get a model: hotline models get {SMART_TURN}"
    )
    return SpeechPlan(tuple(setups), tuple(lines), tuple(second), turns, turns_line)


def _turns(folder: Path) -> Setup | None:
    model = find(SMART_TURN, folder)
    if model is None or any(find_spec(package) is None for package in ("onnxruntime", "faster_whisper")):
        return None
    return Setup(
        "turns", "smart-turn", model, threads=1, streams=TURNS_AT_ONCE, queue_limit=0, stall_seconds=10.0
    )


def plan_understanding(
    settings: UnderstandingSettings, folder: Path | None = None
) -> tuple[Path | None, str]:
    """Find the model of meaning, and say who understands.

    Args:
        settings: `understanding:` of the site.
        folder: the models folder; `models_folder()` when None.

    Returns:
        the model's folder, None where there is none; and one sentence for people, at start-up.
    """
    name = next(entry.name for entry in CATALOGUE if entry.kind == "meaning")
    model = find(name, models_folder() if folder is None else folder)
    if settings.provider == "rules":
        line = "by rules"
    elif model is None:
        line = f"by rules, get the model of meaning: hotline models get {name}"
    else:
        line = f"by {name} and rules"
    if settings.llm is not None and settings.provider not in ("rules", "meaning"):
        masked = "digits and names masked" if settings.llm.mask else "as they are"
        line += f"; texts go to {settings.llm.model} at {settings.llm.url}, {masked}"
    return model, f"meaning {line}"


def _choose(language: str, mine: RecogniserSettings, folder: Path) -> tuple[str, Path | None] | str:
    """Engine and model for a language, or the reason why there is none."""
    if mine.engine == "off":
        return "off"
    if mine.url:
        return "vosk-server", None
    engines = [engine for engine in MARKS if mine.engine in ("auto", engine)]
    if mine.model is None:
        models = [(engine, path) for engine in engines for path in _installed(engine, language, folder)]
    else:
        path = find(mine.model, folder)
        if path is None:
            return f"none, {mine.model} is not installed: hotline models get {mine.model}"
        models = [
            (engine, path) for engine in engines if any((path / mark).is_file() for mark in MARKS[engine])
        ]
        if not models:
            return f"none, {path} holds no model for {' or '.join(engines)}"
    usable = [(engine, path) for engine, path in models if find_spec(PACKAGES[engine]) is not None]
    if usable:
        # Of those that all fall behind, the one that does so least.
        keeping_up = [pair for pair in usable if _seconds(pair[1], folder) <= REAL_TIME]
        return keeping_up[0] if keeping_up else min(usable, key=lambda pair: _seconds(pair[1], folder))
    if models:
        return f"none, the speech libraries are missing: pip install 'hotline[{EXTRAS[models[0][0]]}]'"
    # What is recommended for a language need not be for the engine that the site names.
    fitting = (item.name for item in CATALOGUE if item.engine == mine.engine and language in item.languages)
    return f"none, get a model: hotline models get {next(fitting, language)}"


def _installed(engine: LocalEngine, language: str, folder: Path) -> Iterator[Path]:
    """The installed models of the catalogue that fit, in its order."""
    for entry in CATALOGUE:
        if entry.engine == engine and language in entry.languages and (path := find(entry.name, folder)):
            yield path


def _seconds(model: Path, folder: Path) -> float:
    """What a second of speech takes; one that was not measured is taken to keep up."""
    seconds = known(model, folder)
    return 0.0 if seconds is None else seconds


def _describe(setup: Setup, folder: Path) -> str:
    if setup.urls:
        return f"vosk-server at {', '.join(setup.urls)} (words while the caller speaks)"
    facts = ["words while the caller speaks" if setup.streaming else "final results"]
    seconds = None if setup.model is None else known(setup.model, folder)
    if seconds is not None:
        late = ", too slow" if seconds > REAL_TIME else ""
        facts.append(f"{seconds:.2f} s per second of speech here{late}")
    if setup.workers > 1:
        facts.append(f"{setup.workers} workers")
    name = setup.model.name if setup.model is not None else ""
    return f"{name if name.startswith(setup.engine) else f'{setup.engine} {name}'} ({', '.join(facts)})"
