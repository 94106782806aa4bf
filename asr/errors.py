"""Errors of speech recognition; each text is one sentence for a log."""

from __future__ import annotations


class RecogniserError(Exception):
    """An utterance is not recognised."""


class RecogniserBusy(RecogniserError):
    """Every worker is busy, and the waiting line is full or was waited in too long."""


class RecogniserUnavailable(RecogniserError):
    """Nothing recognises this language, or all that does has failed."""


class UtteranceLost(RecogniserUnavailable):
    """Nothing survives this utterance; others of the same language can be recognised."""


class WorkerLost(Exception):
    """A worker let an utterance down; it can be tried again.

    Args:
        why: what happened.
        replace: whether the worker itself is no good any more.
    """

    def __init__(self, why: str, *, replace: bool) -> None:
        super().__init__(why)
        self.replace = replace


class WorkerFull(Exception):
    """A worker takes no more utterances now."""
