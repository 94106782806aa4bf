"""Makes call legs: out of calls that come in, and for calls that we make.

Who may call and who is called is decided above (the router); here signalling, SDP and media are put
together.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.media.interface import ANY_PEER, KeysAs, MediaEngine, MediaError, MediaLeg, PeerMedia
from telephony.media.latching import numeric_host
from telephony.net.randomness import BLOCK_RANDOM, token_hex
from telephony.net.signalling import Signalling
from telephony.net.transports import Unreachable
from telephony.sdp.offer_answer import MediaNegotiator, offered_address
from telephony.sip.auth_client import DigestClient
from telephony.sip.dialog import routed
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.reach import is_out_of_reach
from telephony.sip.referral import Replaces
from telephony.sip.subscriber import number_of
from telephony.sip.uri import SipUri, Uri, wants_tls
from telephony.sip.user_agent import SipCall
from telephony.sip.values import NameAddr

CODECS = ("PCMU", "PCMA")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What we prove ourselves with where we call.

    Args:
        username: ours there.
        password: ours there.
    """

    username: str
    password: str = field(repr=False)

    def client(self) -> DigestClient:
        """What answers the challenges of one call."""
        return DigestClient(self.username, self.password, new_cnonce=lambda: token_hex(8))


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to call.

    Args:
        uri: the Request-URI.
        label: what the journal calls it: "agent:1002", or the URI.
        flow: how to get there when that is known (a registered phone); None to look at the URI.
        route: proxies on the way, as Route values, first hop first (the Path of a registration, RFC 3327).
        stay_on_flow: the phone is behind NAT: send everything there.
        shown: the caller's number to show there instead of the caller's own (a trunk's main number).
        credentials: for a peer that asks who we are (401, 407), None to be refused by it.
        media: what is known of its media.
    """

    uri: Uri
    label: str
    flow: Flow | None = None
    route: tuple[str, ...] = ()
    stay_on_flow: bool = False
    shown: str | None = None
    credentials: Credentials | None = None
    media: PeerMedia = ANY_PEER


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the called phone is shown.

    Args:
        number: user part of our From.
        name: display name, or None.
        max_forwards: what is left of the inbound call's hops (RFC 3261 16.3), so that a loop through us ends.
    """

    number: str
    name: str | None = None
    max_forwards: int = 70


def codecs_like(leg: CallLeg) -> tuple[str, ...]:
    """What to offer to a leg that is to be bridged to this one: its codec first, to relay untouched."""
    return (leg.codec, *(name for name in CODECS if name != leg.codec)) if leg.codec else CODECS


class Switchboard:
    """Makes legs.

    Args:
        context: what all legs share.
        signalling: the SIP side.
        engine: the media side.
        dead_after: seconds without media after which a leg ends, 0 for never.
        domain: the host of our From, None for the address that the far end sees.
        public_media_address: the address for SDP towards peers beyond this machine, or None for our own.
    """

    def __init__(
        self,
        context: LegContext,
        signalling: Signalling,
        engine: MediaEngine,
        *,
        dead_after: float,
        domain: str | None = None,
        public_media_address: str | None = None,
    ) -> None:
        self._context = context
        self._signalling = signalling
        self.engine = engine
        self._dead_after = dead_after
        self._domain = domain
        self._public = public_media_address
        # By our tag, to find a leg by its dialog; a leg that nobody has any more leaves by itself.
        self._by_tag: WeakValueDictionary[str, CallLeg] = WeakValueDictionary()
        self.on_leg: Callable[[CallLeg], None] | None = None
        """Called with each leg that was made, before the first event about it."""

    def take(
        self,
        sip: SipCall,
        request: Request,
        source: str,
        *,
        caller: str | None = None,
        called: str | None = None,
        caller_name: str | None = None,
        original_called: str = "",
        media: PeerMedia = ANY_PEER,
    ) -> CallLeg:
        """Make the leg of a call that came in.

        Args:
            sip: the call in signalling.
            request: its INVITE.
            source: who brought it, "agent:1001" or "trunk:NAME".
            caller: who calls, "" for a caller who is withheld; None for who From says.
            called: the number that was dialled; None for what the Request-URI says.
            caller_name: what the caller is called, None when nobody says.
            original_called: the number that was dialled before a diversion to `called`, "" for none.
            media: what is known of its media.

        Raises:
            PortsExhausted: no RTP port is left.
        """
        caller = number_of(request.from_.uri) if caller is None else caller
        called = number_of(request.uri) if called is None else called
        # A phone's password, and a connection, have proved that the peer gets what we send to it.
        proved = media.proved or source.startswith("agent:") or sip.flow.reliable
        leg = self._leg(
            token_hex(8),
            sip,
            replace(media, proved=proved),
            inbound=True,
            caller=caller,
            called=called,
            source=source,
            offer=request.body,
        )
        leg.caller_name = caller_name
        leg.original_called = original_called
        self._context.journal.append(
            events.CallOffered(
                self._context.clock(),
                leg.call,
                leg.leg,
                caller=caller,
                called=called,
                source=source,
                sip_call_id=request.call_id,
                original_called=original_called,
            )
        )
        return leg

    async def dial(
        self, call: str, target: Target, caller: Caller, *, codecs: Sequence[str] = CODECS
    ) -> CallLeg:
        """Make a leg that calls somebody; `start` it when everything is ready.

        Args:
            call: the call's id.
            target: whom.
            caller: whom to show.
            codecs: what to offer, best first.

        Raises:
            Unreachable: no way leads there.
            PortsExhausted: no RTP port is left.
        """
        flow = await self._way_to(target)
        request = self._invite(target, caller, flow)
        known = target.credentials
        sip = self._signalling.agent.call(
            request,
            flow,
            stay_on_flow=target.stay_on_flow,
            digest=known.client() if known is not None else None,
        )
        try:
            leg = self._leg(
                call,
                sip,
                replace(target.media, proved=True),  # its answer repeats what only it was sent
                inbound=False,
                caller=caller.number,
                called=number_of(target.uri),
                codecs=codecs,
            )
        except Exception:
            self._signalling.run(sip, sip.session.hang_up(self._signalling.now()))
            raise
        request.body = leg.make_offer()
        self._context.journal.append(
            events.LegDialled(
                self._context.clock(), call, leg.leg, target=target.label, sip_call_id=request.call_id
            )
        )
        return leg

    async def _way_to(self, target: Target) -> Flow:
        transports = self._signalling.transports
        hop = NameAddr.parse(target.route[0]).uri if target.route else target.uri
        if wants_tls(hop) or wants_tls(target.uri):
            raise Unreachable("a sips: URI is for TLS alone, which we have not")
        if not target.route:
            return target.flow or await transports.resolve(target.uri)
        try:
            return await transports.resolve(hop, target.flow)
        except Unreachable:
            if target.flow is None:
                raise
            return target.flow  # the proxy is where its REGISTER came from

    def leg_of_dialog(self, dialog: Replaces) -> CallLeg | None:
        """The leg whose dialog somebody names, in an attended transfer (RFC 3891); None when there is none.

        It is mostly in another call than the leg that asks, and may ring still. Both tags are known to nobody
        but the two ends of the dialog and those whom they told. Whether a phone may have the leg that it
        names (because it is its own, say: the same `source`) is left to the caller.

        Args:
            dialog: `TransferRequest.replaces`; its to-tag is ours, its from-tag the far end's.
        """
        leg = self._by_tag.get(dialog.to_tag)
        if leg is None or leg.is_over or leg.dialog_id != (dialog.call_id, dialog.to_tag, dialog.from_tag):
            return None
        return None if dialog.early_only and leg.answered else leg

    def _invite(self, target: Target, caller: Caller, flow: Flow) -> Request:
        uri = target.uri
        host = self._domain or self._signalling.transports.advertised(flow)[0]
        number = target.shown or caller.number
        if number:
            own = NameAddr(caller.name, SipUri("sip", number, host=host))
        else:  # RFC 3323 4.1.1.3: a caller who is withheld, in the form that every phone knows
            own = NameAddr("Anonymous", SipUri("sip", "anonymous", host="anonymous.invalid"))
        headers = Headers(
            [
                ("Max-Forwards", str(caller.max_forwards)),
                ("From", str(own.with_param("tag", token_hex(6)))),
                ("To", f"<{uri}>"),
                ("Call-ID", token_hex(12)),
                ("CSeq", "1 INVITE"),
            ]
        )
        uri, routes = routed(uri, target.route)
        for route in routes:
            headers.add("Route", route)
        return Request("INVITE", uri, headers)

    def _leg(
        self,
        call: str,
        sip: SipCall,
        known: PeerMedia,
        *,
        inbound: bool,
        caller: str,
        called: str,
        source: str = "",
        codecs: Sequence[str] = CODECS,
        offer: bytes = b"",
    ) -> CallLeg:
        media, towards = self._open_media(sip, known, offered_address(offer))
        try:
            local = self._signalling.transports.local_towards(towards)
            host = media_host(local, public=self._public, advertised=sip.host)
            negotiator = MediaNegotiator(
                host,
                media.port,
                codecs,
                session_id=BLOCK_RANDOM.getrandbits(31),
                dtmf=known.keys is KeysAs.AUTO,
                rtcp_port=media.rtcp_port,
            )
            leg = CallLeg(
                self._context,
                call,
                token_hex(4),
                sip=sip,
                signalling=self._signalling,
                media=media,
                negotiator=negotiator,
                inbound=inbound,
                caller=caller,
                called=called,
                source=source,
                networks=known.networks,
            )
        except Exception:
            media.close()
            raise
        self._by_tag[sip.local_tag] = leg
        if self.on_leg is not None:
            self.on_leg(leg)
        return leg

    def _open_media(self, sip: SipCall, known: PeerMedia, offered: str | None) -> tuple[MediaLeg, str]:
        """A media leg of the peer's family, and a host of the peer's in that family.

        Args:
            sip: the call in signalling.
            known: what is known of the peer's media.
            offered: the address in its offer, if there is one: it may be of another family than signalling.
                One that means something only behind the peer's NAT says nothing: we may have such a network
                of our own.
        """
        source = sip.flow.remote[0]
        hosts = [numeric_host(host) for host in (offered, source) if host is not None]
        towards = [host for host in hosts if host is not None and host not in ("0.0.0.0", "::")]
        towards.sort(key=lambda host: (":" in host) == (":" in source) and is_out_of_reach(host, source))
        for index, host in enumerate(towards):
            try:
                media = self.engine.open_leg(
                    socket.AF_INET6 if ":" in host else socket.AF_INET,
                    dead_after=self._dead_after,
                    awaits_proof=not known.proved,
                    keys=known.keys,
                )
            except MediaError:
                if index + 1 == len(towards):
                    raise
            else:
                return media, host
        raise MediaError("the peer has no address")


def media_host(local: str, *, public: str | None, advertised: str) -> str:
    """The address that a peer is told to send its media to.

    Args:
        local: ours on the way to the peer, of the family that the media will have.
        public: that of the site's settings, which counts for its own family and beyond this machine.
        advertised: what the peer is told for signalling.
    """
    if local.startswith("127.") or local == "::1":
        return local
    same = [host for host in (public, advertised) if host is not None and (":" in host) == (":" in local)]
    return same[0] if same else local
