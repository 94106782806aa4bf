"""A tiny streaming transducer that hears tones: a real model for sherpa-onnx in a few kilobytes.

440 Hz is "AL", 1000 Hz "PHA" (together "ALPHA"), and 2500 Hz "BETA" or, hardly less, "GAMMA"; whatever is
quiet is nothing. Its networks do in plain arithmetic what a trained model's do: the encoder turns frames into
scores, the decoder forbids a token twice in a row, the joiner adds both. So the library's whole way from
sound to tokens runs, with no weights that anybody would have to download.

    pip install onnx && python -m tests.unit.asr.engines.tones FOLDER

writes the model; what it wrote lies in `tones/`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "tones"
TOKENS = ("<blk>", "<unk>", "▁AL", "PHA", "▁BETA", "▁GAMMA")
TONES = {440.0: 2, 1000.0: 3, 2500.0: 4}
"""Hz, and the token that each is."""

RATE = 8000
BINS, FRAMES, SUBSAMPLING = 80, 8, 4


def tone(hertz: float, seconds: float = 0.4) -> bytes:
    """16-bit PCM at 8 kHz; 0 Hz is silence."""
    times = np.arange(round(RATE * seconds)) / RATE
    return bytes((np.sin(2 * np.pi * hertz * times) * 8000).astype("<i2").tobytes())


def _mel(hertz: float) -> float:
    return float(1127 * np.log(1 + hertz / 700))


def _weights() -> NDArray[np.float32]:
    """From a frame's log energies (20 Hz to 7600 Hz in mel) to a score for each token."""
    centres = np.linspace(_mel(20), _mel(7600), BINS + 2)[1:-1]
    weights = np.zeros((BINS, len(TOKENS)), np.float32)
    for hertz, token in TONES.items():
        weights[np.argmin(np.abs(centres - _mel(hertz))), token] = 1.0
    weights[:, 5] = weights[:, 4]
    return weights


def main(folder: Path) -> None:
    """Write the model."""
    import onnx  # noqa: PLC0415 - for writing alone
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    floats, whole, size = TensorProto.FLOAT, TensorProto.INT64, len(TOKENS)

    def save(name: str, nodes: list[Any], given: Any, made: Any, consts: Any, about: dict[str, Any]) -> None:
        inputs, outputs = (
            [helper.make_tensor_value_info(*value) for value in side] for side in (given, made)
        )
        tensors = [numpy_helper.from_array(value, key) for key, value in consts.items()]
        graph = helper.make_graph(nodes, name, inputs, outputs, tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in about.items()})
        onnx.save(model, folder / f"{name}.onnx")

    # Frames in fours; what is louder than -3 (a log energy) in a tone's band speaks for its token.
    bias = np.full(size, 3.0, np.float32)
    bias[:2] = (0.0, -50.0)
    bias[5] = 2.8
    nodes = [
        helper.make_node("Reshape", ["x", "fours"], ["grouped"]),
        helper.make_node("ReduceMean", ["grouped"], ["frames"], axes=[2], keepdims=0),
        helper.make_node("MatMul", ["frames", "weights"], ["loud"]),
        helper.make_node("Add", ["loud", "bias"], ["scores"]),
        helper.make_node("Clip", ["scores", "least", "most"], ["encoder_out"]),
        helper.make_node("Identity", ["h"], ["next_h"]),
        helper.make_node("Identity", ["c"], ["next_c"]),
    ]
    state = [1, "N", 1]
    save(
        "encoder",
        nodes,
        [("x", floats, ["N", FRAMES, BINS]), ("h", floats, state), ("c", floats, state)],
        [
            ("encoder_out", floats, ["N", FRAMES // SUBSAMPLING, size]),
            ("next_h", floats, state),
            ("next_c", floats, state),
        ],
        {
            "fours": np.array([-1, FRAMES // SUBSAMPLING, SUBSAMPLING, BINS]),
            "weights": _weights(),
            "bias": bias,
            "least": np.float32(-20),
            "most": np.float32(6),
        },
        {
            "model_type": "lstm",
            "num_encoder_layers": 1,
            "T": FRAMES,
            "decode_chunk_len": FRAMES,
            "rnn_hidden_size": 1,
            "d_model": 1,
        },
    )
    again = np.diag(np.array([0, *[-40] * (size - 1)], np.float32))
    again[4, 5] = again[5, 4] = -40  # one tone is one word
    save(
        "decoder",
        [
            helper.make_node("Gather", ["y", "last"], ["token"], axis=1),
            helper.make_node("Gather", ["again", "token"], ["decoder_out"], axis=0),
        ],
        [("y", whole, ["N", 2])],
        [("decoder_out", floats, ["N", size])],
        {"last": np.array(1), "again": again},
        {"vocab_size": size, "context_size": 2},
    )
    save(
        "joiner",
        [helper.make_node("Add", ["enc", "dec"], ["logit"])],
        [("enc", floats, ["N", size]), ("dec", floats, ["N", size])],
        [("logit", floats, ["N", size])],
        {},
        {"joiner_dim": size},
    )
    lines = (f"{token} {number}\n" for number, token in enumerate(TOKENS))
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    pieces = (f"{token}\t{-number}\n" for number, token in enumerate(TOKENS))
    (folder / "bpe.vocab").write_text("".join(pieces), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
