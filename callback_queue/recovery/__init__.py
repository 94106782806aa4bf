"""What a crash left behind: calls that were cut off, and what is owed to their callers."""
