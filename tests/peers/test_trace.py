"""`hotline trace` on real calls: the ladder, the sound, and a capture."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port, wait_for
from tests.support.sipp import Sipp, run
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch
from tests.unit.hotline.commands.test_pcap import records

pytestmark = pytest.mark.peer("sipp")


def offered(switch: Switch) -> dict[str, Any]:
    return [event for event in switch.journal() if event["event"] == "CallOffered"][-1]


def trace(switch: Switch, call: str, *options: str) -> subprocess.Popen[str]:
    command = [HOTLINE, "trace", call, "--site", str(switch.site), *options]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def said(process: subprocess.Popen[str]) -> str:
    out, wrong = process.communicate(timeout=30)
    assert process.returncode == 0, wrong
    return out


def titles(text: str) -> list[str]:
    """What was drawn above the arrows, in order."""
    lines = text.splitlines()
    return [
        line.replace("│", "").split(None, 1)[1].strip() for line in lines if line[:9].strip()[-4:-3] == "."
    ]


def test_a_call_between_a_trunk_and_a_phone(switch: Switch, tmp_path: Path) -> None:
    port = free_port()
    keys = {"agent": "1001", "password": switch.passwords["1001"]}
    run("register", tmp_path, remote=switch.sip, port=port, keys=keys).check(calls=1)
    phone = Sipp("answer", tmp_path, port=port)
    before = len(switch.journal())
    caller = Sipp("call", tmp_path, remote=switch.sip, service="1001", duration_ms=1500)
    wait_for(lambda: any(e["event"] == "CallBridged" for e in switch.journal()[before:]), "the bridge")
    call = offered(switch)["call"]
    following = trace(switch, call, "--follow")
    seen = caller.check(calls=1).messages
    phone.check(calls=1)
    switch.check_idle()
    drawn = said(following)
    assert drawn == said(trace(switch, call))  # it waited for the end, and missed nothing
    header, addresses = drawn.splitlines()[:2]
    assert header.split() == ["trunk:this-machine", "hotline", "agent:1001"]
    assert addresses.split() == [f"{phone.host}:{caller.port}", f"{phone.host}:{port}"]
    both = titles(drawn)
    first = "INVITE (1)"
    assert both.count(first) == 2
    assert both[0] == first
    assert "200 OK (1 INVITE)" in both
    assert both.count("200 OK (2 BYE)") >= 1
    assert f"{phone.host}:" in drawn
    assert "PCMU+events sendrecv" in drawn
    assert drawn.count("Sound of ") == 2

    answer = json.loads(said(trace(switch, call, "--json")))
    first_leg = next(leg["leg"] for leg in answer["legs"] if leg["inbound"])
    own = [message for message in answer["messages"] if message["leg"] == first_leg]
    assert len(own) == len(seen)  # every message that SIPp sent or received, once
    assert [message["sent"] for message in own] == [not message.sent for message in seen]

    file = tmp_path / "call.pcap"
    said(trace(switch, call, "--pcap", str(file)))
    packets = [data for _, data in records(file.read_bytes())]
    assert len(packets) == len(answer["messages"])
    assert packets[0][28:].startswith(b"INVITE sip:1001@")
    assert packets[0][20:24] == caller.port.to_bytes(2, "big") + switch.sip[1].to_bytes(2, "big")
    assert file.stat().st_mode & 0o077 == 0
    run("register", tmp_path / "gone", remote=switch.sip, port=port, keys={**keys, "expires": "0"}).check(
        calls=1
    )


def test_passwords_and_keys_are_in_no_trace(switch: Switch, tmp_path: Path) -> None:
    keys = {"agent": "1001", "password": switch.passwords["1001"], "caller": "1001"}
    options: dict[str, Any] = {"remote": switch.sip, "service": "4900", "keys": keys, "host": "127.0.0.2"}
    result = run("call_with_password", tmp_path, **options).check(calls=1)
    proofs = [message.header("Authorization") for message in result.messages if message.sent]
    response = next(proof for proof in proofs if proof).split('response="')[1].split('"')[0]
    file = tmp_path / "call.pcap"
    drawn = said(trace(switch, offered(switch)["call"], "--pcap", str(file)))
    assert "401 Unauthorized (1 INVITE)" in drawn  # what came before it was a call is there, too
    assert b"Authorization: Digest username=" in file.read_bytes()
    assert response.encode() not in file.read_bytes()
    run("info_keys", tmp_path, remote=switch.sip, service="4900").check(calls=1)
    said(trace(switch, offered(switch)["call"], "--pcap", str(file)))
    assert b"INFO sip:" in file.read_bytes()
    assert b"Signal=x" in file.read_bytes()
    assert b"Signal=5" not in file.read_bytes()


def test_a_call_that_nobody_knows(switch: Switch) -> None:
    process = trace(switch, "0123456789abcdef")
    _, wrong = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "there is no call 0123456789abcdef" in wrong
