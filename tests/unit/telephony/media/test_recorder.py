"""Recordings: what is in them, and that a crash, a full disk or a slow one spoil as little as can be."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.media import recorder, tones
from telephony.media.recorder import LegRecording, RecordingWriter, wav_header
from tests.support.paths import ROOT
from tests.unit.telephony.media.far_end import Rig, a_rig, level, on_loop, sine


def read(path: Path) -> NDArray[np.int16]:
    """Shape (samples, 2), as any program would read it."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        data = file.readframes(file.getnframes())
        assert len(data) == file.getnframes() * 4, "the header promises more than there is"
        return np.frombuffer(data, "<i2").reshape(-1, 2)


class Ends:
    """What a recording reports."""

    def __init__(self) -> None:
        self.errors: list[OSError] = []
        self._closed = asyncio.Event()

    async def closed(self) -> None:
        await asyncio.wait_for(self._closed.wait(), 5)

    def start(self, rig: Rig, path: Path, **call: str) -> tuple:  # type: ignore[type-arg]
        leg, far = rig.call(**call)
        return leg, far, leg.record(path, on_error=self.errors.append, on_closed=self._closed.set)


@on_loop
async def test_left_is_what_the_leg_says_and_right_what_it_hears(tmp_path: Path) -> None:
    async with a_rig() as rig:
        ends, path = Ends(), tmp_path / "calls" / "one.wav"
        leg, far, recording = ends.start(rig, path, codec="PCMA")
        leg.play(tones.sine(400.0), loop=True)
        await far.talk(sine(900.0, 1.0, -18.0))
        recorded = recording.recorded_ms
        recording.stop()
        recording.stop()
        await ends.closed()
        samples = read(path)
        assert len(samples) == recorded * 8
        assert abs(recorded - 1000) <= 100
        assert os.stat(path).st_mode & 0o777 == 0o600
        left, right = samples[2000:6000, 0], samples[2000:6000, 1]
        assert level(left, 900.0) > -19
        assert level(left, 400.0) < -50
        assert level(right, 400.0) > -19
        assert level(right, 900.0) < -50
        assert not ends.errors


@on_loop
async def test_both_sides_are_in_time_with_each_other_and_silence_is_filled_in(tmp_path: Path) -> None:
    async with a_rig() as rig:
        ends, path = Ends(), tmp_path / "two.wav"
        leg, far, recording = ends.start(rig, path)
        leg.echo(True)
        quiet: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        prompt_leg, _ = rig.call()
        prompt_leg.play(tones.silence(600), on_done=quiet.set_result)
        await quiet  # 600 ms in which nobody says anything
        await far.talk(sine(900.0, 0.3))
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        prompt_leg.play(tones.silence(300), on_done=done.set_result)
        await done
        recording.stop()
        await ends.closed()
        loud = np.abs(read(path)) > 1000
        begins = [int(np.argmax(loud[:, side])) / 8 for side in (0, 1)]
        lengths = [int(loud[:, side].nonzero()[0][-1]) / 8 - begins[side] for side in (0, 1)]
        assert abs(begins[0] - begins[1]) <= 60
        assert all(600 <= begin <= 800 for begin in begins)
        assert all(abs(length - 300) <= 25 for length in lengths)


@on_loop
async def test_a_bridged_call_is_recorded_while_packets_are_relayed(tmp_path: Path) -> None:
    async with a_rig() as rig:
        ends = Ends()
        leg, far, recording = ends.start(rig, tmp_path / "b.wav")
        other_leg, other = rig.call("PCMA")
        rig.engine.bridge(leg, other_leg)
        far.talk(sine(900.0, 0.8))
        await other.talk(sine(500.0, 0.8))
        await far.until(lambda: len(far.received) == 40)
        recording.stop()
        await ends.closed()
        samples = read(tmp_path / "b.wav")[2000:5000]
        assert level(samples[:, 0], 900.0) > -16.5
        assert level(samples[:, 1], 500.0) > -16.5
        assert level(samples[:, 1], 900.0) < -45


