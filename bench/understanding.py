"""Measure understanding on this machine: `python -m bench.understanding`.

What callers say (`bench/sentences`, half of it never looked at while margins were chosen) goes through each
provider: how many wishes for a person are one, surely or after a question; how many other sentences are
taken for one; how many answers of other kinds are taken for what they are. And, for the model of meaning,
milliseconds a sentence and the memory of its process. `--url` and `--model` put a language model on top.
The figures go by hand into bench/RESULTS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvloop
from ruamel.yaml import YAML

from asr.models.plan import plan_understanding
from asr.understanding.embedder import Embedder
from asr.understanding.endpoint import Endpoint
from asr.understanding.examples import LANGUAGES, with_own
from asr.understanding.llm import Llm, LlmSetup
from asr.understanding.meaning import Meaning
from asr.understanding.rules import Rules
from asr.understanding.values import Enquiry, Understander
from config import UnderstandingSettings

SENTENCES = Path(__file__).resolve().parent / "sentences"
HALVES = ("tuned", "unseen")

# What is said at a free question; the rest answers a closed one.
_FREE = ("human", "mention", "problem")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the table: `act` as there, with "mention" for a problem that speaks of people."""

    text: str
    act: str
    language: str
    half: str


def table() -> Iterator[Sentence]:
    """Every sentence."""
    for language in LANGUAGES:
        found: dict[str, Any] = YAML(typ="safe").load(SENTENCES / f"{language}.yaml")
        for act, halves in found.items():
            for half in HALVES:
                for text in halves[half]:
                    yield Sentence(str(text), act, language, half)


async def count(understander: Understander, half: str, language: str) -> Counter[str]:
    """How a provider does with one half of one language's sentences."""
    found: Counter[str] = Counter()
    for sentence in table():
        if (sentence.half, sentence.language) != (half, language):
            continue
        free = sentence.act in _FREE
        enquiry = Enquiry(text=sentence.text, language=language, kind="free_text" if free else "yes_no")
        understanding = await understander.understand(enquiry)
        kind = "wish" if sentence.act == "human" else "not"
        found[f"{kind} {understanding.said('human')}"] += 1
        if not free:
            right = understanding.act == sentence.act
            sure = all(reading.sure for reading in understanding.readings)
            found["act " + ("unsure" if not sure else "right" if right else "wrong")] += 1
            if sentence.act in ("no", "another_number", "correction") and understanding.act == "yes" and sure:
                found["wrong yes"] += 1
    return found


def shown(found: Counter[str]) -> str:
    """The figures of a row, as cells."""
    wishes = sum(found[f"wish {word}"] for word in ("sure", "unsure", "no"))
    others = sum(found[f"not {word}"] for word in ("sure", "unsure", "no"))
    acts = sum(found[f"act {word}"] for word in ("right", "unsure", "wrong"))
    return " | ".join(
        (
            f"{found['wish sure']} + {found['wish unsure']} asked of {wishes}",
            f"{found['not sure']} + {found['not unsure']} asked of {others}",
            f"{found['act right']} + {found['act unsure']} asked of {acts}, {found['act wrong']} wrong",
            str(found["wrong yes"]),
        )
    )


def main() -> int:
    """Measure every provider that is here."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding")
    parser.add_argument("--url", help="an OpenAI-compatible endpoint, up to /v1")
    parser.add_argument("--model", default="", help="the model's name there")
    parser.add_argument("--deadline", type=float, default=5.0, help="seconds that it may take")
    options = parser.parse_args()
    uvloop.run(measure(options.url, options.model, options.deadline))
    return 0


async def measure(url: str | None, model: str, deadline: float) -> None:
    """Print a table of rows: provider, language, half, figures."""
    print(
        "| provider | language | half | wishes for a person | others taken for one | other acts | wrong yes |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    providers: list[tuple[str, Understander]] = [("rules", Rules())]
    folder, line = plan_understanding(UnderstandingSettings())
    embedder = None if folder is None else Embedder(folder)
    if embedder is None:
        print(line, file=sys.stderr)
    else:
        embedder.start()
        meaning = Meaning(embedder, with_own({}), {})
        began = time.perf_counter()
        await meaning.prepare()
        loading = time.perf_counter() - began
        providers.append(("meaning", meaning))
    async with httpx.AsyncClient(timeout=None) as http:
        if url is not None:
            setup = LlmSetup(endpoint=Endpoint(url=url, model=model), deadline=deadline, categories={})
            providers.append(("llm", Llm(providers[-1][1], setup, http, time.monotonic)))
        for name, understander in providers:
            for half in HALVES:
                for language in LANGUAGES:
                    cells = shown(await count(understander, half, language))
                    print(f"| {name} | {language} | {half} | {cells} |")
    if embedder is not None:
        await _print_speed(embedder, loading)
        await embedder.stop()


async def _print_speed(embedder: Embedder, loading: float) -> None:
    texts = [sentence.text for sentence in table()]
    took: list[float] = []
    for text in texts:
        began = time.perf_counter()
        await embedder.vectors([text])
        took.append(time.perf_counter() - began)
    at_once: list[float] = []

    async def one(text: str) -> None:
        began = time.perf_counter()
        await embedder.vectors([text])
        at_once.append(time.perf_counter() - began)

    for begin in range(0, len(texts) - 4, 4):
        await asyncio.gather(*(one(text) for text in texts[begin : begin + 4]))
    print(f"examples read in {loading:.1f} s; the process has {_megabytes(embedder.pid)} MB")
    for name, values in (("1 caller", took), ("4 at once", at_once)):
        high = sorted(values)[int(0.95 * len(values))]
        print(f"{name}: p50 {statistics.median(values) * 1e3:.1f} ms, p95 {high * 1e3:.1f} ms a sentence")


def _megabytes(pid: int | None) -> int:
    """Resident memory (proc(5), status)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    sys.exit(main())
