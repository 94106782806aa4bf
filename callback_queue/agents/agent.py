"""What an agent is doing: a state derived from phones, log-in, reservations and calls. Pure.

An event first changes the facts about the agent. Then the table says which states may follow the present one
after such an event, and the first of them that the facts allow is taken: so no state can be left over from
something that is not so any more. Who is offered what is left to `callback_queue.line.distribution`, ringing
to `hotline`. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from callback_queue.acd.events import OfferOutcome
from callback_queue.agents.agent_events import (
    AgentEvent,
    CallNews,
    CallOver,
    LogIn,
    LogOut,
    OfferFailed,
    OnCall,
    PhoneDown,
    PhoneUp,
    Ready,
    Released,
    Reserved,
    Ringing,
    TakeBreak,
    WrapUpOver,
)
from callback_queue.agents.events import AgentState, AgentStateChanged
from callback_queue.line.distribution import AgentView

LogInBy: TypeAlias = Literal["register", "code"]

PAUSED = "no_answer"
"""The reason of a break that the machine began because calls were not answered."""

REST_SECONDS = 10.0
"""An agent whose phone was busy or declined is offered nothing for so long: else it would ring on at once."""

# What an outcome says about the agent: nobody was there, or nobody wanted to.
_UNANSWERED: Mapping[OfferOutcome, str] = {
    "no_answer": "phone rang {seconds:.0f} s unanswered",
    "not_confirmed": "answered, but the key was not pressed",
    "unreachable": "phone could not be reached",
}
_DECLINED: Mapping[OfferOutcome, str] = {"busy": "phone was busy", "refused": "declined the call"}
_NO_FAULT: Mapping[OfferOutcome, str] = {
    "caller_gone": "the caller hung up",
    "elsewhere": "another agent was faster",
    "answered": "answered",
}


_GONE_OR_FREE: tuple[AgentState, ...] = ("offline", "available")
_REST: tuple[AgentState, ...] = ("offline", "break", "available")
_AFTER_RESERVED: tuple[AgentState, ...] = ("reserved", *_REST)
_AFTER_RINGING: tuple[AgentState, ...] = ("ringing", "reserved", "wrap_up", *_REST)

TABLE: Mapping[tuple[AgentState, type[AgentEvent | WrapUpOver]], tuple[AgentState, ...]] = {
    ("offline", PhoneUp): ("offline", "on_call", "ringing", "break", "available"),
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
        "_limit",
        "_logged_in",
        "_login",
        "_mobile",
        "_now",
        "_phones",
        "_rang",
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
        """When the agent was last offered somebody, 0 for never."""
        self.no_answers = 0
        """Offers in a row that were not answered."""
        self._login = login
        self._limit = no_answer_limit
        self._now = now
        self._phones: set[str] = set()
        self._logged_in: bool | None = None  # None: nobody has said, so the phones do
        self._mobile = False
        self._break = ""
        self._reserved: str | None = None
        self._ringing: list[str] = []
        self._calls: list[str] = []
        self._rang = 0.0  # seconds that the last ringing took
        self._wrap_up_owed = 0.0
        self._wrap_up_until = 0.0
        self._wrapped = ""  # the call that the wrap-up belongs to
        self._rest_until = 0.0

    # --- looking ------------------------------------------------------------------------------------------

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
    def on_mobile(self) -> bool:
        """Whether calls go to the mobile: the agent has logged in there."""
        return self._mobile

    def view(self, now: float) -> AgentView:
        """What the distribution looks at."""
        ready = self.state == "available" and self._rest_until <= now
        return AgentView(self.number, self.state, self.idle_since, self.offered_at, ready)

    def use(self, *, login: LogInBy, no_answer_limit: int) -> None:
        """Go by these settings from now on; what the agent does is looked at with the next event."""
        self._login, self._limit = login, no_answer_limit

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
        """End what is over. After a rest nothing changes, but the agent may be offered somebody again."""
        self._now = max(now, self._now)
        if self._rest_until <= self._now:
            self._rest_until = 0.0
        if self.state != "wrap_up" or self._wrap_up_until > self._now:
            return []
        return self._move(WrapUpOver(), "wrap-up is over")

    def _move(self, event: AgentEvent | WrapUpOver, why: str) -> list[AgentStateChanged]:
        row = TABLE.get((self.state, type(event)), ())
        after = next((state for state in row if _HOLDS[state](self)), self.state)
        reason = self._break if after == "break" else ""
        if (after, reason) == (self.state, self.reason):
            return []
        was, since = self.state, self.since
        if was == "ringing":
            self._rang = self._now - since
        self.state, self.reason, self.since, self.why = after, reason, self._now, why
        if after == "available" and was not in ("reserved", "ringing"):
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

    def _note_call(self, event: CallNews) -> str:
        match event:
            case Reserved():
                if self.state == "available":
                    self._reserved = event.call
                    self.offered_at = self._now
                return "somebody in the line is for this agent"
            case Released():
                self._end_offer(event.call)
                return event.why
            case Ringing():
                if event.call not in self._ringing:
                    self._ringing.append(event.call)
                return "phone rings"
            case OnCall():
                self._begin_call(event.call)
                return "on a call"
            case CallOver():
                return self._end_call(event)
            case OfferFailed():
                return self._blame(event)

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
        # Whoever speaks is there; a reservation for somebody else stands until its offer is over.
        self.no_answers = 0
        self._end_offer(call)

    def _end_offer(self, call: str) -> None:
        """Forget the reservation and the ringing for `call`; "" stands for the one that there is."""
        reserved = self._reserved
        if reserved is not None and (reserved == call or not reserved or not call):
            self._reserved = None
            call = call or reserved
        if call in self._ringing:
            self._ringing.remove(call)
        elif not call:
            self._ringing.clear()

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
        # The calls' own end may have been told before.
        seconds = self._now - self.since if self.state == "ringing" else self._rang
        self._end_offer(event.call)
        if outcome in _NO_FAULT:
            return _NO_FAULT[outcome]
        self.idle_since = self._now  # others go first now
        if outcome in _DECLINED:
            self._rest_until = self._now + REST_SECONDS
            return _DECLINED[outcome]
        self.no_answers += 1
        what = _UNANSWERED[outcome].format(seconds=seconds)
        if not self._limit:
            return what
        count = f"{what}, {self.no_answers} of {self._limit}"
        if self.no_answers < self._limit or self._break:
            return count
        self._break = PAUSED
        return f"{count}: paused"


# What must be so for each state.
_HOLDS: Mapping[AgentState, Callable[[AgentMachine], bool]] = {
    "on_call": lambda agent: bool(agent._calls),
    "ringing": lambda agent: bool(agent._ringing),
    "reserved": lambda agent: agent._reserved is not None,
    "wrap_up": lambda agent: agent._wrap_up_until > agent._now,
    "offline": lambda agent: not agent.present,
    "break": lambda agent: bool(agent._break),
    "available": lambda agent: True,
}
