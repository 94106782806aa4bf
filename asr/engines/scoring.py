"""How likely each expected meaning of a short answer is: phrases weighed by a decoder's own probabilities.

A decoder that reads sound says how probable each token of a given text is after those before it, so the
probability of a phrase is their product. A phrase ends with a mark: without it "What" would score well
inside "What is the weather". Phrases that begin alike share what is known of their beginning, and one whose
beginning is hopeless is never looked at: of hundreds about ten are.

What stands against the phrases is what the decoder writes freely. It is the likeliest of very many texts,
and a phrase one of a few that make sense here, so the phrases are given an advantage.

Pure. The decoder is left to `asr.engines.whisper`, what to do with the result to `asr.slots`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

OTHER = "other"
"""The meaning of everything that is none of the expected ones."""

NEGLIGIBLE = 3.0
"""Nats below the likeliest phrase from where on none of another meaning is looked at; of its own, 0."""

MOST_LOOKS = 12
"""Phrases that are looked at for one answer."""

Tokens = tuple[int, ...]
_TO_TRADITIONAL, _TO_SIMPLIFIED = OpenCC("s2t"), OpenCC("t2s")
_HAN = re.compile(r"[\u4e00-\u9fff]")  # before such, nobody writes a space
_MUTTERED = frozenset({"嗯", "嗯嗯", "恩", "응", "uhhuh", "mmhmm", "mhm"})
"""Any dull sound is a little like these, Mandarin's five too; so they count where they are written freely."""
_NEVER = -60.0  # instead of the logarithm of nothing
_CLOSINGS = (".", "!", "?", "...", "。", "！", "？")
_END, _DULL_END = -0.7, -2.5  # log probability that a phrase ends where it does: at best, and on a dull line
_FAR = 2 * NEGLIGIBLE
_HOPELESS = -14.0  # such a phrase can only be what the decoder did not hear


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of it.

    Args:
        meanings: log probability of each meaning, all its phrases together; only those that have any.
        tokens: the likeliest phrase of each, its mark at the end left out.
        near: all phrases that are not hopeless beside the likeliest one.
    """

    meanings: Mapping[str, float]
    tokens: Mapping[str, Tokens]
    near: tuple[Tokens, ...] = ()


class PhraseScorer:
    """The phrases of all meanings, as tokens.

    Args:
        meanings: each one's phrases; a phrase of two belongs to the first.
        encode: the decoder's tokens of a text.
        mark: what ends a sentence in the language.
    """

    def __init__(
        self, meanings: Mapping[str, tuple[str, ...]], encode: Callable[[str], list[int]], mark: str
    ) -> None:
        self._closing = tuple(encode(mark))
        self._marks = {tokens[-1] for closing in _CLOSINGS if (tokens := encode(closing))}
        self._meanings: dict[Tokens, str] = {}
        self._known: dict[str, str] = {}
        for name, phrases in meanings.items():
            for phrase in phrases:
                self._known.setdefault(bare(phrase), name)
                if bare(phrase) in _MUTTERED:
                    continue
                for spelling in _spellings(phrase):
                    self._meanings.setdefault((*encode(spelling), *self._closing), name)

    def meaning(self, text: str) -> str | None:
        """The meaning of a text that is one of the phrases, however it is spelt; None when it is none."""
        return self._known.get(bare(_TO_SIMPLIFIED.convert(text))) or self._known.get(bare(text))

    def closed(self, tokens: Tokens) -> Tokens:
        """A text with a mark at its end, as a sentence has it."""
        return tokens if tokens[-1] in self._marks else (*tokens, *self._closing)

    def score(
        self,
        first: NDArray[np.float32],
        look: Callable[[Tokens], Sequence[float]],
        only: Collection[Tokens] = (),
    ) -> Scored:
        """Weigh the phrases.

        Args:
            first: log probability of each token at the beginning.
            look: log probability of each of these tokens after those before it.
            only: phrases, as `Scored.near` has them; empty for all.
        """
        begun: dict[Tokens, float] = {}  # log probability of each beginning that was looked at
        spent: dict[Tokens, float] = {}  # how much of a beginning's probability its continuations have taken
        left = {
            tokens: chance + _END
            for tokens in self._meanings
            if (chance := float(first[tokens[0]])) > _HOPELESS
            and (not only or tokens[: -len(self._closing)] in only)
        }
        found: dict[str, list[tuple[float, Tokens]]] = {}
        best, leading, end = -inf, "", _END
        for _ in range(MOST_LOOKS):
            least = {leading: best}
            left = {
                one: bound
                for one, bound in left.items()
                if bound > least.get(self._meanings[one], best - NEGLIGIBLE)
            }
            tokens = max(left, key=lambda one: left[one], default=None)
            if tokens is None:
                break
            whole, chances = 0.0, look(tokens)
            for size, chance in enumerate(chances):
                before, after = tokens[:size], tokens[: size + 1]
                if after not in begun:
                    spent[before] = spent.get(before, 0.0) + exp(chance)
                whole = begun[after] = whole + max(chance, _NEVER)
            if whole > best:
                ending = sum(chances[-len(self._closing) :])
                if whole - ending > _HOPELESS:  # else it says nothing of how phrases end on this line
                    end = max(min(end, ending), _DULL_END)
                best, leading = whole, self._meanings[tokens]
            found.setdefault(self._meanings[tokens], []).append((whole, tokens[: -len(self._closing)]))
            del left[tokens]
            for other in left:
                if other[0] == tokens[0]:
                    left[other] = _bound(other, begun, spent) + end
        return Scored(
            {name: log_sum(one for one, _ in ends) for name, ends in found.items()},
            {name: max(ends)[1] for name, ends in found.items()},
            tuple(tokens for ends in found.values() for whole, tokens in ends if whole > best - _FAR),
        )


def _bound(tokens: Tokens, begun: Mapping[Tokens, float], spent: Mapping[Tokens, float]) -> float:
    """The most that a phrase's log probability can be, by what is known of its beginning."""
    size = next(size for size in range(len(tokens), 0, -1) if tokens[:size] in begun)
    if size == len(tokens):
        return begun[tokens]
    rest = 1.0 - min(spent.get(tokens[:size], 0.0), 1.0 - 1e-9)
    return begun[tokens[:size]] + log(rest)


