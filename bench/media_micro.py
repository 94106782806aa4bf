"""What the media engine costs: CPU a packet and memory a leg, over real loopback sockets.

    python -m bench.media_micro [--legs 1000] [--seconds 4]

Two ways, both with the real engine:

* rounds: the far ends live in this process; between their turns the engine gets the packets of 20 ms at
  once, and only the engine's own turn is measured (CPU time of the thread, median of 150 rounds). Less
  disturbed by what else runs on the machine. "bare sockets" is the same without any work of ours.
* whole: a second process plays the far ends in real time, evenly spread; the whole engine process is
  measured, its loop and timers included. Only for a quiet machine.

A bridged leg receives 50 and sends 50 packets a second, and so does one that plays a prompt while its
caller's microphone is open; "a packet" counts both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import socket
import statistics
import struct
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from telephony.media import tones
from telephony.media.engine import Engine
from telephony.media.leg import Leg
from telephony.net.rtp_ports import BATCH, PortPool
from telephony.sdp.offer_answer import Codec, MediaDirection, Negotiated

HOST = "127.0.0.1"
PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}
ROUNDS = 150
SENDER_STEPS = 8


def agreed(port: int, codec: str) -> Negotiated:
    """What SDP would have agreed."""
    number = PAYLOAD_TYPES[codec]
    return Negotiated(
        remote_address=HOST,
        remote_port=port,
        remote_rtcp=(HOST, port + 1),
        codec=Codec(number, codec, 8000),
        receive={number: codec},
        dtmf_send=101,
        dtmf_receive=101,
        ptime_ms=20,
        direction=MediaDirection.SENDRECV,
        remote_hold=False,
    )


def phones(count: int) -> list[socket.socket]:
    """So many far ends."""
    made = []
    for _ in range(count):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, 0))
        sock.setblocking(False)
        made.append(sock)
    return made


def drain(sock: socket.socket) -> int:
    """Read all that waits; how many packets it was."""
    for count in range(1000):
        try:
            sock.recv(2048)
        except BlockingIOError:
            return count
    return 1000


def packet(payload_type: int, number: int, ssrc: int) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type, number & 0xFFFF, number * 160, ssrc) + bytes(160)


def rss() -> int:
    """Resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


# --- what the legs do


def bridge(engine: Engine, legs: list[Leg]) -> None:
    for a, b in zip(legs[::2], legs[1::2], strict=True):
        engine.bridge(a, b)


def play(engine: Engine, legs: list[Leg]) -> None:
    for leg in legs:
        leg.play(tones.music(), loop=True)


def tap(engine: Engine, legs: list[Leg]) -> None:
    for leg in legs:
        leg.tap(lambda frame: None)


def listen(engine: Engine, legs: list[Leg]) -> None:
    """Answered, and nothing is played."""


SAME, MIXED = ("PCMU", "PCMU"), ("PCMU", "PCMA")
SCENES: list[tuple[str, Callable[[Engine, list[Leg]], None], tuple[str, str]]] = [
    ("bridge", bridge, SAME),
    ("bridge, transcoding", bridge, MIXED),
    ("prompt", play, SAME),
    ("received only", listen, SAME),
    ("received and tapped", tap, SAME),
]


# --- rounds


