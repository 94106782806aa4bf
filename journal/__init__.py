"""Facts made durable, in order, and followed: every event is a line on disk before it is acted on."""
