"""How well short answers are understood: `python -m bench.short_answers`.

People's yes, no and other single words (../shared/speech/human) and the answers of ../shared/cases/speech
are put through what a call puts them through: G.711 mu-law, voice activity, the end of the turn, a
recogniser's worker, what is believable, and the meaning at a yes/no question. One second of faint line
noise comes before and three after. Each is heard clean, with pink noise and with babble 10 dB below the
word, and 20 dB softer.

The people are halved by speaker: thresholds are chosen on the first half, and the second is what counts.
Three things can become of a yes or no: it is taken rightly, taken wrongly, or asked again. Other words
(digits, times, "a person") should be asked about. Prints tables in Markdown, and with --out writes what was
heard, a line of JSON each; --in reads such a file instead of listening again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import uvloop

from asr.listening.answer import SpeechWanted
from asr.listening.end_of_turn import TIMINGS, CapReached, Endpointer, SpeechStarted, TurnEnded
from asr.listening.hallucinations import believable
from asr.listening.listener import HEAD_START, MOST_HEAD_START
from asr.listening.transcription import transcriber
from asr.listening.voice_activity import VoiceActivity
from asr.models.plan import plan_speech
from asr.slots.expected import SURE
from asr.slots.understand import UNKNOWN_CONFIDENCE
from asr.slots.yes_no import yes_no
from asr.workers.client import Recognisers
from config import SpeechSettings
from tests.support import sounds
from tests.support.sounds import FRAME, RATE, Sound

SHARED = Path(__file__).resolve().parents[2] / "shared"
CONDITIONS = ("clean", "pink", "babble", "soft")
BELOW = 10.0
"""dB by which noise lies below the word."""
SOFTER = 20.0
LINE_NOISE = -62.0  # dBFS
BEFORE, AFTER = 1.0, 3.0
THRESHOLDS = (0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)

ANSWERS_ZH = {
    "yes": ("嗯", "要", "愿意", "肯定", "对了"),
    "no": ("错", "错误", "不要", "不"),
    "human": ("人工",),
}
KEYS = {"1": "yes", "2": "no"}


@dataclass(frozen=True, slots=True)
class Said:
    """One recording.

    Args:
        name: of the file.
        language: en or zh.
        speaker: who.
        truth: "yes", "no", "human" or "none"; what is right at a yes/no question ("1" said there is a yes).
    """

    name: str
    language: str
    speaker: str
    truth: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was heard of it."""

    said: Said
    condition: str
    half: str
    kind: str
    text: str = ""
    confidence: float | None = None
    meanings: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def recordings() -> Iterator[tuple[Said, Sound]]:
    """All there are."""
    people = SHARED / "speech" / "human"
    for path in sorted((people / "en").glob("*.wav")):
        word, _, speaker = path.stem.partition("_")
        yield (
            Said(path.stem, "en", speaker, word if word in ("yes", "no") else KEYS.get(word, "none")),
            whole(path),
        )
    for path in sorted((people / "digits").glob("*.wav")):
        word, speaker, _ = path.stem.split("_")
        yield Said(path.stem, "en", speaker, KEYS.get(word, "none")), whole(path)
    for path in sorted((people / "zh").glob("*.wav")):
        digit = path.stem[0].isdigit()
        truth = next((name for name, words in ANSWERS_ZH.items() if path.stem in words), "none")
        truth = KEYS.get(path.stem[0], "none") if digit else truth
        yield Said(path.stem, "zh", "Chen Wang" if digit else "Yue Tan", truth), whole(path)
    for path in sorted((SHARED / "cases" / "speech").glob("*.wav")):
        language, kind, _ = path.stem.split("_")
        if kind in ("yes", "no", "soft"):
            yield Said(path.stem, language, "case", "yes" if kind == "soft" else kind), whole(path)


def whole(path: Path) -> Sound:
    """A recording with its quiet edges: without them words are spoilt."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def halves(said: Iterable[Said]) -> dict[str, str]:
    """The half of each speaker, by lot."""
    speakers = sorted({one.speaker for one in said})
    random.Random(10).shuffle(speakers)
    return {speaker: "first" if index % 2 else "second" for index, speaker in enumerate(speakers)} | {
        "case": "cases"
    }


def loudness(sound: Sound) -> float:
    """RMS of the loud half, which is the word."""
    loud = np.sort(sounds.levels(sound))
    return float(np.sqrt((loud[len(loud) // 2 :] ** 2).mean()))


def pink(size: int, seed: int) -> np.ndarray:
    """Noise whose power falls with the frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=size))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, size)


def on_the_line(sound: Sound, condition: str, seed: int) -> Sound:
    """A word as it comes over the telephone."""
    word = sound.astype(np.float64)
    if condition == "soft":
        word *= 10 ** (-SOFTER / 20)
    line = np.concatenate([np.zeros(round(BEFORE * RATE)), word, np.zeros(round(AFTER * RATE))])
    line += sounds.noise(LINE_NOISE, len(line) / RATE + 1, seed)[: len(line)]
    if condition in ("pink", "babble"):
        if condition == "pink":
            around = pink(len(line), seed)
        else:
            loop = whole(SHARED / "cases" / "speech" / "en_babble_loop.wav").astype(np.float64)
            around = np.roll(np.resize(loop, len(line)), seed * 4001)
        wanted = loudness(sound) * 10 ** (-BELOW / 20)
        line += around * wanted / np.sqrt((around**2).mean())
    return np.clip(line, -32768, 32767).astype(np.int16)


