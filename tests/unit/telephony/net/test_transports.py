"""Sockets for SIP: finding a flow for a URI, what is advertised, and messages framed out of streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.error import CannotListenError

from control.connection_limits import ConnectionCount, ConnectionLimits, within_files
from telephony.net import transports
from telephony.net.transports import Transports, Unreachable
from telephony.net.udp import SLICE_SECONDS
from telephony.sip.flow import Flow
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.uri import SipUri, parse_uri
from tests.unit.telephony.sip.exchange import incoming

HOST = "127.0.0.1"
IDLE = ConnectionLimits().idle


class Floor:
    """Transports on a fresh reactor, and what arrives through them; the transports' user."""

    def __init__(self, public_address: str | None = None, limits: ConnectionLimits | None = None) -> None:
        self.reactor = AsyncioSelectorReactor(asyncio.get_running_loop())
        self.transports = Transports(self.reactor, public_address=public_address, limits=limits)
        self.transports.serve(self)
        self.came: asyncio.Queue[tuple[object, Flow]] = asyncio.Queue()
        self.in_use: list[Flow] = []

    def datagram_received(self, data: bytes, flow: Flow) -> None:
        self.came.put_nowait((data, flow))

    def message_received(self, message: Request | Response, flow: Flow) -> None:
        self.came.put_nowait((message, flow))

    def malformed_received(self, error: MessageError, flow: Flow) -> None:
        self.came.put_nowait((error, flow))

    def flow_closed(self, flow: Flow) -> None:
        self.came.put_nowait(("closed", flow))

    def flow_in_use(self, flow: Flow) -> bool:
        return flow in self.in_use


@asynccontextmanager
async def a_floor(
    public_address: str | None = None, limits: ConnectionLimits | None = None
) -> AsyncIterator[Floor]:
    floor = Floor(public_address, limits)
    try:
        async with asyncio.timeout(5):
            yield floor
    finally:
        floor.transports.close()
        floor.reactor.removeAll()


