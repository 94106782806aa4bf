"""Understanding by a real llama.cpp server with a tiny model: the form is kept, and nothing is believed.

The model (270 million weights) understands little: what it answers shows that requests and schemas are
those of a real server, and that what it makes up gets nowhere. How well large ones do is for `python -m
bench.understanding --url`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from asr.slots.understand import understand
from asr.text import plain
from asr.understanding.endpoint import Endpoint, ask
from asr.understanding.llm import Llm, LlmSetup
from asr.understanding.rules import Rules
from asr.understanding.values import Enquiry, WantedSlot
from tests.support.llama import NEEDED, VARIABLE, interpreter, llama_server
from tests.unit.tts.loop import on_loop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        interpreter() is None,
        reason=f"not run: needs {' and '.join(NEEDED)} here, or in the Python of {VARIABLE}",
    ),
]

PATIENCE = 180.0
TEXT = (
    "The label printer in hall two prints only stripes. "
    "Please call zero four zero, three six two, nine eight eight."
)
WANTED = (
    WantedSlot(name="number", kind="phone_number", description="the number to call back"),
    WantedSlot(name="place", kind="free_text", description="where it is"),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The server, for all tests here."""
    with llama_server() as address:
        yield address


def provider(url: str, seconds: float) -> Llm:
    setup = LlmSetup(
        endpoint=Endpoint(url=url, model="gemma"), deadline=seconds, categories={"printing": "printers"}
    )
    return Llm(Rules(), setup, httpx.AsyncClient(timeout=None), time.monotonic)


@on_loop
async def test_a_real_server_keeps_the_schema(url: str) -> None:
    schema = {
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": ["printer", "phone"]}},
        "required": ["kind"],
        "additionalProperties": False,
    }
    async with httpx.AsyncClient(timeout=None) as http:
        found = await ask(
            http,
            Endpoint(url=url, model="gemma"),
            system="Say what is broken.",
            user="My printer is broken.",
            schema=schema,
            seconds=PATIENCE,
        )
    assert found in ({"kind": "printer"}, {"kind": "phone"})


@on_loop
async def test_what_it_says_of_a_story_is_used_and_nothing_that_it_made_up(url: str) -> None:
    found = await provider(url, PATIENCE).understand(
        Enquiry(text=TEXT, language="en", question="What is the problem?", wanted=WANTED)
    )
    assert found.provider == "llm"
    assert found.category in ("", "printing")
    for name, slot in found.slots.items():
        assert plain(slot.spoken, "en") in plain(TEXT, "en")
        wanted = next(one for one in WANTED if one.name == name)
        read = understand(wanted.kind, slot.spoken, (), "en")
        assert read is not None
        assert read.value == slot.value
    assert found.slots.get("number") is None or found.slots["number"].value == "040362988"


@on_loop
async def test_a_server_that_is_too_slow_costs_the_deadline_and_no_more(url: str) -> None:
    enquiry = Enquiry(text=TEXT, language="en", wanted=WANTED)
    found = await provider(url, 0.05).understand(enquiry)
    assert found == Rules().read(enquiry)
