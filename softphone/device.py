"""pyVoIP's phone and call, joined to our SIP client and media; leaves the order of steps to performer.py.

Workarounds for pyVoIP 1.6.8, each with its reason:

* call() waits for ever for a 100 or 180, breaks on any other response => `Call.dial` waits with a deadline;
* a re-INVITE starts two more threads on the same RTP port and is always answered sendrecv => answered here,
  with the direction mirrored (RFC 3264 6.1) and a higher session version (RFC 3264 8);
* with c= at both levels, or video beside audio, it finds no port for the call => the offer is reduced to the
  first audio stream before pyVoIP sees it;
* an INVITE without an offer raises after the 180 went out => refused with 488, as is one without G.711;
* the 2xx is sent once => repeated until the ACK (RFC 3261 13.3.1.4);
* a 180 copies the caller's Contact as its own => replaced;
* its destructor frees ports twice => ports are held by open sockets and freed by closing them.
"""

from __future__ import annotations

import contextlib
import queue
import re
import time
from collections.abc import Callable, Sequence
from threading import Event

from pyVoIP import RTP, VoIP

from softphone.media import Media, open_rtp_socket
from softphone.message import Message
from softphone.sip_client import NO_ANSWER_AFTER, T1, T2, Dialog, Exchange, NoServer, Refused, SipClient

_G711 = {"PCMU": (0, RTP.PayloadType.PCMU), "PCMA": (8, RTP.PayloadType.PCMA)}
_KEY_PAYLOAD_TYPE = 101
_MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive", "sendrecv": "sendrecv"}

State = VoIP.CallState


