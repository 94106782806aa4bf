"""The API of a console that runs: what happened is found, what is wished goes to the switch."""

from __future__ import annotations

import re
import time

import pytest

from tests.console import story
from tests.console.stage import Stage

NOW = time.time()


@pytest.fixture(scope="module")
def busy(either_stage: Stage) -> Stage:
    """A hotline on which a few things have happened."""
    stage = either_stage
    for file, seconds in (("problem", 3.4), ("confirm", 0.8), ("whole", 9.0)):
        stage.record(f"c3/{file}.wav", seconds)
    stage.record("c1.wav", 4.0)
    stage.tell(
        *story.handled("c1", NOW - 300),
        *story.abandoned("c2", NOW - 200, caller="+4930123456"),
        *story.arrival("c3", NOW - 100),
        story.ticket("100001", "c3", NOW - 50),
        story.callback("100001", "c3", NOW - 50),
        *story.ended("c3", NOW - 49),
    )
    stage.when("/api/v1/calls/c3", lambda call: call["ended"], "the call to be over")
    stage.when("/api/v1/callbacks", lambda found: len(found["items"]) >= 1, "the callback to be there")
    return stage


def test_calls_are_listed_newest_first_and_page_by_page(busy: Stage) -> None:
    whole = busy.get("/api/v1/calls").json
    assert [call["call"] for call in whole["items"]] == ["c3", "c2", "c1"]
    assert whole["next"] is None
    pages, cursor = [], ""
    while True:
        page = busy.get(f"/api/v1/calls?limit=1{cursor}").json
        pages += [call["call"] for call in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert pages == ["c3", "c2", "c1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("queue=support", ["c2", "c1"]),
        ("agent=1001", ["c1"]),
        ("agent=100", []),
        ("outcome=abandoned", ["c2"]),
        ("number=123456", ["c2"]),
        ("direction=out", []),
        ("from=-150s", ["c3"]),
        ("until=-250s", ["c1"]),
        ("figure=queues/support/asa&from=-400s", ["c1"]),
        ("figure=queues/support/offered&from=-400s", ["c2", "c1"]),
        ("figure=queues/support/callbacks_requested&from=-400s&queue=", ["c3"]),
    ],
)
def test_calls_are_found_by_what_they_were(busy: Stage, query: str, found: list[str]) -> None:
    # "-150s" stands for 150 s ago.
    since = re.sub(r"-(\d+)s", lambda ago: str(NOW - int(ago[1])), query)
    answer = busy.get(f"/api/v1/calls?{since}")
    assert answer.status == 200, answer.body
    calls = [call["call"] for call in answer.json["items"]]
    assert [call for call in calls if call in ("c1", "c2", "c3")] == found


def test_a_call_is_told_with_its_legs_stretches_and_events(busy: Stage) -> None:
    call = busy.get("/api/v1/calls/c1").json
    assert call["outcome"] == "handled"
    assert call["agents"] == ["1001"]
    assert call["queues"] == ["support"]
    assert (call["wait_ms"], call["talk_ms"]) == (5000, 60000)
    assert {"queue", "ringing", "talk"} <= {one["kind"] for one in call["segments"]}
    assert call["digits"] == "•"
    events = busy.get("/api/v1/calls/c1/events").json["items"]
    assert [event["kind"] for event in events][:3] == ["CallOffered", "CallAnswered", "QueueEntered"]
    assert busy.get("/api/v1/calls/nothing").status == 404


def test_a_recording_is_played_whole_and_in_pieces(busy: Stage) -> None:
    audio = busy.get("/api/v1/calls/c1").json["audio"]
    assert [one["recorded_ms"] for one in audio] == [60000]
    whole = busy.get(audio[0]["url"])
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.body == (busy.site / "recordings" / "c1.wav").read_bytes()
    piece = busy.get(audio[0]["url"], Range="bytes=100-199")
    assert (piece.status, piece.body) == (206, whole.body[100:200])
    assert busy.get("/api/v1/calls/c1/recordings/7").status == 404


def test_a_ticket_is_told_with_slots_sound_and_history(busy: Stage) -> None:
    listed = busy.get("/api/v1/tickets?open=true").json
    first = next(one for one in listed["items"] if one["number"] == "100001")
    assert first["callback"]["callback"] == "100001.1"
    assert listed["total"] >= 1
    ticket = busy.get("/api/v1/tickets/100001").json
    assert ticket["title"] == "Printer on floor three is jammed"
    assert ticket["caller"] == story.CALLER
    assert [one["slot"] for one in ticket["audio"]] == ["problem", "confirm_problem", ""]
    assert [one["name"] for one in ticket["slots"]] == ["problem", "callback_number"]
    assert ticket["history"][0]["what"] == "opened"
    assert "solved" in ticket["next_states"]
    assert "joined" not in ticket["next_states"]
    for audio in ticket["audio"]:
        assert busy.get(audio["url"]).body[:4] == b"RIFF"
    assert busy.get("/api/v1/tickets/100001/audio/3").status == 404


