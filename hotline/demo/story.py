"""What the demo plays: a customer leaves a problem with the bot, an agent calls back, the figures show it.

Two telephones (pyVoIP), each a process of its own, talk with a real server on the loopback; the words that
the server writes down are those that it heard. Who says what is in `lines.py`, where in `stage.py`; what was
written down is read back in `reading.py`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from asr.models import models_folder
from asr.models.plan import plan_speech
from config.exit_codes import ExitCode
from hotline.demo.lines import AGENT, STORIES, Language, Role, Story
from hotline.demo.players import Actor, ActorFailed, Telephone
from hotline.demo.reading import read_back
from hotline.demo.sound import likeness
from hotline.demo.stage import Stage, build, prompts_of
from hotline.demo.telling import Teller
from hotline.demo.voice import speak_agents_lines, speak_lines, speak_prompts
from hotline.demo.watching import Fact, Watcher
from hotline.terminal import complain

LIBRARIES = ("pyVoIP", "faster_whisper", "onnxruntime")


def run(language: Language) -> ExitCode:
    """Play the demo; OK only if every step really happened."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        complain(f"The demo needs {', '.join(missing)}: pip install 'hotline[speech,softphone]'")
        return ExitCode.FAILED
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as folder:
        return asyncio.run(Demo(Path(folder), STORIES[language]).play())


