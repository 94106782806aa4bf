"""False cut-offs against wait, by slot: `python -m bench.turns`.

Each utterance is a person's recording from ../shared/speech, or a sentence with hesitations in it, spoken
by Kokoro; at 8 kHz through mu-law, with faint line noise. In each one a pause is put where there is a gap
in it already, drawn from a lognormal distribution as pauses within turns are (median 0.7 s, one in ten
above 1.5 s). Numbers are put together of people's digits in groups, with such a pause between the groups.
How long the silences are is said by the product's own voice activity, and what ends a turn by its own
rules; the false cut-offs are the utterances that are ended in a pause, the wait runs from the last speech
to the end of the turn. Words take no part: what a number's completeness adds is in the last line, as if all
were read right. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.engines.smart_turn import SmartTurn, _resampled
from asr.listening.end_of_turn import FRAME, THRESHOLD, TIMINGS
from asr.listening.turn_detection import COMPLETE, UNFINISHED
from asr.listening.voice_activity import FRAME_BYTES, Phase, VoiceActivity
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
ROUNDS = 2  # pauses drawn for each place
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
Rule = Callable[["Silence"], float]


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence in an utterance, as voice activity hears it.

    Args:
        seconds: how long it is; without end when it is the last.
        complete: how likely the turn is over, by Smart Turn.
    """

    seconds: float
    complete: float


def main() -> int:
    """Measure every kind of answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__)
    parser.add_argument("--cache", type=Path, help="where spoken sentences are kept from one run to the next")
    options = parser.parse_args()
    model = find(SMART_TURN, models_folder())
    if model is None or not PEOPLE.is_dir():
        print(f"Needs {SMART_TURN} (hotline models get {SMART_TURN}) and {PEOPLE}.", file=sys.stderr)
        return 1
    engine = SmartTurn(model, 1)
    chance = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(prefix="hotline-turns-") as folder:
        spoken = {name: asyncio.run(speak(name, options.cache or Path(folder))) for name in STORIES}
    kinds = {f"description, {language} (voices)": _stories(spoken[language], chance) for language in spoken}
    kinds["sentences, en (people)"] = _stories(_sentences(), chance)
    kinds["yes and no, en (people)"] = iter(
        [_read(path) for path in sorted(PEOPLE.glob("human/en/[yn]*.wav"))]
    )
    kinds["number in groups, en (people)"] = _numbers(chance)
    print("| what | ended by | false cut-offs | mean wait |\n| --- | --- | --- | --- |")
    for what, utterances in kinds.items():
        found = [_silences(utterance, engine, chance) for utterance in utterances]
        for name, rule in _rules(what).items():
            cut = np.mean(
                [any(silence.seconds > rule(silence) for silence in pauses[:-1]) for pauses in found]
            )
            wait = np.mean([rule(pauses[-1]) for pauses in found])
            print(f"| {what} ({len(found)}) | {name} | {cut:.0%} | {wait:.2f} s |", flush=True)
    return 0


def _rules(what: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {f"{seconds} s of silence": _after(seconds) for seconds in WAITS}
    for likely in (0.8, 0.9, COMPLETE):
        rules[f"Smart Turn: 0.8 s from {likely}, 3 s below {UNFINISHED}, else 1.6 s"] = _judged(likely)
    if what.startswith("number"):
        timing = TIMINGS["digits"]
        name = f"complete or not, by the plan: {timing.complete} s, else {timing.hesitation} s"
        rules[name] = lambda silence: timing.complete if silence.seconds == np.inf else timing.hesitation
    return rules


def _after(seconds: float) -> Rule:
    return lambda silence: seconds


def _judged(likely: float) -> Rule:
    timing = TIMINGS["description"]

    def rule(silence: Silence) -> float:
        if silence.complete >= likely:
            return timing.complete
        return timing.hesitation if silence.complete < UNFINISHED else timing.end_of_turn

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


def _sentences() -> list[Sound]:
    """A person's sentences, one by one: the recording has most of a second between them."""
    said = sounds.read(PEOPLE / "en" / "harvard_8k.wav")
    cuts = [0, *((begin + end) // 2 for begin, end in _gaps(said, 0.5)), len(said)]
    return [sounds.trimmed(said[begin:end]) for begin, end in pairwise(cuts)]


def _gaps(said: Sound, least: float) -> list[tuple[int, int]]:
    """Samples between which nothing is heard for so many seconds."""
    loud = np.flatnonzero(sounds.levels(said) > sounds.levels(said).max() / 40)
    return [
        ((before + 1) * sounds.FRAME, after * sounds.FRAME)
        for before, after in pairwise(loud)
        if (after - before - 1) * FRAME >= least
    ]


def _pause(chance: np.random.Generator) -> Sound:
    return sounds.gap(float(chance.lognormal(np.log(MEDIAN), SPREAD)))


def _stories(said: Sequence[Sound], chance: np.random.Generator) -> Iterator[Sound]:
    for sound in said:
        sound = sounds.at_level(sounds.trimmed(sound), LEVEL)
        for begin, end in _gaps(sound, 0.1):
            for _ in range(ROUNDS):
                yield np.concatenate([sound[:begin], _pause(chance), sound[end:]])


def _numbers(chance: np.random.Generator) -> Iterator[Sound]:
    speakers = sorted({path.stem.split("_")[1] for path in PEOPLE.glob("human/digits/*.wav")})
    for _ in range(10):
        for speaker in speakers:
            groups = []
            for size in (3, 3, 4):
                digits = [
                    _read(chance.choice(sorted(PEOPLE.glob(f"human/digits/{digit}_{speaker}_*.wav"))))
                    for digit in chance.integers(0, 10, size)
                ]
                groups.append(sounds.joined(digits, float(chance.uniform(0.12, 0.25))))
            first, second, third = groups
            yield np.concatenate([first, _pause(chance), second, _pause(chance), third])


def _silences(said: Sound, engine: SmartTurn, chance: np.random.Generator) -> list[Silence]:
    """The silences of an utterance that are long enough to matter, the last one behind it."""
    around = np.concatenate([sounds.gap(0.5), said, sounds.gap(1.0)])
    noisy = around + chance.normal(0, 32768 * 10 ** (NOISE / 20), len(around))
    heard = sounds.decode(sounds.encode(np.clip(np.round(noisy), -32768, 32767).astype(np.int16)))
    pcm = heard.astype("<i2").tobytes()
    activity = VoiceActivity()
    speech, run = [], 0
    for number, at in enumerate(range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)):
        run = run + 1 if activity.probability(pcm[at : at + FRAME_BYTES], Phase.SPEAKING) >= THRESHOLD else 0
        if run >= 3:  # a click ends no silence
            speech.append(number)
    found = []
    for before, after in [*pairwise(speech), (speech[-1], None)]:
        seconds = np.inf if after is None else (after - before - 3) * FRAME
        if seconds > AFTER:
            end = (before + 1) * FRAME_BYTES + round(AFTER * RATE) * 2
            found.append(Silence(seconds, engine.complete(_resampled(pcm[:end], RATE))))
    return found


if __name__ == "__main__":
    sys.exit(main())
