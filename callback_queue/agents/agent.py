"""An agent's state, derived from phones, log-in, reservations and calls. Pure.

An event first changes the facts about the agent. Then the table says which states may follow the present one
after such an event, and the first of them that the facts allow is taken: so no state outlives its reason. Who
is offered which call is left to `callback_queue.line.distribution`, ringing to `callback_queue.acd.ringing`.
Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from callback_queue.agents.events import AgentState, AgentStateChanged, OfferOutcome

LogInBy: TypeAlias = Literal["register", "code"]


@dataclass(frozen=True, slots=True)
class PhoneUp:
    """A phone of the agent can be reached; `phone` tells several apart (its contact)."""

    phone: str = ""


@dataclass(frozen=True, slots=True)
class PhoneDown:
    """A phone of the agent cannot be reached any more."""

    phone: str = ""


@dataclass(frozen=True, slots=True)
class LogIn:
    """The agent logs in; ends a break as well.

    Args:
        mobile: whether calls go to the mobile, so that no phone is needed.
        why: how, for people.
    """

    mobile: bool = False
    why: str = "logged in"


@dataclass(frozen=True, slots=True)
class LogOut:
    """The agent logs out; a call is finished first."""

    why: str = "logged out"


@dataclass(frozen=True, slots=True)
class TakeBreak:
    """The agent takes a break: now, or after the call and its wrap-up."""

    reason: str = "break"
    why: str = "took a break"


@dataclass(frozen=True, slots=True)
class Ready:
    """The agent is ready: ends break and wrap-up."""

    why: str = "is ready"


@dataclass(frozen=True, slots=True)
class Reserved:
    """The agent is chosen for a call of a queue; `call` is "" for a callback that has no call yet.

    For an agent who is reserved it says which call the reservation is for.
    """

    call: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """A reservation is withdrawn; `call` as it was reserved for."""

    call: str = ""
    why: str = "offer withdrawn"


@dataclass(frozen=True, slots=True)
class Ringing:
    """A phone of the agent rings, for a queue or for a call of the agent's own."""

    call: str


@dataclass(frozen=True, slots=True)
class OnCall:
    """The agent has answered, or has dialled somebody."""

    call: str


@dataclass(frozen=True, slots=True)
class CallOver:
    """A call of the agent is over, or has stopped ringing unanswered.

    Args:
        call: which.
        wrap_up: seconds of wrap-up that its queue gives, 0 for a call from no queue.
    """

    call: str
    wrap_up: float = 0.0


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """The agent did not take a call that was offered.

    Args:
        outcome: why.
        call: which.
        rang: seconds that the phone rang.
    """

    outcome: OfferOutcome
    call: str = ""
    rang: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPresence:
    """What survives a restart of an agent; times are Unix seconds.

    Args:
        logged_in: None when the phones decide.
        mobile: whether calls go to the mobile.
        break_reason: of a break, also one that begins after the call, "" for none.
        state, since: what the agent did, and since when.
        idle_since: since when the agent has had nothing to do.
        no_answers: offers in a row that were not answered.
        wrap_up_until: the end of a wrap-up, 0 for none.
    """

    logged_in: bool | None
    mobile: bool
    break_reason: str
    state: str
    since: float
    idle_since: float
    no_answers: int
    wrap_up_until: float


@dataclass(frozen=True, slots=True)
class Restored:
    """The switch started anew: the agent is as before, without calls."""

    kept: KeptPresence


CallInput: TypeAlias = Reserved | Released | Ringing | OnCall | CallOver | OfferFailed
AgentCommand: TypeAlias = LogIn | LogOut | TakeBreak | Ready
AgentEvent: TypeAlias = PhoneUp | PhoneDown | Restored | AgentCommand | CallInput


@dataclass(frozen=True, slots=True)
class WrapUpOver:
    """The machine's own event: the time for wrap-up is over."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as the distribution sees it; times are Unix seconds.

    Args:
        number: the agent's.
        state: what the agent does.
        idle_since: since when the agent has had nothing to do.
        offered_at: when the agent was last offered a call, 0 for never.
        ready: available, and may be offered a call now.
    """

    number: str
    state: AgentState
    idle_since: float
    offered_at: float = 0.0
    ready: bool = True


PAUSED = "no_answer"
"""The reason of the break of an agent who is paused for not answering calls."""

REST_SECONDS = 10.0
"""An agent whose phone was busy or declined is offered no call for this long."""

