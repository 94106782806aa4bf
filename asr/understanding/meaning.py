"""Understanding by meaning: what is nearest to which example sentences, with the rules beside it.

The rules say what they surely know; what they do not know, or see only a part of ("No, please use another
number"), is what its nearest examples are. Inside a margin nobody is sure, so that the bot asks. Numbers
and times stay with the rules. Without an answer of the model, or one in time, the rules alone have said it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from asr.understanding.embedder import Embedder, EmbedderUnavailable
from asr.understanding.examples import Examples
from asr.understanding.nearness import Nearness
from asr.understanding.rules import Rules, reading
from asr.understanding.sentences import pieces, windows
from asr.understanding.values import Act, Enquiry, Reading, Understanding

log = logging.getLogger(__name__)

PATIENCE = 0.6
"""Seconds that callers wait for the model at most; a sentence takes it a hundredth of that."""

RETRY = 5.0
"""Seconds before the examples are read again, after the model has failed."""

NEEDED = 0.05
"""By how much the nearest act must lie before the next one for nobody to ask (scores of `nearness`)."""

NEEDED_FOR_YES = 0.1
"""A wrong yes is worse than a question."""

NEEDED_FOR_WISH = 0.1
"""For a wish for a person that no rule sees: many problems speak of people."""

NEEDED_FOR_NO_WISH = 0.03
"""How far a wish for a person must lie behind."""

NEEDED_IN_WINDOW = 0.1
"""For a wish in a piece of a sentence that was cut just anywhere."""

CONTRADICTED = 0.15
"""A wish that the rules see, and that lies so far behind something else in meaning, is asked about."""

CATEGORY_LIKE, CATEGORY_AHEAD = 0.25, 0.05
"""How like a category a sentence must be to belong to it, and how far before the next to be sure."""

# What says more than the yes or no that it begins with.
_SPECIFIC: frozenset[str] = frozenset(
    {"human", "another_number", "correction", "wait", "does_not_know", "repeat", "redo", "add"}
)
_AGAINST_YES: frozenset[str] = frozenset({"no", "another_number", "correction"})
_UNSURE = 0.5

# Sentences and their opposites are near each other in meaning: what denies anything is no sure yes.
_DENIAL = re.compile(
    r"\b(?:not|no|never|nothing|none|hardly|without|\w+n['\u2019]?t)\b"
    r"|[不没别无未非]|안 |않|못|아니|아닌|아닙|없|싫|말고|지 ?마",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What sentences are compared with."""

    acts: Nearness
    categories: Nearness | None


class Meaning:
    """The provider.

    Args:
        embedder: the model; started and stopped by who made it.
        acts: sentences by act.
        categories: sentences by category; those without any cannot be found by meaning.
    """

    def __init__(self, embedder: Embedder, acts: Examples, categories: Examples) -> None:
        self._embedder = embedder
        self._acts = acts
        self._categories = {name: texts for name, texts in categories.items() if texts}
        self._known: _Known | None = None
        self._rules = Rules()

    @property
    def is_ready(self) -> bool:
        """Whether the examples are read; until then the rules answer."""
        return self._known is not None

    async def prepare(self) -> None:
        """Read the examples; tries until the model is there."""
        while True:
            try:
                self._known = await self._read_examples()
            except EmbedderUnavailable as error:
                log.warning("sentences are understood by rules alone for now: %s", error)
                await asyncio.sleep(RETRY)
            else:
                return

    async def understand(self, enquiry: Enquiry) -> Understanding:
        """What an answer is; see `Understander`."""
        by_rules = self._rules.read(enquiry)
        if self._known is None or not self._embedder.is_up or not enquiry.text.strip():
            return by_rules
        parts = pieces(enquiry.text, enquiry.language) if enquiry.is_free else [enquiry.text]
        cut = [windows(part, enquiry.language) for part in parts]
        texts = [*parts, *(window for found in cut for window in found)]
        try:
            async with asyncio.timeout(PATIENCE):
                vectors = await self._embedder.vectors(texts)
        except (TimeoutError, EmbedderUnavailable):
            log.warning("the model of meaning is of no use now; the rules are")
            return by_rules
        scores = self._known.acts.scores(vectors)
        rest = iter(scores[len(parts) :])
        readings = []
        for index, part in enumerate(parts):
            by_rule, more = reading(part, enquiry.language, enquiry.is_free)
            combined = _combined(by_rule, more, part, scores[index])
            readings.append(_with_windows(combined, [next(rest) for _ in cut[index]]))
        if by_rules.said("human") == "sure" and not any("human" in (r.act, r.rival) for r in readings):
            # A wish that only shows when two pieces are read together.
            readings[-1] = replace(readings[-1], margin=_UNSURE, rival="human")
        known = self._known.categories
        like = known.scores(vectors[: len(parts)]) if known is not None and enquiry.is_free else ()
        category, sure = _category(like)
        return Understanding(
            readings=tuple(readings), category=category, category_sure=sure, provider="meaning"
        )

    async def _read_examples(self) -> _Known:
        act_labels, act_texts = _flat(self._acts)
        category_labels, category_texts = _flat(self._categories)
        vectors = await self._embedder.examples([*act_texts, *category_texts])
        return await asyncio.to_thread(_known, act_labels, category_labels, vectors)


