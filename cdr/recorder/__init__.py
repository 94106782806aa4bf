"""The recorder: loads the journal's events into the database, with their consequences.

It follows the spool that the switch writes (`journal.follower`), applies every event exactly once with its
projections and consequences (`projector.py`, `site_projections.py`), and waits for a database that is away
(`recorder.py`). The process around it is `hotline.commands.recorder`.
"""
