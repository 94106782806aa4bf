"""A site's understanding, from start to end of the switch: who understands, and the process of the model.

Which model is installed is found out by `asr.models.plan`. Every version of the site that a reload brings
has an `Understander` of its own, with its own examples, categories and endpoint; the model's process is one
for all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from asr.understanding.embedder import Embedder
from asr.understanding.endpoint import Endpoint
from asr.understanding.examples import Examples, with_own
from asr.understanding.llm import Llm, LlmSetup
from asr.understanding.meaning import Meaning
from asr.understanding.rules import Rules
from asr.understanding.values import Understander
from config import Category, LlmSettings, UnderstandingSettings

CONNECTIONS = 50
_MOST_DESCRIBED = 200
"""Characters that tell a language model what belongs to a category."""


class UnderstandingService:
    """Understands for all calls.

    Args:
        model: the folder of the model of meaning, None where it is not installed.
        kept: the file in which the examples' vectors are kept from one start to the next, None for none.
    """

    def __init__(self, model: Path | None, kept: Path | None = None) -> None:
        self._model = model
        self._kept = kept
        self._embedder: Embedder | None = None
        self._http: httpx.AsyncClient | None = None
        self._newest: Meaning | None = None
        self._preparing: set[asyncio.Task[None]] = set()
        self._is_started = False

    @property
    def pid(self) -> int | None:
        """The model's process, while there is one."""
        return None if self._embedder is None else self._embedder.pid

    @property
    def is_ready(self) -> bool:
        """Whether the model has read the examples of the newest version."""
        return self._newest is not None and self._newest.is_ready

    def for_site(self, settings: UnderstandingSettings, categories: Sequence[Category]) -> Understander:
        """Who understands the answers of calls on one version of the site.

        Args:
            settings: `understanding:` of the site.
            categories: `tickets.categories:` of the site.
        """
        base: Understander = Rules()
        if settings.provider != "rules" and self._model is not None:
            base = self._meaning(self._model, settings, categories)
        if settings.llm is None or settings.provider in ("rules", "meaning"):
            return base
        if self._http is None:
            limits = httpx.Limits(max_connections=CONNECTIONS)
            self._http = httpx.AsyncClient(limits=limits, follow_redirects=False, timeout=None)
        return Llm(base, llm_setup(settings.llm, categories), self._http, time.monotonic)

    def start(self) -> None:
        """Start the process, which is not there before the switch has its sockets."""
        self._is_started = True
        if self._embedder is not None:
            self._embedder.start()
        self._prepare()

    async def close(self) -> None:
        """End the process; calls that go on are understood by rules."""
        for task in self._preparing:
            task.cancel()
        await asyncio.gather(*self._preparing, return_exceptions=True)
        if self._embedder is not None and self._is_started:
            await self._embedder.stop()
        if self._http is not None:
            await self._http.aclose()

    def _meaning(
        self, model: Path, settings: UnderstandingSettings, categories: Sequence[Category]
    ) -> Meaning:
        if self._embedder is None:
            self._embedder = Embedder(model, self._kept)
            if self._is_started:
                self._embedder.start()
        self._newest = Meaning(self._embedder, with_own(settings.examples), category_examples(categories))
        if self._is_started:
            self._prepare()
        return self._newest

    def _prepare(self) -> None:
        """Read the examples of the newest version; an older one that is not ready stays with the rules."""
        for task in self._preparing:
            task.cancel()
        if self._newest is not None:
            task = asyncio.get_running_loop().create_task(self._newest.prepare(), name="examples")
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)


def category_examples(categories: Sequence[Category]) -> Examples:
    """What each category is known by: its sentences; of one without any, its words."""
    return {
        category.name: category.examples or (*category.words.en, *category.words.zh, *category.words.ko)
        for category in categories
    }


def llm_setup(settings: LlmSettings, categories: Sequence[Category]) -> LlmSetup:
    """How a site asks its language model."""
    known = category_examples(categories)
    return LlmSetup(
        endpoint=Endpoint(
            url=settings.url,
            model=settings.model,
            api_key=settings.api_key or "",
            format=settings.format,
        ),
        deadline=settings.deadline,
        mask=settings.mask,
        questions=settings.questions,
        categories={name: "; ".join(texts)[:_MOST_DESCRIBED] for name, texts in known.items()},
    )
