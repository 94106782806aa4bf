"""One answer of a caller, from the first sound to its words: voice activity, end of turn, barge-in."""
