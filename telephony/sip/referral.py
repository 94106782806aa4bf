"""Transfers by REFER in one dialog, requested by either side: what a REFER says, and the NOTIFYs that follow.

RFC 3515 (REFER and its implicit subscription), 3891 (Replaces), 3892 (Referred-By), 4488 (Refer-Sub). Whether
the transfer is carried out, and how, is decided above; messages are sent by `session.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TypeAlias

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.grammar import is_token
from telephony.sip.message import REASONS, Request, Response
from telephony.sip.transaction_events import RequestReceived
from telephony.sip.uri import SipUri, Uri, wants_tls
from telephony.sip.values import NameAddr

# How long we report on a transfer at most, in seconds; the notifier chooses (RFC 3515 2.4.4).
SUBSCRIPTION_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that an attended transfer is to replace (RFC 3891).

    Args:
        call_id: its Call-ID.
        to_tag: the tag of the side that is asked to replace it; ours, when the dialog is one of ours.
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
        reports: the peer wants reports on it (RFC 4488: unless it says `Refer-Sub: false`).
    """

    target: Uri
    replaces: Replaces | None
    referred_by: str | None
    reports: bool


def read_refer(request: Request) -> Referral:
    """Read a REFER.

    Raises:
        RemoteProtocolError: 400 without exactly one Refer-To (RFC 3515 2.4.2), for one that is neither SIP
            nor tel, or with a bad Replaces in it; 416 for a sips: one; 603 for another method than INVITE.
    """
    values = request.headers.values("Refer-To")
    if len(values) != 1:
        raise RemoteProtocolError(400, "Not One Refer-To")
    uri = NameAddr.parse(values[0]).uri
    if wants_tls(uri):
        raise RemoteProtocolError(
            416, "SIPS Target Without TLS"
        )  # never called in the clear (RFC 3261 26.2.2)
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


