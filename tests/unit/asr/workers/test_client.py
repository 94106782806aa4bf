"""The switch's side of recognition, with real worker processes: words arrive whatever happens to them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from asr.errors import UtteranceLost
from asr.protocol import StreamConfig
from asr.results import Partial
from asr.workers import places
from asr.workers.client import RecogniserBusy, Recognisers, RecogniserUnavailable
from asr.workers.places import LocalWorker
from asr.workers.setup import Setup
from supervision import keeper
from tests.support.paths import ROOT
from tests.unit.asr.workers.stock_server import StockServer
from tests.unit.asr.workers.tiny_engine import CRASH, HANG, RAISE, SEGMENT_END, SLOW, SLOW_SECONDS, speech

ENGINE = "tests.unit.asr.workers.tiny_engine"
PATIENCE = 90.0


@asynccontextmanager
async def recognisers(model: Path, **options: Any) -> AsyncIterator[Recognisers]:
    """Recognisers for English, up; no process of theirs is left behind."""
    given = Recognisers([Setup("en", ENGINE, model, **{"stall_seconds": 2.0, **options})])
    await given.start()
    try:
        await given.ready()
        yield given
        pids = workers(given)
    finally:
        await given.close()
    assert not [pid for pid in pids if alive(pid)]


def workers(given: Recognisers) -> list[int]:
    """The processes of the English workers."""
    found = [place.recogniser for place in given._pools["en"].places]
    return [worker.pid for worker in found if isinstance(worker, LocalWorker) and worker.pid is not None]


def alive(pid: int) -> bool:
    """Whether a process lives; one that waits to be buried does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test's coroutine; hanging is failing."""
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what others do, and tell nobody of."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def hear(given: Recognisers, pcm: bytes, **options: Any) -> str:
    """Recognise an utterance that comes in frames of 20 ms, as fast as it can."""
    recognition = await given.open("en", **options)
    for begin in range(0, len(pcm), 320):
        recognition.feed(pcm[begin : begin + 320])
    return (await recognition.finish()).text


