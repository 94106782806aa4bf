"""Runs `hotline phone` as a process and reads its facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support.ports import wait_for

HOTLINE = Path(sys.executable).with_name("hotline")


class Softphone:
    """One phone process. Options are those of `hotline phone`: `call="4900"`, `answer=True`, `do=[...]`."""

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        password: str = "",
        **options: str | float | bool | Path | list[str],
    ) -> None:
        command = [str(HOTLINE), "phone", "--json", "--server", f"{server[0]}:{server[1]}", "--user", user]
        for name, value in options.items():
            option = name.replace("_", "-")
            if isinstance(value, bool):
                command.append(f"--{option}" if value else f"--no-{option}")
            else:
                for one in value if isinstance(value, list) else [value]:
                    command += [f"--{option}", str(one)]
        self.facts: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOTLINE_PHONE_PASSWORD": password},
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.facts.append(json.loads(line))

    def fact(self, name: str) -> dict[str, Any]:
        """The first fact of this name; AssertionError when it was not told."""
        found = next((fact for fact in self.facts if fact["fact"] == name), None)
        assert found, f"the phone never told {name!r}; {self.story()}"
        return found

    def told(self, name: str) -> list[dict[str, Any]]:
        return [fact for fact in self.facts if fact["fact"] == name]

    def await_fact(self, name: str, timeout: float = 15.0) -> dict[str, Any]:
        """Wait until the phone tells this fact."""
        wait_for(
            lambda: any(fact["fact"] == name for fact in self.facts) or self._process.poll() is not None,
            f"the phone to tell {name!r}",
            timeout,
        )
        self._reader.join(0.1 if self._process.poll() is None else 5)
        return self.fact(name)

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for the phone's end; returns its exit code."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"the phone did not end within {timeout:g} s; {self.story()}") from None
        self._reader.join(5)
        return code

    def check(self, timeout: float = 60.0) -> Softphone:
        """Wait for the end and assert that everything asked happened."""
        code = self.wait(timeout)
        assert code == 0, f"exit code {code}; {self.story()}"
        return self

    def stop(self) -> int:
        """Ask the phone to hang up and end (SIGTERM)."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._reader.join(5)
        return self._process.returncode

    def story(self) -> str:
        """What the phone told and what it printed to standard error."""
        assert self._process.stderr
        errors = self._process.stderr.read() if self._process.poll() is not None else "(still running)"
        return "facts:\n" + "\n".join(f"  {fact}" for fact in self.facts) + f"\nstandard error:\n{errors}"
