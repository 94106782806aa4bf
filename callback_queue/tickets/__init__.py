"""Tickets: states, opening, SLA clocks, numbers, projection and tables."""