def test_words_come_with_times_and_confidence_and_partials_on_the_way(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            partials: list[Partial] = []
            recognition = await given.open("en", on_partial=partials.append)
            recognition.feed(speech(0, 1, 2, SEGMENT_END))
            await until(lambda: bool(partials))
            recognition.feed(speech(3))
            final = await recognition.finish()
            assert final.text == "one two three"
            assert [(word.text, word.start) for word in final.words] == [
                ("one", 0.2),
                ("two", 0.4),
                ("three", 0.8),
            ]
            assert (final.confidence, final.language, final.engine) == (0.5, "en", ENGINE)
            assert partials[-1].text == "one two three"
            assert len(set(partials)) == len(partials)

    run(scenario)


def test_nothing_said_is_an_empty_result(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            assert await hear(given, b"") == ""
            assert await hear(given, speech(0)) == ""
            final = await (await given.open("en")).finish()
            assert (final.words, final.confidence) == ((), None)

    run(scenario)


def test_only_the_phrases_are_heard(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            assert (
                await hear(given, speech(1, 2, 3), config=StreamConfig(phrases=("one", "three")))
                == "one three"
            )

    run(scenario)


def test_audio_after_the_end_is_not_part_of_the_utterance(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            recognition = await given.open("en")
            recognition.feed(speech(1))
            finishing = asyncio.ensure_future(recognition.finish())
            await asyncio.sleep(0)
            recognition.feed(speech(2))
            assert (await finishing).text == "one"

    run(scenario)


@pytest.mark.parametrize("whole", [False, True], ids=["streaming", "whole"])
def test_a_worker_killed_in_mid_utterance_costs_no_word(tmp_path: Path, whole: bool) -> None:
    if whole:
        (tmp_path / "whole").touch()

    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            recognition = await given.open("en")
            recognition.feed(speech(1, 2))
            await asyncio.sleep(0.05)
            (victim,) = workers(given)
            os.kill(victim, signal.SIGKILL)
            recognition.feed(speech(3))
            assert (await recognition.finish()).text == "one two three"
            assert workers(given) != [victim]
            assert given.status()["en"]["restarts"] == 1

    run(scenario)


def test_a_worker_that_crashes_while_it_reads_costs_no_word(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path, workers=2) as given:
            assert await hear(given, speech(1, CRASH, 2)) == "one two"

    run(scenario)


@pytest.mark.parametrize("whole", [False, True], ids=["streaming", "whole"])
def test_a_worker_that_hangs_is_killed_and_costs_no_word(tmp_path: Path, whole: bool) -> None:
    if whole:
        (tmp_path / "whole").touch()

    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            (victim,) = workers(given)
            assert await hear(given, speech(1, HANG, 2)) == "one two"
            assert not alive(victim)

    run(scenario)


def test_a_worker_that_hangs_while_nobody_speaks_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PING_SECONDS", 0.2)
    monkeypatch.setattr(places, "PONG_SECONDS", 0.3)

    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            (victim,) = workers(given)
            os.kill(victim, signal.SIGSTOP)
            await until(lambda: victim not in workers(given))
            assert await hear(given, speech(4)) == "four"

    run(scenario)


def test_an_utterance_that_no_worker_survives_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "always").touch()

    async def scenario() -> None:
        async with recognisers(tmp_path, workers=2) as given:
            with pytest.raises(RecogniserUnavailable, match="No words after 3 tries"):
                await hear(given, speech(1, CRASH))
            assert await hear(given, speech(2)) == "two"

    run(scenario)


def test_who_stood_beside_an_utterance_that_no_worker_survives_gets_the_words(tmp_path: Path) -> None:
    for mark in ("always", "whole"):
        (tmp_path / mark).touch()

    async def scenario() -> None:
        async with recognisers(tmp_path, streams=3, queue_seconds=PATIENCE) as given:
            fatal, *others = await asyncio.gather(
                hear(given, speech(SLOW, CRASH)),
                hear(given, speech(SLOW, 1)),
                hear(given, speech(SLOW, 2)),
                return_exceptions=True,
            )
            assert isinstance(fatal, UtteranceLost)
            assert others == ["one", "two"]

    run(scenario)


def test_an_engine_that_fails_once_is_asked_again_and_its_worker_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            before = workers(given)
            assert await hear(given, speech(1, RAISE)) == "one"
            assert workers(given) == before

    run(scenario)


def test_a_full_house_queues_with_a_limit_and_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path, streams=1, queue_limit=1) as given:
            talking = await given.open("en")
            waiting = asyncio.ensure_future(given.open("en"))
            await asyncio.sleep(0)
            assert given.status()["en"]["waiting"] == 1
            with pytest.raises(RecogniserBusy, match="busy, and 1 wait"):
                await given.open("en")
            talking.feed(speech(1))
            assert (await talking.finish()).text == "one"
            second = await waiting
            second.feed(speech(2))
            assert (await second.finish()).text == "two"

    run(scenario)


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path, streams=1, queue_seconds=0.1) as given:
            talking = await given.open("en")
            with pytest.raises(RecogniserBusy, match=r"within 0\.1 s"):
                await given.open("en")
            assert given.status()["en"]["waiting"] == 0
            talking.cancel()
            assert await hear(given, speech(1)) == "one"

    run(scenario)


def test_a_worker_that_is_fuller_than_we_think_is_asked_again(tmp_path: Path) -> None:
    (tmp_path / "whole").touch()

    async def scenario() -> None:
        async with recognisers(tmp_path, streams=1) as given:
            gone = await given.open("en")
            gone.feed(speech(SLOW))
            finishing = asyncio.ensure_future(gone.finish())
            await asyncio.sleep(0.1)
            finishing.cancel()  # the worker still reads it
            assert await hear(given, speech(1)) == "one"

    run(scenario)


def test_an_utterance_given_up_gives_its_place_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path, streams=1, queue_seconds=5) as given:
            for _ in range(3):
                recognition = await given.open("en")
                recognition.feed(speech(1))
                recognition.cancel()
            assert await hear(given, speech(2)) == "two"
            assert given.status()["en"]["streams"] == 0

    run(scenario)


