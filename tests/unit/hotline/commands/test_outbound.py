"""`hotline outbound check` says what a call would meet, and where it is written."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from config.new_site import write_starter_site
from hotline.cli import main
from journal.journal import Journal
from telephony.call.events import OutsideCallAllowed


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    write_starter_site(folder)
    file = folder / "hotline.yaml"
    yaml = YAML(typ="rt")
    data = yaml.load(file)
    data["country"] = "DE"
    data["trunks"] = [{"name": "carrier", "host": "192.0.2.1:5060"}]
    data.pop("outbound", None)
    yaml.dump(data, file)
    more = """\
outbound:
  rules:
    - {action: refuse, prefixes: ["+4930555"]}
    # London
    - {action: allow, prefixes: ["+4420"], ways: [phone]}
  limits: {number: 1}
"""
    file.write_text(file.read_text() + "\n" + more)
    return folder


def check(site: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["outbound", "check", "--site", str(site), *arguments])
    return int(end.value.code or 0), capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["030123456"], 0, "by default"),
        (["030555123"], 1, "hotline.yaml:{refuse}"),
        (["+442071838750"], 0, "hotline.yaml:{allow}"),
        (["+442071838750", "--by", "callback"], 1, "Calls to this country are not allowed"),
        (["112"], 0, "people always"),
        (["112", "--by", "flow"], 1, "Emergency numbers are dialled by people only"),
        (["030123456", "--by", "trunk"], 1, "Not a number of this site"),
        (["09001234567", "--from", "1001"], 1, "Premium rate"),
    ],
)
def test_says_by_which_rule(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    lines = (site / "hotline.yaml").read_text().splitlines()
    at = {
        kind: next(n for n, line in enumerate(lines, 1) if f"action: {kind}" in line)
        for kind in ("refuse", "allow")
    }
    ended, told = check(site, capsys, *arguments)
    assert ended == code
    assert words.format(**at) in told


def test_today_counts_and_json_says_the_same(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(site, capsys, "030123456")[0] == 0
    journal = Journal(site / "journal", switch="switch-1")
    journal.append(
        OutsideCallAllowed(
            time.time(), call="c", way="phone", agent="1001", number="+4930123456", trunk="carrier"
        )
    )
    journal.close()
    ended, told = check(site, capsys, "030123456", "--json")
    assert ended == 1
    assert json.loads(told)["reason"] == "number_limit"


def test_an_agent_must_exist(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(site, capsys, "030123456", "--from", "9999")[0] == 2