@on_loop
async def test_a_pause_is_silence_and_takes_its_time(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    writer, ends = RecordingWriter(loop), asyncio.Event()
    recording = LegRecording(writer, tmp_path / "p.wav", lambda _: None, None, ends.set)
    sound = np.full(160, 5000, np.int16)
    for number in range(90):
        if number == 30:
            recording.pause()
        if number == 60:
            recording.resume()
        recording.receive_left(sound)
        recording.receive_right(sound)
    recording.stop()
    await asyncio.wait_for(ends.wait(), 5)
    samples = read(tmp_path / "p.wav").reshape(90, 160, 2)
    assert (samples[:30] == 5000).all()
    assert (samples[30:60] == 0).all()
    assert (samples[60:] == 5000).all()
    writer.close()


@on_loop
async def test_the_file_grows_and_is_playable_while_the_call_goes_on(tmp_path: Path) -> None:
    async with a_rig() as rig:
        path = tmp_path / "g.wav"
        leg, _, recording = Ends().start(rig, path)
        lengths: list[int] = []
        async with asyncio.timeout(8):
            while len(lengths) < 3:
                await asyncio.sleep(0.05)
                length = len(read(path)) if path.exists() else 0
                if length and length not in lengths:
                    lengths.append(length)
                    assert recording.recorded_ms * 8 - length <= 8000
        assert lengths == sorted(lengths)
        assert rig.engine.counters().recordings == 1
        leg.close()
        assert rig.engine.counters().recordings == 0


def test_what_a_killed_process_recorded_can_be_played(tmp_path: Path) -> None:
    async def kill_in_the_middle() -> float:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.unit.telephony.media.recording_child", str(tmp_path / "k.wav")),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert child.stdout is not None
        recorded = 0.0
        async with asyncio.timeout(30):
            while recorded < 1.5:
                line = await child.stdout.readline()
                assert line, "the child ended by itself"
                recorded = float(line)
        child.send_signal(signal.SIGKILL)
        assert await child.wait() == -signal.SIGKILL
        return recorded

    recorded = asyncio.run(kill_in_the_middle())
    samples = read(tmp_path / "k.wav")
    assert recorded - 1.0 <= len(samples) / 8000 <= recorded + 0.5
    assert level(samples[:, 1], 440.0) > -19


@on_loop
async def test_a_disk_that_fails_is_reported_once_and_the_call_goes_on(tmp_path: Path) -> None:
    async with a_rig() as rig:
        ends = Ends()
        leg, far, _ = ends.start(rig, tmp_path / "full.wav")
        leg.play(tones.sine(400.0), loop=True)
        # The nearest to a full disk that needs no disk: no file may grow beyond 20 kB in this process.
        old = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, old[1]))
        try:
            await ends.closed()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
        assert len(ends.errors) == 1
        before = len(far.received)
        await far.until(lambda: len(far.received) >= before + 30)
        assert leg.sender.stream is None
        assert len(read(tmp_path / "full.wav")) == 4000  # what fitted can be played
        assert rig.engine.counters().recordings == 0


@on_loop
async def test_a_file_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    async with a_rig() as rig:
        path, ends = tmp_path / "there.wav", Ends()
        path.write_bytes(b"precious")
        _, _, recording = ends.start(rig, path)
        recording.stop()
        await ends.closed()
        assert isinstance(ends.errors[0], FileExistsError)
        assert path.read_bytes() == b"precious"


@on_loop
async def test_a_stalled_disk_costs_pieces_that_stay_silent_at_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "MAX_PENDING_CHUNKS", 2)
    loop = asyncio.get_running_loop()
    writer, closed = RecordingWriter(loop), asyncio.Event()
    fifo = tmp_path / "stalled.wav"
    os.mkfifo(fifo)  # opening it for writing waits for a reader: a disk that does not answer
    stalled = writer.open(fifo, lambda error: None, lambda: None)
    monkeypatch.setattr(os, "O_EXCL", 0)
    writer.write(stalled, 0, b"x")
    async with asyncio.timeout(5):
        while writer._jobs.qsize():  # noqa: ASYNC110 (the thread tells nobody that it waits)
            await asyncio.sleep(0.001)
    recording = LegRecording(writer, tmp_path / "late.wav", lambda _: None, None, closed.set)
    sound = np.full(160, 5000, np.int16)
    for number in range(100):  # four pieces, of which two fit into the queue
        recording.receive_left(sound)
        recording.receive_right(sound)
        if number == 74:
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            async with asyncio.timeout(5):
                while writer._jobs.qsize():  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
    recording.stop()
    writer.finish(stalled)
    await asyncio.wait_for(closed.wait(), 5)
    writer.close()
    os.close(reader)
    assert writer.dropped_chunks == 1
    pieces = read(tmp_path / "late.wav").reshape(4, -1)
    assert [bool(piece.all()) for piece in pieces] == [True, True, False, True]
    assert not pieces[2].any()


def test_the_header_is_a_wav_of_8_khz_stereo() -> None:
    header = wav_header(640)
    assert len(header) == 44
    assert int.from_bytes(header[4:8], "little") == 36 + 640
    assert int.from_bytes(header[40:44], "little") == 640


@on_loop
async def test_closing_the_engine_finishes_recordings_on_disk(tmp_path: Path) -> None:
    async with a_rig() as rig:
        leg, far, recording = Ends().start(rig, tmp_path / "c.wav")
        leg.play(tones.sine(400.0), loop=True)
        await far.until(lambda: len(far.received) == 20)
        rig.engine.close()
        assert len(read(tmp_path / "c.wav")) == recording.recorded_ms * 8
