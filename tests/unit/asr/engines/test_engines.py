"""What engines do around their models: phrases, sample rates, and models that cannot be loaded."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from asr.engines import MODULES, EngineError
from asr.engines.whisper import Phrases
from asr.workers.setup import Setup


class Letters:
    """A tokenizer with a token for each letter."""

    eot = 0x10000

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]


@pytest.mark.parametrize(("name", "library"), [("vosk", "vosk"), ("whisper", "faster_whisper")])
def test_a_folder_without_a_model_is_refused_in_words(tmp_path: Path, name: str, library: str) -> None:
    pytest.importorskip(library, reason="not run: needs pip install 'hotline[speech]'")
    load = import_module(MODULES[name]).load
    with pytest.raises(EngineError, match=f"{tmp_path} contains no {name.capitalize()} model"):
        load(tmp_path, "en", 1)


@pytest.mark.parametrize(("name", "library"), [("vosk", "vosk"), ("whisper", "faster_whisper")])
def test_a_damaged_model_is_refused_in_words(tmp_path: Path, name: str, library: str) -> None:
    pytest.importorskip(library, reason="not run: needs pip install 'hotline[speech]'")
    mark = tmp_path / ("am/final.mdl" if name == "vosk" else "model.bin")
    mark.parent.mkdir(exist_ok=True)
    mark.write_bytes(b"no model")
    load = import_module(MODULES[name]).load
    with pytest.raises(EngineError, match=f"{tmp_path} cannot be loaded: .+"):
        load(tmp_path, "en", 1)


def test_only_the_phrases_tokens_are_left() -> None:
    phrases = Phrases(("yes", "no"), Letters())
    left = set(range(Letters.eot)).difference(phrases.suppressed)
    assert {chr(token) for token in left} == set("yesnoYN ,.-?!，。")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (" Yes.", True),
        ("no, no", True),
        ("YES - no", True),
        ("", False),
        ("...", False),
        ("yes please", False),
        ("yeno", False),
    ],
)
def test_what_counts_is_made_of_whole_phrases(text: str, made: bool) -> None:
    assert Phrases(("yes", "no"), Letters()).make(text) is made


def test_phrases_of_several_words_and_of_other_scripts() -> None:
    phrases = Phrases(("call me back", "不对", "对"), Letters())
    assert phrases.make("Call me back!")
    assert phrases.make("不对，对。")
    assert not phrases.make("call me")


def test_capabilities_follow_the_engine(tmp_path: Path) -> None:
    vosk = Setup("ko", "vosk", tmp_path).capabilities
    whisper = Setup("en", "whisper", tmp_path).capabilities
    somewhere = Setup("en", "vosk-server", urls=("ws://a:1",)).capabilities
    assert (vosk.streaming, vosk.extended) == (True, False)
    assert (whisper.streaming, whisper.extended) == (False, True)
    assert (somewhere.streaming, somewhere.extended) == (True, True)
