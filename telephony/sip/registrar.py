"""Location service: which contacts a user can be reached at, and for how long (RFC 3261 section 10.3).

Pure bookkeeping over REGISTER requests, with flows (RFC 5626), Path (RFC 3327) and expiry. Who may
register what (authentication, address-of-record in the To) is settled before by the user agent, which
also turns a `RegisterResult` into the response.

Not claimed: `Require: outbound` is never answered, since that promises keep-alive over UDP by STUN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil, inf
from typing import Never, TypeAlias, TypeVar

from control.connection_limits import network_of
from telephony.sip import grammar
from telephony.sip.deadlines import DeadlineHeap
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.flow import Address, Flow
from telephony.sip.machine import Output
from telephony.sip.message import REASONS, Request
from telephony.sip.uri import SipUri
from telephony.sip.values import NameAddr

K = TypeVar("K")

_LARGEST_DELTA_SECONDS = 2**32 - 1  # RFC 3261 20.19
_LARGEST_REG_ID = 2**31 - 1  # RFC 5626 section 10.2


@dataclass(frozen=True, slots=True)
class Binding:
    """One way to reach one user.

    Args:
        aor: the user's address-of-record, as the caller of `Registrar.process` spells it.
        contact: as registered, without its `expires`.
        q: preference, 0 to 1.
        expires_at: seconds.
        updated_at: seconds; when it was last registered.
        call_id: of the REGISTER.
        cseq: of the REGISTER.
        flow: the REGISTER came on it. A phone behind a NAT is reached there (`flow.remote` is its address
            outside), not at its contact.
        path: Path values to put into Route (RFC 3327), first hop first.
        instance: `+sip.instance` of the contact, None without.
        reg_id: `reg-id` of the contact, None without (RFC 5626).
        user_agent: what the phone calls itself, for people.
    """

    aor: str
    contact: NameAddr
    q: float
    expires_at: float
    updated_at: float
    call_id: str
    cseq: int
    flow: Flow
    path: tuple[str, ...] = ()
    instance: str | None = None
    reg_id: int | None = None
    user_agent: str | None = None


class RemovalCause(Enum):
    """Why a binding is gone."""

    REMOVED = "removed"  # the phone took it back
    EXPIRED = "expired"
    REPLACED = "replaced"  # the same phone registered another contact
    FLOW_CLOSED = "flow closed"
    WITHDRAWN = "withdrawn"  # the user is gone from the site, or has another password


@dataclass(frozen=True, slots=True)
class BindingAdded:
    """A user can be reached at a new contact."""

    aor: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class BindingRefreshed:
    """A known contact was registered again."""

    aor: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class BindingRemoved:
    """A contact is no longer valid."""

    aor: str
    binding: Binding
    why: RemovalCause


RegistrarEvent: TypeAlias = BindingAdded | BindingRefreshed | BindingRemoved
# It tells what changed, and wants nothing done.
RegistrarOutput: TypeAlias = Output[Never, RegistrarEvent]


@dataclass(frozen=True, slots=True)
class RegisterResult:
    """What to answer to a REGISTER.

    Args:
        status: 200, or the refusal: 400, 403 or 423.
        reason: the reason phrase.
        headers: to add to the response: Contact rows with `expires`, Path, Min-Expires.
        events: what changed, bindings found expired on the way included.
        moved: the flows on which the same phone was reached until now; its calls are on the new one.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    events: tuple[RegistrarEvent, ...] = ()
    moved: tuple[Flow, ...] = ()


class _Account:
    """The bindings of one address-of-record."""

    __slots__ = ("aor", "bindings", "due")

    def __init__(self, aor: str) -> None:
        self.aor = aor
        self.bindings: list[Binding] = []
        self.due = inf

    @property
    def deadline(self) -> float:
        return min((binding.expires_at for binding in self.bindings), default=inf)


