"""Which voice speaks: what is installed, what is asked for, what is said about it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tts import installed
from tts.installed import Wish, available, choose


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The packages that there are: all."""
    there = {package for names in installed.PACKAGES.values() for package in names}
    monkeypatch.setattr(installed, "find_spec", lambda name: object() if name in there else None)
    return there


@pytest.fixture
def models(tmp_path: Path) -> Path:
    piper(tmp_path / "piper-en_US-joe-medium", "en_US-joe-medium", {"language": {"code": "en_US"}})
    kokoro = tmp_path / "kokoro-82m"
    kokoro.mkdir()
    (kokoro / "kokoro.onnx").touch()
    (kokoro / "vocab.json").write_text("{}")
    with zipfile.ZipFile(kokoro / "voices_ja.npz", "w") as archive:
        for name in ("jf_alpha", "jf_gongitsune", "jm_kumo"):
            archive.writestr(f"{name}.npy", b"")
    return tmp_path


def piper(folder: Path, name: str, settings: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").touch()
    (folder / f"{name}.onnx.json").write_text(json.dumps(settings))


def test_each_language_gets_its_best_voice(models: Path) -> None:
    assert [str(choose(language, models)) for language in ("en", "zh", "ko")] == [
        "voice en: piper en_US-joe-medium",
        "voice zh: kokoro jm_kumo+jf_gongitsune",
        "voice ko: kokoro jm_kumo+jf_gongitsune",
    ]


def test_without_models_a_robot_speaks_and_the_line_says_what_to_install(tmp_path: Path) -> None:
    assert [str(choose(language, tmp_path / "missing")) for language in ("en", "zh")] == [
        "voice en: espeak en-us (hard to understand; better: hotline models get piper-en_US-joe-medium)",
        "voice zh: espeak cmn (hard to understand; better: hotline models get kokoro-82m)",
    ]


def test_without_packages_nobody_speaks_and_the_line_says_what_to_install(
    models: Path, packages: set[str]
) -> None:
    packages.clear()
    choice = choose("ko", models)
    assert choice.voice is None
    assert str(choice) == "voice ko: none (pip install 'hotline[speech]', then hotline models get kokoro-82m)"


def test_an_engine_without_its_package_is_passed_over(models: Path, packages: set[str]) -> None:
    packages.discard("piper")
    assert str(choose("en", models)) == "voice en: kokoro jm_kumo+jf_gongitsune"


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        (Wish(engine="kokoro"), "voice en: kokoro jm_kumo+jf_gongitsune"),
        (Wish(voice="jf_alpha"), "voice en: kokoro jf_alpha"),
        (Wish(voice="jf_alpha+jm_kumo"), "voice en: kokoro jf_alpha+jm_kumo"),
        (Wish(engine="espeak"), "voice en: espeak en-us"),
        (Wish(engine="piper", voice="amy"), "voice en: piper en_US-joe-medium (piper amy is not installed)"),
        (Wish(voice="jm_kumo+amy"), "voice en: piper en_US-joe-medium (jm_kumo+amy is not installed)"),
    ],
)
def test_what_the_site_asks_for_is_taken_if_it_is_there(models: Path, wish: Wish, line: str) -> None:
    assert str(choose("en", models, wish)) == line


def test_a_speed_that_is_asked_for_is_on_top_of_the_measured_one(models: Path) -> None:
    speeds = [
        choice.voice.speed
        for choice in (choose("en", models), choose("ko", models), choose("ko", models, Wish(speed=1.2)))
        if choice.voice is not None
    ]
    assert speeds == [1.0, 0.9, 1.08]


def test_voices_are_known_by_their_files_wherever_they_lie(tmp_path: Path) -> None:
    piper(tmp_path / "mine" / "deep", "zh_CN-x", {"language": {"code": "zh_CN"}})
    piper(tmp_path, "old", {"espeak": {"voice": "cmn"}})
    piper(tmp_path, "pinyin", {"language": {"code": "zh_CN"}, "phoneme_type": "pinyin"})
    piper(tmp_path, "german", {"language": {"code": "de_DE"}})
    (tmp_path / "broken.onnx").touch()
    (tmp_path / "broken.onnx.json").write_text("{")
    names = [voice.name for voice in available("zh", tmp_path)]
    assert names == ["zh_CN-x", "old", "cmn"]
