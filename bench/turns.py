"""False cut-offs against wait, by slot: `python -m bench.turns`.

What is judged are a person's recordings from ../shared/speech, sentences with hesitations in them, spoken by
Kokoro, and numbers put together of people's digits in groups; at 8 kHz through mu-law, with faint line noise.
Smart Turn is asked 0.3 s behind every gap in an utterance and behind its end. A caller who pauses at a gap
does so for a time drawn from a lognormal distribution, as pauses within turns are (median 0.7 s, one in ten
above 1.5 s): a false cut-off is a pause longer than the rule waits there, the wait is what the rule takes at
the end. What is read of the words takes no part but in the last line, where a number's completeness is known
as if all were read right. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.engines.resampling import resampled
from asr.engines.smart_turn import SmartTurn
from asr.listening.end_of_turn import FRAME, TIMINGS
from asr.listening.turn_detection import COMPLETE, UNFINISHED
from asr.models import models_folder
from asr.models.plan import SMART_TURN
from asr.models.store import find
from tests.support import sounds
from tests.support.paths import SHARED
from tests.support.sounds import RATE
from tts.client import Voices
from tts.installed import Wish, choose

PEOPLE = SHARED / "speech"
LEVEL, NOISE = -24.0, -68.0
MEDIAN, SPREAD = 0.7, 0.6
AFTER = 0.3  # seconds of silence after which Smart Turn is asked
GAP = 0.12  # seconds without sound where a caller may as well pause
WAITS = (0.7, 1.0, 1.3, 1.6, 2.0)

VOICES = {"en": ("jf_alpha", "jm_kumo", "jf_gongitsune"), "zh": ("jf_nezumi", "jm_kumo+jf_gongitsune")}
STORIES = {
    "en": (
        "My printer stopped working this morning, and, um, I have already changed the cartridge twice.",
        "I can't log in to the portal, because, uh, it says that my password has expired.",
        "So, the thing is, since yesterday's update, the laptop doesn't find the wireless network any more.",
        "When I open the report, it shows an error, and then, the whole program closes.",
        "Well, I ordered a headset two weeks ago, but, the parcel has never arrived.",
        "The screen is black, the fan is running, and the power light, I think, is blinking.",
        "We have three people in the office, who, since Monday, can't send any e-mail.",
        "It works for a minute or so, and then it says, connection lost, try again later.",
        "Hello, I'm calling about, um, the invoice from October, it has the wrong address.",
        "My phone rings, but when I pick up, I hear, you know, only noise.",
        "The scanner on the second floor jams, every time, with more than one page.",
        "I need access to the, uh, shared folder of the sales team.",
    ),
    "zh": (
        "我的电脑，今天早上，突然打不开了，屏幕是黑的。",
        "那个，我想问一下，我上个星期订的货，到现在还没有收到。",
        "打印机一直卡纸，然后，我把纸拿出来，还是不行。",
        "我登录的时候，系统提示，密码错误，但是，我的密码是对的。",
        "我们办公室的网络，从昨天开始，就特别慢，有时候还断线。",
        "因为，呃，我换了新手机，所以，验证码收不到了。",
        "你好，我是想，改一下，发票上面的地址。",
        "电话能打通，可是，对方听不到我说话。",
    ),
}

Sound = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Silence:
    """Where a caller is silent.

    Args:
        end: whether the utterance ends there.
        complete: how likely it does, by Smart Turn.
    """

    end: bool
    complete: float


Rule = Callable[[Silence], float]
"""Seconds of silence after which a turn is ended."""


def main() -> int:
    """Measure every kind of answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__)
    parser.add_argument("--cache", type=Path, help="where spoken sentences are kept from one run to the next")
    options = parser.parse_args()
    model = find(SMART_TURN, models_folder())
    if model is None or not PEOPLE.is_dir():
        print(f"Needs {SMART_TURN} (hotline models get {SMART_TURN}) and {PEOPLE}.", file=sys.stderr)
        return 1
    engine, chance = SmartTurn(model, 1), np.random.default_rng(1)
    kinds: dict[str, Iterable[list[Sound]]] = {
        "sentence, en (a person)": map(_parts, _sentences()),
        "speech, en (a person)": [_parts(_read(PEOPLE / "en" / "inaugural_8k.wav"))],
        "yes or no, en (people)": ([_read(path)] for path in sorted(PEOPLE.glob("human/en/[yn]*.wav"))),
        "number, en (people)": _numbers(chance),
    }
    with tempfile.TemporaryDirectory(prefix="hotline-turns-") as folder:
        for language in STORIES:
            spoken = asyncio.run(speak(language, options.cache or Path(folder)))
            kinds[f"description, {language} (voices)"] = map(_parts, spoken)
    pauses = chance.lognormal(np.log(MEDIAN), SPREAD, 20_000)
    print("| what | gaps | ends | ended by | false cut-offs | mean wait |")
    print("| --- | --- | --- | --- | --- | --- |")
    for what, utterances in kinds.items():
        places = [place for parts in utterances for place in _places(parts, engine, chance)]
        gaps, ends = [place for place in places if not place.end], [place for place in places if place.end]
        for name, rule in _rules(what).items():
            cut = f"{np.mean([(pauses > rule(gap)).mean() for gap in gaps]):.0%}" if gaps else ""
            wait = np.mean([rule(end) for end in ends])
            print(f"| {what} | {len(gaps)} | {len(ends)} | {name} | {cut} | {wait:.2f} s |", flush=True)
    return 0


