"""A server that can't start says why in one sentence, and exits with a code that scripts can use."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.ports import HOST, free_port
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch


def serve(site: Path, *options: str) -> tuple[int, str]:
    """Run `hotline serve` that is expected to fail; returns its code and what it complained."""
    done = subprocess.run(
        [HOTLINE, "serve", "--site", site, *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr.strip()


@pytest.fixture
def other(switch: Switch, tmp_path: Path) -> Path:
    """A site of its own beside the running one."""
    site = tmp_path / "site"
    shutil.copytree(switch.site, site, ignore=shutil.ignore_patterns("run"))
    return site


def test_a_busy_sip_port(switch: Switch, other: Path) -> None:
    code, text = serve(other, "--http", f"{HOST}:{free_port()}")
    assert text == f"Cannot listen on {HOST}:{switch.sip[1]}: the port is in use by another program."
    assert code == 5


def test_a_busy_http_port(switch: Switch, other: Path) -> None:
    code, text = serve(other, "--sip", f"{HOST}:{free_port()}")
    assert text == f"Cannot listen on {HOST}:{switch.http[1]}: the port is in use by another program."
    assert code == 5


def test_a_site_that_is_served_already(switch: Switch) -> None:
    options = ("--sip", f"{HOST}:{free_port()}", "--http", f"{HOST}:{free_port()}")
    code, text = serve(switch.site, *options)
    assert text.startswith("Another server is already running for this site: process ")
    assert code == 5
    assert switch.status()["status"] == "ok"


def test_an_address_of_another_machine(other: Path) -> None:
    code, text = serve(other, "--sip", "203.0.113.9:5060", "--http", f"{HOST}:{free_port()}")
    assert text == "Cannot listen on 203.0.113.9:5060: this machine does not have that address."
    assert code == 5


def test_a_folder_that_is_no_site(tmp_path: Path) -> None:
    code, text = serve(tmp_path / "nowhere")
    assert "`hotline init DIR` writes a starter site into DIR" in text
    assert code == 3


def test_a_prompt_that_is_no_sound(other: Path) -> None:
    (other / "prompts" / "welcome.wav").write_bytes(bytes(range(256)) * 40)
    code, text = serve(other, "--sip", f"{HOST}:{free_port()}", "--http", f"{HOST}:{free_port()}")
    assert text.startswith(
        f"Cannot start: {other.resolve()}/prompts/welcome.wav: not audio that ffmpeg can read"
    )
    assert len(text.splitlines()) == 1
    assert code == 3
