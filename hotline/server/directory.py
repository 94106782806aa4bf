"""The directory: where agents' phones and mobiles, SIP addresses and outside numbers are reached.

What a dialled number leads to is in the number plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from callback_queue.acd.services import AgentTargets
from config import Site, Trunk
from telephony.call.switchboard import Credentials, Target
from telephony.media.interface import KeysAs, PeerMedia
from telephony.sip.registrar import Binding
from telephony.sip.uri import SipUri, parse_uri

# What may go out through a trunk: a telephone number, perhaps with its country (E.164).
OUTSIDE = re.compile(r"\+?[0-9]{2,20}")


def media_of(trunk: Trunk) -> PeerMedia:
    """What a trunk's settings say of its media."""
    return PeerMedia(
        networks=tuple(trunk.media_addresses), keys=KeysAs(trunk.dtmf), proved=trunk.media_before_ack
    )


class Directory:
    """Where one version of a site can be reached, and whom it can reach.

    Args:
        site: its agents and trunks.
        phones_of: where an agent's phones are registered.
        on_mobile: whether an agent's calls go to the mobile.
    """

    def __init__(
        self, site: Site, phones_of: Callable[[str], Sequence[Binding]], on_mobile: Callable[[str], bool]
    ) -> None:
        self.agents = {agent.number: agent for agent in site.agents}
        self._phones_of = phones_of
        self._on_mobile = on_mobile
        # The first trunk with an address for calls to the outside.
        self._way_out = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)

    def leads_out(self, number: str) -> bool:
        """Whether a number can be dialled through a trunk."""
        return self._way_out is not None and OUTSIDE.fullmatch(number) is not None

    def targets(self, name: str) -> list[Target]:
        """The phones of an agent, a number behind a trunk, or a SIP address.

        Raises:
            telephony.sip.errors.RemoteProtocolError: none of them.
        """
        if name in self.agents:
            return [_phone(name, binding) for binding in self._phones_of(name)]
        return [self._outside(name) if self.leads_out(name) else Target(parse_uri(name), name)]

    def reach(self, agent: str) -> AgentTargets:
        """Where an agent is rung for the queue: its phones, or its mobile, where a key must be pressed."""
        if not self._on_mobile(agent):
            return AgentTargets(tuple(self.targets(agent)) if agent in self.agents else ())
        known = self.agents.get(agent)
        mobile = known.mobile if known is not None else None
        if mobile is None or not self.leads_out(mobile):
            return AgentTargets((), confirm=True)
        # It rings for the agent: the journal is to say so.
        return AgentTargets((self._outside(mobile, f"agent:{agent}"),), confirm=True)

    def _outside(self, number: str, label: str | None = None) -> Target:
        trunk = self._way_out
        assert trunk is not None
        assert trunk.host is not None
        uri = SipUri("sip", number, host=trunk.host.host, port=trunk.host.port)
        if trunk.transport == "tcp":
            uri = uri.with_params(transport="tcp")
        credentials = None
        if trunk.username is not None and trunk.password is not None:
            credentials = Credentials(trunk.username, trunk.password)
        label = label or f"trunk:{trunk.name}"
        return Target(uri, label, shown=trunk.from_number, credentials=credentials, media=media_of(trunk))


def _phone(agent: str, binding: Binding) -> Target:
    contact = binding.contact.uri
    flow = binding.flow
    behind_nat = flow.reliable or (
        isinstance(contact, SipUri) and (contact.host, contact.port or 5060) != flow.remote
    )
    # Behind an edge proxy it is the proxy that keeps the way to the phone (RFC 3327, RFC 5626).
    route = binding.path
    return Target(contact, f"agent:{agent}", flow, route=route, stay_on_flow=behind_nat and not route)
