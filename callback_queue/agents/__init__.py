"""Agents: their states, and the feature codes that set them."""
