"""A language model on top of the rules: what it says counts as far as it is proved, and only in time."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from asr.slots.values import CallWindow, SlotContext
from asr.understanding.endpoint import Breaker, Endpoint
from asr.understanding.llm import Llm, LlmSetup
from asr.understanding.rules import Rules
from asr.understanding.values import Enquiry, Understanding, WantedSlot
from tests.unit.asr.understanding.scripted_endpoint import ScriptedEndpoint, endpoint
from tests.unit.tts.loop import on_loop

NOW = datetime(2026, 11, 30, 10, 20, tzinfo=UTC)
STORY = (
    "Hello, my name is Peter Miller. The label printer in hall two prints only stripes since Friday. "
    "Please call me back tomorrow at nine on zero four zero, three six two, nine eight eight."
)
WANTED = (
    WantedSlot(name="problem", kind="free_text"),
    WantedSlot(name="number", kind="phone_number", description="where to call back"),
    WantedSlot(name="time", kind="callback_time", context=SlotContext(now=NOW)),
    WantedSlot(name="name", kind="name"),
    WantedSlot(
        name="product",
        kind="choice",
        context=SlotContext(choices={"printer": ("printer", "label printer"), "scanner": ("scanner",)}),
    ),
)


def form(**fields: Any) -> dict[str, Any]:
    slots = fields.pop("slots", {})
    return {
        "act": "problem",
        "asks_for_a_person": "",
        "slots": [{"name": name, "words": words} for name, words in slots.items()],
        "category": "",
        "title": "",
        "summary": "",
        **fields,
    }


async def understand(server: ScriptedEndpoint, text: str = STORY, **options: Any) -> Understanding:
    said, kind = options.pop("said", ()), options.pop("kind", "free_text")
    llm = new_llm(server, **options)
    return await llm.understand(
        Enquiry(
            text=text, language="en", kind=kind, question="What is the problem?", wanted=WANTED, said=said
        )
    )


def new_llm(server: ScriptedEndpoint, **options: Any) -> Llm:
    chosen = {"format": options.pop("format", "json_schema"), "api_key": options.pop("api_key", "")}
    clock = options.pop("clock", lambda: 0.0)
    setup = LlmSetup(
        **{
            "endpoint": Endpoint(url=server.url, model="m", **chosen),
            "deadline": 2.0,
            "mask": False,
            "categories": {"printing": "printers", "network": "wires"},
            **options,
        }
    )
    return Llm(Rules(), setup, httpx.AsyncClient(timeout=None), clock)


@on_loop
async def test_one_story_fills_several_slots_each_by_its_own_words() -> None:
    said = form(
        category="printing",
        title="Label printer prints only stripes",
        summary="The label printer in hall two prints only stripes since Friday.",
        slots={
            "number": "zero four zero, three six two, nine eight eight",
            "time": "tomorrow at nine",
            "name": "Peter Miller",
            "product": "label printer",
        },
    )
    async with endpoint(content=said) as server:
        found = await understand(server)
    assert {name: slot.value for name, slot in found.slots.items() if name != "time"} == {
        "number": "040362988",
        "name": "Peter Miller",
        "product": "printer",
    }
    window = found.slots["time"].value
    assert isinstance(window, CallWindow)
    assert window.start == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert (found.category, found.category_sure, found.provider) == ("printing", True, "llm")
    assert found.title == "Label printer prints only stripes"
    assert found.summary.startswith("The label printer")


@pytest.mark.parametrize(
    "slots",
    [
        {"number": "030 123 456"},  # nobody said it
        {"number": "three six two, nine eight eight"},  # half of it
        {"time": "Friday"},  # its sentence says so, but not of the callback: it asks for none
        {"time": "next Monday at ten"},
        {"name": "Paul Miller"},
        {"product": "scanner"},
        {"product": "hall two"},  # said, but none of the choices
        {"shoe_size": "hall two"},  # not asked for
    ],
)
@on_loop
async def test_what_was_not_said_fills_nothing(slots: dict[str, str]) -> None:
    text = STORY.replace(" since Friday", "") if slots.get("time") == "Friday" else STORY
    async with endpoint(content=form(slots=slots)) as server:
        found = await understand(server, text)
    assert found.slots == {}
    assert found.provider == "llm"


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("It is not the printer, something else is wrong with us here.", {"product": "printer"}),
        ("Please do call me, but not on 555 1234, that one is my wife's.", {"number": "555 1234"}),
        (
            "Use zero four zero, three six one, no sorry, three six two.",
            {"number": "zero four zero, three six one"},
        ),
    ],
)
@on_loop
async def test_what_was_denied_or_taken_back_fills_nothing(text: str, slots: dict[str, str]) -> None:
    async with endpoint(content=form(slots=slots)) as server:
        found = await understand(server, text)
    assert found.slots == {}


@on_loop
async def test_a_value_may_stand_in_what_was_said_before() -> None:
    async with endpoint(content=form(slots={"product": "scanner"})) as server:
        found = await understand(server, said=("The scanner in our office is broken.",))
    assert found.slots["product"].value == "scanner"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Label printer prints stripes", True),
        ("Label printer 4711 prints stripes", False),
        ("Fire alarm system broken everywhere", False),
        ("Label printer prints stripes " * 5, False),
    ],
)
@on_loop
async def test_a_title_is_made_of_what_was_said(title: str, kept: bool) -> None:
    async with endpoint(content=form(title=title, summary=title)) as server:
        found = await understand(server)
    assert (found.title == title) is kept


@on_loop
async def test_a_wish_that_only_the_model_sees_is_asked_about() -> None:
    text = "It broke again. I am fed up, so whoever is the head of this place has to listen to me now."
    words = "whoever is the head of this place has to listen to me"
    async with endpoint(content=form(asks_for_a_person=words, act="human")) as server:
        seen = await understand(server, text)
    async with endpoint(content=form(asks_for_a_person="get me your boss", act="human")) as server:
        invented = await understand(server, text)
    assert seen.said("human") == "unsure"
    assert invented.said("human") == "no"


@on_loop
async def test_where_tables_know_nothing_the_model_may_but_its_yes_alone_is_asked_about() -> None:
    async with endpoint(content=form(act="does_not_know")) as server:
        found = await understand(server, "beats me", kind="yes_no")
    async with endpoint(content=form(act="yes")) as server:
        agreed = await understand(server, "I will drink to that", kind="yes_no")
    assert (found.act, found.readings[0].sure) == ("does_not_know", True)
    assert (agreed.act, agreed.readings[0].sure) == ("yes", False)


@on_loop
async def test_what_the_rules_surely_know_is_not_asked() -> None:
    async with endpoint(content=form(act="no")) as server:
        found = await understand(server, "Yes.", kind="yes_no")
        wish = await understand(server, "My screen is black. Let me talk to a human.")
    assert server.requests == []
    assert (found.act, found.provider) == ("yes", "rules")
    assert wish.said("human") == "sure"


BROKEN: dict[str, dict[str, Any]] = {
    "late": {"content": form(title="Label printer prints stripes"), "seconds": 30.0},
    "never": {"seconds": math.inf},
    "no JSON": {"content": "The caller has a problem with the printer."},
    "half JSON": {"content": '{"act": "problem", "slots": ['},
    "not the form": {"content": {"act": "problem", "slots": "none"}},
    "no act of ours": {"content": {"act": "dance"}},
    "a list": {"content": "[1, 2]"},
    "deep": {"content": "[" * 60000},
    "no completion": {"raw": b'{"error": "out of memory"}'},
    "no text": {"raw": b'{"choices": [{"message": {"content": null}}]}'},
    "an error": {"raw": b"{}", "status": "500 Internal Server Error"},
    "elsewhere": {"raw": b"", "status": "307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/"},
    "a flood": {"raw": b"", "flood": True},
}


@pytest.mark.parametrize("case", BROKEN)
@on_loop
async def test_what_fails_or_is_late_leaves_the_turn_as_the_rules_have_it(case: str) -> None:
    async with endpoint(**BROKEN[case]) as server:
        async with asyncio.timeout(5):
            found = await understand(server, deadline=0.2 if case in ("late", "never") else 2.0)
    assert found == Rules().read(Enquiry(text=STORY, language="en"))


@on_loop
async def test_an_endpoint_that_is_not_there_is_no_mistake() -> None:
    async with endpoint() as server:
        pass
    found = await understand(server)
    assert found.provider == "rules"


@on_loop
async def test_nobody_waits_for_an_endpoint_that_is_down_and_one_tries_again_later() -> None:
    now = [100.0]
    async with endpoint(status="503 Busy", raw=b"") as server:
        llm = new_llm(server, clock=lambda: now[0])
        enquiry = Enquiry(text=STORY, language="en", wanted=WANTED)
        for _ in range(5):
            await llm.understand(enquiry)
        assert len(server.requests) == Breaker.FAILURES
        now[0] += Breaker.PAUSE
        server.status, server.raw, server.content = "200 OK", None, form(category="network")
        assert (await llm.understand(enquiry)).provider == "llm"
        assert (await llm.understand(enquiry)).provider == "llm"


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "<think>A printer?</think>\n{}"])
@on_loop
async def test_models_that_think_aloud_or_put_fences_around_are_understood(wrapped: str) -> None:
    text = wrapped.replace("{}", json.dumps(form(category="printing")))
    async with endpoint(content=text) as server:
        found = await understand(server)
    assert found.category == "printing"


@on_loop
async def test_digits_and_names_stay_here_and_come_back() -> None:
    said = form(
        slots={"number": "<NUMBER_1>", "name": "<NAME_1>"},
        title="<NAME_1>: label printer prints stripes",
        summary="<NAME_9> has no number",
    )
    async with endpoint(content=said) as server:
        found = await understand(server, mask=True, said=("My number is 555 1234 by the way.",))
    for word in ("Peter", "Miller", "three six two", "nine eight", "555", "1234"):
        assert word not in server.sent
    assert "label printer" in server.sent
    assert found.slots["number"].value == "040362988"
    assert found.slots["name"].value == "Peter Miller"
    assert found.title == "Peter Miller: label printer prints stripes"


@on_loop
async def test_questions_are_worded_only_if_wanted_and_fit_to_be_spoken() -> None:
    questions = [
        {"name": "number", "words": "Where may we call you back, Mr Miller?"},
        {"name": "time", "words": "你什么时候方便？"},
        {"name": "name", "words": "Is your name 4711?"},
        {"name": "product", "words": "Which <b>product</b>?"},
        {"name": "problem", "words": "so " * 200},
        {"name": "shoe_size", "words": "What is your size?"},
    ]
    async with endpoint(content={**form(), "questions": questions}) as server:
        wanted = await understand(server, questions=True)
        assert '"questions"' in server.sent
        unwanted = await understand(server)
        assert '"questions"' not in server.sent
    assert wanted.questions == {"number": "Where may we call you back, Mr Miller?"}
    assert unwanted.questions == {}


@on_loop
async def test_the_form_is_given_as_a_schema_or_in_words_with_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with endpoint(content=form()) as server:
        await understand(server, api_key="secret-key")
        schema = server.requests[-1]["response_format"]["json_schema"]["schema"]
        await understand(server, format="json_object")
    assert schema["properties"]["category"]["enum"] == ["printing", "network", ""]
    assert schema["required"] == list(schema["properties"])
    assert "authorization: bearer secret-key" in server.headers[0].lower()
    assert server.requests[-1]["response_format"] == {"type": "json_object"}
    assert '"asks_for_a_person"' in server.requests[-1]["messages"][0]["content"].replace('\\"', '"')


@on_loop
async def test_logs_say_why_and_never_what(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with endpoint(content="Peter Miller wants stripes") as server:
        await understand(server)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("asr.")]
    assert ours == ["the language model is of no use now: broken JSON"]
