"""The intake bot: takes in a caller's problem by voice, as a pure machine (`bot.py`)."""
