"""What was said before is found again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tts.cache import Cache
from tts.voice import Voice

VOICE = Voice("en", "piper", "joe")


def put(path: Path, size: int = 100, age: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_equal_texts_of_equal_voices_share_a_file(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.path("Caf\u00e9 open", VOICE) == cache.path(
        " Cafe\u0301  open\n", Voice("en", "piper", "joe")
    )


@pytest.mark.parametrize(
    "other",
    [
        Voice("zh", "piper", "joe"),
        Voice("en", "kokoro", "joe"),
        Voice("en", "piper", "amy"),
        Voice("en", "piper", "joe", speed=1.2),
        Voice("en", "piper", "joe", Path("/models/joe.onnx")),
    ],
)
def test_another_voice_has_another_file(tmp_path: Path, other: Voice) -> None:
    cache = Cache(tmp_path)
    assert cache.path("Hello", VOICE) != cache.path("Hello", other)


def test_a_model_that_was_replaced_has_another_file(tmp_path: Path) -> None:
    model = put(tmp_path / "joe.onnx", 10)
    before = Cache(tmp_path).path("Hello", Voice("en", "piper", "joe", model))
    put(model, 11)
    assert Cache(tmp_path).path("Hello", Voice("en", "piper", "joe", model)) != before


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_there_is_found(tmp_path: Path, keep: bool) -> None:
    cache = Cache(tmp_path)
    assert cache.find("Hello", VOICE) is None
    path = put(cache.path("Hello", VOICE, keep=keep))
    assert cache.find("Hello", VOICE) == path


def test_a_callers_own_numbers_go_soon_and_the_rest_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    old = put(cache.path("five five five", VOICE, keep=False), age=601)
    new = put(cache.path("five five six", VOICE, keep=False), age=60)
    kept = put(cache.path("Hello", VOICE), age=1e6)
    assert cache.prune() == 1
    assert [old.exists(), new.exists(), kept.exists()] == [False, True, True]


def test_a_full_cache_loses_what_was_not_heard_for_longest(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    paths = [
        put(cache.path(text, VOICE), 100, age) for text, age in (("a", 400.0), ("b", 300.0), ("c", 200.0))
    ]
    assert cache.find("a", VOICE) == paths[0]  # heard just now
    assert cache.prune(kept_bytes=250) == 1
    assert [path.exists() for path in paths] == [True, False, True]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert Cache(tmp_path / "missing").prune() == 0
