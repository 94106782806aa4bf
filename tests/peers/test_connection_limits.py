"""Who guesses, who left, and what a whole server does about them: over the wire, from other addresses."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from control.client import ask
from telephony.sip.message import Response
from telephony.sip.parser import parse_message
from tests.support.ports import HOST
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch
from tests.unit.hotline.server.requests import credentials, request

# Neither these nor HOST, where sipvicious sends from, are the trunk's.
STRANGER, OFFICE = "127.0.0.77", "127.0.0.88"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    trunk = {"name": "carrier", "addresses": ["127.0.0.99"], "numbers": ["*"]}
    running = Switch(tmp_path_factory.mktemp("doors"), {"trunks": [trunk]}, records=True)
    yield running
    running.stop()


_serial = count(1)


def _as_new(data: bytes) -> bytes:
    """The same request once more, as no retransmission."""
    number = next(_serial)
    return data.replace(b"z9hG4bKx", b"z9hG4bK%d" % number).replace(b"Call-ID: c", b"Call-ID: c%d" % number)


class Stranger:
    """A socket at an address."""

    def __init__(self, switch: Switch, host: str) -> None:
        self._switch = switch
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(2)

    def ask(self, method: str, user: str, more: str = "", *, cseq: int = 1) -> Response | None:
        """The answer to a request, None when there is none."""
        data = request(method, user, sender=user, cseq=cseq, more=more).to_bytes()
        self.socket.sendto(_as_new(data), self._switch.sip)
        try:
            answer = parse_message(self.socket.recv(65536))
        except TimeoutError:
            return None
        assert isinstance(answer, Response)
        return answer

    def try_password(self, user: str, password: str) -> int:
        """The status of a REGISTER with a password; 0 when there is no answer."""
        challenge = self.ask("REGISTER", user)
        if challenge is None:
            return 0
        answer = self.ask("REGISTER", user, credentials(challenge, "REGISTER", user, password), cseq=2)
        return answer.status if answer is not None else 0


def hotline(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOTLINE, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def test_who_guesses_is_banned_seen_and_let_in_again(doors: Switch) -> None:
    stranger = Stranger(doors, STRANGER)
    statuses = [stranger.try_password("1001", f"guess {each}") for each in range(10)]
    assert statuses == [403] * 10
    stranger.socket.settimeout(0.3)
    assert stranger.try_password("1001", "guess") == 0
    assert stranger.try_password("1001", doors.passwords["1001"]) == 0, "not even the right one"
    assert stranger.ask("OPTIONS", "4900") is None
    listed = json.loads(hotline("bans", "list", "--site", doors.site, "--json").stdout)
    assert [(ban["address"], ban["times"]) for ban in listed] == [(STRANGER, 1)]
    assert STRANGER in hotline("bans", "list", "--site", doors.site).stdout
    assert "authentication failed: address 127.0.0.77, user 1001" in the_log(doors)
    assert "address banned: 127.0.0.77 for 300 s after 10 failures" in the_log(doors)
    doors.wait_recorded()
    doors.kill()
    doors.start()
    assert stranger.try_password("1001", doors.passwords["1001"]) == 0, "a crash lets nobody in"
    again = json.loads(hotline("bans", "list", "--site", doors.site, "--json").stdout)
    assert [(ban["address"], ban["failures"], ban["times"]) for ban in again] == [(STRANGER, 10, 1)]
    assert again[0]["until"] == pytest.approx(listed[0]["until"], abs=1)
    # Others are served meanwhile.
    assert Stranger(doors, OFFICE).try_password("1001", doors.passwords["1001"]) == 200
    lifted = hotline("bans", "lift", STRANGER, "--site", doors.site, "--by", "kim")
    assert (lifted.returncode, lifted.stdout) == (0, f"lifted: {STRANGER}\n")
    assert hotline("bans", "lift", STRANGER, "--site", doors.site).returncode == 1
    assert hotline("bans", "lift", "nobody", "--site", doors.site).returncode == 1
    stranger.socket.settimeout(2)
    assert stranger.try_password("1001", doors.passwords["1001"]) == 200
    journal = "".join(file.read_text() for file in (doors.site / "journal").glob("*.jsonl"))
    assert '"AddressBanned"' in journal
    assert '"AddressBanEnded"' in journal


def the_log(switch: Switch) -> str:
    """All that the switch printed."""
    return switch._whole_log()


def svtool(name: str) -> str:
    """A program of sipvicious; the test is skipped where it is not installed."""
    found = HOTLINE.with_name(f"sipvicious_{name}")
    if not found.exists():
        pytest.skip("not run: needs sipvicious (pip install 'hotline[dev]')")
    return str(found)


def run(*command: object) -> str:
    """What a program of sipvicious printed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def check_banned(switch: Switch) -> None:
    """See that our own address is banned, and lift it for the next test."""
    assert [ban["address"] for ban in ask(switch.site, "bans")["bans"]] == [HOST]
    assert "lifted" in hotline("bans", "lift", HOST, "--site", switch.site).stdout


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_sipvicious_finds_no_extension(doors: Switch, method: str) -> None:
    """It asks for one that surely does not exist first, and gives up where the next is answered the same."""
    told = run(svtool("svwar"), "-e1000-1040", "-m", method, "--force", f"udp://{HOST}:{doors.sip[1]}")
    assert "found nothing" in told, told