# What an outcome says about the agent: not there, or not willing.
_UNANSWERED: Mapping[OfferOutcome, str] = {
    "no_answer": "phone rang {seconds:.0f} s unanswered",
    "not_confirmed": "answered, but the key was not pressed",
    "unreachable": "phone could not be reached",
}
_DECLINED: Mapping[OfferOutcome, str] = {"busy": "phone was busy", "refused": "declined the call"}
_NO_FAULT: Mapping[OfferOutcome, str] = {
    "caller_gone": "the caller hung up",
    "elsewhere": "another agent was faster",
}


_GONE_OR_FREE: tuple[AgentState, ...] = ("offline", "available")
_REST: tuple[AgentState, ...] = ("offline", "break", "available")
_AFTER_RESERVED: tuple[AgentState, ...] = ("reserved", *_REST)
_AFTER_RINGING: tuple[AgentState, ...] = ("ringing", "reserved", "wrap_up", *_REST)

TABLE: Mapping[tuple[AgentState, type[AgentEvent | WrapUpOver]], tuple[AgentState, ...]] = {
    ("offline", PhoneUp): ("offline", "on_call", "ringing", "wrap_up", "break", "available"),
    ("offline", Restored): ("offline", "on_call", "ringing", "wrap_up", "break", "available"),
    ("available", Restored): ("offline", "wrap_up", "break", "available"),
    ("offline", LogIn): ("offline", "on_call", "ringing", "available"),
    ("available", PhoneDown): _GONE_OR_FREE,
    ("available", LogIn): _GONE_OR_FREE,
    ("available", LogOut): ("offline",),
    ("available", TakeBreak): ("break",),
    ("available", Reserved): ("reserved",),
    ("available", Ringing): ("ringing",),
    ("available", OnCall): ("on_call",),
    ("available", OfferFailed): ("break", "available"),
    ("reserved", Ringing): ("ringing",),
    ("reserved", OnCall): ("on_call",),
    ("reserved", Released): _AFTER_RESERVED,
    ("reserved", OfferFailed): _AFTER_RESERVED,
    ("reserved", CallOver): _AFTER_RESERVED,
    ("ringing", OnCall): ("on_call",),
    ("ringing", Released): _AFTER_RINGING,
    ("ringing", OfferFailed): _AFTER_RINGING,
    ("ringing", CallOver): _AFTER_RINGING,
    ("on_call", CallOver): ("on_call", *_AFTER_RINGING),
    ("wrap_up", LogIn): _GONE_OR_FREE,
    ("wrap_up", LogOut): ("offline",),
    ("wrap_up", TakeBreak): ("break",),
    ("wrap_up", Ready): _GONE_OR_FREE,
    ("wrap_up", Ringing): ("ringing",),
    ("wrap_up", OnCall): ("on_call",),
    ("wrap_up", WrapUpOver): _REST,
    ("break", PhoneDown): ("offline", "break"),
    ("break", LogIn): _GONE_OR_FREE,
    ("break", LogOut): ("offline",),
    ("break", TakeBreak): ("break",),
    ("break", Ready): ("available",),
    ("break", Ringing): ("ringing",),
    ("break", OnCall): ("on_call",),
}
"""Which states may follow a state after an event, in the order in which they are tried."""


