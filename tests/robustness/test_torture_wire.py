"""The torture messages of RFC 4475 and RFC 5118 against a listening switch, over UDP and TCP.

`Torture.answer` holds the statuses that are right; `test_rfc4475` checks what the parser makes of each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.conformance.torture import IPV6_MESSAGES, MESSAGES, Torture
from tests.robustness import rig
from tests.support import wire
from tests.support.ports import HOST, wait_for
from tests.support.switch import Switch

pytestmark = pytest.mark.slow

ALL = [*MESSAGES, *IPV6_MESSAGES]
# Answers go to the port of the Via at the address of the sender, nearly always 5060: addresses of our own,
# so that no other program of this machine is there, another run of these tests included. The first is a
# trunk, whose calls are taken further.
TRUNK, STRANGER = rig.own_address(), rig.own_address()


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch that knows the trunk, checked for remains at the end."""
    trunks = [{"name": "torture", "addresses": [HOST, TRUNK], "numbers": ["*"]}]
    # Who sends all of them is banned after ten, and then nothing of the rest would be tried.
    sip = {**rig.SIP_TIMERS, "guessing": {"never": [STRANGER]}}
    running = rig.start(tmp_path_factory.mktemp("torture"), {"trunks": trunks, "sip": sip})
    try:
        tidy = rig.Tidy(running)
        yield running
        tidy.check()
    finally:
        running.stop()


def forget(switch: Switch) -> None:
    """Wait until what was sent before is no transaction any more: sent again, it would be a repetition."""
    wait_for(lambda: not rig.gauges(switch)["hotline_transactions"], "old transactions to end", every=0.1)


@pytest.fixture(scope="module", params=[TRUNK, STRANGER], ids=["trunk", "stranger"])
def host(switch: Switch, request: pytest.FixtureRequest) -> str:
    """Whence datagrams come."""
    forget(switch)
    return str(request.param)


@pytest.fixture(scope="module")
def earlier(host: str) -> set[str]:
    """Refusals of INVITEs to this address."""
    return set()


@pytest.fixture(scope="module")
def streams(switch: Switch) -> None:
    """After all datagrams."""
    forget(switch)


def listens(address: wire.Address) -> bool:
    """Whether the address is free for us (someone may hold the port on all addresses)."""

    async def bind() -> None:
        (await wire.open_udp(address, address)).close()

    try:
        asyncio.run(bind())
    except OSError:
        return False
    return True


async def first_answer(line: wire.Line, data: bytes, earlier: set[str]) -> int | None:
    """The status of the first answer beyond 100 to a message, None for silence.

    Args:
        line: where to send it; a message sent after it tells when the switch has dealt with it.
        data: the message.
        earlier: To and CSeq of the refusals of INVITEs before, which come again; that of this one is added.
    """
    answers: asyncio.Queue[wire.Message] = asyncio.Queue()
    line.stray = lambda message, _line, _source: answers.put_nowait(message)
    line.send(data)
    probe = wire.Call(line, "", target=f"sip:{HOST}", remote=f"<sip:{HOST}>")
    line.calls[probe.call_id] = lambda message, _: probe.replies.put_nowait(message)
    line.send(probe.request("OPTIONS"))
    assert (await probe.reply("OPTIONS")).status == 200
    assert not line.broken, line.broken
    trying = False
    while trying or not answers.empty():
        answer = await asyncio.wait_for(answers.get(), 5)
        name = answer.get("to") + answer.get("cseq")
        trying = trying or answer.status == 100
        if answer.status > 100 and name not in earlier:
            if answer.method == "INVITE":
                earlier.add(name)
            return answer.status
    return None


@pytest.mark.parametrize("torture", ALL, ids=lambda torture: torture.name)
def test_datagram_is_answered_as_the_rfc_has_it(
    switch: Switch, torture: Torture, host: str, earlier: set[str]
) -> None:
    local = host, torture.answer_port or 0
    if not listens(local):
        pytest.skip(f"another program has port {local[1]} on all addresses")

    async def run() -> int | None:
        line = await wire.open_udp(switch.sip, local)
        try:
            return await first_answer(line, torture.data, earlier)
        finally:
            line.close()

    assert asyncio.run(run()) in torture.answer


def framed(data: bytes) -> bool:
    """Whether Content-Length is there and says what follows the first blank line."""
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line for line in head.split(b"\r\n") if line.lower().startswith((b"content-length", b"l:", b"l :"))
    ]
    return len(lengths) == 1 and lengths[0].partition(b":")[2].strip() == str(len(body)).encode()


@pytest.mark.parametrize(
    "torture", [each for each in ALL if framed(each.data)], ids=lambda torture: torture.name
)
def test_stream_is_answered_as_the_rfc_has_it_and_goes_on(
    switch: Switch, streams: None, torture: Torture
) -> None:
    async def run() -> int | None:
        line = await wire.open_tcp(switch.sip)
        try:
            return await first_answer(line, torture.data, set())
        finally:
            line.close()

    assert asyncio.run(run()) in torture.answer


@pytest.mark.parametrize(
    "torture", [each for each in ALL if not framed(each.data)], ids=lambda torture: torture.name
)
def test_stream_without_framing_is_answered_or_closed(
    switch: Switch, streams: None, torture: Torture
) -> None:
    """Where the message ends cannot be known: what counts is that others do not notice."""

    async def run() -> None:
        line = await wire.open_tcp(switch.sip)
        answers: list[wire.Message] = []
        line.stray = lambda message, _line, _source: answers.append(message)
        line.send(torture.data)
        other = await wire.open_udp(switch.sip)
        assert await first_answer(other, b"\r\n\r\n", set()) is None
        assert not line.broken, line.broken
        assert {answer.status for answer in answers[:1]} <= torture.answer | {400, 513}
        line.close()
        other.close()

    asyncio.run(run())
