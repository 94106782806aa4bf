"""Meaning with a real process and a model of the tests' own: what is compared, what failures cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.understanding import kept_vectors
from asr.understanding import meaning as meaning_module
from asr.understanding.embedder import Embedder, EmbedderUnavailable
from asr.understanding.meaning import Meaning
from asr.understanding.values import Enquiry
from tests.unit.tts.loop import on_loop

TOY = "tests.unit.asr.understanding.toy_model"
ACTS = {
    "human": ("gimme the boss", "boss please", "the boss now"),
    "problem": ("printer is broken", "the printer smokes", "printer again"),
    "yes": ("fine with me", "fine fine", "fine then"),
    "other": ("zzz qqq", "qqq zzz", "qzq zqz"),
}
CATEGORIES = {
    "heating": ("radiator cold", "cold radiator"),
    "paper": ("paper jam", "jammed paper"),
    "empty": (),
}


@asynccontextmanager
async def running(
    folder: Path, acts: Mapping[str, tuple[str, ...]] = ACTS, kept: Path | None = None
) -> AsyncIterator[tuple[Embedder, Meaning]]:
    embedder = Embedder(folder, kept, module=TOY)
    embedder.start()
    try:
        yield embedder, Meaning(embedder, acts, CATEGORIES)
    finally:
        await embedder.stop()


def enquiry(text: str, kind: str = "free_text") -> Enquiry:
    return Enquiry(text=text, language="en", kind="free_text" if kind == "free_text" else "yes_no")


@on_loop
async def test_a_sentence_is_what_its_nearest_examples_are(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, meaning):
        await meaning.prepare()
        found = await meaning.understand(enquiry("The printer is broken. Gimme the boss now."))
    assert [reading.act for reading in found.readings] == ["problem", "human"]
    assert found.said("human") == "sure"
    assert found.without("human") == "The printer is broken."
    assert found.provider == "meaning"


@on_loop
async def test_between_two_acts_nobody_is_sure(tmp_path: Path) -> None:
    both = {"human": ("call the zebra",), "problem": ("call the zebra",)}
    async with running(tmp_path, both) as (_, meaning):
        await meaning.prepare()
        found = await meaning.understand(enquiry("zebra"))
    (reading,) = found.readings
    assert {reading.act, reading.rival} == {"human", "problem"}
    assert found.said("human") == "unsure"


@on_loop
async def test_what_the_tables_know_stays_as_they_know_it(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, meaning):
        await meaning.prepare()
        found = await meaning.understand(enquiry("No.", "yes_no"))
    assert found.act == "no"
    assert found.readings[0].sure


@on_loop
async def test_a_category_is_that_of_the_sentence_most_like_one(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, meaning):
        await meaning.prepare()
        found = await meaning.understand(enquiry("Hello there. The radiator is cold."))
        none = await meaning.understand(enquiry("xyxyxyxy"))
    assert (found.category, found.category_sure) == ("heating", True)
    assert none.category == ""


@on_loop
async def test_until_the_examples_are_read_the_rules_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, meaning):
        found = await meaning.understand(enquiry("Let me talk to a human."))
        assert not meaning.is_ready
    assert (found.provider, found.said("human")) == ("rules", "sure")


@on_loop
async def test_a_process_that_dies_is_replaced_and_the_rules_answer_meanwhile(tmp_path: Path) -> None:
    async with running(tmp_path) as (embedder, meaning):
        await meaning.prepare()
        before = embedder.pid
        found = await meaning.understand(enquiry("die"))
        assert found.provider == "rules"
        await embedder.vectors(["up again"])
        assert embedder.pid != before
        again = await meaning.understand(enquiry("boss please"))
    assert (again.provider, again.said("human")) == ("meaning", "sure")


@on_loop
async def test_callers_do_not_wait_for_a_process_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as (_, meaning):
        await meaning.prepare()
        monkeypatch.setattr(meaning_module, "PATIENCE", 0.05)
        found = await meaning.understand(enquiry("hang"))
    assert found.provider == "rules"


@on_loop
async def test_a_caller_who_hangs_up_costs_the_process_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (embedder, _):
        await embedder.vectors(["one"])
        before = embedder.pid
        waiting = [asyncio.create_task(embedder.vectors([f"text {number}"])) for number in range(8)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (await embedder.vectors(["two"])).shape == (1, 64)
        assert embedder.pid == before


@on_loop
async def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    async with running(tmp_path) as (embedder, _):
        with pytest.raises(EmbedderUnavailable, match="no model"):
            await embedder.vectors(["one"])


@on_loop
async def test_examples_are_read_once_and_in_their_order(tmp_path: Path) -> None:
    async with running(tmp_path) as (embedder, _):
        first = await embedder.examples(["b", "a"])
        second = await embedder.examples(["a", "c", "b"])
        (tmp_path / "broken").touch()
        known = await embedder.examples(["c", "a"])
    assert np.array_equal(first[1], second[0])
    assert np.array_equal(known, second[[1, 0]])


@on_loop
async def test_the_next_start_finds_what_the_last_one_read(tmp_path: Path) -> None:
    kept = tmp_path / "run" / "vectors.npz"
    async with running(tmp_path, kept=kept) as (embedder, meaning):
        await meaning.prepare()
        first = await embedder.examples(["boss please", "a new one"])
    asked: list[str] = []
    async with running(tmp_path, kept=kept) as (embedder, _):
        ask = embedder.vectors

        async def noted(texts: Sequence[str]) -> Any:
            asked.extend(texts)
            return await ask(texts)

        embedder.vectors = noted  # type: ignore[method-assign]
        again = await embedder.examples(["a new one", "boss please", "newer"])
    assert np.array_equal(first, again[[1, 0]])
    # One that was kept proves that they are of this model, and has the model loaded.
    assert asked == ["boss please", "newer"]


@pytest.mark.parametrize("spoilt", ["empty", "cut", "text", "other model", "other vectors"])
@on_loop
async def test_kept_vectors_that_cannot_be_used_are_computed_anew(spoilt: str, tmp_path: Path) -> None:
    kept = tmp_path / "vectors.npz"
    texts = ["one", "two"]
    async with running(tmp_path, kept=kept) as (embedder, _):
        right = await embedder.examples(texts)
    whole = kept.read_bytes()
    if spoilt == "other vectors":
        kept_vectors.save(kept, "", {text: np.ones(64, np.float32) / 8 for text in texts})
    elif spoilt == "other model":
        kept_vectors.save(kept, "another", {text: np.ones(64, np.float32) / 8 for text in texts})
    else:
        kept.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "text": b"no zip"}[spoilt])
    async with running(tmp_path, kept=kept) as (embedder, _):
        found = await embedder.examples(texts)
    assert np.array_equal(found, right)
    assert np.array_equal(kept_vectors.load(kept, "")["two"], right[1])


@on_loop
async def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with running(tmp_path, kept=tmp_path / "file" / "vectors.npz") as (_, meaning):
        await meaning.prepare()
        assert meaning.is_ready
