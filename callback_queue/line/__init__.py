"""The one line of live callers and callbacks: order, distribution, announcements."""