class Demo:
    """One performance.

    Args:
        folder: for the site and the sounds; empty.
        story: which.
    """

    def __init__(self, folder: Path, story: Story) -> None:
        self._folder = folder
        self._story = story
        self._teller = Teller(Console(highlight=False))
        self._actors: list[Actor] = []
        self._files: Mapping[Role, Path] = {}
        self._rest: asyncio.Task[Mapping[Role, Path]] | None = None
        self._stage: Stage
        self._watcher: Watcher

    async def play(self) -> ExitCode:
        """Play all acts, then show the proofs."""
        failure = None
        watching = None
        try:
            await self._prepare()
            journal = self._stage.site.journal_folder
            assert journal is not None, "the starter site keeps one"
            self._watcher = Watcher(journal, self._happened)
            watching = asyncio.create_task(self._watcher.watch())
            server = await self._start_server()
            ticket = await self._leave_a_problem()
            await self._call_back(ticket)
            await read_back(self._stage.site, self._teller, self._story, ticket)
            self._teller.title("The server stops when its calls are over")
            code = await server.stop()
            self._teller.prove(code == 0, "the server stopped cleanly", f"exit code {code}")
        except ActorFailed as error:
            failure = str(error)
        finally:
            for task in (watching, self._rest):
                if task is not None:
                    task.cancel()
            for actor in reversed(self._actors):
                await actor.stop()
        code = self._teller.verdict(failure)
        if code is ExitCode.OK:
            self._say_what_next()
        return code

    # --- acts ---------------------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        teller, story = self._teller, self._story
        teller.title("hotline demo: a customer, a bot, an agent, and their records")
        self._stage = await asyncio.to_thread(build, self._folder / "site", story)
        teller.line("server", f"a starter site in {self._stage.site.root}, with fresh passwords")
        setups = plan_speech(self._stage.site.settings.speech).setups
        if story.language not in {setup.language for setup in setups}:
            raise ActorFailed(
                f"nothing in {models_folder()} understands this language: hotline models get {story.language}"
            )
        prompts = prompts_of(self._stage, story)
        first = len(prompts) // 4
        self._files, _ = await asyncio.gather(
            speak_lines(story, self._folder), speak_prompts(self._stage.site, story, prompts[:first])
        )
        self._rest = asyncio.create_task(self._speak_rest(prompts[first:]))
        teller.line("server", "synthesising the first prompts and the customer's lines")

    async def _speak_rest(self, prompts: Sequence[str]) -> Mapping[Role, Path]:
        """What comes later in the story is spoken while its beginning is played."""
        await speak_prompts(self._stage.site, self._story, prompts)
        return await speak_agents_lines(self._stage.site, self._story, self._folder)

    async def _spoken_rest(self) -> Mapping[Role, Path]:
        assert self._rest is not None, "begun by `_prepare`"
        return await self._rest

    async def _start_server(self) -> Actor:
        server = Actor("server", self._tell_plainly)
        self._actors.append(server)
        await server.start(["serve", "--site", str(self._stage.site.root)])
        await server.until(lambda line: line == "ready", 60)
        return server

    async def _leave_a_problem(self) -> str:
        """The customer talks with the bot; returns the ticket's number."""
        self._teller.title(f"{self._story.customer} dials {self._story.number} and leaves a problem")
        customer = self._phone("customer")
        # The first key interrupts the menu; then every question is heard to its end.
        menu = f"wait {self._story.menu_after}"
        steps = [menu, "press 2", "listen 2", "say problem", "listen 2", "press 1", "listen 2", "say soon",
                 "listen 2", "say yes"]  # fmt: skip
        await customer.start(
            [*self._phone_options(self._story.caller), "--no-register", "--call", self._story.number,
             "--wait", "20", *self._steps(steps)],
        )  # fmt: skip
        opened = await self._watcher.until("TicketOpened", 150)
        await customer.finish(60)
        words = " ".join(slot["text"] for slot in opened["slots"])
        heard = self._story.keyword in words.lower()
        self._teller.prove(opened["state"] == "confirmed", "the customer confirmed the problem")
        self._teller.prove(heard, "the words were recognised", f'"{words[:80]}"')
        self._teller.prove(opened["tier"] == "vip", "the caller was known", self._story.customer)
        return str(opened["ticket"])

    async def _call_back(self, ticket: str) -> None:
        """An agent hears what it is about, takes it, and talks with the customer."""
        self._teller.title("An agent's phone registers, rings, and plays the summary")
        self._files = {**self._files, **await self._spoken_rest()}
        customer, agent = self._phone("customer"), self._phone("agent")
        await customer.start(
            [*self._phone_options(self._story.caller), "--no-register", "--answer", "--wait", "120",
             "--sip-port", str(self._stage.customer_port),
             "--save", str(self._folder / "heard-by-customer.wav"),
             *self._steps(["say hello", "listen 1", "say thanks", "wait 0.5", "hang-up"])],
        )  # fmt: skip
        await customer.until_fact("waiting", 20)
        await agent.start(
            [*self._phone_options(AGENT), "--answer", "--wait", "60", "--ring", "1",
             "--save", str(self._folder / "heard-by-agent.wav"),
             *self._steps(["listen 1", "press 1", "listen 1", "say help"])],
            self._stage.password,
        )  # fmt: skip
        ended = await self._watcher.until("CallbackAttemptEnded", 120)
        await customer.finish(30)
        await agent.finish(30)
        talked = ended["talk_ms"] / 1000
        self._teller.prove(
            ended["outcome"] == "reached",
            "the customer was called back and reached",
            f"{talked:.1f} s of talk",
        )
        for hearer, role in (("agent", "thanks"), ("customer", "help")):
            same, _ = likeness(self._files[role], self._folder / f"heard-by-{hearer}.wav")  # type: ignore[index]
            self._teller.prove(
                same > 0.8, f"the {hearer} heard the other's voice", f"likeness {same:.2f} of 1"
            )
        closed = await self._watcher.until("CallbackClosed", 20)
        self._teller.prove(closed["end"] == "completed", "the callback is done", f"of ticket {ticket}")

    # --- telephones ---------------------------------------------------------------------------------------

    def _phone(self, who: str) -> Telephone:
        phone = Telephone(who, self._tell_plainly, self._fact)
        self._actors.append(phone)
        return phone

    def _phone_options(self, user: str) -> list[str]:
        return ["phone", "--json", "--server", self._stage.sip, "--user", user]

    def _steps(self, steps: Sequence[str]) -> list[str]:
        """Steps as options; "say ROLE" becomes the file of that line."""
        options = []
        for step in steps:
            verb, _, role = step.partition(" ")
            told = f"say {self._files[role]}" if verb == "say" else step  # type: ignore[index]
            options += ["--do", told]
        return options

    # --- telling ------------------------------------------------------------------------------------------

    def _tell_plainly(self, who: str, text: str) -> None:
        self._teller.line(who, text)

    def _fact(self, who: str, fact: Mapping[str, object]) -> None:
        """What a telephone does."""
        match fact["fact"]:
            case "saying":
                role = Path(str(fact["file"])).stem
                self._teller.line(who, self._story.lines[role], spoken=True)  # type: ignore[index]
            case "key sent":
                self._teller.line(who, f"presses {fact['key']}")
            case "calling" | "waiting" | "ringing" | "answered" | "registered" | "failed" | "ended":
                why = f": {fact['why']}" if "why" in fact else ""
                self._teller.line(who, f"{fact['fact']}{why}")

    def _happened(self, event: Fact) -> None:
        """What the server notes."""
        match event["event"]:
            case "PromptSaid":
                self._teller.line("bot", event["text"], spoken=True)
            case "CallerHeard" if event["kind"] == "speech":
                self._teller.line("server", f"hears: {event['text']}")
            case "TicketOpened":
                self._teller.line("server", f"opens ticket {event['ticket']}")
            case "AgentOffered":
                self._teller.line("server", f"rings agent {event['agent']}")
            case "CallbackDialled":
                self._teller.line("server", "dials the customer")
            case "CallBridged":
                self._teller.line("server", "connects them")
            case "CallbackClosed":
                self._teller.line("server", f"callback {event['end']}")

    def _say_what_next(self) -> None:
        console = self._teller.console
        console.print()
        console.print("To continue with a site of your own:")
        for command, what in (
            ("hotline init my-site", "a site to change as you like"),
            ("hotline serve --site my-site", "run it, then dial 4000"),
            ("hotline token create me --site my-site", "a key for the page at http://127.0.0.1:8481"),
            ("hotline tickets list --site my-site", "and calls, callbacks, agents, queues, report"),
        ):
            console.print(f"  {command:<42} {what}")
