"""The phones of a crowd: they answer, refuse, stay silent, vanish or break the connection, at random.

Each behaves by one of `MANNERS`. Who calls them through the switch is in `crowd.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tests.support import wire
from tests.support.ports import HOST

if TYPE_CHECKING:
    from tests.robustness.crowd import Crowd


class Phones:
    """The phones that the switch rings, over UDP and TCP on one port.

    Args:
        crowd: whose they are.
    """

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._lines: list[wire.Line] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def open(self) -> None:
        """Listen."""
        at = HOST, self._crowd.port
        self._made(await wire.open_udp(self._crowd.sip, at))
        self._server = await wire.serve_tcp(at, self._made)

    def _made(self, line: wire.Line) -> None:
        line.stray = self._rung
        self._lines = [open for open in self._lines if not open.closed]
        self._lines.append(line)

    async def close(self) -> None:
        """Hang up nothing, just be gone."""
        for task in self._tasks:
            task.cancel()
        self._server.close()
        for line in self._lines:
            if isinstance(line, wire.TcpLine):
                line.abort()
                await line.lost.wait()
            else:
                line.close()

    def _rung(self, message: wire.Message, line: wire.Line, source: wire.Address) -> None:
        if message.status or message.method == "ACK":
            return
        if message.method != "INVITE":
            line.send(wire.answer_to(message, 481), source)
            return
        task = asyncio.create_task(self._serve(Callee(message, line, source, self._crowd)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, callee: Callee) -> None:
        manner = self._crowd.chance.choice(list(MANNERS))
        try:
            await MANNERS[manner](callee)
        except Exception as error:
            self._crowd.faults.append(f"callee, {manner}: {error!r}")


class Callee:
    """One phone that rings.

    Args:
        invite: the INVITE.
        line, source: whence it came.
        crowd: whose phone it is.
    """

    def __init__(self, invite: wire.Message, line: wire.Line, source: wire.Address, crowd: Crowd) -> None:
        self._invite = invite
        self._line = line
        self._source = source
        self._crowd = crowd
        self._tag = f"c{crowd.chance.getrandbits(40):x}"
        self._deaf = False
        self._final = False
        self._cancelled = asyncio.Event()
        self._over = asyncio.Event()
        line.calls[invite.get("call-id")] = self._take

    def _say(self, status: int, body: bytes = b"") -> None:
        self._final = self._final or status >= 200
        suffix = ";transport=tcp" if self._line.transport_name == "TCP" else ""
        at = f"<sip:phone@{HOST}:{self._crowd.port}{suffix}>"
        data = wire.answer_to(self._invite, status, tag=self._tag, headers=[("Contact", at)], body=body)
        self._line.send(data, self._source)

    def _take(self, message: wire.Message, source: wire.Address) -> None:
        if message.status or self._deaf:
            return
        if message.method == "CANCEL":
            self._line.send(wire.answer_to(message, 200, tag=self._tag), source)
            self._cancelled.set()
            if not self._final:
                self._say(487)
        elif message.method == "BYE":
            self._line.send(wire.answer_to(message, 200), source)
            self._over.set()

    async def answer(self) -> None:
        self._say(180)
        await self._crowd.pause(0.3)
        self._accept()

    def _accept(self) -> None:
        if not self._final:
            self._say(200, wire.sdp(self._crowd.ear.port))

    async def answer_at_once(self) -> None:
        self._accept()

    async def answer_with_early_media(self) -> None:
        self._say(183, wire.sdp(self._crowd.ear.port))
        await self._crowd.pause(0.5)
        self._accept()

    async def answer_and_hang_up(self) -> None:
        self._accept()
        await self._crowd.pause(0.5)
        if not self._over.is_set() and self._final:
            to, own = self._invite.get("from"), f"{self._invite.get('to')};tag={self._tag}"
            target = self._invite.get("contact").strip("<>")
            at = f"{self._line.transport_name} {HOST}:{self._crowd.port}"
            rows = [("Via", f"SIP/2.0/{at};branch={wire.new_branch()};rport")]
            rows += [("From", own), ("To", to), ("Call-ID", self._invite.get("call-id"))]
            rows += [("CSeq", "7 BYE"), ("Max-Forwards", "70")]
            self._line.send(wire.build(f"BYE {target} SIP/2.0", rows), self._source)

    async def answer_without_sdp(self) -> None:
        self._say(200)

    async def answer_twice(self) -> None:
        self._accept()
        await self._crowd.pause(0.2)
        if not self._cancelled.is_set():
            self._say(200, wire.sdp(self._crowd.ear.port))

    async def answer_and_vanish(self) -> None:
        self._accept()
        self._deaf = True

    async def answer_in_spite_of_cancel(self) -> None:
        self._say(180)
        self._final = True  # whatever comes, no 487
        await self._crowd.pause(0.5)
        self._say(200, wire.sdp(self._crowd.ear.port))

    async def be_busy(self) -> None:
        self._say(486)

    async def decline(self) -> None:
        self._say(180)
        await self._crowd.pause(0.2)
        if not self._final:
            self._say(603)

    async def ring_for_ever(self) -> None:
        self._say(180)

    async def say_nothing(self) -> None:
        self._deaf = True

    async def ring_and_vanish(self) -> None:
        self._say(180)
        self._deaf = True

    async def break_the_connection(self) -> None:
        self._say(180)
        await self._crowd.pause(0.2)
        if isinstance(self._line, wire.TcpLine):
            self._line.abort()


MANNERS: dict[str, Callable[[Callee], Awaitable[None]]] = {
    name: getattr(Callee, name)
    for name in (
        *("answer", "answer_at_once", "answer_with_early_media", "answer_and_hang_up", "answer_without_sdp"),
        *("answer_twice", "answer_and_vanish", "answer_in_spite_of_cancel", "be_busy", "decline"),
        *("ring_for_ever", "say_nothing", "ring_and_vanish", "break_the_connection"),
    )
}
