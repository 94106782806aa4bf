"""Recovery after a crash: calls that were cut off, and the callbacks that their callers get."""
