"""The control socket: questions and answers, leftovers of a crash, two servers on one site."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from control.server import AlreadyRunning, ControlSocket


async def status(question: dict[str, Any]) -> dict[str, Any]:
    return {"calls": 3, "site": "测试"}


async def repeat(question: dict[str, Any]) -> dict[str, Any]:
    return {"said": question["text"]}


async def strange(question: dict[str, Any]) -> dict[str, Any]:
    return {"what": object()}


ANSWERS = {"status": status, "repeat": repeat, "strange": strange}

SERVER = """
import asyncio, sys
from pathlib import Path
from control.server import ControlSocket

async def main() -> None:
    control = ControlSocket(Path(sys.argv[1]), {})
    await control.open()
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def ask(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"".join(line + b"\n" for line in lines))
    answers = [json.loads(await reader.readline()) for _ in lines]
    writer.close()
    return answers


def test_questions_are_answered_one_line_each(tmp_path: Path) -> None:
    async def scene() -> list[dict[str, Any]]:
        control = ControlSocket(tmp_path / "run" / "control.sock", ANSWERS)
        await control.open()
        try:
            path = tmp_path / "run" / "control.sock"
            return await ask(path, b'{"command": "status"}', b'{"command": "dance"}', b"nonsense", b"[]")
        finally:
            await control.close()

    status, unknown, nonsense, wrong = asyncio.run(scene())
    assert status == {"calls": 3, "site": "测试"}
    assert unknown == {"error": "unknown command; there are: repeat, status, strange"}
    assert "expected one JSON object" in nonsense["error"]
    assert "expected one JSON object" in wrong["error"]


def test_questions_carry_arguments_and_mistakes_in_them_end_nothing(tmp_path: Path) -> None:
    async def scene() -> list[dict[str, Any]]:
        path = tmp_path / "control.sock"
        control = ControlSocket(path, ANSWERS)
        await control.open()
        try:
            return await ask(
                path,
                b'{"command": "repeat", "text": "x"}',
                b'{"command": "repeat"}',
                b'{"command": "strange"}',
            )
        finally:
            await control.close()

    assert asyncio.run(scene()) == [
        {"said": "x"},
        {"error": "internal error"},
        {"error": "internal error"},
    ]


def test_the_socket_is_private_and_goes_with_the_server(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "control.sock"
        control = ControlSocket(path, ANSWERS)
        await control.open()
        assert path.stat().st_mode & 0o077 == 0
        await control.close()
        assert not path.exists()

    asyncio.run(scene())


def test_a_second_server_of_a_site_is_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "control.sock"
        first = ControlSocket(path, ANSWERS)
        await first.open()
        try:
            with pytest.raises(
                AlreadyRunning, match=rf"process {os.getpid()}, which answers on .*control.sock"
            ):
                await ControlSocket(path, ANSWERS).open()
            assert await ask(path, b'{"command": "status"}') == [{"calls": 3, "site": "测试"}]
        finally:
            await first.close()

    asyncio.run(scene())


def test_what_a_crash_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with subprocess.Popen([sys.executable, "-c", SERVER, path], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        server.send_signal(signal.SIGKILL)
    assert path.exists()

    async def scene() -> None:
        control = ControlSocket(path, ANSWERS)
        await control.open()
        assert await ask(path, b'{"command": "status"}') == [{"calls": 3, "site": "测试"}]
        await control.close()

    asyncio.run(scene())


def test_a_line_without_end_is_cut_off(tmp_path: Path) -> None:
    async def scene() -> bytes:
        path = tmp_path / "control.sock"
        control = ControlSocket(path, ANSWERS)
        await control.open()
        try:
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(b"x" * 200_000)
            return await reader.read()
        finally:
            await control.close()

    assert asyncio.run(scene()) == b""