def _combined(by_rules: Reading, more: bool, text: str, scores: Mapping[str, float]) -> Reading:
    """What a piece is, by rules and meaning together.

    Args:
        by_rules: what the rules say.
        more: whether they left some of its words aside.
        text: the piece.
        scores: how near the acts are.
    """
    by_meaning = _nearest(text, scores)
    if not by_rules.sure:
        if by_meaning.act == "yes" and by_meaning.sure and _DENIAL.search(text):
            return replace(by_meaning, margin=_UNSURE, rival="no")
        return by_meaning
    if by_rules.act == "other":
        return by_rules
    if by_rules.act == "human":
        behind = scores[by_meaning.act] - scores["human"]
        return by_rules if behind < CONTRADICTED else replace(by_meaning, margin=_UNSURE, rival="human")
    if by_meaning.act == "human":
        return by_meaning
    if by_rules.act == "yes" and by_meaning.act in _AGAINST_YES and by_meaning.sure:
        return replace(by_rules, margin=_UNSURE, rival=by_meaning.act)
    return by_meaning if more and by_meaning.sure and by_meaning.act in _SPECIFIC else by_rules


def _nearest(text: str, scores: Mapping[str, float]) -> Reading:
    ranked = sorted(scores, key=lambda label: -scores[label])
    act, rival = ranked[0], ranked[1]
    needed = {"yes": NEEDED_FOR_YES, "human": NEEDED_FOR_WISH}.get(act, NEEDED)
    if act != "human" and scores[act] - scores["human"] < NEEDED_FOR_NO_WISH:
        rival, needed = "human", NEEDED_FOR_NO_WISH
    margin = (scores[act] - scores[rival]) / needed
    return Reading(text=text, act=_act(act), margin=margin, rival=_act(rival))


def _with_windows(reading: Reading, found: Sequence[Mapping[str, float]]) -> Reading:
    """A piece with the wish for a person that one of its windows may hold."""
    if reading.act == "human" or not found:
        return reading
    ahead = max(scores["human"] - max(v for act, v in scores.items() if act != "human") for scores in found)
    if ahead < NEEDED:
        return reading
    if ahead < NEEDED_IN_WINDOW:
        return replace(reading, margin=_UNSURE, rival="human")
    return replace(reading, act="human", margin=ahead / NEEDED_IN_WINDOW, rival=reading.act)


def _category(found: Sequence[Mapping[str, float]]) -> tuple[str, bool]:
    """The category of the sentence that is most like one, and whether that is certain."""
    if not found:
        return "", False
    scores = max(found, key=lambda scores: max(scores.values()))
    ranked = sorted(scores, key=lambda name: -scores[name])
    best = scores[ranked[0]]
    if best < CATEGORY_LIKE:
        return "", False
    return ranked[0], len(ranked) == 1 or best - scores[ranked[1]] >= CATEGORY_AHEAD


def _known(act_labels: Sequence[str], category_labels: Sequence[str], vectors: NDArray[np.float32]) -> _Known:
    acts = Nearness(act_labels, vectors[: len(act_labels)])
    if not category_labels:
        return _Known(acts, None)
    return _Known(acts, Nearness(category_labels, vectors[len(act_labels) :], acts.centre))


def _flat(examples: Examples) -> tuple[list[str], list[str]]:
    pairs = [(label, text) for label, texts in examples.items() for text in texts]
    return [label for label, _ in pairs], [text for _, text in pairs]


def _act(label: str) -> Act:
    return cast(Act, label)
