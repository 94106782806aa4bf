"""The event store and what is computed from it: call detail records, queue and agent figures, reports.

Everything here is computed from the journal alone: recomputed at any time, it comes out the same.
"""
