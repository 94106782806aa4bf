"""The console: HTTP API, live events and pages, in a process of its own beside the switch.

It reads what `callback_queue` and `cdr` keep, and asks the switch over its control socket for all else.
"""
