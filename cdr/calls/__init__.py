"""Call detail records: what happened in a call, by its events."""
