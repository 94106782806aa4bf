"""A flow on a call: the engine that walks its steps, and what the steps may do with the caller."""
