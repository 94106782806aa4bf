"""Errors in session descriptions, by the SIP status that they call for."""

from __future__ import annotations


class SdpError(Exception):
    """The description, or its place in the exchange, is against the rules: SIP answers 400."""


class NotAcceptable(Exception):
    """The description is sound but offers nothing that we can use: SIP answers 488."""


class Glare(Exception):
    """An offer came while ours is not answered yet: SIP answers 491 (RFC 3261 section 14.2)."""