def shares(
    scored: Mapping[str, float], free: float, expected: float, names: Iterable[str]
) -> dict[str, float]:
    """How likely each meaning is, 0..1, in all 1.

    Args:
        scored: log probabilities by meaning.
        free: log probability of what the decoder wrote freely; -inf when it wrote one of the phrases.
        expected: how much likelier what makes sense here is than the sound and the decoder's idea of language
            say, in nats.
        names: all meanings that were expected; "other" is added.
    """
    weights = {name: scored.get(name, -inf) for name in (*names, OTHER)}
    weights[OTHER] = log_sum((weights[OTHER], free - expected))
    most = max(weights.values())
    if most == -inf:
        return {name: float(name == OTHER) for name in weights}
    parts = {name: exp(weight - most) for name, weight in weights.items()}
    whole = sum(parts.values())
    return {name: part / whole for name, part in parts.items()}


def bare(text: str) -> str:
    """A text without marks, spaces and capitals."""
    return re.sub(r"\W", "", text).lower()


def _spellings(phrase: str) -> list[str]:
    """The ways in which a decoder may write a phrase, marks at its end aside; some of them twice."""
    spelt = (phrase, phrase.lower(), phrase[:1].upper() + phrase[1:], _TO_TRADITIONAL.convert(phrase))
    return [begin + one for one in spelt for begin in (("",) if _HAN.search(one) else ("", " "))]


def log_sum(logs: Iterable[float]) -> float:
    """The logarithm of the sum of what these are the logarithms of."""
    values = [value for value in logs if value > -inf]
    if not values:
        return -inf
    most = max(values)
    return most + log(sum(exp(value - most) for value in values))
