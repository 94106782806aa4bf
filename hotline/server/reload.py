"""What a reload changes, and which settings need a restart."""

from __future__ import annotations

from dataclasses import replace

from config import Site

# `country` too: the numbers of tickets, callbacks and customers are filed by it.
_AT_START = (
    *("sip", "rtp", "http", "speech", "voices", "recordings", "log", "journal", "switch", "database"),
    *("console", "country", "shutdown_grace", "trace"),
)


def needs_restart(old: Site, new: Site) -> list[str]:
    """Settings that changed and are only read at start-up."""
    return [name for name in _AT_START if getattr(old.settings, name) != getattr(new.settings, name)]


def with_start_settings(running: Site, loaded: Site) -> Site:
    """What a reload brings: the site as loaded, but for what is only read at start-up."""
    kept = {name: getattr(running.settings, name) for name in _AT_START}
    return replace(loaded, settings=loaded.settings.model_copy(update=kept))


def barred(old: Site, new: Site) -> set[str]:
    """The agents who are gone, or one of whose phones is gone or has another password."""

    def phones(site: Site) -> dict[str, set[tuple[str, str]]]:
        return {agent.number: {(each.user, each.password) for each in agent.phones} for agent in site.agents}

    after = phones(new)
    return {number for number, had in phones(old).items() if number not in after or had - after[number]}


def changes(old: Site, new: Site) -> list[str]:
    """What differs: settings of hotline.yaml by name, "agents" and "queues" for the other two files."""
    names = [name for name in type(new.settings).model_fields if name != "agents"]
    changed = [name for name in names if getattr(old.settings, name) != getattr(new.settings, name)]
    if (old.agents, old.settings.agents) != (new.agents, new.settings.agents):
        changed.append("agents")
    return [*changed, "queues"] if old.queues != new.queues else changed
