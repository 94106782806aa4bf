"""The switch as one process: admission, directory, number plan, router, supervision and wiring."""
