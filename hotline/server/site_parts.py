"""What of a switch follows from its site alone: journal, ports, languages, what is worth speaking ahead."""

from __future__ import annotations

from dataclasses import replace

from asr.intake.texts import TEXTS as INTAKE_TEXTS
from callback_queue import prompts as queue_prompts
from callback_queue.callbacks import texts as callback_texts
from config import Site
from ivr_flows.flow_set import FlowSet
from ivr_flows.texts import TEXTS as FLOW_TEXTS
from journal.journal import Journal
from telephony.net.rtp_ports import PortPool

# `country` too: the numbers of tickets, callbacks and customers are filed by it.
_AT_START = (
    *("sip", "rtp", "http", "speech", "voices", "recordings", "log", "journal", "switch", "database"),
    *("console", "country", "shutdown_grace"),
)


def journal_of(site: Site) -> Journal:
    """The journal of a site; on disk unless its settings say otherwise."""
    settings = site.settings.journal
    if settings is None:
        return Journal(None)
    segment = settings.segment_mb * 1024 * 1024
    return Journal(site.journal_folder, switch=site.settings.switch, segment_bytes=segment)


def port_pools(site: Site) -> list[PortPool]:
    """RTP ports of each address family in which we listen for SIP."""
    rtp = site.settings.rtp
    families = {":" in address.host for address in site.settings.sip.listen}
    return [PortPool("::" if six else "0.0.0.0", rtp.first_port, rtp.last_port) for six in sorted(families)]


def languages_of(site: Site, flows: FlowSet) -> frozenset[str]:
    """What callers of this site's numbers can come to speak with it, or to be spoken to in."""
    targets = site.settings.numbers.values()
    talking = {queue.name for queue in site.queues if queue.announce is not None}
    straight = [target for target in targets if target.queue in talking]
    return frozenset(target.language or site.settings.language for target in straight) | flows.languages_from(
        [(target.flow, target.language) for target in targets if target.flow is not None]
    )


def agents_languages(site: Site) -> frozenset[str]:
    """What agents are spoken to in."""
    return frozenset(next(iter(agent.languages), site.settings.language) for agent in site.agents)


def texts_ahead(site: Site, flows: FlowSet) -> list[tuple[str, str]]:
    """What is said so often that it is spoken before the first call: (language, text) pairs."""
    own = [pair for texts in (*FLOW_TEXTS.values(), *INTAKE_TEXTS.values()) for pair in texts.items()]
    keys = frozenset({queue.exit_key for queue in site.queues} | {site.settings.agents.confirm_key})
    return [
        *flows.texts(),
        *own,
        *queue_prompts.ahead(keys - {""}),
        *callback_texts.ahead(site.settings.name),
    ]


def needs_restart(old: Site, new: Site) -> list[str]:
    """Settings that changed and are only read at start-up."""
    return [name for name in _AT_START if getattr(old.settings, name) != getattr(new.settings, name)]


def with_start_settings(running: Site, loaded: Site) -> Site:
    """What a reload brings: the site as loaded, but for what is only read at start-up."""
    kept = {name: getattr(running.settings, name) for name in _AT_START}
    return replace(loaded, settings=loaded.settings.model_copy(update=kept))


def changes(old: Site, new: Site) -> list[str]:
    """What differs: settings of hotline.yaml by name, "agents" and "queues" for the other two files."""
    names = [name for name in type(new.settings).model_fields if name != "agents"]
    changed = [name for name in names if getattr(old.settings, name) != getattr(new.settings, name)]
    if (old.agents, old.settings.agents) != (new.agents, new.settings.agents):
        changed.append("agents")
    return [*changed, "queues"] if old.queues != new.queues else changed
