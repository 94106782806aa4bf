"""How well the recognisers hear people at telephone quality: `python -m bench.hearing [MODEL ...]`.

Every installed recogniser (or those named), in each of its languages, by its worker: single words of many
people, as they come, without being told what to expect; read sentences, in wrong characters; and seconds of
one core for a second of speech. Speech is read from ../shared/speech. The figures go by hand into
bench/RESULTS.md and, in a few words, into `asr/models/catalogue.py`. What telling a recogniser the answers
does is measured by `bench/short_answers.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import uvloop

from asr.models.catalogue import CATALOGUE
from asr.models.check import is_supported
from asr.models.store import find
from asr.text import plain
from asr.workers.client import Recognisers
from asr.workers.places import LocalWorker
from asr.workers.setup import Setup
from bench.speech import HERE, PAUSE, processor_seconds, read

SENTENCES = {
    "en": {
        "en/harvard_8k.wav": "A gold ring will please most any girl. The long journey home took a year. "
        "She saw a cat in the neighbor's house. A pink shell was found on the sandy "
        "beach. Small children came to see him. The grass and bushes were wet with "
        "dew. The blind man counted his old coins. A severe storm tore down the "
        "barn. He called his name many times. When you hear the bell, come quickly.",
        "en/inaugural_8k.wav": "And so, my fellow Americans, ask not what your country can do for you, ask "
        "what you can do for your country.",
    },
    "zh": {"zh/welcome_8k.wav": "欢迎大家来体验达摩院推出的语音识别模型"},
    "ko": {"ko/speech_0007.wav": "통일을 이루고"},
}
DIGITS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "zh": ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九"),
}


def main() -> int:
    """Measure every recogniser that is here."""
    parser = argparse.ArgumentParser(prog="python -m bench.hearing")
    parser.add_argument("models", nargs="*", help="names of the catalogue; all that are installed")
    parser.add_argument("--speech", type=Path, default=HERE.parent.parent / "shared" / "speech")
    options = parser.parse_args()
    if not options.speech.is_dir():
        print(f"The speech is not there: {options.speech}. Name its folder with --speech.", file=sys.stderr)
        return 1
    for entry in CATALOGUE:
        path = find(entry.name)
        if path is None or not entry.hears or not is_supported(entry.engine):
            continue
        for language in entry.languages if not options.models or entry.name in options.models else ():
            uvloop.run(measure(Setup(language, entry.engine, path, stall_seconds=30.0), options.speech))
    return 0


async def measure(setup: Setup, folder: Path) -> None:
    """Print the figures of one model in one language."""
    recognisers = Recognisers([setup])
    await recognisers.start()
    try:
        await recognisers.ready()
        worker = recognisers._pools[setup.language].places[0].recogniser
        assert isinstance(worker, LocalWorker)
        assert worker.pid is not None
        assert setup.model is not None
        print(f"{setup.language} {setup.model.name}:")
        for kind, files in words(setup.language, folder / "human").items():
            before, seconds, right = processor_seconds(worker.pid), 0.0, 0
            for path, word in files:
                pcm = PAUSE + read(path) + PAUSE
                seconds += len(pcm) / 16000
                right += normal(await hear(recognisers, setup.language, pcm), setup.language) == word
            cost = (processor_seconds(worker.pid) - before) / seconds
            print(f"  {kind:<12} {right} of {len(files)} right, {cost:.2f} s of a core per second")
        before, seconds, wrong, letters = processor_seconds(worker.pid), 0.0, 0, 0
        for name, text in SENTENCES[setup.language].items():
            pcm = PAUSE + read(folder / name) + PAUSE
            seconds += len(pcm) / 16000
            said = normal(text, setup.language)
            wrong += distance(normal(await hear(recognisers, setup.language, pcm), setup.language), said)
            letters += len(said)
        cost = (processor_seconds(worker.pid) - before) / seconds
        share = 100 * wrong / letters
        print(f"  sentences    {share:.1f} % of letters wrong, {cost:.2f} s of a core per second")
    finally:
        await recognisers.close()


def words(language: str, folder: Path) -> dict[str, list[tuple[Path, str]]]:
    """Recordings of single words by kind, with what each says."""
    if language == "en":
        digits = [*folder.glob("digits/*.wav"), *folder.glob("en/[0-9]_*.wav")]
        answers = [path for word in ("yes", "no") for path in folder.glob(f"en/{word}_*.wav")]
        return {kind: list(_named(paths)) for kind, paths in (("digits", digits), ("yes and no", answers))}
    if language == "zh":
        digits = list(folder.glob("zh/[0-9]_*.wav"))
        others = [path for path in folder.glob("zh/*.wav") if path not in digits]
        return {kind: list(_named(paths)) for kind, paths in (("digits", digits), ("short words", others))}
    return {}


def _named(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in sorted(paths):
        yield path, path.stem.split("_")[0]


def normal(text: str, language: str) -> str:
    """Letters and figures alone; digits as figures."""
    bare = "".join(letter for letter in plain(text, language).casefold() if letter.isalnum())
    bare = bare.replace("幺", "1").replace("〇", "0") if language == "zh" else bare
    for figure, word in enumerate(DIGITS.get(language, ())):
        bare = bare.replace(word, str(figure)) if language == "zh" or bare == word else bare
    return bare


async def hear(recognisers: Recognisers, language: str, pcm: bytes) -> str:
    """The words of an utterance, fed as fast as it goes."""
    recognition = await recognisers.open(language)
    for begin in range(0, len(pcm), 320):
        recognition.feed(pcm[begin : begin + 320])
        await asyncio.sleep(0)
    return (await recognition.finish()).text


def distance(one: str, other: str) -> int:
    """How many characters must be changed to make one text the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted)),
            )
    return row[-1]


if __name__ == "__main__":
    sys.exit(main())
