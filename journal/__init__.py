"""The journal: durable, ordered events; each is on disk before it is acted on."""