class Call(VoIP.VoIPCall):  # type: ignore[misc]  # pyVoIP has no types
    """One call. `events` tells ("held",), ("resumed",), ("key", k), ("ended",) as they come."""

    def __init__(
        self, phone: Phone, state: VoIP.CallState, request: Message, session_id: int, **rest: object
    ) -> None:
        self.events: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
        self._media: Media | None = None
        self.dialog: Dialog | None = None
        self._acked = Event()
        self._version = int(session_id) + 2
        super().__init__(phone, state, request, session_id, phone.myIP, **rest)

    def __del__(self) -> None:
        """Nothing: pyVoIP would free ports here that it freed before."""

    @property
    def media(self) -> Media:
        """The call's audio; there is none before the answer of a call out."""
        assert self._media is not None
        return self._media

    def create_rtp_clients(
        self, codecs: dict[int, RTP.PayloadType], ip: str, port: int, request: Message, baseport: int
    ) -> None:
        remote = (request.body["c"][0]["address"], baseport)
        sock = self.phone.rtp_sockets.pop(port)
        if not _has_audio_codec(codecs):
            sock.close()
            return
        self._media = Media(codecs, sock, remote, lambda key: self.events.put(("key", key)))
        self._media.choose(codecs)
        self.RTPClients.append(self._media)

    # -- a call out

    def dial(self, exchange: Exchange, timeout: float, on_ringing: Callable[[int], None]) -> None:
        """Wait until the call is answered; `on_ringing` gets each provisional status but 100.

        Raises NoServer, Refused (with 408 when nobody answers in `timeout` seconds).
        """
        deadline = time.monotonic() + timeout
        heard_of = False
        challenged = False
        while True:
            left = deadline - time.monotonic()
            response = exchange.next(left if heard_of else min(left, NO_ANSWER_AFTER))
            if response is None and not heard_of:
                raise NoServer(f"no answer from {self.phone.server}:{self.phone.port}")
            if response is None:
                self.give_up(exchange)
                raise Refused(408, "nobody answered in time")
            heard_of = True
            if response.code < 200:
                if response.code > 100:
                    on_ringing(response.code)
            elif response.code < 300:
                self.answered(response)
                return
            else:
                self.sip.send_ack(response)
                if response.code not in (401, 407) or challenged:
                    raise Refused(response.code, response.reason)
                challenged = True
                self.sip.retry(exchange, response)

    def give_up(self, exchange: Exchange) -> None:
        """CANCEL, then see the INVITE end: a 2xx that crossed is acknowledged and hung up (RFC 3261 9.1)."""
        self.sip.succeed(self.sip.gen_cancel(exchange.text))
        while (response := exchange.next(NO_ANSWER_AFTER)) is not None:
            if response.code >= 300:
                self.sip.send_ack(response)
                return
            if response.code >= 200:
                self.answered(response)
                self.hangup()
                return

    def answered(self, response: Message) -> None:
        self.dialog = Dialog(
            call_id=response.headers["Call-ID"],
            local=response.from_value,
            remote=response.to_value,
            target=response.contact_uri,
            routes=response.routes[::-1],  # RFC 3261 12.1.2
            cseq=response.key[1],
        )
        self.sip.send_ack(response, self.dialog)
        self.state = State.ANSWERED
        if not reduce_to_audio(response):
            self.hangup()
            raise Refused(488, "the answer has no audio")
        stream = response.body["m"][0]
        self.create_rtp_clients(_codecs_of(stream), self.myIP, self.port, response, stream["port"])
        if self._media is None:
            self.hangup()
            raise Refused(488, "the answer has no G.711")
        self.media.start()

    # -- a call in

    def let_ring(self, seconds: float) -> None:
        """Wait before the answer. Raises Refused when the caller hangs up meanwhile."""
        with contextlib.suppress(queue.Empty):
            self.events.get(timeout=seconds)

    def answer(self) -> None:
        """Send the 200 and repeat it until the ACK. Raises Refused when cancelled or never acknowledged."""
        if self.state != State.RINGING or self._media is None:
            raise Refused(487, "the caller hung up before the answer")
        self.state = State.ANSWERED
        self.media.start()
        text = self._answer_text(self.request)
        self.sip.send_reply(self.request, text)
        interval, deadline = T1, time.monotonic() + 64 * T1
        while not self._acked.wait(interval):
            if time.monotonic() > deadline:
                self.hangup()
                raise Refused(408, "the answer was not acknowledged")
            self.sip.send(text)
            interval = min(interval * 2, T2)

    def acknowledged(self) -> None:
        self._acked.set()

    def renegotiate(self, request: Message) -> None:
        media = self.media
        if not reduce_to_audio(request):
            self.sip.reply(request, 488, "Not Acceptable Here")
            return
        stream = request.body["m"][0]
        codecs = _codecs_of(stream)
        if not _has_audio_codec(codecs):
            self.sip.reply(request, 488, "Not Acceptable Here")
            return
        self._version += 1
        media.choose(codecs)
        media.outIP, media.outPort = request.body["c"][0]["address"], stream["port"]
        direction = _direction_of(request)
        media.sending = direction in ("sendrecv", "recvonly") and media.outIP != "0.0.0.0"
        self.sip.send_reply(request, self._answer_text(request))
        self.events.put(("resumed",) if media.sending else ("held",))

    def _answer_text(self, request: Message) -> str:
        direction = _MIRRORED[_direction_of(request)]
        ports = {self.media.inPort: self.media.assoc}
        text: str = self.sip.gen_answer(request, self.session_id, ports, direction)
        head, _, body = text.partition("\r\n\r\n")
        body = re.sub(r"(?m)^(o=pyVoIP \S+) \d+", rf"\1 {self._version}", body, count=1)
        head = re.sub(r"Content-Length: \d+", f"Content-Length: {len(body)}", head, count=1)
        return f"{head}\r\n\r\n{body}"

    # -- the end

    def hangup(self) -> None:
        """End the call from our side; returns when the BYE is answered or given up."""
        if self.state != State.ANSWERED or self.dialog is None:
            return
        self.state = State.ENDED
        with contextlib.suppress(
            NoServer, Refused
        ):  # RFC 3261 15.1.1: whatever the answer to BYE, the call has ended
            self.sip.succeed(self.sip.gen_in_dialog("BYE", self.dialog))
        self.silence()

    def ended(self) -> None:
        """The far end hung up, or cancelled before the answer."""
        self.state = State.ENDED
        self.silence()
        self.events.put(("ended",))

    def silence(self) -> None:
        if self._media is not None:
            self._media.stop()


