"""The event store and what is computed from it: call detail records, queue and agent figures, reports.

Everything here is a fold over the journal: it can be computed anew at any time and comes out the same.
"""
