"""Tiny models that hear tones: real ones for sherpa-onnx, of each kind, in a few kilobytes.

440 Hz is "AL", 1000 Hz "PHA" (together "ALPHA"), and 2500 Hz "BETA" or, hardly less, "GAMMA"; whatever is
quiet is nothing. Their networks do in plain arithmetic what trained ones do: an encoder turns frames into
scores, a transducer's decoder forbids a token twice in a row, and so on. So the library's whole way from
sound to tokens runs, with no weights that anybody would have to download.

    pip install onnx && python -m tests.unit.asr.engines.tones FOLDER

writes the models; what it wrote lies in `tones/`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "tones"
TRANSDUCER, STREAMING_PARAFORMER = FOLDER / "transducer", FOLDER / "streaming-paraformer"
SENSE_VOICE, PARAFORMER = FOLDER / "sense-voice", FOLDER / "paraformer"

RATE = 8000
BINS = 80
WINDOW = 7  # frames that Paraformer and SenseVoice see as one
LANGUAGES = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12}  # as SenseVoice numbers them


def tone(hertz: float, seconds: float = 0.4) -> bytes:
    """16-bit PCM at 8 kHz; 0 Hz is silence."""
    times = np.arange(round(RATE * seconds)) / RATE
    return bytes((np.sin(2 * np.pi * hertz * times) * 8000).astype("<i2").tobytes())


def _mel(hertz: float) -> float:
    return float(1127 * np.log(1 + hertz / 700))


def _weights(tones: dict[int, float], size: int) -> NDArray[np.float32]:
    """From a frame's log energies (20 Hz to 7600 Hz in mel) to a score for each token; tones by token."""
    centres = np.linspace(_mel(20), _mel(7600), BINS + 2)[1:-1]
    weights = np.zeros((BINS, size), np.float32)
    for token, hertz in tones.items():
        weights[np.argmin(np.abs(centres - _mel(hertz))), token] = 1.0
    return weights


def _biases(tones: dict[int, float], size: int) -> NDArray[np.float32]:
    """What is louder than -3, a log energy, speaks for a token; without a tone it is token 0."""
    biases = np.full(size, -50.0, np.float32)
    biases[0] = 0.0
    biases[list(tones)] = 3.0
    return biases


class Writer:
    """Writes one model's files.

    Args:
        folder: where to; it is made.
        tokens: the model's.
    """

    def __init__(self, folder: Path, tokens: tuple[str, ...]) -> None:
        import onnx  # noqa: PLC0415 - for writing alone

        self.onnx = onnx
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.table("tokens.txt", {token: str(number) for number, token in enumerate(tokens)}, " ")

    def table(self, name: str, rows: dict[str, str], between: str) -> None:
        """Write a file with two columns."""
        lines = (f"{key}{between}{value}\n" for key, value in rows.items())
        (self.folder / name).write_text("".join(lines), encoding="utf-8")

    def network(
        self,
        name: str,
        nodes: list[tuple[str, list[str], list[str], dict[str, Any]]],
        given: dict[str, tuple[str, list[int | str]]],
        made: dict[str, tuple[str, list[int | str]]],
        constants: dict[str, Any],
        about: dict[str, Any],
    ) -> None:
        """Write a network: operators, inputs and outputs by kind and shape, constants, metadata."""
        helper, numpy_helper, kinds = self.onnx.helper, self.onnx.numpy_helper, self.onnx.TensorProto
        inputs, outputs = (
            [
                helper.make_tensor_value_info(key, getattr(kinds, kind), shape)
                for key, (kind, shape) in side.items()
            ]
            for side in (given, made)
        )
        made_nodes = [helper.make_node(kind, *edges, **options) for kind, *edges, options in nodes]
        tensors = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()]
        graph = helper.make_graph(made_nodes, name, inputs, outputs, tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in about.items()})
        self.onnx.save(model, self.folder / f"{name}.onnx")


