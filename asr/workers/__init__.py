"""Recognisers in separate processes, and the client that the switch uses."""
