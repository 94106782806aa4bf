"""Against guessing: whose failed proofs of identity are counted, slowed and finally banned.

A pure machine: failures and time go in, what to do and bans that ended come out. It knows addresses and names
only. Who is shielded (a trunk, an address with a live registration), what a failure is, and what becomes of a
request is decided by `admission.py`, which also tells of bans of earlier runs.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Never, TypeVar

from control.connection_limits import network_of
from telephony.sip.deadlines import DeadlineHeap
from telephony.sip.machine import Output

K = TypeVar("K")
V = TypeVar("V")

# Failures as one user at an address that is not banned, before they are slowed: a password mistyped.
FREE_FAILURES = 3
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
# How many addresses, and how many users at addresses, are remembered; then the oldest are forgotten.
MEMORY = 10_000
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingRules:
    """When an address is banned.

    Args:
        attempts: failures within `window` that ban; 0 never bans.
        window: seconds.
        ban: seconds of the first ban; each further one is twice as long.
        longest_ban: seconds; an address that kept quiet for as long begins anew.
    """

    attempts: int = 10
    window: float = 600.0
    ban: float = 300.0
    longest_ban: float = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """An address whose requests are not answered.

    Args:
        address: an IPv4 address, or the /64 of an IPv6 one.
        since, until: seconds of the machine's clock.
        failures: within the window that led to it.
        times: how many bans the address has had, this one included.
    """

    address: str
    since: float
    until: float
    failures: int
    times: int


@dataclass(frozen=True, slots=True)
class BanEnded:
    """A ban is over; `by` is who lifted it, "" for its time."""

    ban: Ban
    by: str = ""


class _Watched:
    """What is known of one address."""

    __slots__ = ("address", "ban", "due", "failures", "seen", "times")

    def __init__(self, address: str) -> None:
        self.address = address
        self.failures: list[float] = []
        self.ban: Ban | None = None
        self.times = 0
        self.seen = 0.0
        self.due = float("inf")

    @property
    def deadline(self) -> float:
        return self.ban.until if self.ban is not None else float("inf")


class _Guessed:
    """What is known of one user at one address: failures in a row, and until when nothing is tried."""

    __slots__ = ("count", "last", "until")

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0
        self.until = 0.0


class Guard:
    """Counts failures; says whom to ignore and whom to let wait.

    Args:
        rules: when an address is banned.

    Attributes:
        rules: the same.
        counts: "failures", "slowed" and "bans" since the start.
    """

    def __init__(self, rules: GuessingRules) -> None:
        self.rules = rules
        self._addresses: OrderedDict[str, _Watched] = OrderedDict()
        self._banned: OrderedDict[str, _Watched] = OrderedDict()
        self._users: OrderedDict[tuple[str, str], _Guessed] = OrderedDict()
        self._deadlines: DeadlineHeap[_Watched] = DeadlineHeap()
        self.counts: Counter[str] = Counter()

    # --- what is asked before a request is looked at -----------------------------------------------------

    def is_banned(self, host: str, now: float) -> bool:
        """Whether requests from an address are to be ignored."""
        if not self._banned:
            return False
        watched = self._banned.get(network_of(host))
        return watched is not None and watched.ban is not None and now < watched.ban.until

    def wait(self, host: str, user: str, now: float) -> float:
        """Seconds for which no password of a user is to be tried from an address; 0.0 for none."""
        guessed = self._users.get((network_of(host), user[:_LONGEST_NAME]))
        return max(0.0, guessed.until - now) if guessed is not None else 0.0

    # --- what happened ---------------------------------------------------------------------------------

    def failed(self, host: str, user: str, now: float, *, shielded: bool) -> Ban | None:
        """Count a failure; returns the ban that it leads to.

        Args:
            host: the address it came from.
            user: as whom.
            now: seconds.
            shielded: the address is never banned; only the user is slowed there.
        """
        self.counts["failures"] += 1
        address = network_of(host)
        # Where a ban follows anyway, the password that is right after all is not kept waiting before it.
        free = FREE_FAILURES if shielded or not self.rules.attempts else self.rules.attempts
        self._slow(address, user[:_LONGEST_NAME], now, free)
        return None if shielded else self._count(address, now)

    def tried_while_waiting(self, host: str, now: float, *, shielded: bool) -> Ban | None:
        """Count a password that was not looked at (see `wait`); returns the ban that it leads to."""
        self.counts["slowed"] += 1
        return None if shielded else self._count(network_of(host), now)

    def succeeded(self, host: str, user: str) -> None:
        """Somebody proved who they are: what failed there before was no guessing."""
        address = network_of(host)
        self._users.pop((address, user[:_LONGEST_NAME]), None)
        watched = self._addresses.get(address)
        if watched is not None:
            watched.failures.clear()

    # --- bans -------------------------------------------------------------------------------------------

    def bans(self) -> list[Ban]:
        """All bans in force, the oldest first."""
        found = [watched.ban for watched in self._banned.values() if watched.ban is not None]
        return sorted(found, key=lambda ban: ban.since)

    def restore(self, address: str, since: float, seconds: float, failures: int) -> None:
        """Go on with a ban of an earlier run; the bans of an address one after the other.

        Args:
            address: as `Ban` spells it.
            since: when it began, by the machine's clock (before its zero, perhaps).
            seconds: how long it was to last.
            failures: that led to it.
        """
        watched = self._banned.pop(address, None) or self._addresses.pop(address, None) or _Watched(address)
        watched.times += 1
        until = since + seconds
        ban = Ban(address=address, since=since, until=until, failures=failures, times=watched.times)
        watched.ban, watched.failures, watched.seen = ban, [], until
        _remember(self._banned, address, watched)
        self._deadlines.arm(watched)

    def lift(self, host: str, by: str) -> Output[Never, BanEnded]:
        """End a ban now, and forget what led to it; no event when there was none."""
        address = network_of(host)
        watched = self._banned.pop(address, None)
        if watched is None or watched.ban is None:
            return Output([], [])
        ban, watched.ban = watched.ban, None
        for key in [key for key in self._users if key[0] == address]:
            del self._users[key]
        return Output([], [BanEnded(ban, by)])

    def next_deadline(self) -> float | None:
        """When the next ban ends, in seconds."""
        return self._deadlines.next_deadline()

    def handle_timer(self, now: float) -> Output[Never, BanEnded]:
        """Let bans end whose time is over."""
        ended = []
        while (watched := self._deadlines.pop_due(now)) is not None:
            if watched.ban is not None and watched.ban.until <= now:
                ended.append(BanEnded(watched.ban))
                watched.ban = None
                self._banned.pop(watched.address, None)
                _remember(self._addresses, watched.address, watched)
        return Output([], ended)

    def _slow(self, address: str, user: str, now: float, free: int) -> None:
        guessed = self._users.get((address, user)) or _Guessed()
        _remember(self._users, (address, user), guessed)
        if now - guessed.last > self.rules.window:
            guessed.count = 0
        guessed.count += 1
        guessed.last = now
        if guessed.count > free:
            exponent = min(guessed.count - free - 1, 16)
            guessed.until = now + min(FIRST_WAIT * 2**exponent, LONGEST_WAIT)

    def _count(self, address: str, now: float) -> Ban | None:
        rules = self.rules
        if address in self._banned or not rules.attempts:
            return None
        watched = self._addresses.get(address) or _Watched(address)
        _remember(self._addresses, address, watched)
        if now - watched.seen > rules.longest_ban:
            watched.times = 0
        watched.seen = now
        watched.failures = [at for at in watched.failures if now - at < rules.window] + [now]
        if len(watched.failures) < rules.attempts:
            return None
        watched.times += 1
        seconds = min(rules.ban * 2 ** min(watched.times - 1, 30), rules.longest_ban)
        ban = Ban(
            address=address,
            since=now,
            until=now + seconds,
            failures=len(watched.failures),
            times=watched.times,
        )
        watched.ban, watched.failures, watched.seen = ban, [], ban.until
        del self._addresses[address]
        _remember(self._banned, address, watched)
        self._deadlines.arm(watched)
        self.counts["bans"] += 1
        return ban


def _remember(table: OrderedDict[K, V], key: K, value: V) -> None:
    """Put in what is the latest; what was put in longest ago is forgotten where there is too much."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > MEMORY:
        table.popitem(last=False)


def shown(user: str) -> str:
    """A name that a stranger chose, as it may stand in a log: short, printable ASCII, nothing that quotes."""
    text = user[:_LONGEST_NAME].encode("ascii", "backslashreplace").decode()
    return "".join(each if each.isalnum() or each in "+-_.*#@\\" else "?" for each in text) or "-"
