"""How long callers wait over RTP: from the end of what they say to the next prompt, from barge-in to silence.

    python -m bench.speech_latency [--turns 20] [--callers 1 4] [--languages en ko] [--flows slot]

Callers talk with `hotline serve` on a fresh site (flows: `speech_flows/`) through Whisper base where that is
installed, G.711 over loopback. A turn counts from the last packet with speech to the first packet
with sound of the next prompt, which has been spoken ahead; so the silence that ends a turn is in it (0.5 to
0.7 s for a short answer, 0.8 to 1.6 s for a description). A barge-in counts from the first packet of the key,
or from half a second of speech, to the end of the last packet with sound. Several callers speak at moments
of their own.
Models are fetched first (`hotline models get`). Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asr.models import models_folder
from tests.speech.conftest import is_ready, prepare_site, speak
from tests.support import sounds
from tests.support.ports import wait_for
from tests.support.softphone import HOTLINE
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import SECONDS, Talker, calling

FLOWS = Path(__file__).parent / "speech_flows"
NUMBERS = {"slot": "7100", "story": "7200", "long": "7300"}
LANGUAGE_DIGIT = {"en": 0, "ko": 2}
SHORT = {"en": ("yes", "no"), "ko": ("비밀번호",)}
STORY = {"en": ("printer",), "ko": ("비밀번호",)}
PERSON = Path(__file__).parents[2] / "shared" / "speech" / "en" / "harvard_8k.wav"
SPEECH_COUNTS_FROM = 0.5

Measure = Callable[[Talker, Mapping[str, Sound], str, int], Awaitable[list[float]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, in which language, callers at once, seconds each time."""

    what: str
    language: str
    callers: int
    seconds: Sequence[float]

    def __str__(self) -> str:
        p50, p95 = np.percentile(self.seconds, (50, 95))
        figures = f"{p50:.2f} s | {p95:.2f} s | {max(self.seconds):.2f} s"
        return f"| {self.what} | {self.language} | {self.callers} | {len(self.seconds)} | {figures} |"


HEAD = (
    "| what | language | callers | times | p50 | p95 | longest |\n| --- | --- | --- | --- | --- | --- | --- |"
)


def main() -> int:
    """Measure everything, and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech_latency", description=__doc__)
    parser.add_argument("--turns", type=int, default=20, help="times for each caller")
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 4], help="at once")
    parser.add_argument("--languages", nargs="+", default=["en", "ko"], choices=("en", "ko"))
    parser.add_argument("--flows", nargs="+", default=[*NUMBERS], choices=[*NUMBERS], help="what to measure")
    options = parser.parse_args()
    subprocess.run([HOTLINE, "models", "get", "en", "ko", "zh"], check=True)
    with tempfile.TemporaryDirectory(prefix="hotline-speech-") as folder:
        said = dict(asyncio.run(speak(models_folder(), Path(folder, "voices"))))
        said["person"] = sounds.read(PERSON)[: 3 * sounds.RATE] if PERSON.exists() else said["paper"]
        switch = Switch(Path(folder), {"speech": {"zh": {"engine": "off"}}}, prepare=_prepare, models=True)
        try:
            wait_for(lambda: is_ready(switch), "recognisers and prompts", 300, every=0.5)
            print(HEAD, flush=True)
            for language, callers in itertools.product(options.languages, options.callers):
                for what, flow, measure in (one for one in MEASURES if one[1] in options.flows):
                    number = str(int(NUMBERS[flow]) + LANGUAGE_DIGIT[language])
                    run = _all(switch, number, measure, said, language, callers, options.turns)
                    print(Row(what, language, callers, asyncio.run(run)), flush=True)
        finally:
            switch.stop()
    return 0


def _prepare(site: Path) -> None:
    numbers = {
        int(number) + digit: {"flow": flow, "language": language}
        for flow, number in NUMBERS.items()
        for language, digit in LANGUAGE_DIGIT.items()
    }
    prepare_site(site, flows=FLOWS, numbers=numbers)


async def _all(
    switch: Switch,
    number: str,
    measure: Measure,
    said: Mapping[str, Sound],
    language: str,
    callers: int,
    turns: int,
) -> list[float]:
    async def one(own: int) -> list[float]:
        async with calling(switch.sip, number, f"49301{own}") as caller:
            return await measure(caller, said, language, turns)

    found = await asyncio.gather(*(one(own) for own in range(callers)))
    return [seconds for several in found for seconds in several]


async def _answers(
    caller: Talker, said: Mapping[str, Sound], phrases: Sequence[str], turns: int
) -> list[float]:
    waits = []
    for phrase in itertools.islice(itertools.cycle(phrases), turns):
        await caller.prompt(0.3)
        await caller.wait(random.uniform(0.1, 0.8))
        spoken = await caller.say(said[phrase])
        waits.append(await caller.sound() - spoken.end)
    return waits


async def _short(caller: Talker, said: Mapping[str, Sound], language: str, turns: int) -> list[float]:
    return await _answers(caller, said, SHORT[language], turns)


async def _stories(caller: Talker, said: Mapping[str, Sound], language: str, turns: int) -> list[float]:
    return await _answers(caller, said, STORY[language], turns)


async def _keys(caller: Talker, said: Mapping[str, Sound], language: str, turns: int) -> list[float]:
    waits = []
    for _ in range(turns):
        await caller.sound()
        await caller.wait(random.uniform(0.5, 1.5))
        pressed = await caller.press("1")
        waits.append(await _silence_after(caller, pressed.begin))
    return waits


async def _words(caller: Talker, said: Mapping[str, Sound], language: str, turns: int) -> list[float]:
    waits = []
    for _ in range(turns):
        await caller.sound()
        await caller.wait(random.uniform(0.5, 1.5))
        spoken = await caller.say(said["person"])
        waits.append(await _silence_after(caller, spoken.begin) - SPEECH_COUNTS_FROM)
        await caller.sound()
        await caller.press("1")  # a new question, with all its tries
    return waits


async def _silence_after(caller: Talker, begin: float) -> float:
    """From a moment to the end of the last packet with sound; 0 when that came before it."""
    await caller.silence(after=begin)
    return max(0.0, caller.last_sound() + SECONDS - begin)


MEASURES: Sequence[tuple[str, str, Measure]] = (
    ("end of a short answer to the next prompt", "slot", _short),
    ("end of a description to the next prompt", "story", _stories),
    ("key to silence", "long", _keys),
    ("0.5 s of speech to silence", "long", _words),
)

if __name__ == "__main__":
    sys.exit(main())
