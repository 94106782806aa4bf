"""Which examples a sentence is nearest to: pure arithmetic on vectors.

Vectors of multilingual-e5-small all lie in a narrow cone (any two sentences have a cosine of .7 and more),
so the mean of the examples is taken off first; what is left tells kinds apart. A label's score is the mean
cosine of its three nearest examples, mixed with what a ridge regression on all examples says of it: the
first knows the odd example, the second what all have in common. `docs/decisions/021-understanding.md` has
the figures of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NEAREST = 3
SHARE_NEAREST = 0.7
"""Of the score; the regression has the rest."""

RIDGE = 0.5
"""Tikhonov's lambda, for vectors of length 1 and weights of mean 1."""


class Nearness:
    """Labelled examples to compare with.

    Args:
        labels: of each example.
        vectors: their rows, of length 1.
        centre: what is taken off; the examples' mean when None.
    """

    def __init__(
        self,
        labels: Sequence[str],
        vectors: NDArray[np.float32],
        centre: NDArray[np.float64] | None = None,
    ) -> None:
        rows = vectors.astype(np.float64)
        self.centre = rows.mean(axis=0) if centre is None else centre
        self.labels = tuple(dict.fromkeys(labels))
        self._rows = self._centred(rows)
        self._members = [np.flatnonzero(np.array(labels) == label) for label in self.labels]
        self._weights = self._fit(labels)

    def scores(self, vectors: NDArray[np.float32]) -> list[Mapping[str, float]]:
        """For each row, how near each label is: about -1..1, the higher the nearer."""
        rows = self._centred(vectors.astype(np.float64))
        alike = rows @ self._rows.T
        nearest = np.stack([_mean_of_highest(alike[:, members]) for members in self._members], axis=1)
        regression = _with_one(rows) @ self._weights
        mixed = SHARE_NEAREST * nearest + (1 - SHARE_NEAREST) * regression
        return [dict(zip(self.labels, map(float, row), strict=True)) for row in mixed]

    def _centred(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = rows - self.centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        found: NDArray[np.float64] = moved / np.maximum(lengths, 1e-9)
        return found

    def _fit(self, labels: Sequence[str]) -> NDArray[np.float64]:
        """Ridge regression on a column for each label; labels weigh alike, whatever examples they have."""
        each = np.array([1 / labels.count(label) for label in labels])
        weights = (each / each.mean())[:, None]
        targets = np.array([[float(label == name) for name in self.labels] for label in labels])
        rows = _with_one(self._rows)
        square = rows.T @ (weights * rows) + RIDGE * np.eye(rows.shape[1])
        found: NDArray[np.float64] = np.linalg.solve(square, rows.T @ (weights * targets))
        return found


def _mean_of_highest(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.sort(alike, axis=1)[:, -NEAREST:].mean(axis=1)
    return found


def _with_one(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([rows, np.ones((len(rows), 1))])
