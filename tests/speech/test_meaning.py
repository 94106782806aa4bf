"""The real model of meaning on the table of `python -m bench.understanding`: the limits that must hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from asr.models import find
from asr.understanding import meaning as meaning_module
from asr.understanding.embedder import Embedder
from asr.understanding.examples import LANGUAGES, with_own
from asr.understanding.meaning import Meaning
from asr.understanding.values import Enquiry
from bench.understanding import HALVES, count
from tests.unit.tts.loop import on_loop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@on_loop
async def test_wishes_for_a_person_are_heard_or_asked_about_and_mentions_are_not(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How good, not how fast: what a busy machine answers late is measured elsewhere.
    monkeypatch.setattr(meaning_module, "PATIENCE", 30.0)
    folder = find("multilingual-e5-small", models)
    assert folder is not None
    embedder = Embedder(folder)
    embedder.start()
    try:
        meaning = Meaning(
            embedder,
            with_own({"problem": ("The people counter at the gate shows zero.",)}),
            {
                "printing": ("The printer is jammed.", "It prints only stripes.", "The toner is empty."),
                "network": ("The wifi is slow.", "I have no internet.", "The router does not connect."),
            },
        )
        await meaning.prepare()
        found: Counter[str] = Counter()
        for half in HALVES:
            for language in LANGUAGES:
                found += await count(meaning, half, language)
        printing = await meaning.understand(
            Enquiry(text="打印机卡纸了，打不出来。", language="zh", kind="free_text")
        )
    finally:
        await embedder.stop()
    wishes, others = (
        sum(found[f"{kind} {word}"] for word in ("sure", "unsure", "no")) for kind in ("wish", "not")
    )
    assert (wishes, others) == (120, 438)
    assert found["wish no"] <= 0.02 * wishes
    assert found["not sure"] <= 0.02 * others
    assert found["wrong yes"] <= 1
    assert found["act wrong"] <= 0.1 * sum(found[f"act {word}"] for word in ("right", "unsure", "wrong"))
    assert printing.category == "printing"
