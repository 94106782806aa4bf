"""Plays scripted callers over RTP into `hotline serve` on a fresh site, one site for each language.

A caller follows the journal's spool as the recorder does: it says what is asked (`QuestionAsked`), in which
words (`PromptSaid`), and what came of it. When the question has been heard to its end, the caller answers;
once there is a ticket, or the caller is put through, the caller hangs up.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bench.evaluation.caller import Answer, Behaviour, Phrase
from bench.evaluation.facts import COUNTRIES
from bench.evaluation.phrases import background_of, sound_of
from bench.evaluation.score import Asked, Played, Result, score
from bench.evaluation.script import Caller
from bench.evaluation.wording import seconds_to_say
from tests.speech.conftest import is_ready, prepare_site
from tests.support.ports import wait_for
from tests.support.switch import Switch
from tests.support.talker import HungUp, Talker, calling

HERE = Path(__file__).parent
NUMBER = 7000
QUIET = 0.6
"""Seconds of silence after which a question is over for a caller; pauses within one are shorter."""

_SURELY_SAID = 0.5
"""This share of the time that a question takes to say: a shorter one has not been heard to its end."""

_NEXT_PART_SECONDS = 2.0
_ALREADY_SAID = 1.0  # seconds after which the sound of a question that was asked has begun
_THINKING = 0.1, 0.4
_BARGE_IN = 0.8  # seconds after a question began
_NEXT_SECONDS = 100.0  # an answer in noise may run to its cap of a minute
_LONGEST_QUESTION = 90.0
_CALL_SECONDS = 400.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How calls are played.

    Args:
        cache: where the sounds are.
        out: the file for the results; lines are added to it.
        at_once: callers at the same time.
        flow: a flow in place of the evaluation's own, None for that.
        settings: YAML laid over hotline.yaml and the evaluation's own, None for none.
        provider, engine: for the results; engine "" for what the server says.
    """

    cache: Path
    out: Path
    at_once: int
    flow: Path | None
    settings: Path | None
    provider: str
    engine: str


def run(callers: Sequence[Caller], settings: Run) -> int:
    """Play calls, one language after the other; the exit status, 1 when a call itself failed."""
    try:
        for caller in callers:
            background_of(caller, settings.cache)
            sound_of(caller, Phrase(caller.problem), settings.cache)
    except FileNotFoundError as error:
        print(f"{error.filename} is not there: python -m bench.evaluation make", file=sys.stderr)
        return 1
    failed = False
    for language in dict.fromkeys(caller.language for caller in callers):
        mine = [caller for caller in callers if caller.language == language]
        with tempfile.TemporaryDirectory(prefix="hotline-evaluation-") as folder:
            switch = _serve(Path(folder), language, settings)
            try:
                wait_for(partial(is_ready, switch), "recognisers and prompts", 300, every=0.5)
                engine = settings.engine or _engine(switch, language)
                for result in asyncio.run(_play_all(switch, mine, settings, engine)):
                    failed |= bool(result.failure)
            finally:
                switch.stop()
    return int(failed)


def _serve(folder: Path, language: str, run: Run) -> Switch:
    yaml = YAML(typ="rt")  # which keeps the order of the steps
    flow = yaml.load(run.flow or HERE / "flows" / "intake.yaml")
    flow["languages"] = [language]
    flows = folder / "flows"
    flows.mkdir()
    # Prompts in other languages would only take time to be synthesised.
    yaml.dump(flow, flows / "intake.yaml")
    prompts = run.cache / "prompts"
    prompts.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {"language": language, "country": COUNTRIES[language]}
    values |= _yaml(HERE / "site.yaml")
    # No worker is started for a language that nobody speaks.
    values["speech"] = {other: {"engine": "off"} for other in COUNTRIES if other != language}
    if run.settings is not None:
        values = _merged(values, _yaml(run.settings))
    numbers = {NUMBER: {"flow": "intake", "language": language}}
    return Switch(
        folder, values, lambda site: prepare_site(site, prompts, flows=flows, numbers=numbers), models=True
    )