def test_a_transcript_has_each_word_with_its_time_and_its_recording(busy: Stage) -> None:
    said = busy.get("/api/v1/tickets/100001/transcript").json["utterances"]
    assert [one["kind"] for one in said] == ["speech", "speech", "keys"]
    assert [one["audio"] for one in said] == [0, 1, None]
    assert said[0]["words"][4] == {"text": "free", "start": 2.0, "end": 2.4, "confidence": 0.34}
    assert said[2]["text"] == "1"


@pytest.mark.parametrize(
    ("search", "found"),
    [("100001", 1), ("%23100001", 1), ("printer", 1), ("%2B8613912345678", 1), ("giraffe", 0), ("999999", 0)],
)
def test_tickets_are_found_by_number_caller_and_words(busy: Stage, search: str, found: int) -> None:
    items = busy.get(f"/api/v1/tickets?search={search}").json["items"]
    assert len([one for one in items if one["number"] == "100001"]) == found


def test_a_change_goes_to_the_switch_and_comes_back_through_the_journal(busy: Stage) -> None:
    assert busy.patch("/api/v1/tickets/100001", {"owner": "1002", "severity": 1}).status == 202
    assert busy.switch.asked[-1]["by"] == "a supervisor"
    changed = busy.when(
        "/api/v1/tickets/100001", lambda ticket: ticket["owner"] == "1002", "the owner to change"
    )
    assert (changed["state"], changed["severity"], changed["owner_name"]) == ("assigned", 1, "Agent Two")
    assert busy.post("/api/v1/tickets/100001/notes", {"note": "Called the workshop."}).status == 202
    busy.when(
        "/api/v1/tickets/100001",
        lambda ticket: ticket["history"][-1]["note"] == "Called the workshop.",
        "the note",
    )


def test_what_the_rules_of_tickets_refuse_never_reaches_the_switch(busy: Stage) -> None:
    before = len(busy.switch.asked)
    assert busy.patch("/api/v1/tickets/100001", {"state": "dancing"}).status == 409
    assert busy.patch("/api/v1/tickets/100001", {"severity": 9}).status == 422
    assert busy.patch("/api/v1/tickets/100001", {"colour": "red"}).status == 422
    assert busy.patch("/api/v1/tickets/100001", {}).status == 422
    assert busy.patch("/api/v1/tickets/7", {"severity": 1}).status == 404
    assert busy.post("/api/v1/tickets/100001/notes", {"note": ""}).status == 422
    assert len(busy.switch.asked) == before


def test_callbacks_are_moved_made_now_and_cancelled(busy: Stage) -> None:
    busy.tell(story.callback("100009", "c9", NOW, due=NOW + 7200))
    path = "/api/v1/callbacks/100009.1"
    assert busy.when(path, lambda found: found["due"] >= NOW + 7000, "the callback")["state"] == "waiting"
    assert busy.post(f"{path}/reschedule", {"at": NOW + 9000}).status == 202
    busy.when(path, lambda found: found["due"] == NOW + 9000, "the callback to move")
    assert busy.post(f"{path}/now").status == 202
    busy.when(path, lambda found: found["due"] < NOW + 1000, "the callback to be due")
    assert busy.post(f"{path}/cancel").status == 202
    over = busy.when(path, lambda found: found["state"] == "closed", "the callback to be over")
    assert (over["end"], over["ended_by"]) == ("cancelled", "a supervisor")
    assert busy.post(f"{path}/now").status == 409
    assert busy.post("/api/v1/callbacks/1.1/now").status == 404


def test_agents_are_told_with_state_and_why_and_set(busy: Stage) -> None:
    assert busy.post("/api/v1/agents/1002/log-in").status == 202
    agent = busy.get("/api/v1/agents/1002").json
    assert (agent["state"], agent["name"], agent["live"]) == ("available", "Agent Two", True)
    assert agent["why"] == "log_in by a supervisor"
    assert agent["queues"] == ["support"]
    assert busy.post("/api/v1/agents/1002/break", {"reason": "lunch"}).status == 202
    assert busy.get("/api/v1/agents/1002").json["reason"] == "lunch"
    assert busy.post("/api/v1/agents/1002/dance").status == 422
    assert busy.post("/api/v1/agents/4711/log-in").status == 404
    assert len(busy.get("/api/v1/agents").json["items"]) == 3


