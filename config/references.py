"""Checks between settings and between files: names that must exist, ranges that must fit, no two alike.

Each function takes what is right so far and yields mistakes; a name counts as known when it is written
down anywhere, even in an entry that has a mistake of its own, so that one mistake is said once.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

from config.models.settings import Settings, Trunk
from config.problems import Problem
from config.queue_references import check_queues
from config.written import Parts, each, twice, written, written_keys
from config.yaml_source import Key, Source

PROMPT_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".m4a", ".mp3")
_DEFAULT_MUSIC = "default"
_FEWEST_PORTS = 4  # a call between two phones: RTP and RTCP on either side


def find_prompt(root: Path, name: str) -> Path | None:
    """Find the sound file of a prompt in the site's folder prompts/, by its name without the suffix."""
    for suffix in PROMPT_SUFFIXES:
        path = root / "prompts" / (name + suffix)
        if path.is_file():
            return path
    return None


def flow_file(root: Path, name: str) -> Path:
    """The file of a voice flow; what it holds is read by `ivr_flows`."""
    return root / "flows" / f"{name}.yaml"


def check(parts: Parts) -> Iterator[Problem]:
    """Yield every mistake between the settings."""
    agents = written(parts.agents_source, "agents", "number")
    numbers = written_keys(parts.settings_source, "numbers")
    yield from _rtp(parts.settings, parts.settings_source)
    yield from _sip(parts.settings, parts.settings_source)
    yield from _database(parts.settings, parts.settings_source)
    yield from _trunks(parts.settings, parts.settings_source, agents | numbers)
    yield from _outbound(parts, agents)
    yield from _numbers(parts, agents)
    yield from _people(parts.agents_source)
    yield from check_queues(parts, agents, numbers)
    yield from _prompts(parts)


def _rtp(settings: Settings, source: Source) -> Iterator[Problem]:
    first, last = settings.rtp.first_port, settings.rtp.last_port
    if first % 2:
        yield source.problem(
            ("rtp", "first_port"), f"found {first}, expected an even port (RTCP takes the next)"
        )
    if last - first + 1 < _FEWEST_PORTS:
        yield source.problem(
            ("rtp", "last_port"),
            f"found {last}, expected at least {first + _FEWEST_PORTS - 1} (four ports for one call)",
        )
    for address in settings.sip.listen:
        if address.transport == "UDP" and first <= address.port <= last:
            yield source.problem(
                ("rtp", "first_port"),
                f"the range {first}..{last} holds port {address.port}, which sip.listen takes",
            )


def _database(settings: Settings, source: Source) -> Iterator[Problem]:
    text = settings.database
    if text is not None and text.startswith("postgresql") and find_spec("psycopg") is None:
        yield source.problem(("database",), "needs psycopg: pip install 'hotline[postgres]'")


def _sip(settings: Settings, source: Source) -> Iterator[Problem]:
    sip, http = settings.sip, settings.http.listen
    if sip.t2 < sip.t1:
        yield source.problem(("sip", "t2"), f"found {sip.t2:g}, expected no less than sip.t1 ({sip.t1:g})")
    registration = sip.registration
    if registration.min_expires > registration.max_expires:
        yield source.problem(
            ("sip", "registration", "min_expires"),
            f"found {registration.min_expires}, expected no more than max_expires {registration.max_expires}",
        )
    elif not registration.min_expires <= registration.default_expires <= registration.max_expires:
        yield source.problem(
            ("sip", "registration", "default_expires"),
            f"found {registration.default_expires}, expected "
            f"{registration.min_expires}..{registration.max_expires} (min_expires..max_expires)",
        )
    for address in sip.listen:
        same_host = address.host == http.host or address.host in ("0.0.0.0", "::")
        if address.transport == "TCP" and same_host and address.port == http.port:
            yield source.problem(("http", "listen"), f"found {http}, which sip.listen takes ({address})")


