"""Speech recognition: the client that the switch uses, and the worker processes that recognise speech.

Takes 8 kHz mono 16-bit PCM, imports nothing of telephony. The switch imports `asr.workers.client` and
`asr.results`; the native libraries are imported by `asr.workers.worker`, in processes of their own, alone.
"""
