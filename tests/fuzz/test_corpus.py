"""What fuzzing has found: inputs that broke something, and few that reach what many did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).resolve().parent / "corpus"
LIMIT = 200_000
"""Bytes of the whole corpus: a repository is no place for more."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_breaks_nothing(name: str) -> None:
    inputs = sorted((CORPUS / name).iterdir())
    assert inputs
    for path in inputs:
        try:
            TARGETS[name](path.read_bytes())
        except Exception as error:
            error.add_note(f"with {name}/{path.name}")
            raise


def test_every_folder_is_a_target_s_and_the_corpus_stays_small() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < LIMIT
