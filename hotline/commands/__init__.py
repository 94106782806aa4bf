"""One file for each command; each holds `command`, whose docstring is its help, and `EXAMPLE`."""