def _rules(what: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {f"{seconds} s of silence": _after(seconds) for seconds in WAITS}
    for likely in (0.8, COMPLETE):
        rules[f"Smart Turn: 0.8 s from {likely}, 3 s below {UNFINISHED}, else 1.6 s"] = _judged(likely)
    if what.startswith("number"):
        digits = TIMINGS["digits"]
        name = f"the numbering plan: {digits.complete} s when complete, {digits.hesitation} s when too short"
        rules[name] = lambda place: digits.complete if place.end else digits.hesitation
    return rules


def _after(seconds: float) -> Rule:
    return lambda place: seconds


def _judged(likely: float) -> Rule:
    timing = TIMINGS["description"]

    def rule(place: Silence) -> float:
        if place.complete >= likely:
            return timing.complete
        return timing.hesitation if place.complete < UNFINISHED else timing.end_of_turn

    return rule


async def speak(language: str, cache: Path) -> list[Sound]:
    """The stories of a language, each by one of the voices."""
    said = []
    for number, voice in enumerate(VOICES[language]):
        chosen = choose(language, models_folder(), Wish("kokoro", voice)).voice
        assert chosen is not None
        speaker = Voices([chosen], cache, threads=2)
        await speaker.start()
        try:
            for text in STORIES[language][number :: len(VOICES[language])]:
                said.append(np.asarray(await speaker.render(text, language)))
        finally:
            await speaker.close()
    return said


def _read(path: Path) -> Sound:
    return sounds.at_level(sounds.read(path), LEVEL)


def _sentences() -> Iterator[Sound]:
    """A person's sentences, one by one: the recording has most of a second between them."""
    said = sounds.read(PEOPLE / "en" / "harvard_8k.wav")
    cuts = [0, *((begin + end) // 2 for begin, end in _gaps(said, 0.5)), len(said)]
    for begin, end in pairwise(cuts):
        yield sounds.trimmed(said[begin:end])


def _gaps(said: Sound, least: float) -> list[tuple[int, int]]:
    """Samples between which nothing is heard for so many seconds."""
    levels = sounds.levels(said)
    loud = np.flatnonzero(levels > levels.max() / 40)
    return [
        ((before + 1) * sounds.FRAME, after * sounds.FRAME)
        for before, after in pairwise(loud)
        if (after - before - 1) * FRAME >= least
    ]


def _parts(said: Sound) -> list[Sound]:
    """An utterance, cut at its gaps."""
    said = sounds.at_level(sounds.trimmed(said), LEVEL)
    cuts = [0, *(begin for begin, _ in _gaps(said, GAP)), len(said)]
    return [said[begin:end] for begin, end in pairwise(cuts)]


def _numbers(chance: np.random.Generator) -> Iterator[list[Sound]]:
    """Numbers in groups of three, three and four."""
    speakers = sorted({path.stem.split("_")[1] for path in PEOPLE.glob("human/digits/*.wav")})
    for speaker in speakers * 3:
        groups = []
        for size in (3, 3, 4):
            takes = [
                sorted(PEOPLE.glob(f"human/digits/{digit}_{speaker}_*.wav"))
                for digit in chance.integers(0, 10, size)
            ]
            digits = [_read(paths[int(chance.integers(len(paths)))]) for paths in takes]
            groups.append(sounds.joined(digits, float(chance.uniform(0.12, 0.25))))
        yield groups


def _places(parts: list[Sound], engine: SmartTurn, chance: np.random.Generator) -> Iterator[Silence]:
    """The gaps of an utterance and its end, judged."""
    for count in range(1, len(parts) + 1):
        around = np.concatenate([*parts[:count], sounds.gap(AFTER)])
        noisy = around + chance.normal(0, 32768 * 10 ** (NOISE / 20), len(around))
        heard = sounds.decode(sounds.encode(np.clip(np.round(noisy), -32768, 32767).astype(np.int16)))
        yield Silence(count == len(parts), engine.complete(resampled(heard.astype("<i2").tobytes(), RATE)))


if __name__ == "__main__":
    sys.exit(main())
