"""Registers the phones of the bench site's agents: all of them at the address of the load's answerer.

It does so from that very address, before the answerer is there: a phone is called where it registered from.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from pathlib import Path

from ruamel.yaml import YAML

ANSWERER_PORT = 5090
EXPIRES = 7200
_CHALLENGE = re.compile(r'(realm|nonce)="([^"]*)"')


def register_all(site: Path, switch: tuple[str, int]) -> int:
    """Register every phone of a site; returns how many there are.

    Args:
        site: its folder.
        switch: where it listens, with UDP; the answerer is on the same host.

    Raises:
        OSError: the answerer's address is taken, or the switch does not answer.
        ValueError: the switch refuses one.
    """
    agents = YAML(typ="safe").load(site / "agents.yaml")["agents"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((switch[0], ANSWERER_PORT))
        line.connect(switch)
        line.settimeout(5)
        for agent in agents:
            _register(line, str(agent["number"]), agent["phones"][0]["password"])
    return len(agents)


def _register(line: socket.socket, user: str, password: str) -> None:
    call_id = secrets.token_hex(8)
    answer = _ask(line, user, call_id, 1, "")
    challenge = dict(_CHALLENGE.findall(answer))
    uri, nonce, cnonce = f"sip:{line.getsockname()[0]}", challenge["nonce"], secrets.token_hex(8)
    secret = _md5(f"{user}:{challenge['realm']}:{password}")
    proof = _md5(f"{secret}:{nonce}:00000001:{cnonce}:auth:{_md5(f'REGISTER:{uri}')}")
    answer = _ask(
        line,
        user,
        call_id,
        2,
        f'Authorization: Digest username="{user}", realm="{challenge["realm"]}", nonce="{nonce}", '
        f'uri="{uri}", response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"\r\n',
    )
    if not answer.startswith("SIP/2.0 200 "):
        raise ValueError(f"phone {user}: {answer.splitlines()[0]}")


def _ask(line: socket.socket, user: str, call_id: str, cseq: int, more: str) -> str:
    host, port = line.getsockname()
    line.send(
        (
            f"REGISTER sip:{host} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@{host}>;tag={call_id}\r\nTo: <sip:{user}@{host}>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{user}@{host}:{port}>\r\n"
            f"Expires: {EXPIRES}\r\n{more}Content-Length: 0\r\n\r\n"
        ).encode()
    )
    return line.recv(65536).decode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
