"""docs/configuration.md tells every setting as the code knows it, and its examples are right."""

from __future__ import annotations

import re
from pathlib import Path

from config.models.settings import Settings
from config.reference import renew
from tests.support.paths import ROOT
from tests.unit.config.site_files import lines_of, write_site

PAGE = ROOT / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renew(page) == page, "run: .venv/bin/python -m config.reference docs/configuration.md"


def test_the_page_shows_every_setting_with_a_sentence() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| .* \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name for name, _, _ in rows} >= set(Settings.model_fields)
    assert all(what.endswith(".") for _, _, what in rows)


def test_the_mistakes_on_the_page_are_what_the_program_says(tmp_path: Path) -> None:
    settings = "\n" * 13 + "rtp: {first_port: abc}\n" + "\n" * 5 + "numbres: {}\n"
    (first, second) = lines_of(write_site(tmp_path / "s", settings))
    page = PAGE.read_text(encoding="utf-8")
    assert first.partition("  ")[2] in page
    assert second.partition("  ")[2] in page