def test_several_callers_at_once_hear_their_own_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path, workers=2, streams=4) as given:
            said = [(1, 2), (3,), (4, 5, 1), (2, 2, SEGMENT_END, 3), (5,), (1, 3)]
            heard = await asyncio.gather(*(hear(given, speech(*values)) for values in said))
            assert heard == ["one two", "three", "four five one", "two three", "five", "one three"]

    run(scenario)


def test_a_language_that_nobody_knows_is_unavailable(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            assert given.capabilities("zh") is None
            with pytest.raises(RecogniserUnavailable, match='There is no recogniser for the language "zh"'):
                await given.open("zh")

    run(scenario)


def test_a_model_that_cannot_be_loaded_is_said_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PAUSES", (0.0,))

    async def scenario() -> None:
        given = Recognisers([Setup("en", ENGINE, tmp_path / "none")])
        await given.start()
        assert await given.ready() == frozenset()
        with pytest.raises(RecogniserUnavailable, match="none holds no tiny model"):
            await given.open("en")
        await given.close()

    run(scenario)


def test_a_stock_server_takes_a_workers_place_by_its_url_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        server = StockServer(tmp_path)
        given = Recognisers([Setup("en", "vosk-server", urls=(await server.start(),))])
        await given.start()
        assert await given.ready() == {"en"}
        assert (
            await hear(given, speech(1, SEGMENT_END, 2), config=StreamConfig(phrases=("one", "two")))
            == "one two"
        )
        assert await hear(given, b"") == ""
        assert server.utterances == 2
        await given.close()
        await server.stop()

    run(scenario)


def test_of_several_servers_a_lost_one_is_left_out_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PAUSES", (0.0, 0.05))

    async def scenario() -> None:
        first, second = StockServer(tmp_path), StockServer(tmp_path)
        urls = (await first.start(), await second.start())
        given = Recognisers([Setup("en", "vosk-server", urls=urls, streams=1)])
        await given.start()
        await until(lambda: given.status()["en"]["up"] == 2)
        recognition = await given.open("en")
        recognition.feed(speech(1))
        await until(lambda: first.utterances == 1)
        await first.stop()
        assert (await recognition.finish()).text == "one"
        assert second.utterances == 1
        assert given.status()["en"]["up"] == 1
        await first.start()
        await until(lambda: given.status()["en"]["up"] == 2)
        await given.close()
        await first.stop()
        await second.stop()

    run(scenario)


_SWITCH = """
import asyncio, sys
from pathlib import Path
from asr.workers.client import Recognisers
from asr.workers.setup import Setup

async def main() -> None:
    given = Recognisers([Setup("en", "tests.unit.asr.workers.tiny_engine", Path(sys.argv[1]), workers=2)])
    await given.start()
    while given.status()["en"]["up"] < 2:
        await asyncio.sleep(0.01)
    print(*(place.recogniser.pid for place in given._pools["en"].places), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_a_switch_that_is_killed_leaves_no_orphans(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SWITCH, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as switch:
        assert switch.stdout is not None
        pids = [int(pid) for pid in switch.stdout.readline().split()]
        assert len(pids) == 2
        switch.kill()
    until = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    assert not [pid for pid in pids if alive(pid)]


def test_a_worker_that_gets_no_processor_time_is_not_taken_for_one_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It owes an answer for three times its patience, but the machine never let it work."""
    had = [0.0]

    def a_little(place: LocalWorker) -> float:
        had[0] += 0.1
        return had[0]

    monkeypatch.setattr(LocalWorker, "processor_seconds", a_little)

    async def scenario() -> None:
        async with recognisers(tmp_path, stall_seconds=SLOW_SECONDS / 3) as given:
            before = workers(given)
            assert await hear(given, speech(1, SLOW)) == "one"
            assert workers(given) == before

    run(scenario)


def test_a_worker_that_is_busy_and_comes_to_no_end_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalWorker, "processor_seconds", lambda place: time.monotonic())

    async def scenario() -> None:
        async with recognisers(tmp_path) as given:
            (victim,) = workers(given)
            assert await hear(given, speech(1, HANG)) == "one"
            assert not alive(victim)

    run(scenario)
