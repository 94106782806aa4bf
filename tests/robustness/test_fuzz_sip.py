"""Thousands of spoilt SIP messages over UDP and TCP, outside and inside of calls, from callers and callees.

Whatever comes, the switch lives, raises nothing, serves the next call, and has forgotten everything once the
timers have run. The chance is seeded: a run that fails fails again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.torture import IPV6_MESSAGES, MESSAGES
from tests.robustness import rig
from tests.robustness.mutation import NASTY, spoil
from tests.support import wire
from tests.support.ports import HOST, free_port
from tests.support.switch import Switch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CALLEE = free_port()
# The INVITE client's timer D (RFC 3261 17.1.1.2) is 32 s over UDP, and callees refuse in one of these tests.
SETTLED = 45.0


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch that calls us, checked for remains when all tests have had their way with it."""
    numbers = {
        5900: {"dial": f"sip:fuzz@{HOST}:{CALLEE}"},
        5901: {"dial": f"sip:fuzz@{HOST}:{CALLEE};transport=tcp"},
    }
    running = rig.start(tmp_path_factory.mktemp("fuzz"), {"numbers": numbers})
    try:
        tidy = rig.Tidy(running)
        yield running
        tidy.check(SETTLED)
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def unharmed(switch: Switch) -> Iterator[None]:
    """After each test the switch takes calls, and has logged no mistake of its own."""
    log = rig.LogWatch(switch)
    yield
    rig.check_call(switch)
    log.check()


async def ping(line: wire.Line) -> None:
    """Wait until the switch has dealt with all that was sent on this line before."""
    probe = wire.Call(line, "", target=f"sip:{HOST}", remote=f"<sip:{HOST}>")
    line.calls[probe.call_id] = lambda message, _: probe.replies.put_nowait(message)
    for _ in range(8):
        line.send(probe.request("OPTIONS"))
        try:
            assert (await probe.reply("OPTIONS", seconds=1)).status == 200
        except TimeoutError:
            continue  # a burst of long answers may have filled our own socket
        probe.forget()
        return
    raise AssertionError("the switch does not answer any more")


def seeds(line: wire.Line, chance: random.Random) -> list[bytes]:
    """Sound messages to spoil: those that phones send, and the torture messages of RFC 4475 and 5118."""
    call = wire.Call(line, chance.choice(("4900", "4901", "4902", "1001", "nobody")), wire.sdp(40_000))
    call.target = f"sip:{call.number}@{line.peer[0]}:{line.peer[1]}"
    call.remote = f"<{call.target}>"
    tagged = wire.Call(line, call.number, remote=f"{call.remote};tag=x", target=call.target)
    return [
        *[call.invite()] * 6,
        *(call.request(method) for method in ("OPTIONS", "REGISTER", "CANCEL", "MESSAGE", "SUBSCRIBE")),
        *(tagged.request(method) for method in ("BYE", "ACK", "INFO", "INVITE", "NOTIFY")),
        chance.choice(MESSAGES).data,
        chance.choice(IPV6_MESSAGES).data,
    ]


def hang_up_some(chance: random.Random) -> Callable[[wire.Message, wire.Line, wire.Address], None]:
    """Acknowledge and end half of the calls that came about by themselves; leave the others alone."""

    def stray(message: wire.Message, line: wire.Line, source: wire.Address) -> None:
        if message.status == 200 and message.method == "INVITE" and chance.random() < 0.5:
            call = wire.Call(
                line, "", call_id=message.get("call-id"), remote=message.get("to"), cseq=message.cseq
            )
            call.target = message.get("contact").strip("<>")
            for method, number in (("ACK", message.cseq), ("BYE", None)):
                data = call.request(method, cseq=number)
                rows = [row for row in data.split(b"\r\n") if not row.startswith(b"From: ")]
                rows.insert(1, b"From: " + message.get("from").encode("utf-8", "surrogateescape"))
                line.send(b"\r\n".join(rows))

    return stray


def test_spoilt_datagrams(switch: Switch) -> None:
    asyncio.run(_spoilt_datagrams(switch, random.Random(4475), 2000))


async def _spoilt_datagrams(switch: Switch, chance: random.Random, count: int) -> None:
    line = await wire.open_udp(switch.sip)
    line.stray = hang_up_some(chance)
    for number in range(count):
        line.send(spoil(chance.choice(seeds(line, chance)), chance))
        if number % 25 == 24:
            await ping(line)
    assert not line.broken, line.broken[0]
    line.close()


def test_spoilt_streams(switch: Switch) -> None:
    asyncio.run(_spoilt_streams(switch, random.Random(5626), 200))


async def _spoilt_streams(switch: Switch, chance: random.Random, connections: int) -> None:
    for _ in range(connections):
        line = await wire.open_tcp(switch.sip)
        line.stray = hang_up_some(chance)
        for _ in range(chance.randint(1, 8)):
            data = chance.choice(seeds(line, chance))
            data = spoil(data, chance) if chance.random() < 0.8 else data
            cut = chance.randrange(len(data) + 1)
            line.send(data[:cut])
            if chance.random() < 0.3:
                await asyncio.sleep(0)
            line.send(data[cut:])
        udp = await wire.open_udp(switch.sip)
        await ping(udp)
        udp.close()
        assert not line.broken, line.broken[0]
        if chance.random() < 0.5:
            line.abort()
        else:
            line.close()