def _engine(switch: Switch, language: str) -> str:
    """What recognises a language, as the server says."""
    pool = switch.status()["speech"].get(language, {})
    return str(pool.get("model") or pool.get("engine") or "")


async def _play_all(switch: Switch, callers: Sequence[Caller], run: Run, engine: str) -> list[Result]:
    journal = Journal(switch.site / "journal")
    following = asyncio.create_task(journal.follow())
    gate = asyncio.Semaphore(run.at_once)

    async def one(caller: Caller) -> Result:
        async with gate:
            played = await play(switch, caller, journal, run.cache)
        result = score(caller, played, provider=run.provider, engine=engine)
        with run.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result.to_plain(), ensure_ascii=False) + "\n")
        print(_line(result), file=sys.stderr, flush=True)
        return result

    try:
        return await asyncio.gather(*map(one, callers))
    finally:
        following.cancel()


async def play(switch: Switch, caller: Caller, journal: Journal, cache: Path) -> Played:
    """Play one call, and gather what became of it."""
    background = background_of(caller, cache)
    played = Played()
    async with calling(switch.sip, str(NUMBER), caller.own, background=background) as talker:
        call = _Call(talker, caller, journal, cache, played)
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await call.talk()
        except HungUp:
            pass
        except FileNotFoundError as error:
            played.failure = f"{error.filename} is not there: python -m bench.evaluation make"
        except (TimeoutError, AssertionError) as error:
            played.failure = f"{type(error).__name__}: {error}"
        await asyncio.sleep(0.3)
    await call.finish()
    return played


class _Call:
    """One caller on the line."""

    def __init__(self, talker: Talker, caller: Caller, journal: Journal, cache: Path, played: Played) -> None:
        self._talker = talker
        self._caller = caller
        self._journal = journal
        self._cache = cache
        self._played = played
        self._behaviour = Behaviour(caller)
        self._random = random.Random(zlib.crc32(caller.id.encode()))
        self._sip_call_id = talker.call.call_id
        self._read = 0
        self._text = ""
        self._ended = False

    async def talk(self) -> None:
        """Answer questions until there is a ticket, a person, or nobody."""
        while (question := await self._next()) is not None:
            prompt = await self._prompt()
            # A bot that took a pause for the end of an answer has gone on: what it asked last was heard.
            while (newer := self._take_question()) is not None:
                question = newer
                is_heard = time.time() - newer["at"] > _ALREADY_SAID
                prompt = await (self._said() if is_heard else self._prompt())
            if not self._is_over:
                await self._answer(question, prompt)

    async def finish(self) -> None:
        """Wait for what comes behind the end of the call."""
        deadline = asyncio.get_running_loop().time() + 20
        while asyncio.get_running_loop().time() < deadline:
            while self._take_question() is not None:
                pass
            if self._ended and self._played.ticket is not None:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _answer(self, question: dict[str, Any], prompt: str) -> None:
        now = datetime.now().astimezone()
        answer = self._behaviour.answer(question["question"], question["attempt"], prompt, now)
        self._played.asked[-1] = Asked(question["question"], question["attempt"], answer)
        await self._talker.wait(self._random.uniform(*_THINKING))
        await self._do(answer)
        if question["question"] == "recording":
            await self._talker.press("#")

    async def _do(self, answer: Answer) -> None:
        if answer.phrase is None:
            await self._talker.press(answer.keys)
        else:
            await self._talker.say(sound_of(self._caller, answer.phrase, self._cache))

    async def _prompt(self) -> str:
        """Hear a question to its end, or a little of it; returns its text."""
        begin = await self._talker.sound(seconds=_NEXT_SECONDS)
        said = await self._said()
        if self._caller.barge_in:
            await self._talker.wait(_BARGE_IN)
            return said
        # A part that is still being synthesised is no end of the question: half of it was not heard yet.
        whole = begin + _SURELY_SAID * seconds_to_say(said, self._caller.language)
        end = await self._talker.silence(QUIET, after=begin, seconds=_LONGEST_QUESTION)
        while end < whole and not self._talker.call.over.is_set():
            try:
                begin = await self._talker.sound(after=end, seconds=_NEXT_PART_SECONDS)
            except HungUp:
                raise
            except AssertionError:
                break  # nothing more comes
            end = await self._talker.silence(QUIET, after=begin, seconds=_LONGEST_QUESTION)
        return said

    async def _said(self) -> str:
        """What the question says, as text; it stands in the journal when the sound begins."""
        deadline = asyncio.get_running_loop().time() + 2
        while asyncio.get_running_loop().time() < deadline:
            self._note_news()
            if self._text:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return self._text

    async def _next(self) -> dict[str, Any] | None:
        """The next question; None when the caller has nothing more to do."""
        deadline = asyncio.get_running_loop().time() + _NEXT_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            question = self._take_question()
            while question is not None and (newer := self._take_question()) is not None:
                question = newer
            if question is not None or self._is_over:
                return question
            await asyncio.sleep(_LOOK_SECONDS)
        raise TimeoutError("the bot asked nothing more")

    @property
    def _is_over(self) -> bool:
        return self._is_done or self._talker.call.over.is_set()

    @property
    def _is_done(self) -> bool:
        return self._played.ticket is not None or self._played.person_after is not None

    def _take_question(self) -> dict[str, Any] | None:
        """Take in what has happened up to the next question, and that, if it has been asked."""
        self._note_news()
        events = self._journal.events(self._sip_call_id)
        if self._read == len(events) or events[self._read]["event"] != "QuestionAsked":
            return None
        question = events[self._read]
        self._read += 1
        self._played.asked.append(Asked(question["question"], question["attempt"], None))
        self._text = ""
        return question

    def _note_news(self) -> None:
        """Take in what has happened in this call, up to the next question."""
        events = self._journal.events(self._sip_call_id)
        while self._read < len(events) and events[self._read]["event"] != "QuestionAsked":
            self._note(events[self._read])
            self._read += 1

    def _note(self, event: dict[str, Any]) -> None:
        played = self._played
        match event["event"]:
            case "PromptSaid":
                self._text = event["text"]
            case "CallAnswered":
                played.answered_at = event["at"]
            case "TicketOpened" if played.ticket is None:
                played.ticket, played.ticket_at = event, event["at"]
            case "StepEntered" if event["step"] == "person" and played.person_after is None:
                played.person_after = len(played.asked)
            case "CallEnded":
                self._ended = True


