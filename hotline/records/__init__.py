"""The recorder: a process that takes the journal's events into the database, and what follows from them.

It follows the spool that the switch writes (`follower.py`), applies every event exactly once with its
projections and consequences (`projector.py`, `registered.py`), and waits for a database that is away
(`recorder.py`). The process around it is `process.py`. What tables hold is the matter of `cdr` and
`callback_queue`.
"""
