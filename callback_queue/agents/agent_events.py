"""What happens to an agent: the events of `callback_queue.agents.agent`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callback_queue.acd.events import OfferOutcome


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
    """The agent logs in, or says that it is there: ends a break as well.

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
    """Somebody in the line is about to be offered to the agent; `call` is "" for a callback."""

    call: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """A reservation, or the ringing for it, is over through nobody's fault."""

    call: str = ""
    why: str = "no longer wanted"


@dataclass(frozen=True, slots=True)
class Ringing:
    """A phone of the agent rings, for the line or for a call of the agent's own."""

    call: str


@dataclass(frozen=True, slots=True)
class OnCall:
    """The agent speaks, or has dialled somebody."""

    call: str


@dataclass(frozen=True, slots=True)
class CallOver:
    """A call of the agent is over, or has stopped ringing.

    Args:
        call: which.
        wrap_up: seconds of wrap-up that its queue gives, 0 for a call from no queue.
    """

    call: str
    wrap_up: float = 0.0


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """An offer did not lead to a conversation: `outcome` tells why, `call` for whom it was."""

    outcome: OfferOutcome
    call: str = ""


CallNews: TypeAlias = Reserved | Released | Ringing | OnCall | CallOver | OfferFailed
AgentEvent: TypeAlias = PhoneUp | PhoneDown | LogIn | LogOut | TakeBreak | Ready | CallNews


@dataclass(frozen=True, slots=True)
class WrapUpOver:
    """The machine's own event: the time for wrap-up is over."""
