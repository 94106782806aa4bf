"""What the demo plays: two telephones register, one calls the other, one talks to itself through 4900."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from config import Site, load_site
from config.new_site import write_starter_site
from hotline.console_text import complain
from hotline.demo.players import Actor, ActorFailed, Telephone
from hotline.demo.sound import likeness, loudest_tone
from hotline.exit_codes import ExitCode

TONE_FROM_CALLER, TONE_FROM_CALLED = 440, 700
COLOURS = {"server": "cyan", "phone 1001": "green", "phone 1002": "magenta"}


def run() -> ExitCode:
    """Play the demo; OK only if every step really happened."""
    if find_spec("pyVoIP") is None:
        complain("The demo's telephones need pyVoIP: pip install 'hotline[softphone]'")
        return ExitCode.FAILED
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as folder:
        demo = Demo(Path(folder))
        return asyncio.run(demo.play())


class Demo:
    """One performance.

    Args:
        folder: for the site and the recordings; empty.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._console = Console(highlight=False)
        self._began = time.monotonic()
        self._proofs: list[tuple[bool, str, str]] = []
        self._actors: list[Actor] = []

    async def play(self) -> ExitCode:
        """Play all scenes, then show the proofs."""
        self._title("hotline demo: a site, a server, two telephones")
        failure = None
        try:
            await self._scenes()
        except ActorFailed as error:
            failure = str(error)
        finally:
            for actor in reversed(self._actors):
                await actor.stop()
        return self._verdict(failure)

    async def _scenes(self) -> None:
        site = self._write_site()
        address = f"127.0.0.1:{_free_port()}"
        server = self._server()
        await server.start(
            ["serve", "--site", str(site.root), "--sip", address, "--http", f"127.0.0.1:{_free_port()}"]
        )
        await server.until(lambda line: line == "ready", 30)
        passwords = {agent.number: agent.phones[0].password for agent in site.agents}
        await self._call_between_phones(address, passwords)
        await self._call_to_echo(address, passwords, site)
        self._title("The server stops when its calls are over")
        code = await server.stop()
        self._prove(code == 0, "the server stopped cleanly", f"exit code {code}")
        self._read_journal(site)

    def _write_site(self) -> Site:
        self._title("A starter site, with fresh passwords")
        root = self._folder / "site"
        for path in write_starter_site(root):
            self._line("site", str(path.relative_to(self._folder)))
        return load_site(root)

    async def _call_between_phones(self, address: str, passwords: dict[str, str]) -> None:
        self._title("1001 calls 1002; each sends the other a tone")
        common = ["phone", "--server", address, "--json", "--seconds", "1"]
        called = self._phone("1002")
        await called.start(
            [*common, "--user", "1002", "--answer", "--wait", "30", "--tone", str(TONE_FROM_CALLED),
             "--save", str(self._folder / "heard-by-1002.wav")],
            passwords["1002"],
        )  # fmt: skip
        await called.until_fact("registered", 20)
        calling = self._phone("1001")
        await calling.start(
            [*common, "--user", "1001", "--call", "1002", "--tone", str(TONE_FROM_CALLER),
             "--save", str(self._folder / "heard-by-1001.wav")],
            passwords["1001"],
        )  # fmt: skip
        await calling.until_fact("registered", 20)
        self._prove(True, "two telephones registered", "1001 and 1002, with passwords")
        await called.until_fact("answered", 20)
        self._prove(True, "1001 called 1002, it rang and was answered", "")
        await calling.finish(30)
        await called.finish(30)
        for hearer, sent in (("1002", TONE_FROM_CALLER), ("1001", TONE_FROM_CALLED)):
            path = self._folder / f"heard-by-{hearer}.wav"
            tone = loudest_tone(path) if path.exists() else None
            if tone is None:
                self._prove(False, f"{hearer} hears the other's {sent} Hz", "silence")
            else:
                clean = abs(tone.hertz - sent) < 3 and tone.share > 0.9
                found = f"measured {tone.hertz:.1f} Hz, {tone.share:.1%} of the sound, {tone.dbfs:.1f} dBFS"
                self._prove(clean, f"{hearer} hears the other's {sent} Hz", found)

    async def _call_to_echo(self, address: str, passwords: dict[str, str], site: Site) -> None:
        self._title("1001 calls 4900 and hears its own voice")
        spoken = site.prompt("welcome")
        assert spoken is not None, "the starter site ships it"
        heard = self._folder / "echo.wav"
        phone = self._phone("1001")
        await phone.start(
            ["phone", "--server", address, "--json", "--user", "1001", "--call", "4900",
             "--say", str(spoken), "--seconds", "1", "--save", str(heard)],
            passwords["1001"],
        )  # fmt: skip
        await phone.finish(60)
        same, delay = likeness(spoken, heard) if heard.exists() else (0.0, 0.0)
        self._prove(
            same > 0.9,
            "1001 hears its own voice from 4900",
            f"likeness {same:.3f} of 1, {delay:.2f} s into the call",
        )

    def _read_journal(self, site: Site) -> None:
        """The facts behind the calls, as the server wrote them."""
        path = site.journal_path
        lines = path.read_text("utf-8").splitlines() if path is not None and path.exists() else []
        events = [json.loads(line) for line in lines]
        self._title("What the server wrote down (journal.jsonl)")
        table = Table(box=None, header_style="dim")
        for column in ("time", "event", "call", "facts"):
            table.add_column(column, no_wrap=column != "facts")
        for event in events:
            table.add_row(*_row(event))
        self._console.print(table)
        kinds = [event["event"] for event in events]
        whole = all(kinds.count(kind) == 2 for kind in ("CallOffered", "CallAnswered", "CallEnded"))
        bridged = kinds.count("CallBridged") == 1 and kinds.count("LegEnded") == 3
        self._prove(whole and bridged, "every call left its events", f"{len(events)} events, 2 calls, 3 legs")

    # --- telling ----------------------------------------------------------------------------------------

    def _server(self) -> Actor:
        self._actors.append(Actor("server", self._line))
        return self._actors[-1]

    def _phone(self, user: str) -> Telephone:
        phone = Telephone(f"phone {user}", self._line)
        self._actors.append(phone)
        return phone

    def _title(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def _line(self, who: str, text: str) -> None:
        moment = Text(f"{time.monotonic() - self._began:6.2f} s  ", style="dim")
        self._console.print(
            moment + Text(f"{who:<11} ", style=COLOURS.get(who, "")) + Text(text), soft_wrap=True
        )

    def _prove(self, good: bool, claim: str, found: str) -> None:
        self._proofs.append((good, claim, found))

    def _verdict(self, failure: str | None) -> ExitCode:
        self._title("What was shown")
        for good, claim, found in self._proofs:
            mark = Text("  yes  ", style="green") if good else Text("  NO   ", style="bold red")
            self._console.print(mark + Text(claim) + Text(f"  {found}", style="dim"), soft_wrap=True)
        if failure is not None:
            self._console.print(Text(f"  NO   {failure}", style="bold red"), soft_wrap=True)
        good = failure is None and bool(self._proofs) and all(good for good, _, _ in self._proofs)
        self._console.print()
        if good:
            self._console.print("Next: hotline init my-site && hotline serve --site my-site, then dial 4900.")
            return ExitCode.OK
        self._console.print("The demo did not succeed.")
        return ExitCode.FAILED


def _row(event: dict[str, object]) -> tuple[str, str, str, str]:
    at = event["at"]
    assert isinstance(at, float)
    clock = time.strftime("%H:%M:%S", time.localtime(at)) + f".{int(at * 1000) % 1000:03d}"
    hidden = ("event", "at", "call", "leg", "sip_call_id", "quality", "contact")
    facts = [f"{name}={value}" for name, value in event.items() if name not in hidden and value is not None]
    quality = event.get("quality")
    if isinstance(quality, dict) and quality.get("mos") is not None:
        facts.append(f"mos={quality['mos']:.2f} lost={quality['lost']} jitter={quality['jitter_ms']:.1f} ms")
    return clock, str(event["event"]), str(event.get("call", "")), " ".join(facts)


def _free_port() -> int:
    """A port that nothing uses on the loopback, for UDP and TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
