"""The waiting line for live callers and callbacks together, agents, tickets, customers, SLA clocks.

Pure where it can be: who goes to whom, what an agent's state is, when a callback is due. Calls are made and
connected by `hotline`, figures are computed by `cdr`.
"""
