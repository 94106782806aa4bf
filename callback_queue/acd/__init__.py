"""Automatic call distribution: a queued call from waiting through ringing and talking to the survey."""
