"""Any flow that passes the check, with any caller: it never raises, and every call ends."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from asr.listening.answer import Heard, Wanted
from asr.understanding.rules import Rules
from config import Site, load_site
from ivr_flows.flow_set import FlowSet
from ivr_flows.loader import read_flows
from ivr_flows.runtime.engine import MOST_STEPS, FlowRun
from ivr_flows.schema import FlowFile, StepBase
from ivr_flows.simulator.run import RESULTS
from ivr_flows.steps.conversation import CallerGone, HttpAnswer, HttpRequest, RecordedMessage
from ivr_flows.steps.outcomes import Departure, HangUp, OpenTicket, Result
from ivr_flows.verbs import VERBS
from journal.event import Event
from telephony.call.events import FlowEnded, StepEntered
from tests.support.long import examples
from tests.unit.ivr_flows.sites import write_site
from tts.parts import Part

WORDS = (
    "yes", "no", "agent", "one two three four", "my printer is on fire", "tomorrow at ten", "again", "转人工",
    "네", "", "4711", "stop it", "I do not know", "一二三四", "좋아요",
)  # fmt: skip
KEYS = ("1", "2", "9", "0", "*", "#", "4711", "03012345", "7")
TEMPLATES = (
    "Hello.",
    "You are {caller:phone_number}.",
    "{x} {number(x) + 1}",
    "{1 / 0}",
    "{hours.opens:time} {ticket}",
)
CONDITIONS = ("hours.open", "x == '1'", "number(x) > 3", "caller < 3", "true", "result == 'busy'", "y")
LANGUAGES = ("en", "zh", "ko")


def _say(draw: st.DrawFn, languages: Sequence[str]) -> object:
    return {language: draw(st.sampled_from(TEMPLATES)) for language in languages}


@st.composite
def step(draw: st.DrawFn, number: int, last: int, languages: Sequence[str]) -> dict[str, Any]:
    """A step whose idle ways lead onwards only, so that most flows pass the check."""
    onwards = st.integers(number + 1, last).map("s{}".format)
    anywhere = st.integers(0, last).map("s{}".format)
    truth = st.booleans()
    say = _say(draw, languages)
    slot = draw(st.sampled_from(["number", "name", "free_text", "callback_time"]))
    value = draw(st.sampled_from(["1", 2, True, "{number(caller) + 1}", "{x}"]))
    words = {language: ["agent", "转人工", "네"] for language in languages}
    choices = [{"key": "1", "words": words, "go": draw(anywhere)}, {"key": "9", "go": f"s{last}"}]
    ways = {"otherwise": draw(onwards)}
    bodies: dict[str, Any] = {
        "answer": {"ring": 1},
        "say": say,
        "play": {"prompt": "welcome"},
        "menu": {"say": say, "choices": choices, **ways},
        "collect": {"say": say, "into": "x", "minimum": 2, "confirm": draw(truth), **ways},
        "ask": {"slot": slot, "say": say, "into": "y", "confirm": draw(truth), **ways},
        "intake": {"ask_name": draw(truth), "if_human": draw(onwards), **ways},
        "enqueue": {"queue": "support", "max_wait": 9, "if_timeout": draw(anywhere), **ways},
        "callback": {"queue": "support", **ways},
        "dial": {"to": ["1001"], "if_busy": draw(onwards), **ways},
        "transfer": {"to": "123", **ways},
        "voicemail": {"say": say, **ways},
        "branch": {"cases": [{"when": draw(st.sampled_from(CONDITIONS)), "go": draw(onwards)}]},
        "set": {"x": value, "language": languages[0]},
        "hours": {"open": {"mon-fri": "09:00-17:00"}, "holidays": "DE", "if_open": draw(onwards)},
        "http": {"url": "http://desk.example.org/{x}", "save": {"y": "a.b"}, **ways},
        "flow": {"name": "notice", "set": {"x": "{caller}"}},
        "goto": {"step": draw(onwards)},
    }
    verb = draw(st.sampled_from(sorted(bodies)))
    found: dict[str, Any] = {verb: bodies[verb]}
    if draw(st.booleans()) and verb in ("enqueue", "dial", "transfer"):
        found["next"] = draw(onwards)
    if draw(st.integers(0, 4)) == 0:
        found["on_error"] = draw(anywhere)
    return found


@st.composite
def flow(draw: st.DrawFn) -> dict[str, Any]:
    """A flow; its first step leads to every other, so that none is unreachable."""
    languages = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True))
    last = draw(st.integers(2, 9))
    steps: dict[str, Any] = {
        "s0": {"branch": {"cases": [{"when": "y", "go": f"s{number}"} for number in range(1, last + 1)]}}
    }
    for number in range(1, last):
        steps[f"s{number}"] = draw(step(number, last, languages))
    steps[f"s{last}"] = {"hangup": {"say": _say(draw, languages)}}
    found: dict[str, Any] = {"languages": languages, "steps": steps}
    if draw(st.booleans()):
        found["on_error"] = f"s{draw(st.integers(1, last))}"
    return found


class AnyCaller:
    """Somebody who does anything: answers, mumbles, is silent, hangs up; and whose line may break."""

    def __init__(self, chance: random.Random, patience: int) -> None:
        self.language = "en"
        self.understander = Rules()
        self.caller = chance.choice(["+4930123456", "", "anonymous", "1001"])
        self.called = "4000"
        self.original_called = ""
        self.call = "c1"
        self.leg = "1"
        self.events: list[Event] = []
        self._chance = chance
        self._patience = patience
        self._hangs_up = chance.random() < 0.5
        self._breaks = chance.random() < 0.2
        self._recogniser = chance.random() < 0.8
        self._now = datetime(2026, 11, 25, chance.randrange(24), tzinfo=UTC)
        self._gone = False

    def now(self) -> datetime:
        return self._now

    def understands(self, language: str) -> bool:
        return self._recogniser

    async def answer(self) -> None:
        self._live()

    async def say(self, parts: Sequence[Part]) -> None:
        self._live()
        assert parts

    async def ask(self, parts: Sequence[Part], wanted: Wanted, *, barge_in: bool = True) -> Heard:
        self._live()
        assert wanted.keys or wanted.speech
        heard = self._heard(wanted)
        if self._leaves():
            raise CallerGone(self._chance.choice([None, heard]))
        return heard

    async def record(
        self, *, max_seconds: float, silence_seconds: float, finish_key: str, beep: bool
    ) -> RecordedMessage:
        self._live()
        if self._leaves():
            raise CallerGone(Heard("noise", audio=Path("cut.wav"), seconds=2.0))
        return self._chance.choice([RecordedMessage(None, 0.0), RecordedMessage(Path("message.wav"), 5.0)])

    def keep_secret(self, secret: bool) -> None:
        """Nothing is kept here."""

    def keep_recording(self) -> None:
        pass

    async def pause(self, seconds: float) -> None:
        self._live()

    def tell(self, event: Event) -> None:
        self.events.append(event)

    async def lookup(self, request: HttpRequest) -> HttpAnswer | None:
        self._live()
        return self._chance.choice(
            [None, HttpAnswer(200, '{"a": {"b": 3}}'), HttpAnswer(404, ""), HttpAnswer(200, "[")]
        )

    def _live(self) -> None:
        self._now += timedelta(seconds=1)
        if self._gone:
            raise CallerGone
        if self._breaks and self._chance.random() < 0.05:
            raise OSError("the line broke")

    def _leaves(self) -> bool:
        self._patience -= 1
        self._gone = self._gone or (self._hangs_up and self._patience < 0)
        return self._gone

    def _heard(self, wanted: Wanted) -> Heard:
        if self._patience < 0:
            return Heard("silence")  # from here on for ever
        if not self._recogniser and wanted.keys is None:
            return Heard("unavailable")
        kind = self._chance.choice(["keys", "speech", "silence", "noise"])
        if kind == "keys" and wanted.keys is not None:
            return Heard("keys", digits=self._chance.choice(KEYS)[: wanted.keys.maximum])
        if kind == "speech" and wanted.speech is not None and self._recogniser:
            confidence = self._chance.choice([None, 0.2, 0.9])
            return Heard(
                "speech", text=self._chance.choice(WORDS), confidence=confidence, audio=Path("a.wav")
            )
        return Heard("noise" if kind == "noise" else "silence")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return load_site(write_site(tmp_path_factory.mktemp("flows") / "site", {}), {})


def read(site: Site, data: object) -> tuple[FlowSet | None, list[str]]:
    """Read a flow `main`, which is written as JSON (every JSON text is YAML)."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        notice = "languages: [en, zh, ko]\nsteps: {known: {set: {x: 1, y: 2}}, end: {back: }}\n"
        write_site(root, {"main": json.dumps(data), "notice": notice})
        loaded = read_flows(root, site, shown=Path())
        return loaded.flows, [str(problem) for problem in loaded.problems]