async def hear(recognisers: Recognisers, said: Said, condition: str, line: Sound, half: str) -> Result:
    """One answer from the line to its words, as `asr.listening.listener` hears it."""
    timing = TIMINGS["short"]
    activity, endpointer = VoiceActivity(), Endpointer(timing, 0.0, language=said.language)
    head_start = min(MOST_HEAD_START, HEAD_START * timing.end_of_turn)
    frames: list[bytes] = []
    begin, spoken, now = 0, None, 0.0
    for number, payload in enumerate(sounds.payloads(line), 1):
        now = number * FRAME / RATE
        frames.append(sounds.decode(payload).tobytes())
        for event in endpointer.receive(activity.probability(frames[-1]), now):
            if isinstance(event, SpeechStarted):
                begin = max(0, round((event.start - timing.lead_in) * RATE / FRAME))
            elif isinstance(event, TurnEnded | CapReached):
                spoken = event.speech
        if spoken is not None:
            break
    if spoken is None:
        return Result(said, condition, half, "silence")
    words = transcriber(recognisers, said.language, SpeechWanted("yes_no"), lambda _: None)
    words.feed(b"".join(frames[begin : len(frames) - round(head_start * RATE / FRAME)]))
    words.end()
    began = time.perf_counter()
    final = await words.final()
    took = time.perf_counter() - began
    assert final is not None, "the recogniser works"
    text = believable(final.text, said.language, speech=spoken, confidence=final.confidence)
    return Result(
        said, condition, half, "speech" if text else "noise", text, final.confidence, final.meanings, took
    )


async def listen(conditions: Sequence[str], only: str) -> list[Result]:
    """Hear everything."""
    all_of_them = [
        (said, sound) for said, sound in recordings() if only in said.name or only == said.language
    ]
    half = halves(said for said, _ in all_of_them)
    recognisers = Recognisers(plan_speech(SpeechSettings()).setups)
    await recognisers.start()
    try:
        await recognisers.ready()
        return [
            await hear(recognisers, said, condition, on_the_line(sound, condition, index), half[said.speaker])
            for condition in conditions
            for index, (said, sound) in enumerate(all_of_them)
        ]
    finally:
        await recognisers.close()


def outcome(result: Result, sure: float) -> str:
    """What becomes of it: "right", "wrong" or "asked"."""
    confidence = UNKNOWN_CONFIDENCE if result.confidence is None else result.confidence
    found = None
    if result.kind == "speech":
        found = yes_no(result.text, result.said.language, confidence, result.meanings, sure)
    if found is None:
        return "asked"
    return "right" if ("yes" if found.value else "no") == result.said.truth else "wrong"


def table(results: Sequence[Result]) -> Iterator[str]:
    """The curve: what becomes of answers and of other words, by threshold."""
    yield "| language | people | condition | sure from | answers: right / wrong / asked | other words taken |"
    yield "| --- | --- | --- | --- | --- | --- |"
    keys = sorted({(r.said.language, r.half, CONDITIONS.index(r.condition)) for r in results})
    for language, half, index in keys:
        group = [
            r
            for r in results
            if (r.said.language, r.half, CONDITIONS.index(r.condition)) == (language, half, index)
        ]
        answers = [r for r in group if r.said.truth in KEYS.values() and not r.said.name[0].isdigit()]
        others = [r for r in group if r.said.truth in ("none", "human")]
        for sure in THRESHOLDS:
            count = [outcome(r, sure) for r in answers]
            right, wrong, asked = (count.count(what) for what in ("right", "wrong", "asked"))
            taken = sum(outcome(r, sure) != "asked" for r in others)
            mark = " (chosen)" if sure == SURE else ""
            yield (
                f"| {language} | {half} | {CONDITIONS[index]} | {sure}{mark} | {right} / {wrong} / {asked} "
                f"of {len(answers)} | {taken} of {len(others)} |"
            )


def main() -> int:
    """Hear all of it and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.short_answers")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--only", default="", help="a language, or a part of the files' names")
    parser.add_argument("--out", type=Path, help="file for what was heard")
    parser.add_argument("--in", dest="source", type=Path, help="read such a file instead")
    options = parser.parse_args()
    if options.source is None and not (SHARED / "speech" / "human").is_dir():
        print(f"The recordings are not there: {SHARED}.", file=sys.stderr)
        return 1
    if options.source is not None:
        lines = (json.loads(line) for line in options.source.read_text("utf-8").splitlines())
        results = [Result(**{**line, "said": Said(**line["said"])}) for line in lines]
    else:
        results = uvloop.run(listen(options.conditions, options.only))
    if options.out is not None:
        lines_out = (json.dumps(asdict(result), ensure_ascii=False) for result in results)
        options.out.write_text("\n".join(lines_out) + "\n", "utf-8")
    print("\n".join(table(results)))
    seconds = [result.seconds for result in results if result.seconds]
    if seconds:
        p50, p95 = np.percentile(seconds, (50, 95))
        print(f"Words after {p50:.2f} s (p50), {p95:.2f} s (p95).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
