"""Customers: who calls, known by number in any spelling."""
