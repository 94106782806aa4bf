"""What a reload changes, and what waits for a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config import Site, load_site
from config.new_site import write_starter_site
from hotline.server.reload import changes, needs_restart, with_start_settings


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The starter site."""
    write_starter_site(tmp_path / "site")
    return load_site(tmp_path / "site")


def test_what_is_read_at_start_only_keeps_its_value_in_a_reload_and_is_named(site: Site) -> None:
    privacy = site.settings.privacy.model_copy(update={"mask_digits": not site.settings.privacy.mask_digits})
    edited = {"country": "DE", "shutdown_grace": 77.0, "privacy": privacy}
    loaded = replace(site, settings=site.settings.model_copy(update=edited))
    assert needs_restart(site, loaded) == ["country", "shutdown_grace"]
    effective = with_start_settings(site, loaded)
    assert effective.settings.country == site.settings.country
    assert effective.settings.privacy == privacy
    assert changes(site, effective) == ["privacy"]
    # It is said again at the next reload, as long as the server was not restarted.
    assert needs_restart(effective, loaded) == ["country", "shutdown_grace"]
    assert changes(effective, effective) == []


def test_the_other_files_are_named_too(site: Site) -> None:
    assert changes(site, replace(site, queues=(), agents=())) == ["agents", "queues"]
