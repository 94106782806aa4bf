"""Echo: the caller hears their own voice, to test the line."""

from __future__ import annotations

from telephony.call.leg import CallLeg


async def echo(leg: CallLeg) -> None:
    """Answer and send the caller's own voice back until the caller hangs up."""
    leg.answer()
    leg.audio.echo()
    await leg.wait_ended()
