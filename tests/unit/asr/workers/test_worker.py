"""The worker process: a public client of vosk-server must find what it expects there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed

from asr.protocol import END, READY
from tests.support.paths import ROOT
from tests.unit.asr.workers.tiny_engine import HANG, RAISE, SEGMENT_END, SLOW, speech

ENGINE = "tests.unit.asr.workers.tiny_engine"
PATIENCE = 90.0


class Process:
    """A worker process and its address."""

    def __init__(self, process: asyncio.subprocess.Process, path: str) -> None:
        self.process = process
        self._path = path

    async def connect(self) -> ClientConnection:
        """A connection as a client of vosk-server opens it."""
        return await unix_connect(self._path, uri="ws://worker/")


@asynccontextmanager
async def worker(model: Path, *options: str) -> AsyncIterator[Process]:
    """A worker with the tiny engine; it ends with the block."""
    path = str(model / "w.sock")
    command = [
        "-m",
        "asr.workers.worker",
        "--engine",
        ENGINE,
        "--model",
        str(model),
        "--language",
        "en",
        "--child",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *("--listen", f"unix:{path}", *options),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert (await process.stdout.readline()).decode() == f"{READY}unix:{path}\n"
        yield Process(process, path)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test's coroutine; hanging is failing."""
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


async def ask(connection: ClientConnection, message: str | bytes) -> dict[str, Any]:
    """Send one message and read its answer."""
    await connection.send(message)
    answer: dict[str, Any] = json.loads(await connection.recv())
    return answer


async def close_code(connection: ClientConnection) -> int | None:
    """Read on until the server closes, and say with which code."""
    with suppress(ConnectionClosed):
        async for _ in connection:
            pass
    return connection.close_code


def test_a_public_client_gets_one_answer_for_each_message_and_a_close_after_the_last(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send('{ "config" : { "sample_rate" : 8000, "words" : 1 } }')
            assert await ask(client, speech(1)) == {"partial": "one"}
            assert await ask(client, speech(2)) == {"partial": "one two"}
            assert await ask(client, speech(0)) == {"partial": "one two"}
            final = await ask(client, END)
            assert final["text"] == "one two"
            assert final["result"][1] == {"conf": 0.5, "start": 0.2, "end": 0.4, "word": "two"}
            assert await close_code(client) == 1000

    run(scenario)


def test_words_at_another_rate_have_the_right_times(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send('{"config": {"sample_rate": 16000}}')
            await ask(client, speech(0, 3, rate=16000))
            final = await ask(client, '{"eof":1}')
            assert (final["result"][0]["start"], final["result"][0]["end"]) == (0.2, 0.4)

    run(scenario)


def test_an_utterance_may_have_several_segments(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            assert (await ask(client, speech(1, SEGMENT_END)))["text"] == "one"
            assert await ask(client, speech(2)) == {"partial": "two"}
            assert (await ask(client, END))["text"] == "two"

    run(scenario)


def test_phrases_and_no_words_as_the_config_says(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send('{"config": {"phrase_list": ["two", "[unk]"], "words": false}}')
            await ask(client, speech(1, 2))
            assert await ask(client, END) == {"text": "two"}

    run(scenario)


def test_an_utterance_without_audio_is_empty(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            assert await ask(await process.connect(), END) == {"text": ""}

    run(scenario)


def test_a_full_worker_says_so_and_a_watching_connection_does_not_count(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path, "--streams", "1") as process:
            watching = await process.connect()
            talking = await process.connect()
            await ask(talking, speech(1))
            refused = await process.connect()
            await refused.send(speech(2))
            assert await close_code(refused) == 1013
            assert (await ask(talking, END))["text"] == "one"
            await watching.ping()
            # The place is free once the answer is there and the connection closed.
            assert await close_code(talking) == 1000
            assert (await ask(await process.connect(), END))["text"] == ""

    run(scenario)


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        "[]",
        "{}",
        '{"config": 1}',
        '{"config": {"sample_rate": "x"}}',
        '{"config": {"phrase_list": 5}}',
    ],
)
def test_a_message_without_sense_ends_the_connection_alone(tmp_path: Path, message: str) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send(message)
            assert await close_code(client) == 1007
            assert (await ask(await process.connect(), END))["text"] == ""

    run(scenario)


def test_half_a_sample_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send(b"abc")
            assert await close_code(client) == 1007

    run(scenario)


def test_an_engine_that_fails_costs_its_own_utterance_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path, "--streams", "1") as process:
            client = await process.connect()
            await client.send(speech(RAISE))
            assert await close_code(client) == 1011
            other = await process.connect()
            assert await ask(other, speech(1)) == {"partial": "one"}

    run(scenario)


def test_whole_utterances_are_read_one_at_a_time_while_others_go_on_speaking(tmp_path: Path) -> None:
    (tmp_path / "whole").touch()

    async def scenario() -> None:
        async with worker(tmp_path) as process:
            first, second, third = [await process.connect() for _ in range(3)]
            assert await ask(first, speech(1, SLOW)) == {"partial": ""}
            assert await ask(second, speech(2)) == {"partial": ""}
            await first.send(END)
            await second.send(END)
            # The third is still speaking: its audio does not stand in the line of those who are read.
            assert await ask(third, speech(3)) == {"partial": ""}
            finals = await asyncio.gather(first.recv(), second.recv())
            assert [json.loads(final)["text"] for final in finals] == ["one", "two"]

    run(scenario)


def test_who_hangs_up_leaves_the_line(tmp_path: Path) -> None:
    (tmp_path / "whole").touch()

    async def scenario() -> None:
        async with worker(tmp_path) as process:
            slow, gone, last = [await process.connect() for _ in range(3)]
            await ask(slow, speech(1, SLOW))
            await ask(gone, speech(HANG))  # would stop the worker for ever, were it read
            await ask(last, speech(2))
            await slow.send(END)
            await gone.send(END)
            await gone.close()
            assert (await ask(last, END))["text"] == "two"

    run(scenario)


def test_it_ends_with_its_parent_even_while_it_hangs(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            client = await process.connect()
            await client.send(speech(HANG))
            assert process.process.stdin is not None
            process.process.stdin.close()
            assert await process.process.wait() == 0

    run(scenario)


def test_sigterm_ends_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with worker(tmp_path) as process:
            watching = await process.connect()
            os.kill(process.process.pid, signal.SIGTERM)
            assert await process.process.wait() == 0
            assert await close_code(watching) == 1001

    run(scenario)


def test_a_model_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "asr.workers.worker", "--engine", ENGINE, "--language", "en"]
    done = subprocess.run(
        [*command, "--model", str(tmp_path / "none")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, f"{tmp_path / 'none'} holds no tiny model.\n")


def test_a_tcp_worker_says_which_port_it_got(tmp_path: Path) -> None:
    command = ["-m", "asr.workers.worker", "--engine", ENGINE, "--model", str(tmp_path), "--language", "en"]
    with subprocess.Popen(
        [sys.executable, *command, "--listen", "127.0.0.1:0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        host, _, port = process.stdout.readline().rpartition(":")
        process.terminate()
        assert host == f"{READY}ws://127.0.0.1"
        assert 0 < int(port) < 65536
