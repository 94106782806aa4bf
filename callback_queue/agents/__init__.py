"""Agents: what each of them is doing and why, and the feature codes by which they say so."""