class Phone(VoIP.VoIPPhone):  # type: ignore[misc]  # pyVoIP has no types
    """A phone with one line; calls that come in while it is taken hear busy."""

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        password: str,
        my_ip: str,
        sip_port: int,
        rtp_ports: tuple[int, int],
    ) -> None:
        super().__init__(*server, user, password, my_ip, None, sip_port, *rtp_ports)
        self.sip = SipClient(self, server, user, password, (my_ip, sip_port))
        self.sip.on_request = self.callback
        self.rtp_sockets: dict[int, object] = {}
        self.incoming: queue.SimpleQueue[Call] = queue.SimpleQueue()
        self.accepting = False

    def start(self) -> None:
        self.sip.start()

    def stop(self, failed: bool = False) -> None:
        self.sip.stop()

    def request_port(self, blocking: bool = True) -> int:
        sock = open_rtp_socket(self.myIP, self.rtpPortLow, self.rtpPortHigh)
        port: int = sock.getsockname()[1]
        self.rtp_sockets[port] = sock
        return port

    def release_ports(self, call: Call | None = None) -> None:
        """Nothing: closing the socket frees its port."""

    def call(self, number: str, codecs: Sequence[str]) -> tuple[Call, Exchange]:
        """Send the INVITE; `Call.dial` waits for what becomes of it."""
        port = self.request_port()
        offered = {_G711[name][0]: _G711[name][1] for name in codecs}
        medias = {port: {**offered, _KEY_PAYLOAD_TYPE: RTP.PayloadType.EVENT}}
        session_id = self.sip.sessID.next()
        call_id = self.sip.gen_call_id()
        text = self.sip.gen_invite(
            number, str(session_id), medias, RTP.TransmitType.SENDRECV, self.sip.gen_branch(), call_id
        )
        call = Call(self, State.DIALING, Message(text.encode()), session_id, ms=medias)
        self.calls[call_id] = call
        return call, self.sip.begin(text)

    def callback(self, request: Message) -> None:
        """A request from the network, in the receiving thread."""
        call = self.calls.get(request.headers["Call-ID"])
        if request.method == "INVITE":
            if call is not None and call.state == State.ANSWERED:
                call.renegotiate(request)
            else:
                self._offered(request)
        elif request.method == "ACK":
            if call is not None:
                call.acknowledged()
        elif call is None or call.state == State.ENDED:
            self.sip.reply(request, 481, "Call/Transaction Does Not Exist", tag=self.sip.gen_tag())
        elif request.method == "BYE":
            self.sip.reply(request, 200, "OK")
            call.ended()
        elif call.state == State.RINGING:  # CANCEL; after the answer it comes too late and only gets its 200
            self.sip.reply(request, 200, "OK", tag=self.sip.tagLibrary[call.call_id])
            self.sip.reply(call.request, 487, "Request Terminated", tag=self.sip.tagLibrary[call.call_id])
            call.ended()
        else:
            self.sip.reply(request, 200, "OK")

    def _offered(self, request: Message) -> None:
        tag = self.sip.gen_tag()
        if not self.accepting:
            self.sip.reply(request, 486, "Busy Here", tag=tag)
            return
        if not reduce_to_audio(request) or not _has_audio_codec(_codecs_of(request.body["m"][0])):
            self.sip.reply(request, 488, "Not Acceptable Here", tag=tag)
            return
        self.accepting = False
        ringing: str = self.sip.gen_ringing(request)
        own_contact = f"Contact: <sip:{self.username}@{self.myIP}:{self.sip.myPort}>"
        self.sip.send_reply(request, re.sub(r"Contact: [^\r]*", own_contact, ringing, count=1))
        call = Call(self, State.RINGING, request, self.sip.sessID.next(), sendmode=self.recvmode)
        call.dialog = Dialog(
            call_id=call.call_id,
            local=f"{request.headers['To']['raw']};tag={self.sip.tagLibrary[call.call_id]}",
            remote=request.from_value,
            target=request.contact_uri,
            routes=request.routes,
        )
        self.calls[call.call_id] = call
        self.incoming.put(call)


def reduce_to_audio(message: Message) -> bool:
    """Leave one audio stream and one address in a message's SDP, as pyVoIP expects; False without audio."""
    body = message.body
    stream = next((m for m in body.get("m", []) if m["type"] == "audio" and m["port"]), None)
    if stream is None or not body.get("c"):
        return False
    body["m"], body["c"] = [stream], [body["c"][-1 if len(body["c"]) > 1 else 0]]
    return True


def _codecs_of(stream: dict[str, object]) -> dict[int, RTP.PayloadType]:
    """The payload types that the phone can use, in the order offered."""
    codecs: dict[int, RTP.PayloadType] = {}
    attributes = stream["attributes"]
    methods = stream["methods"]
    assert isinstance(attributes, dict)
    assert isinstance(methods, list)
    for number in methods:
        if number in ("0", "8"):
            codecs[int(number)] = RTP.PayloadType(int(number))
        elif attributes[number].get("rtpmap", {}).get("name") == "telephone-event":
            codecs[int(number)] = RTP.PayloadType.EVENT
    return codecs


def _has_audio_codec(codecs: dict[int, RTP.PayloadType]) -> bool:
    return any(kind != RTP.PayloadType.EVENT for kind in codecs.values())


def _direction_of(message: Message) -> str:
    return str(message.body.get("a", {}).get("transmit_type", "sendrecv"))
