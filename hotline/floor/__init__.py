"""The queue floor at run time: who waits, who works, whose phone rings, who talks with whom.

The decisions are `callback_queue`'s pure machines; here they meet phones, timers and the journal.
"""
