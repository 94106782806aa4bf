"""A flow on a call: the engine that walks its steps, and the conversation on a real call leg."""
