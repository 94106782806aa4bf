"""Phrases weighed by a decoder whose probabilities are known."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.engines.scoring import EXPECTED, MOST_LOOKS, OTHER, PhraseScorer, Scored, Tokens, shares

LEAST = 1e-9
MEANINGS = {"yes": ("yes", "yep", "that's right"), "no": ("no", "nope"), "other": ("what", "hello")}


def encode(text: str) -> list[int]:
    """A token for each letter."""
    return [ord(letter) % 997 for letter in text]


class Decoder:
    """Says each of a few texts with a known probability, and all else hardly ever."""

    def __init__(self, texts: dict[str, float]) -> None:
        self._texts = {tuple(encode(text)): share for text, share in texts.items()}
        self.looks = 0

    def first(self) -> NDArray[np.float32]:
        return np.log([max(self._next((), token), LEAST) for token in range(1000)]).astype(np.float32)

    def look(self, tokens: Tokens) -> list[float]:
        self.looks += 1
        return [log(max(self._next(tokens[:size], token), LEAST)) for size, token in enumerate(tokens)]

    def _next(self, before: Tokens, token: int) -> float:
        begun = {text: share for text, share in self._texts.items() if text[: len(before)] == before}
        after = (share for text, share in begun.items() if text[: len(before) + 1] == (*before, token))
        return sum(after) / sum(begun.values()) if begun else 0.0


def score(decoder: Decoder, meanings: dict[str, tuple[str, ...]] = MEANINGS) -> Scored:
    return PhraseScorer(meanings, encode, ".").score(decoder.first(), decoder.look)


def probability(scored: Scored, meaning: str) -> float:
    return float(np.exp(scored.meanings.get(meaning, -inf)))


def test_a_meaning_is_worth_its_phrases_in_all_their_spellings() -> None:
    found = score(Decoder({"yes.": 0.2, " Yes.": 0.2, "yep.": 0.2, "no.": 0.1, "else": 0.3}))
    assert probability(found, "yes") == pytest.approx(0.6, abs=0.01)
    assert probability(found, "no") == pytest.approx(0.1, abs=0.01)


def test_a_phrase_counts_only_when_the_text_ends_with_it() -> None:
    assert probability(score(Decoder({" what.": 0.01, " what is it.": 0.99})), "other") < 0.02
    assert probability(score(Decoder({" no.": 0.05, " no problem.": 0.95})), "no") < 0.1


def test_a_clear_answer_takes_few_looks_and_a_hopeless_one_hardly_any() -> None:
    many = {f"meaning {number}": tuple(f"{number} and {other}" for other in range(50)) for number in range(9)}
    clear, hopeless = Decoder({" yes.": 0.97, " no.": 0.03}), Decoder({"something else.": 1.0})
    assert probability(score(clear, MEANINGS | many), "yes") == pytest.approx(0.97, abs=0.01)
    score(hopeless, MEANINGS | many)
    assert clear.looks < 5
    assert hopeless.looks < 5


def test_no_answer_takes_more_looks_than_allowed() -> None:
    phrases = tuple(f"{first}{second}" for first in "abcdefgh" for second in "abcdefgh")
    everything = Decoder({f"{phrase}.": 1.0 for phrase in phrases})
    score(everything, {phrase: (phrase,) for phrase in phrases})
    assert everything.looks == MOST_LOOKS


def test_phrases_whose_beginning_is_another_phrase_are_not_looked_at() -> None:
    decoder = Decoder({" yes.": 0.99, " yes sir": 0.01})
    score(decoder, {"yes": ("yes",), "other": ("yes but", "yes and", "yes or", "yes if")})
    assert decoder.looks <= 2


def test_the_likeliest_phrase_of_each_meaning_is_told_without_its_mark() -> None:
    found = score(Decoder({"yes.": 0.2, "yep.": 0.7, "no.": 0.1}))
    assert found.tokens["yes"] == tuple(encode("yep"))
    assert found.tokens["no"] == tuple(encode("no"))


@pytest.mark.parametrize(
    ("text", "meaning"), [(" Yes.", "yes"), ("That's right!", "yes"), ("YEP", "yes"), ("yes no", None)]
)
def test_a_text_that_is_a_phrase_is_known_however_it_is_spelt(text: str, meaning: str | None) -> None:
    assert PhraseScorer(MEANINGS, encode, ".").meaning(text) == meaning


def test_both_scripts_of_a_chinese_phrase_count() -> None:
    scorer = PhraseScorer({"yes": ("对",)}, encode, "。")
    decoder = Decoder({"對。": 0.5, "对。": 0.5})
    found = scorer.score(decoder.first(), decoder.look)
    assert probability(found, "yes") == pytest.approx(1.0, abs=0.01)
    assert scorer.meaning("對。") == "yes"


def test_a_phrase_of_two_meanings_belongs_to_the_first() -> None:
    assert PhraseScorer({"first": ("a",), "second": ("a",)}, encode, ".").meaning("a") == "first"


def test_a_text_is_closed_once() -> None:
    scorer = PhraseScorer(MEANINGS, encode, ".")
    assert (
        scorer.closed(tuple(encode("yes"))) == scorer.closed(tuple(encode("yes."))) == tuple(encode("yes."))
    )


def test_shares_are_one_in_all_and_free_words_stand_against_the_phrases() -> None:
    alone = shares({"yes": log(0.2), "no": log(0.01)}, -inf, ("yes", "no"))
    assert sum(alone.values()) == pytest.approx(1.0)
    assert alone["yes"] == pytest.approx(0.2 / 0.21)
    # As likely as a phrase with its advantage.
    even = shares({"yes": log(0.2)}, log(0.2) + EXPECTED, ("yes", "no"))
    assert even[OTHER] == pytest.approx(even["yes"])
    assert shares({}, -inf, ("yes",)) == {"yes": 0.0, OTHER: 1.0}