async def walk(run: FlowRun, chance: random.Random) -> tuple[list[Departure], Departure]:
    """Do the router's part, in any way that a router may."""
    departures: list[Departure] = []
    departure = await run.start()
    while not isinstance(departure, HangUp):
        departures.append(departure)
        assert len(departures) <= MOST_STEPS + 2
        if chance.random() < 0.02 and not isinstance(departure, OpenTicket):
            rest = run.abandoned()
            return [*departures, rest] if rest else departures, HangUp("abandoned")
        words = RESULTS[type(departure)]
        word = chance.choice(words)
        written = word == "done" and isinstance(departure, OpenTicket)
        departure = await run.resume(Result(word, {"ticket": "77"} if written else {}))
    return departures, departure


@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=flow(), seeds=st.lists(st.integers(0, 2**32), min_size=3, max_size=3), patience=st.integers(0, 40)
)
def test_a_flow_that_passes_the_check_never_raises_and_every_call_ends(
    site: Site, data: dict[str, Any], seeds: list[int], patience: int
) -> None:
    flows, problems = read(site, data)
    assume(flows is not None)
    assert flows is not None
    assert problems == []
    for seed in seeds:
        chance = random.Random(seed)
        caller = AnyCaller(chance, patience)
        departures, end = asyncio.run(walk(FlowRun(flows, "main", caller), chance))
        assert isinstance(end, HangUp)
        steps = [event for event in caller.events if isinstance(event, StepEntered)]
        assert 1 <= len(steps) <= MOST_STEPS + 1
        assert len([event for event in caller.events if isinstance(event, FlowEnded)]) == 1
        assert len(departures) <= len(steps) * 3


