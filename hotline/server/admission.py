"""Who may register, and who may call: digest for the site's phones, addresses for its trunks.

Everybody else gets the same challenge whatever number they try, so nobody learns which users exist. What
answers an admitted call is left to the number plan, who the caller is to `parties.py`.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address

from config import Site, Trunk
from hotline.server.guessing import Ban, BanEnded, Guard, GuessingRules, shown
from hotline.server.parties import PartyReader
from telephony.call import events
from telephony.call.leg_lifetime import Journal
from telephony.sip.auth import DigestAuthenticator, Verdict
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.registrar import (
    Binding,
    BindingAdded,
    BindingRemoved,
    RegisterResult,
    Registrar,
    RegistrarEvent,
    RemovalCause,
)
from telephony.sip.subscriber import number_of
from telephony.sip.uri import SipUri

log = logging.getLogger(__name__)

_WHY = {
    RemovalCause.REMOVED: "removed",
    RemovalCause.EXPIRED: "expired",
    RemovalCause.REPLACED: "replaced",
    RemovalCause.FLOW_CLOSED: "closed",
    RemovalCause.WITHDRAWN: "withdrawn",
}


class Admission:
    """Admission for one site.

    Args:
        site: users, trunks and published numbers.
        journal: where registrations and refusals are written.
        now: the steady clock, seconds.
        clock: Unix time in seconds.
    """

    def __init__(
        self, site: Site, journal: Journal, *, now: Callable[[], float], clock: Callable[[], float]
    ) -> None:
        self._journal = journal
        self._now = now
        self._clock = clock
        self._passwords: dict[str, str] = {}
        self._agent_of: dict[str, str] = {}
        self.use(site)
        sip = site.settings.sip
        self._digest = DigestAuthenticator(
            sip.realm, secrets.token_bytes(32), algorithms=sip.digest_algorithms
        )
        guessing = sip.guessing
        self._never = guessing.never
        self.guard = Guard(
            GuessingRules(
                attempts=guessing.attempts,
                window=guessing.window,
                ban=guessing.ban,
                longest_ban=max(guessing.ban, guessing.longest_ban),
            )
        )
        """Who guesses."""
        self.ignored = 0
        """Requests from banned addresses that were ignored."""
        self.on_ban: Callable[[], object] = lambda: None
        """Called when an address was banned: the guard has another deadline."""
        wanted = sip.registration
        self.registrar = Registrar(wanted.min_expires, wanted.default_expires, wanted.max_expires)
        self.on_change: Callable[[str], None] = _nothing
        """Called with a user whose bindings have changed."""

    def use(self, site: Site) -> list[str]:
        """Know the users and trunks of this version of the site from now on; registrations stay.

        Returns:
            The users who are gone, have another password or belong to another agent.
        """
        before = [(user, self._passwords[user], agent) for user, agent in self._agent_of.items()]
        phones = [(agent.number, phone) for agent in site.agents for phone in agent.phones]
        self._passwords = {phone.user: phone.password for _, phone in phones}
        self._agent_of = {phone.user: number for number, phone in phones}
        after = {(phone.user, phone.password, number) for number, phone in phones}
        self._trunks = site.settings.trunks
        self._trunk_of = lru_cache(maxsize=4096)(self._find_trunk)
        self._belongs = lru_cache(maxsize=4096)(self._find_belonging)
        self.parties = PartyReader(site)
        """Reads who calls whom."""
        return [user for user, password, agent in before if (user, password, agent) not in after]

    # --- registrations ------------------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> tuple[Response, RegisterResult]:
        """Answer a REGISTER, and say what it changed."""
        user = self._authenticated(request, flow)
        if isinstance(user, Response):
            return user, RegisterResult(user.status, user.reason)
        if not isinstance(request.to.uri, SipUri) or request.to.uri.user != user:
            # RFC 3261 10.3 step 4: nobody registers for another one.
            return request.response(403), RegisterResult(403, "Forbidden")
        result = self.registrar.process(user, request, flow, self._now())
        response = request.response(result.status, result.reason)
        for name, value in result.headers:
            response.headers.add(name, value)
        return response, result

    def write_down(self, changes: list[RegistrarEvent]) -> None:
        """Write what changed in the registrations into the journal."""
        for effect in changes:
            self.on_change(effect.aor)
            if isinstance(effect, BindingAdded):
                contact = str(effect.binding.contact.uri)
                self._journal.append(events.PhoneRegistered(self._clock(), user=effect.aor, contact=contact))
            elif isinstance(effect, BindingRemoved):
                contact, why = str(effect.binding.contact.uri), _WHY[effect.why]
                self._journal.append(
                    events.PhoneUnregistered(self._clock(), user=effect.aor, contact=contact, why=why)
                )

    def phones_of(self, agent: str) -> list[Binding]:
        """Where an agent can be reached now: all phones of that agent, best first."""
        users = [user for user, number in self._agent_of.items() if number == agent]
        found = [binding for user in users for binding in self.registrar.lookup(user, self._now())]
        return sorted(found, key=lambda binding: -binding.q)

    # --- calls ----------------------------------------------------------------------------------------

    def admit(self, request: Request, flow: Flow) -> str | Response:
        """Who brings a call, as "agent:1001" or "trunk:NAME"; or the response that refuses it."""
        who = self.identify(request, flow)
        if isinstance(who, Response) and who.status != 401:
            self._write_refusal(request, flow, who.status)
        return who

    def identify(self, request: Request, flow: Flow) -> str | Response:
        """As `admit`, for a request that is not a call: a refusal is written nowhere."""
        trunk = self._trunk_of(flow.remote[0])
        from_trunk = trunk is not None and not request.headers.get("Authorization")
        if trunk is not None and from_trunk and not self.registrar.is_reached_by(flow):
            if self.parties.publishes(trunk, request.uri):
                return f"trunk:{trunk.name}"
            # A phone that has not registered may be at a trunk's address: it is to show its password.
            if number_of(request.from_.uri) not in self._passwords:
                return request.response(404)
        user = self._authenticated(request, flow)
        return user if isinstance(user, Response) else f"agent:{self._agent_of[user]}"

    def agent_at(self, flow: Flow) -> str | None:
        """Whose phone is registered from the far end of a flow, as "agent:1001"."""
        user = self.registrar.user_at(flow)
        return f"agent:{self._agent_of[user]}" if user in self._agent_of else None

    def _write_refusal(self, request: Request, flow: Flow, status: int) -> None:
        trunk = self._trunk_of(flow.remote[0]) if status == 404 else None
        source = called = ""
        if trunk is not None:
            source, called = f"trunk:{trunk.name}", self.parties.called(request.uri)
            log.warning("trunk %s dialled a number that it can't reach: 404", trunk.name)
            log.debug("the number is %s", called)
        self._journal.append(
            events.CallRefused(
                self._clock(), status=status, peer=flow.remote[0], source=source, called=called
            )
        )

    # --- guessing -------------------------------------------------------------------------------------

    def ignores(self, flow: Flow) -> bool:
        """Whether requests that belong to no call are ignored, because their address is banned."""
        host = flow.remote[0]
        if not self.guard.is_banned(host, self._now()) or self._is_shielded(host):
            return False
        self.ignored += 1
        return True

    def restore_bans(self, earlier: Iterable[object]) -> None:
        """Go on with bans that earlier runs wrote down, and that are not over.

        Args:
            earlier: in their order; all but `AddressBanned` and `AddressBanEnded` are skipped.
        """
        ahead = self._now() - self._clock()
        for event in earlier:
            if isinstance(event, events.AddressBanned):
                since = event.at + ahead
                self.guard.restore(event.address, since, event.seconds, event.failures)
            elif isinstance(event, events.AddressBanEnded) and event.by:
                self.guard.lift(event.address.partition("/")[0], event.by)
        for ended in self.guard.handle_timer(self._now()).events:
            log.debug("a ban of an earlier run is over", extra={"address": ended.ban.address})

    def ban_ended(self, event: BanEnded) -> None:
        """Write down that a ban is over."""
        log.info("ban ended: address %s%s", event.ban.address, f", lifted by {event.by}" if event.by else "")
        self._journal.append(events.AddressBanEnded(self._clock(), address=event.ban.address, by=event.by))

    def _is_shielded(self, host: str) -> bool:
        """Whether an address is never banned: calls or a whole office come from it."""
        return self._belongs(host) or self.registrar.is_registered_from(host)

    def _find_belonging(self, host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        hosts = {trunk.host.host for trunk in self._trunks if trunk.host is not None}
        return (
            self._trunk_of(host) is not None or host in hosts or any(address in each for each in self._never)
        )

    def _failed(self, user: str, flow: Flow) -> None:
        """Somebody failed to prove to be `user`. Logged in words that docs/operations.md promises."""
        host = flow.remote[0]
        log.warning("authentication failed: address %s, user %s", host, shown(user))
        self._banned(self.guard.failed(host, user, self._now(), shielded=self._is_shielded(host)))

    def _banned(self, ban: Ban | None) -> None:
        if ban is None:
            return
        seconds = ban.until - ban.since
        log.warning("address banned: %s for %.0f s after %d failures", ban.address, seconds, ban.failures)
        self._journal.append(
            events.AddressBanned(self._clock(), address=ban.address, seconds=seconds, failures=ban.failures)
        )
        self.on_ban()

    def _authenticated(self, request: Request, flow: Flow) -> str | Response:
        """The user who proved to know the password, or the response that asks for proof or refuses."""
        host, now = flow.remote[0], self._now()
        authorization = request.headers.get("Authorization")
        claimed = self._digest.claimed(authorization)
        # A phone that is registered there is not kept waiting for what others do behind the same address.
        if claimed is not None and not self.registrar.reaches(claimed, flow):
            wait = self.guard.wait(host, claimed, now)
            if wait > 0:
                # The password is not even looked at: who guesses right now does not learn it.
                shielded = self._is_shielded(host)
                self._banned(self.guard.tried_while_waiting(host, now, shielded=shielded))
                response = request.response(503)
                response.headers.add("Retry-After", str(math.ceil(wait)))
                return response
        result = self._digest.check(request.method, authorization, self._password, now)
        if result.verdict is Verdict.OK and result.user is not None:
            self.guard.succeeded(host, result.user)
            return result.user
        if result.verdict is Verdict.REFUSED:
            self._failed(claimed or "", flow)
            return request.response(403)
        stranger = _unproved(request) if result.verdict is Verdict.MISSING else None
        if stranger is not None and stranger not in self._passwords:
            self._failed(stranger, flow)
        response = request.response(401)
        for name, value in self._digest.challenge(now, result.verdict is Verdict.STALE):
            response.headers.add(name, value)
        return response

    def _password(self, user: str) -> str | None:
        return self._passwords.get(user)

    def _find_trunk(self, host: str) -> Trunk | None:
        address = ip_address(host.partition("%")[0])
        for trunk in self._trunks:
            if any(address in network for network in trunk.addresses):
                return trunk
        return None


def _nothing(user: str) -> None:
    """Stand for whoever does not want to know."""


def _unproved(request: Request) -> str | None:
    """Whose phone a request without credentials claims to come from, None where it claims nothing.

    OPTIONS asks what we can do, and is sent by whoever watches a line.
    """
    if request.method == "OPTIONS":
        return None
    uri = (request.to if request.method == "REGISTER" else request.from_).uri
    return uri.user or "" if isinstance(uri, SipUri) else str(uri)