class Registrar:
    """The bindings of all users.

    Args:
        min_expires: shorter registrations are refused with 423, seconds.
        default_expires: for those that ask for nothing, seconds.
        max_expires: longer ones are cut to this, seconds.
        max_contacts: for each user.
    """

    def __init__(
        self,
        min_expires: int = 60,
        default_expires: int = 3600,
        max_expires: int = 7200,
        max_contacts: int = 10,
    ) -> None:
        self._min = min_expires
        self._default = default_expires
        self._max = max_expires
        self._max_contacts = max_contacts
        self._accounts: dict[str, _Account] = {}
        # Only of open connections: datagrams don't close, and a connection that is yet to be opened may be
        # tried again.
        self._on_connection: dict[Flow, set[str]] = {}
        # By transport and far address, of all flows.
        self._reached: dict[tuple[str, Address], set[str]] = {}
        # By the network of the far end (`control.connection_limits.network_of`).
        self._networks: dict[str, set[str]] = {}
        # Bindings whose connection closed, until the user registers again: calls may be left there.
        self._cut_off: dict[str, list[Binding]] = {}
        self._deadlines: DeadlineHeap[_Account] = DeadlineHeap()

    def __len__(self) -> int:
        """How many users have a binding."""
        return len(self._accounts)

    def process(self, aor: str, request: Request, flow: Flow, now: float) -> RegisterResult:
        """Carry out a REGISTER, wholly or not at all (10.3 steps 6 to 8).

        Args:
            aor: whose bindings, in canonical form (10.3 step 5).
            request: validated and authorised.
            flow: the flow on which it came.
            now: seconds.
        """
        events = self._expire(aor, now)
        account = self._accounts.get(aor)
        bindings = account.bindings if account is not None else []
        try:
            bindings, changes = self._changed(aor, bindings, request, flow, now)
        except RemoteProtocolError as error:
            headers = (("Min-Expires", str(self._min)),) if error.status == 423 else ()
            return RegisterResult(error.status, error.reason, headers, tuple(events))
        before = account.bindings if account is not None else []
        moved = self._moved(aor, before, bindings, flow)
        if changes:
            self._store(aor, bindings)
        rows = [("Contact", _contact_row(binding, now)) for binding in bindings]
        if any(option.lower() == "path" for option in request.headers.values("Supported")):
            rows += [("Path", value) for value in request.headers.get_all("Path")]
        return RegisterResult(200, REASONS[200], tuple(rows), (*events, *changes), moved)

    def _moved(self, aor: str, before: list[Binding], after: list[Binding], flow: Flow) -> tuple[Flow, ...]:
        """Where a phone that registers now was reached before, by connections that closed as well."""
        kept = {each.flow for each in after}
        phones = [each for each in after if each.flow == flow]
        lost = self._cut_off.pop(aor, [])
        old = [
            each
            for each in (*before, *lost)
            if each.flow not in kept and any(_same_phone(each, new) for new in phones)
        ]
        others = [each for each in lost if each not in old]
        if others:
            self._cut_off[aor] = others
        return tuple(dict.fromkeys(each.flow for each in old))

    def lookup(self, aor: str, now: float) -> list[Binding]:
        """Where to reach a user: highest q first, among equals the latest registered."""
        account = self._accounts.get(aor)
        if account is None:
            return []
        valid = [each for each in account.bindings if each.expires_at > now]
        return sorted(valid, key=lambda each: (-each.q, -each.updated_at))

    def restore(self, binding: Binding, now: float) -> RegistrarOutput:
        """Take a binding up again that an earlier run left; nothing happens when it is known by now.

        Args:
            binding: with a flow of this run; those of one user come in the order of their registration.
            now: seconds.
        """
        account = self._accounts.get(binding.aor)
        kept = account.bindings if account is not None else []
        if binding.expires_at <= now or any(_replaces(binding, each) for each in kept):
            return Output([], [])
        self._store(binding.aor, [*kept, binding][-self._max_contacts :])
        return Output([], [BindingAdded(binding.aor, binding)])

    def remove_flow(self, flow: Flow) -> RegistrarOutput:
        """A connection closed, and with it the way to all who registered over it (RFC 5626 section 6)."""
        events: list[RegistrarEvent] = []
        for aor in sorted(self._on_connection.get(flow, ())):
            bindings = self._accounts[aor].bindings
            gone = [each for each in bindings if each.flow == flow]
            events += [BindingRemoved(aor, each, RemovalCause.FLOW_CLOSED) for each in gone]
            self._cut_off[aor] = [*self._cut_off.get(aor, ()), *gone][-self._max_contacts :]
            self._store(aor, [each for each in bindings if each.flow != flow])
        return Output([], events)

    def withdraw(self, aor: str) -> RegistrarOutput:
        """Take away all of a user's bindings."""
        account = self._accounts.get(aor)
        gone = account.bindings if account is not None else []
        self._cut_off.pop(aor, None)
        if gone:
            self._store(aor, [])
        return Output([], [BindingRemoved(aor, each, RemovalCause.WITHDRAWN) for each in gone])

    def has_flow(self, flow: Flow) -> bool:
        """Whether anybody registered over this connection."""
        return flow in self._on_connection

    def user_at(self, flow: Flow) -> str | None:
        """Who registered from the far end of a flow; None for nobody, and where it is several users."""
        users = self._reached.get((flow.transport, flow.remote), ())
        return next(iter(users)) if len(users) == 1 else None

    def reaches(self, user: str, flow: Flow) -> bool:
        """Whether a user registered from the far end of a flow."""
        return user in self._reached.get((flow.transport, flow.remote), ())

    def is_registered_from(self, host: str) -> bool:
        """Whether anybody registered from an address, or from the same /64 (IPv6)."""
        return network_of(host) in self._networks

    def is_reached_by(self, flow: Flow) -> bool:
        """Whether anybody registered from the far end of a flow."""
        return (flow.transport, flow.remote) in self._reached

    def next_deadline(self) -> float | None:
        """When the next binding expires, in seconds."""
        return self._deadlines.next_deadline()

    def handle_timer(self, now: float) -> RegistrarOutput:
        """Take away what has expired."""
        events: list[RegistrarEvent] = []
        while (account := self._deadlines.pop_due(now)) is not None:
            events += self._expire(account.aor, now)
        return Output([], events)

    def _expire(self, aor: str, now: float) -> list[RegistrarEvent]:
        account = self._accounts.get(aor)
        gone = [each for each in account.bindings if each.expires_at <= now] if account is not None else []
        if account is not None and gone:
            self._store(aor, [each for each in account.bindings if each.expires_at > now])
        return [BindingRemoved(aor, each, RemovalCause.EXPIRED) for each in gone]

    def _store(self, aor: str, bindings: list[Binding]) -> None:
        """Replace a user's bindings and bring the indexes up to date."""
        account = self._accounts.setdefault(aor, _Account(aor))
        _move(self._on_connection, aor, _connections(account.bindings), _connections(bindings))
        _move(self._reached, aor, _far_ends(account.bindings), _far_ends(bindings))
        _move(self._networks, aor, _networks(account.bindings), _networks(bindings))
        account.bindings = bindings
        if bindings:
            self._deadlines.arm(account)
        else:
            del self._accounts[aor]

    def _changed(
        self, aor: str, bindings: list[Binding], request: Request, flow: Flow, now: float
    ) -> tuple[list[Binding], list[RegistrarEvent]]:
        """What a REGISTER makes of a user's bindings, changing nothing yet.

        Raises:
            RemoteProtocolError: with the status to refuse it with.
        """
        rows = request.headers.values("Contact")
        if "*" in rows:
            # 10.3 step 6: only alone and with "Expires: 0".
            if len(rows) > 1 or request.headers.get("Expires") != "0":
                raise RemoteProtocolError(400, "Bad Contact")
            return [], [BindingRemoved(aor, each, RemovalCause.REMOVED) for each in bindings]
        # Deviation from 10.3 step 7: a CSeq that is not higher is taken. A phone that was rebooted begins at
        # 1 again under its old Call-ID, and was refused until its old binding expired. No REGISTER overtakes
        # another: a phone waits for the answer to one before it sends the next (10.2), and credentials don't
        # count twice.
        wanted = self._wanted(aor, request, flow, now)
        result = bindings
        events: list[RegistrarEvent] = []
        for binding in wanted:
            result, changes = _put(binding, result)
            events += changes
        # Deviation: more contacts than allowed push out the oldest. Refusing would lock out, for as long as
        # the old ones last, a phone that takes a new contact at every start.
        for each in result[: -self._max_contacts]:
            events.append(BindingRemoved(aor, each, RemovalCause.REPLACED))
        return result[-self._max_contacts :], events

    def _wanted(self, aor: str, request: Request, flow: Flow, now: float) -> list[Binding]:
        """The contacts of a REGISTER as bindings; those to be removed expire at once."""
        contacts = request.contacts
        if len(contacts) > self._max_contacts:
            raise RemoteProtocolError(403, "Too Many Contacts")
        header = request.headers.get("Expires")
        path = tuple(map(str, NameAddr.parse_list(", ".join(request.headers.values("Path")))))
        user_agent = request.headers.get("User-Agent")
        wanted = []
        for contact in contacts:
            text = contact.param("expires")
            seconds = self._granted(header if text is None else text)
            instance, reg_id = contact.param("+sip.instance"), contact.param("reg-id")
            binding = Binding(
                aor=aor,
                contact=contact.with_param("expires", None),
                q=_parse_q(contact.param("q")),
                expires_at=now + seconds,
                updated_at=now,
                call_id=request.call_id,
                cseq=request.cseq.number,
                flow=flow,
                path=path,
                instance=instance.lower() if instance else None,
                reg_id=grammar.parse_number(reg_id, _LARGEST_REG_ID) if reg_id else None,
                user_agent=user_agent,
            )
            wanted.append(binding)
        return wanted

    def _granted(self, text: str | None) -> int:
        """Seconds for what a phone asks for; a malformed value counts as none (10.2.1.1 allows it)."""
        asked = grammar.parse_number(text, _LARGEST_DELTA_SECONDS) if text is not None else None
        if asked is None:
            return self._default
        if 0 < asked < self._min:
            raise RemoteProtocolError(423, REASONS[423])
        return min(asked, self._max)