def test_most_of_these_flows_pass_the_check(site: Site) -> None:
    """Else the property above would say little."""
    passed: list[bool] = []

    @settings(max_examples=examples(60), deadline=None, database=None)
    @given(data=flow())
    def count(data: dict[str, Any]) -> None:
        passed.append(read(site, data)[0] is not None)

    count()
    assert sum(passed) > len(passed) / 3


KEYS_OF_FILES = sorted(
    {*FlowFile.model_fields, *StepBase.model_fields, *VERBS}.union(
        *(verb.model_fields for verb in VERBS.values()),
        {"key", "words", "go", "when", "en", "zh", "s1", "end"},
    )
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats(0, 9)
    | st.sampled_from(
        [
            "",
            "end",
            "s1",
            "{x}",
            "{",
            "1 +",
            "en",
            "main",
            "notice",
            "support",
            "mon-fri",
            "09:00-17:00",
            "2026-12-24",
        ]
    )
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS_OF_FILES), inner, max_size=4)
    ),
    max_leaves=20,
)
steps_of_anything = st.dictionaries(
    st.sampled_from(["s1", "s2", "end"]),
    st.dictionaries(st.sampled_from(sorted(VERBS)), anything, max_size=2),
    max_size=3,
)


@settings(
    max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=anything | steps_of_anything.map(lambda steps: {"steps": steps}))
def test_any_file_is_loaded_or_refused_with_a_place(site: Site, data: object) -> None:
    flows, problems = read(site, data)
    assert (flows is None) == bool(problems)
    assert all(line.startswith(("flows/main.yaml", "hotline.yaml")) for line in problems)
    if flows is not None:
        caller = AnyCaller(random.Random(0), 5)
        _, end = asyncio.run(walk(FlowRun(flows, "main", caller), random.Random(0)))
        assert isinstance(end, HangUp)
