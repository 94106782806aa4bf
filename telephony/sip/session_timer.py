"""Session timers (RFC 4028): how long a session lasts unless it is refreshed, and who refreshes it, and when.

Here the headers are written and read, and what was agreed is kept, with its clock. Refreshing (by UPDATE
where the peer knows it, else by re-INVITE) and ending the call is done by `session.py`.
"""

from __future__ import annotations

from math import inf

from telephony.sip.capabilities import SUPPORTED
from telephony.sip.grammar import parse_number
from telephony.sip.message import Request, Response

# RFC 4028 5: nobody may ask for less. Deviation: a site that sets a shorter interval gets it.
SHORTEST = 90
# A peer's shorter interval is taken for this one, so that it cannot keep us busy refreshing.
LEAST = 2
# delta-seconds = 1*DIGIT; as for Expires (RFC 3261 20.19), what is longer is no number.
LONGEST = 2**32 - 1
# A peer may answer every request with a 422 that asks for more; it is not sent more often than this.
MAX_ATTEMPTS = 5


class SessionTimer:
    """What two sides agreed about the length of their session.

    Args:
        wished: the interval that we ask for, in seconds; 0 to ask for none. A peer that asks gets one.

    Attributes:
        interval: what was agreed, in seconds; 0 while the session may last for ever.
        ours: we refresh.
        refresh_at: when our next refresh is due, in seconds; infinity for never.
        expires_at: when the session ends unless it is refreshed, in seconds; infinity for never.
        peer_updates: the peer's last Allow named UPDATE.
        updating: an UPDATE of ours has no final response.
    """

    __slots__ = (
        "_lengthened",
        "_minimum",
        "_wished",
        "expires_at",
        "interval",
        "ours",
        "peer_updates",
        "refresh_at",
        "updating",
    )

    def __init__(self, wished: int) -> None:
        self._wished = wished
        self._minimum = 0  # what a 422 asked for
        self._lengthened = 0  # how many 422s were met since a peer agreed
        self.interval = 0
        self.ours = False
        self.refresh_at = inf
        self.expires_at = inf
        self.peer_updates = False
        self.updating = False

    # --- the clock ------------------------------------------------------------------------------------

    @property
    def due(self) -> float:
        """When something is to be done, in seconds."""
        return min(self.refresh_at, self.expires_at)

    def restart(self, now: float) -> None:
        """The session was refreshed, or begins."""
        self.stop()
        if self.interval:
            self.expires_at = now + self.end_after
            if self.ours:
                self.refresh_at = now + self.refresh_after

    def retry(self, now: float) -> None:
        """A refresh is tried now; if nothing comes of it, another one follows."""
        self.refresh_at = now + self.retry_after

    def stop(self) -> None:
        """Neither refresh the session nor end it."""
        self.refresh_at = self.expires_at = inf

    def note_methods(self, message: Request | Response) -> None:
        """Learn from the peer's Allow whether it can be refreshed by UPDATE."""
        if "Allow" in message.headers:
            self.peer_updates = "UPDATE" in message.headers.values("Allow")

    @property
    def refresh_after(self) -> float:
        """Seconds after which the session is refreshed (RFC 4028 10: half the interval)."""
        return self.interval / 2

    @property
    def retry_after(self) -> float:
        """Seconds after which a failed refresh is tried again."""
        return self.interval / 8

    @property
    def end_after(self) -> float:
        """Seconds after which a session is ended that nobody refreshed (RFC 4028 10)."""
        return self.interval - min(32.0, self.interval / 3)

    # --- as UAC ---------------------------------------------------------------------------------------

    def ask(self, request: Request, *, first: bool) -> None:
        """Write into a request of ours what we ask for, or what holds.

        Args:
            request: INVITE or UPDATE.
            first: it begins the call.
        """
        headers = request.headers
        headers.set("Supported", SUPPORTED)
        interval = max(self._wished if first else self.interval, self._minimum)
        if interval == 0 or (not first and not self.interval):
            return
        # We would rather refresh ourselves than depend on it; later the roles stay as they are (7.4).
        refresher = "uac" if first or self.ours else "uas"
        headers.set("Session-Expires", f"{interval};refresher={refresher}")
        if self._minimum:
            headers.set("Min-SE", str(self._minimum))

    def lengthen(self, response: Response) -> bool:
        """A 422 came (RFC 4028 7.3); True when asking for longer may help."""
        minimum = _number(response.headers.get("Min-SE"))
        asked = max(self._wished, self.interval, self._minimum)
        if minimum is None or minimum <= asked or self._lengthened == MAX_ATTEMPTS - 1:
            return False
        self._minimum = minimum
        self._lengthened += 1
        return True

    def agreed(self, response: Response) -> None:
        """A 2xx to a request that asked; without Session-Expires there is no timer (from now on, 7.2)."""
        found = _session_expires(response)
        self._lengthened = 0
        self.interval, self.ours = 0, False
        if found is not None:
            self.interval = max(found[0], LEAST)
            self.ours = found[1] != "uas"

    # --- as UAS ---------------------------------------------------------------------------------------

    def refusal(self, request: Request) -> Response | None:
        """The 422 for a request that wants its session too short, else None (RFC 4028 9)."""
        found = _session_expires(request)
        least = min(SHORTEST, self._wished or SHORTEST)
        if found is None or found[0] >= least or not _supports(request):
            return None  # a peer that knows no timers would not know what to do about a 422 either
        response = request.response(422)
        response.headers.add("Min-SE", str(least))
        return response

    def grant(self, request: Request, response: Response) -> None:
        """Write into the 2xx to the peer's request what holds from now on (RFC 4028 9, table 2)."""
        found, supports = _session_expires(request), _supports(request)
        headers = response.headers
        headers.add("Supported", SUPPORTED)
        self.interval, self.ours = 0, False
        if found is None and not (supports and self._wished):
            return
        longest = found[0] if found is not None else LONGEST
        shortest = _number(request.headers.get("Min-SE")) or 0
        self.interval = max(min(self._wished or LONGEST, longest), shortest, LEAST)
        self.ours = not supports or found is None or found[1] != "uac"
        headers.add("Session-Expires", f"{self.interval};refresher={'uas' if self.ours else 'uac'}")
        if supports:
            headers.add("Require", "timer")


def _supports(message: Request) -> bool:
    """Whether the sender knows session timers."""
    tags = [*message.headers.values("Supported"), *message.headers.values("Require")]
    return any(tag.lower() == "timer" for tag in tags)


def _session_expires(message: Request | Response) -> tuple[int, str] | None:
    """Interval and refresher ("uac", "uas" or "") of a message; None without one, or one that says nothing.

    Session-Expires = ( "Session-Expires" / "x" ) HCOLON delta-seconds *( SEMI ( refresher-param / generic ) )
    refresher-param = "refresher" EQUAL ("uas" / "uac")
    """
    value = message.headers.get("Session-Expires")
    if value is None:
        return None
    seconds = _number(value)
    if not seconds:
        return None
    for part in value.split(";")[1:]:
        name, _, role = part.partition("=")
        if name.strip().lower() == "refresher" and role.strip().lower() in ("uac", "uas"):
            return seconds, role.strip().lower()
    return seconds, ""


def _number(value: str | None) -> int | None:
    """The delta-seconds at the head of a header value."""
    return None if value is None else parse_number(value.partition(";")[0].strip(), LONGEST)
