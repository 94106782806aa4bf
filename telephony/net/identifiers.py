"""Fresh identifiers for messages: unguessable, so that nobody else can end or answer for a call of ours."""

from __future__ import annotations

import secrets


def new_branch() -> str:
    """A Via branch (RFC 3261 8.1.1.7)."""
    return f"z9hG4bK{secrets.token_hex(8)}"


def new_tag() -> str:
    """A From or To tag (RFC 3261 19.3 asks for 32 random bits at least)."""
    return secrets.token_hex(6)
