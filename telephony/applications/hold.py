"""Hold: an answered call in which nothing is sent, to test phones and networks."""

from __future__ import annotations

from telephony.call.leg import CallLeg


async def hold(leg: CallLeg) -> None:
    """Answer and send nothing until the caller hangs up."""
    leg.answer()
    await leg.wait_ended()
