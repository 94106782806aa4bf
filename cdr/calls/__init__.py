"""Call detail records: the fold of one call's events into what happened in it."""
