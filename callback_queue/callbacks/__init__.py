"""Callbacks: when a customer is called back, by which lease, and how an attempt runs."""