def write_transducer(folder: Path) -> None:
    """A streaming transducer of the kind "lstm", whose frames go in fours."""
    tokens = ("<blk>", "<unk>", "▁AL", "PHA", "▁BETA", "▁GAMMA")
    tones = {2: 440.0, 3: 1000.0, 4: 2500.0, 5: 2500.0}
    size, frames, group = len(tokens), 8, 4
    writer = Writer(folder, tokens)
    writer.table("bpe.vocab", {token: str(-number) for number, token in enumerate(tokens)}, "\t")
    biases = _biases(tones, size)
    biases[5] -= 0.2
    state: tuple[str, list[int | str]] = ("FLOAT", [1, "N", 1])
    writer.network(
        "encoder",
        [
            ("Reshape", ["x", "groups"], ["grouped"], {}),
            ("ReduceMean", ["grouped"], ["means"], {"axes": [2], "keepdims": 0}),
            ("MatMul", ["means", "weights"], ["loud"], {}),
            ("Add", ["loud", "biases"], ["scores"], {}),
            ("Clip", ["scores", "least", "most"], ["encoder_out"], {}),
            ("Identity", ["h"], ["next_h"], {}),
            ("Identity", ["c"], ["next_c"], {}),
        ],
        {"x": ("FLOAT", ["N", frames, BINS]), "h": state, "c": state},
        {"encoder_out": ("FLOAT", ["N", frames // group, size]), "next_h": state, "next_c": state},
        {
            "groups": [-1, frames // group, group, BINS],
            "weights": _weights(tones, size),
            "biases": biases,
            "least": np.float32(-20),
            "most": np.float32(6),
        },
        {
            "model_type": "lstm",
            "num_encoder_layers": 1,
            "T": frames,
            "decode_chunk_len": frames,
            "rnn_hidden_size": 1,
            "d_model": 1,
        },
    )
    again = np.diag(np.array([0, *[-40] * (size - 1)], np.float32))
    again[4, 5] = again[5, 4] = -40  # one tone is one word
    writer.network(
        "decoder",
        [
            ("Gather", ["y", "last"], ["token"], {"axis": 1}),
            ("Gather", ["again", "token"], ["decoder_out"], {"axis": 0}),
        ],
        {"y": ("INT64", ["N", 2])},
        {"decoder_out": ("FLOAT", ["N", size])},
        {"last": 1, "again": again},
        {"vocab_size": size, "context_size": 2},
    )
    side: tuple[str, list[int | str]] = ("FLOAT", ["N", size])
    writer.network(
        "joiner",
        [("Add", ["enc", "dec"], ["logit"], {})],
        {"enc": side, "dec": side},
        {"logit": side},
        {},
        {"joiner_dim": size},
    )


def _windows(tones: dict[int, float], size: int) -> NDArray[np.float32]:
    """The same weights for frames that come in sevens."""
    return np.tile(_weights(tones, size) / WINDOW, (WINDOW, 1)).astype(np.float32)


def _about(size: int, mean: float, scale: float) -> dict[str, Any]:
    """What these models say of themselves; frames are shifted by a mean and scaled."""
    return {
        "vocab_size": size,
        "lfr_window_size": WINDOW,
        "lfr_window_shift": 6,
        "neg_mean": ",".join([f"{-mean:g}"] * BINS * WINDOW),
        "inv_stddev": ",".join([f"{scale:g}"] * BINS * WINDOW),
    }


# Samples up to 32768 instead of 1: so much is every log energy higher.
LOUDER = float(2 * np.log(32768))


def write_sense_voice(folder: Path) -> None:
    """SenseVoice: four frames that say what it is, then tokens by frame; in Mandarin other ones."""
    about = ("<|en|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>")
    tokens = ("<unk>", *about, "▁AL", "PHA", "▁BETA", "阿", "法")
    tones = {5: 440.0, 6: 1000.0, 7: 2500.0, 8: 440.0, 9: 1000.0}
    size = len(tokens)
    languages = np.zeros((16, 1, size), np.float32)
    languages[:, :, 8:] = -100
    languages[LANGUAGES["zh"], 0] = [0, 0, 0, 0, 0, -100, -100, 0, 0, 0]
    first = np.full((1, len(about), size), -20, np.float32)
    first[0, range(len(about)), range(1, len(about) + 1)] = 20
    Writer(folder, tokens).network(
        "model",
        [
            ("MatMul", ["x", "weights"], ["loud"], {}),
            ("Add", ["loud", "biases"], ["scores"], {}),
            ("Gather", ["languages", "language"], ["wanted"], {"axis": 0}),
            ("Add", ["scores", "wanted"], ["spoken"], {}),
            ("Concat", ["first", "spoken"], ["logits"], {"axis": 1}),
        ],
        {
            "x": ("FLOAT", ["N", "T", BINS * WINDOW]),
            "x_length": ("INT32", ["N"]),
            "language": ("INT32", ["N"]),
            "text_norm": ("INT32", ["N"]),
        },
        {"logits": ("FLOAT", ["N", "L", size])},
        {
            "weights": _windows(tones, size),
            "biases": _biases(tones, size),
            "languages": languages,
            "first": first,
        },
        {
            **_about(size, 0.0, 1.0),
            **{f"lang_{name}": number for name, number in LANGUAGES.items()},
            "normalize_samples": 1,
            "with_itn": 14,
            "without_itn": 15,
            "comment": "tones",
        },
    )


def write_paraformer(folder: Path) -> None:
    """Paraformer that says one word: that of the tone that is loudest at any time."""
    tokens = ("<blank>", "<s>", "</s>", "al@@", "pha", "beta")
    tones = {3: 440.0, 4: 1000.0, 5: 2500.0}
    size = len(tokens)
    Writer(folder, tokens).network(
        "model",
        [
            ("MatMul", ["speech", "weights"], ["loud"], {}),
            ("Add", ["loud", "biases"], ["scores"], {}),
            ("ReduceMax", ["scores"], ["logits"], {"axes": [1], "keepdims": 1}),
            ("Mul", ["speech_lengths", "none"], ["nothing"], {}),
            ("Add", ["nothing", "one"], ["token_num"], {}),
        ],
        {"speech": ("FLOAT", ["N", "T", BINS * WINDOW]), "speech_lengths": ("INT32", ["N"])},
        {"logits": ("FLOAT", ["N", 1, size]), "token_num": ("INT32", ["N"])},
        {
            "weights": _windows(tones, size),
            "biases": _biases(tones, size),
            "none": np.int32(0),
            "one": np.int32(1),
        },
        {**_about(size, LOUDER, 1.0), "model_type": "paraformer"},
    )


def write_streaming_paraformer(folder: Path) -> None:
    """Streaming Paraformer that says a token for every four frames."""
    tokens = ("<blank>", "<s>", "</s>", "al@@", "pha", "beta")
    tones = {3: 440.0, 4: 1000.0, 5: 2500.0}
    size = len(tokens)
    writer = Writer(folder, tokens)
    about = {"encoder_output_size": size, "decoder_num_blocks": 1, "decoder_kernel_size": 2}
    writer.network(
        "encoder",
        [
            ("MatMul", ["speech", "weights"], ["loud"], {}),
            ("Add", ["loud", "biases"], ["enc"], {}),
            ("Identity", ["speech_lengths"], ["enc_len"], {}),
            ("ReduceMean", ["speech"], ["any"], {"axes": [2], "keepdims": 0}),
            ("Mul", ["any", "none"], ["nothing"], {}),
            ("Add", ["nothing", "quarter"], ["alphas"], {}),
        ],
        {"speech": ("FLOAT", ["N", "T", BINS * WINDOW]), "speech_lengths": ("INT32", ["N"])},
        {"enc": ("FLOAT", ["N", "T", size]), "enc_len": ("INT32", ["N"]), "alphas": ("FLOAT", ["N", "T"])},
        {
            "weights": _windows(tones, size),
            "biases": _biases(tones, size),
            "none": np.float32(0),
            "quarter": np.float32(0.25),
        },
        # The library multiplies the scale by the root of the output's size.
        {**_about(size, LOUDER, size**-0.5), **about, "model_type": "paraformer"},
    )
    cache: tuple[str, list[int | str]] = ("FLOAT", ["N", size, 1])
    writer.network(
        "decoder",
        [
            ("Identity", ["acoustic_embeds"], ["logits"], {}),
            ("ArgMax", ["acoustic_embeds"], ["sample_ids"], {"axis": 2, "keepdims": 0}),
            ("Identity", ["in_cache_0"], ["out_cache_0"], {}),
        ],
        {
            "enc": ("FLOAT", ["N", "T", size]),
            "enc_len": ("INT32", ["N"]),
            "acoustic_embeds": ("FLOAT", ["N", "L", size]),
            "acoustic_embeds_len": ("INT32", ["N"]),
            "in_cache_0": cache,
        },
        {
            "logits": ("FLOAT", ["N", "L", size]),
            "sample_ids": ("INT64", ["N", "L"]),
            "out_cache_0": cache,
        },
        {},
        about,
    )


def main(folder: Path) -> None:
    """Write all of them."""
    write_transducer(folder / TRANSDUCER.name)
    write_streaming_paraformer(folder / STREAMING_PARAFORMER.name)
    write_sense_voice(folder / SENSE_VOICE.name)
    write_paraformer(folder / PARAFORMER.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
