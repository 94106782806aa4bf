"""Alarms: what is wrong with a site, told once to people who can mend it, and once when it is over."""
