"""What a number can do with a call: echo, hold, play, record, dial.

Each application is a coroutine that has the caller's leg from the offer to the end. `LegClosed` passes
through: it is how a caller who hangs up ends the application.
"""
