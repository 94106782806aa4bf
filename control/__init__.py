"""The protocol between a running switch and its commands and console: JSON lines on a Unix socket."""
