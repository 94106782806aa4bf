"""The starter site loads, teaches the numbers that the documentation names, and keeps its secrets."""

from __future__ import annotations

import stat
import wave
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from callback_queue.customers.book import load_csv
from config import load_site
from config.new_site import FolderNotEmpty, new_password, write_starter_site


def test_the_starter_site_is_right(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    site = load_site(tmp_path / "site", {})
    assert {number: target.kind for number, target in site.settings.numbers.items()} == {
        "4000": "flow",
        "4001": "flow",
        "4002": "flow",
        "4010": "queue",
        "4900": "echo",
        "4901": "play",
        "4902": "record",
    }
    assert [agent.number for agent in site.agents] == ["1001", "1002", "1003"]
    assert [phone.user for agent in site.agents for phone in agent.phones] == ["1001", "1002", "1003"]
    assert [(queue.name, queue.agents) for queue in site.queues] == [("support", ("1001", "1002", "1003"))]
    assert site.settings.trunks[0].addresses == (IPv4Network("127.0.0.1/32"),)


def test_the_example_customers_are_read_and_have_numbers_that_nobody_has(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    file = load_site(tmp_path / "site", {}).customers_file
    assert file is not None
    book, problems = load_csv(file)
    assert problems == []
    assert [customer.tier for customer in book.customers] == ["ordinary", "vip", "super_vip"]
    numbers = [number for customer in book.customers for number in customer.numbers]
    # 555-0100 to 555-0199 are kept for examples.
    assert all(number.startswith("+120255501") for number in numbers)


def test_every_starter_site_has_passwords_of_its_own(tmp_path: Path) -> None:
    passwords = []
    for name in ("one", "two"):
        write_starter_site(tmp_path / name)
        passwords += [phone.password for a in load_site(tmp_path / name, {}).agents for phone in a.phones]
    assert len(set(passwords)) == 6
    assert all(len(password) >= 20 for password in passwords)


def test_only_the_owner_can_read_the_passwords(tmp_path: Path) -> None:
    written = write_starter_site(tmp_path / "site")
    secret = tmp_path / "site" / "agents.yaml"
    assert secret in written
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_the_welcome_prompt_is_telephone_sound(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    with wave.open(str(tmp_path / "site" / "prompts" / "welcome.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert sound.getnframes() > 3 * 8000


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderNotEmpty):
        write_starter_site(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_force_replaces_the_starter_files_and_keeps_others(tmp_path: Path) -> None:
    write_starter_site(tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    before = (tmp_path / "agents.yaml").read_text()
    write_starter_site(tmp_path, force=True)
    assert (tmp_path / "agents.yaml").read_text() != before
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_password_reads_the_same_in_yaml() -> None:
    assert all(new_password().isalnum() for _ in range(100))
