"""Where the sound of a call goes: after a re-INVITE, behind NAT, before the caller has proved anything."""

from __future__ import annotations

import asyncio
import socket
from functools import partial

import pytest

from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import PeerMedia
from tests.support import wire
from tests.unit.telephony.call.ends import HOST, End, with_ends

OTHER = "127.0.0.2"
"""Another host of this machine, from where no call is signalled."""


class Ports:
    """Sockets for sound; what comes is counted."""

    def __init__(self) -> None:
        self._open: list[socket.socket] = []

    def at(self, host: str = HOST) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((host, 0))
        sock.setblocking(False)
        self._open.append(sock)
        return sock

    def close(self) -> None:
        for sock in self._open:
            sock.close()


async def comes(sock: socket.socket, count: int = 1) -> None:
    """Wait until so many packets came."""
    for _ in range(count):
        await asyncio.get_running_loop().sock_recv(sock, 2048)


def waiting(sock: socket.socket) -> int:
    """How many packets wait in a socket; they are read."""
    found = 0
    while True:
        try:
            sock.recv(2048)
        except BlockingIOError:
            return found
        found += 1


async def offered(b: End, offer: bytes) -> tuple[wire.Call, CallLeg]:
    """A bare phone calls; its leg is not answered yet."""
    call = wire.Call(await b.line(), "1000", offer)
    call.begin()
    return call, await b.next_call()


def sdp(sock: socket.socket, version: int = 1) -> bytes:
    host, port = sock.getsockname()
    return wire.sdp(port, host=host, version=version)


async def reinvite(call: wire.Call, body: bytes) -> None:
    call.line.send(call.request("INVITE", body))
    answer = await call.reply()
    assert answer.status == 200
    call.line.send(call.request("ACK", cseq=answer.cseq))


def say(sock: socket.socket, leg: CallLeg, sequence: int) -> None:
    sock.sendto(wire.rtp(sequence, sequence * 160, 7, bytes(160)), (leg.media.address, leg.media.port))


@with_ends
async def test_nothing_is_sent_to_a_caller_who_does_not_acknowledge(a: End, b: End) -> None:
    ports = Ports()
    victim = ports.at(OTHER)
    call, leg = await offered(b, sdp(victim))
    leg.open_early_media()
    leg.media.play(tones.music(), loop=True)
    leg.answer()
    assert (await call.reply()).status == 200
    await asyncio.sleep(0.2)  # ten packets would have left
    assert (waiting(victim), leg.media.stats().packets_sent) == (0, 0)
    call.ack()
    await comes(victim)
    ports.close()


@with_ends
async def test_a_gateway_that_is_another_host_hears_all_of_a_prompt_after_the_ack(a: End, b: End) -> None:
    ports = Ports()
    gateway = ports.at(OTHER)
    call, leg = await offered(b, sdp(gateway))
    leg.answer()
    played = leg.media.play(tones.beep())
    await call.reply()
    call.ack()
    await comes(gateway, len(tones.beep().frames("PCMU")))
    assert played.played_ms == tones.beep().duration_ms
    ports.close()


@with_ends
async def test_early_media_needs_no_ack_where_the_settings_say_so(a: End, b: End) -> None:
    ports = Ports()
    gateway = ports.at(OTHER)
    take = b.switchboard.take
    b.switchboard.take = partial(take, media=PeerMedia(proved=True))  # type: ignore[method-assign]
    call, leg = await offered(b, sdp(gateway))
    leg.open_early_media()
    leg.media.play(tones.music())
    await comes(gateway)
    call.cancel()
    await leg.wait_ended()
    ports.close()


@with_ends
async def test_a_phone_that_gave_its_password_has_proved_enough(a: End, b: End) -> None:
    ports = Ports()
    phone = ports.at()
    b.admit = lambda request, flow: "agent:1001"  # type: ignore[method-assign]
    call, leg = await offered(b, sdp(phone))
    leg.open_early_media()
    leg.media.play(tones.music())
    await comes(phone)
    call.cancel()
    await leg.wait_ended()
    ports.close()


@with_ends
@pytest.mark.parametrize("late", [1, 20])
@pytest.mark.parametrize("host", [HOST, OTHER])
async def test_after_a_reinvite_sound_goes_to_the_new_port_whatever_the_old_one_sends(
    a: End, b: End, late: int, host: str
) -> None:
    ports = Ports()
    old, new = ports.at(), ports.at(host)
    call, leg = await offered(b, sdp(old))
    leg.answer()
    await call.reply()
    call.ack()
    leg.media.play(tones.music(), loop=True)
    say(old, leg, 1)
    await comes(old)
    await reinvite(call, sdp(new, 2))
    for number in range(late):
        say(old, leg, 2 + number)
    await comes(new, 3)
    waiting(old)
    say(old, leg, 50)
    await comes(new, 5)
    assert waiting(old) == 0
    ports.close()


@with_ends
async def test_a_phone_behind_nat_is_answered_at_the_host_that_signals(a: End, b: End) -> None:
    ports = Ports()
    phone, stranger = ports.at(), ports.at(OTHER)
    call, leg = await offered(b, wire.sdp(4000, host="192.168.1.5"))
    leg.answer()
    await call.reply()
    call.ack()
    leg.media.play(tones.music(), loop=True)
    for number in range(10):
        say(stranger, leg, number)
    say(phone, leg, 1)
    await comes(phone, 2)
    assert waiting(stranger) == 0
    assert leg.media.stats().strangers == 10
    ports.close()
