"""What the switch does with a call by itself: echo, play, record, dial."""
