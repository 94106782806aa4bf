"""The intake bot: takes down a caller's problem by voice, as a pure machine (`bot.py`)."""
