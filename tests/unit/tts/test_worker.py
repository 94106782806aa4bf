"""The worker by itself: its socket, and its end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tts.sound import read_wav
from tts.voice import Voice, voice_from, voice_to

TOY = "tests.unit.tts.toy_engine"


@pytest.fixture
def line(tmp_path: Path) -> Any:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tts.worker", str(theirs.fileno()), "1"]
    process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
    theirs.close()
    ours.settimeout(30)
    yield ours, process
    ours.close()
    # The switch may die without a word: the end of the socket is all that the worker sees of it.
    assert process.wait(30) == 0


def ask(ours: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    ours.sendall(json.dumps(request).encode() + b"\n")
    answer = b""
    while not answer.endswith(b"\n"):
        answer += ours.recv(4096)
    result: dict[str, Any] = json.loads(answer)
    return result


def test_a_request_is_answered_when_the_file_is_there(line: Any, tmp_path: Path) -> None:
    ours, _ = line
    path = tmp_path / "ab" / "speech.wav"
    voice = voice_to(Voice("en", TOY, str(tmp_path)))
    answer = ask(ours, {"id": 7, "text": "Hello", "path": str(path), "voice": voice})
    assert answer["id"] == 7
    assert answer["seconds"] == len(read_wav(path)) / 8000


def test_an_engine_that_is_missing_is_an_answer_and_the_worker_stays(line: Any, tmp_path: Path) -> None:
    ours, process = line
    request = {"text": "Hello", "path": str(tmp_path / "a.wav")}
    for number in range(2):
        voice = voice_to(Voice("en", "tests.unit.tts.no_such_engine", "x"))
        answer = ask(ours, {"id": number, "voice": voice, **request})
        assert answer["id"] == number
        assert "No module named" in answer["error"]
    assert process.poll() is None


def test_a_voice_survives_the_journey() -> None:
    for voice in (Voice("en", "piper", "joe", Path("/m/joe.onnx"), 1.2), Voice("ko", "espeak", "ko")):
        assert voice_from(json.loads(json.dumps(voice_to(voice)))) == voice
