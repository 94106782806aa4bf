"""Text to speech for the telephone: English, Mandarin and Korean, at 8 kHz, without a cloud.

Start with `tts.client.Voices`, what the switch uses; `tts.installed.choose` says which voice it has for a
language, `tts.spoken.say` puts values into words. Synthesis itself (`tts.worker`, `tts.engines`) runs in
another process. This package imports nothing of the other ones here.
"""
