"""Measure the recognisers on this machine: `python -m bench.speech`.

For each language with a model: how long a worker takes to be ready and how much memory it needs; what a
second of speech costs in seconds of one core; and, for utterances fed as a call feeds them (20 ms frames, in
real time), how long the words take from the last frame on, with one and with four callers at once. Speech is
read from ../shared/speech. The figures go by hand into bench/RESULTS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import uvloop

from asr.models.plan import plan_speech
from asr.workers.client import Recognisers
from asr.workers.places import LocalWorker
from asr.workers.setup import Setup
from config import SpeechSettings

HERE = Path(__file__).resolve().parent
FRAME = 320  # bytes in 20 ms
PAUSE = bytes(8000)  # half a second, as endpointing leaves it behind an answer

# Short answers, and sentences.
SPEECH: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "word": ("digits/7_jackson_3.wav", "digits/9_theo_3.wav", "digits/4_nicolas_1.wav"),
        "sentence": ("en/inaugural_8k.wav",),
    },
    "zh": {"sentence": ("zh/welcome_8k.wav",)},
    "ko": {"word": ("ko/speech_0003.wav", "ko/speech_0007.wav")},
}


def main() -> int:
    """Measure every language that can be recognised here."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech")
    parser.add_argument("--speech", type=Path, default=HERE.parent.parent / "shared" / "speech")
    parser.add_argument("--rounds", type=int, default=6, help="utterances of each kind")
    options = parser.parse_args()
    if not options.speech.is_dir():
        print(f"The speech is not there: {options.speech}. Name its folder with --speech.", file=sys.stderr)
        return 1
    for setup in plan_speech(SpeechSettings()).setups:
        uvloop.run(measure(setup, options.speech, options.rounds))
    return 0


async def measure(setup: Setup, folder: Path, rounds: int) -> None:
    """Print the figures of one language."""
    recognisers = Recognisers([setup])
    began = time.perf_counter()
    await recognisers.start()
    try:
        await recognisers.ready()
        worker = recognisers._pools[setup.language].places[0].recogniser
        assert isinstance(worker, LocalWorker)
        assert worker.pid is not None
        model = setup.model.name if setup.model is not None else ""
        print(f"{setup.language} {model}: ready after {time.perf_counter() - began:.1f} s")
        for kind, files in SPEECH[setup.language].items():
            utterances = [read(folder / name) + PAUSE for name in files]
            for callers in (1, 4):
                before = processor_seconds(worker.pid)
                late = await latencies(recognisers, setup.language, utterances, callers, rounds)
                spent = processor_seconds(worker.pid) - before
                seconds = (
                    sum(len(utterances[number % len(utterances)]) for number in range(len(late))) / 16000
                )
                print(
                    f"  {kind:<9} {callers} at once: words after {statistics.median(late):.2f} s (p50) "
                    f"{percentile(late, 95):.2f} s (p95), {spent / seconds:.2f} s of a core per second"
                )
        print(f"  memory: {memory(worker.pid):.0f} MB")
    finally:
        await recognisers.close()


async def latencies(
    recognisers: Recognisers, language: str, utterances: Sequence[bytes], callers: int, rounds: int
) -> list[float]:
    """Seconds from the last frame to the words, of `callers` who speak at the same time, `rounds` times."""
    late: list[float] = []
    for number in range(rounds):
        said = [utterances[(number * callers + caller) % len(utterances)] for caller in range(callers)]
        late += await asyncio.gather(*(speak(recognisers, language, pcm) for pcm in said))
    return late


async def speak(recognisers: Recognisers, language: str, pcm: bytes) -> float:
    """Feed one utterance in real time; returns how long the words took."""
    loop = asyncio.get_running_loop()
    recognition = await recognisers.open(language)
    began = loop.time()
    for index, begin in enumerate(range(0, len(pcm), FRAME)):
        recognition.feed(pcm[begin : begin + FRAME])
        await asyncio.sleep(max(0.0, began + (index + 1) * 0.02 - loop.time()))
    ended = loop.time()
    await recognition.finish()
    return loop.time() - ended


def read(path: Path) -> bytes:
    """A recording's samples, 8 kHz mono."""
    with wave.open(str(path)) as file:
        return bytes(file.readframes(file.getnframes()))


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def percentile(values: Sequence[float], share: int) -> float:
    """The value below which so many percent lie."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


if __name__ == "__main__":
    sys.exit(main())
