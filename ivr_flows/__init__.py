"""Voice flows: what callers hear and are asked, written by an admin in YAML.

`loader.load_flows` reads them, `runtime.engine.FlowRun` walks one call through them. Verbs know a call
only through `steps.conversation.Conversation` and give back data (`steps.outcomes`); carrying those out is
left to the router.
"""
