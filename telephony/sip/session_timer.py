"""Session timers (RFC 4028): how long a session lasts unless it is refreshed, and who refreshes it.

Here the headers are written and read, and the outcome kept. When to refresh and what comes of silence is
decided in `session_refresh.py`.
"""

from __future__ import annotations

from telephony.sip.grammar import parse_number
from telephony.sip.message import Request, Response
from telephony.sip.session_states import SUPPORTED

# RFC 4028 5: nobody may ask for less. Deviation: a site that sets a shorter interval gets it.
SHORTEST = 90
# What a peer says that knows no bounds is taken for this much, so that it cannot keep us busy refreshing.
FLOOR = 2
# delta-seconds = 1*DIGIT; as for Expires (RFC 3261 20.19), what is longer is no number.
LONGEST = 2**32 - 1


class SessionTimer:
    """What two sides agreed about the length of their session.

    Args:
        wished: the interval that we ask for, in seconds; 0 to ask for none. A peer that asks gets one.

    Attributes:
        interval: what was agreed, in seconds; 0 while the session has no end of itself.
        ours: we refresh.
    """

    __slots__ = ("_minimum", "_wished", "interval", "ours")

    def __init__(self, wished: int) -> None:
        self._wished = wished
        self._minimum = 0  # what a 422 asked for
        self.interval = 0
        self.ours = False

    @property
    def refresh_after(self) -> float:
        """Seconds after which whoever refreshes does so (RFC 4028 10: half the interval)."""
        return self.interval / 2

    @property
    def retry_after(self) -> float:
        """Seconds after which a refresh is tried again that came to nothing."""
        return self.interval / 8

    @property
    def end_after(self) -> float:
        """Seconds after which a session that was not refreshed is ended (RFC 4028 10)."""
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
        if minimum is None or minimum <= asked:
            return False
        self._minimum = minimum
        return True

    def agreed(self, response: Response) -> None:
        """A 2xx to a request that asked; without Session-Expires there is no timer (from now on, 7.2)."""
        found = _session_expires(response)
        self.interval, self.ours = 0, False
        if found is not None:
            self.interval = max(found[0], FLOOR)
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
        self.interval = max(min(self._wished or LONGEST, longest), shortest, FLOOR)
        self.ours = not supports or found is None or found[1] != "uac"
        headers.add("Session-Expires", f"{self.interval};refresher={'uas' if self.ours else 'uac'}")
        if supports:
            headers.add("Require", "timer")


def _supports(message: Request) -> bool:
    """Whether whoever sent it knows session timers."""
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