def test_a_queue_is_told_with_who_waits_and_todays_figures(busy: Stage) -> None:
    busy.tell(*story.arrival("c4", time.time() - 50))
    busy.when("/api/v1/calls/c4", lambda call: call["outcome"] == "in_progress", "the call to be there")
    busy.switch.waiting["support"] = [story.waiting("e1", "c4", 42.0)]
    busy.switch.calls = [{"call": "c4", "caller": story.CALLER, "called": "4000", "source": "trunk:carrier"}]
    queue = busy.get("/api/v1/queues").json["items"][0]
    assert (queue["name"], queue["waiting"]) == ("support", 1)
    assert queue["oldest_since"] == pytest.approx(time.time() - 42, abs=5)
    assert queue["entries"][0]["number"] == story.CALLER
    assert queue["today"]["offered"] >= 2
    assert busy.get("/api/v1/queues/support").json["name"] == "support"
    assert busy.get("/api/v1/queues/nowhere").status == 404
    busy.switch.waiting["support"] = []
    busy.switch.calls = []


def test_a_report_counts_what_happened_and_names_the_calls_behind_it(busy: Stage) -> None:
    report = busy.get(f"/api/v1/reports/queues?from={NOW - 400}&interval=15min").json
    row = next(one for one in report["items"] if one["name"] == "support")
    assert (row["figures"]["offered"], row["figures"]["handled"], row["figures"]["abandoned"]) == (2, 1, 1)
    assert row["figures"]["asa"] == 5.0
    assert sum(one["figures"]["offered"] for one in report["intervals"]) == 2
    behind = busy.get(f"/api/v1/reports/queues/support/behind/asa?from={NOW - 400}").json
    assert behind == {"kind": "call", "ids": ["c1"]}
    agents = busy.get(f"/api/v1/reports/agents?from={NOW - 400}").json
    assert next(one for one in agents["items"] if one["name"] == "1001")["label"] == "Agent One"
    assert busy.get("/api/v1/reports/queues?from=5&until=4").status == 422
    assert busy.get("/api/v1/reports/cats?from=5").status == 422


def test_a_call_is_hung_up_only_when_there_is_one(busy: Stage) -> None:
    busy.switch.calls = [{"call": "c3", "caller": "", "called": "4000", "source": "trunk:carrier"}]
    assert busy.post("/api/v1/calls/c3/hang-up").status == 202
    assert busy.post("/api/v1/calls/c4/hang-up").json["detail"] == "there is no such call"
    busy.switch.calls = []


def test_mistakes_are_told_as_problems(busy: Stage) -> None:
    answer = busy.get("/api/v1/calls?limit=5000")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == 422
    assert answer.json["faults"][0]["where"] == "query.limit"
    for path in ("/api/v1/calls?cursor=moon", "/api/v1/tickets?cursor=-1", "/api/v1/nothing"):
        answer = busy.get(path)
        assert answer.status in (404, 422)
        assert answer.headers["content-type"] == "application/problem+json"
    assert busy.ask("PUT", "/api/v1/calls").headers["content-type"] == "application/problem+json"


def test_too_large_a_body_is_not_read(busy: Stage) -> None:
    assert busy.post("/api/v1/tickets/100001/notes", {"note": "x" * 100_000}).status == 413


def test_the_description_is_complete(busy: Stage) -> None:
    schema = busy.get("/api/v1/openapi.json", role=None).json
    routes = [
        (path, method, what) for path, methods in schema["paths"].items() for method, what in methods.items()
    ]
    assert len(routes) >= 25
    for path, method, what in routes:
        assert what.get("description"), f"{method} {path} says nothing of itself"
        assert "401" in what["responses"]
    assert "Problem" in schema["components"]["schemas"]


def test_while_no_switch_answers_the_past_is_told_and_changes_are_refused(busy: Stage) -> None:
    busy.stop_switch()
    try:
        assert busy.get("/api/v1/health", role=None).json["status"] == "degraded"
        assert busy.get("/api/v1/agents").json["items"][0]["state"] == "unknown"
        assert busy.get("/api/v1/queues").json["items"][0]["waiting"] is None
        assert busy.get("/api/v1/tickets/100001").status == 200
        answer = busy.post("/api/v1/tickets/100001/notes", {"note": "lost?"})
        assert (answer.status, answer.json["detail"]) == (503, "The switch is not running.")
    finally:
        busy.start_switch()