class Journal:
    """The events of all calls, read from the spool as it grows.

    Args:
        folder: the spool.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets: dict[Path, int] = {}
        self._calls: dict[str, str] = {}
        self._events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    async def follow(self) -> None:
        """Read what comes, for ever."""
        while True:
            self._look()
            await asyncio.sleep(_LOOK_SECONDS)

    def events(self, sip_call_id: str) -> Sequence[dict[str, Any]]:
        """What has happened in a call so far, by its Call-ID on the wire."""
        return self._events[self._calls[sip_call_id]] if sip_call_id in self._calls else ()

    def _look(self) -> None:
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda one: int(one.stem)):
            with path.open("rb") as file:
                file.seek(self._offsets.get(path, 0))
                new = file.read()
            whole = new.rfind(b"\n") + 1
            self._offsets[path] = self._offsets.get(path, 0) + whole
            for line in new[:whole].splitlines():
                event = json.loads(line)
                if "sip_call_id" in event and event["event"] == "CallOffered":
                    self._calls[event["sip_call_id"]] = event["call"]
                if event.get("call"):
                    self._events[event["call"]].append(event)


def _line(result: Result) -> str:
    """One call in a line, for whoever watches."""
    slots = " ".join(f"{name}:{'right' if filed.right else 'WRONG'}" for name, filed in result.slots.items())
    wish = f" wish:{'honoured' if result.honoured else 'MISSED'}" if result.wish else ""
    took = "" if result.seconds is None else f" {result.seconds} s"
    state = result.state or "NO TICKET"
    return f"{result.call} {state} {slots}{wish} turns {result.turns}{took} {result.failure}".rstrip()


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return found
