"""The queue: one waiting line for callers and callbacks, agents, tickets, customers, SLA deadlines.

Pure where it can be: who goes to whom, what an agent's state is, when a callback is due. Calls are made and
connected by `hotline`, figures are computed by `cdr`.
"""
