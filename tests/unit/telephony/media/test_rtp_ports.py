"""Port pairs come from the range, are shared by nobody, and come back."""

from __future__ import annotations

import asyncio
import socket

import pytest

from telephony.net.rtp_ports import DatagramReader, PortPair, PortPool, PortsExhausted
from tests.unit.telephony.media.far_end import HOST, on_loop

FIRST = 32000


def test_rtp_is_even_and_rtcp_the_odd_port_above() -> None:
    pool = PortPool(HOST, FIRST + 1, FIRST + 20)
    pair = pool.allocate()
    assert pair.port % 2 == 0
    assert pair.rtp.getsockname()[1] == pair.port
    assert pair.rtcp.getsockname()[1] == pair.port + 1
    assert pool.capacity == 9
    pool.release(pair)


def test_all_of_a_range_is_used_then_none_is_left_then_all_comes_back() -> None:
    pool = PortPool(HOST, FIRST + 20, FIRST + 29)
    pairs = [pool.allocate() for _ in range(pool.capacity)]
    assert sorted(pair.port for pair in pairs) == [FIRST + 20 + step for step in range(0, 10, 2)]
    assert pool.in_use == pool.capacity == 5
    with pytest.raises(PortsExhausted, match="none of 5"):
        pool.allocate()
    for pair in pairs:
        pool.release(pair)
        pool.release(pair)  # a second time does no harm
    assert pool.in_use == 0
    again = [pool.allocate() for _ in range(pool.capacity)]
    assert len({pair.port for pair in again}) == 5
    for pair in again:
        pool.release(pair)


def test_a_port_is_not_used_again_at_once() -> None:
    pool = PortPool(HOST, FIRST + 40, FIRST + 59)
    used = []
    for _ in range(pool.capacity):
        pair = pool.allocate()
        used.append(pair.port)
        pool.release(pair)
    assert len(set(used)) == pool.capacity


@pytest.mark.parametrize("offset", [0, 1])
def test_a_pair_of_which_someone_else_has_a_port_is_skipped_and_tried_again_later(offset: int) -> None:
    pool = PortPool(HOST, FIRST + 60, FIRST + 63)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOST, FIRST + 60 + offset))
        pair = pool.allocate()
        assert pair.port == FIRST + 62
        with pytest.raises(PortsExhausted, match="in use"):
            pool.allocate()
    freed = pool.allocate()
    assert freed.port == FIRST + 60
    pool.release(pair)
    pool.release(freed)


def test_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    pool = PortPool("::1", FIRST + 70, FIRST + 79)
    pair = pool.allocate()
    assert pair.rtp.getsockname()[:2] == ("::1", FIRST + 70)
    pool.release(pair)


@pytest.mark.parametrize(
    ("address", "first", "last"),
    [(HOST, 40000, 40000), (HOST, 40001, 40002), (HOST, 0, 0), (HOST, 65000, 70000), ("localhost", 1, 9)],
)
def test_a_range_without_a_pair_and_an_address_without_numbers_are_refused(
    address: str, first: int, last: int
) -> None:
    with pytest.raises(ValueError, match=r"hold no even|numeric"):
        PortPool(address, first, last)


def test_speech_is_marked_for_the_network() -> None:
    pool = PortPool(HOST, FIRST + 80, FIRST + 89)
    pair = pool.allocate()
    assert pair.rtp.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 46 << 2
    pool.release(pair)


async def _read_all(own_epoll: bool) -> list[list[bytes]]:
    """What each of eight sockets got; the second to fourth close themselves, the last one ends it."""
    loop = asyncio.get_running_loop()
    reader = DatagramReader(loop)
    if not own_epoll:
        reader.close()
        reader._epoll = None
    pool = PortPool(HOST, FIRST + 90, FIRST + 109)
    pairs = [pool.allocate() for _ in range(8)]
    got: dict[int, list[bytes]] = {}
    done = asyncio.Event()

    def keep(pair: PortPair, data: bytes) -> None:
        got.setdefault(pair.port, []).append(data)
        if data == b"last":
            done.set()
        if data == b"close yourself":
            reader.remove(pair.rtp)
            pool.release(pair)

    for pair in pairs:
        reader.add(pair.rtp, lambda data, source, now, pair=pair: keep(pair, data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for pair in pairs[1:4]:
            sender.sendto(b"close yourself", (HOST, pair.port))
        for pair in pairs[:-1]:
            sender.sendto(b"hello", (HOST, pair.port))
        sender.sendto(b"last", (HOST, pairs[-1].port))
        await asyncio.wait_for(done.wait(), 5)
    for pair in pairs:
        reader.remove(pair.rtp)
        pool.release(pair)
    reader.close()
    assert pool.in_use == 0
    return [got[pair.port] for pair in pairs]


ALL_READ = [[b"hello"], *[[b"close yourself"]] * 3, *[[b"hello"]] * 3, [b"last"]]


@on_loop
async def test_every_socket_is_read_also_when_handlers_close_some() -> None:
    assert await _read_all(own_epoll=True) == ALL_READ


@on_loop
async def test_the_same_without_epoll() -> None:
    assert await _read_all(own_epoll=False) == ALL_READ


@on_loop
async def test_a_failing_handler_does_not_stop_the_others() -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda loop, context: failures.append(context["exception"]))
    reader, pool, done = DatagramReader(loop), PortPool(HOST, FIRST + 110, FIRST + 119), asyncio.Event()
    broken, sound = pool.allocate(), pool.allocate()

    def fail(data: bytes, source: object, now: float) -> None:
        raise RuntimeError("broken")

    reader.add(broken.rtp, fail)
    reader.add(sound.rtp, lambda data, source, now: done.set())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (HOST, broken.port))
        sender.sendto(b"x", (HOST, sound.port))
        await asyncio.wait_for(done.wait(), 5)
    assert len(failures) == 1
    reader.close()
    pool.release(broken)
    pool.release(sound)
