"""`hotline models`: what it prints, for people and for programs, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asr.models import catalogue
from asr.models.catalogue import CATALOGUE, ArchiveMember, CatalogueModel
from config.exit_codes import ExitCode
from hotline.cli import main
from tests.unit.asr.models.model_site import Site, entry, zipped


def run(*arguments: str) -> int:
    """Run `hotline models` in this process."""
    with pytest.raises(SystemExit) as left:
        main(["models", *arguments])
    return int(left.value.code or 0)


@pytest.fixture
def one_model(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """A catalogue with one model that the site has, and a models folder of its own."""
    model = entry(site, zipped(top__x="x"), ArchiveMember("top/", ""))
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(catalogue, "CATALOGUE", (model,))
    return model


def test_list_for_programs_knows_what_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "whisper-base").mkdir()
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path))
    assert run("list", "--json") == ExitCode.OK
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["models"]) == len(CATALOGUE)
    base = answer["models"][0]
    assert (base["name"], base["path"]) == ("whisper-base", str(tmp_path / "whisper-base"))
    assert base["recommended_for"] == ["en", "zh", "ko"]
    assert run("list", "ko") == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["whisper-base", "kokoro-82m"]


def test_get_brings_a_model_and_says_where_it_is(
    one_model: CatalogueModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("get", "m") == ExitCode.OK
    assert capsys.readouterr().out == f"m: {tmp_path / 'models' / 'm'}\n"


def test_get_says_what_went_wrong_and_fails(
    one_model: CatalogueModel, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.files.clear()
    assert run("get", "m") == ExitCode.FAILED
    assert "m cannot be downloaded from" in capsys.readouterr().err
    assert run("get", "m", "--json") == ExitCode.FAILED
    answer = json.loads(capsys.readouterr().out)
    assert answer["models"][0]["path"] is None
    assert len(answer["problems"]) == 1


def test_get_wants_to_know_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("get") == ExitCode.USAGE
    assert run("get", "klingon") == ExitCode.USAGE
    assert "There is no model klingon" in capsys.readouterr().err


def test_check_finds_a_model_that_does_not_load(
    one_model: CatalogueModel, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("vosk")
    assert run("check", "m") == ExitCode.FAILED
    assert capsys.readouterr().out == "m: not installed: hotline models get m\n"
    run("get", "m")
    capsys.readouterr()
    assert run("check", "m", "--json") == ExitCode.FAILED
    (report,) = json.loads(capsys.readouterr().out)["models"]
    assert "contains no Vosk model" in report["problem"]