def _far_ends(bindings: list[Binding]) -> set[tuple[str, Address]]:
    return {(each.flow.transport, each.flow.remote) for each in bindings}


def _connections(bindings: list[Binding]) -> set[Flow]:
    return {each.flow for each in bindings if each.flow.connection}


def _networks(bindings: list[Binding]) -> set[str]:
    return {network_of(each.flow.remote[0]) for each in bindings}


def _move(index: dict[K, set[str]], aor: str, before: set[K], after: set[K]) -> None:
    """Bring an index of users up to date."""
    for key in before - after:
        users = index[key]
        users.discard(aor)
        if not users:
            del index[key]
    for key in after - before:
        index.setdefault(key, set()).add(aor)


def _put(binding: Binding, bindings: list[Binding]) -> tuple[list[Binding], list[RegistrarEvent]]:
    """Add, refresh or remove one contact."""
    aor = binding.aor
    kept = [each for each in bindings if not _replaces(binding, each)]
    hit = [each for each in bindings if _replaces(binding, each)]
    if _is_removal(binding):
        return kept, [BindingRemoved(aor, each, RemovalCause.REMOVED) for each in hit]
    events: list[RegistrarEvent] = []
    known = False
    for each in hit:
        if each.contact.uri.matches(binding.contact.uri):
            known = True
        else:
            events.append(BindingRemoved(aor, each, RemovalCause.REPLACED))
    events.append(BindingRefreshed(aor, binding) if known else BindingAdded(aor, binding))
    return [*kept, binding], events


