"""What a call left behind at the service desk: its events, its ticket, and the words in it."""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.support.switch import Switch
from tests.support.talker import Talker

T = TypeVar("T")
_WORD = re.compile(r"[\u3400-\u9fff]|[\w']+")


def events(desk: Switch, caller: Talker) -> list[dict[str, Any]]:
    """The journal's events of a call, in order; none before it was offered."""
    journal = desk.journal()
    sip_call_id = caller.call.call_id
    call = next((event["call"] for event in journal if event.get("sip_call_id") == sip_call_id), None)
    return [event for event in journal if call is not None and event.get("call") == call]


def ending(desk: Switch, caller: Talker) -> str | None:
    """The reason of the flow's end; None while it goes on."""
    return next((event["reason"] for event in events(desk, caller) if event["event"] == "FlowEnded"), None)


def tickets(desk: Switch, caller: Talker) -> list[dict[str, Any]]:
    """The tickets that a call has opened, with the recordings of each slot as files."""
    found = [event for event in events(desk, caller) if event["event"] == "TicketOpened"]
    for ticket in found:
        heard = [turn["heard"] for turn in ticket["history"] if turn["heard"] and turn["heard"]["audio"]]
        for answer in heard:
            answer["audio"] = str(desk.site / "recordings" / answer["audio"])
        for told in ticket["slots"]:
            told["audio"] = [str(desk.site / "recordings" / name) for name in told["audio"]]
    return found


async def ticket_of(desk: Switch, caller: Talker, seconds: float = 20.0) -> dict[str, Any]:
    """The one ticket of a call, as soon as it is there."""
    found = await until(lambda: tickets(desk, caller), f"a ticket; {events(desk, caller)}", seconds)
    assert len(found) == 1, found
    return found[0]


async def ending_of(desk: Switch, caller: Talker, seconds: float = 20.0) -> str:
    """The reason of the flow's end, once it is over."""
    reason = await until(lambda: ending(desk, caller), "the flow's end", seconds)
    assert reason is not None
    return reason


async def until(condition: Callable[[], T], what: str, seconds: float) -> T:
    """The first true result of a condition; AssertionError naming `what` when none comes in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (result := condition()):
        assert asyncio.get_running_loop().time() < deadline, f"waited {seconds:g} s in vain for {what}"
        await asyncio.sleep(0.05)
    return result


def slot(ticket: dict[str, Any], name: str) -> dict[str, Any]:
    """One slot of a ticket."""
    found = [slot for slot in ticket["slots"] if slot["name"] == name]
    assert len(found) == 1, ticket
    assert isinstance(found[0], dict)
    return found[0]


def share_of_words(wanted: str, text: str) -> float:
    """How many of the wanted words (Chinese: characters) a text has, 0..1."""
    words = _WORD.findall(wanted.lower())
    found = _WORD.findall(text.lower())
    hits = 0
    for word in words:
        if word in found:
            found.remove(word)
            hits += 1
    return hits / len(words) if words else 1.0


def seconds_of(path: str) -> float:
    """How long a recording is; it must be a WAV of 8 kHz that holds what it says it holds."""
    with wave.open(str(Path(path)), "rb") as file:
        assert file.getframerate() == 8000
        frames = file.getnframes()
        assert len(file.readframes(frames)) == 2 * frames * file.getnchannels()
        return frames / 8000


def worker_of(desk: Switch, language: str) -> int:
    """The process that recognises a language."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            arguments = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
        of_the_desk = parent == desk.pid and "asr.workers.worker" in arguments
        if of_the_desk and arguments[arguments.index("--language") + 1] == language:
            return int(folder.name)
    raise AssertionError(f"nothing recognises {language}")
