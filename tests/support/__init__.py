"""Real peers for the integration tests: SIPp, baresip, the softphone, and the switch itself as a process.

Everything runs on the loopback network with ports of its own, so that several tests can run side by side.
"""
