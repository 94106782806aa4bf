"""Recognisers in processes of their own, and the client through which the switch uses them."""