def test_sipvicious_cracks_no_password(doors: Switch, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("\n".join([*(f"guess{each}" for each in range(40)), doors.passwords["1002"]]) + "\n")
    told = run(svtool("svcrack"), "-u", 1002, "-d", words, f"udp://{HOST}:{doors.sip[1]}")
    assert doors.passwords["1002"] not in told
    check_banned(doors)


def test_an_agent_who_leaves_has_no_phone_no_token_and_no_place(doors: Switch) -> None:
    phone = Stranger(doors, OFFICE)
    assert phone.try_password("1001", doors.passwords["1001"]) == 200
    assert phone.try_password("1002", doors.passwords["1002"]) == 200
    made = hotline("token", "create", "1001", "--role", "agent", "--site", doors.site)
    assert made.returncode == 0, made.stderr
    hotline("token", "create", "anna", "--role", "agent", "--agent", "1002", "--site", doors.site)
    edit_agents(doors.site, gone="1001", password=("1002", "another password 2"))
    reloaded = hotline("reload", "--site", doors.site)
    assert reloaded.returncode == 0, reloaded.stderr
    seen = {agent["agent"]: agent for agent in ask(doors.site, "overview")["agents"]}
    assert "1001" not in seen
    assert seen["1002"]["state"] == "offline"
    assert doors.status()["registrations"] == 0
    tokens = json.loads(hotline("token", "list", "--site", doors.site, "--json").stdout)
    assert {token["name"]: token["works"] for token in tokens} == {"1001": False, "anna": False}
    assert phone.try_password("1001", doors.passwords["1001"]) == 403
    assert phone.try_password("1002", "another password 2") == 200


def edit_agents(site: Path, *, gone: str, password: tuple[str, str]) -> None:
    yaml = YAML(typ="rt")
    path = site / "agents.yaml"
    data: Any = yaml.load(path)
    data["agents"] = [agent for agent in data["agents"] if str(agent["number"]) != gone]
    for agent in data["agents"]:
        if str(agent["number"]) == password[0]:
            for phone in agent["phones"]:
                phone["password"] = password[1]
    yaml.dump(data, path)
    queues = site / "queues.yaml"
    data = yaml.load(queues)
    for queue in data["queues"]:
        for key, value in list(queue.items()):
            if isinstance(value, list):
                queue[key] = [
                    each
                    for each in value
                    if str(each) != gone and not (isinstance(each, dict) and str(each.get("agent")) == gone)
                ]
    yaml.dump(data, queues)