def rounds(engine: Engine, legs: list[Leg], far: list[socket.socket], spoken: list[int]) -> Iterator[float]:
    """CPU seconds of the engine for each 20 ms of all legs."""
    reader, ticking, now = engine._services.reader, engine._services.ticker._phase_of, time.monotonic()
    for number in range(ROUNDS):
        for index, (sock, leg) in enumerate(zip(far, legs, strict=True)):
            sock.sendto(packet(spoken[index], number, index), (HOST, leg.port))
        now += 0.02
        started = time.thread_time()
        for _ in range(len(legs) // BATCH + 1):
            reader._read_ready()
        for target in list(ticking):
            target.tick(now)
        yield time.thread_time() - started
        for sock in far:
            drain(sock)


def bare_rounds(count: int) -> Iterator[float]:
    """The same for sockets without an engine: receive, send to another."""
    pool = PortPool(HOST, 20000, 20000 + 2 * count + 200)
    pairs, far = [pool.allocate() for _ in range(count)], phones(count)
    targets = [sock.getsockname() for sock in far]
    for number in range(ROUNDS):
        for index, (sock, pair) in enumerate(zip(far, pairs, strict=True)):
            sock.sendto(packet(0, number, index), (HOST, pair.port))
        started = time.thread_time()
        for index, pair in enumerate(pairs):
            data, _ = pair.rtp.recvfrom(2048)
            pairs[index ^ 1].rtp.sendto(data, targets[index ^ 1])
        yield time.thread_time() - started
        for sock in far:
            drain(sock)
    for pair in pairs:
        pool.release(pair)
    for sock in far:
        sock.close()


async def measure_rounds(count: int) -> None:
    bare = statistics.median(bare_rounds(count)) / count / 2
    print(f"rounds  {'bare sockets':<22}{count:5} legs  {bare * 1e6:5.2f} us a packet", flush=True)
    for name, arrange, codecs in SCENES:
        engine = Engine(asyncio.get_running_loop(), [PortPool(HOST, 20000, 20000 + 2 * count + 200)])
        far = phones(count)
        gc.collect()
        before = rss()
        legs = [engine.open_leg(dead_after=60.0) for _ in range(count)]
        spoken = [codecs[index % 2] for index in range(count)]
        for leg, sock, codec in zip(legs, far, spoken, strict=True):
            leg.apply(agreed(sock.getsockname()[1], codec))
        arrange(engine, legs)
        times = list(rounds(engine, legs, far, [PAYLOAD_TYPES[codec] for codec in spoken]))
        counters = engine.counters()
        packets = (counters.packets_received + counters.packets_sent) / ROUNDS
        print(
            f"rounds  {name:<22}{count:5} legs  {statistics.median(times) / packets * 1e6:5.2f} us a packet  "
            f"{(rss() - before) / count / 1024:4.1f} kB a leg",
            flush=True,
        )
        engine.close()
        for sock in far:
            sock.close()


# --- whole


def far_ends(ports: list[int], spoken: list[int], seconds: float, pipe: Connection) -> None:
    """The other process: tells its ports, waits for a word, sends for so long, tells what came back."""
    sockets = phones(len(ports))
    pipe.send([sock.getsockname()[1] for sock in sockets])
    pipe.recv()
    received = 0
    due = time.monotonic()
    for step in range(int(seconds * 50) * SENDER_STEPS):
        mine = range(step % SENDER_STEPS, len(sockets), SENDER_STEPS)
        for index in mine:
            data = packet(spoken[index], step // SENDER_STEPS, index)
            sockets[index].sendto(data, (HOST, ports[index]))
        due += 0.02 / SENDER_STEPS
        time.sleep(max(0.0, due - time.monotonic()))
        received += sum(drain(sockets[index]) for index in mine)
    pipe.send(received)


async def measure_whole(count: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    for name, arrange, codecs in SCENES:
        engine = Engine(loop, [PortPool(HOST, 20000, 20000 + 2 * count + 200)])
        legs = [engine.open_leg(dead_after=60.0) for _ in range(count)]
        spoken = [codecs[index % 2] for index in range(count)]
        ours, theirs = multiprocessing.Pipe()
        types = [PAYLOAD_TYPES[codec] for codec in spoken]
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
        packets = counters.packets_received + counters.packets_sent
        print(
            f"whole   {name:<22}{count:5} legs  {used / packets * 1e6:5.2f} us a packet  "
            f"{used / seconds * 100:5.1f} % of a core  in {counters.packets_received} "
            f"out {counters.packets_sent} back {came_back}  late {counters.late_ticks}",
            flush=True,
        )
        engine.close()
        process.join()


async def main(options: argparse.Namespace) -> None:
    """Measure both ways."""
    for codec in PAYLOAD_TYPES:
        tones.music().frames(codec)
    await measure_rounds(options.legs)
    if options.seconds > 0:
        await measure_whole(options.legs, options.seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.media_micro", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--legs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each whole measurement; 0: none")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parser.parse_args()))
