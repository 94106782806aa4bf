"""Errors of speech synthesis."""

from __future__ import annotations


class VoiceError(Exception):
    """A text could not be spoken; the text is one sentence that says why."""


class VoiceUnavailable(VoiceError):
    """There is no voice for the language, or synthesis has been shut down."""
