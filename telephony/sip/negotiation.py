"""Who may change a session, and when: one offer at a time, in either direction (RFC 3261 14, RFC 5407 3.1).

The peer's re-INVITE that crosses ours is answered 491; ours that meets a 491 waits and is sent again. Here is
what is open (our re-INVITE, the peer's re-INVITE or UPDATE, a 2xx of ours without its ACK) and who has the
turn. Sending and answering is done by `session.py`; what the bodies mean is left to `telephony.sdp`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from telephony.sip.message import Request, Response
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import RequestReceived, TransactionKey


class AwaitedAck:
    """A 2xx of ours that is retransmitted until its ACK comes (RFC 3261 13.3.1.4).

    Args:
        key: the INVITE's server transaction.
        response: the 2xx.
        offers: its body is an offer, so the ACK must bring the answer (13.2.1).
        timers: T1 and T2, in seconds.
        now: seconds.

    Attributes:
        lost_at: when the wait is over, in seconds.
    """

    __slots__ = ("_interval", "_resend_at", "_t2", "key", "lost_at", "offers", "response")

    def __init__(
        self, key: TransactionKey, response: Response, *, offers: bool, timers: Timers, now: float
    ) -> None:
        self.key = key
        self.response = response
        self.offers = offers
        self._t2 = timers.t2
        self._interval = timers.t1
        self._resend_at = now + timers.t1
        self.lost_at = now + timers.timeout

    @property
    def due(self) -> float:
        """When something is to be done, in seconds."""
        return min(self._resend_at, self.lost_at)

    def resent(self, now: float) -> None:
        """The 2xx was sent again: T1, doubling up to T2, over any transport, since later hops may lose it."""
        self._interval = min(2 * self._interval, self._t2)
        self._resend_at = now + self._interval


@dataclass(slots=True)
class OurReinvite:
    """A re-INVITE of ours without a final response.

    Args:
        request: the re-INVITE.
        heard: a provisional response came, so it can be cancelled (RFC 3261 9.1).
        cancelled: it was.
    """

    request: Request
    heard: bool = False
    cancelled: bool = False


class Negotiation:
    """What is open in one session, and whose turn it is.

    Args:
        owns_call_id: we made the call; the two sides wait differently long after a 491 (14.1).
        random: uniform in [0, 1).

    Attributes:
        wanted: the call waits for its turn.
        ours: our re-INVITE without a final response.
        theirs: the peer's re-INVITE or UPDATE that the call has not answered.
        unacked: our 2xx without its ACK.
    """

    __slots__ = (
        "_give_up_at",
        "_glare_until",
        "_owns_call_id",
        "_random",
        "ours",
        "theirs",
        "unacked",
        "wanted",
    )

    def __init__(self, *, owns_call_id: bool, random: Callable[[], float]) -> None:
        self._owns_call_id = owns_call_id
        self._random = random
        self._glare_until = inf
        self._give_up_at = inf
        self.wanted = False
        self.ours: OurReinvite | None = None
        self.theirs: RequestReceived | None = None
        self.unacked: AwaitedAck | None = None

    @property
    def due(self) -> float:
        """When `handle_timer` has something to do, in seconds; the ACK's own timer is not counted in."""
        return min(self._glare_until, self._give_up_at)

    def handle_timer(self, now: float) -> bool:
        """End the wait after a 491; True when our re-INVITE has waited too long and is to be cancelled."""
        if self._glare_until <= now:
            self._glare_until = inf
        if self._give_up_at > now:
            return False
        self._give_up_at = inf
        return True

    @property
    def offer_open(self) -> bool:
        """An offer of ours waits for its answer."""
        return self.ours is not None or (self.unacked is not None and self.unacked.offers)

    @property
    def busy(self) -> bool:
        """An offer of either side is open, or an ACK missing."""
        return self.offer_open or self.theirs is not None or self.unacked is not None

    @property
    def free(self) -> bool:
        """We may send a re-INVITE now."""
        return not self.busy and self._glare_until == inf

    def take_turn(self) -> bool:
        """Whether the call that waits may change the session now."""
        if not (self.wanted and self.free):
            return False
        self.wanted = False
        return True

    def sent(self, request: Request) -> None:
        """Our re-INVITE goes out."""
        self.ours = OurReinvite(request)

    def progressed(self, give_up_at: float) -> None:
        """A 1xx to it came: the transaction would now wait without end, which no change is worth."""
        if self.ours is not None and not self.ours.cancelled and self._give_up_at == inf:
            self._give_up_at = give_up_at

    def finished(self) -> None:
        """It has its final response, or will never have one."""
        self.ours = None
        self._give_up_at = inf

    def may_cancel(self) -> bool:
        """Whether our re-INVITE can be cancelled now; then it counts as cancelled."""
        ours = self.ours
        if ours is None or not ours.heard or ours.cancelled:
            return False
        ours.cancelled = True
        return True

    def glare(self, now: float) -> None:
        """Our re-INVITE was answered 491: try again after a delay, in steps of 10 ms (14.1)."""
        delay = (
            2.1 + round(self._random() * 190) / 100
            if self._owns_call_id
            else round(self._random() * 200) / 100
        )
        self.wanted = True
        self._glare_until = now + delay

    def take_theirs(self) -> RequestReceived | None:
        """The peer's request that waits for an answer, which it gets now."""
        theirs, self.theirs = self.theirs, None
        return theirs

    def stop(self) -> None:
        """The call is over: no timer, no turn, no retransmission."""
        self._glare_until = self._give_up_at = inf
        self.unacked = None
