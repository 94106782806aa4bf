"""A switch with queues, agents' phones at it, and what its journal tells about both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from control.client import ask
from tests.support.ports import free_port, wait_for
from tests.support.sipp import Result, Sipp
from tests.support.switch import Switch, without_flows

Event = dict[str, Any]
PASSWORD = "a password of phones"


def with_queues(
    queues: Sequence[Mapping[str, Any]],
    agents: Sequence[Mapping[str, Any]] = (),
    also: Callable[[Path], None] = without_flows,
) -> Callable[[Path], None]:
    """Give a site these queues, each with a number of its name, and agents 1001 to 1004 with phones.

    Args:
        queues: as in queues.yaml; they say nothing to callers and have no wrap-up unless they say so.
        agents: further ones, or others of the same numbers.
        also: what else is to be done to the site.
    """

    def prepare(site: Path) -> None:
        also(site)
        yaml = YAML(typ="rt")
        quiet = {"announce": None, "wrap_up": 0, "ring_seconds": 3, "exit_key": "", "when_nobody": "wait"}
        _write(site / "queues.yaml", {"queues": [{**quiet, **queue} for queue in queues]})
        known = {
            number: {"number": number, "name": f"Agent {number}", "phones": [{"password": PASSWORD}]}
            for number in (1001, 1002, 1003, 1004)
        }
        known |= {agent["number"]: dict(agent) for agent in agents}
        _write(site / "agents.yaml", {"agents": list(known.values())})
        settings = yaml.load(site / "hotline.yaml")
        for queue in queues:
            settings["numbers"][queue["name"]] = {"queue": queue["name"]}
        yaml.dump(settings, site / "hotline.yaml")

    return prepare


def _write(path: Path, data: Mapping[str, Any]) -> None:
    YAML(typ="safe").dump(data, path)


class CallCentre:
    """The queues and agents of a running switch, seen from outside.

    Args:
        switch: it.
        folder: for what SIPp writes.
    """

    def __init__(self, switch: Switch, folder: Path) -> None:
        self.switch = switch
        self._folder = folder
        self._runs = 0
        self._begun = len(switch.journal())
        self._phones: list[tuple[Sipp, str]] = []
        self._callers: list[Sipp] = []

    # --- phones

    def phone(self, agent: str, scenario: str = "answer", **options: Any) -> Sipp:
        """Register a phone of an agent, which does as the scenario says when it is rung."""
        port = free_port()
        self.register(agent, port).check(calls=1)
        callee = Sipp(scenario, self._next(), port=port, **options)
        self._phones.append((callee, agent))
        return callee

    def register(self, agent: str, port: int, expires: int = 120) -> Result:
        """Register a phone, or with `expires` 0 take it away."""
        keys = {"agent": agent, "expires": str(expires), "password": PASSWORD}
        return Sipp("register", self._next(), remote=self.switch.sip, port=port, keys=keys).wait()

    def call(self, queue: str, scenario: str = "call", **options: Any) -> Sipp:
        """Call a number; a queue's is its name."""
        caller = Sipp(scenario, self._next(), remote=self.switch.sip, service=queue, **options)
        self._callers.append(caller)
        return caller

    def dial_as(self, agent: str, number: str) -> Result:
        """Call a number from an agent's phone, with its password, until the far end hangs up."""
        keys = {"agent": agent, "password": PASSWORD, "caller": agent}
        # Not from the trunk's address, of which no password is asked.
        return Sipp(
            "call_with_password_until_bye",
            self._next(),
            remote=self.switch.sip,
            host="127.0.0.2",
            service=number,
            keys=keys,
        ).wait()

    def _next(self) -> Path:
        self._runs += 1
        return self._folder / str(self._runs)

    def close(self) -> None:
        """End all phones and take them away."""
        for caller in self._callers:
            caller.stop()
        for callee, agent in self._phones:
            callee.stop()
            self.register(agent, callee.port, expires=0)

    def hang_up_all(self) -> None:
        """Have the switch hang up every call."""
        for call in self.ask("overview")["calls"]:
            self.ask("hangup", call=call["call"], by="test")

    # --- what happened

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Ask the switch over its control socket."""
        return ask(self.switch.site, command, **arguments)

    def agent(self, number: str) -> dict[str, Any]:
        """What an agent does now."""
        agents = self.ask("overview")["agents"]
        return next(agent for agent in agents if agent["agent"] == number)

    def events(self, *kinds: str) -> list[Event]:
        """What happened since this object was made, of these kinds."""
        events = self.switch.journal()[self._begun :]
        return [event for event in events if not kinds or event["event"] in kinds]

    def await_event(self, kind: str, timeout: float = 15.0, **facts: Any) -> Event:
        """Wait for the first event of a kind with these facts."""

        def found() -> Event | None:
            return next(
                (
                    event
                    for event in self.events(kind)
                    if all(event[name] == value for name, value in facts.items())
                ),
                None,
            )

        event = wait_for(found, f"{kind} {facts}", timeout)
        assert event is not None
        return event

    def await_state(self, agent: str, state: str, timeout: float = 15.0) -> None:
        """Wait until an agent is in a state."""
        wait_for(lambda: self.agent(agent)["state"] == state, f"{agent} to be {state}", timeout)

    def check_empty(self) -> None:
        """Nothing is left of any call: no leg, no port, nobody in a line, nobody on a call."""
        self.switch.check_idle()
        media: dict[str, Any] = {}

        def is_free() -> bool:
            media.clear()
            media.update(self.switch.status()["media"])
            return media["legs"] == media["ports_in_use"] == media["recordings"] == 0

        wait_for(is_free, f"legs and ports to be given back; {media}")
        centre = self.ask("overview")
        assert all(not queue["waiting"] for queue in centre["queues"]), centre
        busy = [agent for agent in centre["agents"] if agent["state"] in ("reserved", "ringing", "on_call")]
        assert not busy, busy


@contextmanager
def centre_of(switch: Switch, folder: Path) -> Iterator[CallCentre]:
    """The queues and agents of a switch for one test; afterwards nothing may be left."""
    centre = CallCentre(switch, folder)
    for agent in centre.ask("overview")["agents"]:
        # Whatever the test before said of its agents.
        centre.ask("agent", agent=agent["agent"], action="log_in", mobile=False, by="test")
    try:
        yield centre
        centre.check_empty()
        switch.check_log()
    finally:
        centre.close()
