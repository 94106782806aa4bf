"""One file for each command; each holds `command`, whose docstring is its help, and `EXAMPLE`.

A command that is a family of commands holds them in `app`, with `command` as the callback of all.
"""
