"""ONNX models on the processor, with as many cores as they are given."""

from __future__ import annotations

from pathlib import Path

from onnxruntime import InferenceSession, SessionOptions


def open_session(model: Path, threads: int) -> InferenceSession:
    """Load a model; left to itself, onnxruntime would take every core of the machine."""
    options = SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait by spinning take a third more time of the cores that calls need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
