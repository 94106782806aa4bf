"""The directory: where agents' phones and mobiles, SIP addresses and outside numbers are reached.

What a dialled number leads to is in the number plan. Every way to the outside leads through here, and here
`outside_calls.py` is asked whether it may be taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from callback_queue.acd.services import AgentTargets
from config import Site, Trunk
from hotline.server.outside_calls import Asker, OutsideCalls
from telephony.call.errors import NotPermitted
from telephony.call.switchboard import Credentials, Target
from telephony.media.interface import KeysAs, PeerMedia
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.registrar import Binding
from telephony.sip.subscriber import number_of
from telephony.sip.uri import SipUri, Uri, parse_uri

# What may go out through a trunk: a telephone number, perhaps with its country (E.164).
OUTSIDE = re.compile(r"\+?[0-9]{2,20}")
# How anything begins that a trunk may take for a number; all else is a name there.
_BEGINS = tuple("+0123456789*#")


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
        outside: whether a number outside may be dialled.
    """

    def __init__(
        self,
        site: Site,
        phones_of: Callable[[str], Sequence[Binding]],
        on_mobile: Callable[[str], bool],
        outside: OutsideCalls,
    ) -> None:
        self.agents = {agent.number: agent for agent in site.agents}
        self._phones_of = phones_of
        self._on_mobile = on_mobile
        self._outside_calls = outside
        # The first trunk with an address for calls to the outside.
        self._way_out = next((trunk for trunk in site.settings.trunks if trunk.host is not None), None)
        self._trunk_hosts = {
            trunk.host.host.lower() for trunk in site.settings.trunks if trunk.host is not None
        }
        self._trunk_networks = [network for trunk in site.settings.trunks for network in trunk.addresses]

    def leads_out(self, number: str) -> bool:
        """Whether a number can be dialled through a trunk."""
        return self._way_out is not None and OUTSIDE.fullmatch(number) is not None

    def refusal(self, name: str, asker: Asker) -> NotPermitted | None:
        """Why `targets` would refuse a name, None when it would not; nothing is written down."""
        number = self._number_outside(name)
        return None if number is None else self._outside_calls.refusal(asker, number)

    def targets(self, name: str, asker: Asker) -> list[Target]:
        """The phones of an agent, a number behind a trunk, or a SIP address.

        Args:
            name: of whom.
            asker: who is about to call there.

        Raises:
            telephony.sip.errors.RemoteProtocolError: none of them.
            NotPermitted: a number that may not be dialled.
        """
        if name in self.agents:
            return [_phone(name, binding) for binding in self._phones_of(name)]
        number = self._number_outside(name)
        if number is not None:
            self._outside_calls.let_out(asker, number)
        return [self._outside(name) if self.leads_out(name) else Target(parse_uri(name), name)]

    def on_mobile(self, agent: str) -> bool:
        """Whether an agent's calls go to the mobile."""
        return self._on_mobile(agent)

    def reach(self, agent: str) -> AgentTargets:
        """Where an agent is rung for the queue: its phones, or its mobile, where a key must be pressed."""
        if not self._on_mobile(agent):
            found = self._phones_of(agent) if agent in self.agents else ()
            return AgentTargets(tuple(_phone(agent, binding) for binding in found))
        known = self.agents.get(agent)
        mobile = known.mobile if known is not None else None
        if mobile is None or not self.leads_out(mobile):
            return AgentTargets((), confirm=True)
        try:
            self._outside_calls.let_out(Asker("mobile", agent), mobile)
        except NotPermitted:
            return AgentTargets((), confirm=True)
        # It rings for the agent: the journal is to say so.
        return AgentTargets((self._outside(mobile, f"agent:{agent}"),), confirm=True)

    def _number_outside(self, name: str) -> str | None:
        """The number that would be dialled at a trunk, also by a SIP address of it; None for all others."""
        if name in self.agents:
            return None
        if self.leads_out(name):
            return name
        uri = parse_uri(name)
        number = number_of(uri)
        return number if number[:1] in _BEGINS and self._is_at_trunk(uri) else None

    def _is_at_trunk(self, uri: Uri) -> bool:
        if not isinstance(uri, SipUri):
            return True  # tel: is a number, whoever carries it
        host = uri.host.lower().strip("[]")
        if host in self._trunk_hosts or (uri.param("user") or "").lower() == "phone":
            return True
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trunk_networks)

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


class CallbackPhones:
    """Where customers are called back (`callback_queue.callbacks.services.CustomerPhones`).

    Args:
        directory: finds them.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._asker = Asker("callback")

    def targets(self, number: str) -> Sequence[Target]:
        """A customer's phones; raises as `Directory.targets`."""
        return self._directory.targets(number, self._asker)

    def refusal(self, number: str) -> NotPermitted | None:
        """Why a number may not be called now, None when it may."""
        try:
            return self._directory.refusal(number, self._asker)
        except RemoteProtocolError:
            return None  # nothing that can be dialled: the attempt says so

    def may_ever_call(self, number: str) -> bool:
        """Whether a number may be called, if not today."""
        refusal = self.refusal(number)
        return refusal is None or not refusal.lasting


def _phone(agent: str, binding: Binding) -> Target:
    contact = binding.contact.uri
    flow = binding.flow
    behind_nat = flow.reliable or (
        isinstance(contact, SipUri) and (contact.host, contact.port or 5060) != flow.remote
    )
    # Behind an edge proxy it is the proxy that keeps the way to the phone (RFC 3327, RFC 5626).
    route = binding.path
    return Target(contact, f"agent:{agent}", flow, route=route, stay_on_flow=behind_nat and not route)
