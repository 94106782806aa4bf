"""The live stream: a snapshot, then everything as it is applied; and the metrics that say how it goes."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from callback_queue.tickets.events import TicketChanged
from cdr.store import EventStore
from config import load_site
from config.database import create_engine, site_database
from journal.codec import to_row
from tests.console import story
from tests.console.stage import Stage
from tests.support.ports import wait_for

PATIENCE = 20.0


def follow(
    stage: Stage, role: str | None = "supervisor", query: str = "", **headers: str
) -> ClientConnection:
    """Open the stream."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    if role is not None:
        more["Authorization"] = f"Bearer {stage.tokens[role]}"
    address = f"ws://{stage.address}/api/v1/live{query}"
    return connect(address, additional_headers=more, open_timeout=PATIENCE, max_size=2**24)


@pytest.fixture
def stream(stage: Stage) -> Iterator[ClientConnection]:
    """A supervisor's stream, whose snapshot has come."""
    with follow(stage) as stream:
        assert hear(stream)["type"] == "snapshot"
        yield stream


def hear(stream: ClientConnection) -> dict:
    """The next message."""
    return json.loads(stream.recv(timeout=PATIENCE))


def events(stream: ClientConnection, count: int) -> list[dict]:
    """The next events."""
    found: list[dict] = []
    while len(found) < count:
        message = hear(stream)
        if message["type"] == "event":
            found.append(message["event"])
    return found


def test_first_comes_the_overview_as_it_is(stage: Stage) -> None:
    stage.switch.waiting["support"] = [story.waiting("e1", "c1", 7.0, number="+4930123456")]
    with follow(stage) as stream:
        snapshot = hear(stream)
    assert snapshot["type"] == "snapshot"
    assert snapshot["overview"]["queues"][0]["waiting"][0]["number"] == "+4930123456"
    assert [agent["number"] for agent in snapshot["overview"]["agents"]] == ["1001", "1002", "1003"]
    stage.switch.waiting["support"] = []


def test_every_event_is_told_once_and_in_order(stage: Stage, stream: ClientConnection) -> None:
    told = story.handled("live1", time.time())
    stage.tell(*told)
    heard = events(stream, len(told))
    assert [event["event"] for event in heard] == [type(event).__name__ for event in told]
    assert heard[0]["caller"] == story.CALLER
    assert {event["switch"] for event in heard} == {"switch-1"}


def test_events_of_another_switch_on_the_same_database_are_told_too(
    stage: Stage, stream: ClientConnection
) -> None:
    async def write_as_its_recorder_does() -> None:
        url = site_database(load_site(stage.site))
        assert url is not None
        engine = create_engine(url)
        row = {**to_row(story.arrival("other", time.time())[0]), "switch": "switch-2", "seq": 1}
        async with engine.begin() as connection:
            await EventStore(engine).append_batch(connection, [row])
        await engine.dispose()

    asyncio.run(write_as_its_recorder_does())
    stage.tell(story.arrival("own", time.time())[0])
    assert {event["switch"] for event in events(stream, 2)} == {"switch-1", "switch-2"}


def test_only_the_kinds_that_were_asked_for_are_told(stage: Stage) -> None:
    with follow(stage, query="?kinds=CallEnded,QueueLeft") as stream:
        assert hear(stream)["type"] == "snapshot"
        stage.tell(*story.abandoned("live2", time.time()))
        assert [event["event"] for event in events(stream, 2)] == ["QueueLeft", "CallEnded"]


def test_those_who_only_look_see_no_numbers_and_no_keys(stage: Stage) -> None:
    stage.switch.waiting["support"] = [story.waiting("e1", "live3", 7.0)]
    stage.switch.calls = [
        {"call": "live3", "caller": story.CALLER, "called": "4000", "source": "trunk:carrier"}
    ]
    with follow(stage, "read") as stream:
        said = stream.recv(timeout=PATIENCE)
        told = [*story.handled("live3", time.time()), story.ticket("100077", "live3", time.time())]
        stage.tell(*told)
        heard = events(stream, len(told))
    stage.switch.waiting["support"], stage.switch.calls = [], []
    whole = str(said) + json.dumps(heard, ensure_ascii=False)
    for private in (story.CALLER, "912345678", "Printer on", "Paper"):
        assert private not in whole
    assert next(event for event in heard if event["event"] == "DigitReceived")["digit"] == ""
    assert next(event for event in heard if event["event"] == "CallOffered")["called"] == "4000"


def test_a_change_of_the_overview_is_told_without_any_event(stage: Stage, stream: ClientConnection) -> None:
    assert stage.post("/api/v1/agents/1002/log-in").status == 202
    while True:
        message = hear(stream)
        if message["type"] == "overview":
            agent = next(one for one in message["overview"]["agents"] if one["number"] == "1002")
            if agent["state"] == "available":
                break


