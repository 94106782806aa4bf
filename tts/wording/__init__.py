"""The words of each language: one module a language, all with the same functions (see `tts.spoken`)."""
