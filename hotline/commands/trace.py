"""`hotline trace`: what a call's SIP messages and sound were, from the running server."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from config.exit_codes import ExitCode
from hotline.commands.ladder import Ladder, Lifeline, Rung
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.pcap import Packet, capture
from hotline.commands.server import ask_server, fail
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline trace 5f0c2a9be1d34c77 --pcap call.pcap --site my-site"
POLL_SECONDS = 0.5


def command(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as hotline calls shows it.")],
    pcap: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the SIP messages to this file, for Wireshark and tshark."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the call is over.")] = False,
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Draw a call's SIP messages and sum up its sound, or write them as pcap."""
    messages: list[dict[str, Any]] = []
    drawing = _Drawing()
    answer: dict[str, Any] = {}
    try:
        for answer in _answers(site, call, follow):
            messages += answer["messages"]
            if not json:
                drawing.add(answer)
    except KeyboardInterrupt:
        pass  # that is how a call that is followed is left
    if not answer:
        return
    if json:
        say_json({**answer, "messages": messages})
    else:
        for line in sound_lines(answer["legs"], drawing.start):
            say(line)
    if pcap is not None:
        _write(pcap, messages)
        complain(f"{len(messages)} messages written to {pcap}")


def _answers(site: Path, call: str, follow: bool) -> Iterator[dict[str, Any]]:
    """What the server says, page by page, while the call goes on if it is followed."""
    after = 0
    while True:
        answer = ask_server(site, "trace", call=call, after=after)
        yield answer
        if answer["messages"]:
            after = answer["messages"][-1]["number"]
        if answer["more"]:
            continue
        if not follow or not answer["running"]:
            return
        time.sleep(POLL_SECONDS)


class _Drawing:
    """The ladder on the terminal; a new leg makes a new header."""

    def __init__(self) -> None:
        self.start = 0.0
        self._ladder: Ladder | None = None
        self._legs: list[str] = []

    def add(self, answer: dict[str, Any]) -> None:
        rungs = [_rung(message) for message in answer["messages"]]
        legs = [leg["leg"] for leg in answer["legs"]]
        if rungs and not self._legs:
            self.start = rungs[0].at
        if rungs and (self._ladder is None or legs != self._legs):
            lines = [Lifeline(leg["leg"], leg["label"], leg["inbound"]) for leg in answer["legs"]]
            console = Console()
            width = console.width if console.is_terminal else None
            self._ladder, self._legs = Ladder(lines, rungs, self.start, width), legs
            for text in self._ladder.header():
                say(text)
            for leg in answer["legs"]:
                if leg["dropped"]:
                    say(f"({leg['label']}: the first {leg['dropped']} messages are not kept any more)")
        for rung in rungs:
            assert self._ladder is not None
            for text in self._ladder.draw(rung):
                say(text)


def sound_lines(legs: list[dict[str, Any]], start: float) -> Iterator[str]:
    """What the sound of each leg was.

    Args:
        legs: as the server tells them.
        start: of the call, Unix seconds.
    """
    for leg in legs:
        sound = leg["sound"]
        yield ""
        yield f"Sound of {leg['label']}"
        if sound is None or not (sound["packets_received"] or sound["packets_sent"]):
            yield "  none"
            continue
        at = sound["local"][1]
        types = ", ".join(map(str, sound["received_types"])) or "none"
        yield (
            f"  received  {sound['packets_received']} packets, {sound['lost']} lost, "
            f"jitter {sound['jitter_ms']:.1f} ms{_when(sound, 'received', start)}"
        )
        yield f"            from {_address(sound['source'])} to port {at}, payload types {types}"
        far = ""
        if sound["remote_lost"] is not None:
            far = (
                f", {sound['remote_lost']} lost and jitter {sound['remote_jitter_ms'] or 0:.1f} ms over there"
            )
        yield f"  sent      {sound['packets_sent']} packets{far}{_when(sound, 'sent', start)}"
        events = f", keys {sound['sent_event_type']}" if sound["sent_event_type"] is not None else ""
        yield (
            f"            from port {at} to {_address(sound['destination'])}, "
            f"payload type {sound['sent_type']}{events}"
        )
        odd = {name: sound[name] for name in ("strangers", "malformed", "late", "send_errors") if sound[name]}
        if odd:
            words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in odd.items())
            yield f"  dropped   {words}"


def _when(sound: dict[str, Any], way: str, start: float) -> str:
    first, last = sound[f"first_{way}"], sound[f"last_{way}"]
    if first is None or last is None:
        return ""
    return f", first at {first - start:.3f}, last at {last - start:.3f}"


def _rung(message: dict[str, Any]) -> Rung:
    return Rung(
        message["at"],
        message["leg"],
        message["sent"],
        message["transport"],
        _address(message["remote"]),
        base64.b64decode(message["data"]).decode("utf-8", "replace"),
    )


def _address(address: list[Any] | None) -> str:
    if address is None:
        return "nowhere"
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _write(path: Path, messages: list[dict[str, Any]]) -> None:
    """Write the capture, for its owner alone: it names numbers."""
    packets = []
    for message in messages:
        ends = tuple(message["local"]), tuple(message["remote"])
        source, destination = ends if message["sent"] else reversed(ends)
        packets.append(Packet(message["at"], source, destination, base64.b64decode(message["data"])))
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(capture(packets))
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.", ExitCode.FAILED)