class AgentMachine:
    """One agent.

    Args:
        number: the agent's number.
        now: Unix seconds.
        login: "register": a phone that registers logs its agent in; "code": only `LogIn` does.
        no_answer_limit: unanswered offers in a row after which the agent is paused, 0 for never.
    """

    __slots__ = (
        "_break",
        "_calls",
        "_kept",
        "_limit",
        "_logged_in",
        "_login",
        "_mobile",
        "_now",
        "_phones",
        "_reserved",
        "_rest_until",
        "_ringing",
        "_wrap_up_owed",
        "_wrap_up_until",
        "_wrapped",
        "idle_since",
        "no_answers",
        "number",
        "offered_at",
        "reason",
        "since",
        "state",
        "why",
    )

    def __init__(
        self, number: str, now: float, *, login: LogInBy = "register", no_answer_limit: int = 2
    ) -> None:
        self.number = number
        self.state: AgentState = "offline"
        self.since = now
        """When the state began."""
        self.reason = ""
        """Of a break."""
        self.why = "not logged in"
        """What brought the state about, for people."""
        self.idle_since = now
        """Since when the agent has had nothing to do: the longest idle one is first."""
        self.offered_at = 0.0
        """When the agent was last offered a call, 0 for never."""
        self.no_answers = 0
        """Offers in a row that were not answered."""
        self._login = login
        self._limit = no_answer_limit
        self._now = now
        self._phones: set[str] = set()
        self._logged_in: bool | None = None  # None: neither logged in nor out, so the phones decide
        self._mobile = False
        self._break = ""
        self._reserved: str | None = None
        self._ringing: list[str] = []
        self._calls: list[str] = []
        self._wrap_up_owed = 0.0
        self._wrap_up_until = 0.0
        self._wrapped = ""  # the call that the wrap-up belongs to
        self._rest_until = 0.0
        self._kept: KeptPresence | None = None  # of before the restart, until the state is another one

    # --- state --------------------------------------------------------------------------------------------

    @property
    def present(self) -> bool:
        """Whether the agent is logged in and can be reached."""
        by_phone = self._login == "register" if self._logged_in is None else self._logged_in
        return by_phone and (bool(self._phones) or self._mobile)

    @property
    def call(self) -> str:
        """The call that the state is about, "" for none."""
        if self.state == "on_call":
            return self._calls[0]
        if self.state == "ringing":
            return self._ringing[0]
        if self.state == "wrap_up":
            return self._wrapped
        return (self._reserved or "") if self.state == "reserved" else ""

    @property
    def reserved(self) -> str | None:
        """The call that the agent is reserved for, "" for one that does not exist yet; None: not reserved."""
        return self._reserved

    @property
    def on_mobile(self) -> bool:
        """Whether calls go to the mobile: the agent has logged in there."""
        return self._mobile

    @property
    def shown_since(self) -> float:
        """When the state began, for people: a restart in between does not count."""
        kept = self._kept
        return kept.since if kept is not None and kept.state == self.state else self.since

    def keep(self) -> KeptPresence:
        """What is to survive a restart."""
        return KeptPresence(
            logged_in=self._logged_in,
            mobile=self._mobile,
            break_reason=self._break,
            state=self.state,
            since=self.shown_since,
            idle_since=self.idle_since,
            no_answers=self.no_answers,
            wrap_up_until=self._wrap_up_until if self.state == "wrap_up" else 0.0,
        )

    def view(self, now: float) -> AgentView:
        """What the distribution looks at."""
        ready = self.state == "available" and self._rest_until <= now
        return AgentView(self.number, self.state, self.idle_since, self.offered_at, ready)

    def use(self, *, login: LogInBy, no_answer_limit: int) -> None:
        """Go by these settings from the next event on."""
        self._login, self._limit = login, no_answer_limit

    def rejoin(self) -> None:
        """Begin anew as far as log-in and phones go: the agent was removed and is back; calls go on.

        The phones that can be reached are then to be named by `PhoneUp`.
        """
        self._logged_in, self._mobile = None, False
        self._phones.clear()

    # --- running ------------------------------------------------------------------------------------------

    def receive(self, event: AgentEvent, now: float) -> list[AgentStateChanged]:
        """Note an event; returns what changed, for the journal: nothing, or one change.

        Args:
            event: what happened; one that does not fit the state changes nothing.
            now: Unix seconds, never earlier than before.
        """
        self._now = max(now, self._now)
        why = self._note(event)
        return self._move(event, why)

    def next_deadline(self) -> float | None:
        """When `handle_timer` is to be called: the end of a wrap-up, or of a rest between two offers."""
        if self.state == "wrap_up":
            return self._wrap_up_until
        return self._rest_until if self.state == "available" and self._rest_until else None

    def handle_timer(self, now: float) -> list[AgentStateChanged]:
        """End a wrap-up, or a rest: after that the state is the same, but the agent may be offered a call."""
        self._now = max(now, self._now)
        if self._rest_until <= self._now:
            self._rest_until = 0.0
        if self.state != "wrap_up" or self._wrap_up_until > self._now:
            return []
        return self._move(WrapUpOver(), "wrap-up is over")

    def rest(self, now: float) -> None:
        """Be offered nothing for `REST_SECONDS`."""
        self._now = max(now, self._now)
        self._rest_until = self._now + REST_SECONDS

    def _move(self, event: AgentEvent | WrapUpOver, why: str) -> list[AgentStateChanged]:
        row = TABLE.get((self.state, type(event)), ())
        after = next((state for state in row if _HOLDS[state](self)), self.state)
        reason = self._break if after == "break" else ""
        if (after, reason) == (self.state, self.reason):
            return []
        was, since = self.state, self.since
        # Of the time before the restart, what came between is no part; the first state after it goes on.
        if self._kept is not None and was != "offline":
            self._kept = None
        kept_idle = self._kept is not None and self._kept.state == after
        self.state, self.reason, self.since, self.why = after, reason, self._now, why
        if after == "available" and was not in ("reserved", "ringing") and not kept_idle:
            self.idle_since = self._now
        if after == "offline":
            self._rest_until = 0.0
        # The end of a wrap-up is still about its call, so that the call's record knows how long it was.
        call = self.call or (self._wrapped if was == "wrap_up" else "")
        return [
            AgentStateChanged(
                self._now,
                agent=self.number,
                state=after,
                was=was,
                since=since,
                reason=reason,
                why=why,
                call=call,
            )
        ]

    # --- facts --------------------------------------------------------------------------------------------

    def _note(self, event: AgentEvent) -> str:
        """Change the facts; returns what happened, for people."""
        match event:
            case PhoneUp():
                self._phones.add(event.phone)
                return "phone registered"
            case PhoneDown():
                self._phones.discard(event.phone)
                return "phone is no longer registered"
            case Restored():
                return self._restore(event.kept)
            case LogIn():
                self._logged_in, self._mobile = True, event.mobile
                self._clear_absence()
                return event.why
            case LogOut():
                self._log_out()
                return event.why
            case TakeBreak():
                if self.state != "offline":
                    self._break = event.reason or "break"
                return event.why
            case Ready():
                self._clear_absence()
                return event.why
            case _:
                return self._note_call(event)

    def _note_call(self, event: CallInput) -> str:
        match event:
            case Reserved():
                if self._reserved is not None:
                    self._reserved = event.call
                elif self.state == "available":
                    self._reserved = event.call
                    self.offered_at = self._now
                return "chosen for a call"
            case Released():
                self._end_offer(event.call)
                return event.why
            case Ringing():
                if event.call not in self._ringing:
                    self._ringing.append(event.call)
                return "phone is ringing"
            case OnCall():
                self._begin_call(event.call)
                return "on a call"
            case CallOver():
                return self._end_call(event)
            case OfferFailed():
                return self._blame(event)

    def _restore(self, kept: KeptPresence) -> str:
        self._logged_in, self._mobile = kept.logged_in, kept.mobile
        self._break, self.no_answers = kept.break_reason, kept.no_answers
        self._wrap_up_until = kept.wrap_up_until
        self.idle_since = min(kept.idle_since, self._now)
        self._kept = kept
        return "as before the restart"

    def _clear_absence(self) -> None:
        self._break = ""
        self.no_answers = 0
        self._rest_until = 0.0
        self._wrap_up_until = 0.0

    def _log_out(self) -> None:
        self._logged_in, self._mobile = False, False
        self._break = ""
        self.no_answers = 0
        self._wrap_up_until = self._wrap_up_owed = 0.0

    def _begin_call(self, call: str) -> None:
        if call not in self._calls:
            self._calls.append(call)
        # A reservation for another call stands until its offer is over.
        self.no_answers = 0
        self._end_offer(call)

    def _end_offer(self, call: str) -> None:
        """Forget the reservation and the ringing for `call`."""
        if self._reserved == call:
            self._reserved = None
        if call in self._ringing:
            self._ringing.remove(call)

    def _end_call(self, event: CallOver) -> str:
        if event.call not in self._calls:
            self._end_offer(event.call)
            return "the call is over"
        self._calls.remove(event.call)
        if self._logged_in is not False:
            self._wrap_up_owed = max(self._wrap_up_owed, event.wrap_up)
            self._wrapped = event.call if event.wrap_up else self._wrapped
        if not self._calls and self._wrap_up_owed > 0:
            self._wrap_up_until = self._now + self._wrap_up_owed
            self._wrap_up_owed = 0.0
            return f"the call is over, wrap-up of {self._wrap_up_until - self._now:.0f} s"
        return "the call is over"

    def _blame(self, event: OfferFailed) -> str:
        outcome = event.outcome
        self._end_offer(event.call)
        if outcome in _NO_FAULT:
            return _NO_FAULT[outcome]
        self.idle_since = self._now  # the others are rung first now
        if outcome in _DECLINED:
            self._rest_until = self._now + REST_SECONDS
            return _DECLINED[outcome]
        self.no_answers += 1
        what = _UNANSWERED[outcome].format(seconds=event.rang)
        if not self._limit:
            return what
        count = f"{what}, {self.no_answers} of {self._limit}"
        if self.no_answers < self._limit or self._break:
            return count
        self._break = PAUSED
        return f"{count}: paused"


# What must be true for each state.
_HOLDS: Mapping[AgentState, Callable[[AgentMachine], bool]] = {
    "on_call": lambda agent: bool(agent._calls),
    "ringing": lambda agent: bool(agent._ringing),
    "reserved": lambda agent: agent._reserved is not None,
    "wrap_up": lambda agent: agent._wrap_up_until > agent._now,
    "offline": lambda agent: not agent.present,
    "break": lambda agent: bool(agent._break),
    "available": lambda agent: True,
}
