"""Calling people back at run time: who is due, whose turn it is, one call for one attempt.

When to call whom is `callback_queue`'s decision, and the lease is its store's; here they meet the line, the
agents' phones and the customer's.
"""