def test_a_switch_that_goes_and_comes_back_is_told(stage: Stage, stream: ClientConnection) -> None:
    stage.stop_switch()
    while (message := hear(stream))["type"] != "overview" or message["overview"] is not None:
        pass
    stage.start_switch()
    while (message := hear(stream))["type"] != "overview" or message["overview"] is None:
        pass


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer hotline_wrong"}])
def test_without_a_token_the_stream_ends_at_once(stage: Stage, headers: dict[str, str]) -> None:
    with follow(stage, None, **headers) as stream, pytest.raises(ConnectionClosed) as caught:
        stream.recv(timeout=PATIENCE)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4401


def test_another_sites_page_cannot_follow_with_our_cookie(stage: Stage) -> None:
    cookie = f"hotline_token={stage.tokens['supervisor']}"
    own = follow(stage, None, Cookie=cookie, Origin=f"http://{stage.address}")
    with own as stream:
        assert hear(stream)["type"] == "snapshot"
    other = follow(stage, None, Cookie=cookie, Origin="http://evil.example")
    with other as stream, pytest.raises(ConnectionClosed) as caught:
        stream.recv(timeout=PATIENCE)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4403


# --- metrics ---------------------------------------------------------------------------------------------


def metrics(stage: Stage) -> dict[str, float]:
    """All metrics by name and labels."""
    text = stage.get("/metrics", role="read").body.decode()
    found = re.findall(r"^(\w+(?:\{[^}]*\})?) ([-+.\w]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_the_metrics_say_what_the_overview_and_the_database_do(stage: Stage) -> None:
    stage.switch.waiting["support"] = [
        story.waiting("m1", "m1", 30.0),
        story.waiting("m2", "m2", 10.0, position=2),
        story.waiting("m3", "", 99.0, kind="callback", callback="100078.1", position=3),
    ]
    now = time.time()
    stage.tell(
        *story.handled("m9", now - 90),
        *story.arrival("t9", now),
        story.ticket("100078", "t9", now),
        story.callback("100078", "t9", now, due=now - 5),
        *story.ended("t9", now),
    )
    stage.when("/api/v1/callbacks/100078.1", lambda found: found["callback"], "the callback")
    found = metrics(stage)
    assert found['hotline_queue_waiting{queue="support"}'] == 2
    assert found['hotline_queue_longest_wait_seconds{queue="support"}'] == pytest.approx(30, abs=5)
    assert found['hotline_callbacks_due{queue="support"}'] >= 1
    assert found['hotline_tickets_open{queue="support"}'] >= 1
    assert found["hotline_recorder_lag_events"] == 3
    assert found["hotline_switch_up"] == 1
    assert sum(value for name, value in found.items() if name.startswith("hotline_agents{")) == 3
    # Figures of today are a few seconds old at most.
    level = 'hotline_queue_service_level_ratio{definition="genesys",queue="support"}'
    wait_for(lambda: level in metrics(stage), "the service level", timeout=20, every=0.5)
    stage.switch.waiting["support"] = []


def test_the_time_of_answers_is_measured_by_route_and_never_by_what_was_asked(stage: Stage) -> None:
    stage.get("/api/v1/calls/private-id")
    labels = 'method="GET",route="/api/v1/calls/{call}",status="404"'
    text = stage.get("/metrics").body.decode()
    assert f"hotline_api_request_seconds_count{{{labels}}}" in text
    assert "private-id" not in text
    assert "hotline_live_watchers" in metrics(stage)


def test_who_reads_too_slowly_is_dropped_with_a_code_while_others_are_told_all(stage: Stage) -> None:
    count = 450
    query = "?kinds=TicketChanged"
    with narrow(stage, query) as slow, follow(stage, query=query) as quick:
        assert hear(slow)["type"] == hear(quick)["type"] == "snapshot"
        text = "x" * 25_000
        stage.tell(
            *(
                TicketChanged(time.time(), ticket="0", by=f"writer {n}", changes={}, note=text)
                for n in range(count)
            )
        )
        assert [event["by"] for event in events(quick, count)] == [f"writer {n}" for n in range(count)]
        wait_for(lambda: metrics(stage)["hotline_live_watchers"] == 1, "the slow one to be given up", 30)
        # What was on its way is read now; behind it comes the end.
        with pytest.raises(ConnectionClosed) as caught:
            read_all(slow)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4408


def narrow(stage: Stage, query: str) -> ClientConnection:
    """A stream over a connection that holds but little of what nobody reads."""
    host, _, port = stage.address.partition(":")
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    address = f"ws://{stage.address}/api/v1/live{query}"
    headers = {"Authorization": f"Bearer {stage.tokens['supervisor']}"}
    return connect(address, sock=connection, additional_headers=headers, max_queue=1)


def read_all(stream: ClientConnection) -> None:
    """Read until the stream ends."""
    while True:
        stream.recv(timeout=PATIENCE)