# Headers and body of a NOTIFY.
Notify: TypeAlias = tuple[tuple[tuple[str, str], ...], bytes]


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
        """The last NOTIFY was queued, or the peer wants none."""

    def put(self, status: int, left: int) -> None:
        """Queue a report; it replaces one that has not been sent yet.

        Args:
            status: how the call to the target stands, 200 or above for how it went.
            left: seconds until the subscription expires.
        """
        if self.over:
            return
        self.over = status >= 200
        # RFC 3515 2.4.5, 2.4.7: noresource is how a notifier says that nothing more will come.
        state = "terminated;reason=noresource" if self.over else f"active;expires={left}"
        self._last = status
        self._next = (status, state)

    def time_out(self) -> None:
        """The subscription ends before the transfer does; its last NOTIFY repeats the last status."""
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

    def take(self, *, at_once: bool = False) -> Notify | None:
        """Headers and body of the NOTIFY to send, None when there is none or one is on its way.

        Args:
            at_once: do not wait for that one.
        """
        if self._next is None or (self._on_its_way and not at_once):
            return None
        (status, state), self._next = self._next, None
        self._on_its_way = True
        headers = (
            ("Event", self._event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        return headers, f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n".encode()


@dataclass(slots=True)
class OpenTransfer:
    """A REFER of the peer, until its last report has been answered.

    Args:
        refer: the REFER and its server transaction.
        referral: what it asks for.
        reports: its NOTIFYs.
        until: when its subscription ends, in seconds; None while the call has not answered the REFER.
        done: the call has reported its final status.
    """

    refer: RequestReceived
    referral: Referral
    reports: Reports
    until: float | None = None
    done: bool = False


class Transfers:
    """The transfers of one dialog: one at a time that the peer asks for, and ours.

    Attributes:
        due: when the subscription of the peer's transfer ends, in seconds; infinity for never.
    """

    __slots__ = ("_open", "_received", "_subscribed", "due")

    def __init__(self) -> None:
        self._open: OpenTransfer | None = None
        self._received = 0
        self._subscribed = False  # a REFER of ours may bring NOTIFYs
        self.due = inf

    # --- ours -----------------------------------------------------------------------------------------

    def refer_sent(self) -> None:
        """A REFER of ours goes out: from now on its NOTIFYs may come."""
        self._subscribed = True

    def notified(self, request: Request) -> tuple[int, bool] | None:
        """What a NOTIFY of the peer reports: the status, and whether it is the last one.

        None when nothing of ours has a subscription for it: answer 481 (RFC 3515 2.4.4, RFC 3265 3.2.4).
        """
        if not self._subscribed or _first_word(request, "Event") != "refer":
            return None
        status = sipfrag_status(request.body)
        over = status >= 200 or _first_word(request, "Subscription-State") == "terminated"
        self._subscribed = not over
        return status, over

    # --- the peer's -----------------------------------------------------------------------------------

    def receive(self, refer: RequestReceived) -> Referral:
        """Take a REFER, for `answer`.

        Raises:
            RemoteProtocolError: 491 while another one is open; what `read_refer` raises.
        """
        if self._open is not None:
            # Deviation: RFC 3515 2.4.6 lets several run at once; a person on a phone has one in mind.
            raise RemoteProtocolError(491, REASONS[491])
        referral = read_refer(refer.request)
        # RFC 3515 2.4.6: all but the first REFER of a dialog are identified by their CSeq.
        event = f"refer;id={refer.request.cseq.number}" if self._received else "refer"
        self._received += 1
        self._open = OpenTransfer(refer, referral, Reports(event))
        return referral

    @property
    def unanswered(self) -> RequestReceived | None:
        """The REFER that the call has not answered."""
        transfer = self._open
        return transfer.refer if transfer is not None and transfer.until is None else None

    @property
    def running(self) -> bool:
        """The call owes a final status."""
        return self._open is not None and not self._open.done

    def accept(self, contact: str, now: float) -> Response:
        """The 202 to the unanswered REFER; reports follow."""
        transfer = self._open
        assert transfer is not None
        response = transfer.refer.request.response(202)
        response.headers.set("Contact", contact)
        transfer.until = self.due = now + SUBSCRIPTION_SECONDS
        if not transfer.referral.reports:
            response.headers.add("Refer-Sub", "false")  # RFC 4488 4: so no NOTIFY follows
            transfer.reports.over = True
        self.report(100, now)
        return response

    def refuse(self, status: int, reason: str | None = None) -> Response:
        """The refusal of the unanswered REFER."""
        transfer, self._open = self._open, None
        assert transfer is not None
        return transfer.refer.request.response(status, reason)

    def report(self, status: int, now: float) -> None:
        """Queue a report on the accepted transfer; 200..699 is the last one."""
        transfer = self._open
        assert transfer is not None
        assert transfer.until is not None
        transfer.done = status >= 200
        transfer.reports.put(status, max(0, round(transfer.until - now)))

    def time_out(self) -> None:
        """The subscription is over."""
        if self._open is not None:
            self._open.reports.time_out()

    def notify_answered(self, status: int) -> None:
        """Our NOTIFY was answered, or not (408, 503)."""
        if self._open is not None:
            self._open.reports.answered(status)

    def next_notify(self, *, at_once: bool = False) -> Notify | None:
        """The NOTIFY to send now, if any; `at_once` also while another one is unanswered."""
        transfer = self._open
        if transfer is None:
            return None
        notify = transfer.reports.take(at_once=at_once)
        if transfer.reports.over:
            self.due = inf
        if transfer.done and transfer.reports.idle:
            self._open = None
        return notify

    def stop(self) -> None:
        """The call is over. Deviation: a subscription may outlive it (RFC 5057 3.1); ours never does."""
        self._open = None
        self.due = inf


def sipfrag_status(body: bytes) -> int:
    """The status in a message/sipfrag (RFC 3420), 100 when it holds none."""
    first = body.split(b"\n", 1)[0].split()
    if len(first) >= 2 and first[0].upper().startswith(b"SIP/") and len(first[1]) == 3 and first[1].isdigit():
        return int(first[1])
    return 100


def _first_word(request: Request, name: str) -> str:
    """A header's value in lower case, without parameters."""
    return (request.headers.get(name) or "").partition(";")[0].strip().lower()