def _trunks(settings: Settings, source: Source, known: set[str]) -> Iterator[Problem]:
    yield from twice(source, each(source, "trunks", "name"), "trunk")
    # After a mistake the items no longer stand where they stood: find each by its name.
    places = {name: path[:-1] for path, name in each(source, "trunks", "name")}
    for trunk in settings.trunks:
        yield from _trunk(trunk, source, places[trunk.name], known)
    for one, other in combinations(settings.trunks, 2):
        for network in one.addresses:
            if any(network.version == rival.version and network.overlaps(rival) for rival in other.addresses):
                message = f'{network} is already in trunk "{one.name}"; expected each address in one trunk'
                yield source.problem((*places[other.name], "addresses"), message)


def _trunk(trunk: Trunk, source: Source, path: Key, known: set[str]) -> Iterator[Problem]:
    for network in trunk.addresses:
        if network.prefixlen == 0:
            yield source.problem(
                (*path, "addresses"),
                f"found {network}, which includes every address; expected the carrier's own addresses",
            )
    for index, number in enumerate(trunk.numbers):
        if number != "*" and number not in known:
            yield source.problem(
                (*path, "numbers", index),
                f'found "{number}", expected a number of numbers: or of an agent, or "*"',
            )


def _outbound(parts: Parts, agents: set[str]) -> Iterator[Problem]:
    source = parts.settings_source
    trunks = written(source, "trunks", "name")
    for index, rule in enumerate(parts.settings.outbound.rules):
        path: Key = ("outbound", "rules", index)
        for agent in rule.agents:
            if agent not in agents:
                yield source.problem(
                    (*path, "agents"), f'found "{agent}", expected the number of an agent in agents.yaml'
                )
        for trunk in rule.trunks:
            if trunk not in trunks:
                yield source.problem((*path, "trunks"), f'found "{trunk}", expected the name of a trunk')


def _numbers(parts: Parts, agents: set[str]) -> Iterator[Problem]:
    source = parts.settings_source
    for number in sorted(written_keys(source, "numbers") & agents):
        yield source.problem(
            ("numbers", number), f"{number} is an agent's number; expected another", at_key=True
        )
    for number, target in parts.settings.numbers.items():
        if target.flow is not None and not flow_file(parts.root, target.flow).is_file():
            yield source.problem(
                ("numbers", number, "flow"),
                f'found "{target.flow}", expected a flow of this site: there is no flows/{target.flow}.yaml',
            )
        for index, goal in enumerate(target.dial):
            if not goal.lower().startswith(("sip:", "sips:")) and goal not in agents:
                path: Key = ("numbers", number, "dial")
                path = (*path, index) if (*path, index) in source.places else path
                yield source.problem(path, f'found "{goal}", expected the number of an agent in agents.yaml')


def _people(source: Source) -> Iterator[Problem]:
    yield from twice(source, each(source, "agents", "number"), "agent")
    yield from twice(source, _phone_users(source), "phone")


def _phone_users(source: Source) -> Iterator[tuple[Key, str]]:
    """Yield every phone's user name; one that names none has its agent's number."""
    agents = source.data.get("agents") if isinstance(source.data, dict) else None
    for index, agent in enumerate(agents if isinstance(agents, list) else ()):
        phones = agent.get("phones") if isinstance(agent, dict) else None
        for position, phone in enumerate(phones if isinstance(phones, list) else ()):
            if not isinstance(agent, dict) or not isinstance(phone, dict):
                continue
            path: Key = ("agents", index, "phones", position)
            if "user" in phone:
                yield (*path, "user"), str(phone["user"])
            elif "number" in agent:
                yield path, str(agent["number"])


def _other_suffixes() -> str:
    return ", ".join(PROMPT_SUFFIXES[1:])


def _prompts(parts: Parts) -> Iterator[Problem]:
    wanted: list[tuple[Source, Key, str]] = []
    if parts.settings.music_on_hold != _DEFAULT_MUSIC:
        wanted.append((parts.settings_source, ("music_on_hold",), parts.settings.music_on_hold))
    for number, target in parts.settings.numbers.items():
        if target.play is not None:
            wanted.append((parts.settings_source, ("numbers", number, "play"), target.play))
    for path, music in each(parts.queues_source, "queues", "music"):
        if music != _DEFAULT_MUSIC:
            wanted.append((parts.queues_source, path, music))
    for source, path, name in wanted:
        if find_prompt(parts.root, name) is None:
            yield source.problem(
                path, f'found "{name}", expected a sound file prompts/{name}.wav (or {_other_suffixes()})'
            )
