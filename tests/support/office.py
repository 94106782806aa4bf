"""Phones that ring: those of agents and of customers, in a thread of their own, so that tests read in order.

Each is told beforehand how it behaves, and notes every INVITE that it got. A phone is deaf to sound; it
presses the key that takes a call like a person who waits for the question. Like `wire.py`, this shares no
code with the switch.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
import struct
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.support import wire
from tests.support.ports import HOST, free_port, wait_for

T = TypeVar("T")

_EVENTS = "0123456789*#"
_serial = itertools.count(1)
# What a manner answers at once.
_REFUSALS = {"busy": 486, "decline": 603, "unknown": 404, "broken": 503}


@dataclass(eq=False, slots=True)
class Ring:
    """One call that came to a phone.

    Args:
        number: who was called.
        shown: the number that the phone shows.
        call_id: on the wire.
        at: when it came; `answered` and `over` when that was, 0.0 for not yet (Unix seconds).
    """

    number: str
    shown: str
    call_id: str
    at: float
    answered: float = 0.0
    over: float = 0.0


@dataclass(eq=False, slots=True)
class Phone:
    """One phone, or all phones behind one address.

    Args:
        line: its socket.
        manner: "answer", "stay" (and never hang up), "ring" (and never answer), "busy", "decline", "unknown"
            or "broken".
        manners: the same by number, for those that differ; each for one call, the last one for all further.
        key: pressed `key_after` seconds after the answer, "" for none.
        second_key: pressed a second later, "" for none.
        talk: seconds after which it hangs up; 0 waits for the other side to.
        rings: every call that came, in order.
    """

    line: wire.UdpLine
    manner: str = "answer"
    manners: dict[str, list[str]] = field(default_factory=dict)
    key: str = ""
    key_after: float = 0.25
    second_key: str = ""
    talk: float = 0.0
    rings: list[Ring] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.line.local[1]

    def manner_for(self, number: str) -> str:
        """How it behaves for the next call."""
        left = self.manners.get(number)
        if not left:
            return self.manner
        return left.pop(0) if len(left) > 1 else left[0]


class Office:
    """All phones of a test."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._phones: list[Phone] = []
        self._talks: dict[asyncio.Task[None], Ring] = {}

    def close(self) -> None:
        """Be gone."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def phone(self, sip: wire.Address, **behaviour: Any) -> Phone:
        """Open a phone that talks to a switch at `sip`; `behaviour` as in `Phone`."""
        return self._do(self._open(sip, behaviour))

    def register(self, phone: Phone, user: str, password: str, expires: int = 300) -> None:
        """Register a phone, or with `expires` 0 take it away."""
        self._do(self._register(phone, user, password, expires))

    def cut(self) -> None:
        """The switch is dead: every call is over, without a word."""
        self._do(self._cut())

    # --- in the thread

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(doing, self._loop)
        return future.result(20)

    async def _close(self) -> None:
        await self._cut()
        for phone in self._phones:
            phone.line.close()

    async def _cut(self) -> None:
        for task, ring in list(self._talks.items()):
            task.cancel()
            ring.over = ring.over or time.time()

    async def _open(self, sip: wire.Address, behaviour: dict[str, Any]) -> Phone:
        line = await wire.open_udp(sip, (HOST, free_port()))
        phone = Phone(line, **behaviour)
        line.stray = lambda message, _, source: self._rung(phone, message, source)
        self._phones.append(phone)
        return phone

    def _rung(self, phone: Phone, message: wire.Message, source: wire.Address) -> None:
        if message.status or message.method == "ACK":
            return
        if message.method != "INVITE":
            phone.line.send(wire.answer_to(message, 481), source)
            return
        shown = re.search(r"sip:([^@>]*)@", message.get("from"))
        ring = Ring(message.user, shown[1] if shown else "", message.get("call-id"), time.time())
        phone.rings.append(ring)
        task = self._loop.create_task(_Talk(phone, ring, message, source).run())
        self._talks[task] = ring
        task.add_done_callback(self._talks.pop)

    async def _register(self, phone: Phone, user: str, password: str, expires: int) -> None:
        line = phone.line
        call = wire.Call(line, user, target=f"sip:{HOST}", remote=f"<sip:{user}@{HOST}>")
        line.calls[call.call_id] = lambda message, _: call.replies.put_nowait(message)
        contact = f"<sip:{user}@{HOST}:{phone.port}>"
        rows = [("Contact", contact), ("Expires", str(expires))]
        challenge = await _ask(call, rows)
        digest = next(row for row in challenge.all("www-authenticate") if "MD5" in row)
        nonce = digest.split('nonce="')[1].split('"')[0]
        answer = await _ask(call, [*rows, ("Authorization", _credentials(user, password, nonce))])
        assert answer.status == 200, answer.start
        call.forget()


async def _ask(call: wire.Call, rows: list[tuple[str, str]]) -> wire.Message:
    data = call.request("REGISTER", headers=rows)
    own = [row for row in data.split(b"\r\n") if not row.startswith(b"Contact: <sip:wire")]
    call.line.send(b"\r\n".join(own))
    return await call.reply("REGISTER")


def _credentials(user: str, password: str, nonce: str) -> str:
    uri = f"sip:{HOST}"
    secret = hashlib.md5(f"{user}:hotline:{password}".encode()).hexdigest()
    asked = hashlib.md5(f"REGISTER:{uri}".encode()).hexdigest()
    answer = hashlib.md5(f"{secret}:{nonce}:00000001:c:auth:{asked}".encode()).hexdigest()
    return (
        f'Digest username="{user}", realm="hotline", nonce="{nonce}", uri="{uri}", algorithm=MD5, '
        f'qop=auth, nc=00000001, cnonce="c", response="{answer}"'
    )


class _Talk:
    """One call at a phone, from its INVITE to its end."""

    def __init__(self, phone: Phone, ring: Ring, invite: wire.Message, source: wire.Address) -> None:
        self._phone = phone
        self._ring = ring
        self._invite = invite
        self._source = source
        self._tag = f"o{next(_serial)}"
        self._over = asyncio.Event()
        self._final = False
        phone.line.calls[ring.call_id] = self._take

    async def run(self) -> None:
        phone, ring = self._phone, self._ring
        manner = phone.manner_for(ring.number)
        media = None
        try:
            if manner in _REFUSALS:
                self._say(_REFUSALS[manner])
                return
            self._say(180)
            if manner in ("answer", "stay"):
                loop = asyncio.get_running_loop()
                media, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(HOST, 0))
                self._answer(media.get_extra_info("sockname")[1])
                await self._hold_on(media, self._phone.talk if manner == "answer" else 0.0)
            else:
                await self._over.wait()
        finally:
            ring.over = ring.over or time.time()
            if media is not None:
                media.close()

    def _answer(self, port: int) -> None:
        if not self._final:
            self._ring.answered = time.time()
            self._say(200, wire.sdp(port))

    async def _hold_on(self, media: asyncio.DatagramTransport, talk: float) -> None:
        phone = self._phone
        to = wire.media_address(self._invite.body)
        for key, after in ((phone.key, phone.key_after), (phone.second_key, 1.0)):
            if key and not await self._is_over_within(after):
                for packet in _key(key, next(_serial)):
                    media.sendto(packet, to)
        if not talk or await self._is_over_within(talk):
            await self._over.wait()
        else:
            self._bye()

    async def _is_over_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _say(self, status: int, body: bytes = b"") -> None:
        self._final = self._final or status >= 200
        at = f"<sip:phone@{HOST}:{self._phone.port}>"
        data = wire.answer_to(self._invite, status, tag=self._tag, headers=[("Contact", at)], body=body)
        self._phone.line.send(data, self._source)

    def _bye(self) -> None:
        to, own = self._invite.get("from"), f"{self._invite.get('to')};tag={self._tag}"
        target = self._invite.get("contact").strip("<>")
        rows = [("Via", f"SIP/2.0/UDP {HOST}:{self._phone.port};branch={wire.new_branch()};rport")]
        rows += [("From", own), ("To", to), ("Call-ID", self._ring.call_id)]
        rows += [("CSeq", "7 BYE"), ("Max-Forwards", "70")]
        self._phone.line.send(wire.build(f"BYE {target} SIP/2.0", rows), self._source)

    def _take(self, message: wire.Message, source: wire.Address) -> None:
        if message.status:
            return
        if message.method == "CANCEL":
            self._phone.line.send(wire.answer_to(message, 200, tag=self._tag), source)
            if not self._final:
                self._say(487)
            self._over.set()
        elif message.method == "BYE":
            self._phone.line.send(wire.answer_to(message, 200), source)
            self._over.set()


def _key(key: str, press: int) -> list[bytes]:
    """One press (RFC 4733): 100 ms, its end three times."""
    code = _EVENTS.index(key)
    lengths = [*range(1, 6), 5, 5]
    return [
        wire.rtp(
            100 * press + number,
            16_000 * press,
            4711,
            struct.pack("!BBH", code, (0x80 if number >= 4 else 0) | 10, 160 * length),
            payload_type=101,
        )
        for number, length in enumerate(lengths)
    ]


def overlapping(rings: list[Ring]) -> list[tuple[Ring, Ring]]:
    """Calls to one number of which the second came before the first was over."""
    return [
        (first, second)
        for first, second in itertools.combinations(sorted(rings, key=lambda ring: ring.at), 2)
        if first.number == second.number and (not first.over or second.at < first.over)
    ]


__all__ = ["Office", "Phone", "Ring", "overlapping", "wait_for"]
