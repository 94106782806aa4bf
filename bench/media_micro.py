"""What the media engine costs: CPU a packet and memory a leg, over real loopback sockets.

    python bench/media_micro.py [--legs 1000] [--seconds 5]

A second process plays the far ends: it sends 50 packets a second to each leg, evenly spread, and reads what comes
back. Only the engine's process is measured. A bridged leg receives 50 and sends 50 packets a second; so does
a leg that plays a prompt while its caller's microphone is open. "per packet" divides by both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import socket
import struct
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from telephony.media import tones
from telephony.media.engine import Engine
from telephony.media.leg import Leg
from telephony.net.rtp_ports import PortPool
from telephony.sdp.offer_answer import Codec, Direction, Negotiated

HOST = "127.0.0.1"
SENDER_STEPS = 8


def far_ends(ports: list[int], payload_types: list[int], seconds: float, pipe: Connection) -> None:
    """The other process: one socket for each leg. Tells its ports, waits for a word, sends, tells what it got."""
    sockets = []
    for _ in ports:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, 0))
        sock.setblocking(False)
        sockets.append(sock)
    pipe.send([sock.getsockname()[1] for sock in sockets])
    pipe.recv()
    received = 0
    payload = bytes(160)
    due = time.monotonic()
    for step in range(int(seconds * 50) * SENDER_STEPS):
        mine = range(step % SENDER_STEPS, len(sockets), SENDER_STEPS)
        number = step // SENDER_STEPS
        for index in mine:
            header = struct.pack("!BBHII", 0x80, payload_types[index], number & 0xFFFF, number * 160, index)
            sockets[index].sendto(header + payload, (HOST, ports[index]))
        due += 0.02 / SENDER_STEPS
        time.sleep(max(0.0, due - time.monotonic()))
        for index in mine:
            try:
                while True:
                    sockets[index].recv(2048)
                    received += 1
            except BlockingIOError:
                pass
    pipe.send(received)


def agreed(port: int, codec: str) -> Negotiated:
    """What SDP would have agreed."""
    number = {"PCMU": 0, "PCMA": 8}[codec]
    return Negotiated(
        remote_address=HOST,
        remote_port=port,
        remote_rtcp=(HOST, port + 1),
        codec=Codec(number, codec, 8000),
        receive={number: codec},
        dtmf_send=101,
        dtmf_receive=101,
        ptime_ms=20,
        direction=Direction.SENDRECV,
        remote_hold=False,
    )


def rss() -> int:
    """Resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def bridge_all(engine: Engine, legs: list[Leg]) -> None:
    for a, b in zip(legs[::2], legs[1::2], strict=True):
        engine.bridge(a, b)


def play_all(engine: Engine, legs: list[Leg]) -> None:
    prompt = tones.music()
    for leg in legs:
        leg.play(prompt, loop=True)


def tap_all(engine: Engine, legs: list[Leg]) -> None:
    for leg in legs:
        leg.tap(lambda frame: None)


def nothing(engine: Engine, legs: list[Leg]) -> None:
    """Answered, and nothing is played: packets come in only."""


async def measure(
    name: str,
    arrange: Callable[[Engine, list[Leg]], None],
    count: int,
    seconds: float,
    codecs: tuple[str, str],
) -> None:
    """One line of figures."""
    loop = asyncio.get_running_loop()
    tones.music().frames("PCMU")
    engine = Engine(loop, [PortPool(HOST, 20000, 20000 + 2 * count + 200)])
    gc.collect()
    before = rss()
    legs = [engine.open_leg(dead_after=60.0) for _ in range(count)]
    spoken = [codecs[index % 2] for index in range(count)]
    ours, theirs = multiprocessing.Pipe()
    types = [{"PCMU": 0, "PCMA": 8}[codec] for codec in spoken]
    process = multiprocessing.get_context("spawn").Process(
        target=far_ends, args=([leg.port for leg in legs], types, seconds, theirs)
    )
    process.start()
    ports = await loop.run_in_executor(None, ours.recv)
    for leg, port, codec in zip(legs, ports, spoken, strict=True):
        leg.apply(agreed(port, codec))
    arrange(engine, legs)
    ours.send("go")
    started = time.process_time()
    came_back = await loop.run_in_executor(None, ours.recv)
    used = time.process_time() - started
    counters = engine.counters()
    memory = (rss() - before) / count
    packets = counters.packets_received + counters.packets_sent
    print(
        f"{name:<24} {count:5} legs  in {counters.packets_received:8} out {counters.packets_sent:8} "
        f"back {came_back:8}  {used / packets * 1e6:5.2f} us/packet  {used / seconds * 100:5.1f} % of a core  "
        f"{memory / 1024:5.1f} kB/leg  late {counters.late_ticks}",
        flush=True,
    )
    engine.close()
    process.join()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    legs, seconds = options.legs, options.seconds
    same, mixed = ("PCMU", "PCMU"), ("PCMU", "PCMA")
    await measure("bridge, same codec", bridge_all, legs, seconds, same)
    await measure("bridge, transcoding", bridge_all, legs, seconds, mixed)
    await measure("prompt", play_all, legs, seconds, same)
    await measure("received only", nothing, legs, seconds, same)
    await measure("received and tapped", tap_all, legs, seconds, same)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