def _replaces(new: Binding, old: Binding) -> bool:
    """Tell whether two contacts are the same one.

    By URI (10.3 step 7), except between phones that give their instance: two of them may have the same
    private address behind different NATs, and one of them may have several flows with the same contact
    (RFC 5626 section 6). Deviation: an instance without reg-id counts as well, so that a phone that comes
    back at another address leaves no dead binding; but it can take back only what it names by URI.
    """
    if new.instance is not None and old.instance is not None:
        if new.instance != old.instance:
            return False
        if new.reg_id is not None and old.reg_id is not None:
            return new.reg_id == old.reg_id
        if new.reg_id is None and old.reg_id is None and not _is_removal(new):
            return True
    return new.contact.uri.matches(old.contact.uri)


def _same_phone(one: Binding, other: Binding) -> bool:
    """Tell whether two bindings of a user are one phone's: by its instance, else by what it calls itself."""
    if one.instance is not None and other.instance is not None:
        return one.instance == other.instance
    first, second = one.contact.uri, other.contact.uri
    if not isinstance(first, SipUri) or not isinstance(second, SipUri):
        return first == second
    return (first.user, first.host) == (second.user, second.host)


def _is_removal(binding: Binding) -> bool:
    return binding.expires_at <= binding.updated_at


def _parse_q(text: str | None) -> float:
    # qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ). What isn't one counts as 1.
    if not text or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return 1.0
    return min(float(text), 1.0)


def _contact_row(binding: Binding, now: float) -> str:
    return str(binding.contact.with_param("expires", str(ceil(binding.expires_at - now))))
