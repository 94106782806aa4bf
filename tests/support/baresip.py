"""Runs baresip without sound hardware, steered over its TCP control port, and records what it hears.

Debian's baresip 1.0.0 plays from the modules `ausine` (a tone) and `aufile`; the filter `sndfile` dumps both
directions of a call. It needs some player to receive at all: `aubridge` with nobody at its other end.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support.ports import HOST, free_port, join_host_port, wait_for

_CONFIG = """\
poll_method epoll
sip_listen {listen}
net_interface {interface}
call_local_timeout 60
call_max_calls 4
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aufile.so
module sndfile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
ctrl_tcp_listen {control}
audio_source {source}
audio_player aubridge,nobody
audio_alert aubridge,bell
{rates}
auplay_srate 8000
auplay_channels 1
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_level no
rtp_ports {rtp}-{rtp_end}
jitter_buffer_delay 1-2
ringback_disabled yes
snd_path {folder}
"""


class Baresip:
    """One baresip. `events` are its own, in order: dicts with "type" (CALL_ESTABLISHED ...) and "param".

    Args:
        folder: a fresh folder for configuration and recordings.
        user, password, server: the account. With `register` it registers at once.
        source: what it says: "ausine,<hertz>" or "aufile,<8 kHz mono WAV>".
        answers: "auto" or "manual".
        transport: "udp" or "tcp".
        host: its own address.
        expires: seconds between registrations.
    """

    def __init__(
        self,
        folder: Path,
        user: str,
        password: str,
        server: tuple[str, int],
        *,
        source: str = "ausine,440",
        answers: str = "manual",
        codecs: str = "pcmu,pcma",
        transport: str = "udp",
        register: bool = True,
        host: str = HOST,
        expires: int = 60,
    ) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self.port, control, rtp = (
            free_port(2, host),
            free_port(),
            free_port(20, host),
        )  # port + 1: it insists on one for TLS
        is_sine = source.startswith("ausine")
        rates = "ausrc_srate 48000\nausrc_channels 2" if is_sine else "ausrc_srate 8000\nausrc_channels 1"
        (folder / "config").write_text(
            _CONFIG.format(
                listen=join_host_port(host, self.port),
                interface=host,
                control=join_host_port(HOST, control),
                rtp=rtp,
                rtp_end=rtp + 19,
                source=source,
                rates=rates,
                folder=folder,
            )
        )
        (folder / "contacts").touch()
        (folder / "accounts").write_text(
            f"<sip:{user}@{join_host_port(*server)};transport={transport}>;auth_user={user};auth_pass={password}"
            f";regint={expires if register else 0};answermode={answers};audio_codecs={codecs};ptime=20\n"
        )
        self.events: list[dict[str, Any]] = []
        self._responses: list[dict[str, Any]] = []
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            ["baresip", "-6" if ":" in host else "-4", "-f", str(folder), "-s", "-v"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._control = wait_for(lambda: self._connect(control), f"baresip to start: {self._log_end()}")
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _connect(self, port: int) -> socket.socket | None:
        try:
            return socket.create_connection((HOST, port), timeout=5)
        except OSError:
            return None

    def _read(self) -> None:
        """Take netstrings (`<length>:<JSON>,`) off the control connection."""
        self._control.settimeout(None)
        stream = self._control.makefile("rb")
        while True:
            length = b""
            while (byte := stream.read(1)) and byte != b":":
                length += byte
            if not byte:
                return
            value = json.loads(stream.read(int(length)))
            stream.read(1)
            (self.events if value.get("event") else self._responses).append(value)

    def await_registered(self) -> None:
        """Wait until the server has taken the registration (the event may come before anybody listens)."""
        try:
            wait_for(lambda: re.search(r"200 OK .*\[\d+ bindings?\]", self.trace()), "baresip to register")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._log_end()}") from None

    # -- commands

    def command(self, name: str, params: str = "") -> None:
        """Give one of baresip's long commands, such as "dial"; returns when it was taken."""
        token = str(time.monotonic_ns())
        text = json.dumps({"command": name, "params": params, "token": token}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))
        wait_for(
            lambda: any(response["token"] == token for response in self._responses), f"baresip to take {name}"
        )

    def dial(self, number: str) -> None:
        self.command("dial", number)

    def answer(self) -> None:
        self.command("accept")

    def hang_up(self) -> None:
        self.command("hangup")

    def hold(self) -> None:
        self.command("hold")

    def resume(self) -> None:
        self.command("resume")

    def press(self, key: str) -> None:
        """Send one key by RFC 4733."""
        self.command("sndcode", key)

    # -- what happened

    def await_event(self, kind: str, count: int = 1, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for the `count`-th event of this type since the start."""

        def found() -> dict[str, Any] | None:
            events = [event for event in self.events if event["type"] == kind]
            return events[count - 1] if len(events) >= count else None

        try:
            return wait_for(found, f"baresip to say {kind}", timeout)
        except AssertionError as error:
            told = ", ".join(event["type"] for event in self.events)
            raise AssertionError(f"{error}; it said: {told or 'nothing'}\n{self._log_end()}") from None

    def heard(self) -> Path:
        """The recording of what was received in the last call, complete once the call is closed."""
        return self._recording("dec")

    def said(self) -> Path:
        """The recording of what was sent in the last call."""
        return self._recording("enc")

    def _recording(self, kind: str) -> Path:
        """The newest one: every call and every re-INVITE starts a file, named after the second."""
        files = sorted(self._folder.glob(f"dump-*-{kind}.wav"))
        assert files, f"baresip recorded nothing\n{self._log_end()}"
        return files[-1]

    def trace(self) -> str:
        """Its log, with every SIP message."""
        return (self._folder / "log").read_text(errors="replace")

    def _log_end(self) -> str:
        return self.trace()[-4000:]

    def stop(self) -> None:
        """Quit as SIGTERM makes it: hanging up and unregistering."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(8)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._control.close()
        self._log.close()
