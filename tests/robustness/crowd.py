"""Callers and callees who do all that goes wrong with phones, networks and people, at random, many at once.

`Crowd` makes so many calls to a switch, each by one of `PLANS`; how the phones behave that it rings is in
`phones.py`. Whoever runs it looks afterwards whether the switch has forgotten them all.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.robustness.phones import Phones
from tests.robustness.rig import Ear, open_ear
from tests.support import wire
from tests.support.ports import HOST

# Numbers of the site that the crowd calls: how its phones are reached (see `numbers`).
ONE_BY_UDP, ONE_BY_TCP, TWO = "5000", "5001", "5002"
REFUSED = {404, 408, 480, 486, 487, 488, 500, 503, 603}
SILENCE = b"\xff" * 160


def numbers(port: int) -> dict[int, dict[str, object]]:
    """Settings that make the switch ring the crowd's phones, which listen on this port."""
    udp, tcp = f"sip:phone@{HOST}:{port}", f"sip:phone@{HOST}:{port};transport=tcp"
    return {
        5000: {"dial": udp},
        5001: {"dial": tcp},
        5002: {"dial": [udp, f"sip:other@{HOST}:{port}"], "ring_timeout": 2},
    }


class Crowd:
    """People who call.

    Args:
        sip: where the switch listens.
        port: where the crowd's own phones listen.
        seed: of all chance but the network's.

    Attributes:
        outcomes: how often each plan ended how; "answered" counts the calls that came about.
        faults: what was not as it must be.
    """

    def __init__(self, sip: wire.Address, port: int, seed: int) -> None:
        self.sip = sip
        self.port = port
        self.chance = random.Random(seed)
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []
        self.ear: Ear
        self._lines: list[wire.UdpLine] = []
        self._connections: list[wire.TcpLine] = []
        self._streams: set[asyncio.Task[None]] = set()

    async def run(self, calls: int, at_once: int, seconds: float = 1e9) -> int:
        """Make calls until so many were made or the time is over; returns how many."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        made = 0
        self.ear = await open_ear(keep=False)
        self._lines = [await wire.open_udp(self.sip) for _ in range(8)]
        phones = Phones(self)
        await phones.open()

        async def caller() -> None:
            nonlocal made
            while made < calls and loop.time() < until:
                made += 1
                await self._one()

        await asyncio.gather(*(caller() for _ in range(at_once)))
        for stream in self._streams:
            stream.cancel()
        await phones.close()
        for tcp in self._connections:
            tcp.abort()  # those that were closed may still have something to send
            await tcp.lost.wait()
        for line in self._lines:
            line.close()
        self.ear.close()
        self._connections.clear()
        return made

    async def _one(self) -> None:
        chance = self.chance
        plan = chance.choices(list(PLANS), [weight for _, weight in PLANS.values()])[0]
        number = chance.choice(("4900", "4901", "4902", ONE_BY_UDP, ONE_BY_TCP, TWO))
        by_tcp = plan in BY_TCP or chance.random() < 0.25
        line = await wire.open_tcp(self.sip) if by_tcp else chance.choice(self._lines)
        call = wire.Call(
            line, number, wire.sdp(self.ear.port, formats=chance.choice(("0 8 101", "8 0", "0")))
        )
        try:
            await PLANS[plan][0](self, call)
        except Exception as error:
            self.faults.append(f"{plan} to {number} over {line.transport_name}: {error!r}")
        call.forget()
        if isinstance(line, wire.TcpLine):
            self._connections = [open for open in self._connections if not open.lost.is_set()]
            self._connections.append(line)
            line.abort() if chance.random() < 0.3 else line.close()
        if any(line.broken for line in self._lines):
            self.faults.append("something that is no SIP message came from the switch")

    # --- what callers do

    async def pause(self, most: float) -> None:
        """Wait for a moment, mostly a short one: where in a call it ends is what matters here."""
        await asyncio.sleep(most * self.chance.random() ** 2)

    async def answer(self, call: wire.Call) -> bool:
        """Call and wait; True when somebody answered."""
        call.begin()
        return await self.answered(call)

    async def answered(self, call: wire.Call) -> bool:
        """Wait for the end of the ringing; True when it is an answer."""
        status = (await call.reply(seconds=12)).status
        self.outcomes[str(status)] += 1
        if status != 200 and status not in REFUSED:
            raise AssertionError(f"answered {status}")
        return status == 200

    def talk(self, call: wire.Call) -> None:
        """Send sound, much, little or none."""
        assert call.answered is not None
        frames = self.chance.choice((0, 0, 1, 10, 100))
        media = wire.media_address(call.answered.body)
        if frames and media[1]:
            stream = asyncio.create_task(self.ear.talk(media, frames, every=0.02, payload=SILENCE))
            self._streams.add(stream)
            stream.add_done_callback(self._streams.discard)

    async def end(self, call: wire.Call) -> None:
        """Hang up as one should, unless the other side did."""
        if not call.over.is_set():
            call.bye()
            status = (await call.reply("BYE", seconds=12)).status
            if status not in (200, 481):
                raise AssertionError(f"BYE answered {status}")

    async def polite(self, call: wire.Call) -> None:
        """As it should be."""
        if await self.answer(call):
            call.ack()
            self.talk(call)
            await self.pause(1.0)
            await self.end(call)

    async def wait_for_the_end(self, call: wire.Call) -> None:
        """Let the other side hang up, and do it oneself when it does not."""
        if await self.answer(call):
            call.ack()
            self.talk(call)
            try:
                await asyncio.wait_for(call.over.wait(), 1.5)
            except TimeoutError:
                await self.end(call)

    async def hang_up_at_once(self, call: wire.Call) -> None:
        if await self.answer(call):
            call.ack()
            await self.end(call)

    async def never_acknowledge(self, call: wire.Call) -> None:
        call.polite = False
        await self.answer(call)
        call.vanish()

    async def hang_up_without_ack(self, call: wire.Call) -> None:
        if await self.answer(call):
            await self.end(call)

    async def hang_up_twice(self, call: wire.Call) -> None:
        if await self.answer(call):
            call.ack()
            await self.pause(0.3)
            bye = call.request("BYE")
            call.line.send(bye)
            call.line.send(bye)
            call.bye()
            for _ in range(2):
                await call.reply("BYE")

    async def cancel(self, call: wire.Call) -> None:
        call.begin()
        await self.pause(self.chance.choice((0.0, 0.02, 0.6)))
        call.cancel()
        if await self.answered(call):
            call.ack()
            await self.end(call)

    async def cancel_and_vanish(self, call: wire.Call) -> None:
        call.begin()
        await self.pause(0.3)
        call.cancel()
        call.vanish()

    async def call_and_vanish(self, call: wire.Call) -> None:
        call.begin()
        await self.pause(0.2)
        call.vanish()

    async def talk_and_vanish(self, call: wire.Call) -> None:
        if await self.answer(call):
            call.ack()
            self.talk(call)
            await self.pause(0.5)
            call.vanish()

    async def change(self, call: wire.Call) -> None:
        """Hold, resume, offer nothing, offer nonsense."""
        if not await self.answer(call):
            return
        call.ack()
        for _ in range(self.chance.randint(1, 4)):
            if call.over.is_set():
                return
            direction = self.chance.choice(("sendonly", "sendrecv", "inactive"))
            body = wire.sdp(self.ear.port, direction=direction, version=call.cseq)
            body = self.chance.choice((body, body, wire.sdp(self.ear.port, formats="18"), b"", b"v=0\r\n"))
            call.line.send(call.request("INVITE", body))
            reply = await call.reply()
            if reply.status == 200:
                answer = b"" if body else wire.sdp(self.ear.port, version=call.cseq)
                call.line.send(call.request("ACK", answer, cseq=reply.cseq))
            await self.pause(0.1)
        await self.end(call)

    async def change_and_vanish(self, call: wire.Call) -> None:
        """A re-INVITE whose answer nobody hears."""
        if await self.answer(call):
            call.ack()
            call.line.send(call.request("INVITE", wire.sdp(self.ear.port, version=2)))
            call.vanish()

    async def hold_and_vanish(self, call: wire.Call) -> None:
        """Put the switch on hold, so that it expects no sound, and be gone."""
        if await self.answer(call):
            call.ack()
            direction = self.chance.choice(("sendonly", "inactive"))
            body = wire.sdp(self.ear.port, direction=direction, version=2)
            method = self.chance.choice(("INVITE", "UPDATE"))
            call.line.send(call.request(method, body))
            reply = await call.reply(method)
            if method == "INVITE" and reply.status == 200:
                call.line.send(call.request("ACK", cseq=reply.cseq))
            await self.pause(0.3)
            call.vanish()

    async def ask_for_a_transfer(self, call: wire.Call) -> None:
        """Be sent elsewhere, or nowhere, and wait for what comes of it or not."""
        if not await self.answer(call):
            return
        call.ack()
        for _ in range(self.chance.randint(1, 2)):
            if call.over.is_set():
                return
            host = f"{self.sip[0]}:{self.sip[1]}"
            target = self.chance.choice((f"<sip:4900@{host}>", f"<sip:5000@{host}>", "<http://x>", "<sip:[>"))
            call.line.send(call.request("REFER", headers=[("Refer-To", target)]))
            status = (await call.reply("REFER")).status
            if status not in (202, 400, 481, 491, 603):
                raise AssertionError(f"REFER answered {status}")
        await self.pause(1.0)
        if self.chance.random() < 0.3:
            call.vanish()
        else:
            await self.end(call)

    async def offer_late(self, call: wire.Call) -> None:
        """An INVITE without an offer; the ACK brings the answer, or does not."""
        answer, call.offer = call.offer, b""
        if await self.answer(call):
            call.ack(self.chance.choice((answer, answer, b"", b"nonsense")))
            await self.pause(0.5)
            if self.chance.random() < 0.3:
                call.vanish()
            else:
                await self.end(call)

    async def press_keys(self, call: wire.Call) -> None:
        """Keys by INFO, the one that ends a recording among them."""
        if await self.answer(call):
            call.ack()
            self.talk(call)
            for key in ("5", "#"):
                await self.pause(0.3)
                rows = [("Content-Type", "application/dtmf-relay")]
                call.line.send(
                    call.request("INFO", f"Signal={key}\r\nDuration=100\r\n".encode(), headers=rows)
                )
            await self.pause(1.0)
            await self.end(call)

    async def cut_while_ringing(self, call: wire.Call) -> None:
        """The connection breaks before there is an answer."""
        call.begin()
        await self.pause(0.3)

    async def cut_while_talking(self, call: wire.Call) -> None:
        """The connection breaks in the call."""
        if await self.answer(call):
            if self.chance.random() < 0.8:
                call.ack()
                self.talk(call)
            await self.pause(0.3)


Plan = Callable[[Crowd, wire.Call], Awaitable[None]]
# By name: what the caller does, and how often it is done beside the others.
PLANS: dict[str, tuple[Plan, int]] = {
    "polite": (Crowd.polite, 20),
    "wait for the end": (Crowd.wait_for_the_end, 8),
    "hang up at once": (Crowd.hang_up_at_once, 8),
    "never acknowledge": (Crowd.never_acknowledge, 5),
    "hang up without ACK": (Crowd.hang_up_without_ack, 5),
    "hang up twice": (Crowd.hang_up_twice, 5),
    "cancel": (Crowd.cancel, 12),
    "cancel and vanish": (Crowd.cancel_and_vanish, 4),
    "call and vanish": (Crowd.call_and_vanish, 4),
    "talk and vanish": (Crowd.talk_and_vanish, 5),
    "change": (Crowd.change, 7),
    "change and vanish": (Crowd.change_and_vanish, 3),
    "hold and vanish": (Crowd.hold_and_vanish, 4),
    "ask for a transfer": (Crowd.ask_for_a_transfer, 4),
    "offer late": (Crowd.offer_late, 4),
    "press keys": (Crowd.press_keys, 5),
    "cut while ringing": (Crowd.cut_while_ringing, 4),
    "cut while talking": (Crowd.cut_while_talking, 4),
}
BY_TCP = {"cut while ringing", "cut while talking"}