def on_loop(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run an async test on the loop that the switch has."""

    async def play() -> None:
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        await test()
        assert not faults, faults

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play())

    return run


def uri(text: str) -> SipUri:
    parsed = parse_uri(text)
    assert isinstance(parsed, SipUri)
    return parsed


# --- flows ----------------------------------------------------------------------------------------------


@on_loop
async def test_a_uri_with_an_address_has_a_flow_at_once() -> None:
    async with a_floor() as floor:
        local = floor.transports.listen("UDP", HOST, 0)
        assert floor.transports.listening == [("UDP", local)]
        flow = floor.transports.locate(uri("sip:a@192.0.2.1"))
        assert flow == Flow("UDP", local, ("192.0.2.1", 5060))
        assert floor.transports.locate(uri("sip:a@192.0.2.1")) is flow, "the same peer, the same object"
        assert floor.transports.locate(uri("sip:a@example.com;maddr=192.0.2.1")) is flow
        assert floor.transports.locate(uri("sip:a@example.com")) is None


@on_loop
async def test_a_name_is_looked_up() -> None:
    async with a_floor() as floor:
        local = floor.transports.listen("UDP", HOST, 0)
        assert await floor.transports.resolve(uri("sip:a@localhost:5070")) == Flow("UDP", local, (HOST, 5070))
        for unknown in ("sip:a@there.invalid", f"sip:a@{'x' * 70}.invalid"):
            with pytest.raises(Unreachable):
                await floor.transports.resolve(uri(unknown))


class _SilentNames(uvloop.Loop):
    """A loop whose name server never answers."""

    async def getaddrinfo(self, *args: object, **options: object) -> Any:
        await asyncio.Event().wait()


def test_a_name_that_nobody_answers_for_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "LOOKUP_SECONDS", 0.05)

    async def story() -> None:
        async with a_floor() as floor:
            floor.transports.listen("UDP", HOST, 0)
            with pytest.raises(Unreachable, match="no word"):
                await floor.transports.resolve(uri("sip:a@example.com"))

    with asyncio.Runner(loop_factory=_SilentNames) as runner:
        runner.run(story())


@on_loop
async def test_what_no_socket_reaches_is_unreachable() -> None:
    async with a_floor() as floor:
        floor.transports.listen("UDP", HOST, 0)
        for text in ("tel:+4930123", "sip:a@[::1]", "sip:a@192.0.2.1;transport=tls"):
            with pytest.raises(Unreachable):
                floor.transports.locate(parse_uri(text))


@on_loop
async def test_each_address_family_has_its_socket() -> None:
    async with a_floor() as floor:
        four, six = floor.transports.listen("UDP", HOST, 0), floor.transports.listen("UDP", "::1", 0)
        assert floor.transports.locate(uri("sip:a@127.0.0.1")) == Flow("UDP", four, (HOST, 5060))
        assert floor.transports.locate(uri("sip:a@[::1]:5070")) == Flow("UDP", six, ("::1", 5070))


@on_loop
async def test_of_several_sockets_the_one_on_the_way_is_taken() -> None:
    async with a_floor() as floor:
        floor.transports.listen("UDP", "127.0.0.2", 0)
        near = floor.transports.listen("UDP", HOST, 0)
        flow = floor.transports.locate(uri("sip:a@127.0.0.9"))
        assert flow is not None
        assert flow.local == near


@on_loop
async def test_the_way_to_a_phone_of_an_earlier_run() -> None:
    async with a_floor() as floor:
        again = floor.transports.flow_again
        other = floor.transports.listen("UDP", "127.0.0.2", 0)
        near = floor.transports.listen("UDP", HOST, 0)
        contact = uri("sip:a@127.0.0.9:5070;transport=tcp")
        # Datagrams: from the same socket, or the next best where that is not there any more.
        for local, found in ((other, other), (("192.0.2.1", 5060), near)):
            old = Flow("UDP", local, ("127.0.0.9", 40001))
            assert again(old, contact) == Flow("UDP", found, ("127.0.0.9", 40001))
        assert again(Flow("UDP", ("::1", 5060), ("::1", 40001)), contact) is None
        # A connection: anew, to where the phone listens; not into the network behind a NAT.
        old = Flow("TCP", near, ("127.0.0.9", 40001), connection=3)
        assert again(old, contact) == Flow("TCP", ("", 0), ("127.0.0.9", 5070))
        assert again(old, uri("sip:a@192.168.1.20;transport=tcp")) is None
        assert again(old, uri("sip:a@phone.invalid;transport=tcp")) is None
        assert again(old, parse_uri("tel:+4930123")) is None


@on_loop
async def test_an_address_that_is_taken_is_said() -> None:
    async with a_floor() as floor:
        for transport in ("UDP", "TCP"):
            port = floor.transports.listen(transport, HOST, 0)[1]
            with pytest.raises(CannotListenError):
                floor.transports.listen(transport, HOST, port)


@on_loop
async def test_a_wildcard_is_advertised_as_the_address_on_the_way() -> None:
    async with a_floor() as floor:
        local = floor.transports.listen("UDP", "0.0.0.0", 0)
        assert floor.transports.advertised(Flow("UDP", local, (HOST, 5060))) == (HOST, local[1])


@on_loop
async def test_the_public_address_is_for_peers_beyond_this_machine() -> None:
    async with a_floor("198.51.100.1") as floor:
        local = floor.transports.listen("UDP", HOST, 0)
        assert floor.transports.advertised(Flow("UDP", local, ("192.0.2.1", 5060)))[0] == "198.51.100.1"
        assert floor.transports.advertised(Flow("UDP", local, (HOST, 5060)))[0] == HOST


@on_loop
async def test_over_tcp_the_listening_port_is_advertised() -> None:
    async with a_floor() as floor:
        port = floor.transports.listen("TCP", HOST, 0)[1]
        flow = Flow("TCP", (HOST, 40_000), (HOST, 5060), 7)
        assert floor.transports.advertised(flow) == (HOST, port)


# --- UDP ------------------------------------------------------------------------------------------------


@on_loop
async def test_datagrams_go_both_ways() -> None:
    async with a_floor() as floor:
        here = floor.transports.listen("UDP", HOST, 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind((HOST, 0))
            peer.settimeout(5)
            peer.sendto(b"hello", here)
            data, flow = await floor.came.get()
            assert (data, flow) == (b"hello", Flow("UDP", here, peer.getsockname()))
            floor.transports.send(flow, b"answer")
            assert peer.recvfrom(100) == (b"answer", here)


@on_loop
async def test_what_cannot_be_sent_is_lost_in_silence() -> None:
    async with a_floor() as floor:
        here = floor.transports.listen("UDP", HOST, 0)
        floor.transports.send(Flow("UDP", here, (HOST, 9)), b"x" * 70_000)
        floor.transports.send(Flow("UDP", (HOST, 1), (HOST, 9)), b"from a socket that we have not")
        assert floor.came.empty()


# --- TCP ------------------------------------------------------------------------------------------------


async def connected(floor: Floor) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = floor.transports.listen("TCP", HOST, 0)
    return await asyncio.open_connection(*address)


@on_loop
async def test_messages_are_framed_however_they_are_cut() -> None:
    async with a_floor() as floor:
        _, writer = await connected(floor)
        stream = incoming("OPTIONS").to_bytes() + incoming("BYE").to_bytes()
        for at in range(0, len(stream), 100):
            writer.write(stream[at : at + 100])
            await writer.drain()
        methods = []
        for _ in range(2):
            message, flow = await floor.came.get()
            assert isinstance(message, Request)
            methods.append(message.method)
        assert methods == ["OPTIONS", "BYE"]
        assert (flow.transport, flow.remote) == ("TCP", writer.get_extra_info("sockname"))
        writer.close()


@on_loop
async def test_a_ping_gets_its_pong() -> None:
    async with a_floor() as floor:
        reader, writer = await connected(floor)
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        writer.close()


@on_loop
async def test_a_stream_that_cannot_be_framed_is_closed() -> None:
    async with a_floor() as floor:
        reader, writer = await connected(floor)
        writer.write(incoming("OPTIONS").to_bytes().replace(b"Content-Length: 0", b"Content-Length: x"))
        assert isinstance((await floor.came.get())[0], MessageError)
        assert await reader.read() == b""
        assert (await floor.came.get())[0] == "closed"
        assert floor.transports.connections == 0
        writer.close()


@on_loop
async def test_answers_go_back_over_the_connection_of_the_request() -> None:
    async with a_floor() as floor:
        reader, writer = await connected(floor)
        writer.write(incoming("OPTIONS").to_bytes())
        _, flow = await floor.came.get()
        floor.transports.send(flow, b"answer")
        assert await reader.readexactly(6) == b"answer"
        remote = SipUri("sip", None, host=HOST, port=flow.remote[1]).with_params(transport="tcp")
        assert floor.transports.locate(remote) == flow, "and requests to that peer as well"
        assert floor.transports.connections == 1
        writer.close()
        assert (await floor.came.get()) == ("closed", flow)


@on_loop
async def test_a_connection_is_opened_when_first_needed_and_kept() -> None:
    async with a_floor() as floor:
        accepted: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
        server = await asyncio.start_server(lambda reader, _: accepted.put_nowait(reader), HOST, 0)
        port = server.sockets[0].getsockname()[1]
        there = SipUri("sip", None, host=HOST, port=port).with_params(transport="tcp")
        flow = floor.transports.locate(there)
        assert flow is not None
        floor.transports.send(flow, b"one ")
        floor.transports.send(flow, b"two")
        reader = await accepted.get()
        assert await reader.readexactly(7) == b"one two"
        again = floor.transports.locate(there)
        assert again is not None
        floor.transports.send(again, b" three")
        assert await reader.readexactly(6) == b" three"
        assert floor.transports.connections == 1
        assert accepted.empty()
        server.close()


@on_loop
async def test_a_connection_that_does_not_come_about_closes_its_flow() -> None:
    async with a_floor() as floor:
        flow = floor.transports.locate(uri(f"sip:a@{HOST}:9;transport=tcp"))
        assert flow is not None
        floor.transports.send(flow, b"hello")
        assert await floor.came.get() == ("closed", flow)


@on_loop
async def test_a_connection_that_we_opened_fails_by_both_its_names_when_it_breaks() -> None:
    async with a_floor() as floor:
        accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        server = await asyncio.start_server(lambda _, writer: accepted.put_nowait(writer), HOST, 0)
        there = uri(f"sip:a@{HOST}:{server.sockets[0].getsockname()[1]};transport=tcp")
        first = floor.transports.locate(there)
        assert first is not None
        floor.transports.send(first, b"hello")
        writer = await accepted.get()
        while (opened := floor.transports.locate(there)) == first:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.001)
        writer.close()
        # By this name last: what is sent again when it is told goes over a new connection.
        assert [await floor.came.get(), await floor.came.get()] == [("closed", first), ("closed", opened)]
        server.close()


@on_loop
async def test_a_connection_without_any_use_is_closed_in_the_end() -> None:
    async with a_floor() as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        peers = [await asyncio.open_connection(*address) for _ in range(3)]
        flows = []
        for _, writer in peers:
            writer.write(incoming("OPTIONS").to_bytes())
            flows.append((await floor.came.get())[1])
        tcp = floor.transports._tcp
        now = tcp.now()
        tcp.close_idle(now + IDLE - 60)
        assert floor.transports.connections == 3
        floor.in_use = [flows[0]]
        tcp._connections[flows[1].connection].heard = now + 100
        tcp.close_idle(now + IDLE + 60)
        assert await floor.came.get() == ("closed", flows[2])
        assert await peers[2][0].read() == b""
        assert floor.transports.connections == 2
        for _, writer in peers:
            writer.close()


@on_loop
async def test_a_keep_alive_shows_that_a_connection_is_used() -> None:
    async with a_floor() as floor:
        reader, writer = await connected(floor)
        writer.write(incoming("OPTIONS").to_bytes())
        _, flow = await floor.came.get()
        connection = floor.transports._tcp._connections[flow.connection]
        connection.heard = 0.0
        writer.write(b"\r\n\r\n")
        await reader.readexactly(2)
        assert connection.heard > 0
        writer.close()


# --- both families, several listeners ---------------------------------------------------------------------


@on_loop
async def test_both_wildcards_have_the_same_port_side_by_side() -> None:
    async with a_floor() as floor:
        for transport in ("UDP", "TCP"):
            _, port = floor.transports.listen(transport, "0.0.0.0", 0)
            assert floor.transports.listen(transport, "::", port) == ("::", port)


@on_loop
async def test_an_ipv6_socket_takes_no_ipv4_peers() -> None:
    async with a_floor() as floor:
        _, udp = floor.transports.listen("UDP", "::", 0)
        _, tcp = floor.transports.listen("TCP", "::", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as four:
            four.sendto(b"from IPv4", (HOST, udp))
        with pytest.raises(OSError, match="refused"), socket.create_connection((HOST, tcp), timeout=2):
            pass
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
            six.sendto(b"from IPv6", ("::1", udp))
            data, flow = await floor.came.get()
            assert data == b"from IPv6"
            assert flow.remote == ("::1", six.getsockname()[1])


@on_loop
async def test_an_ipv6_address_that_is_taken_is_said() -> None:
    async with a_floor() as floor:
        for transport in ("UDP", "TCP"):
            _, port = floor.transports.listen(transport, "::1", 0)
            with pytest.raises(CannotListenError):
                floor.transports.listen(transport, "::1", port)


@pytest.mark.parametrize("public", ["198.51.100.1", "2001:db8::1"])
def test_a_public_address_is_for_peers_of_its_family(public: str) -> None:
    @on_loop
    async def play() -> None:
        async with a_floor(public) as floor:
            for host, far in (("0.0.0.0", "192.0.2.7"), ("::", "2001:db8:1::7")):
                flow = Flow("UDP", (host, 5060), (far, 5060))
                told, port = floor.transports.advertised(flow)
                assert port == 5060
                assert (":" in told) == (":" in far)
                assert (told == public) == ((":" in public) == (":" in far))

    play()


@on_loop
async def test_a_dialog_stays_at_its_listener() -> None:
    async with a_floor() as floor:
        listeners = [floor.transports.listen("UDP", HOST, 0) for _ in range(3)]
        flows = [Flow("UDP", local, (HOST, 40000)) for local in listeners]
        found = [floor.transports.way_to(uri(f"sip:a@{HOST}:40001"), flow) for flow in flows]
        assert [flow.local for flow in found if flow is not None] == listeners


@pytest.mark.parametrize("text", [f"sips:a@{HOST}", f"sips:a@{HOST}:5061", f"sips:a@{HOST};transport=tcp"])
def test_sips_is_never_sent_in_the_clear(text: str) -> None:
    @on_loop
    async def play() -> None:
        async with a_floor() as floor:
            floor.transports.listen("UDP", HOST, 0)
            with pytest.raises(Unreachable):
                await floor.transports.resolve(uri(text))

    play()


@on_loop
async def test_a_connection_is_found_by_its_address_however_that_is_spelt() -> None:
    async with a_floor() as floor:
        accepted: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
        server = await asyncio.start_server(lambda reader, _: accepted.put_nowait(reader), "::1", 0)
        port = server.sockets[0].getsockname()[1]
        for number, host in enumerate(("[0:0:0:0:0:0:0:1]", "[::0001]", "[::1]")):
            flow = floor.transports.locate(uri(f"sip:a@{host}:{port};transport=tcp"))
            assert flow is not None
            floor.transports.send(flow, b"%d" % number)
        assert await (await accepted.get()).readexactly(3) == b"012"
        assert accepted.empty()
        server.close()


@on_loop
async def test_a_full_table_of_connections_takes_those_that_we_open() -> None:
    async with a_floor(limits=ConnectionLimits(in_all=1)) as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        accepted: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
        server = await asyncio.start_server(lambda reader, _: accepted.put_nowait(reader), HOST, 0)
        _, first = await asyncio.open_connection(*address)
        first.write(incoming("OPTIONS").to_bytes())
        await floor.came.get()
        reader, _ = await asyncio.open_connection(*address)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        flow = floor.transports.locate(
            uri(f"sip:a@{HOST}:{server.sockets[0].getsockname()[1]};transport=tcp")
        )
        assert flow is not None
        floor.transports.send(flow, b"hello")
        assert await (await accepted.get()).readexactly(5) == b"hello"
        assert floor.transports.turned_away == {"too many in all": 1}
        first.close()
        server.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Wait until the other side closes."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@on_loop
async def test_who_says_half_a_message_makes_room_for_who_says_a_whole_one() -> None:
    async with a_floor(limits=ConnectionLimits(in_all=3)) as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        message = incoming("OPTIONS").to_bytes()
        strangers = [await asyncio.open_connection(*address) for _ in range(3)]
        for _, writer in strangers:
            writer.write(message[:40])
        for _ in range(6):
            _, phone = await asyncio.open_connection(*address)
            phone.write(message)
            while not isinstance((await floor.came.get())[0], Request):
                pass
            phone.close()
        assert await ended(strangers[0][0])
        assert floor.transports.connections <= 3


@on_loop
async def test_one_address_cannot_take_all_connections() -> None:
    async with a_floor(limits=ConnectionLimits(in_all=50, per_host=2)) as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        peers = [await asyncio.open_connection(*address) for _ in range(2)]
        for _ in range(3):
            reader, _ = await asyncio.open_connection(*address)
            assert await ended(reader)
        other = socket.create_connection(address, source_address=("127.0.0.2", 0))
        other.sendall(incoming("OPTIONS").to_bytes())
        assert isinstance((await floor.came.get())[0], Request)
        other.close()
        assert floor.transports.turned_away == {"too many from one address": 3}
        for _, writer in peers:
            writer.close()


@on_loop
async def test_a_message_must_be_whole_in_time() -> None:
    async with a_floor() as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        message = incoming("OPTIONS").to_bytes()
        peers = [await asyncio.open_connection(*address) for _ in range(5)]
        silent, half, pinging, fragment, second = peers
        half[1].write(message[:40])
        pinging[1].write(b"\r\n\r\n")
        assert await pinging[0].readexactly(2) == b"\r\n"
        fragment[1].write(message)
        await floor.came.get()
        fragment[1].write(b"\r\n")  # all that some phones send to keep a NAT open
        second[1].write(message)
        await floor.came.get()
        second[1].write(message[:-1])
        tcp = floor.transports._tcp
        there = tcp._connections
        while not any(one.proved and one.waiting for one in there.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        tcp.close_overdue(tcp.now() + 1)
        assert floor.transports.connections == 5
        tcp.close_overdue(tcp.now() + ConnectionLimits().first_message)
        for reader, _ in (silent, half, pinging, second):
            assert await ended(reader)
        assert floor.transports.connections == 1
        fragment[1].write(message)
        while not isinstance((await floor.came.get())[0], Request):
            pass
        fragment[1].close()


def test_a_part_of_the_process_s_files_is_kept_for_calls() -> None:
    assert [within_files(4096, files) for files in (64, 1024, 65536)] == [16, 256, 4096]
    assert within_files(4096, 8) == 8


def test_a_limit_that_bites_is_told_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    door = ConnectionCount(ConnectionLimits(), "SIP over TCP")
    for each in range(1000):
        door.bites("too many in all", "192.0.2.1", each * 0.1)
    assert [record.getMessage() for record in caplog.records] == [
        "SIP over TCP: connection closed, too many in all: address 192.0.2.1",
        "SIP over TCP: connection closed, too many in all: address 192.0.2.1, and 599 more since the last "
        "line",
    ]
    assert door.turned_away == {"too many in all": 1000}


@on_loop
async def test_who_refused_a_connection_is_not_asked_again_at_once() -> None:
    async with a_floor() as floor:
        local = floor.transports.listen("UDP", HOST, 0)
        datagrams = Flow("UDP", local, (HOST, 9))
        stream = floor.transports.stream_to(datagrams)
        assert stream is not None
        floor.transports.send(stream, b"hello")
        assert await floor.came.get() == ("closed", stream)
        assert floor.transports.stream_to(datagrams) is None


@on_loop
async def test_a_connection_that_a_peer_opened_is_down_once_it_is_closed() -> None:
    async with a_floor() as floor:
        address = floor.transports.listen("TCP", HOST, 0)
        _, writer = await asyncio.open_connection(*address)
        writer.write(incoming("OPTIONS").to_bytes() + b"\0\0\r\n\0" + incoming("OPTIONS").to_bytes())
        _, flow = await floor.came.get()
        message, _ = await floor.came.get()
        assert isinstance(message, Request), "NUL bytes between messages are nothing"
        assert floor.transports.is_up(flow)
        writer.close()
        assert await floor.came.get() == ("closed", flow)
        assert not floor.transports.is_up(flow)


# --- datagrams that wait -----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [HOST, "::1"])
def test_a_burst_of_datagrams_lets_the_loop_have_its_turn_and_tells_how_long_each_waited(host: str) -> None:
    @on_loop
    async def play() -> None:
        async with a_floor() as floor:
            address = floor.transports.listen("UDP", host, 0)
            waits: list[float] = []
            turns: list[int] = []
            turn = 0

            def slow(data: bytes, flow: Flow) -> None:
                waits.append(floor.transports.waited)
                turns.append(turn)
                began = time.monotonic()
                while time.monotonic() < began + SLICE_SECONDS / 2:
                    pass

            floor.transports._udp[0]._received = slow
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as peer:
                for number in range(40):
                    peer.sendto(b"%d" % number, address)
            while len(waits) < 40:
                turn += 1
                await asyncio.sleep(0)
            assert len(set(turns)) >= 10  # not all in one piece
            assert waits == sorted(waits)
            assert waits[-1] >= 39 * SLICE_SECONDS / 2
            assert floor.transports.waited == 0.0  # of what comes another way nothing is known

    play()
