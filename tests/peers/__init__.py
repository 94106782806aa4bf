"""The switch with real peers: SIPp, baresip, pyVoIP, PostgreSQL, and processes that are killed."""
