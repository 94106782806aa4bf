"""Who calls whom, as the site knows them: read from an INVITE (or OPTIONS) and from who brought it.

A phone is its agent, whatever it wrote into From. A trunk's caller is who From says, or who the trunk asserts
where the site trusts it for that (RFC 3325); a caller who is withheld has no number and no name at all, in
whatever form the carrier says so. Who may call is decided by `admission.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config import Agent, Site, Trunk
from config.telephone_numbers import OwnNumbers, global_number, is_callable, is_withheld, number_keys
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Request
from telephony.sip.subscriber import Subscriber, subscriber_of
from telephony.sip.uri import SipUri, Uri
from telephony.sip.values import NameAddr

# Privacy values (RFC 3323 4.2, RFC 3325 9.3) with which the caller's number is not to be shown to anybody.
_PRIVATE = frozenset({"id", "user", "header"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who calls whom.

    Args:
        caller: number or name, "" for a caller who is withheld.
        name: what the caller is called, None when nobody says.
        called: the number as the site spells it where it is the site's own, else as it was dialled.
        original_called: the number that was dialled before the call was diverted to this one, spelt likewise;
            "" for a call that was not diverted, and where nobody says.
    """

    caller: str
    name: str | None
    called: str
    original_called: str = ""


class PartyReader:
    """Reads the parties of calls for one version of a site.

    Args:
        site: its numbers, agents, trunks and country.
    """

    def __init__(self, site: Site) -> None:
        settings = site.settings
        self._country = settings.country or ""
        self._agents: Mapping[str, Agent] = {agent.number: agent for agent in site.agents}
        self._own = OwnNumbers([*settings.numbers, *self._agents], self._country)
        self._trunks = {trunk.name: trunk for trunk in settings.trunks}

    def publishes(self, trunk: Trunk, uri: Uri) -> bool:
        """Whether callers on a trunk can reach what a Request-URI names."""
        called = self.called(uri)
        return called in trunk.numbers or (bool(called) and "*" in trunk.numbers)

    def called(self, uri: Uri) -> str:
        """The number that a URI names, as the site spells it where it is the site's own."""
        who = subscriber_of(uri)
        spellings = self._spellings(who)
        return (self._own.find(*spellings) if who.number else None) or spellings[-1]

    def read(self, request: Request, source: str) -> Parties:
        """The parties of a call.

        Args:
            request: its INVITE.
            source: who brought it, "agent:1001" or "trunk:NAME".
        """
        called = self.called(request.uri)
        kind, _, name = source.partition(":")
        if kind == "agent":
            agent = self._agents.get(name)
            return Parties(caller=name, name=agent.name if agent is not None else None, called=called)
        trunk = self._trunks.get(name)
        shown = self._shown(request, trunk is not None and trunk.trust_identity)
        who = subscriber_of(shown.uri) if shown is not None else Subscriber("")
        original = self._original(request, called)
        if shown is None or self._withheld(shown, who):
            return Parties(caller="", name=None, called=called, original_called=original)
        return Parties(
            caller=self._spellings(who)[-1], name=shown.display, called=called, original_called=original
        )

    def _original(self, request: Request, called: str) -> str:
        """Who was dialled before others diverted the call here, "" for nobody."""
        keys = number_keys(called, self._country)
        for address in _dialled_first(request):
            who = subscriber_of(address.uri)
            if not is_callable(who.number) or self._withheld(address, who):
                continue
            number = self.called(address.uri)
            # The same telephone in another spelling is no diversion.
            return "" if number_keys(number, self._country).same_as(keys) else number
        return ""

    def _shown(self, request: Request, trusted: bool) -> NameAddr | None:
        """Whom to take for the caller, None for a caller who wants to be withheld."""
        if not trusted:
            return request.from_
        asked = {
            word.strip().lower() for value in request.headers.get_all("Privacy") for word in value.split(";")
        }
        if asked & _PRIVATE:
            return None
        asserted = [*_values(request, "P-Asserted-Identity")]
        if not asserted:
            remote = [each for each in _values(request, "Remote-Party-ID") if _is_caller(each)]
            if any((each.param("privacy") or "off").lower() != "off" for each in remote):
                return None
            asserted = remote
        for each in asserted:
            if not self._withheld(each, subscriber_of(each.uri)):
                return each
        return None if asserted else request.from_

    def _withheld(self, shown: NameAddr, who: Subscriber) -> bool:
        # RFC 3323 4.1.1.3: "Anonymous" <sip:anonymous@anonymous.invalid>, of which each part alone will do.
        hidden = who.host.lower().endswith(".invalid") or (shown.display or "").strip().lower() == "anonymous"
        return hidden or is_withheld(who.number, self._country)

    def _spellings(self, who: Subscriber) -> tuple[str, ...]:
        """A number as it was dialled, and where its context says more, with its country."""
        whole = global_number(who.number, who.context)
        return (who.number, whole) if whole else (who.number,)


def _values(request: Request, header: str) -> Iterator[NameAddr]:
    """The addresses in a header that nobody needs: what can't be read is not there."""
    for value in request.headers.values(header):
        try:
            yield NameAddr.parse(value)
        except RemoteProtocolError:
            continue


def _dialled_first(request: Request) -> Iterator[NameAddr]:
    """Where the number may stand that a caller dialled, the surest place first.

    Each who diverts a call puts a Diversion above those before (RFC 5806 4) and a History-Info behind them
    (RFC 7044 5). To is what the caller dialled where nobody has written it anew (RFC 3261 8.1.1.2).
    """
    diversions = [each for each in _values(request, "Diversion") if _is_shown(each)]
    yield from reversed(diversions)
    yield from (each for each in _values(request, "History-Info") if _is_shown(each))
    yield request.to


def _is_shown(address: NameAddr) -> bool:
    """Whether a diversion may be told: its privacy is a parameter, that of History-Info stands in its URI."""
    uri = address.uri
    hidden = isinstance(uri, SipUri) and any(name.lower() == "privacy" for name, _ in uri.headers)
    return not hidden and (address.param("privacy") or "off").lower() == "off"


def _is_caller(address: NameAddr) -> bool:
    return (address.param("party") or "calling").lower() == "calling"
