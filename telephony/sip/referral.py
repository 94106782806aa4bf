"""A transfer that the peer asks for by REFER: what the request says, and the reports that it is owed.

RFC 3515 (REFER and its implicit subscription), 3891 (Replaces), 3892 (Referred-By), 4488 (Refer-Sub). Whether
the transfer is carried out, and how, is decided above; answering and sending is `session_requests.py`'s work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.grammar import is_token
from telephony.sip.message import REASONS, Request
from telephony.sip.uri import SipUri, Uri
from telephony.sip.values import NameAddr

# How long the peer is told of a transfer at most, in seconds; the notifier chooses (RFC 3515 2.4.4).
SUBSCRIPTION_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that an attended transfer is to replace (RFC 3891).

    Args:
        call_id: its Call-ID.
        to_tag: the tag of whoever is asked to replace it; ours, when the dialog is one of ours.
        from_tag: the tag of the other side.
        early_only: only while it has not been answered.
    """

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Read a Replaces value, unescaped.

        Replaces = callid *(SEMI replaces-param)
        replaces-param = "to-tag" EQUAL token / "from-tag" EQUAL token / "early-only" / generic-param

        Raises:
            RemoteProtocolError: 400 without exactly one of each tag.
        """
        call_id, *parts = (part.strip() for part in text.split(";"))
        tags: dict[str, str] = {}
        early_only = False
        for part in parts:
            name, _, value = (word.strip() for word in part.partition("="))
            name = name.lower()
            if name in ("to-tag", "from-tag"):
                if name in tags or not is_token(value):
                    raise RemoteProtocolError(400, "Bad Replaces")
                tags[name] = value
            early_only = early_only or name == "early-only"
        if not call_id or len(tags) != 2:
            raise RemoteProtocolError(400, "Bad Replaces")
        return cls(call_id, tags["to-tag"], tags["from-tag"], early_only)


@dataclass(frozen=True, slots=True)
class Referral:
    """What a REFER asks for.

    Args:
        target: whom to call, without headers and method.
        replaces: the call to take the place of (attended transfer), None for a blind one.
        referred_by: the Referred-By value as it came, None without one.
        reports: the peer wants to be told how it goes (RFC 4488: unless it says `Refer-Sub: false`).
    """

    target: Uri
    replaces: Replaces | None
    referred_by: str | None
    reports: bool


def read_refer(request: Request) -> Referral:
    """Read a REFER.

    Raises:
        RemoteProtocolError: 400 without exactly one Refer-To (RFC 3515 2.4.2), for one that is neither SIP
            nor tel, or with a bad Replaces in it; 603 for another method than INVITE.
    """
    values = request.headers.values("Refer-To")
    if len(values) != 1:
        raise RemoteProtocolError(400, "Not One Refer-To")
    uri = NameAddr.parse(values[0]).uri
    replaces: Replaces | None = None
    if isinstance(uri, SipUri):
        if (uri.param("method") or "INVITE").upper() != "INVITE":
            raise RemoteProtocolError(603, "Decline")
        found = [value for name, value in uri.headers if name.lower() == "replaces"]
        if len(found) > 1:
            raise RemoteProtocolError(400, "Bad Replaces")
        replaces = Replaces.parse(found[0]) if found else None
        uri = replace(uri.with_params(method=None), headers=())
    elif uri.scheme != "tel":
        raise RemoteProtocolError(400, "Refer-To Is No Telephone")
    wish = (request.headers.get("Refer-Sub") or "").partition(";")[0].strip().lower()
    return Referral(uri, replaces, request.headers.get("Referred-By"), wish != "false")


class Reports:
    """The NOTIFYs that one REFER is owed: one at a time, so that none overtakes another.

    Args:
        event: the Event header's value.
    """

    __slots__ = ("_event", "_last", "_next", "_on_its_way", "over")

    def __init__(self, event: str) -> None:
        self._event = event
        self._last = 100
        self._next: tuple[int, str] | None = None  # status and Subscription-State
        self._on_its_way = False
        self.over = False
        """The last NOTIFY was put up, or nobody hears them."""

    def put(self, status: int, left: int) -> None:
        """Put a report up; it displaces one that has not been sent yet.

        Args:
            status: how the call to the target stands, 200 or above for how it went.
            left: seconds until the subscription ends by itself.
        """
        if self.over:
            return
        self.over = status >= 200
        # RFC 3515 2.4.5, 2.4.7: noresource is how a notifier says that nothing more will come.
        state = "terminated;reason=noresource" if self.over else f"active;expires={left}"
        self._last = status
        self._next = (status, state)

    def time_out(self) -> None:
        """The subscription is over before the transfer is; its last word is how things stand."""
        if not self.over:
            self.over = True
            self._next = (self._last, "terminated;reason=timeout")

    @property
    def idle(self) -> bool:
        """Nothing waits to be sent, and nothing for its answer."""
        return self._next is None and not self._on_its_way

    def answered(self, status: int) -> None:
        """A NOTIFY was answered; a failure ends the subscription (RFC 6665 4.2.2)."""
        self._on_its_way = False
        if status >= 300:
            self.over = True
            self._next = None

    def take(self, *, now: bool = False) -> tuple[tuple[tuple[str, str], ...], bytes] | None:
        """Headers and body of the NOTIFY to send, None when there is none or one is on its way.

        Args:
            now: do not wait for that one.
        """
        if self._next is None or (self._on_its_way and not now):
            return None
        (status, state), self._next = self._next, None
        self._on_its_way = True
        headers = (
            ("Event", self._event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        return headers, f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n".encode()
