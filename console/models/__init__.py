"""The shapes of what the API answers and takes: the promise to those who write programs against it."""