def test_spoilt_requests_inside_calls(switch: Switch) -> None:
    asyncio.run(_inside_calls(switch, random.Random(3264), calls=20, count=1000))


async def _inside_calls(switch: Switch, chance: random.Random, calls: int, count: int) -> None:
    line = await wire.open_udp(switch.sip)
    ear = await rig.open_ear()

    async def new_call() -> tuple[wire.Call, wire.Address]:
        call = wire.Call(line, chance.choice(("4900", "4901")), wire.sdp(ear.port))
        call.begin()
        answer = await call.reply()
        assert answer.status == 200
        call.ack()
        return call, wire.media_address(answer.body)

    up = [await new_call() for _ in range(calls)]
    for number in range(count):
        call, media = up[number % calls]
        if call.over.is_set():
            up[number % calls] = await new_call()
            continue
        ear.say(media)
        data = inside(call, ear.port, chance)
        line.send(spoil(data, chance) if chance.random() < 0.7 else data)
        if number % 20 == 19:
            await ping(line)
        while not call.replies.empty():
            reply = call.replies.get_nowait()
            if reply.method == "INVITE" and reply.status == 200 and chance.random() < 0.7:
                line.send(call.request("ACK", chance.choice((b"", call.offer, b"x")), cseq=reply.cseq))
    for call, _ in up:
        call.bye()
    await ping(line)
    assert not line.broken, line.broken[0]
    ear.close()
    line.close()


def inside(call: wire.Call, port: int, chance: random.Random) -> bytes:
    """A request that a phone may send in a call, and some that it may not."""
    method = chance.choice(
        ("INVITE",) * 5 + ("INFO", "NOTIFY", "OPTIONS", "ACK", "CANCEL", "UPDATE", "REFER", "BYE")
    )
    nasty = chance.choice(NASTY).encode("utf-8", "surrogateescape")
    if method == "INVITE":
        direction = chance.choice(("sendrecv", "sendonly", "recvonly", "inactive"))
        body = wire.sdp(port, direction=direction, version=call.cseq)
        body = chance.choice(
            (body, body, b"", nasty, spoil(body, chance), body.replace(b"RTP/AVP", b"RTP/SAVP"))
        )
        return call.request(method, body)
    if method == "INFO":
        kind = chance.choice(("application/dtmf-relay", "application/dtmf", "text/plain", "/", ""))
        body = chance.choice((b"Signal=5\r\nDuration=160", b"Signal=", b"#", nasty, b"Signal=" + nasty))
        return call.request(method, body, headers=[("Content-Type", kind)])
    if method == "NOTIFY":
        body = chance.choice((b"SIP/2.0 200 OK", b"SIP/2.0 100", b"SIP/2.0 " + nasty, nasty))
        return call.request(method, body, headers=[("Event", "refer"), ("Content-Type", "message/sipfrag")])
    if method == "ACK":
        return call.request(
            method, chance.choice((b"", nasty, call.offer)), cseq=chance.choice((1, call.cseq))
        )
    if method == "CANCEL":
        return call.request(
            method, cseq=chance.choice((1, call.cseq)), branch=chance.choice((call.branch, "z9hG4bK"))
        )
    return call.request(method)


def test_callees_that_answer_nonsense(switch: Switch) -> None:
    asyncio.run(_nonsense_callees(switch, random.Random(3261), 240))


async def _nonsense_callees(switch: Switch, chance: random.Random, calls: int) -> None:
    ear = await rig.open_ear()
    phone = await wire.open_udp(switch.sip, (HOST, CALLEE))
    phone.stray = nonsense(ear.port, chance)

    accepted_lines: list[wire.TcpLine] = []

    def accepted(line: wire.TcpLine) -> None:
        line.stray = nonsense(ear.port, chance)
        accepted_lines.append(line)

    server = await wire.serve_tcp((HOST, CALLEE), accepted)
    line = await wire.open_udp(switch.sip)
    gate = asyncio.Semaphore(30)

    async def one(number: int) -> None:
        async with gate:
            call = wire.Call(line, chance.choice(("5900", "5901")), wire.sdp(ear.port))
            call.begin()
            answer = await call.reply(seconds=12)
            if answer.status == 200:
                call.ack()
                ear.say(wire.media_address(answer.body))
                await asyncio.sleep(0.02)
                call.bye()
                await call.reply("BYE")

    await asyncio.gather(*(one(number) for number in range(calls)))
    for closing in (ear, phone, line, server):
        closing.close()
    for connection in accepted_lines:
        connection.abort()
        await connection.lost.wait()


