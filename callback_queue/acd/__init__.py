"""Automatic call distribution: a queued call from waiting over ringing and talking to the survey."""
