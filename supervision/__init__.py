"""Processes kept alive: started, watched, restarted after a pause, ended with their parent."""