def nonsense(port: int, chance: random.Random) -> Callable[[wire.Message, wire.Line, wire.Address], None]:
    """A callee whose every second response is spoilt."""

    def respond(request: wire.Message, line: wire.Line, source: wire.Address) -> None:
        if request.status or request.method == "ACK":
            return
        at = f"<sip:fuzz@{line.local[0]}:{line.local[1]}>"
        contact = chance.choice((at, at, at, chance.choice(NASTY)))
        offer = wire.sdp(port)
        body = chance.choice(
            (offer, offer, b"", spoil(offer, chance), wire.sdp(0), wire.sdp(port, formats="9"))
        )
        statuses: tuple[int, ...] = (180, 183, 200, 200, 200, 486, 603, 302, 401, 500, 699)
        if request.method != "INVITE":
            statuses = (200, 200, 481, 500)
        for status in chance.sample(statuses, chance.randint(1, 3)):
            rows = [("Contact", contact)]
            if chance.random() < 0.2:
                rows.append(("Record-Route", chance.choice(NASTY)))
            data = wire.answer_to(request, status, tag="c", headers=rows, body=body if status < 300 else b"")
            line.send(spoil(data, chance) if chance.random() < 0.5 else data, source)

    return respond


def test_spoilt_registrations(switch: Switch) -> None:
    asyncio.run(_registrations(switch, random.Random(7616), 400))


async def _registrations(switch: Switch, chance: random.Random, count: int) -> None:
    """REGISTER with the right password and wrong everything else; calls to what is registered then."""
    line = await wire.open_udp(switch.sip)
    user, password = next(iter(switch.passwords.items()))
    phone = wire.Call(line, user, target=f"sip:{HOST}", remote=f"<sip:{user}@{HOST}>")
    line.calls[phone.call_id] = lambda message, _: phone.replies.put_nowait(message)
    challenge = await _registered(phone, [])
    nonce = (
        next(row for row in challenge.all("www-authenticate") if "MD5" in row)
        .split('nonce="')[1]
        .split('"')[0]
    )

    def credentials(number: int) -> str:
        uri = f"sip:{HOST}"
        secret = hashlib.md5(f"{user}:hotline:{password}".encode()).hexdigest()
        asked = hashlib.md5(f"REGISTER:{uri}".encode()).hexdigest()
        count = f"{number:08x}"
        answer = hashlib.md5(f"{secret}:{nonce}:{count}:c:auth:{asked}".encode()).hexdigest()
        return (
            f'Digest username="{user}", realm="hotline", nonce="{nonce}", uri="{uri}", algorithm=MD5, '
            f'qop=auth, nc={count}, cnonce="c", response="{answer}"'
        )

    good = await _registered(phone, [("Authorization", credentials(1)), ("Expires", "60")])
    assert good.status == 200, good.start
    for number in range(2, count):
        rows = [("Authorization", credentials(number)), ("Expires", chance.choice(("60", "0", *NASTY)))]
        for _ in range(chance.randint(0, 3)):
            parameter = chance.choice(("expires", "q", "+sip.instance", "reg-id", "transport"))
            rows.append(("Contact", f"{chance.choice(NASTY)};{parameter}={chance.choice(NASTY)}"))
        register = _register(phone, rows)
        line.send(spoil(register, chance) if chance.random() < 0.5 else register)
        if number % 20 == 0:
            await ping(line)
            call = wire.Call(line, user, wire.sdp(40_000))
            call.begin()
            await call.reply(final=False)
            call.cancel()
    await ping(line)
    while not phone.replies.empty():
        phone.replies.get_nowait()
    star = [("Authorization", credentials(count)), ("Contact", "*"), ("Expires", "0")]
    gone = await _registered(phone, star)
    assert gone.status == 200, gone.start
    line.close()


def _register(call: wire.Call, rows: list[tuple[str, str]]) -> bytes:
    """A REGISTER; with Contacts among `rows` these only."""
    data = call.request("REGISTER", headers=rows)
    if any(name == "Contact" for name, _ in rows):
        return b"\r\n".join(row for row in data.split(b"\r\n") if not row.startswith(b"Contact: <sip:wire"))
    return data


async def _registered(call: wire.Call, rows: list[tuple[str, str]]) -> wire.Message:
    call.line.send(_register(call, rows))
    return await call.reply("REGISTER")


def test_a_connection_that_is_never_read_does_not_grow_the_switch(switch: Switch) -> None:
    asyncio.run(_never_read(switch))


async def _never_read(switch: Switch) -> None:
    """30 MB of requests whose answers nobody takes: the switch gives up the connection, not its memory."""
    before = rig.metrics(switch.http)["process_resident_memory_bytes"]
    line = await wire.open_tcp(switch.sip)
    line.stop_reading()
    call = wire.Call(line, "4900", target=f"sip:{HOST}", remote=f"<sip:{HOST}>")
    for _ in range(80):
        line.send(b"".join(call.request("OPTIONS") for _ in range(1000)))
        if not await line.drained(2):
            break
    grown = rig.metrics(switch.http)["process_resident_memory_bytes"] - before
    line.abort()
    assert grown < 20e6, f"the switch grew by {grown / 1e6:.0f} MB"
