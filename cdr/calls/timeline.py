"""The timeline of a call: segments without gaps, seen from the customer's leg.

The one place where talk and hold are measured: records and figures both read its segments. Whose phone a
leg is, and what the call came to in the end, is left to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded, CallTransferred
from callback_queue.callbacks.events import CallbackDialled
from callback_queue.line.events import QueueEntered, QueueLeft
from cdr.times import to_ms
from journal.event import Event
from telephony.call.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallOffered,
    CallUnbridged,
    FlowEnded,
    FlowStarted,
    HoldEnded,
    HoldStarted,
    LegAnswered,
    LegDialled,
    LegEnded,
    TransferRequested,
)

SegmentKind: TypeAlias = Literal[
    "setup", "flow", "queue", "ringing", "talk", "hold", "transfer", "survey", "connected", "ending"
]


@dataclass(slots=True)
class Segment:
    """One stretch of a call; the next one begins where it ends.

    Args:
        kind: "setup" until anything answers or rings; "flow" in a voice flow; "queue" waiting, "ringing"
            while somebody's phone rings (with `queue`: for a waiting caller); "talk", "hold"; "transfer"
            while one is carried out; "survey"; "connected" on a line with nobody else (echo, a message, an
            agent who hears a summary); "ending" after the customer's leg is over.
        start, end: Unix milliseconds.
        leg: who is talked with.
        queue: its name, "".
    """

    kind: SegmentKind
    start: int
    end: int
    leg: str = ""
    queue: str = ""

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start


_Where: TypeAlias = tuple[SegmentKind, str, str]


class Timeline:
    """Folds a call's events; any prefix of them gives the segments so far.

    Time never goes backwards in it: an event that is dated before the one it follows counts at that one's
    time (a clock was set; flows and legs read the clock at slightly different moments).
    """

    __slots__ = (
        "_answered",
        "_bridges",
        "_connecting",
        "_flow",
        "_gone",
        "_holds",
        "_offers",
        "_over",
        "_ringing",
        "_stays",
        "_survey",
        "_transferring",
        "_wants_customer",
        "_where",
        "now",
        "primary",
        "segments",
    )

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.now = 0
        """The time of the last event, Unix milliseconds."""
        self.primary = ""
        """The leg that the call is seen from: the caller's, or in a callback the customer's."""
        self._wants_customer = False
        self._answered: set[str] = set()
        self._gone: set[str] = set()
        self._ringing: dict[str, None] = {}
        self._bridges: list[tuple[str, str]] = []
        self._holds: set[tuple[str, str]] = set()
        self._stays: dict[str, str] = {}
        self._offers: set[tuple[str, str]] = set()
        self._connecting = ""
        self._flow = False
        self._survey = False
        self._transferring = False
        self._over = False
        self._where: _Where = ("setup", "", "")

    def receive(self, event: Event) -> None:
        """Take the call's next event; of kinds that change nothing here, only the time is read."""
        if self._over:
            return
        at = to_ms(event.at)
        if not self.segments:
            self.now = at
            self.segments.append(Segment("setup", at, at))
        self.now = max(self.now, at)
        change = CHANGES.get(type(event))
        if change is not None:
            change(self, event)
            where = self._look()
            if where != self._where:
                self._begin(where)
        self.segments[-1].end = self.now

    @property
    def is_over(self) -> bool:
        """True once the call has ended; what comes later changes no segment."""
        return self._over

    def talked(self, leg: str) -> tuple[int, int, int]:
        """How long the customer talked with a leg: milliseconds of talk, of hold, and how often held."""
        talk = hold = holds = 0
        for segment in self.segments:
            if segment.leg != leg:
                continue
            if segment.kind == "talk":
                talk += segment.length
            elif segment.kind == "hold":
                hold += segment.length
                holds += 1
        return talk, hold, holds

    # --- where the call is -----------------------------------------------------------------------------

    def _begin(self, where: _Where) -> None:
        last = self.segments[-1]
        last.end = self.now
        self._where = where
        if last.start == last.end:
            self.segments.pop()  # nothing lasted no time
            before = self.segments[-1] if self.segments else None
            if before is not None and (before.kind, before.leg, before.queue) == where:
                return
        kind, leg, queue = where
        self.segments.append(Segment(kind, self.now, self.now, leg, queue))

    def _look(self) -> _Where:
        if self.primary and self.primary in self._gone:
            return "ending", "", ""
        for first, second in self._bridges:
            if self.primary in ("", first, second) and {first, second} <= self._answered:
                other = first if second == self.primary else second
                held = any(leg in (first, second) for leg, _ in self._holds)
                return "hold" if held else "talk", other, ""
        if self._transferring:
            return "transfer", "", ""
        if self._stays:
            entry, queue = next(reversed(self._stays.items()))
            rings = any(offered == entry for offered, _ in self._offers)
            return "ringing" if rings else "queue", "", queue
        if self._connecting:
            return "ringing", "", self._connecting
        if self._ringing:
            return "ringing", "", ""
        if self._survey:
            return "survey", "", ""
        if self._flow:
            return "flow", "", ""
        if self._answered - self._gone:
            return "connected", "", ""
        return "setup", "", ""

    # --- what changes it ---------------------------------------------------------------------------------

    def _offered(self, event: CallOffered) -> None:
        self.primary = event.leg

    def _customer_dialled(self, event: CallbackDialled) -> None:
        if event.leg:
            self.primary = event.leg
        else:
            self._wants_customer = not self.primary

    def _dialled(self, event: LegDialled) -> None:
        if self._wants_customer:
            self.primary, self._wants_customer = event.leg, False
        self._ringing[event.leg] = None

    def _leg_answered(self, event: LegAnswered | CallAnswered) -> None:
        self._ringing.pop(event.leg, None)
        self._answered.add(event.leg)

    def _leg_ended(self, event: LegEnded) -> None:
        self._ringing.pop(event.leg, None)
        self._gone.add(event.leg)
        self._bridges = [pair for pair in self._bridges if event.leg not in pair]
        self._holds = {hold for hold in self._holds if hold[0] != event.leg}
        if event.leg in self._answered:
            self._connecting = ""

    def _bridged(self, event: CallBridged) -> None:
        self._bridges.append((event.leg, event.other))
        self._connecting = ""

    def _unbridged(self, event: CallUnbridged) -> None:
        pair = {event.leg, event.other}
        self._bridges = [bridge for bridge in self._bridges if set(bridge) != pair]

    def _held(self, event: HoldStarted) -> None:
        self._holds.add((event.leg, event.by))

    def _resumed(self, event: HoldEnded) -> None:
        self._holds.discard((event.leg, event.by))

    def _entered(self, event: QueueEntered) -> None:
        if event.kind == "live":
            self._stays[event.entry] = event.queue

    def _left(self, event: QueueLeft) -> None:
        if self._stays.pop(event.entry, None) is not None and event.why == "answered" and not self._bridges:
            self._connecting = event.queue
        self._offers = {offer for offer in self._offers if offer[0] != event.entry}

    def _agent_offered(self, event: AgentOffered) -> None:
        self._offers.add((event.entry, event.agent))

    def _offer_ended(self, event: AgentOfferEnded) -> None:
        if event.outcome != "answered":  # answered: it rings until they hear each other
            self._offers.discard((event.entry, event.agent))

    def _connected(self, event: AgentConnected) -> None:
        if event.leg and event.leg != event.agent_leg:
            self.primary = event.leg

    def _transfer_requested(self, event: TransferRequested) -> None:
        self._transferring = True

    def _transferred(self, event: CallTransferred) -> None:
        self._transferring = False

    def _survey_offered(self, event: SurveyOffered) -> None:
        self._survey = True

    def _survey_answered(self, event: SurveyAnswered) -> None:
        self._survey = False

    def _flow_started(self, event: FlowStarted) -> None:
        self._flow = True

    def _flow_ended(self, event: FlowEnded) -> None:
        self._flow = False

    def _ended(self, event: CallEnded) -> None:
        self._over = True


CHANGES: dict[type[Event], Callable[[Timeline, Any], None]] = {
    CallOffered: Timeline._offered,
    CallbackDialled: Timeline._customer_dialled,
    LegDialled: Timeline._dialled,
    LegAnswered: Timeline._leg_answered,
    CallAnswered: Timeline._leg_answered,
    LegEnded: Timeline._leg_ended,
    CallBridged: Timeline._bridged,
    CallUnbridged: Timeline._unbridged,
    HoldStarted: Timeline._held,
    HoldEnded: Timeline._resumed,
    QueueEntered: Timeline._entered,
    QueueLeft: Timeline._left,
    AgentOffered: Timeline._agent_offered,
    AgentOfferEnded: Timeline._offer_ended,
    AgentConnected: Timeline._connected,
    CallTransferred: Timeline._transferred,
    SurveyOffered: Timeline._survey_offered,
    SurveyAnswered: Timeline._survey_answered,
    TransferRequested: Timeline._transfer_requested,
    FlowStarted: Timeline._flow_started,
    FlowEnded: Timeline._flow_ended,
    CallEnded: Timeline._ended,
}
"""What each kind of event changes; other kinds only advance the time."""
