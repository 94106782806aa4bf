"""The demo's site: the starter site, told where its telephones are and that it is open at any hour."""

from __future__ import annotations

import csv
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from asr.intake.texts import SLOT_TEXTS, TEXTS
from callback_queue.callbacks.texts import text as callback_text
from callback_queue.prompts import text as queue_text
from config import Site, load_site
from config.new_site import write_starter_site
from hotline.demo.lines import AGENT, Story
from ivr_flows.loader import load_flows
from tts.parts import shown

HOST = "127.0.0.1"
RTP_PORTS = 200
FLOW = "service-desk"
# What a caller hears who leaves a problem and says yes to everything.
STEPS = ("greeting", "menu")
INTAKE = (
    TEXTS["greeting"],
    SLOT_TEXTS["problem"]["problem_1"],
    TEXTS["offer_number_1"],
    SLOT_TEXTS["callback_time"]["callback_time_1"],
    TEXTS["i_have"],
    SLOT_TEXTS["callback_time"]["callback_time_is"],
    TEXTS["asap"],
    TEXTS["right_1"],
    TEXTS["thanks"],
    TEXTS["ticket_is"],
    TEXTS["goodbye"],
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story happens.

    Args:
        site: the loaded site.
        sip: the server's address.
        customer_port: the SIP port of the customer's telephone, to which the trunk leads.
        password: of the agent's telephone.
    """

    site: Site
    sip: str
    customer_port: int
    password: str


def build(folder: Path, story: Story) -> Stage:
    """Write the site.

    Args:
        folder: where; must not exist.
        story: whose.
    """
    write_starter_site(folder)
    sip, http, console, customer = (free_port() for _ in range(4))
    rtp = free_port(RTP_PORTS)
    _change(
        folder / "hotline.yaml",
        {
            "sip": {"listen": f"{HOST}:{sip}"},
            "http": {"listen": f"{HOST}:{http}"},
            "console": {"listen": f"{HOST}:{console}"},
            "rtp": {"first_port": rtp, "last_port": rtp + RTP_PORTS - 1},
            "numbers": {int(story.number): {"flow": FLOW, "language": story.language}},
            # The customer's telephone is "the world outside": it calls in and is called through a trunk.
            "trunks": [
                {
                    "name": "carrier",
                    "addresses": [HOST],
                    "numbers": [int(story.number)],
                    "host": f"{HOST}:{customer}",
                }
            ],
            "outbound": {"rules": [{"action": "allow", "prefixes": [story.caller]}]},
            # What the story needs is spoken ahead by itself; the rest would only keep the machine busy.
            "voices": {"ahead": False},
            "callbacks": {"quiet": None},
            "shutdown_grace": 3,
            "log": {"level": "warning"},
        },
    )
    _change(folder / "flows" / "opening-hours.yaml", {}, _always_open)
    _change(folder / "agents.yaml", {}, lambda data: _speaks(data, story.language))
    _add_customer(folder / "customers.csv", story)
    site = load_site(folder)
    agent = next(agent for agent in site.agents if agent.number == AGENT)
    return Stage(site, f"{HOST}:{sip}", customer, agent.phones[0].password)


def prompts_of(stage: Stage, story: Story) -> list[str]:
    """The texts that the story's people hear, but for those that nobody can know before, in order."""
    flows = load_flows(stage.site)
    flow = flows.flows[FLOW]
    heard = replace(flow, steps={name: flow.steps[name] for name in STEPS})
    texts = [
        text for language, text in replace(flows, flows={FLOW: heard}).texts() if language == story.language
    ]
    texts += [wordings[story.language] for wordings in INTAKE]
    agents = (
        callback_text("callback_for", story.language, name=story.customer),
        *(callback_text(key, story.language) for key in ("vip", "just_now", "dialled_then")),
        queue_text("press_to_take", story.language, key=stage.site.settings.agents.confirm_key),
    )
    return texts + [shown([part]) for part in agents]


def free_port(count: int = 1) -> int:
    """The first of `count` ports in a row that nothing uses on the loopback, even when there are several."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((HOST, 0))
            first = int(probe.getsockname()[1])
        first += first % 2 if count > 1 else 0
        if first + count < 65536 and all(_is_free(port) for port in range(first, first + count)):
            return first
    raise OSError("no free ports on the loopback")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _change(path: Path, values: dict[str, Any], how: Any = None) -> None:
    yaml = YAML(typ="rt")
    data = yaml.load(path)
    for key, value in values.items():
        if isinstance(value, dict) and key != "numbers" and isinstance(data.get(key), dict):
            data[key].update(value)
        else:
            data[key] = value
    if how is not None:
        how(data)
    yaml.dump(data, path)


def _always_open(data: Any) -> None:
    data["steps"]["hours"]["hours"] = {"open": {"mon-sun": "00:00-24:00"}}


def _speaks(data: Any, language: str) -> None:
    for agent in data["agents"]:
        if str(agent["number"]) == AGENT:
            agent["languages"] = [language]


def _add_customer(path: Path, story: Story) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        fields = list(rows[0])
    row = dict.fromkeys(fields, "")
    row.update(id="DEMO-1", name=story.customer, numbers=story.caller, tier="vip", language=story.language)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, fields).writerow(row)
