"""Processes kept alive: started, watched, restarted after a pause, ended with the process that started them.

`keeper` decides when something that died comes back, `process` starts and ends child processes, `child` is
what a child does on its own side of the pipe.
"""
