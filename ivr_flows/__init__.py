"""Voice flows: what callers hear and are asked, written by an admin in YAML.

`loader.load_flows` is the way in, `engine.FlowRun` walks one call through them. The package knows a call
only through `conversation.Conversation` and gives back data (`outcomes`); carrying those out is left to
the router.
"""
