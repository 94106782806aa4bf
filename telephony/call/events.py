"""The facts about phone calls, as frozen events: what goes up from the switch and into the journal.

An event says what happened, to which call and leg, and when (`at`, Unix seconds). Everything that is
reported later (records, figures) is computed from these and from nothing else. Keeping them is left to
the journal; numbers and digits in them are private and never belong in a log.
"""

from __future__ import annotations

from dataclasses import dataclass

from journal.event import CallEvent, Event

HIDDEN_DIGIT = "•"
"""In place of a key that nobody is to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered(CallEvent):
    """A call came in and was admitted.

    Args:
        caller, called: user parts (numbers) of From and of the Request-URI.
        original_called: the number that was dialled before the call was diverted to `called`, "" for none.
        source: who brought it, "agent:1001" or "trunk:NAME".
        sip_call_id: the Call-ID on the wire, to find the call in a trace.
    """

    caller: str
    called: str
    source: str
    sip_call_id: str
    original_called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDialled(CallEvent):
    """The switch calls somebody on behalf of a call.

    Args:
        target: what was dialled: "agent:1002" or a SIP URI.
        sip_call_id: the Call-ID on the wire of this leg.
    """

    target: str
    sip_call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(CallEvent):
    """A provisional answer: `status` 180 rings, 183 may carry early media."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(CallEvent):
    """We answered a caller; `codec` is what we send."""

    codec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(CallEvent):
    """Somebody whom we dialled answered; `codec` is what we send."""

    codec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitReceived(CallEvent):
    """A key was pressed (one of 0-9 * # A-D)."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsSent(CallEvent):
    """We pressed `count` keys towards the far end."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStarted(CallEvent):
    """A prompt began; `prompt` is its name."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEnded(CallEvent):
    """A prompt ended: `reason` is finished, stopped, replaced or closed; `played_ms` of it was heard."""

    prompt: str
    reason: str
    played_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted(CallEvent):
    """A leg was put on hold; `by` is "remote" (its far end) or "local" (us)."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded(CallEvent):
    """A leg came back from hold; `by` as in `HoldStarted`."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBridged(CallEvent):
    """Two legs hear each other; `other` is the second one."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnbridged(CallEvent):
    """Two legs were parted."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(CallEvent):
    """A recording began; `file` is relative to the recordings folder."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded(CallEvent):
    """A recording is complete; `recorded_ms` long."""

    file: str
    recorded_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDone(CallEvent):
    """We sent the far end elsewhere (REFER); `status` is how that went, 200 for well."""

    target: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested(CallEvent):
    """The far end asked us to connect its partner elsewhere (REFER), and we said that we would."""

    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStarted(CallEvent):
    """A voice flow took the call; `version` is that of the whole set of flows it belongs to."""

    flow: str
    version: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntered(CallEvent):
    """The caller came to a step of a flow; `verb` is what the step does (say, menu ...)."""

    flow: str
    step: str
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSaid(CallEvent):
    """A flow says something; `text` is what the caller hears if nothing interrupts it."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(CallEvent):
    """The intake bot asks for something; what it says follows as `PromptSaid`.

    Args:
        question: its name, as in the history of the ticket.
        attempt: 1 for the first time; higher ones are worded otherwise.
    """

    question: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHeard(CallEvent):
    """An answer to a flow's question.

    Args:
        kind: keys, speech, silence, noise, or unavailable when no recogniser was there.
        text: the words, "" for other kinds.
        digits: how many keys (which they were is in `DigitReceived`).
        confidence: of the words, 0..1, None where nobody knows.
        seconds: of its sound.
        barged_in: whether it interrupted the question.
    """

    kind: str
    text: str
    digits: int
    confidence: float | None
    seconds: float
    barged_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEnded(CallEvent):
    """The flow that took the call is over; `flow` is the one it ended in, `reason` a short text."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(CallEvent):
    """One leg is over.

    Args:
        by: "local", "remote" or "network".
        status: the final SIP status of a leg that never came about, else None.
        reason: a short text.
        quality: media figures by name (packets, lost, jitter_ms, rtt_ms, mos ...), empty without media.
    """

    by: str
    status: int | None
    reason: str
    quality: dict[str, float | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallEvent):
    """The call is over: all its legs are; `by` and `reason` are those of the leg that ended it."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(Event):
    """An INVITE was refused before it became a call.

    `peer` is the source address; `source` ("trunk:NAME") and the number `called` are there when a trunk that
    is known dialled a number that it can't reach.
    """

    status: int
    peer: str
    source: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered(Event):
    """A phone of `user` can be reached now."""

    user: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneUnregistered(Event):
    """A phone of `user` cannot be reached any more.

    `why` is removed, expired, replaced, closed or withdrawn.
    """

    user: str
    contact: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBanned(Event):
    """Requests from `address` are ignored for `seconds`, after `failures` failed proofs of identity."""

    address: str
    seconds: float
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBanEnded(Event):
    """Requests from `address` are answered again; `by` is who lifted the ban, "" for its time."""

    address: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCallAllowed(Event):
    """A call goes out through a trunk, or is about to.

    Args:
        call: for which call, "" where another event says so (a callback's attempt).
        way: how it came about: "phone", "refer", "flow", "number", "mobile" or "callback".
        agent: who dialled or passed on, or whose mobile it is; "" for nobody.
        number: with its country code, as dialled where that is not known.
        trunk: its name.
    """

    call: str
    way: str
    agent: str
    number: str
    trunk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCallRefused(Event):
    """A call to the outside that the site does not allow: nothing was dialled.

    Args:
        call, way, agent: as in `OutsideCallAllowed`.
        number: as it was to be dialled.
        reason: why, in a word (`hotline.server.permissions.Reason`).
    """

    call: str
    way: str
    agent: str
    number: str
    reason: str
