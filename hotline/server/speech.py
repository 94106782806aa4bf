"""What one switch hears, understands and speaks with: chosen, started and closed.

Their work is done in processes of their own (`asr.workers.worker`, `asr.understanding.worker`,
`tts.worker`); what is spoken and heard in a call is left to `tts.prompts` and `asr.listening`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from asr.intake.texts import TEXTS as INTAKE_TEXTS
from asr.listening.turn_detection import TurnDetector
from asr.models import models_folder
from asr.models.plan import LANGUAGES, plan_speech, plan_understanding
from asr.patterns import compile_all
from asr.understanding.service import UnderstandingService
from asr.workers.client import Recognisers
from callback_queue import prompts as queue_prompts
from callback_queue.callbacks import texts as callback_texts
from config import Site, VoiceSettings
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.flow_call import Speech
from ivr_flows.steps.texts import TEXTS as FLOW_TEXTS
from telephony.media.prompts import PromptStore
from tts.client import Voices
from tts.installed import Choice, Wish, choose
from tts.prompts import PromptRenderer

log = logging.getLogger(__name__)

VOICE_CACHE = "run/voice-cache"
EXAMPLE_VECTORS = "run/example-vectors.npz"
LOOKUP_CONNECTIONS = 50


class SpeechService:
    """What the flows of a site speak and listen with, from start to end of the switch.

    Args:
        site: its settings.
        languages: those that callers are understood in; nothing is started for others.
        spoken: further ones that are only spoken, to agents.
    """

    def __init__(self, site: Site, languages: Iterable[str], spoken: Iterable[str] = ()) -> None:
        self.languages = frozenset(languages)
        self.spoken = self.languages | frozenset(spoken)
        wanted = [language for language in LANGUAGES if language in self.spoken]
        plan = plan_speech(site.settings.speech)
        setups = [setup for setup in plan.setups if setup.language in self.languages]
        choices = [_voice(site, language) for language in wanted]
        self.lines = [line for line in plan.lines if line.split()[1].rstrip(":") in self.languages]
        model, line = plan_understanding(site.settings.understanding)
        self.lines += [line] if self.languages else []
        self.lines += [str(choice) for choice in choices]
        """Who recognises, understands and speaks, for start-up."""
        self.recognisers = Recognisers(setups) if setups else None
        second = [setup for setup in plan.second if setup.language in self.languages]
        self.second_readers = Recognisers(second) if second else None
        """Who reads what was told once more after the call."""
        self._understanding = UnderstandingService(
            model if self.languages else None, site.path(EXAMPLE_VECTORS)
        )
        self._turns = Recognisers([plan.turns]) if setups and plan.turns is not None else None
        if setups:
            self.lines.append(plan.turns_line)
        voices = [choice.voice for choice in choices if choice.voice is not None]
        self.voices = (
            Voices(voices, site.path(VOICE_CACHE), threads=site.settings.voices.threads) if voices else None
        )
        limits = httpx.Limits(max_connections=LOOKUP_CONNECTIONS)
        self._http = httpx.AsyncClient(limits=limits, follow_redirects=False, timeout=None)
        self._preparing: asyncio.Task[None] | None = None
        self._ahead = site.settings.voices.ahead

    def status(self) -> dict[str, Any]:
        """Figures of the moment, for `hotline status`: the recognisers by language, the detector of turns."""
        listening = (workers for workers in (self.recognisers, self._turns) if workers is not None)
        return {name: figures for workers in listening for name, figures in workers.status().items()}

    def restarts(self) -> dict[str, int]:
        """How often the workers of each recogniser had to be started anew, so far."""
        return {
            name: figures["restarts"] + figures["failed_starts"]
            for name, figures in self.status().items()
            if "restarts" in figures and "failed_starts" in figures
        }

    @property
    def understanding(self) -> str:
        """Who understands answers now: rules, or meaning where its model is up and has read its examples."""
        return "meaning" if self._understanding.is_ready else "rules"

    def for_plan(self, site: Site, prompts: PromptStore) -> Speech:
        """What calls on one version of the site speak and listen with; their clock shows the site's time."""
        now = partial(datetime.now, site.timezone)
        return Speech(
            prompts=PromptRenderer(prompts, self.voices, now),
            recognisers=self.recognisers,
            understander=self._understanding.for_site(
                site.settings.understanding, site.settings.tickets.categories
            ),
            http=self._http,
            recordings=site.recordings_folder,
            now=now,
            country=site.settings.country or "",
            turns=TurnDetector(self._turns) if self._turns is not None else None,
        )

    async def start(self) -> None:
        """Start the workers; returns before they have loaded their models."""
        if self.recognisers is not None:
            compile_all()
            await self.recognisers.start()
        if self.second_readers is not None:
            await self.second_readers.start()
        self._understanding.start()
        if self._turns is not None:
            await self._turns.start()
        if self.voices is not None:
            await self.voices.start()

    def prepare(self, texts: Iterable[tuple[str, str]]) -> None:
        """Speak texts ahead of the calls that will say them; (language, text) pairs."""
        if self._preparing is not None:
            self._preparing.cancel()
        if self.voices is not None and self._ahead:
            pairs = [(text, language) for language, text in texts if language in self.spoken]
            self._preparing = asyncio.get_running_loop().create_task(self._prepare(self.voices, pairs))

    async def close(self) -> None:
        """End the workers."""
        if self._preparing is not None:
            self._preparing.cancel()
        if self.recognisers is not None:
            await self.recognisers.close()
        if self.second_readers is not None:
            await self.second_readers.close()
        await self._understanding.close()
        if self._turns is not None:
            await self._turns.close()
        if self.voices is not None:
            await self.voices.close()
        await self._http.aclose()

    async def _prepare(self, voices: Voices, pairs: list[tuple[str, str]]) -> None:
        errors = await voices.prepare(pairs)
        for text in sorted({str(error) for error in errors}):
            log.warning("a text can't be synthesised: %s", text)
        log.info("prompts are synthesised", extra={"texts": len(pairs), "failed": len(errors)})


def _voice(site: Site, language: str) -> Choice:
    wanted: VoiceSettings = getattr(site.settings.voices, language)
    engine = None if wanted.engine == "auto" else wanted.engine
    return choose(language, models_folder(), Wish(engine, wanted.voice, wanted.speed))


def languages_of(site: Site, flows: FlowSet) -> frozenset[str]:
    """What callers of this site's numbers can come to speak with it, or to be spoken to in."""
    targets = site.settings.numbers.values()
    talking = {queue.name for queue in site.queues if queue.announce is not None}
    straight = [target for target in targets if target.queue in talking]
    return frozenset(target.language or site.settings.language for target in straight) | flows.languages_from(
        [(target.flow, target.language) for target in targets if target.flow is not None]
    )


def agents_languages(site: Site) -> frozenset[str]:
    """What agents are spoken to in."""
    return frozenset(next(iter(agent.languages), site.settings.language) for agent in site.agents)


def texts_ahead(site: Site, flows: FlowSet) -> list[tuple[str, str]]:
    """What is said so often that it is spoken before the first call: (language, text) pairs."""
    own = [pair for texts in (*FLOW_TEXTS.values(), *INTAKE_TEXTS.values()) for pair in texts.items()]
    keys = frozenset({queue.exit_key for queue in site.queues} | {site.settings.agents.confirm_key})
    return [
        *flows.texts(),
        *own,
        *queue_prompts.ahead(keys - {""}),
        *callback_texts.ahead(site.settings.name),
    ]
