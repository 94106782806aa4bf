"""What the tests by telephone share: voices for callers, recordings of people, and a service desk.

Without the models or the speech libraries these tests are skipped and say why.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.speech.phrases import PHRASES
from tests.support import sounds
from tests.support.ports import wait_for
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tts.client import Voices
from tts.installed import Wish, choose

HERE = Path(__file__).parent
PEOPLE = HERE.parent.parent.parent / "shared" / "speech"
SECONDS = 600
"""For one test: the first one may have to get models and speak phrases."""

NUMBERS: Mapping[int, Mapping[str, str]] = {
    7000: {"flow": "words"},
    7001: {"flow": "words", "language": "zh"},
    7002: {"flow": "words", "language": "ko"},
    7010: {"flow": "number"},
    7020: {"flow": "yes-no"},
    7021: {"flow": "yes-no", "language": "zh"},
    7022: {"flow": "yes-no", "language": "ko"},
    7030: {"flow": "long"},
    7040: {"flow": "problem"},
    7041: {"flow": "problem", "language": "zh"},
    7042: {"flow": "problem", "language": "ko"},
    7050: {"flow": "version"},
}


numbers = (f"49301{number}" for number in itertools.count(1000))
"""A telephone number for each caller."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of this folder the time that they need."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def said(models: Path, pytestconfig: pytest.Config) -> Mapping[str, Sound]:
    """What callers say, by the name of the phrase, in voices that are not the switch's own."""
    assert pytestconfig.cache is not None
    return asyncio.run(speak(models, pytestconfig.cache.mkdir("callers")))


async def speak(models: Path, folder: Path) -> Mapping[str, Sound]:
    """Have all phrases spoken; what was spoken in an earlier run is in the folder."""
    spoken: dict[str, Sound] = {}
    left = dict(PHRASES)
    while left:
        # One voice for each language at a time.
        voices = {phrase.language: phrase.voice for phrase in reversed(left.values())}
        mine = {name: phrase for name, phrase in left.items() if voices[phrase.language] == phrase.voice}
        chosen = [choose(language, models, Wish("kokoro", name)).voice for language, name in voices.items()]
        speaker = Voices([voice for voice in chosen if voice is not None], folder, threads=2)
        if not all(speaker.cached(phrase.text, phrase.language) for phrase in mine.values()):
            await speaker.start()
        try:
            for name, phrase in mine.items():
                sound = await speaker.render(phrase.text, phrase.language)
                spoken[name] = sounds.trimmed(sound)
                del left[name]
        finally:
            await speaker.close()
    return spoken


@pytest.fixture(scope="session")
def people() -> Path:
    """The folder with recordings of people."""
    if not PEOPLE.is_dir():
        pytest.skip(f"not run: needs recordings of people in {PEOPLE}")
    return PEOPLE


def prepare_site(
    site: Path,
    cache: Path | None = None,
    *,
    flows: Path = HERE / "flows",
    numbers: Mapping[int, Mapping[str, str]] = NUMBERS,
) -> None:
    """Give a starter site other flows and numbers, and voices that cost little.

    Args:
        site: its folder.
        cache: where spoken prompts are kept from one run to the next.
        flows: the folder of the flows.
        numbers: what answers each number.
    """
    shutil.rmtree(site / "flows")
    shutil.copytree(flows, site / "flows")
    yaml = YAML(typ="rt")
    path = site / "hotline.yaml"
    settings = yaml.load(path)
    settings["numbers"] = {number: dict(target) for number, target in numbers.items()}
    settings["voices"] = {"zh": {"engine": "espeak"}, "ko": {"engine": "espeak"}}
    yaml.dump(settings, path)
    if cache is not None:
        (site / "run").mkdir(exist_ok=True)
        (site / "run" / "voice-cache").symlink_to(cache, target_is_directory=True)


@pytest.fixture(scope="package")
def desk(
    models: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Switch]:
    """A switch whose recognisers are up and whose prompts are synthesised."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("prompts")
    running = Switch(
        tmp_path_factory.mktemp("desk"), prepare=lambda site: prepare_site(site, cache), models=True
    )
    wait_for(lambda: is_ready(running), "recognisers and prompts", 120, every=0.2)
    yield running
    running.check_idle()
    running.stop()


def is_ready(switch: Switch) -> bool:
    """Whether every recogniser is up and every prompt is spoken."""
    speech = switch.status()["speech"]
    return all(pool["up"] for pool in speech.values()) and "prompts are synthesised" in switch.log()
